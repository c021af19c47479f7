// SPDX-License-Identifier: Apache-2.0

// Attention over tiles of 16-bit words, one value at a time: the plain twin of words_vector.h.

#include <math.h>
#include <string.h>

#include "constants.h"
#include "packed.h"
#include "scalar.h"
#include "words.h"

int64_t dk_words_bytes(int64_t head)
{
    if (head < DK_LANES || head > WORDS_HEAD || head % DK_LANES != 0) return 0;
    return words_layout(head).bytes;
}

void dk_scalar_dot_words(int64_t rows, int64_t panels, int64_t depth, const int16_t *a, int64_t a_stride, const int16_t *w,
                         int64_t panel, int32_t *c, int64_t c_stride)
{
    for (int64_t r = 0; r < rows; r++)
        for (int64_t n = 0; n < panels * DK_LANES; n++) {
            const int16_t *from = w + n / DK_LANES * panel + n % DK_LANES * 2;
            int32_t sum = 0;
            for (int64_t k = 0; k < depth; k++) sum += a[r * a_stride + k] * from[k / 2 * 2 * DK_LANES + k % 2];
            c[r * c_stride + n] = sum;
        }
}

// Rounds n values to words of at most `most`; returns the value of one step.
static float to_words(int64_t n, const float *x, int32_t most, int16_t *codes)
{
    float top = 0.0f;
    for (int64_t i = 0; i < n; i++) top = fabsf(x[i]) > top ? fabsf(x[i]) : top;
    const int none = !(top >= PACKED_TINY);
    const float inverse = none ? 0.0f : (float)most / top;
    for (int64_t i = 0; i < n; i++) {
        const float shifted = x[i] * inverse + EXP_MAGIC;
        uint32_t bits;
        memcpy(&bits, &shifted, sizeof bits);
        codes[i] = (int16_t)(uint16_t)bits;
    }
    return none ? 0.0f : top / (float)most;
}

void dk_scalar_store_words(int64_t head, int64_t slot, const float *key, const float *value, void *tile)
{
    const struct words_layout l = words_layout(head);
    int16_t codes[WORDS_HEAD], *keys = tile, *values = (int16_t *)((uint8_t *)tile + l.values);
    ((float *)((uint8_t *)tile + l.key_steps))[slot] = to_words(head, key, WORDS_TOP, codes);
    for (int64_t d = 0; d < head; d++) keys[words_key(head, slot, d)] = codes[d];
    ((float *)((uint8_t *)tile + l.value_steps))[slot] = to_words(head, value, WORDS_TOP, codes);
    for (int64_t d = 0; d < head; d++) values[words_value(slot, d)] = codes[d];
}

void dk_words_open(int64_t head, const void *tile, float *keys, float *values)
{
    const struct words_layout l = words_layout(head);
    const int16_t *key_codes = tile, *value_codes = (const int16_t *)((const uint8_t *)tile + l.values);
    const float *key_steps = (const float *)((const uint8_t *)tile + l.key_steps);
    const float *value_steps = (const float *)((const uint8_t *)tile + l.value_steps);
    for (int64_t slot = 0; slot < DK_TILE; slot++)
        for (int64_t d = 0; d < head; d++) {
            keys[(slot / DK_LANES * head + d) * DK_LANES + slot % DK_LANES] =
                (float)key_codes[words_key(head, slot, d)] * key_steps[slot];
            values[(d / DK_LANES * DK_TILE + slot) * DK_LANES + d % DK_LANES] =
                (float)value_codes[words_value(slot, d)] * value_steps[slot];
        }
}

void dk_scalar_attend_words(int64_t rows, int64_t head, const float *q, const int32_t *hidden, const int32_t *visible,
                            int64_t tiles, const float *const *addresses, int64_t offset, float *top, float *sum, float *o)
{
    const struct words_layout l = words_layout(head);
    for (int64_t r = 0; r < rows; r++) {
        int16_t query[WORDS_HEAD];
        const float step = to_words(head, q + r * head, words_query_top(head), query);
        for (int64_t t = 0; t < tiles; t++) {
            const uint8_t *tile = (const uint8_t *)(addresses[t] + offset);
            const int16_t *keys = (const int16_t *)tile, *values = (const int16_t *)(tile + l.values);
            const float *key_steps = (const float *)(tile + l.key_steps), *value_steps = (const float *)(tile + l.value_steps);
            int64_t seen = visible[r] - t * DK_TILE, from = hidden ? hidden[r] - t * DK_TILE : 0;
            if (seen > DK_TILE) seen = DK_TILE;
            if (from < 0) from = 0;
            if (from >= seen) continue;
            float scores[DK_TILE], folded[DK_TILE] = {0}, sums[DK_LANES] = {0}, greatest = -INFINITY;
            for (int64_t j = from; j < seen; j++) {
                int32_t product = 0;
                for (int64_t d = 0; d < head; d++) product += query[d] * keys[words_key(head, j, d)];
                scores[j] = (float)product * key_steps[j];
                greatest = scores[j] > greatest ? scores[j] : greatest;
            }
            const float new_top = greatest * step > top[r] ? greatest * step : top[r];
            const float factor = dk_scalar_exp(top[r] - new_top), shift = new_top * -EXP_LOG2E;
            for (int64_t j = from; j < seen; j++) {
                const float weight = dk_scalar_power_of_two(fmaf(scores[j], step * EXP_LOG2E, shift));
                sums[j % DK_LANES] += weight;
                folded[j] = weight * value_steps[j];
            }
            int16_t weights[DK_TILE];
            const float weight_step = to_words(DK_TILE, folded, WORDS_WEIGHT_TOP, weights);
            sum[r] = fmaf(sum[r], factor, dk_scalar_sum_lanes(sums));
            top[r] = new_top;
            for (int64_t d = 0; d < head; d++) {
                int32_t product = 0;
                for (int64_t j = 0; j < DK_TILE; j++) product += weights[j] * values[words_value(j, d)];
                o[r * head + d] = fmaf((float)product, weight_step, o[r * head + d] * factor);
            }
        }
    }
}
