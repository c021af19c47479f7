// SPDX-License-Identifier: Apache-2.0

// Packing blocks of keys and values into few bits. One version serves every processor: a block is packed once.
//
// Keys are rounded per channel over a group of positions, values per position over a group of channels (KIVI, section 3;
// BitDecoding, section 4): outliers of keys stand in few channels, those of values in few positions.

#include <math.h>
#include <string.h>

#include "packed.h"

float dk_half_to_float(uint16_t half)
{
    const uint32_t sign = (uint32_t)(half & 0x8000) << 16, rest = half & 0x7fff;
    uint32_t bits;
    if (rest >= 0x7c00) {
        bits = sign | 0x7f800000 | (rest & 0x3ff) << 13;
    } else if (rest >= 0x400) {
        bits = sign | ((rest << 13) + (112u << 23));
    } else {
        const float small = (float)rest * 0x1p-24f;
        memcpy(&bits, &small, sizeof bits);
        bits |= sign;
    }
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

// To the nearest, ties to even; what is beyond the range becomes its end, and what is no number 0.
uint16_t dk_float_to_half(float x)
{
    if (x != x) return 0;
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    const uint16_t sign = (uint16_t)(bits >> 16 & 0x8000);
    bits &= 0x7fffffff;
    if (bits >= 0x477fe000) return sign | 0x7bff;
    if (bits < 0x38800000) {
        // Below the normal range: adding 0.5 leaves the rounded multiple of 2^-24 in the lowest bits.
        float magnitude;
        memcpy(&magnitude, &bits, sizeof magnitude);
        magnitude += 0.5f;
        memcpy(&bits, &magnitude, sizeof bits);
        return sign | (uint16_t)(bits - 0x3f000000);
    }
    bits += 0xfff + (bits >> 13 & 1);
    return sign | (uint16_t)((bits - (112u << 23)) >> 13);
}

void dk_scalar_to_half(int64_t n, const float *x, uint16_t *half)
{
    for (int64_t i = 0; i < n; i++) half[i] = dk_float_to_half(x[i]);
}

void dk_scalar_from_half(int64_t n, const uint16_t *half, float *x)
{
    for (int64_t i = 0; i < n; i++) x[i] = dk_half_to_float(half[i]);
}

int64_t dk_kv_block_bytes(const struct dk_kv_format *format)
{
    const struct dk_kv_format *f = format;
    if (f->bits != 4 && f->bits != 2) return 0;
    if (f->head < DK_LANES || f->head > PACKED_HEAD || f->head % DK_LANES != 0) return 0;
    if (f->key_group < 32 || f->key_group > DK_BLOCK || DK_BLOCK % f->key_group != 0) return 0;
    if (f->value_group < 16 || f->value_group % 16 != 0 || f->head % f->value_group != 0) return 0;
    if (f->head / f->value_group > PACKED_VALUE_GROUPS) return 0;
    return packed_layout(f).bytes;
}

// Scale and minimum of a group, as they will be read back; returns the factor from values to codes.
static float put_range(float low, float high, int levels, uint8_t *scales, uint8_t *minima, int64_t index, float *minimum)
{
    // + 0 makes -0 one with 0, between which minimum and maximum may choose freely.
    const uint16_t lowest = dk_float_to_half(low + 0.0f), scale = dk_float_to_half((high - low) / (float)levels);
    memcpy(scales + index * 2, &scale, 2);
    memcpy(minima + index * 2, &lowest, 2);
    *minimum = dk_half_to_float(lowest);
    const float step = dk_half_to_float(scale);
    return step > 0.0f ? 1.0f / step : 0.0f;
}

static inline int code_of(float x, float minimum, float inverse, int levels)
{
    const float code = (x - minimum) * inverse;
    // Also what is no number becomes 0.
    if (!(code > 0.0f)) return 0;
    return code >= (float)levels ? levels : (int)(code + 0.5f);
}

// Writes the code at a depth of one output of a panel.
static inline void put_code(uint8_t *panel, int bits, int64_t output, int64_t depth, int code)
{
    const int64_t step = 32 / bits, at = depth % step;
    panel[(depth / step * DK_LANES + output) * 4 + at % 4] |= (uint8_t)(code << (at / 4 * bits));
}

static const float *key_at(const float *const *tiles, int64_t head, int64_t token, int64_t channel)
{
    const int64_t slot = token % DK_TILE;
    return tiles[token / DK_TILE] + (slot / DK_LANES * head + channel) * DK_LANES + slot % DK_LANES;
}

void dk_kv_pack(const struct dk_kv_format *format, const float *const *keys, const float *const *values, uint8_t *block)
{
    const struct dk_kv_format *f = format;
    const struct packed_layout l = packed_layout(f);
    const int levels = (1 << f->bits) - 1;
    memset(block, 0, (size_t)l.bytes);
    uint8_t *scales = block + l.key_tables, *minima = scales + l.key_groups * f->head * 2;
    const int64_t panel = packed_panel(f->bits, f->head);
    for (int64_t g = 0; g < l.key_groups; g++)
        for (int64_t d = 0; d < f->head; d++) {
            const int64_t first = g * f->key_group;
            float low = INFINITY, high = -INFINITY, minimum;
            for (int64_t t = first; t < first + f->key_group; t++) {
                const float x = *key_at(keys, f->head, t, d);
                if (x < low) low = x;
                if (x > high) high = x;
            }
            if (!(high >= low)) low = high = 0.0f;
            const float inverse = put_range(low, high, levels, scales, minima, g * f->head + d, &minimum);
            for (int64_t t = first; t < first + f->key_group; t++)
                put_code(block + l.key_codes + t / DK_LANES * panel, f->bits, t % DK_LANES, d,
                         code_of(*key_at(keys, f->head, t, d), minimum, inverse, levels));
        }
    scales = block + l.value_tables;
    minima = scales + l.value_groups * DK_BLOCK * 2;
    const int64_t value_panel = packed_panel(f->bits, DK_TILE);
    for (int64_t t = 0; t < DK_BLOCK; t++)
        for (int64_t g = 0; g < l.value_groups; g++) {
            const float *tile = values[t / DK_TILE] + t % DK_TILE * DK_LANES;
            float low = INFINITY, high = -INFINITY, minimum;
            for (int64_t d = g * f->value_group; d < (g + 1) * f->value_group; d++) {
                const float x = tile[d / DK_LANES * DK_TILE * DK_LANES + d % DK_LANES];
                if (x < low) low = x;
                if (x > high) high = x;
            }
            if (!(high >= low)) low = high = 0.0f;
            const float inverse = put_range(low, high, levels, scales, minima, g * DK_BLOCK + t, &minimum);
            for (int64_t d = g * f->value_group; d < (g + 1) * f->value_group; d++)
                put_code(block + l.value_codes + (t / DK_TILE * f->head / DK_LANES + d / DK_LANES) * value_panel, f->bits,
                         d % DK_LANES, t % DK_TILE,
                         code_of(tile[d / DK_LANES * DK_TILE * DK_LANES + d % DK_LANES], minimum, inverse, levels));
        }
}
