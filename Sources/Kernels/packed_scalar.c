// SPDX-License-Identifier: Apache-2.0

// Attention over packed blocks, one value at a time: the plain twin of packed_vector.h.

#include <math.h>
#include <string.h>

#include "constants.h"
#include "packed.h"
#include "scalar.h"
#include "words.h"

static int code_at(const uint8_t *panel, int bits, int64_t output, int64_t depth)
{
    const int64_t step = 32 / bits, at = depth % step;
    return panel[(depth / step * DK_LANES + output) * 4 + at % 4] >> (at / 4 * bits) & ((1 << bits) - 1);
}

void dk_scalar_dot_codes(int bits, int64_t rows, int64_t panels, int64_t depth, const int8_t *a, int64_t a_stride,
                         const uint8_t *w, int32_t *c, int64_t c_stride, int64_t ahead)
{
    (void)ahead;
    for (int64_t r = 0; r < rows; r++)
        for (int64_t n = 0; n < panels * DK_LANES; n++) {
            const uint8_t *panel = w + n / DK_LANES * packed_panel(bits, depth);
            int32_t sum = 0;
            for (int64_t k = 0; k < depth; k++) sum += a[r * a_stride + k] * code_at(panel, bits, n % DK_LANES, k);
            c[r * c_stride + n] = sum;
        }
}

static float table(const uint8_t *halves, int64_t index)
{
    uint16_t half;
    memcpy(&half, halves + index * 2, 2);
    return dk_half_to_float(half);
}

// Rounds n values to signed bytes; returns the value of one step.
static float to_bytes(int64_t n, const float *x, int8_t *codes)
{
    float top = 0.0f;
    for (int64_t i = 0; i < n; i++) top = fabsf(x[i]) > top ? fabsf(x[i]) : top;
    const int none = !(top >= PACKED_TINY);
    const float inverse = none ? 0.0f : 127.0f / top;
    for (int64_t i = 0; i < n; i++) {
        const float shifted = x[i] * inverse + EXP_MAGIC;
        uint32_t bits;
        memcpy(&bits, &shifted, sizeof bits);
        codes[i] = (int8_t)(uint8_t)bits;
    }
    return none ? 0.0f : top / 127.0f;
}

float dk_scalar_power_of_two(float t)
{
    if (t < PACKED_LOW) t = PACKED_LOW;
    const float shifted = t + EXP_MAGIC, f = t - (shifted - EXP_MAGIC);
    float p = PACKED_C5;
    p = fmaf(p, f, PACKED_C4);
    p = fmaf(p, f, PACKED_C3);
    p = fmaf(p, f, PACKED_C2);
    p = fmaf(p, f, PACKED_C1);
    p = fmaf(p, f, 1.0f);
    uint32_t bits, power;
    memcpy(&bits, &p, sizeof bits);
    memcpy(&power, &shifted, sizeof power);
    bits += power << 23;
    memcpy(&p, &bits, sizeof p);
    return p;
}

static void one_row(const struct dk_kv_format *f, const float *q, int64_t hidden, int64_t blocks,
                    const uint8_t *const *addresses, int64_t offset, float *top, float *sum, float *o)
{
    const struct packed_layout l = packed_layout(f);
    float bias[PACKED_VALUE_GROUPS] = {0};
    for (int64_t tile = hidden / DK_TILE; tile < blocks * 2; tile++) {
        const uint8_t *block = addresses[tile / 2] + offset;
        const uint8_t *scales = block + l.key_tables, *minima = scales + l.key_groups * f->head * 2;
        const int64_t from = hidden - tile * DK_TILE > 0 ? hidden - tile * DK_TILE : 0;
        float weights[DK_TILE], products[DK_TILE], steps[DK_TILE], zeros[DK_TILE], sums[DK_LANES] = {0}, new_top = *top;
        for (int64_t t = 0; t < DK_TILE; t++) {
            const int64_t token = tile % 2 * DK_TILE + t, g = token / f->key_group;
            // The query is rounded anew for each key: slow and plain.
            float folded[PACKED_HEAD], zero[DK_LANES] = {0};
            int8_t codes[PACKED_HEAD];
            for (int64_t d = 0; d < f->head; d++) {
                folded[d] = q[d] * table(scales, g * f->head + d);
                zero[d % DK_LANES] = fmaf(q[d], table(minima, g * f->head + d), zero[d % DK_LANES]);
            }
            steps[t] = to_bytes(f->head, folded, codes);
            zeros[t] = dk_scalar_sum_lanes(zero);
            const uint8_t *panel = block + l.key_codes + token / DK_LANES * packed_panel(f->bits, f->head);
            int32_t product = 0;
            const uint8_t *rest = block + l.key_rest + token / DK_LANES * packed_panel(2, f->head);
            for (int64_t d = 0; d < f->head; d++) {
                int code = code_at(panel, (int)f->bits, token % DK_LANES, d);
                if (f->key_rest) code = code * 4 + code_at(rest, 2, token % DK_LANES, d);
                product += codes[d] * code;
            }
            products[t] = (float)product;
            const float score = fmaf(products[t], steps[t], zeros[t]);
            if (t >= from && score > new_top) new_top = score;
        }
        const float factor = dk_scalar_exp(*top - new_top);
        for (int64_t t = 0; t < DK_TILE; t++) {
            const float shift = (zeros[t] - new_top) * EXP_LOG2E;
            weights[t] = t < from ? 0.0f : dk_scalar_power_of_two(fmaf(products[t], steps[t] * EXP_LOG2E, shift));
            sums[t % DK_LANES] += weights[t];
        }
        *sum = fmaf(*sum, factor, dk_scalar_sum_lanes(sums));
        *top = new_top;
        scales = block + l.value_tables;
        minima = scales + l.value_groups * DK_BLOCK * 2;
        for (int64_t g = 0; g < l.value_groups; g++) {
            float folded[DK_TILE], zero[DK_LANES] = {0};
            int8_t codes[DK_TILE];
            for (int64_t t = 0; t < DK_TILE; t++) {
                const int64_t index = g * DK_BLOCK + tile % 2 * DK_TILE + t;
                folded[t] = weights[t] * table(scales, index);
                zero[t % DK_LANES] = fmaf(weights[t], table(minima, index), zero[t % DK_LANES]);
            }
            const float step = to_bytes(DK_TILE, folded, codes);
            bias[g] = fmaf(bias[g], factor, dk_scalar_sum_lanes(zero));
            for (int64_t d = g * f->value_group; d < (g + 1) * f->value_group; d++) {
                const uint8_t *panel = block + l.value_codes +
                                       (tile % 2 * f->head / DK_LANES + d / DK_LANES) * packed_panel(f->bits, DK_TILE);
                int32_t product = 0;
                for (int64_t t = 0; t < DK_TILE; t++) product += codes[t] * code_at(panel, f->bits, d % DK_LANES, t);
                o[d] = fmaf((float)product, step, o[d] * factor);
            }
        }
    }
    for (int64_t d = 0; d < f->head; d++) o[d] += bias[d / f->value_group];
}

void dk_scalar_attend_packed(const struct dk_kv_format *format, int64_t rows, const float *q, const int32_t *hidden,
                             int64_t blocks, const uint8_t *const *addresses, int64_t offset, float *top, float *sum,
                             float *o)
{
    for (int64_t r = 0; r < rows; r++)
        one_row(format, q + r * format->head, hidden ? hidden[r] : 0, blocks, addresses, offset, top + r, sum + r,
                o + r * format->head);
}
