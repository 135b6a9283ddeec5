/* See thread.h. The length of a turn is set by sched_setattr, which the C library does not have yet. */
#include "base/thread.h"

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define TURN_NS 200000
#define NICER 5 /* weight 335 against 1024 */

struct turn_attr { /* the kernel's struct sched_attr, as far as its first version goes */
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime_ns, deadline_ns, period_ns;
};

static int own_nice(void)
{
    return getpriority(PRIO_PROCESS, 0); /* on Linux: of this thread */
}

void thread_name(const char *name)
{
    (void)prctl(PR_SET_NAME, name);
}

void thread_prompt(void)
{
    struct turn_attr attr = {.size = sizeof(attr), .nice = own_nice(), .runtime_ns = TURN_NS};
    if (sched_getscheduler(0) == SCHED_OTHER) /* what an operator has chosen stays */
        (void)syscall(SYS_sched_setattr, 0, &attr, 0);
}

void thread_give_way(void)
{
    (void)setpriority(PRIO_PROCESS, 0, own_nice() + NICER);
}

static void make_key(struct thread_own *to)
{
    pthread_mutex_lock(&to->lock);
    if (!atomic_load(&to->made) && pthread_key_create(&to->key, to->clear) != 0)
        abort(); /* at the first use only, when the process is out of keys */
    atomic_store(&to->made, true);
    pthread_mutex_unlock(&to->lock);
}

void *thread_own(struct thread_own *to)
{
    if (!atomic_load_explicit(&to->made, memory_order_acquire))
        make_key(to);
    void *own = pthread_getspecific(to->key);
    if (own == NULL) {
        own = calloc(1, to->size);
        if (own != NULL && pthread_setspecific(to->key, own) != 0) {
            free(own);
            own = NULL;
        }
    }
    return own;
}
