// SPDX-License-Identifier: Apache-2.0

// Tiles of keys and values in words of 16 bits: where things lie in one, and the products over them.
#ifndef DROID_KERNELS_WORDS_H
#define DROID_KERNELS_WORDS_H

#include "Kernels.h"

// The greatest code of a key or a value: 13 bits with the sign. Those of queries and weights are as great as sums of products
// over a head, or over a tile, fit in 32 bits.
#define WORDS_TOP 4095
#define WORDS_WEIGHT_TOP (INT32_MAX / (WORDS_TOP * DK_TILE))
static inline int32_t words_query_top(int64_t head)
{
    const int64_t top = INT32_MAX / (WORDS_TOP * head);
    return top < INT16_MAX ? (int32_t)top : INT16_MAX;
}

// The widest head, and rows whose queries one pass over the tiles holds.
#define WORDS_HEAD 256
#define WORDS_PASS 48

// What a tile of one head holds, in this order, in bytes: the keys as [4][head / 2][16][2], so that two channels of a key stand in
// a word of 32 bits; the values as [head / 16][32][16][2], two positions in each; the value of a step of each key, and of each value.
struct words_layout {
    int64_t values, key_steps, value_steps, bytes;
};

static inline struct words_layout words_layout(int64_t head)
{
    const int64_t each = DK_TILE * head * 2;
    return (struct words_layout){each, 2 * each, 2 * each + DK_TILE * 4, 2 * each + 2 * DK_TILE * 4};
}

// Where a channel of a position's key stands among the keys, and of its value among the values.
static inline int64_t words_key(int64_t head, int64_t slot, int64_t d)
{
    return (slot / DK_LANES * (head / 2) + d / 2) * 2 * DK_LANES + slot % DK_LANES * 2 + d % 2;
}
static inline int64_t words_value(int64_t slot, int64_t d)
{
    return (d / DK_LANES * (DK_TILE / 2) + slot / 2) * 2 * DK_LANES + d % DK_LANES * 2 + slot % 2;
}

// c[rows][16 * panels] = a[rows][depth] * w, exactly, with w packed as [depth / 2][16][2] in each panel and the panels
// `panel` words apart. Strides count elements; depth is even.
#define DK_DOT_WORDS(isa)                                                                                              \
    void dk_##isa##_dot_words(int64_t rows, int64_t panels, int64_t depth, const int16_t *a, int64_t a_stride,         \
                              const int16_t *w, int64_t panel, int32_t *c, int64_t c_stride);
DK_DOT_WORDS(scalar)
DK_DOT_WORDS(avx2)
DK_DOT_WORDS(vnni)
DK_DOT_WORDS(neon)

float dk_scalar_power_of_two(float t);
void dk_scalar_store_words(int64_t head, int64_t slot, const float *key, const float *value, void *tile);
void dk_scalar_attend_words(int64_t rows, int64_t head, const float *q, const int32_t *hidden, const int32_t *visible,
                            int64_t tiles, const float *const *addresses, int64_t offset, float *top, float *sum, float *o);

#endif
