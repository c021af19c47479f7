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

int64_t dk_kv_block_bytes(const struct dk_kv_format *format)
{
    const struct dk_kv_format *f = format;
    if ((f->bits != 4 && f->bits != 2) || (f->key_rest != 0 && f->key_rest != 2)) return 0;
    if (f->head < DK_LANES || f->head > PACKED_HEAD || f->head % DK_LANES != 0) return 0;
    if (f->key_group < 32 || f->key_group > DK_BLOCK || DK_BLOCK % f->key_group != 0) return 0;
    if (f->value_group < 16 || f->value_group % 16 != 0 || f->head % f->value_group != 0) return 0;
    if (f->head / f->value_group > PACKED_VALUE_GROUPS) return 0;
    return packed_layout(f).bytes;
}

// Scale and minimum of a group of values, as they will be read back.
struct range {
    float minimum, inverse;
};

static struct range put_range(float low, float high, int levels, uint8_t *scales, uint8_t *minima, int64_t index)
{
    if (!(high >= low)) low = high = 0.0f;
    // + 0 makes -0 one with 0, between which minimum and maximum may choose freely.
    const uint16_t lowest = dk_float_to_half(low + 0.0f), scale = dk_float_to_half((high - low) / (float)levels);
    memcpy(scales + index * 2, &scale, 2);
    memcpy(minima + index * 2, &lowest, 2);
    const float step = dk_half_to_float(scale);
    return (struct range){dk_half_to_float(lowest), step > 0.0f ? 1.0f / step : 0.0f};
}

// Adds codes of 16 values that stand at one depth of a panel to the words of its outputs, less their lowest `drop` bits and
// what does not fit in `bits`.
static inline void add_codes(const float *x, struct range r, float levels, int drop, int bits, int shift, uint32_t *words)
{
    for (int i = 0; i < DK_LANES; i++) {
        float code = (x[i] - r.minimum) * r.inverse + 0.5f;
        // Also what is no number becomes 0.
        code = code > 0.0f ? code : 0.0f;
        code = code < levels ? code : levels;
        words[i] |= ((uint32_t)(int32_t)code >> drop & ((1u << bits) - 1)) << shift;
    }
}

// Where the code of a depth stands in the word of its step.
static inline int shift_of(int bits, int64_t depth)
{
    const int at = (int)(depth % (32 / bits));
    return at % 4 * 8 + at / 4 * bits;
}

// Some bits of the codes of a group of keys.
static void put_keys(const struct dk_kv_format *f, const float *const *sources, const struct range *ranges, int bits, int drop,
                     uint8_t *codes)
{
    const int64_t step = 32 / bits, panel = packed_panel(bits, f->head);
    const float levels = (float)((1 << (f->bits + f->key_rest)) - 1) + 0.5f;
    for (int64_t p = 0; p < f->key_group / DK_LANES; p++)
        for (int64_t first = 0; first < f->head; first += step) {
            uint32_t words[DK_LANES] = {0};
            for (int64_t d = first; d < first + step; d++)
                add_codes(sources[p] + d * DK_LANES, ranges[d], levels, drop, bits, shift_of(bits, d), words);
            memcpy(codes + p * panel + first / step * 64, words, 64);
        }
}

static void pack_keys(const struct dk_kv_format *f, const struct packed_layout *l, const float *const *keys,
                      uint8_t *block)
{
    const int levels = (1 << (f->bits + f->key_rest)) - 1, bits = (int)f->bits;
    uint8_t *scales = block + l->key_tables, *minima = scales + l->key_groups * f->head * 2;
    const int64_t panels = f->key_group / DK_LANES;
    for (int64_t g = 0; g < l->key_groups; g++) {
        struct range ranges[PACKED_HEAD];
        const float *sources[DK_BLOCK / DK_LANES];
        for (int64_t p = 0; p < panels; p++) {
            const int64_t at = g * panels + p;
            sources[p] = keys[at / 4] + at % 4 * f->head * DK_LANES;
        }
        for (int64_t d = 0; d < f->head; d++) {
            float low[DK_LANES], high[DK_LANES];
            for (int i = 0; i < DK_LANES; i++) low[i] = INFINITY, high[i] = -INFINITY;
            for (int64_t p = 0; p < panels; p++)
                for (int i = 0; i < DK_LANES; i++) {
                    const float x = sources[p][d * DK_LANES + i];
                    low[i] = x < low[i] ? x : low[i];
                    high[i] = x > high[i] ? x : high[i];
                }
            for (int i = 1; i < DK_LANES; i++) {
                low[0] = low[i] < low[0] ? low[i] : low[0];
                high[0] = high[i] > high[0] ? high[i] : high[0];
            }
            ranges[d] = put_range(low[0], high[0], levels, scales, minima, g * f->head + d);
        }
        put_keys(f, sources, ranges, bits, (int)f->key_rest, block + l->key_codes + g * panels * packed_panel(bits, f->head));
        if (f->key_rest) put_keys(f, sources, ranges, 2, 0, block + l->key_rest + g * panels * packed_panel(2, f->head));
    }
}

static void pack_values(const struct dk_kv_format *f, const struct packed_layout *l, const float *const *values,
                        uint8_t *block)
{
    const int levels = (1 << f->bits) - 1, step = (int)(32 / f->bits);
    uint8_t *scales = block + l->value_tables, *minima = scales + l->value_groups * DK_BLOCK * 2;
    const int64_t panel = packed_panel(f->bits, DK_TILE), panels = f->value_group / DK_LANES;
    for (int64_t first = 0; first < DK_BLOCK; first += step)
        for (int64_t g = 0; g < l->value_groups; g++) {
            struct range ranges[16];
            // Of channel 0 of the group at the first position.
            const float *source = values[first / DK_TILE] + g * f->value_group * DK_TILE + first % DK_TILE * DK_LANES;
            for (int64_t t = 0; t < step; t++) {
                float low = INFINITY, high = -INFINITY;
                for (int64_t p = 0; p < panels; p++)
                    for (int i = 0; i < DK_LANES; i++) {
                        const float x = source[(p * DK_TILE + t) * DK_LANES + i];
                        low = x < low ? x : low;
                        high = x > high ? x : high;
                    }
                ranges[t] = put_range(low, high, levels, scales, minima, g * DK_BLOCK + first + t);
            }
            for (int64_t p = 0; p < panels; p++) {
                uint32_t words[DK_LANES] = {0};
                for (int64_t t = 0; t < step; t++)
                    add_codes(source + (p * DK_TILE + t) * DK_LANES, ranges[t], (float)levels + 0.5f, 0, (int)f->bits,
                              shift_of((int)f->bits, t), words);
                const int64_t at = first / DK_TILE * f->head / DK_LANES + g * panels + p;
                memcpy(block + l->value_codes + at * panel + first % DK_TILE / step * 64, words, 64);
            }
        }
}

void dk_kv_pack(const struct dk_kv_format *format, const float *const *keys, const float *const *values, uint8_t *block)
{
    const struct packed_layout l = packed_layout(format);
    memset(block, 0, (size_t)l.bytes);
    pack_keys(format, &l, keys, block);
    pack_values(format, &l, values, block);
}
