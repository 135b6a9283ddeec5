/* What a thread tells the system about itself. All of these are wishes: where one is not granted, nothing else changes. */
#ifndef WISMO_BASE_THREAD_H
#define WISMO_BASE_THREAD_H

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

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

/* Memory that each thread has for itself: size bytes, zeroed at its first use; clear is called with them when the thread ends. */
struct thread_own {
    size_t size;
    void (*clear)(void *own);
    pthread_mutex_t lock;
    pthread_key_t key;
    atomic_bool made;
};
#define THREAD_OWN(bytes, clear_fn) {.size = (bytes), .clear = (clear_fn), .lock = PTHREAD_MUTEX_INITIALIZER}
/* thread_own: the calling thread's; NULL without memory. clear frees what is inside and then the memory itself. */
void *thread_own(struct thread_own *to);

#endif
