// SPDX-License-Identifier: Apache-2.0

// Products of signed bytes with codes of 4 or 2 bits for AVX-512 VNNI: one instruction adds four products to each of 16
// sums of 32 bits. Built with DROID_EMULATED, that instruction is plain C and the file needs no AVX-512: so the tests run the
// rest of it where the processor lacks it.

#include <string.h>

#include "packed.h"

typedef int32_t i16 __attribute__((vector_size(64)));
typedef int32_t i16u __attribute__((vector_size(64), aligned(4)));
typedef uint32_t u16 __attribute__((vector_size(64)));

#pragma clang diagnostic ignored "-Wpsabi"

#if defined(DROID_EMULATED)

#define TARGET
#define FUNCTION dk_emulated_dot_codes
void dk_emulated_dot_codes(int bits, int64_t rows, int64_t panels, int64_t depth, const int8_t *a, int64_t a_stride,
                           const uint8_t *w, int32_t *c, int64_t c_stride, int64_t ahead);

static inline i16 add_products(i16 sum, u16 codes, i16 bytes)
{
    for (int i = 0; i < 16; i++)
        for (int j = 0; j < 32; j += 8) sum[i] += (int32_t)(codes[i] >> j & 255) * (int8_t)((uint32_t)bytes[i] >> j);
    return sum;
}

#elif defined(__x86_64__)

#include <immintrin.h>

#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni")))
#define FUNCTION dk_vnni_dot_codes

TARGET static inline __attribute__((always_inline)) i16 add_products(i16 sum, u16 codes, i16 bytes)
{
    return (i16)_mm512_dpbusd_epi32((__m512i)sum, (__m512i)codes, (__m512i)bytes);
}

#endif

#if defined(FUNCTION)

#define INLINE TARGET static inline __attribute__((always_inline))

INLINE i16 broadcast(const int8_t *p)
{
    int32_t word;
    memcpy(&word, p, 4);
    return (i16){word, word, word, word, word, word, word, word, word, word, word, word, word, word, word, word};
}

INLINE void tile(const int bits, const int rows, const int panels, int64_t depth, const int8_t *a, int64_t a_stride,
                 const uint8_t *w, int64_t panel, int32_t *c, int64_t c_stride, int64_t ahead)
{
    const int planes = 8 / bits, step = 4 * planes;
    const uint32_t mask = bits == 4 ? 0x0f0f0f0fu : 0x03030303u;
    i16 sum[PACKED_ROWS][4];
#pragma unroll
    for (int i = 0; i < rows; i++)
#pragma unroll
        for (int p = 0; p < panels; p++) sum[i][p] = (i16){0};
    for (int64_t k = 0; k < depth; k += step, w += 64) {
        u16 line[4];
#pragma unroll
        for (int p = 0; p < panels; p++) {
            line[p] = (u16) * (const i16u *)(w + p * panel);
            __builtin_prefetch(w + p * panel + ahead);
        }
#pragma unroll
        for (int plane = 0; plane < planes; plane++) {
            u16 codes[4];
#pragma unroll
            for (int p = 0; p < panels; p++) codes[p] = (line[p] >> (uint32_t)(plane * bits)) & mask;
#pragma unroll
            for (int i = 0; i < rows; i++) {
                const i16 bytes = broadcast(a + i * a_stride + k + plane * 4);
#pragma unroll
                for (int p = 0; p < panels; p++) sum[i][p] = add_products(sum[i][p], codes[p], bytes);
            }
        }
    }
#pragma unroll
    for (int i = 0; i < rows; i++)
#pragma unroll
        for (int p = 0; p < panels; p++) *(i16u *)(c + i * c_stride + p * DK_LANES) = sum[i][p];
}

// Twelve sums hide the latency of a product, and what a row's bytes are spread to is shared.
#define WIDE(rows) ((rows) <= 3 ? 4 : (rows) <= 6 ? 2 : 1)
#define ROWS PACKED_ROWS
#include "packed_codes.h"

#endif
