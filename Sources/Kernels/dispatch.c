// SPDX-License-Identifier: Apache-2.0

// The vector kernels for each instruction set, and the choice among them at run time.

#include <string.h>

#include "codes.h"
#include "constants.h"
#include "integer.h"
#include "packed.h"
#include "scalar.h"
#include "words.h"

#if defined(__x86_64__) || defined(__aarch64__)

typedef float v16 __attribute__((vector_size(64)));
typedef float v16u __attribute__((vector_size(64), aligned(4)));
typedef float v8 __attribute__((vector_size(32)));
typedef float v4 __attribute__((vector_size(16)));
typedef int32_t i16 __attribute__((vector_size(64)));
typedef int8_t c16 __attribute__((vector_size(16)));
typedef int8_t c16u __attribute__((vector_size(16), aligned(1)));
typedef int32_t i16u __attribute__((vector_size(64), aligned(4)));
typedef uint32_t u16 __attribute__((vector_size(64)));
typedef int32_t i8 __attribute__((vector_size(32)));
typedef int32_t i4 __attribute__((vector_size(16)));
typedef int8_t b16u __attribute__((vector_size(16), aligned(1)));

static const i16 lane_index = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

// Vectors pass between functions of one instruction set only, and all those are inlined.
#pragma clang diagnostic ignored "-Wpsabi"

#endif

#if defined(__x86_64__)

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#define NAME(x) avx2_##x
#define ISA DK_AVX2
#define MR 6
#define INTEGER(x) dk_avx2_##x
#define PACKED_MR 6
#define CODES(x) dk_avx2_##x
#define WORDS_MR 6
#define WORDS(x) dk_avx2_##x
#include "vector.h"
#undef NAME
#undef ISA
#undef MR
#undef INTEGER
#undef PACKED_MR
#undef CODES
#undef WORDS_MR
#undef WORDS
#pragma clang attribute pop

// Some processors have AVX-512 without its products of bytes.
static void avx512_dot_codes(int bits, int64_t rows, int64_t panels, int64_t depth, const int8_t *a, int64_t a_stride,
                             const uint8_t *w, int32_t *c, int64_t c_stride, int64_t ahead)
{
    (__builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512bw") ? dk_vnni_dot_codes : dk_avx2_dot_codes)(
        bits, rows, panels, depth, a, a_stride, w, c, c_stride, ahead);
}

static void avx512_dot_words(int64_t rows, int64_t panels, int64_t depth, const int16_t *a, int64_t a_stride,
                             const int16_t *w, int64_t panel, int32_t *c, int64_t c_stride)
{
    (__builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512bw") ? dk_vnni_dot_words : dk_avx2_dot_words)(
        rows, panels, depth, a, a_stride, w, panel, c, c_stride);
}

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c,avx512f,avx512vl,avx512dq"))), apply_to = function)
#define NAME(x) avx512_##x
#define ISA DK_AVX512
#define MR 12
#define INTEGER(x) dk_avx2_##x
#define PACKED_MR 12
#define CODES(x) avx512_##x
#define WORDS_MR 12
#define WORDS(x) avx512_##x
#include "vector.h"
#undef NAME
#undef ISA
#undef MR
#undef INTEGER
#undef PACKED_MR
#undef CODES
#undef WORDS_MR
#undef WORDS
#pragma clang attribute pop

// The float kernels of AVX-512 with the integer kernels of VNNI.
static struct dk_kernels vnni_kernels;

static int has_avx512(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
}

__attribute__((constructor)) static void make_vnni_kernels(void)
{
    vnni_kernels = avx512_kernels;
    vnni_kernels.isa = DK_VNNI;
    vnni_kernels.gemm_codes = dk_vnni_gemm_codes;
    vnni_kernels.gemm_ternary = dk_vnni_gemm_ternary;
}

enum dk_isa dk_best_isa(void)
{
    const int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
    if (!avx2) return DK_SCALAR;
    if (!has_avx512()) return DK_AVX2;
    return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vnni") ? DK_VNNI : DK_AVX512;
}

const struct dk_kernels *dk_kernels_for(enum dk_isa isa)
{
    const enum dk_isa best = dk_best_isa();
    switch (isa < best ? isa : best) {
    case DK_VNNI: return &vnni_kernels;
    case DK_AVX512: return &avx512_kernels;
    case DK_AVX2: return &avx2_kernels;
    default: return &dk_scalar_kernels;
    }
}

#elif defined(__aarch64__)

#include <sys/auxv.h>

#define NAME(x) neon_##x
#define ISA DK_NEON
#define MR 6
#define INTEGER(x) dk_neon_##x
#define PACKED_MR 6
#define CODES(x) dk_scalar_##x
#define WORDS_MR 8
#define WORDS(x) dk_neon_##x
#include "vector.h"
#undef NAME
#undef ISA
#undef MR
#undef INTEGER
#undef PACKED_MR
#undef CODES
#undef WORDS_MR
#undef WORDS

enum dk_isa dk_best_isa(void)
{
    enum { DOT_PRODUCT = 1 << 20 };  // HWCAP_ASIMDDP
    return getauxval(AT_HWCAP) & DOT_PRODUCT ? DK_NEON : DK_SCALAR;
}

const struct dk_kernels *dk_kernels_for(enum dk_isa isa)
{
    return isa != DK_SCALAR && dk_best_isa() == DK_NEON ? &neon_kernels : &dk_scalar_kernels;
}

#else

enum dk_isa dk_best_isa(void) { return DK_SCALAR; }

const struct dk_kernels *dk_kernels_for(enum dk_isa isa)
{
    (void)isa;
    return &dk_scalar_kernels;
}

#endif
