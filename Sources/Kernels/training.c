// SPDX-License-Identifier: Apache-2.0

// The kernels of training for each element type and instruction set, and the choice among them at run time.

#include "include/TrainingKernels.h"

#include <math.h>
#include <string.h>
#include <time.h>

#include "constants.h"
#include "include/Kernels.h"

typedef float v16 __attribute__((vector_size(64)));
typedef float v16u __attribute__((vector_size(64), aligned(4)));
typedef int32_t i16 __attribute__((vector_size(64)));
typedef int32_t i16u __attribute__((vector_size(64), aligned(2)));
typedef uint32_t u16 __attribute__((vector_size(64)));
typedef uint32_t u16u __attribute__((vector_size(64), aligned(2)));
typedef uint16_t h16 __attribute__((vector_size(32)));
typedef uint16_t h16u __attribute__((vector_size(32), aligned(2)));

static const i16 lane_index = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

// Vectors pass between functions of one instruction set only, and all those are inlined.
#pragma clang diagnostic ignored "-Wpsabi"

#define MR 6

// The twins: the compiler's vectors as whatever this processor's family has at least, with products and sums apart.
#define PLAIN 1
#define NATIVE 0
#define NP 1
#define BF16 0
#define NAME(x) plain_float_##x
#include "training.h"
#undef NAME
#undef BF16
#define BF16 1
#define NAME(x) plain_bf16_##x
#include "training.h"
#undef NAME
#undef BF16
#undef PLAIN
#define PLAIN 0

#if defined(__x86_64__)

#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define BF16 0
#define NAME(x) avx2_float_##x
#include "training.h"
#undef NAME
#undef BF16
#define BF16 1
#define NAME(x) avx2_bf16_##x
#include "training.h"
#undef NAME
#undef BF16

// 12 independent chains: as many as there is room for beside two factors.
static double avx2_peak(void)
{
    __m256 sum[12], x = _mm256_set1_ps(0.5f), y = _mm256_set1_ps(0.25f);
    for (int j = 0; j < 12; j++) sum[j] = _mm256_setzero_ps();
    const int64_t count = 400000;
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    for (int64_t i = 0; i < count; i++) {
        __asm__ volatile("" : "+x"(x), "+x"(y));
#pragma unroll
        for (int j = 0; j < 12; j++) sum[j] = _mm256_fmadd_ps(x, y, sum[j]);
    }
    clock_gettime(CLOCK_MONOTONIC, &to);
#pragma unroll
    for (int j = 0; j < 12; j++) __asm__ volatile("" : : "x"(sum[j]));
    return (double)count * 12 * 16 / ((double)(to.tv_sec - from.tv_sec) * 1e9 + (double)(to.tv_nsec - from.tv_nsec));
}
#pragma clang attribute pop
#undef NP
#define NP 4

#pragma clang attribute push(__attribute__((target("avx2,fma,avx512f,avx512vl,avx512dq,avx512bw"))), apply_to = function)
#define BF16 0
#define NAME(x) avx512_float_##x
#include "training.h"
#undef NAME
#undef BF16
#define BF16 1
#define NAME(x) avx512_bf16_##x
#include "training.h"
#undef NAME
#undef BF16
#pragma clang attribute pop

#undef NATIVE
#define NATIVE 1
#pragma clang attribute push(__attribute__((target("avx2,fma,avx512f,avx512vl,avx512dq,avx512bw,avx512bf16"))), apply_to = function)
#define BF16 1
#define NAME(x) native_bf16_##x
#include "training.h"
#undef NAME
#undef BF16

// 24 independent chains of the one instruction.
static double native_peak(void)
{
    v16 sum[24] = {0};
    i16 x = lane_index, y = lane_index + 1;
    const int64_t count = 200000;
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    for (int64_t i = 0; i < count; i++) {
        __asm__ volatile("" : "+v"(x), "+v"(y));
#pragma unroll
        for (int j = 0; j < 24; j++) sum[j] = (v16)_mm512_dpbf16_ps((__m512)sum[j], (__m512bh)x, (__m512bh)y);
    }
    clock_gettime(CLOCK_MONOTONIC, &to);
#pragma unroll
    for (int j = 0; j < 24; j++) __asm__ volatile("" : : "v"(sum[j]));
    return (double)count * 24 * 64 / ((double)(to.tv_sec - from.tv_sec) * 1e9 + (double)(to.tv_nsec - from.tv_nsec));
}

static double avx512_float_peak(void)
{
    v16 sum[24] = {0};
    v16 x = {1}, y = {1};
    const int64_t count = 200000;
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    for (int64_t i = 0; i < count; i++) {
        __asm__ volatile("" : "+v"(x), "+v"(y));
#pragma unroll
        for (int j = 0; j < 24; j++) sum[j] = avx512_float_fma(x, y, sum[j]);
    }
    clock_gettime(CLOCK_MONOTONIC, &to);
#pragma unroll
    for (int j = 0; j < 24; j++) __asm__ volatile("" : : "v"(sum[j]));
    return (double)count * 24 * 32 / ((double)(to.tv_sec - from.tv_sec) * 1e9 + (double)(to.tv_nsec - from.tv_nsec));
}
#pragma clang attribute pop

static int has_avx2(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }

static int has_avx512(void)
{
    return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
}

static int has_native(void) { return has_avx512() && __builtin_cpu_supports("avx512bf16"); }

const struct dk_training *dk_training_for(enum dk_element element, int plain)
{
    const int bf16 = element == DK_BFLOAT16;
    if (plain || !has_avx2()) return bf16 ? &plain_bf16_kernels : &plain_float_kernels;
    if (!has_avx512()) return bf16 ? &avx2_bf16_kernels : &avx2_float_kernels;
    if (!bf16) return &avx512_float_kernels;
    return has_native() ? &native_bf16_kernels : &avx512_bf16_kernels;
}

double dk_training_peak(enum dk_element element)
{
    if (!has_avx2()) return 0;
    if (element == DK_BFLOAT16 && has_native()) return native_peak();
    // Without an instruction for it, bfloat16 becomes floats.
    return has_avx512() ? avx512_float_peak() : avx2_peak();
}

#else

const struct dk_training *dk_training_for(enum dk_element element, int plain)
{
    (void)plain;
    return element == DK_BFLOAT16 ? &plain_bf16_kernels : &plain_float_kernels;
}

double dk_training_peak(enum dk_element element)
{
    (void)element;
    return 0;
}

#endif

int64_t dk_attention_scratch(int64_t rows, int64_t head)
{
    const int64_t padded = (rows + DK_QUERY_TILE - 1) / DK_QUERY_TILE * DK_QUERY_TILE, tile = DK_QUERY_TILE * DK_KEY_TILE;
    return 4 * (3 * padded * head + 5 * tile + 3 * DK_QUERY_TILE * head) + 64;
}
