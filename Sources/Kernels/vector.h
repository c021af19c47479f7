// SPDX-License-Identifier: Apache-2.0

// The vector kernels, as a template: included once per instruction set, with NAME(x) naming its functions, ISA its
// constant, INTEGER(x) its integer kernels, and MR the rows of activations that one pass over a panel serves (MR
// accumulators of 16 lanes must fit in the registers beside the weights). Written in vector types of the compiler, not
// intrinsics, so that one source serves every width; 16 lanes are two registers of AVX2 or one of AVX-512.

#define INLINE static inline __attribute__((always_inline))

INLINE v16 NAME(load)(const float *p) { return *(const v16u *)p; }
INLINE void NAME(store)(float *p, v16 v) { *(v16u *)p = v; }
INLINE v16 NAME(splat)(float x) { return (v16){x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x}; }
INLINE v16 NAME(fma)(v16 a, v16 b, v16 c) { return __builtin_elementwise_fma(a, b, c); }
INLINE v16 NAME(select)(i16 mask, v16 a, v16 b) { return (v16)(((i16)a & mask) | ((i16)b & ~mask)); }

INLINE float NAME(sum_lanes)(v16 v)
{
    v8 a = __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7) + __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15);
    v4 b = __builtin_shufflevector(a, a, 0, 1, 2, 3) + __builtin_shufflevector(a, a, 4, 5, 6, 7);
    float x = b[0] + b[2], y = b[1] + b[3];
    return x + y;
}

INLINE float NAME(max_lanes)(v16 v)
{
    v8 a = __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7), b = __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15);
    a = __builtin_elementwise_max(a, b);
    v4 c = __builtin_shufflevector(a, a, 0, 1, 2, 3), d = __builtin_shufflevector(a, a, 4, 5, 6, 7);
    c = __builtin_elementwise_max(c, d);
    const float x = c[0] > c[2] ? c[0] : c[2], y = c[1] > c[3] ? c[1] : c[3];
    return x > y ? x : y;
}

INLINE v16 NAME(exp_lanes)(v16 x)
{
    i16 below = x < NAME(splat)(EXP_LOW);
    x = NAME(select)(below, NAME(splat)(EXP_LOW), x);
    x = NAME(select)(x > NAME(splat)(EXP_HIGH), NAME(splat)(EXP_HIGH), x);
    v16 shifted = NAME(fma)(x, NAME(splat)(EXP_LOG2E), NAME(splat)(EXP_MAGIC));
    v16 n = shifted - EXP_MAGIC;
    v16 r = NAME(fma)(n, NAME(splat)(-EXP_LN2_HIGH), x);
    r = NAME(fma)(n, NAME(splat)(-EXP_LN2_LOW), r);
    v16 p = NAME(splat)(EXP_C7);
    p = NAME(fma)(p, r, NAME(splat)(EXP_C6));
    p = NAME(fma)(p, r, NAME(splat)(EXP_C5));
    p = NAME(fma)(p, r, NAME(splat)(EXP_C4));
    p = NAME(fma)(p, r, NAME(splat)(EXP_C3));
    p = NAME(fma)(p, r, NAME(splat)(EXP_C2));
    p = NAME(fma)(p, r, NAME(splat)(1.0f));
    p = NAME(fma)(p, r, NAME(splat)(1.0f));
    v16 power = (v16)(((i16)shifted << 23) + (127 << 23));
    return NAME(select)(below, NAME(splat)(0.0f), p * power);
}

// rows (a constant after inlining) x 16 outputs, continuing from c when `resume` is set.
INLINE void NAME(tile)(const int rows, int64_t k, const float *a, int64_t a_stride, const float *w, float *c,
                       int64_t c_stride, int resume)
{
    v16 acc[MR];
#pragma unroll
    for (int i = 0; i < rows; i++) acc[i] = resume ? NAME(load)(c + i * c_stride) : NAME(splat)(0.0f);
#pragma unroll 2
    for (int64_t p = 0; p < k; p++) {
        v16 weights = NAME(load)(w + p * DK_LANES);
#pragma unroll
        for (int i = 0; i < rows; i++) acc[i] = NAME(fma)(NAME(splat)(a[i * a_stride + p]), weights, acc[i]);
    }
#pragma unroll
    for (int i = 0; i < rows; i++) NAME(store)(c + i * c_stride, acc[i]);
}

// One row against four panels, so that eight or more chains hide the latency of fma.
INLINE void NAME(tile_row)(int64_t k, const float *a, const float *w, int64_t panel, float *c)
{
    v16 acc[4];
#pragma unroll
    for (int i = 0; i < 4; i++) acc[i] = NAME(splat)(0.0f);
    for (int64_t p = 0; p < k; p++) {
        v16 x = NAME(splat)(a[p]);
#pragma unroll
        for (int i = 0; i < 4; i++) acc[i] = NAME(fma)(x, NAME(load)(w + i * panel + p * DK_LANES), acc[i]);
    }
#pragma unroll
    for (int i = 0; i < 4; i++) NAME(store)(c + i * DK_LANES, acc[i]);
}

static void NAME(tiles)(int64_t rows, int64_t k, const float *a, int64_t a_stride, const float *w, float *c,
                        int64_t c_stride, int resume)
{
    int64_t r = 0;
    for (; r + MR <= rows; r += MR) NAME(tile)(MR, k, a + r * a_stride, a_stride, w, c + r * c_stride, c_stride, resume);
    a += r * a_stride;
    c += r * c_stride;
#define CASE(n) \
    case n: NAME(tile)(n, k, a, a_stride, w, c, c_stride, resume); break;
    switch (rows - r) {
        CASE(1) CASE(2) CASE(3) CASE(4) CASE(5)
#if MR > 6
        CASE(6) CASE(7) CASE(8) CASE(9) CASE(10) CASE(11)
#endif
    default: break;
    }
#undef CASE
}

static void NAME(gemm)(int64_t rows, int64_t panels, int64_t k, const float *a, int64_t a_stride, const float *w,
                       float *c, int64_t c_stride)
{
    const int64_t panel = k * DK_LANES;
    if (rows == 1) {
        int64_t p = 0;
        for (; p + 4 <= panels; p += 4) NAME(tile_row)(k, a, w + p * panel, panel, c + p * DK_LANES);
        for (; p < panels; p++) NAME(tile)(1, k, a, a_stride, w + p * panel, c + p * DK_LANES, c_stride, 0);
        return;
    }
    for (int64_t r = 0; r < rows; r += GEMM_ROW_BLOCK) {
        const int64_t count = rows - r < GEMM_ROW_BLOCK ? rows - r : GEMM_ROW_BLOCK;
        for (int64_t k0 = 0; k0 < k; k0 += GEMM_K_BLOCK) {
            const int64_t depth = k - k0 < GEMM_K_BLOCK ? k - k0 : GEMM_K_BLOCK;
            for (int64_t p = 0; p < panels; p++)
                NAME(tiles)(count, depth, a + r * a_stride + k0, a_stride, w + p * panel + k0 * DK_LANES,
                            c + r * c_stride + p * DK_LANES, c_stride, k0 > 0);
        }
    }
}

static void NAME(rms_norm)(int64_t n, const float *x, const float *weight, float epsilon, float *y)
{
    v16 sums = NAME(splat)(0.0f);
    int64_t i = 0;
    for (; i + DK_LANES <= n; i += DK_LANES) {
        v16 v = NAME(load)(x + i);
        sums = NAME(fma)(v, v, sums);
    }
    for (int64_t lane = 0; i + lane < n; lane++) sums[lane] = __builtin_fmaf(x[i + lane], x[i + lane], sums[lane]);
    const float scale = 1.0f / __builtin_sqrtf(NAME(sum_lanes)(sums) / (float)n + epsilon);
    for (i = 0; i < n; i++) y[i] = x[i] * scale * weight[i];
}

static void NAME(add)(int64_t n, float *x, const float *y)
{
    for (int64_t i = 0; i < n; i++) x[i] += y[i];
}

static void NAME(swiglu)(int64_t n, const float *gate, const float *up, float *out)
{
    int64_t i = 0;
    for (; i + DK_LANES <= n; i += DK_LANES) {
        v16 g = NAME(load)(gate + i);
        NAME(store)(out + i, g / (1.0f + NAME(exp_lanes)(-g)) * NAME(load)(up + i));
    }
    for (; i < n; i++) out[i] = gate[i] / (1.0f + NAME(exp_lanes)(NAME(splat)(-gate[i]))[0]) * up[i];
}

static void NAME(geglu)(int64_t n, const float *gate, const float *up, float *out)
{
    int64_t i = 0;
    for (; i + DK_LANES <= n; i += DK_LANES) {
        v16 g = NAME(load)(gate + i);
        v16 z = g * GELU_SCALE * NAME(fma)(g * GELU_CUBE, g, NAME(splat)(1.0f));
        NAME(store)(out + i, g / (1.0f + NAME(exp_lanes)(z)) * NAME(load)(up + i));
    }
    for (; i < n; i++) {
        const float g = gate[i], z = g * GELU_SCALE * __builtin_fmaf(g * GELU_CUBE, g, 1.0f);
        out[i] = g / (1.0f + NAME(exp_lanes)(NAME(splat)(z))[0]) * up[i];
    }
}

static void NAME(reglu2)(int64_t n, const float *gate, const float *up, float *out)
{
    for (int64_t i = 0; i < n; i++) {
        const float g = gate[i] > 0.0f ? gate[i] : 0.0f;
        out[i] = g * g * up[i];
    }
}

static void NAME(soft_cap)(int64_t n, float cap, float *x)
{
    int64_t i = 0;
    for (; i + DK_LANES <= n; i += DK_LANES) {
        v16 z = NAME(load)(x + i) / cap;
        NAME(store)(x + i, (1.0f - 2.0f / (1.0f + NAME(exp_lanes)(z + z))) * cap);
    }
    for (; i < n; i++) {
        const float z = x[i] / cap;
        x[i] = (1.0f - 2.0f / (1.0f + NAME(exp_lanes)(NAME(splat)(z + z))[0])) * cap;
    }
}

// Plain loops: the compiler finds the vectors in them.

static void NAME(divide)(int64_t n, const float *x, float by, float *y)
{
    for (int64_t i = 0; i < n; i++) y[i] = x[i] / by;
}

static void NAME(rope)(int64_t heads, int64_t head, int64_t rotated, float *x, const float *cosines, const float *sines)
{
    for (int64_t h = 0; h < heads; h++, x += head)
        for (int64_t i = 0; i < rotated / 2; i++) {
            const float a = x[2 * i], b = x[2 * i + 1];
            x[2 * i] = a * cosines[i] - b * sines[i];
            x[2 * i + 1] = a * sines[i] + b * cosines[i];
        }
}

static void NAME(rope_halves)(int64_t heads, int64_t head, int64_t rotated, float *x, const float *cosines, const float *sines)
{
    const int64_t half = rotated / 2;
    for (int64_t h = 0; h < heads; h++, x += head)
        for (int64_t i = 0; i < half; i++) {
            const float a = x[i], b = x[i + half];
            x[i] = a * cosines[i] - b * sines[i];
            x[i + half] = a * sines[i] + b * cosines[i];
        }
}

static void NAME(exp)(int64_t n, const float *x, float *y)
{
    int64_t i = 0;
    for (; i + DK_LANES <= n; i += DK_LANES) NAME(store)(y + i, NAME(exp_lanes)(NAME(load)(x + i)));
    for (; i < n; i++) y[i] = NAME(exp_lanes)(NAME(splat)(x[i]))[0];
}

// Turns one row of scores into weights under the running maximum; returns the factor for what was summed before.
INLINE float NAME(soften)(float *scores, int panels, int64_t hidden, int64_t visible, float *top, float *sum)
{
    const v16 none = NAME(splat)(-__builtin_inff());
    v16 tops = none;
    for (int p = 0; p < panels; p++) {
        v16 s = NAME(load)(scores + p * DK_LANES);
        const int seen = visible - p * DK_LANES > DK_LANES ? DK_LANES : (int)(visible - p * DK_LANES);
        const int from = hidden > p * DK_LANES ? (int)(hidden - p * DK_LANES) : 0;
        if (seen < DK_LANES || from > 0) {
            s = NAME(select)((lane_index < seen) & (lane_index >= from), s, none);
            NAME(store)(scores + p * DK_LANES, s);
        }
        tops = NAME(select)(s > tops, s, tops);
    }
    const float tile_top = NAME(max_lanes)(tops);
    const float new_top = tile_top > *top ? tile_top : *top;
    // exp(0) is 1 exactly.
    const float factor = new_top == *top ? 1.0f : NAME(exp_lanes)(NAME(splat)(*top - new_top))[0];
    v16 sums = NAME(splat)(0.0f);
    for (int p = 0; p < panels; p++) {
        v16 weight = NAME(exp_lanes)(NAME(load)(scores + p * DK_LANES) - new_top);
        NAME(store)(scores + p * DK_LANES, weight);
        sums += weight;
    }
    *sum = __builtin_fmaf(*sum, factor, NAME(sum_lanes)(sums));
    *top = new_top;
    return factor;
}

INLINE int NAME(all_hidden)(int64_t count, const int32_t *hidden, int64_t end)
{
    for (int64_t i = 0; i < count; i++)
        if (hidden[i] < end) return 0;
    return 1;
}

static void NAME(attend)(int64_t rows, int64_t head, const float *q, const int32_t *hidden, const int32_t *visible,
                         int64_t tiles, const float *const *blocks, int64_t k_offset, int64_t v_offset, float *top, float *sum, float *o)
{
    float scores[MR * DK_TILE];
    int64_t first = 0;
    for (int64_t t = 0; t < tiles; t++) {
        const int64_t base = t * DK_TILE;
        while (first < rows && visible[first] <= base) first++;
        const float *keys = blocks[t] + k_offset, *values = blocks[t] + v_offset;
        for (int64_t r = first; r < rows; r += MR) {
            const int64_t count = rows - r < MR ? rows - r : MR;
            if (hidden && NAME(all_hidden)(count, hidden + r, base + DK_TILE)) continue;
            const int64_t last = visible[r + count - 1] - base;
            const int64_t seen = last < DK_TILE ? last : DK_TILE;
            const int panels = (int)((seen + DK_LANES - 1) / DK_LANES);
            for (int p = 0; p < panels; p++)
                NAME(tiles)(count, head, q + r * head, head, keys + p * head * DK_LANES, scores + p * DK_LANES, DK_TILE, 0);
            for (int64_t i = 0; i < count; i++) {
                const int64_t from = hidden ? hidden[r + i] - base : 0, to = visible[r + i] - base;
                if (from >= DK_TILE || from >= to) {
                    // Behind its window: the row's weights here are nothing.
                    memset(scores + i * DK_TILE, 0, DK_TILE * sizeof(float));
                    continue;
                }
                const float factor = NAME(soften)(scores + i * DK_TILE, panels, from, to, top + r + i, sum + r + i);
                float *row = o + (r + i) * head;
                for (int64_t d = 0; d < head; d += DK_LANES) NAME(store)(row + d, NAME(load)(row + d) * factor);
            }
            for (int64_t d = 0; d < head; d += DK_LANES)
                NAME(tiles)(count, seen, scores, DK_TILE, values + d * DK_TILE, o + r * head + d, head, 1);
        }
    }
}

static void NAME(merge)(int64_t rows, int64_t head, float *top, float *sum, float *o, const float *other_top,
                        const float *other_sum, const float *other_o)
{
    for (int64_t r = 0; r < rows; r++) {
        if (other_sum[r] == 0.0f) continue;
        const int seen = sum[r] != 0.0f;
        const float new_top = seen && top[r] > other_top[r] ? top[r] : other_top[r];
        const v16 factor = NAME(splat)(seen ? NAME(exp_lanes)(NAME(splat)(top[r] - new_top))[0] : 0.0f);
        const v16 other = NAME(exp_lanes)(NAME(splat)(other_top[r] - new_top));
        sum[r] = __builtin_fmaf(sum[r], factor[0], other_sum[r] * other[0]);
        for (int64_t d = r * head; d < (r + 1) * head; d += DK_LANES)
            NAME(store)(o + d, NAME(fma)(NAME(load)(o + d), factor, NAME(load)(other_o + d) * other));
        top[r] = new_top;
    }
}

static void NAME(log_sum_exp)(int64_t rows, int64_t n, const float *x, int64_t stride, float *top, float *sum,
                              int32_t *first)
{
    for (int64_t r = 0; r < rows; r++, x += stride) {
        v16 tops = NAME(splat)(-__builtin_inff());
        int64_t i = 0;
        for (; i + DK_LANES <= n; i += DK_LANES) {
            v16 v = NAME(load)(x + i);
            tops = NAME(select)(v > tops, v, tops);
        }
        for (int64_t lane = 0; i + lane < n; lane++) tops[lane] = x[i + lane] > tops[lane] ? x[i + lane] : tops[lane];
        const float highest = NAME(max_lanes)(tops);
        v16 sums = NAME(splat)(0.0f);
        for (i = 0; i + DK_LANES <= n; i += DK_LANES) sums += NAME(exp_lanes)(NAME(load)(x + i) - highest);
        for (int64_t lane = 0; i + lane < n; lane++) sums[lane] += NAME(exp_lanes)(NAME(splat)(x[i + lane] - highest))[0];
        int32_t where = 0;
        while (where < n - 1 && x[where] != highest) where++;
        top[r] = highest;
        sum[r] = NAME(sum_lanes)(sums);
        first[r] = where;
    }
}

#include "quantize.h"
#include "packed_vector.h"
#include "words_vector.h"

static const struct dk_kernels NAME(kernels) = {
    .isa = ISA,
    .gemm = NAME(gemm),
    .rms_norm = NAME(rms_norm),
    .add = NAME(add),
    .swiglu = NAME(swiglu),
    .geglu = NAME(geglu),
    .reglu2 = NAME(reglu2),
    .soft_cap = NAME(soft_cap),
    .divide = NAME(divide),
    .rope = NAME(rope),
    .rope_halves = NAME(rope_halves),
    .exp = NAME(exp),
    .attend = NAME(attend),
    .store_words = NAME(store_words),
    .attend_words = NAME(attend_words),
    .attend_packed = NAME(attend_packed),
    .merge = NAME(merge),
    .log_sum_exp = NAME(log_sum_exp),
    .quantize = NAME(quantize),
    .gemm_codes = INTEGER(gemm_codes),
    .gemm_ternary = INTEGER(gemm_ternary),
    .gemm_lut = INTEGER(gemm_lut),
};

#undef INLINE
