// SPDX-License-Identifier: Apache-2.0

// The integer kernels for AVX2, which multiplies unsigned by signed bytes into sums of pairs of 16 bits (vpmaddubsw).
//
// A code of up to 15 times a signed byte leaves room for 8 such sums in 16 bits, a whole group of 32 inputs, before
// they must be widened to 32 bits; codes up to 31 leave room for 4, up to 63 for 2. Codes of 8 bits would overflow at
// once: they and their activations are widened to 16 bits first (vpmaddwd). A panel's codes are expanded to bytes once
// for many rows; a single row expands them in registers as it goes.

#if defined(__x86_64__)

#include <immintrin.h>

#include "codes.h"
#include "constants.h"
#include "integer.h"

#define TARGET __attribute__((target("avx2,fma,f16c")))
#define INLINE TARGET static inline __attribute__((always_inline))

enum {
    ROWS = 6,
    /// Words of 16 bits: activations of one tile, widened.
    WIDE_K_BLOCK = CODES_K_BLOCK / 2,
};

// A block of 32 inputs of a panel as the tiles read it: codes as bytes [8][16][4], or as words [16][16][2].
struct block {
    _Alignas(64) float scale[2][DK_LANES];
    float minimum[2][DK_LANES];
    uint8_t code[64 * DK_LANES];
};
enum { NARROW_BLOCK = 256 + 32 * DK_LANES, WIDE_BLOCK = 256 + 64 * DK_LANES };

INLINE __m256i broadcast(const uint8_t *p)
{
    int32_t word;
    memcpy(&word, p, 4);
    return _mm256_set1_epi32(word);
}
// Keeps the compiler from making all products of one row before those of the next, for which it would have to keep the
// weights of a whole group: a sum has to be there before the products of the next step are made.
#define IN_ORDER(sum) __asm__ volatile("" : "+x"(sum))

INLINE __m256i load(const void *p) { return _mm256_loadu_si256((const __m256i *)p); }

INLINE __m256 table(const struct dk_format *f, const uint8_t *p, int index)
{
    return f->half ? _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(p + index * 2)))
                   : _mm256_loadu_ps((const float *)(p + index * 4));
}

// Expands the scales and minima of a block, and gives where its codes begin.
INLINE const uint8_t *expand_tables(const struct dk_format *f, const uint8_t *w, struct block *out)
{
    const int count = 32 / f->group * DK_LANES, bytes = count * (f->half ? 2 : 4);
    for (int i = 0; i < count; i += 8) {
        _mm256_store_ps(out->scale[0] + i, table(f, w, i));
        if (f->minima) _mm256_store_ps(out->minimum[0] + i, table(f, w + bytes, i));
    }
    return w + bytes * (f->minima ? 2 : 1);
}

TARGET static void expand_narrow(const struct dk_format *f, const uint8_t *w, struct block *out)
{
    const __m256i low = _mm256_set1_epi8(15);
    w = expand_tables(f, w, out);
    if (f->bits == 8) {
        memcpy(out->code, w, 32 * DK_LANES);
        return;
    }
    for (int i = 0; i < 8; i++) {
        const __m256i x = load(w + i * 32);
        uint8_t *to = out->code + i / 2 * 128 + i % 2 * 32;
        _mm256_store_si256((__m256i *)to, _mm256_and_si256(x, low));
        _mm256_store_si256((__m256i *)(to + 64), _mm256_and_si256(_mm256_srli_epi16(x, 4), low));
    }
}

// Of each word's four inputs the first two go to one half of the target, the others to the other.
TARGET static void expand_wide(const struct dk_format *f, const uint8_t *w, struct block *out)
{
    const __m256i first = _mm256_setr_epi8(0, -1, 1, -1, 4, -1, 5, -1, 8, -1, 9, -1, 12, -1, 13, -1, 0, -1, 1, -1, 4, -1, 5,
                                           -1, 8, -1, 9, -1, 12, -1, 13, -1);
    const __m256i second = _mm256_setr_epi8(2, -1, 3, -1, 6, -1, 7, -1, 10, -1, 11, -1, 14, -1, 15, -1, 2, -1, 3, -1, 6, -1,
                                            7, -1, 10, -1, 11, -1, 14, -1, 15, -1);
    w = expand_tables(f, w, out);
    for (int i = 0; i < 16; i++) {
        const __m256i x = load(w + i * 32);
        uint8_t *to = out->code + i / 2 * 128 + i % 2 * 32;
        _mm256_store_si256((__m256i *)to, _mm256_shuffle_epi8(x, first));
        _mm256_store_si256((__m256i *)(to + 64), _mm256_shuffle_epi8(x, second));
    }
}

// rows x 16 outputs over `blocks` blocks, continuing from c when `resume` is set. `run` sums of pairs fit in 16 bits;
// 0 says that codes and activations are words. `tail` is where the row's scales of the first block stand; `scaled` bytes
// behind it are the scaled sums, and as many behind those the sums. `zero` is that of the format, -1 where it has minima.
INLINE void tile(const int rows, const int group, const int run, int64_t blocks, const uint8_t *a, int64_t a_stride,
                 const uint8_t *tail, int64_t tail_stride, int64_t scaled, const uint8_t *w, float *c, int64_t c_stride,
                 int zero, int resume)
{
    const int steps = run ? group / 4 : group / 2, step_bytes = 4;
    const int64_t block_bytes = run ? NARROW_BLOCK : WIDE_BLOCK;
    const __m256i ones = _mm256_set1_epi16(1);
    _Alignas(32) float acc[ROWS][DK_LANES];
#pragma unroll
    for (int i = 0; i < rows; i++)
#pragma unroll
        for (int v = 0; v < 2; v++)
            _mm256_store_ps(acc[i] + v * 8, resume ? _mm256_loadu_ps(c + i * c_stride + v * 8) : _mm256_setzero_ps());
    for (int64_t b = 0; b < blocks; b++, w += block_bytes) {
        const struct block *e = (const struct block *)w;
#pragma unroll
        for (int g = 0; g < 32 / group; g++) {
            __m256i sum[ROWS][2], total[ROWS][2];
            const uint8_t *code = e->code + g * steps * 64;
#pragma unroll
            for (int s = 0; s < steps; s++) {
                const __m256i w0 = load(code + s * 64), w1 = load(code + s * 64 + 32);
#pragma unroll
                for (int i = 0; i < rows; i++) {
                    const __m256i x = broadcast(a + i * a_stride + s * step_bytes);
                    if (run == 0) {
                        const __m256i p0 = _mm256_madd_epi16(w0, x), p1 = _mm256_madd_epi16(w1, x);
                        total[i][0] = s == 0 ? p0 : _mm256_add_epi32(total[i][0], p0);
                        total[i][1] = s == 0 ? p1 : _mm256_add_epi32(total[i][1], p1);
                        IN_ORDER(total[i][0]);
                        IN_ORDER(total[i][1]);
                    } else {
                        const __m256i p0 = _mm256_maddubs_epi16(w0, x), p1 = _mm256_maddubs_epi16(w1, x);
                        sum[i][0] = s % run == 0 ? p0 : _mm256_add_epi16(sum[i][0], p0);
                        sum[i][1] = s % run == 0 ? p1 : _mm256_add_epi16(sum[i][1], p1);
                        IN_ORDER(sum[i][0]);
                        IN_ORDER(sum[i][1]);
                    }
                }
                if (run != 0 && (s + 1) % run == 0)
#pragma unroll
                    for (int i = 0; i < rows; i++)
#pragma unroll
                        for (int v = 0; v < 2; v++) {
                            const __m256i t = _mm256_madd_epi16(sum[i][v], ones);
                            total[i][v] = s < run ? t : _mm256_add_epi32(total[i][v], t);
                        }
            }
            a += steps * step_bytes;
            const __m256 s0 = _mm256_load_ps(e->scale[g]), s1 = _mm256_load_ps(e->scale[g] + 8);
#define SCALE(i, dot0, dot1)                                                                                           \
    const uint8_t *t = tail + i * tail_stride;                                                                         \
    const __m256 scale = _mm256_broadcast_ss((const float *)t);                                                        \
    __m256 x0 = _mm256_fmadd_ps(_mm256_cvtepi32_ps(dot0), _mm256_mul_ps(s0, scale), _mm256_load_ps(acc[i]));           \
    __m256 x1 = _mm256_fmadd_ps(_mm256_cvtepi32_ps(dot1), _mm256_mul_ps(s1, scale), _mm256_load_ps(acc[i] + 8));
            if (zero < 0) {
                const __m256 m0 = _mm256_load_ps(e->minimum[g]), m1 = _mm256_load_ps(e->minimum[g] + 8);
#pragma unroll
                for (int i = 0; i < rows; i++) {
                    SCALE(i, total[i][0], total[i][1])
                    const __m256 offset = _mm256_broadcast_ss((const float *)(t + scaled));
                    _mm256_store_ps(acc[i], _mm256_fmadd_ps(m0, offset, x0));
                    _mm256_store_ps(acc[i] + 8, _mm256_fmadd_ps(m1, offset, x1));
                }
            } else {
                const __m256i excess = _mm256_set1_epi32(zero);
#pragma unroll
                for (int i = 0; i < rows; i++) {
                    const __m256i less = _mm256_mullo_epi32(excess, broadcast(tail + i * tail_stride + 2 * scaled));
                    SCALE(i, _mm256_sub_epi32(total[i][0], less), _mm256_sub_epi32(total[i][1], less))
                    _mm256_store_ps(acc[i], x0);
                    _mm256_store_ps(acc[i] + 8, x1);
                }
            }
#undef SCALE
            tail += 4;
        }
    }
#pragma unroll
    for (int i = 0; i < rows; i++)
#pragma unroll
        for (int v = 0; v < 2; v++) _mm256_storeu_ps(c + i * c_stride + v * 8, _mm256_load_ps(acc[i] + v * 8));
}

struct rows {
    const uint8_t *a, *tail;
    int64_t count, a_stride, tail_stride, scaled;
};

INLINE void tiles(const int group, const int run, int64_t blocks, const struct rows *rows, const uint8_t *w, float *c,
                  int64_t c_stride, int zero, int resume)
{
    _Alignas(64) int16_t wide[ROWS * WIDE_K_BLOCK];
    for (int64_t r = 0; r < rows->count; r += ROWS) {
        const int64_t count = rows->count - r < ROWS ? rows->count - r : ROWS;
        const uint8_t *a = rows->a + r * rows->a_stride, *tail = rows->tail + r * rows->tail_stride;
        int64_t a_stride = rows->a_stride;
        if (run == 0) {
            for (int64_t i = 0; i < count; i++)
                for (int64_t b = 0; b < blocks * 32; b += 16)
                    _mm256_store_si256((__m256i *)(wide + i * WIDE_K_BLOCK + b),
                                       _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(a + i * a_stride + b))));
            a = (const uint8_t *)wide;
            a_stride = 2 * WIDE_K_BLOCK;
        }
        float *out = c + r * c_stride;
#define CASE(n)                                                                                                        \
    case n:                                                                                                            \
        tile(n, group, run, blocks, a, a_stride, tail, rows->tail_stride, rows->scaled, w, out, c_stride, zero, resume); \
        break;
        switch (count) {
            CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6)
        default: break;
        }
#undef CASE
    }
}

#define VARIANT(group, run)                                                                                            \
    TARGET static void tiles_##group##_##run(int64_t blocks, const struct rows *rows, const uint8_t *w, float *c,      \
                                             int64_t c_stride, int zero, int resume)                                   \
    {                                                                                                                  \
        tiles(group, run, blocks, rows, w, c, c_stride, zero, resume);                                                 \
    }
VARIANT(32, 8) VARIANT(32, 4) VARIANT(32, 2) VARIANT(32, 0)
VARIANT(16, 4) VARIANT(16, 2) VARIANT(16, 0)
#undef VARIANT

static int run_of(const struct dk_format *f)
{
    const int run = f->top <= 15 ? 8 : f->top <= 31 ? 4 : f->top <= 63 ? 2 : 0;
    return run > f->group / 4 ? f->group / 4 : run;
}

// One row: nothing is expanded to memory. Codes of 8 bits are multiplied as two halves of 4.
INLINE void one_row(const int group, const struct dk_format *f, int64_t blocks, const uint8_t *a, const float *scales,
                    const uint8_t *w, float *c)
{
    const float *scaled = scales + blocks * (32 / group);
    const uint8_t *sums = (const uint8_t *)(scaled + blocks * (32 / group));
    const int64_t stride = dk_block_stride(f);
    const int table_bytes = 32 / group * DK_LANES * (f->half ? 2 : 4);
    const __m256i low = _mm256_set1_epi8(15), ones = _mm256_set1_epi16(1), sixteens = _mm256_set1_epi16(16);
    const __m256i excess = _mm256_set1_epi32(f->zero);
    __m256 acc0 = _mm256_setzero_ps(), acc1 = acc0;
    for (int64_t b = 0; b < blocks; b++, w += stride, a += 32) {
        const uint8_t *code = w + table_bytes * (f->minima ? 2 : 1);
        _mm_prefetch((const char *)w + 2048, _MM_HINT_T0);
        _mm_prefetch((const char *)w + 2112, _MM_HINT_T0);
        _mm_prefetch((const char *)w + 2176, _MM_HINT_T0);
        _mm_prefetch((const char *)w + 2240, _MM_HINT_T0);
        _mm_prefetch((const char *)w + 2304, _MM_HINT_T0);
#pragma unroll
        for (int g = 0; g < 32 / group; g++) {
            __m256i sum0 = _mm256_setzero_si256(), sum1 = sum0, high0 = sum0, high1 = sum0;
#pragma unroll
            for (int s = g * group / 4; f->bits == 8 && s < (g + 1) * group / 4; s++) {
                const __m256i w0 = load(code + s * 64), w1 = load(code + s * 64 + 32), x = broadcast(a + s * 4);
                sum0 = _mm256_add_epi16(sum0, _mm256_maddubs_epi16(_mm256_and_si256(w0, low), x));
                sum1 = _mm256_add_epi16(sum1, _mm256_maddubs_epi16(_mm256_and_si256(w1, low), x));
                high0 = _mm256_add_epi16(high0, _mm256_maddubs_epi16(_mm256_and_si256(_mm256_srli_epi16(w0, 4), low), x));
                high1 = _mm256_add_epi16(high1, _mm256_maddubs_epi16(_mm256_and_si256(_mm256_srli_epi16(w1, 4), low), x));
            }
#pragma unroll
            for (int s = g * group / 8; f->bits == 4 && s < (g + 1) * group / 8; s++) {
                const __m256i x0 = load(code + s * 64), x1 = load(code + s * 64 + 32);
                const __m256i first = broadcast(a + s * 8), second = broadcast(a + s * 8 + 4);
                sum0 = _mm256_add_epi16(sum0, _mm256_maddubs_epi16(_mm256_and_si256(x0, low), first));
                sum1 = _mm256_add_epi16(sum1, _mm256_maddubs_epi16(_mm256_and_si256(x1, low), first));
                sum0 = _mm256_add_epi16(sum0, _mm256_maddubs_epi16(_mm256_and_si256(_mm256_srli_epi16(x0, 4), low), second));
                sum1 = _mm256_add_epi16(sum1, _mm256_maddubs_epi16(_mm256_and_si256(_mm256_srli_epi16(x1, 4), low), second));
            }
            const __m256 s0 = table(f, w, g * DK_LANES), s1 = table(f, w, g * DK_LANES + 8);
            const __m256 scale = _mm256_broadcast_ss(scales++);
            __m256i dot0 = _mm256_madd_epi16(sum0, ones), dot1 = _mm256_madd_epi16(sum1, ones);
            if (f->bits == 8) {
                dot0 = _mm256_add_epi32(dot0, _mm256_madd_epi16(high0, sixteens));
                dot1 = _mm256_add_epi32(dot1, _mm256_madd_epi16(high1, sixteens));
            }
            if (!f->minima) {
                const __m256i less = _mm256_mullo_epi32(excess, broadcast(sums));
                dot0 = _mm256_sub_epi32(dot0, less);
                dot1 = _mm256_sub_epi32(dot1, less);
            }
            acc0 = _mm256_fmadd_ps(_mm256_cvtepi32_ps(dot0), _mm256_mul_ps(s0, scale), acc0);
            acc1 = _mm256_fmadd_ps(_mm256_cvtepi32_ps(dot1), _mm256_mul_ps(s1, scale), acc1);
            if (f->minima) {
                const __m256 offset = _mm256_broadcast_ss(scaled);
                acc0 = _mm256_fmadd_ps(table(f, w + table_bytes, g * DK_LANES), offset, acc0);
                acc1 = _mm256_fmadd_ps(table(f, w + table_bytes, g * DK_LANES + 8), offset, acc1);
            }
            scaled++;
            sums += 4;
        }
    }
    _mm256_storeu_ps(c, acc0);
    _mm256_storeu_ps(c + 8, acc1);
}

TARGET static void single_row(const struct dk_format *f, int64_t panels, int64_t k, const uint8_t *a, const uint8_t *w, float *c)
{
    // The common formats as constants, so that the compiler leaves out what they do not need.
    static const struct dk_format q4_0 = {4, 32, 15, 8, 0, 1}, q4_1 = {4, 32, 15, 0, 1, 1}, q8_0 = {8, 32, 255, 128, 0, 1},
                                  q4_k = {4, 32, 15, 0, 1, 0}, q6_k = {8, 16, 63, 32, 0, 0}, ternary = {4, 32, 3, 1, 0, 1};
    const int64_t panel = dk_panel_bytes(f, k);
    const float *scales = (const float *)(a + k);
#define KNOWN(format)                                                                                                  \
    if (memcmp(f, &format, sizeof format) == 0) {                                                                      \
        for (int64_t p = 0; p < panels; p++) one_row(format.group, &format, k / 32, a, scales, w + p * panel, c + p * DK_LANES); \
        return;                                                                                                        \
    }
    KNOWN(q4_0) KNOWN(q4_1) KNOWN(q8_0) KNOWN(q4_k) KNOWN(q6_k) KNOWN(ternary)
#undef KNOWN
    for (int64_t p = 0; p < panels; p++, w += panel, c += DK_LANES) {
        if (f->group == 16) one_row(16, f, k / 32, a, scales, w, c);
        else one_row(32, f, k / 32, a, scales, w, c);
    }
}

TARGET void dk_avx2_gemm_codes(const struct dk_format *f, int64_t rows, int64_t panels, int64_t k, const uint8_t *a,
                               int64_t a_stride, const uint8_t *w, float *c, int64_t c_stride)
{
    if (rows == 1) {
        single_row(f, panels, k, a, w, c);
        return;
    }
    _Alignas(64) uint8_t expanded[CODES_K_BLOCK / 32 * NARROW_BLOCK];
    _Static_assert(WIDE_K_BLOCK / 32 * WIDE_BLOCK <= sizeof expanded, "wide blocks fit in the same memory");
    const int run = run_of(f);
    const int64_t k_block = run ? CODES_K_BLOCK : WIDE_K_BLOCK, block_bytes = run ? NARROW_BLOCK : WIDE_BLOCK;
    const int64_t panel = dk_panel_bytes(f, k), stride = dk_block_stride(f);
    int64_t row_block = CODES_ROW_BYTES / a_stride / ROWS * ROWS;
    if (row_block < ROWS) row_block = ROWS;
    void (*multiply)(int64_t, const struct rows *, const uint8_t *, float *, int64_t, int, int) =
        f->group == 32 ? (run == 8 ? tiles_32_8 : run == 4 ? tiles_32_4 : run == 2 ? tiles_32_2 : tiles_32_0)
                       : (run == 4 ? tiles_16_4 : run == 2 ? tiles_16_2 : tiles_16_0);
    for (int64_t r = 0; r < rows; r += row_block)
        for (int64_t k0 = 0; k0 < k; k0 += k_block) {
            const int64_t blocks = (k - k0 < k_block ? k - k0 : k_block) / 32;
            const uint8_t *row = a + r * a_stride;
            const struct rows part = {
                .a = row + k0, .tail = row + k + k0 / f->group * 4, .count = rows - r < row_block ? rows - r : row_block,
                .a_stride = a_stride, .tail_stride = a_stride, .scaled = k / f->group * 4,
            };
            for (int64_t p = 0; p < panels; p++) {
                const uint8_t *from = w + p * panel + k0 / 32 * stride;
                for (int64_t b = 0; b < blocks; b++)
                    (run ? expand_narrow : expand_wide)(f, from + b * stride, (struct block *)(expanded + b * block_bytes));
                multiply(blocks, &part, expanded, c + r * c_stride + p * DK_LANES, c_stride, f->minima ? -1 : f->zero, k0 > 0);
            }
        }
}

#endif
