// SPDX-License-Identifier: Apache-2.0

// A thread pool for jobs of microseconds: workers spin for the next job for a moment, then sleep.

#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "Kernels.h"

struct worker {
    pthread_t thread;
    struct dk_pool *pool;
    int64_t index;
};

struct dk_pool {
    int32_t threads;
    struct worker *workers;
    // The job. Written by the caller while no worker runs, published by `epoch`.
    dk_task task;
    void *context;
    int64_t tasks;
    _Alignas(64) atomic_llong next;
    _Alignas(64) atomic_ullong epoch;
    _Alignas(64) atomic_int running;
    atomic_int sleeping;
    atomic_int stopping;
    pthread_mutex_t lock;
    pthread_cond_t wake;
};

// About 50 microseconds of spinning: longer than the gaps between the operations of a layer.
enum { SPINS = 1500 };

static inline void pause_briefly(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

static void take_tasks(struct dk_pool *pool, int64_t worker)
{
    for (;;) {
        const int64_t i = atomic_fetch_add_explicit(&pool->next, 1, memory_order_relaxed);
        if (i >= pool->tasks) return;
        pool->task(pool->context, i, worker);
    }
}

static unsigned long long wait_for_job(struct dk_pool *pool, unsigned long long seen)
{
    for (int i = 0; i < SPINS; i++) {
        const unsigned long long epoch = atomic_load_explicit(&pool->epoch, memory_order_acquire);
        if (epoch != seen) return epoch;
        pause_briefly();
    }
    pthread_mutex_lock(&pool->lock);
    atomic_fetch_add(&pool->sleeping, 1);
    unsigned long long epoch;
    while ((epoch = atomic_load(&pool->epoch)) == seen) pthread_cond_wait(&pool->wake, &pool->lock);
    atomic_fetch_sub(&pool->sleeping, 1);
    pthread_mutex_unlock(&pool->lock);
    return epoch;
}

static void *work(void *argument)
{
    struct worker *self = argument;
    struct dk_pool *pool = self->pool;
    unsigned long long seen = 0;
    for (;;) {
        seen = wait_for_job(pool, seen);
        if (atomic_load_explicit(&pool->stopping, memory_order_acquire)) return NULL;
        take_tasks(pool, self->index);
        atomic_fetch_sub_explicit(&pool->running, 1, memory_order_release);
    }
}

static void publish(struct dk_pool *pool)
{
    // Both are sequentially consistent: either the sleeper sees the new epoch, or we see the sleeper.
    atomic_fetch_add(&pool->epoch, 1);
    if (atomic_load(&pool->sleeping) > 0) {
        pthread_mutex_lock(&pool->lock);
        pthread_cond_broadcast(&pool->wake);
        pthread_mutex_unlock(&pool->lock);
    }
}

int32_t dk_cores(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
    const int count = CPU_COUNT(&set);
    return count > 0 ? count : 1;
}

struct dk_pool *dk_pool_create(int32_t threads)
{
    if (threads < 1) threads = 1;
    struct dk_pool *pool = aligned_alloc(64, (sizeof(struct dk_pool) + 63) / 64 * 64);
    if (!pool) return NULL;
    pool->threads = threads;
    pool->workers = calloc((size_t)threads, sizeof(struct worker));
    if (!pool->workers) {
        free(pool);
        return NULL;
    }
    atomic_init(&pool->next, 0);
    atomic_init(&pool->epoch, 0);
    atomic_init(&pool->running, 0);
    atomic_init(&pool->sleeping, 0);
    atomic_init(&pool->stopping, 0);
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->wake, NULL);
    for (int32_t i = 1; i < threads; i++) {
        pool->workers[i] = (struct worker){.pool = pool, .index = i};
        if (pthread_create(&pool->workers[i].thread, NULL, work, &pool->workers[i]) != 0) {
            pool->threads = i;
            dk_pool_destroy(pool);
            return NULL;
        }
    }
    return pool;
}

void dk_pool_destroy(struct dk_pool *pool)
{
    if (!pool) return;
    atomic_store_explicit(&pool->stopping, 1, memory_order_release);
    publish(pool);
    for (int32_t i = 1; i < pool->threads; i++) pthread_join(pool->workers[i].thread, NULL);
    pthread_cond_destroy(&pool->wake);
    pthread_mutex_destroy(&pool->lock);
    free(pool->workers);
    free(pool);
}

void dk_pool_run(struct dk_pool *pool, int64_t tasks, dk_task task, void *context)
{
    if (pool->threads == 1 || tasks <= 1) {
        for (int64_t i = 0; i < tasks; i++) task(context, i, 0);
        return;
    }
    pool->task = task;
    pool->context = context;
    pool->tasks = tasks;
    atomic_store_explicit(&pool->next, 0, memory_order_relaxed);
    atomic_store_explicit(&pool->running, pool->threads - 1, memory_order_relaxed);
    publish(pool);
    take_tasks(pool, 0);
    for (int spins = 0; atomic_load_explicit(&pool->running, memory_order_acquire) > 0; spins++) {
        if (spins < SPINS) {
            pause_briefly();
        } else {
            sched_yield();
        }
    }
}
