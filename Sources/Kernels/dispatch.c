// SPDX-License-Identifier: Apache-2.0

// The vector kernels for each instruction set, and the choice among them at run time.

#include <string.h>

#include "constants.h"
#include "scalar.h"

#if defined(__x86_64__)

typedef float v16 __attribute__((vector_size(64)));
typedef float v16u __attribute__((vector_size(64), aligned(4)));
typedef float v8 __attribute__((vector_size(32)));
typedef float v4 __attribute__((vector_size(16)));
typedef int32_t i16 __attribute__((vector_size(64)));

static const i16 lane_index = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

// Vectors pass between functions of one instruction set only, and all those are inlined.
#pragma clang diagnostic ignored "-Wpsabi"

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define NAME(x) avx2_##x
#define ISA DK_AVX2
#define MR 6
#include "vector.h"
#undef NAME
#undef ISA
#undef MR
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx2,fma,avx512f,avx512vl,avx512dq"))), apply_to = function)
#define NAME(x) avx512_##x
#define ISA DK_AVX512
#define MR 12
#include "vector.h"
#undef NAME
#undef ISA
#undef MR
#pragma clang attribute pop

enum dk_isa dk_best_isa(void)
{
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq"))
        return DK_AVX512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return DK_AVX2;
    return DK_SCALAR;
}

const struct dk_kernels *dk_kernels_for(enum dk_isa isa)
{
    const enum dk_isa best = dk_best_isa();
    switch (isa < best ? isa : best) {
    case DK_AVX512: return &avx512_kernels;
    case DK_AVX2: return &avx2_kernels;
    default: return &dk_scalar_kernels;
    }
}

#else

enum dk_isa dk_best_isa(void) { return DK_SCALAR; }

const struct dk_kernels *dk_kernels_for(enum dk_isa isa)
{
    (void)isa;
    return &dk_scalar_kernels;
}

#endif
