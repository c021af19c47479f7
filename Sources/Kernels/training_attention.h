// SPDX-License-Identifier: Apache-2.0

// Attention forward and backward over tiles (FlashAttention, arXiv 2205.14135, algorithms 1 and 4), with what a tree of candidates
// behind a prefix sees; part of the template in training.h.

// Rows of keys as panels of 16 keys, reduced along the head: [padded / 16][head / STEP][16][STEP].
static void NAME(pack_keys)(int64_t rows, int64_t padded, int64_t head, const E *x, int64_t stride, E *out)
{
    for (int64_t row = 0; row < padded; row++) {
        E *place = out + row / DK_LANES * DK_LANES * head + row % DK_LANES * STEP;
        for (int64_t c = 0; c < head; c += STEP)
            for (int64_t i = 0; i < STEP; i++) place[c * DK_LANES + i] = row < rows ? x[row * stride + c + i] : 0;
    }
}

// The same rows as panels of 16 channels, reduced along the rows: [head / 16][padded / STEP][16][STEP].
static void NAME(pack_channels)(int64_t rows, int64_t padded, int64_t head, const E *x, int64_t stride, E *out)
{
    for (int64_t panel = 0; panel < head / DK_LANES; panel++)
        for (int64_t row = 0; row < padded; row++) {
            E *place = out + (panel * padded + row / STEP * STEP) * DK_LANES + row % STEP;
            for (int64_t c = 0; c < DK_LANES; c++) place[c * STEP] = row < rows ? x[row * stride + panel * DK_LANES + c] : 0;
        }
}

// Where a tile of queries stands and which keys it sees: `ranges` ranges, the last one masked by branch and position.
struct NAME(span) {
    int64_t first, end;    // queries
    int64_t ranges;
    int64_t from[2], to[2];  // keys, beginning at a panel
};

INLINE struct NAME(span) NAME(span_at)(const struct dk_attention *t, int64_t first)
{
    struct NAME(span) s = {.first = first, .end = first + DK_QUERY_TILE};
    const int64_t limit = first < t->shared ? t->shared : t->rows;
    if (s.end > limit) s.end = limit;
    if (first < t->shared) {
        s.ranges = 1;
        s.from[0] = 0;
        s.to[0] = s.end;
        return s;
    }
    int64_t begin = t->begin[first];
    for (int64_t i = first; i < s.end; i++)
        if (t->begin[i] < begin) begin = t->begin[i];
    s.ranges = 0;
    if (t->shared > 0) {
        s.from[0] = 0;
        s.to[0] = t->shared;
        s.ranges = 1;
    }
    s.from[s.ranges] = begin / DK_LANES * DK_LANES;
    s.to[s.ranges] = s.end;
    s.ranges++;
    return s;
}

// The keys that a row sees within a range.
INLINE void NAME(seen)(const struct dk_attention *t, const struct NAME(span) *s, int64_t range, int64_t row, int32_t *low, int32_t *high)
{
    const int shared = row >= t->shared && range + 1 < s->ranges;
    *low = row < t->shared || shared ? 0 : t->begin[row];
    *high = (int32_t)(shared ? t->shared : row + 1);
}

INLINE i16 NAME(mask)(int64_t key, int32_t low, int32_t high)
{
    const int32_t k = (int32_t)key;
    const i16 keys = lane_index + k;
    return (keys >= low) & (keys < high);
}

static int64_t NAME(padded)(int64_t rows) { return (rows + DK_QUERY_TILE - 1) / DK_QUERY_TILE * DK_QUERY_TILE; }

static void NAME(attend)(const struct dk_attention *t)
{
    const int64_t head = t->head, padded = NAME(padded)(t->rows);
    E *keys = t->scratch, *values = keys + padded * head;
    float *scores = (float *)(values + padded * head), *out = scores + DK_QUERY_TILE * DK_KEY_TILE;
    E *weights = (E *)(out + DK_QUERY_TILE * head);
    float top[DK_QUERY_TILE], sum[DK_QUERY_TILE];
    NAME(pack_keys)(t->rows, padded, head, t->k, t->stride, keys);
    NAME(pack_channels)(t->rows, padded, head, t->v, t->stride, values);
    for (int64_t at = t->first_query; at < t->rows;) {
        const struct NAME(span) s = NAME(span_at)(t, at);
        const int64_t rows = s.end - s.first;
        memset(out, 0, (size_t)(rows * head) * sizeof(float));
        for (int64_t i = 0; i < rows; i++) top[i] = -INFINITY, sum[i] = 0;
        for (int64_t range = 0; range < s.ranges; range++)
            for (int64_t k0 = s.from[range]; k0 < s.to[range]; k0 += DK_KEY_TILE) {
                const int64_t left = s.to[range] - k0;
                const int64_t panels = ((left < DK_KEY_TILE ? left : DK_KEY_TILE) + DK_LANES - 1) / DK_LANES;
                const struct dk_factor products = {head, (const E *)t->q + s.first * t->stride, t->stride, keys + k0 * head, head * DK_LANES};
                NAME(gemm)(rows, panels, &products, NULL, scores, DK_KEY_TILE, DK_SET);
                for (int64_t i = 0; i < rows; i++) {
                    int32_t low, high;
                    NAME(seen)(t, &s, range, s.first + i, &low, &high);
                    float *x = scores + i * DK_KEY_TILE;
                    v16 most = NAME(splat)(-INFINITY);
                    for (int64_t p = 0; p < panels; p++) {
                        const v16 v = NAME(select)(NAME(mask)(k0 + p * DK_LANES, low, high), NAME(load)(x + p * DK_LANES) * t->scale, NAME(splat)(-INFINITY));
                        NAME(store)(x + p * DK_LANES, v);
                        most = NAME(select)(v > most, v, most);
                    }
                    const float greatest = NAME(max_lanes)(most), next = greatest > top[i] ? greatest : top[i];
                    E *w = weights + i * DK_KEY_TILE;
                    if (next == -INFINITY) {
                        memset(w, 0, (size_t)(panels * DK_LANES) * sizeof(E));
                        continue;
                    }
                    const float fade = NAME(exp_lanes)(NAME(splat)(top[i] - next))[0];
                    v16 total = NAME(splat)(0.0f);
                    for (int64_t p = 0; p < panels; p++) {
                        const v16 e = NAME(exp_lanes)(NAME(load)(x + p * DK_LANES) - next);
                        NAME(put)(w + p * DK_LANES, e);
                        total += e;
                    }
                    sum[i] = sum[i] * fade + NAME(sum_lanes)(total);
                    top[i] = next;
                    if (fade != 1)
                        for (int64_t c = 0; c < head; c += DK_LANES)
                            NAME(store)(out + i * head + c, NAME(load)(out + i * head + c) * fade);
                }
                const struct dk_factor mix = {panels * DK_LANES, weights, DK_KEY_TILE, values + k0 * DK_LANES, padded * DK_LANES};
                NAME(gemm)(rows, head / DK_LANES, &mix, NULL, out, head, DK_ADD);
            }
        for (int64_t i = 0; i < rows; i++) {
            const float inverse = 1.0f / sum[i];
            E *target = (E *)t->output + (s.first + i) * t->output_stride;
            for (int64_t c = 0; c < head; c += DK_LANES) NAME(put)(target + c, NAME(load)(out + i * head + c) * inverse);
            t->log_sum[s.first + i] = top[i] + __builtin_logf(sum[i]);
        }
        at = s.end;
    }
}

// Puts what two rows of queries give for 16 keys into a panel that is reduced along the queries.
INLINE void NAME(put_pair)(E *panel, int64_t row, v16 even, v16 odd)
{
#if BF16
    *(u16u *)(panel + row * DK_LANES) = (NAME(rounded)(even) >> 16) | (NAME(rounded)(odd) & 0xffff0000u);
#else
    NAME(store)(panel + row * DK_LANES, even);
    NAME(store)(panel + (row + 1) * DK_LANES, odd);
#endif
}

// Rows of a tile as columns: [head][DK_QUERY_TILE], with zeros behind the last row.
static void NAME(turn)(int64_t rows, int64_t head, const E *x, int64_t stride, E *out)
{
    for (int64_t row = 0; row < DK_QUERY_TILE; row++)
        for (int64_t c = 0; c < head; c++) out[c * DK_QUERY_TILE + row] = row < rows ? x[row * stride + c] : 0;
}

static void NAME(attend_back)(const struct dk_attention *t)
{
    const int64_t head = t->head, padded = NAME(padded)(t->rows), panel = DK_QUERY_TILE * DK_LANES;
    E *keys = t->scratch, *values = keys + padded * head, *channels = values + padded * head;
    float *scores = (float *)(channels + padded * head), *slopes = scores + DK_QUERY_TILE * DK_KEY_TILE;
    float *dq = slopes + DK_QUERY_TILE * DK_KEY_TILE;
    E *ds = (E *)(dq + DK_QUERY_TILE * head), *ds_panels = ds + DK_QUERY_TILE * DK_KEY_TILE;
    E *weights = ds_panels + DK_QUERY_TILE * DK_KEY_TILE, *turned_q = weights + DK_QUERY_TILE * DK_KEY_TILE;
    E *turned_do = turned_q + DK_QUERY_TILE * head;
    float inner[DK_QUERY_TILE];
    NAME(pack_keys)(t->rows, padded, head, t->k, t->stride, keys);
    NAME(pack_keys)(t->rows, padded, head, t->v, t->stride, values);
    NAME(pack_channels)(t->rows, padded, head, t->k, t->stride, channels);
    memset(t->k_gradient, 0, (size_t)(padded * head) * sizeof(float));
    memset(t->v_gradient, 0, (size_t)(padded * head) * sizeof(float));
    for (int64_t at = t->first_query; at < t->rows;) {
        const struct NAME(span) s = NAME(span_at)(t, at);
        const int64_t rows = s.end - s.first, even = (rows + 1) / 2 * 2;
        const E *q = (const E *)t->q + s.first * t->stride;
        const E *dout = (const E *)t->output_gradient + s.first * t->output_stride;
        const E *output = (const E *)t->output + s.first * t->output_stride;
        NAME(turn)(rows, head, q, t->stride, turned_q);
        NAME(turn)(rows, head, dout, t->output_stride, turned_do);
        for (int64_t i = 0; i < rows; i++) {
            v16 total = NAME(splat)(0.0f);
            for (int64_t c = 0; c < head; c += DK_LANES)
                total = NAME(fma)(NAME(get)(dout + i * t->output_stride + c), NAME(get)(output + i * t->output_stride + c), total);
            inner[i] = NAME(sum_lanes)(total);
        }
        memset(dq, 0, (size_t)(rows * head) * sizeof(float));
        for (int64_t range = 0; range < s.ranges; range++)
            for (int64_t k0 = s.from[range]; k0 < s.to[range]; k0 += DK_KEY_TILE) {
                const int64_t left = s.to[range] - k0;
                const int64_t panels = ((left < DK_KEY_TILE ? left : DK_KEY_TILE) + DK_LANES - 1) / DK_LANES;
                const struct dk_factor products = {head, q, t->stride, keys + k0 * head, head * DK_LANES};
                NAME(gemm)(rows, panels, &products, NULL, scores, DK_KEY_TILE, DK_SET);
                const struct dk_factor above = {head, dout, t->output_stride, values + k0 * head, head * DK_LANES};
                NAME(gemm)(rows, panels, &above, NULL, slopes, DK_KEY_TILE, DK_SET);
                for (int64_t i = 0; i < even; i += 2)
                    for (int64_t p = 0; p < panels; p++) {
                        v16 weight[2], slope[2];
#pragma unroll
                        for (int j = 0; j < 2; j++) {
                            if (i + j >= rows) {
                                weight[j] = slope[j] = NAME(splat)(0.0f);
                                continue;
                            }
                            const int64_t row = s.first + i + j, place = (i + j) * DK_KEY_TILE + p * DK_LANES;
                            int32_t low, high;
                            NAME(seen)(t, &s, range, row, &low, &high);
                            const v16 x = NAME(load)(scores + place) * t->scale - t->log_sum[row];
                            weight[j] = NAME(select)(NAME(mask)(k0 + p * DK_LANES, low, high), NAME(exp_lanes)(x), NAME(splat)(0.0f));
                            slope[j] = weight[j] * (NAME(load)(slopes + place) - inner[i + j]) * t->scale;
                            NAME(put)(ds + place, slope[j]);
                        }
                        NAME(put_pair)(weights + p * panel, i, weight[0], weight[1]);
                        NAME(put_pair)(ds_panels + p * panel, i, slope[0], slope[1]);
                    }
                const struct dk_factor to_q = {panels * DK_LANES, ds, DK_KEY_TILE, channels + k0 * DK_LANES, padded * DK_LANES};
                NAME(gemm)(rows, head / DK_LANES, &to_q, NULL, dq, head, DK_ADD);
                const struct dk_factor to_k = {even, turned_q, DK_QUERY_TILE, ds_panels, panel};
                NAME(gemm)(head, panels, &to_k, NULL, t->k_gradient + k0, padded, DK_ADD);
                const struct dk_factor to_v = {even, turned_do, DK_QUERY_TILE, weights, panel};
                NAME(gemm)(head, panels, &to_v, NULL, t->v_gradient + k0, padded, DK_ADD);
            }
        for (int64_t i = 0; i < rows; i++)
            for (int64_t c = 0; c < head; c += DK_LANES)
                NAME(put)((E *)t->q_gradient + (s.first + i) * t->stride + c, NAME(load)(dq + i * head + c));
        at = s.end;
    }
}

static void NAME(gather_heads)(int64_t group, int64_t head, int64_t rows, int64_t padded, const float *parts, void *out, int64_t stride)
{
    for (int64_t row = 0; row < rows; row += DK_LANES) {
        const int64_t count = rows - row < DK_LANES ? rows - row : DK_LANES;
        for (int64_t c = 0; c < head; c++) {
            v16 sum = NAME(splat)(0.0f);
            for (int64_t g = 0; g < group; g++) sum += NAME(load)(parts + (g * head + c) * padded + row);
            for (int64_t i = 0; i < count; i++) ((E *)out)[(row + i) * stride + c] = NAME(narrowed)(sum[i]);
        }
    }
}
