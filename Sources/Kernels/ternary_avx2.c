// SPDX-License-Identifier: Apache-2.0

// Ternary products for AVX2. A code of at most 2 times a signed byte leaves room for 64 sums of pairs in 16 bits, so that
// they are widened only after each 256 inputs.

#if defined(__x86_64__)

#include <immintrin.h>

#include "codes.h"
#include "constants.h"
#include "integer.h"

#define TARGET __attribute__((target("avx2,fma,f16c")))
#define INLINE TARGET static inline __attribute__((always_inline))

// Two sums of four times two products of a byte with a code fit in 16 bits for 8 blocks of 16 inputs.
enum { ROWS = 6, K_RUN = 256, ROW_RUN = 128, PREFETCH = 2560 };

INLINE __m256i broadcast(const uint8_t *p)
{
    int32_t word;
    memcpy(&word, p, 4);
    return _mm256_set1_epi32(word);
}
INLINE __m256i load(const void *p) { return _mm256_loadu_si256((const __m256i *)p); }

// Expands the codes of up to K_RUN inputs to bytes, [k / 4][16][4].
TARGET static void expand(const uint8_t *w, int64_t sixteens, uint8_t *out)
{
    const __m256i low = _mm256_set1_epi8(3);
    for (int64_t i = 0; i < sixteens; i++)
        for (int v = 0; v < 2; v++) {
            __m256i x = load(w + i * 64 + v * 32);
            for (int plane = 0; plane < 4; plane++) {
                _mm256_store_si256((__m256i *)(out + i * 256 + plane * 64 + v * 32), _mm256_and_si256(x, low));
                x = _mm256_srli_epi16(x, 2);
            }
        }
}

// Adds the products of up to K_RUN inputs to the integers of a tile.
INLINE void tile(const int rows, int64_t fours, const uint8_t *a, int64_t a_stride, const uint8_t *codes, int32_t *totals)
{
    const __m256i ones = _mm256_set1_epi16(1);
    __m256i sum[ROWS][2];
#pragma unroll
    for (int i = 0; i < rows; i++) sum[i][0] = sum[i][1] = _mm256_setzero_si256();
    // Two pointers and a stride reach six rows; a pointer for each would not fit in the registers.
    const uint8_t *upper = a + 3 * a_stride;
    for (int64_t s = 0; s < fours; s++, a += 4, upper += 4) {
        __asm__("" : "+r"(a), "+r"(upper), "+r"(a_stride));
        const __m256i w0 = load(codes + s * 64), w1 = load(codes + s * 64 + 32);
#pragma unroll
        for (int i = 0; i < rows; i++) {
            const __m256i x = broadcast((i < 3 ? a : upper) + i % 3 * a_stride);
            sum[i][0] = _mm256_add_epi16(sum[i][0], _mm256_maddubs_epi16(w0, x));
            sum[i][1] = _mm256_add_epi16(sum[i][1], _mm256_maddubs_epi16(w1, x));
        }
    }
#pragma unroll
    for (int i = 0; i < rows; i++)
#pragma unroll
        for (int v = 0; v < 2; v++) {
            __m256i *total = (__m256i *)(totals + i * DK_LANES + v * 8);
            _mm256_storeu_si256(total, _mm256_add_epi32(_mm256_loadu_si256(total), _mm256_madd_epi16(sum[i][v], ones)));
        }
}

// One output row of integers to floats.
INLINE void finish(const int32_t *totals, const uint8_t *row, int64_t k, float scale, float *c)
{
    const float *tail = (const float *)(row + k);
    const __m256i sum = _mm256_set1_epi32(((const int32_t *)tail)[2]);
    const __m256 factor = _mm256_set1_ps(tail[0] * scale);
    for (int v = 0; v < 2; v++)
        _mm256_storeu_ps(c + v * 8, _mm256_mul_ps(_mm256_cvtepi32_ps(_mm256_sub_epi32(load(totals + v * 8), sum)), factor));
}

// Sums of one row with one or two panels, of at most ROW_RUN inputs. Codes are taken apart in registers, with one shift
// for four: the second and the fourth stay two bits up, and what they add is divided by four when it is widened.
INLINE void row_run(const int panels, int64_t sixteens, const uint8_t *a, const uint8_t *w, int64_t panel, __m256i (*total)[2])
{
    const __m256i low = _mm256_set1_epi8(3), high = _mm256_set1_epi8(12), ones = _mm256_set1_epi16(1);
    __m256i sum[2][2], fours[2][2];
#pragma unroll
    for (int p = 0; p < panels; p++)
#pragma unroll
        for (int v = 0; v < 2; v++) sum[p][v] = fours[p][v] = _mm256_setzero_si256();
    for (int64_t i = 0; i < sixteens; i++) {
#pragma unroll
        for (int p = 0; p < panels; p++) _mm_prefetch((const char *)(w + p * panel + i * 64 + PREFETCH), _MM_HINT_T0);
#pragma unroll
        for (int half = 0; half < 2; half++) {
            const __m256i x = broadcast(a + i * 16 + half * 8), y = broadcast(a + i * 16 + half * 8 + 4);
#pragma unroll
            for (int p = 0; p < panels; p++)
#pragma unroll
                for (int v = 0; v < 2; v++) {
                    __m256i code = load(w + p * panel + i * 64 + v * 32);
                    if (half) code = _mm256_srli_epi16(code, 4);
                    sum[p][v] = _mm256_add_epi16(sum[p][v], _mm256_maddubs_epi16(_mm256_and_si256(code, low), x));
                    fours[p][v] = _mm256_add_epi16(fours[p][v], _mm256_maddubs_epi16(_mm256_and_si256(code, high), y));
                }
        }
    }
#pragma unroll
    for (int p = 0; p < panels; p++)
#pragma unroll
        for (int v = 0; v < 2; v++)
            total[p][v] = _mm256_add_epi32(total[p][v], _mm256_add_epi32(_mm256_madd_epi16(sum[p][v], ones),
                                                                         _mm256_srai_epi32(_mm256_madd_epi16(fours[p][v], ones), 2)));
}

INLINE void one_row(const int panels, float scale, int64_t k, const uint8_t *a, const uint8_t *w, int64_t panel, float *c,
                    int64_t c_panel)
{
    __m256i total[2][2];
#pragma unroll
    for (int p = 0; p < panels; p++) total[p][0] = total[p][1] = _mm256_setzero_si256();
    for (int64_t k0 = 0; k0 < k; k0 += ROW_RUN)
        row_run(panels, (k - k0 < ROW_RUN ? k - k0 : ROW_RUN) / 16, a + k0, w + k0 / 16 * 64, panel, total);
#pragma unroll
    for (int p = 0; p < panels; p++) {
        int32_t integers[DK_LANES];
        _mm256_storeu_si256((__m256i *)integers, total[p][0]);
        _mm256_storeu_si256((__m256i *)(integers + 8), total[p][1]);
        finish(integers, a, k, scale, c + p * c_panel);
    }
}

TARGET static void many_rows(float scale, int64_t rows, int64_t k, const uint8_t *a, int64_t a_stride, const uint8_t *w,
                             float *c, int64_t c_stride, int32_t *totals)
{
    _Alignas(64) uint8_t codes[K_RUN * DK_LANES];
    memset(totals, 0, (size_t)rows * DK_LANES * sizeof *totals);
    for (int64_t k0 = 0; k0 < k; k0 += K_RUN) {
        const int64_t depth = k - k0 < K_RUN ? k - k0 : K_RUN;
        expand(w + k0 / 16 * 64, depth / 16, codes);
        for (int64_t r = 0; r < rows; r += ROWS) {
            const uint8_t *from = a + r * a_stride + k0;
#define CASE(n)                                                                                                        \
    case n: tile(n, depth / 4, from, a_stride, codes, totals + r * DK_LANES); break;
            switch (rows - r < ROWS ? rows - r : ROWS) {
                CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6)
            default: break;
            }
#undef CASE
        }
    }
    for (int64_t r = 0; r < rows; r++) finish(totals + r * DK_LANES, a + r * a_stride, k, scale, c + r * c_stride);
}

TARGET void dk_avx2_gemm_ternary(float scale, int64_t rows, int64_t panels, int64_t k, const uint8_t *a, int64_t a_stride,
                                 const uint8_t *w, float *c, int64_t c_stride)
{
    const int64_t panel = dk_panel_bytes(dk_ternary_format(), k);
    if (rows == 1) {
        // Two streams far apart, so that what is fetched ahead of one is what it reads next.
        const int64_t half = panels / 2;
        for (int64_t p = 0; p < half; p++)
            one_row(2, scale, k, a, w + p * panel, half * panel, c + p * DK_LANES, half * DK_LANES);
        if (panels % 2) one_row(1, scale, k, a, w + 2 * half * panel, 0, c + 2 * half * DK_LANES, 0);
        return;
    }
    enum { ROW_BLOCK = 96 };
    int32_t totals[ROW_BLOCK * DK_LANES];
    // Rows that stay in the second cache while panel after panel is put to them.
    enum { ROW_BYTES = 320 * 1024 };
    int64_t block = ROW_BYTES / a_stride / ROWS * ROWS;
    block = block < 4 * ROWS ? 4 * ROWS : block > ROW_BLOCK ? ROW_BLOCK : block;
    for (int64_t r = 0; r < rows; r += block)
        for (int64_t p = 0; p < panels; p++)
            many_rows(scale, rows - r < block ? rows - r : block, k, a + r * a_stride, a_stride, w + p * panel,
                      c + r * c_stride + p * DK_LANES, c_stride, totals);
}

#endif
