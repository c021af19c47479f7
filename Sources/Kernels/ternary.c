// SPDX-License-Identifier: Apache-2.0

// Ternary weights from GGML's blocks to panels, and panels with five weights in a byte.

#include <math.h>

#include "Kernels.h"
#include "codes.h"

// Q4_0 is ternary where it holds no code but 7, 8 and 9: the one way to keep rows that are no whole number of the other blocks.
enum { Q4_0 = 2, TQ1_0 = 34, TQ2_0 = 35, I2_S = 36 };

static int can_be_ternary(int type) { return type == Q4_0 || type == TQ1_0 || type == TQ2_0 || type == I2_S; }

void dk_ternary_digits(int type, const uint8_t *b, uint8_t *code)
{
    static const uint8_t power[5] = {1, 3, 9, 27, 81};
    switch (type) {
    case TQ1_0:
        // 32 bytes of five digits each, 16 of five, 4 of four; a digit comes to the top by a product.
        for (int n = 0; n < 5; n++) {
            for (int i = 0; i < 32; i++) code[n * 32 + i] = (uint8_t)((uint8_t)(b[i] * power[n]) * 3 >> 8);
            for (int i = 0; i < 16; i++) code[160 + n * 16 + i] = (uint8_t)((uint8_t)(b[32 + i] * power[n]) * 3 >> 8);
        }
        for (int n = 0; n < 4; n++)
            for (int i = 0; i < 4; i++) code[240 + n * 4 + i] = (uint8_t)((uint8_t)(b[48 + i] * power[n]) * 3 >> 8);
        break;
    case TQ2_0:
        for (int half = 0; half < 2; half++)
            for (int n = 0; n < 4; n++)
                for (int i = 0; i < 32; i++) code[half * 128 + n * 32 + i] = b[half * 32 + i] >> (2 * n) & 3;
        break;
    case Q4_0:
        for (int i = 0; i < 16; i++) {
            code[i] = (uint8_t)((b[2 + i] & 15) - 7) & 3;
            code[16 + i] = (uint8_t)((b[2 + i] >> 4) - 7) & 3;
        }
        break;
    default:
        for (int n = 0; n < 4; n++)
            for (int i = 0; i < 32; i++) code[n * 32 + i] = b[i] >> (6 - 2 * n) & 3;
        break;
    }
}

// The scale of a block as the file has it.
static uint16_t block_scale(int type, const uint8_t *b)
{
    enum { ONE = 0x3c00 };
    uint16_t bits = ONE;
    if (type != I2_S) memcpy(&bits, b + (type == Q4_0 ? 0 : dk_block_bytes(type) - 2), 2);
    return bits;
}

static int is_zero(uint16_t half) { return (half & 0x7fff) == 0; }

int dk_ternary_scale(int type, const uint8_t *blocks, int64_t count, float *scale)
{
    if (!can_be_ternary(type)) return 0;
    const int64_t bytes = dk_block_bytes(type), coded = type == I2_S ? bytes : bytes - 2;
    uint16_t found = 0;
    for (int64_t i = 0; i < count; i++, blocks += bytes) {
        const uint16_t half = block_scale(type, blocks);
        if (is_zero(half)) continue;
        if (is_zero(found)) found = half;
        if (half != found || (half & 0x7c00) == 0x7c00) return 0;
        if (type == Q4_0) {
            for (int64_t b = 2; b < bytes; b++)
                if ((uint8_t)((blocks[b] & 15) - 7) > 2 || (uint8_t)((blocks[b] >> 4) - 7) > 2) return 0;
            continue;
        }
        // Digits of base 3 are below 3 by themselves.
        uint8_t both = 0;
        for (int64_t b = 0; type != TQ1_0 && b < coded; b++) both |= blocks[b] & blocks[b] >> 1 & 0x55;
        if (both) return 0;
    }
    const uint8_t little[2] = {(uint8_t)found, (uint8_t)(found >> 8)};
    *scale = is_zero(found) ? 0.0f : dk_half(little);
    return 1;
}

// Four words of four codes each become one word of a panel.
static void put_lane(const uint8_t *code, int64_t count, int64_t lane, uint8_t *panel)
{
    for (int64_t i = 0; i < count / 16; i++) {
        uint32_t word[4];
        memcpy(word, code + i * 16, 16);
        const uint32_t all = word[0] | word[1] << 2 | word[2] << 4 | word[3] << 6;
        memcpy(panel + i * 64 + lane * 4, &all, 4);
    }
}

enum { ZEROS = 0x55 };

int dk_pack_ternary_blocks(int type, const uint8_t *rows, int64_t row_bytes, int64_t count, int64_t k, uint8_t *panel)
{
    if (!can_be_ternary(type)) return 0;
    const int64_t values = dk_block_values(type), bytes = dk_block_bytes(type);
    if (k % values != 0) return 0;
    memset(panel, ZEROS, (size_t)dk_panel_bytes(dk_ternary_format(), k));
    uint8_t code[256];
    for (int64_t lane = 0; lane < count; lane++)
        for (int64_t b = 0; b < k / values; b++) {
            const uint8_t *block = rows + lane * row_bytes + b * bytes;
            if (is_zero(block_scale(type, block))) continue;
            dk_ternary_digits(type, block, code);
            put_lane(code, values, lane, panel + b * values / 16 * 64);
        }
    return 1;
}

void dk_pack_ternary(const int8_t *rows, int64_t row_stride, int64_t count, int64_t k, uint8_t *panel)
{
    memset(panel, ZEROS, (size_t)dk_panel_bytes(dk_ternary_format(), k));
    for (int64_t lane = 0; lane < count; lane++)
        for (int64_t i = 0; i < k; i += 16) {
            uint8_t code[16];
            for (int64_t j = 0; j < 16; j++) code[j] = i + j < k ? (uint8_t)(rows[lane * row_stride + i + j] + 1) & 3 : 1;
            put_lane(code, 16, lane, panel + i / 16 * 64);
        }
}

// A vector of 64 bytes holds four inputs of 16 outputs; five such vectors of codes become one.
enum { VECTOR = 64 };

int64_t dk_folded_bytes(int64_t k) { return ((k + 15) / 16 * 4 + 4) / 5 * VECTOR; }

void dk_fold_ternary(const uint8_t *panel, int64_t k, uint8_t *folded)
{
    const int64_t planes = (k + 15) / 16 * 4;
    for (int64_t s = 0; s < planes; s += 5, folded += VECTOR)
        for (int i = 0; i < VECTOR; i++) {
            int value = 0;
            for (int64_t n = s; n < s + 5; n++)
                value = value * 3 + (n < planes ? panel[n / 4 * VECTOR + i] >> (n % 4 * 2) & 3 : 1);
            folded[i] = (uint8_t)((value * 256 + 242) / 243);
        }
}

// Four vectors of five digits are five blocks of four. A digit is what the top third of a byte it lies in says, and the next
// one comes there by a product with 3.
#define UNFOLD(name, attribute)                                                                                         \
    attribute static void name(const uint8_t *folded, int64_t blocks, uint8_t *panel)                                  \
    {                                                                                                                  \
        typedef uint8_t bytes __attribute__((vector_size(32), aligned(1)));                                            \
        for (int64_t b = 0; b < blocks; b += 5, folded += 4 * VECTOR)                                                  \
            for (int part = 0; part < VECTOR; part += 32) {                                                            \
                bytes digits = {0}, block = {0};                                                                       \
                _Pragma("clang loop unroll(full)") for (int s = 0; s < 20; s++)                                        \
                {                                                                                                      \
                    if (b + s / 4 >= blocks) break;                                                                    \
                    if (s % 5 == 0) digits = *(const bytes *)(folded + s / 5 * VECTOR + part);                         \
                    const bytes digit = -((bytes)(digits >= 86) + (bytes)(digits >= 171));                             \
                    digits = digits + digits + digits;                                                                 \
                    block = s % 4 ? block | digit << (2 * (s % 4)) : digit;                                            \
                    if (s % 4 == 3) *(bytes *)(panel + (b + s / 4) * VECTOR + part) = block;                           \
                }                                                                                                      \
            }                                                                                                          \
    }

UNFOLD(unfold, )
#if defined(__x86_64__)
UNFOLD(unfold_avx2, __attribute__((target("avx2"))))
#endif

void dk_unfold_ternary(const uint8_t *folded, int64_t k, uint8_t *panel)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2")) {
        unfold_avx2(folded, (k + 15) / 16, panel);
        return;
    }
#endif
    unfold(folded, (k + 15) / 16, panel);
}
