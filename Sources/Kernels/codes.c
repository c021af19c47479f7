// SPDX-License-Identifier: Apache-2.0

// GGML block formats taken apart into codes, scales and minima, and packed into the panels of the integer kernels. The
// weights stay what they are: scale * code + minimum has the value that dequantize.c gives.

#include <string.h>

#include "Kernels.h"
#include "codes.h"

enum {
    Q4_0 = 2, Q4_1 = 3, Q5_0 = 6, Q5_1 = 7, Q8_0 = 8, Q2_K = 10, Q3_K = 11, Q4_K = 12, Q5_K = 13, Q6_K = 14,
    TQ1_0 = 34, TQ2_0 = 35,
};

// Codes of up to 256 weights, and their scales and minima per 16.
struct codes {
    uint8_t code[256];
    float scale[16];
    float minimum[16];
};

const struct dk_format *dk_format_of(int type)
{
    static const struct dk_format
        q4_0 = {.bits = 4, .group = 32, .top = 15, .zero = 8, .half = 1},
        q4_1 = {.bits = 4, .group = 32, .top = 15, .minima = 1, .half = 1},
        q5_0 = {.bits = 8, .group = 32, .top = 31, .zero = 16, .half = 1},
        q5_1 = {.bits = 8, .group = 32, .top = 31, .minima = 1, .half = 1},
        q8_0 = {.bits = 8, .group = 32, .top = 255, .zero = 128, .half = 1},
        q2_k = {.bits = 4, .group = 16, .top = 3, .minima = 1},
        q3_k = {.bits = 4, .group = 16, .top = 7, .zero = 4},
        q4_k = {.bits = 4, .group = 32, .top = 15, .minima = 1},
        q5_k = {.bits = 8, .group = 32, .top = 31, .minima = 1},
        q6_k = {.bits = 8, .group = 16, .top = 63, .zero = 32},
        // For blocks whose scales differ; two bits hold a fourth code.
        ternary = {.bits = 4, .group = 32, .top = 3, .zero = 1, .half = 1};
    switch (type) {
    case Q4_0: return &q4_0;
    case Q4_1: return &q4_1;
    case Q5_0: return &q5_0;
    case Q5_1: return &q5_1;
    case Q8_0: return &q8_0;
    case Q2_K: return &q2_k;
    case Q3_K: return &q3_k;
    case Q4_K: return &q4_k;
    case Q5_K: return &q5_k;
    case Q6_K: return &q6_k;
    case TQ1_0: case TQ2_0: return &ternary;
    default: return 0;
    }
}

const struct dk_format *dk_ternary_format(void)
{
    static const struct dk_format ternary = {.bits = 2, .group = 0, .top = 2, .zero = 1};
    return &ternary;
}

static void scales(struct codes *c, int first, int count, float scale, float minimum)
{
    for (int i = first; i < first + count; i++) {
        c->scale[i] = scale;
        c->minimum[i] = minimum;
    }
}

static void take_apart(int type, const uint8_t *b, struct codes *c)
{
    switch (type) {
    case Q4_0: case Q4_1: {
        scales(c, 0, 2, dk_half(b), type == Q4_1 ? dk_half(b + 2) : 0.0f);
        b += type == Q4_1 ? 4 : 2;
        for (int i = 0; i < 32; i++) c->code[i] = b[i % 16] >> (i / 16 * 4) & 15;
        break;
    }
    case Q5_0: case Q5_1: {
        scales(c, 0, 2, dk_half(b), type == Q5_1 ? dk_half(b + 2) : 0.0f);
        b += type == Q5_1 ? 4 : 2;
        for (int i = 0; i < 32; i++)
            c->code[i] = (uint8_t)((b[4 + i % 16] >> (i / 16 * 4) & 15) | (b[i / 8] >> (i % 8) & 1) << 4);
        break;
    }
    case Q8_0:
        scales(c, 0, 2, dk_half(b), 0.0f);
        for (int i = 0; i < 32; i++) c->code[i] = b[2 + i] ^ 128;
        break;
    case Q2_K: {
        const float d = dk_half(b + 80), dmin = dk_half(b + 82);
        for (int i = 0; i < 16; i++) scales(c, i, 1, d * (float)(b[i] & 15), -(dmin * (float)(b[i] >> 4)));
        for (int i = 0; i < 256; i++) c->code[i] = b[16 + i / 128 * 32 + i % 32] >> (i / 32 % 4 * 2) & 3;
        break;
    }
    case Q3_K: {
        const uint8_t *mask = b, *q = b + 32, *packed = b + 96;
        const float d = dk_half(b + 108);
        for (int s = 0; s < 16; s++) {
            const int low = s < 8 ? packed[s] & 15 : packed[s - 8] >> 4;
            scales(c, s, 1, d * (float)((low | (packed[8 + s % 4] >> (s / 4 * 2) & 3) << 4) - 32), 0.0f);
        }
        for (int i = 0; i < 256; i++)
            c->code[i] = (uint8_t)((q[i / 128 * 32 + i % 32] >> (i / 32 % 4 * 2) & 3) + (mask[i % 32] >> (i / 32) & 1) * 4);
        break;
    }
    case Q4_K: case Q5_K: {
        const float d = dk_half(b), dmin = dk_half(b + 2);
        const uint8_t *high = b + 16, *q = type == Q5_K ? b + 48 : b + 16;
        for (int s = 0; s < 8; s++) {
            int scale, minimum;
            dk_scale_and_minimum(b + 4, s, &scale, &minimum);
            scales(c, 2 * s, 2, d * (float)scale, -(dmin * (float)minimum));
            for (int i = 0; i < 32; i++) {
                int code = q[s / 2 * 32 + i] >> (s % 2 * 4) & 15;
                if (type == Q5_K) code |= (high[i] >> s & 1) << 4;
                c->code[s * 32 + i] = (uint8_t)code;
            }
        }
        break;
    }
    case Q6_K: {
        const float d = dk_half(b + 208);
        for (int s = 0; s < 16; s++) scales(c, s, 1, d * (float)(int8_t)b[192 + s], 0.0f);
        for (int i = 0; i < 256; i++) {
            const int part = i / 128, quarter = i / 32 % 4, j = i % 32;
            const int low = b[part * 64 + quarter % 2 * 32 + j] >> (quarter / 2 * 4) & 15;
            c->code[i] = (uint8_t)(low | (b[128 + part * 32 + j] >> (quarter * 2) & 3) << 4);
        }
        break;
    }
    case TQ1_0: case TQ2_0:
        scales(c, 0, 16, dk_half(b + dk_block_bytes(type) - 2), 0.0f);
        dk_ternary_digits(type, b, c->code);
        break;
    default: break;
    }
}

int64_t dk_block_stride(const struct dk_format *f)
{
    const int64_t tables = 32 / f->group * (f->minima ? 2 : 1);
    return tables * DK_LANES * (f->half ? 2 : 4) + 32 * DK_LANES * f->bits / 8;
}

int64_t dk_panel_bytes(const struct dk_format *f, int64_t k)
{
    return f->group == 0 ? (k + 15) / 16 * 64 : k / 32 * dk_block_stride(f);
}

// Where the minima and the codes of a block begin.
static int64_t minima_offset(const struct dk_format *f) { return 32 / f->group * DK_LANES * (f->half ? 2 : 4); }
static int64_t codes_offset(const struct dk_format *f) { return minima_offset(f) * (f->minima ? 2 : 1); }

static void put_table(const struct dk_format *f, uint8_t *table, int64_t index, float x)
{
    if (f->half) {
        const uint16_t h = dk_to_half(x);
        memcpy(table + index * 2, &h, 2);
    } else {
        memcpy(table + index * 4, &x, 4);
    }
}

static float get_table(const struct dk_format *f, const uint8_t *table, int64_t index)
{
    if (f->half) return dk_half(table + index * 2);
    float x;
    memcpy(&x, table + index * 4, 4);
    return x;
}

// The byte of a panel's block that holds the code of an input, and how far up in it.
static int64_t code_place(const struct dk_format *f, int64_t input, int64_t lane, int *shift)
{
    const int64_t per_byte = 8 / f->bits, word = 4 * per_byte;
    *shift = (int)(input % word / 4) * f->bits;
    return input / word * 64 + lane * 4 + input % 4;
}

int dk_pack_codes(int type, const uint8_t *rows, int64_t row_bytes, int64_t count, int64_t k, uint8_t *panel)
{
    const struct dk_format *f = dk_format_of(type);
    const int64_t values = dk_block_values(type), bytes = dk_block_bytes(type);
    if (!f || values == 0 || k % values != 0) return 0;
    const int64_t block = dk_block_stride(f), minima = minima_offset(f), codes = codes_offset(f);
    memset(panel, 0, (size_t)dk_panel_bytes(f, k));
    struct codes c;
    for (int64_t lane = 0; lane < count; lane++)
        for (int64_t first = 0; first < k; first += values) {
            take_apart(type, rows + lane * row_bytes + first / values * bytes, &c);
            for (int64_t i = 0; i < values; i++) {
                const int64_t input = first + i;
                uint8_t *target = panel + input / 32 * block;
                if (i % f->group == 0) {
                    const int64_t index = input % 32 / f->group * DK_LANES + lane;
                    put_table(f, target, index, c.scale[i / 16]);
                    if (f->minima) put_table(f, target + minima, index, c.minimum[i / 16]);
                }
                int shift;
                const int64_t place = code_place(f, input % 32, lane, &shift);
                target[codes + place] |= (uint8_t)(c.code[i] << shift);
            }
        }
    return 1;
}

void dk_unpack_output(const struct dk_format *f, const uint8_t *panel, int64_t k, int64_t lane, float *out)
{
    for (int64_t i = 0; i < k; i++) {
        int shift;
        if (f->group == 0) {
            const int64_t place = code_place(f, i, lane, &shift);
            out[i] = (float)((panel[place] >> shift & 3) - 1);
            continue;
        }
        const uint8_t *block = panel + i / 32 * dk_block_stride(f);
        const int64_t place = code_place(f, i % 32, lane, &shift), index = i % 32 / f->group * DK_LANES + lane;
        const int code = block[codes_offset(f) + place] >> shift & ((1 << f->bits) - 1);
        const float scale = get_table(f, block, index);
        out[i] = scale * (float)(code - f->zero);
        if (f->minima) out[i] += get_table(f, block + minima_offset(f), index);
    }
}

void dk_expand_block(const struct dk_format *f, const uint8_t *block, struct dk_expanded *out)
{
    const int64_t codes = codes_offset(f), minima = minima_offset(f);
    for (int64_t i = 0; i < 32 / f->group * DK_LANES; i++) {
        out->scale[i] = get_table(f, block, i);
        out->minimum[i] = f->minima ? get_table(f, block + minima, i) : -(float)f->zero * out->scale[i];
    }
    for (int64_t lane = 0; lane < DK_LANES; lane++)
        for (int64_t i = 0; i < 32; i++) {
            int shift;
            const int64_t place = code_place(f, i, lane, &shift);
            out->code[i / 4 * 64 + lane * 4 + i % 4] = (uint8_t)(block[codes + place] >> shift & ((1 << f->bits) - 1));
        }
}

int64_t dk_activation_bytes(int64_t n, int64_t group) { return (n + n / group * 12 + 63) / 64 * 64; }
