/* What a thread tells the system about itself. All of these are wishes: where one is not granted, nothing else changes. */
#ifndef WISMO_BASE_THREAD_H
#define WISMO_BASE_THREAD_H

/* thread_name: of the calling thread, as top, perf and debuggers show it; at most 15 letters. */
void thread_name(const char *name);
/*
 * thread_prompt: the calling thread works in short turns and then waits. It runs as soon as what it waits for is there, also
 * where other programs keep the processors busy (Linux from 6.12 on: else a commit of 0.15 ms becomes one of 4 ms, the turn of
 * somebody else). Its share of the processors stays what it was.
 */
void thread_prompt(void);
/* thread_give_way: the calling thread gets a third of the share of the others when there is not enough for all. */
void thread_give_way(void);

#endif
