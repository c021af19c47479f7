// SPDX-License-Identifier: Apache-2.0

// What the integer multipliers of this core give when nothing else stands in their way.

#include <time.h>

#include "Kernels.h"

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

void dk_read_memory(const void *memory, int64_t bytes)
{
    typedef uint64_t words __attribute__((vector_size(64)));
    enum { STREAMS = 2, AHEAD = 2048 / sizeof(words) };
    const int64_t each = bytes / STREAMS / (int64_t)sizeof(words);
    const words *from = memory;
    words sum[STREAMS] = {{0}};
    for (int64_t i = 0; i < each; i++)
        for (int j = 0; j < STREAMS; j++) {
            __builtin_prefetch(from + j * each + i + AHEAD);
            sum[j] ^= from[j * each + i];
        }
    __asm__ volatile("" ::"m"(sum));
}

#if defined(__x86_64__)

#include <immintrin.h>

// The results of the products that the compiler must not leave out.
#define PRODUCT(q, w, x) __asm__ volatile("vpmaddubsw %2, %1, %0" : "=x"(q) : "x"(w), "x"(x))

__attribute__((target("avx2,fma"))) static double avx2(int epilogue, long repeats)
{
    __m256i sum[6], w = _mm256_set1_epi8(3), x = _mm256_set1_epi8(5), ones = _mm256_set1_epi16(1), q;
    __m256 acc[6], scale = _mm256_set1_ps(0.1f);
    for (int i = 0; i < 6; i++) {
        sum[i] = _mm256_setzero_si256();
        acc[i] = _mm256_setzero_ps();
    }
    const double start = seconds();
    for (long n = 0; n < repeats; n++)
#pragma unroll
        for (int i = 0; i < 6; i++) {
#pragma unroll
            for (int s = 0; s < 8; s++) {
                PRODUCT(q, w, x);
                sum[i] = epilogue && s == 0 ? q : _mm256_add_epi16(sum[i], q);
            }
            if (!epilogue) continue;
            __m256 factor = _mm256_mul_ps(scale, scale);
            __asm__ volatile("" : "+x"(factor));
            acc[i] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(_mm256_madd_epi16(sum[i], ones)), factor, acc[i]);
            acc[i] = _mm256_fmadd_ps(scale, factor, acc[i]);
        }
    const double time = seconds() - start;
    for (int i = 0; i < 6; i++) __asm__ volatile("" ::"x"(sum[i]), "x"(acc[i]));
    return (double)repeats * 6 * 512 / time * 1e-9;
}

__attribute__((target("avx512f,avx512vnni"))) static double vnni(int epilogue, long repeats)
{
    __m512i sum[12], w = _mm512_set1_epi8(3), x = _mm512_set1_epi8(5);
    __m512 acc[12], scale = _mm512_set1_ps(0.1f);
    for (int i = 0; i < 12; i++) {
        sum[i] = _mm512_setzero_si512();
        acc[i] = _mm512_setzero_ps();
    }
    const double start = seconds();
    for (long n = 0; n < repeats; n++) {
#pragma unroll
        for (int s = 0; s < 8; s++)
#pragma unroll
            for (int i = 0; i < 12; i++) __asm__ volatile("vpdpbusd %2, %1, %0" : "+v"(sum[i]) : "v"(w), "v"(x));
        if (!epilogue) continue;
#pragma unroll
        for (int i = 0; i < 12; i++) {
            __m512 factor = _mm512_mul_ps(scale, scale);
            __asm__ volatile("" : "+v"(factor));
            acc[i] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(sum[i]), factor, acc[i]);
            acc[i] = _mm512_fmadd_ps(scale, factor, acc[i]);
            sum[i] = _mm512_setzero_si512();
        }
    }
    const double time = seconds() - start;
    for (int i = 0; i < 12; i++) __asm__ volatile("" ::"v"(sum[i]), "v"(acc[i]));
    return (double)repeats * 12 * 1024 / time * 1e-9;
}

double dk_integer_peak(int epilogue)
{
    double best = 0;
    for (int i = 0; i < 5; i++) {
        const double found = __builtin_cpu_supports("avx512vnni") ? vnni(epilogue, 100000)
                             : __builtin_cpu_supports("avx2")     ? avx2(epilogue, 200000)
                                                                  : 0;
        if (found > best) best = found;
    }
    return best;
}

#else

double dk_integer_peak(int epilogue)
{
    (void)epilogue;
    (void)seconds;
    return 0;
}

#endif
