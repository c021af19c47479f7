// SPDX-License-Identifier: Apache-2.0

// Attention over packed blocks: a part of the template vector.h.
//
// The scales of a block are folded into the other operand of its products, so that both inner loops add products of small
// integers: a query times the keys' scales is rounded to bytes once per group of keys, the weights of a tile times the
// values' scales once per tile. The minima add one number per query and group of keys (q . minima), and one per query and
// tile (weights . minima), which is the same for all channels of a group of values.

typedef _Float16 NAME(h16) __attribute__((vector_size(32), aligned(2)));

static void NAME(from_half)(int64_t n, const uint16_t *half, float *x)
{
    int64_t i = 0;
    for (; i + DK_LANES <= n; i += DK_LANES)
        NAME(store)(x + i, __builtin_convertvector(*(const NAME(h16) *)(half + i), v16));
    for (; i < n; i++) x[i] = dk_half_to_float(half[i]);
}

INLINE i16 NAME(splat_integer)(int32_t x) { return (i16){x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x}; }

INLINE int32_t NAME(greatest_lane)(i16 v)
{
    i8 a = __builtin_elementwise_max(__builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7),
                                     __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15));
    i4 b = __builtin_elementwise_max(__builtin_shufflevector(a, a, 0, 1, 2, 3), __builtin_shufflevector(a, a, 4, 5, 6, 7));
    const int32_t x = b[0] > b[2] ? b[0] : b[2], y = b[1] > b[3] ? b[1] : b[3];
    return x > y ? x : y;
}

// Rounds x to signed bytes; returns the value of one step. `tops` holds the greatest magnitudes as bits, which are in the
// order of the magnitudes.
INLINE float NAME(to_bytes)(int64_t n, const float *x, i16 tops, int8_t *codes)
{
    const float top = dk_from_bits((uint32_t)NAME(greatest_lane)(tops));
    const int none = !(top >= PACKED_TINY);
    const float inverse = none ? 0.0f : 127.0f / top;
    for (int64_t i = 0; i < n; i += DK_LANES) {
        v16 shifted = NAME(load)(x + i) * inverse + EXP_MAGIC;
        *(b16u *)(codes + i) = __builtin_convertvector((i16)shifted, b16u);
    }
    return none ? 0.0f : top / 127.0f;
}

// 2^t of t that are hardly above 0; what is below the range stands at its end. As unsigned numbers, the bits of numbers
// below 0 rise as the numbers fall, and lie above those of the others.
INLINE v16 NAME(power_of_two)(v16 t)
{
    t = (v16)__builtin_elementwise_min((u16)t, (u16)NAME(splat)(PACKED_LOW));
    const v16 shifted = t + EXP_MAGIC;
    const v16 f = t - (shifted - EXP_MAGIC);
    v16 p = NAME(splat)(PACKED_C5);
    p = NAME(fma)(p, f, NAME(splat)(PACKED_C4));
    p = NAME(fma)(p, f, NAME(splat)(PACKED_C3));
    p = NAME(fma)(p, f, NAME(splat)(PACKED_C2));
    p = NAME(fma)(p, f, NAME(splat)(PACKED_C1));
    p = NAME(fma)(p, f, NAME(splat)(1.0f));
    return (v16)((i16)p + ((i16)shifted << 23));
}

// The sum of x * y, x * y in lanes as everywhere.
INLINE float NAME(dot_lanes)(int64_t n, const float *x, const float *y)
{
    v16 sums = NAME(splat)(0.0f);
    for (int64_t i = 0; i < n; i += DK_LANES) sums = NAME(fma)(NAME(load)(x + i), NAME(load)(y + i), sums);
    return NAME(sum_lanes)(sums);
}

// What a pass over blocks keeps: tables of the block at hand, and the minima's part of each row's result.
struct NAME(pass) {
    float key_scales[PACKED_KEY_GROUPS * PACKED_HEAD], key_minima[PACKED_KEY_GROUPS * PACKED_HEAD];
    float value_scales[PACKED_VALUE_GROUPS * DK_BLOCK], value_minima[PACKED_VALUE_GROUPS * DK_BLOCK];
    float bias[PACKED_PASS][PACKED_VALUE_GROUPS];
    int32_t products[PACKED_ROWS * PACKED_HEAD];
    int32_t rest[PACKED_ROWS * DK_TILE];
    float scores[PACKED_ROWS * DK_TILE];
    float folded[PACKED_HEAD];
    int8_t queries[PACKED_ROWS * PACKED_KEY_GROUPS * PACKED_HEAD];
    int8_t weights[PACKED_VALUE_GROUPS * PACKED_ROWS * DK_TILE];
    float query_steps[PACKED_ROWS][PACKED_KEY_GROUPS], query_zeros[PACKED_ROWS][PACKED_KEY_GROUPS];
    float weight_steps[PACKED_ROWS][PACKED_VALUE_GROUPS];
};

static void NAME(open_block)(const struct dk_kv_format *f, const struct packed_layout *l, const uint8_t *block,
                             struct NAME(pass) *p)
{
    const int64_t keys = l->key_groups * f->head, values = l->value_groups * DK_BLOCK;
    const uint16_t *key_tables = (const uint16_t *)(block + l->key_tables);
    const uint16_t *value_tables = (const uint16_t *)(block + l->value_tables);
    NAME(from_half)(keys, key_tables, p->key_scales);
    NAME(from_half)(keys, key_tables + keys, p->key_minima);
    NAME(from_half)(values, value_tables, p->value_scales);
    NAME(from_half)(values, value_tables + values, p->value_minima);
}

// Folds the keys' scales into some queries and rounds them, for each group of the block's keys.
static void NAME(fold_queries)(const struct dk_kv_format *f, const struct packed_layout *l, int64_t rows, const float *q,
                               struct NAME(pass) *p)
{
    for (int64_t r = 0; r < rows; r++, q += f->head)
        for (int64_t g = 0; g < l->key_groups; g++) {
            const float *scales = p->key_scales + g * f->head;
            i16 tops = {0};
            for (int64_t d = 0; d < f->head; d += DK_LANES) {
                const v16 x = NAME(load)(q + d) * NAME(load)(scales + d);
                tops = __builtin_elementwise_max(tops, (i16)x & 0x7fffffff);
                NAME(store)(p->folded + d, x);
            }
            p->query_steps[r][g] = NAME(to_bytes)(f->head, p->folded, tops, p->queries + (g * PACKED_ROWS + r) * f->head);
            p->query_zeros[r][g] = NAME(dot_lanes)(f->head, q, p->key_minima + g * f->head);
        }
}

// The running maximum after a tile of keys. Scores rise with products, so the greatest product of a group has its greatest
// score. per_group and whether there are hidden keys are known to the compiler where that matters.
INLINE float NAME(raise)(const struct dk_kv_format *f, int half, int64_t per_group, const int32_t *products,
                         const float *steps, const float *zeros, int64_t hidden, float top)
{
    for (int64_t t = 0; t < DK_TILE; t += per_group) {
        if (hidden >= t + per_group) continue;
        const int64_t g = (half * DK_TILE + t) / f->key_group;
        i16 tops = NAME(splat_integer)(INT32_MIN);
        for (int64_t i = t; i < t + per_group; i += DK_LANES) {
            i16 product = *(const i16 *)(products + i);
            if (hidden > i) {
                const i16 seen = lane_index >= (int32_t)(hidden - i);
                product = (product & seen) | (tops & ~seen);
            }
            tops = __builtin_elementwise_max(tops, product);
        }
        const float score = __builtin_fmaf((float)NAME(greatest_lane)(tops), steps[g], zeros[g]);
        top = score > top ? score : top;
    }
    return top;
}

// Turns one row's products with a tile's keys into weights under a maximum; returns their sum.
INLINE float NAME(weigh)(const struct dk_kv_format *f, int half, int64_t per_group, const int32_t *products,
                         const float *steps, const float *zeros, int64_t hidden, float top, float *weights)
{
    v16 sums = NAME(splat)(0.0f);
    for (int64_t t = 0; t < DK_TILE; t += per_group) {
        const int64_t g = (half * DK_TILE + t) / f->key_group;
        const v16 step = NAME(splat)(steps[g] * EXP_LOG2E), shift = NAME(splat)((zeros[g] - top) * EXP_LOG2E);
        for (int64_t i = t; i < t + per_group; i += DK_LANES) {
            const v16 product = __builtin_convertvector(*(const i16 *)(products + i), v16);
            v16 weight = NAME(power_of_two)(NAME(fma)(product, step, shift));
            if (hidden > i) weight = (v16)((i16)weight & (lane_index >= (int32_t)(hidden - i)));
            NAME(store)(weights + i, weight);
            sums += weight;
        }
    }
    return NAME(sum_lanes)(sums);
}

// Folds the values' scales into a row's weights and rounds them, for each group of values.
INLINE void NAME(fold_weights)(const struct packed_layout *l, int half, int64_t r, float factor, float *bias,
                               struct NAME(pass) *p)
{
    const float *weights = p->scores + r * DK_TILE;
    for (int64_t g = 0; g < l->value_groups; g++) {
        const int64_t first = g * DK_BLOCK + half * DK_TILE;
        float folded[DK_TILE];
        i16 tops = {0};
        v16 sums = NAME(splat)(0.0f);
#pragma unroll
        for (int64_t t = 0; t < DK_TILE; t += DK_LANES) {
            const v16 weight = NAME(load)(weights + t), x = weight * NAME(load)(p->value_scales + first + t);
            sums = NAME(fma)(weight, NAME(load)(p->value_minima + first + t), sums);
            tops = __builtin_elementwise_max(tops, (i16)x);
            NAME(store)(folded + t, x);
        }
        p->weight_steps[r][g] = NAME(to_bytes)(DK_TILE, folded, tops, p->weights + (g * PACKED_ROWS + r) * DK_TILE);
        bias[g] = __builtin_fmaf(bias[g], factor, NAME(sum_lanes)(sums));
    }
}

// One tile of a block for some rows; hidden[r], where there is any, counts from the tile. The codes that lie `ahead` bytes
// behind those at hand are asked for meanwhile.
static void NAME(packed_tile)(const struct dk_kv_format *f, const struct packed_layout *l, const uint8_t *block,
                              int64_t ahead, int half, int64_t rows, const int64_t *hidden, float (*bias)[PACKED_VALUE_GROUPS], float *top,
                              float *sum, float *o, struct NAME(pass) *p)
{
    const int64_t head = f->head, per_group = f->key_group < DK_TILE ? f->key_group : DK_TILE;
    for (int64_t t = 0; t < DK_TILE; t += per_group) {
        const int64_t token = half * DK_TILE + t, g = token / f->key_group;
        CODES(dot_codes)((int)f->bits, rows, per_group / DK_LANES, head, p->queries + g * PACKED_ROWS * head, head,
                         block + l->key_codes + token / DK_LANES * packed_panel(f->bits, head), p->products + t, DK_TILE, ahead);
        if (!f->key_rest) continue;
        CODES(dot_codes)(2, rows, per_group / DK_LANES, head, p->queries + g * PACKED_ROWS * head, head,
                         block + l->key_rest + token / DK_LANES * packed_panel(2, head), p->rest + t, DK_TILE, 0);
    }
    for (int64_t i = 0; f->key_rest && i < rows * DK_TILE; i += DK_LANES)
        *(i16 *)(p->products + i) = *(const i16 *)(p->products + i) * 4 + *(const i16 *)(p->rest + i);
    // Step by step for all rows, since each step of one row waits for the one before.
    float factors[PACKED_ROWS], tops[PACKED_ROWS];
    for (int64_t r = 0; r < rows; r++) {
        const int32_t *products = p->products + r * DK_TILE;
        const float *steps = p->query_steps[r], *zeros = p->query_zeros[r];
        tops[r] = hidden[r] <= 0 && per_group == DK_TILE
                      ? NAME(raise)(f, half, DK_TILE, products, steps, zeros, 0, top[r])
                      : NAME(raise)(f, half, per_group, products, steps, zeros, hidden[r], top[r]);
    }
    for (int64_t r = 0; r < rows; r++) {
        factors[r] = 1.0f;
        if (hidden[r] >= DK_TILE) continue;
        const int32_t *products = p->products + r * DK_TILE;
        const float *steps = p->query_steps[r], *zeros = p->query_zeros[r];
        float *weights = p->scores + r * DK_TILE;
        const float added = hidden[r] <= 0 && per_group == DK_TILE
                                ? NAME(weigh)(f, half, DK_TILE, products, steps, zeros, 0, tops[r], weights)
                                : NAME(weigh)(f, half, per_group, products, steps, zeros, hidden[r], tops[r], weights);
        // exp(0) is 1 exactly.
        if (tops[r] != top[r]) factors[r] = NAME(exp_lanes)(NAME(splat)(top[r] - tops[r]))[0];
        sum[r] = __builtin_fmaf(sum[r], factors[r], added);
        top[r] = tops[r];
    }
    for (int64_t r = 0; r < rows; r++) {
        if (hidden[r] < DK_TILE) {
            NAME(fold_weights)(l, half, r, factors[r], bias[r], p);
            continue;
        }
        // Behind its window: the row's weights here are nothing.
        memset(p->weight_steps[r], 0, sizeof p->weight_steps[r]);
        for (int64_t g = 0; g < l->value_groups; g++) memset(p->weights + (g * PACKED_ROWS + r) * DK_TILE, 0, DK_TILE);
    }
    const int64_t value_panel = packed_panel(f->bits, DK_TILE);
    const uint8_t *codes = block + l->value_codes + half * head / DK_LANES * value_panel;
    for (int64_t g = 0; g < l->value_groups; g++) {
        const int64_t first = g * f->value_group;
        CODES(dot_codes)((int)f->bits, rows, f->value_group / DK_LANES, DK_TILE, p->weights + g * PACKED_ROWS * DK_TILE,
                         DK_TILE, codes + first / DK_LANES * value_panel, p->products, f->value_group, ahead);
        for (int64_t r = 0; r < rows; r++) {
            const v16 step = NAME(splat)(p->weight_steps[r][g]);
            for (int64_t d = 0; d < f->value_group; d += DK_LANES) {
                float *to = o + r * head + first + d;
                const v16 product =
                    __builtin_convertvector(*(const i16u *)(p->products + r * f->value_group + d), v16);
                NAME(store)(to, NAME(fma)(product, step, NAME(load)(to) * factors[r]));
            }
        }
    }
}

static void NAME(attend_packed)(const struct dk_kv_format *f, int64_t rows, const float *q, const int32_t *hidden,
                                int64_t blocks, const uint8_t *const *addresses, int64_t offset, float *top, float *sum,
                                float *o)
{
    const struct packed_layout l = packed_layout(f);
    _Alignas(64) struct NAME(pass) p;
    for (int64_t first = 0; first < rows; first += PACKED_PASS) {
        const int64_t last = rows - first < PACKED_PASS ? rows : first + PACKED_PASS;
        memset(p.bias, 0, sizeof p.bias);
        for (int64_t b = 0; b < blocks; b++) {
            const uint8_t *block = addresses[b] + offset;
            const int64_t next = b + 1 < blocks ? addresses[b + 1] + offset - block : 0;
            for (int64_t i = 0; next && i < l.key_codes; i += 64) __builtin_prefetch(block + next + i);
            NAME(open_block)(f, &l, block, &p);
            for (int64_t r = first; r < last; r += PACKED_MR) {
                const int64_t count = last - r < PACKED_MR ? last - r : PACKED_MR;
                int64_t from[2][PACKED_ROWS] = {{0}};
                int seen = !hidden;
                for (int64_t i = 0; hidden && i < count; i++) {
                    from[0][i] = hidden[r + i] - b * DK_BLOCK;
                    from[1][i] = from[0][i] - DK_TILE;
                    seen |= from[0][i] < DK_BLOCK;
                }
                if (!seen) continue;
                NAME(fold_queries)(f, &l, count, q + r * f->head, &p);
                for (int half = 0; half < 2; half++)
                    NAME(packed_tile)(f, &l, block, r == first ? next : 0, half, count, from[half], p.bias + r - first, top + r, sum + r,
                                      o + r * f->head, &p);
            }
        }
        for (int64_t r = first; r < last; r++)
            for (int64_t d = 0; d < f->head; d += DK_LANES) {
                float *to = o + r * f->head + d;
                NAME(store)(to, NAME(load)(to) + p.bias[r - first][d / f->value_group]);
            }
    }
}
