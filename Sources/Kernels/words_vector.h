// SPDX-License-Identifier: Apache-2.0

// Attention over tiles of 16-bit words: a part of the template vector.h. WORDS(x) names the products, WORDS_MR the rows that
// they are made for at a time.
//
// A key has 13 bits and one step, and so has a value. The steps of the values are folded into the weights, which are rounded
// for each tile, and queries are rounded once, so that both products add whole numbers: two to a lane and instruction, where floats
// are one, and half the bytes.

typedef int16_t NAME(w16) __attribute__((vector_size(32), aligned(2)));

// Rounds x to words of at most `most`; returns the value of one step. `tops` holds the greatest magnitudes as bits.
INLINE float NAME(to_words)(int64_t n, const float *x, i16 tops, int32_t most, int16_t *codes)
{
    const float top = dk_from_bits((uint32_t)NAME(greatest_lane)(tops));
    const int none = !(top >= PACKED_TINY);
    const float inverse = none ? 0.0f : (float)most / top;
    for (int64_t i = 0; i < n; i += DK_LANES) {
        const v16 shifted = NAME(load)(x + i) * inverse + EXP_MAGIC;
        *(NAME(w16) *)(codes + i) = __builtin_convertvector((i16)shifted, NAME(w16));
    }
    return none ? 0.0f : top / (float)most;
}

INLINE float NAME(row_to_words)(int64_t n, const float *x, int32_t most, int16_t *codes)
{
    i16 tops = {0};
    for (int64_t i = 0; i < n; i += DK_LANES) tops = __builtin_elementwise_max(tops, (i16)NAME(load)(x + i) & 0x7fffffff);
    return NAME(to_words)(n, x, tops, most, codes);
}

static void NAME(store_words)(int64_t head, int64_t slot, const float *key, const float *value, void *tile)
{
    const struct words_layout l = words_layout(head);
    int16_t codes[WORDS_HEAD];
    ((float *)((uint8_t *)tile + l.key_steps))[slot] = NAME(row_to_words)(head, key, WORDS_TOP, codes);
    uint8_t *keys = (uint8_t *)tile + 2 * words_key(head, slot, 0);
    for (int64_t d = 0; d < head; d += 2) memcpy(keys + d * 2 * DK_LANES, codes + d, 4);
    ((float *)((uint8_t *)tile + l.value_steps))[slot] = NAME(row_to_words)(head, value, WORDS_TOP, codes);
    int16_t *values = (int16_t *)((uint8_t *)tile + l.values);
    for (int64_t first = 0; first < head; first += DK_LANES) {
        int16_t *to = values + words_value(slot, first);
#pragma unroll
        for (int d = 0; d < DK_LANES; d++) to[2 * d] = codes[first + d];
    }
}

// What a block of rows keeps between the steps of a tile.
struct NAME(words_pass) {
    int32_t products[WORDS_MR * WORDS_HEAD];
    float scores[WORDS_MR * DK_TILE];
    int16_t weights[WORDS_MR * DK_TILE];
    float weight_steps[WORDS_MR], factors[WORDS_MR];
};

// The part of a row's tile that it sees, as a mask.
INLINE i16 NAME(seen)(int64_t at, int64_t from, int64_t to)
{
    return (lane_index < (int32_t)(to - at)) & (lane_index >= (int32_t)(from - at));
}

// A row's products with the keys of a tile become scores; returns the greatest, in the steps of the query.
INLINE float NAME(score_words)(const int panels, const int all, int64_t from, int64_t to, const int32_t *products,
                               const float *key_steps, float *scores)
{
    const v16 none = NAME(splat)(-__builtin_inff());
    v16 tops = none;
    for (int p = 0; p < panels; p++) {
        const v16 product = __builtin_convertvector(*(const i16u *)(products + p * DK_LANES), v16);
        v16 score = product * NAME(load)(key_steps + p * DK_LANES);
        NAME(store)(scores + p * DK_LANES, score);
        if (!all) score = NAME(select)(NAME(seen)(p * DK_LANES, from, to), score, none);
        tops = NAME(select)(score > tops, score, tops);
    }
    return NAME(max_lanes)(tops);
}

// Scores become weights, and those are rounded with the values' steps in them; returns the sum of the weights.
INLINE float NAME(weigh_words)(const int panels, const int all, int64_t from, int64_t to, float *scores, float step,
                               float shift, const float *value_steps, int16_t *weights, float *weight_step)
{
    v16 sums = NAME(splat)(0.0f);
    i16 tops = {0};
    for (int p = 0; p < panels; p++) {
        v16 weight = NAME(power_of_two)(NAME(fma)(NAME(load)(scores + p * DK_LANES), NAME(splat)(step), NAME(splat)(shift)));
        if (!all) weight = (v16)((i16)weight & NAME(seen)(p * DK_LANES, from, to));
        sums += weight;
        v16 folded = weight * NAME(load)(value_steps + p * DK_LANES);
        if (!all) folded = (v16)((i16)folded & NAME(seen)(p * DK_LANES, from, to));
        tops = __builtin_elementwise_max(tops, (i16)folded);
        NAME(store)(scores + p * DK_LANES, folded);
    }
    *weight_step = NAME(to_words)(panels * DK_LANES, scores, tops, WORDS_WEIGHT_TOP, weights);
    return NAME(sum_lanes)(sums);
}

// One tile for up to WORDS_MR rows, of which some see something: row r the keys from[r] ..< to[r], or all where `whole` is set.
INLINE void NAME(words_tile)(const int whole, int64_t rows, int64_t head, const struct words_layout *l, const uint8_t *tile,
                             const int16_t *queries, const float *steps, const int64_t *from, const int64_t *to, float *top,
                             float *sum, float *o, struct NAME(words_pass) *w)
{
    const float *key_steps = (const float *)(tile + l->key_steps), *value_steps = (const float *)(tile + l->value_steps);
    const int panels = whole ? DK_TILE / DK_LANES : (int)((to[rows - 1] + DK_LANES - 1) / DK_LANES);
    WORDS(dot_words)(rows, panels, head, queries, head, (const int16_t *)tile, head * DK_LANES, w->products, DK_TILE);
    float tops[WORDS_MR];
    // Step by step for all rows, since each step of one row waits for the one before.
    for (int64_t r = 0; r < rows; r++) {
        tops[r] = top[r];
        if (!whole && from[r] >= to[r]) continue;
        const int32_t *products = w->products + r * DK_TILE;
        float *scores = w->scores + r * DK_TILE;
        const float greatest = whole ? NAME(score_words)(DK_TILE / DK_LANES, 1, 0, 0, products, key_steps, scores)
                                     : NAME(score_words)(panels, 0, from[r], to[r], products, key_steps, scores);
        if (greatest * steps[r] > top[r]) tops[r] = greatest * steps[r];
    }
    for (int64_t r = 0; r < rows; r++) {
        float *scores = w->scores + r * DK_TILE;
        int16_t *weights = w->weights + r * DK_TILE;
        w->factors[r] = 1.0f;
        if (!whole && from[r] >= to[r]) {
            // Nothing that it sees: the row's weights here are nothing.
            memset(weights, 0, DK_TILE * sizeof *weights);
            w->weight_steps[r] = 0.0f;
            continue;
        }
        const float step = steps[r] * EXP_LOG2E, shift = tops[r] * -EXP_LOG2E;
        float *weight_step = w->weight_steps + r;
        const float added =
            whole ? NAME(weigh_words)(DK_TILE / DK_LANES, 1, 0, 0, scores, step, shift, value_steps, weights, weight_step)
                  : NAME(weigh_words)(panels, 0, from[r], to[r], scores, step, shift, value_steps, weights, weight_step);
        // exp(0) is 1 exactly.
        if (tops[r] != top[r]) w->factors[r] = NAME(exp_lanes)(NAME(splat)(top[r] - tops[r]))[0];
        sum[r] = __builtin_fmaf(sum[r], w->factors[r], added);
        top[r] = tops[r];
    }
    WORDS(dot_words)(rows, head / DK_LANES, panels * DK_LANES, w->weights, DK_TILE, (const int16_t *)(tile + l->values),
                     DK_TILE * DK_LANES, w->products, head);
    for (int64_t r = 0; r < rows; r++) {
        const v16 step = NAME(splat)(w->weight_steps[r]), factor = NAME(splat)(w->factors[r]);
        for (int64_t d = r * head; d < (r + 1) * head; d += DK_LANES) {
            const v16 product = __builtin_convertvector(*(const i16u *)(w->products + d), v16);
            NAME(store)(o + d, NAME(fma)(product, step, NAME(load)(o + d) * factor));
        }
    }
}

static void NAME(attend_words)(int64_t rows, int64_t head, const float *q, const int32_t *hidden, const int32_t *visible,
                               int64_t tiles, const float *const *addresses, int64_t offset, float *top, float *sum, float *o)
{
    const struct words_layout l = words_layout(head);
    _Alignas(64) int16_t queries[WORDS_PASS * WORDS_HEAD];
    _Alignas(64) struct NAME(words_pass) w;
    float steps[WORDS_PASS];
    for (int64_t start = 0; start < rows; start += WORDS_PASS) {
        const int64_t end = rows - start < WORDS_PASS ? rows : start + WORDS_PASS;
        for (int64_t r = start; r < end; r++)
            steps[r - start] = NAME(row_to_words)(head, q + r * head, words_query_top(head), queries + (r - start) * head);
        int64_t first = start;
        for (int64_t t = 0; t < tiles; t++) {
            const int64_t base = t * DK_TILE;
            while (first < end && visible[first] <= base) first++;
            for (int64_t r = first; r < end; r += WORDS_MR) {
                const int64_t count = end - r < WORDS_MR ? end - r : WORDS_MR;
                const uint8_t *tile = (const uint8_t *)(addresses[t] + offset);
                const int16_t *query = queries + (r - start) * head;
                const float *step = steps + (r - start);
                // Most tiles lie before what the first of the rows sees last.
                if (!hidden && visible[r] - base >= DK_TILE) {
                    NAME(words_tile)(1, count, head, &l, tile, query, step, 0, 0, top + r, sum + r, o + r * head, &w);
                    continue;
                }
                int64_t from[WORDS_MR], to[WORDS_MR];
                int seen = 0;
                for (int64_t i = 0; i < count; i++) {
                    from[i] = hidden && hidden[r + i] > base ? hidden[r + i] - base : 0;
                    to[i] = visible[r + i] - base < DK_TILE ? visible[r + i] - base : DK_TILE;
                    seen |= from[i] < to[i];
                }
                if (seen) NAME(words_tile)(0, count, head, &l, tile, query, step, from, to, top + r, sum + r, o + r * head, &w);
            }
        }
    }
}
