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
    // The job. It is written only while the ticket is closed; who takes a task from an open ticket has read that job.
    _Atomic(dk_task) task;
    _Atomic(void *) context;
    atomic_llong tasks;
    // Number of the job in the upper half, the next task of it in the lower half, or CLOSED.
    _Alignas(64) atomic_ullong ticket;
    _Alignas(64) atomic_llong finished;
    _Alignas(64) atomic_int sleeping;
    atomic_int waiting;
    atomic_int stopping;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    pthread_cond_t done;
};

static const unsigned long long CLOSED = 0xffffffffull;

enum {
    // Tens of microseconds: longer than the gaps between the operations of a layer.
    WORKER_SPINS = 1500,
    // Longer than most tasks. Then the caller sleeps, so that a worker which another program has driven off its core
    // can go on on the caller's.
    CALLER_SPINS = 5000,
};

static inline void pause_briefly(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

static void take_tasks(struct dk_pool *pool, unsigned long long job, int64_t worker)
{
    for (;;) {
        unsigned long long ticket = atomic_load(&pool->ticket);
        if (ticket >> 32 != job) return;
        const int64_t index = (int64_t)(ticket & CLOSED);
        const int64_t tasks = atomic_load(&pool->tasks);
        const dk_task task = atomic_load(&pool->task);
        void *context = atomic_load(&pool->context);
        if (index >= tasks) return;
        if (!atomic_compare_exchange_weak(&pool->ticket, &ticket, ticket + 1)) continue;
        task(context, index, worker);
        if (atomic_fetch_add(&pool->finished, 1) + 1 == tasks && worker != 0 && atomic_load(&pool->waiting)) {
            pthread_mutex_lock(&pool->lock);
            pthread_cond_signal(&pool->done);
            pthread_mutex_unlock(&pool->lock);
        }
    }
}

static unsigned long long wait_for_job(struct dk_pool *pool, unsigned long long seen)
{
    for (int i = 0; i < WORKER_SPINS; i++) {
        const unsigned long long job = atomic_load_explicit(&pool->ticket, memory_order_acquire) >> 32;
        if (job != seen) return job;
        pause_briefly();
    }
    pthread_mutex_lock(&pool->lock);
    atomic_fetch_add(&pool->sleeping, 1);
    unsigned long long job;
    while ((job = atomic_load(&pool->ticket) >> 32) == seen) pthread_cond_wait(&pool->wake, &pool->lock);
    atomic_fetch_sub(&pool->sleeping, 1);
    pthread_mutex_unlock(&pool->lock);
    return job;
}

static void *work(void *argument)
{
    struct worker *self = argument;
    struct dk_pool *pool = self->pool;
    unsigned long long seen = 0;
    for (;;) {
        seen = wait_for_job(pool, seen);
        if (atomic_load(&pool->stopping)) return NULL;
        take_tasks(pool, seen, self->index);
    }
}

static void publish(struct dk_pool *pool, unsigned long long ticket)
{
    // Both are sequentially consistent: either the sleeper sees the new job, or we see the sleeper.
    atomic_store(&pool->ticket, ticket);
    if (atomic_load(&pool->sleeping) > 0) {
        pthread_mutex_lock(&pool->lock);
        pthread_cond_broadcast(&pool->wake);
        pthread_mutex_unlock(&pool->lock);
    }
}

static void wait_for_end(struct dk_pool *pool, int64_t tasks)
{
    for (int i = 0; i < CALLER_SPINS; i++) {
        if (atomic_load_explicit(&pool->finished, memory_order_acquire) == tasks) return;
        pause_briefly();
    }
    pthread_mutex_lock(&pool->lock);
    atomic_store(&pool->waiting, 1);
    while (atomic_load(&pool->finished) != tasks) pthread_cond_wait(&pool->done, &pool->lock);
    atomic_store(&pool->waiting, 0);
    pthread_mutex_unlock(&pool->lock);
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
    atomic_init(&pool->task, NULL);
    atomic_init(&pool->context, NULL);
    atomic_init(&pool->tasks, 0);
    atomic_init(&pool->ticket, CLOSED);
    atomic_init(&pool->finished, 0);
    atomic_init(&pool->sleeping, 0);
    atomic_init(&pool->waiting, 0);
    atomic_init(&pool->stopping, 0);
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->wake, NULL);
    pthread_cond_init(&pool->done, NULL);
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
    atomic_store(&pool->stopping, 1);
    publish(pool, ((atomic_load(&pool->ticket) >> 32) + 1) << 32 | CLOSED);
    for (int32_t i = 1; i < pool->threads; i++) pthread_join(pool->workers[i].thread, NULL);
    pthread_cond_destroy(&pool->wake);
    pthread_cond_destroy(&pool->done);
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
    const unsigned long long job = (atomic_load(&pool->ticket) >> 32) + 1;
    atomic_store(&pool->task, task);
    atomic_store(&pool->context, context);
    atomic_store(&pool->tasks, tasks);
    atomic_store(&pool->finished, 0);
    publish(pool, job << 32);
    take_tasks(pool, job, 0);
    wait_for_end(pool, tasks);
    atomic_store(&pool->ticket, job << 32 | CLOSED);
}
