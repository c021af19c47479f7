// SPDX-License-Identifier: Apache-2.0

// Ternary weights as indices to tables of sums (Bitnet.cpp, arXiv 2502.11880, sections 3.1 and 3.2): the panels, the tables,
// and the kernels: plain, and for the two instruction sets that look 16 bytes up at a time.

#include <string.h>

#include "integer.h"
#include "lut_tables.h"

// Inputs of a matrix that stand in groups of three; the rest stand in pairs.
static int64_t triples_of(enum dk_lut kind, int64_t k) { return kind == DK_TL2 ? k / 24 * 24 : 0; }

int64_t dk_lut_panel_bytes(enum dk_lut kind, int64_t k)
{
    const int64_t triples = triples_of(kind, k);
    return triples / 24 * 80 + (k - triples) / 4 * 16;
}

void dk_pack_lut(enum dk_lut kind, const int8_t *rows, int64_t row_stride, int64_t count, int64_t k, uint8_t *panel)
{
    const int64_t triples = triples_of(kind, k);
    memset(panel, 0, (size_t)dk_lut_panel_bytes(kind, k));
    for (int64_t lane = 0; lane < DK_LANES; lane++)
        for (int64_t i = 0; i < k; i += i < triples ? 3 : 2) {
            const int8_t *x = rows + lane * row_stride + i;
            const int there = lane < count;
            if (i < triples) {
                const int64_t group = i % 24 / 3;
                const int value = there ? 9 * x[0] + 3 * x[1] + x[2] : 0;
                uint8_t *block = panel + i / 24 * 80;
                block[group / 2 * 16 + lane] |= (uint8_t)((value < 0 ? -value : value) << (group % 2 * 4));
                block[64 + lane] |= (uint8_t)((value < 0) << group);
            } else {
                const int value = there ? 3 * x[0] + x[1] + 4 : 4;
                const int64_t pair = (i - triples) / 2;
                panel[triples / 24 * 80 + pair / 2 * 16 + lane] |= (uint8_t)(value << (pair % 2 * 4));
            }
        }
}

static void put_sum(uint8_t *table, int index, int sum)
{
    table[index] = (uint8_t)(uint16_t)(int16_t)sum;
    table[16 + index] = (uint8_t)((uint16_t)(int16_t)sum >> 8);
}

static void pair_tables(int64_t inputs, const int8_t *a, uint8_t *tables)
{
    for (int64_t i = 0; i < inputs; i += 2, tables += 32)
        for (int v = 0; v < 9; v++) put_sum(tables, v, (v / 3 - 1) * a[i] + (v % 3 - 1) * a[i + 1]);
}

static void triple_tables(int64_t inputs, const int8_t *a, uint8_t *tables)
{
    for (int64_t i = 0; i < inputs; i += 3, tables += 32)
        for (int v = 0; v < 14; v++) {
            // The digits -1, 0 and 1 of v.
            const int last = (v + 1) % 3 - 1, rest = (v - last) / 3, middle = (rest + 1) % 3 - 1, first = (rest - middle) / 3;
            put_sum(tables, v, first * a[i] + middle * a[i + 1] + last * a[i + 2]);
        }
}

void dk_lut_rows(dk_lut_run pairs, dk_lut_run triples, enum dk_lut kind, float scale, int64_t rows, int64_t panels, int64_t k,
                 const uint8_t *a, int64_t a_stride, const uint8_t *w, float *c, int64_t c_stride)
{
    typedef int32_t __attribute__((may_alias)) sum;
    _Static_assert(DK_TL2_RUN / 3 * 32 <= DK_TL1_RUN / 2 * 32, "tables of both kinds fit");
    _Alignas(64) uint8_t tables[DK_TL1_RUN / 2 * 32] = {0};
    const int64_t tripled = triples_of(kind, k), panel = dk_lut_panel_bytes(kind, k);
    for (int64_t r = 0; r < rows; r++) {
        const int8_t *row = (const int8_t *)(a + r * a_stride);
        // The result's own place holds the integers until all of them are there.
        sum *sums = (sum *)(c + r * c_stride);
        memset(sums, 0, (size_t)(panels * DK_LANES) * sizeof *sums);
        for (int64_t k0 = 0; k0 < k;) {
            const int threes = k0 < tripled;
            const int64_t end = threes ? tripled : k, run = threes ? DK_TL2_RUN : DK_TL1_RUN;
            const int64_t inputs = end - k0 < run ? end - k0 : run;
            const int64_t at = threes ? k0 / 24 * 80 : tripled / 24 * 80 + (k0 - tripled) / 4 * 16;
            (threes ? triple_tables : pair_tables)(inputs, row + k0, tables);
            for (int64_t p = 0; p < panels; p++)
                (threes ? triples : pairs)(inputs, w + p * panel + at, tables, (int32_t *)(sums + p * DK_LANES));
            k0 += inputs;
        }
        const float factor = *(const float *)(a + r * a_stride + k) * scale;
        for (int64_t i = 0; i < panels * DK_LANES; i++) c[r * c_stride + i] = (float)sums[i] * factor;
    }
}

static int table_sum(const uint8_t *table, int index) { return (int16_t)(uint16_t)(table[index] | table[16 + index] << 8); }

static void plain_pairs(int64_t inputs, const uint8_t *w, const uint8_t *tables, int32_t *sums)
{
    for (int64_t i = 0; i < inputs / 4; i++, w += 16, tables += 64)
        for (int lane = 0; lane < DK_LANES; lane++)
            sums[lane] += table_sum(tables, w[lane] & 15) + table_sum(tables + 32, w[lane] >> 4);
}

static void plain_triples(int64_t inputs, const uint8_t *w, const uint8_t *tables, int32_t *sums)
{
    for (int64_t i = 0; i < inputs / 24; i++, w += 80, tables += 8 * 32)
        for (int g = 0; g < 8; g++)
            for (int lane = 0; lane < DK_LANES; lane++) {
                const int sum = table_sum(tables + g * 32, w[g / 2 * 16 + lane] >> (g % 2 * 4) & 15);
                sums[lane] += w[64 + lane] >> g & 1 ? -sum : sum;
            }
}

void dk_scalar_gemm_lut(enum dk_lut kind, float scale, int64_t rows, int64_t panels, int64_t k, const uint8_t *a,
                        int64_t a_stride, const uint8_t *w, float *c, int64_t c_stride)
{
    dk_lut_rows(plain_pairs, plain_triples, kind, scale, rows, panels, k, a, a_stride, w, c, c_stride);
}

#if defined(__x86_64__)

#include <immintrin.h>

#define NAME(x) dk_avx2_##x
#define TARGET __attribute__((target("avx2,fma,f16c")))
#define OP TARGET static inline __attribute__((always_inline))

typedef __m128i bytes, shorts;

OP bytes load_bytes(const uint8_t *p) { return _mm_loadu_si128((const __m128i *)p); }
OP bytes splat_byte(int x) { return _mm_set1_epi8((char)x); }
OP bytes and_bytes(bytes v, int mask) { return _mm_and_si128(v, splat_byte(mask)); }
OP bytes high_nibbles(bytes v) { return and_bytes(_mm_srli_epi16(v, 4), 15); }
OP bytes same(bytes v, bytes w) { return _mm_cmpeq_epi8(v, w); }
OP bytes look_up(bytes table, bytes index) { return _mm_shuffle_epi8(table, index); }
OP shorts zip_low(bytes a, bytes b) { return _mm_unpacklo_epi8(a, b); }
OP shorts zip_high(bytes a, bytes b) { return _mm_unpackhi_epi8(a, b); }
OP shorts add(shorts a, shorts b) { return _mm_add_epi16(a, b); }
OP shorts sub(shorts a, shorts b) { return _mm_sub_epi16(a, b); }
OP shorts xor(shorts a, shorts b) { return _mm_xor_si128(a, b); }
OP shorts zero_shorts(void) { return _mm_setzero_si128(); }
OP void widen_add(int32_t *sums, shorts v)
{
    __m256i *p = (__m256i *)sums;
    _mm256_storeu_si256(p, _mm256_add_epi32(_mm256_loadu_si256(p), _mm256_cvtepi16_epi32(v)));
}

#include "lut.h"

#elif defined(__aarch64__)

#include <arm_neon.h>

#define NAME(x) dk_neon_##x
#define TARGET
#define OP static inline __attribute__((always_inline))

typedef uint8x16_t bytes;
typedef int16x8_t shorts;

OP bytes load_bytes(const uint8_t *p) { return vld1q_u8(p); }
OP bytes splat_byte(int x) { return vdupq_n_u8((uint8_t)x); }
OP bytes and_bytes(bytes v, int mask) { return vandq_u8(v, splat_byte(mask)); }
OP bytes high_nibbles(bytes v) { return vshrq_n_u8(v, 4); }
OP bytes same(bytes v, bytes w) { return vceqq_u8(v, w); }
OP bytes look_up(bytes table, bytes index) { return vqtbl1q_u8(table, index); }
OP shorts zip_low(bytes a, bytes b) { return vreinterpretq_s16_u8(vzip1q_u8(a, b)); }
OP shorts zip_high(bytes a, bytes b) { return vreinterpretq_s16_u8(vzip2q_u8(a, b)); }
OP shorts add(shorts a, shorts b) { return vaddq_s16(a, b); }
OP shorts sub(shorts a, shorts b) { return vsubq_s16(a, b); }
OP shorts xor(shorts a, shorts b) { return veorq_s16(a, b); }
OP shorts zero_shorts(void) { return vdupq_n_s16(0); }
OP void widen_add(int32_t *sums, shorts v)
{
    vst1q_s32(sums, vaddw_s16(vld1q_s32(sums), vget_low_s16(v)));
    vst1q_s32(sums + 4, vaddw_s16(vld1q_s32(sums + 4), vget_high_s16(v)));
}

#include "lut.h"

#endif
