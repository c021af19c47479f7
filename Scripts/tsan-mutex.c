// SPDX-License-Identifier: Apache-2.0
//
// Tells ThreadSanitizer about `Synchronization.Mutex`. Its fast path is inlined into instrumented code and seen as what
// it is. Its slow path (a spinning compare-and-swap, then a priority-inheriting futex that the kernel hands over) runs in
// libswiftSynchronization, which is not instrumented: who took a contended lock seems not to hold it, and all that the
// lock guards is reported as a race. Here the slow path's entries are wrapped, and say what they did.
//
// `Scripts/sanitize thread` builds this and loads it before all else. Nothing of it is in the product.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>

// There only in a process that runs under ThreadSanitizer.
extern void __tsan_acquire(void *address) __attribute__((weak));
extern void __tsan_release(void *address) __attribute__((weak));

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *handle

#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define TRY_LOCK "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

typedef SWIFT void Lock(uint32_t thread, SELF);
typedef SWIFT bool TryLock(SELF);
typedef SWIFT void Unlock(SELF);

static Lock *lock;
static TryLock *try_lock;
static Unlock *unlock;

__attribute__((constructor)) static void find(void) {
    lock = (Lock *)dlsym(RTLD_NEXT, LOCK);
    try_lock = (TryLock *)dlsym(RTLD_NEXT, TRY_LOCK);
    unlock = (Unlock *)dlsym(RTLD_NEXT, UNLOCK);
}

SWIFT void lock_slow(uint32_t thread, SELF) __asm__(LOCK);
SWIFT void lock_slow(uint32_t thread, SELF) {
    lock(thread, handle);
    if (__tsan_acquire) __tsan_acquire(handle);
}

SWIFT bool try_lock_slow(SELF) __asm__(TRY_LOCK);
SWIFT bool try_lock_slow(SELF) {
    const bool locked = try_lock(handle);
    if (locked && __tsan_acquire) __tsan_acquire(handle);
    return locked;
}

SWIFT void unlock_slow(SELF) __asm__(UNLOCK);
SWIFT void unlock_slow(SELF) {
    if (__tsan_release) __tsan_release(handle);
    unlock(handle);
}
