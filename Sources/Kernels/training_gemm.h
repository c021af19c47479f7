// SPDX-License-Identifier: Apache-2.0

// Products, part of the template in training.h.

// Without an instruction for bfloat16, rows become floats before they meet the panels, so that one load puts a value into all lanes.
#define WIDENS (BF16 && !NATIVE)

#if WIDENS
typedef float NAME(input);
#else
typedef E NAME(input);
#endif

// Adds one part to rows x panels sums (constants after inlining) that stay in registers.
INLINE void NAME(part)(const int rows, const int panels, int64_t k, const NAME(input) *a, int64_t a_stride, const E *w, int64_t panel,
                       v16 sum[MR][NP])
{
#if BF16 && NATIVE
    for (int64_t p = 0; p < k / 2; p++) {
        i16 weights[NP];
#pragma unroll
        for (int j = 0; j < panels; j++) weights[j] = *(const i16u *)(w + j * panel + p * 2 * DK_LANES);
#pragma unroll
        for (int i = 0; i < rows; i++) {
            int32_t pair;
            memcpy(&pair, a + i * a_stride + 2 * p, 4);
            const i16 x = {pair, pair, pair, pair, pair, pair, pair, pair, pair, pair, pair, pair, pair, pair, pair, pair};
#pragma unroll
            for (int j = 0; j < panels; j++)
                sum[i][j] = (v16)_mm512_dpbf16_ps((__m512)sum[i][j], (__m512bh)x, (__m512bh)weights[j]);
        }
    }
#elif BF16
    for (int64_t p = 0; p < k / 2; p++) {
        v16 weights[NP];
#pragma unroll
        for (int odd = 0; odd < 2; odd++) {
            // The weights are read twice: pairs that wait for their second half would push a sum out of the registers.
            __asm__ volatile("" : "+r"(w));
#pragma unroll
            for (int j = 0; j < panels; j++) {
                const i16 pairs = *(const i16u *)(w + j * panel + p * 2 * DK_LANES);
                weights[j] = (v16)(odd ? pairs & -65536 : pairs << 16);
            }
#pragma unroll
            for (int i = 0; i < rows; i++) {
                const v16 x = NAME(splat)(a[i * a_stride + 2 * p + odd]);
#pragma unroll
                for (int j = 0; j < panels; j++) sum[i][j] = NAME(fma)(x, weights[j], sum[i][j]);
            }
        }
    }
#else
    for (int64_t p = 0; p < k; p++) {
        v16 weights[NP];
#pragma unroll
        for (int j = 0; j < panels; j++) weights[j] = NAME(load)(w + j * panel + p * DK_LANES);
#pragma unroll
        for (int i = 0; i < rows; i++) {
            const v16 x = NAME(splat)(a[i * a_stride + p]);
#pragma unroll
            for (int j = 0; j < panels; j++) sum[i][j] = NAME(fma)(x, weights[j], sum[i][j]);
        }
    }
#endif
}

// Where results go, and from which row and panel on.
struct NAME(target) {
    void *c;
    int64_t stride, row, panel;
    enum dk_store store;
};

INLINE void NAME(keep)(const int rows, const int panels, const struct NAME(target) *target, v16 sum[MR][NP])
{
#pragma unroll
    for (int i = 0; i < rows; i++)
#pragma unroll
        for (int j = 0; j < panels; j++) {
            const int64_t place = (target->row + i) * target->stride + (target->panel + j) * DK_LANES;
            float *const c = (float *)target->c + place;
            if (target->store == DK_NARROW) NAME(put)((E *)target->c + place, sum[i][j]);
            else if (target->store == DK_ADD) NAME(store)(c, NAME(load)(c) + sum[i][j]);
            else NAME(store)(c, sum[i][j]);
        }
}

#if WIDENS

// Inputs of a row that are widened at once; a stride that is no power of two, so that rows do not meet in the cache; and the bytes of panels
// that stay in the second cache while rows go by.
enum { NAME(wide) = 4096, NAME(wide_stride) = NAME(wide) + 16, NAME(panel_bytes) = 400 << 10 };

INLINE void NAME(widen_rows)(const int rows, const struct dk_factor *part, int64_t row, int64_t from, int64_t count, float *x)
{
    for (int i = 0; i < rows; i++) {
        const E *a = (const E *)part->a + (row + i) * part->a_stride + from;
        float *to = x + i * NAME(wide_stride);
        int64_t p = 0;
        for (; p + DK_LANES <= count; p += DK_LANES) NAME(store)(to + p, NAME(get)(a + p));
        for (; p < count; p++) to[p] = NAME(value)(a[p]);
    }
}

// Rows of one tile as floats: all inputs of both parts side by side where these are short enough, else one piece after the other.
struct NAME(wide_rows) {
    const struct dk_factor *parts[2];
    int64_t row;
    int fits;
    float *x;
};

INLINE void NAME(tile)(const int rows, const int panels, const struct NAME(wide_rows) *wide, const struct NAME(target) *target)
{
    v16 sum[MR][NP];
#pragma unroll
    for (int i = 0; i < rows; i++)
#pragma unroll
        for (int j = 0; j < panels; j++) sum[i][j] = NAME(splat)(0.0f);
    for (int number = 0; number < 2 && wide->parts[number]; number++) {
        const struct dk_factor *part = wide->parts[number];
        const E *w = (const E *)part->w + target->panel * part->panel_stride;
        const float *x = wide->x + (wide->fits && number ? wide->parts[0]->k : 0);
        for (int64_t from = 0; from < part->k; from += NAME(wide)) {
            const int64_t count = part->k - from < NAME(wide) ? part->k - from : NAME(wide);
            if (!wide->fits) NAME(widen_rows)(rows, part, wide->row, from, count, wide->x);
            NAME(part)(rows, panels, count, x, NAME(wide_stride), w + from * DK_LANES, part->panel_stride, sum);
        }
    }
    NAME(keep)(rows, panels, target, sum);
}

INLINE void NAME(rows_of_panels)(const int rows, int64_t at, int64_t end, const struct dk_factor *first, const struct dk_factor *second,
                                 int64_t row, void *c, int64_t c_stride, enum dk_store store, float *x)
{
    const int fits = first->k + (second ? second->k : 0) <= NAME(wide);
    const struct NAME(wide_rows) wide = {{first, second}, row, fits, x};
    if (fits) {
        NAME(widen_rows)(rows, first, row, 0, first->k, x);
        if (second) NAME(widen_rows)(rows, second, row, 0, second->k, x + first->k);
    }
    struct NAME(target) target = {c, c_stride, row, at, store};
    for (; target.panel + NP <= end; target.panel += NP) NAME(tile)(rows, NP, &wide, &target);
#if NP > 1
    for (; target.panel < end; target.panel++) NAME(tile)(rows, 1, &wide, &target);
#endif
}

static void NAME(gemm)(int64_t rows, int64_t panels, const struct dk_factor *first, const struct dk_factor *second, void *c,
                       int64_t c_stride, enum dk_store store)
{
    float x[MR * NAME(wide_stride)];
    if (second && second->k == 0) second = NULL;
    const int64_t bytes = (first->k + (second ? second->k : 0) + 1) * DK_LANES * sizeof(E);
    const int64_t group = bytes < NAME(panel_bytes) / NP ? NAME(panel_bytes) / NP / bytes * NP : NP;
    for (int64_t at = 0; at < panels; at += group) {
        const int64_t end = panels - at < group ? panels : at + group;
        for (int64_t r = 0; r < rows; r += MR) {
            switch (rows - r) {
#define CASE(n) \
    case n: NAME(rows_of_panels)(n, at, end, first, second, r, c, c_stride, store, x); break;
                CASE(1) CASE(2) CASE(3) CASE(4) CASE(5)
#undef CASE
            default: NAME(rows_of_panels)(MR, at, end, first, second, r, c, c_stride, store, x); break;
            }
        }
    }
}

#else

INLINE void NAME(tile)(const int rows, const int panels, const struct dk_factor *first, const struct dk_factor *second, int64_t row,
                       int64_t at, void *c, int64_t c_stride, enum dk_store store)
{
    v16 sum[MR][NP];
#pragma unroll
    for (int i = 0; i < rows; i++)
#pragma unroll
        for (int j = 0; j < panels; j++) sum[i][j] = NAME(splat)(0.0f);
    NAME(part)(rows, panels, first->k, (const E *)first->a + row * first->a_stride, first->a_stride,
               (const E *)first->w + at * first->panel_stride, first->panel_stride, sum);
    if (second)
        NAME(part)(rows, panels, second->k, (const E *)second->a + row * second->a_stride, second->a_stride,
                   (const E *)second->w + at * second->panel_stride, second->panel_stride, sum);
    const struct NAME(target) target = {c, c_stride, row, at, store};
    NAME(keep)(rows, panels, &target, sum);
}

INLINE void NAME(rows_of_panels)(const int panels, int64_t rows, const struct dk_factor *first, const struct dk_factor *second,
                                 int64_t at, void *c, int64_t c_stride, enum dk_store store)
{
    int64_t r = 0;
    for (; r + MR <= rows; r += MR) NAME(tile)(MR, panels, first, second, r, at, c, c_stride, store);
    switch (rows - r) {
#define CASE(n) \
    case n: NAME(tile)(n, panels, first, second, r, at, c, c_stride, store); break;
        CASE(1) CASE(2) CASE(3) CASE(4) CASE(5)
#undef CASE
    default: break;
    }
}

static void NAME(gemm)(int64_t rows, int64_t panels, const struct dk_factor *first, const struct dk_factor *second, void *c,
                       int64_t c_stride, enum dk_store store)
{
    if (second && second->k == 0) second = NULL;
    int64_t at = 0;
    for (; at + NP <= panels; at += NP) NAME(rows_of_panels)(NP, rows, first, second, at, c, c_stride, store);
    switch (panels - at) {
#define CASE(n) \
    case n: NAME(rows_of_panels)(n, rows, first, second, at, c, c_stride, store); break;
#if NP > 1
        CASE(1) CASE(2) CASE(3)
#endif
#undef CASE
    default: break;
    }
}

#endif
#undef WIDENS

static void NAME(pack)(int64_t k, int64_t outputs, const float *source, int64_t output_stride, int64_t input_stride, float factor,
                       void *panel)
{
    E *out = panel;
    for (int64_t i = 0; i < k; i++) {
        E *place = out + i / STEP * STEP * DK_LANES + i % STEP;
        for (int64_t o = 0; o < outputs; o++) place[o * STEP] = NAME(narrowed)(source[o * output_stride + i * input_stride] * factor);
        for (int64_t o = outputs; o < DK_LANES; o++) place[o * STEP] = 0;
    }
}

// Some ranks of an adapter half, of 32 or 16 columns.
INLINE void NAME(outer_tile)(const int rank, const int wide, int64_t rows, const E *t, int64_t t_stride, const E *x, int64_t x_stride,
                             float factor, float *out, int64_t out_panel)
{
    v16 sum[8][2];
#pragma unroll
    for (int r = 0; r < rank; r++)
#pragma unroll
        for (int j = 0; j < wide; j++) sum[r][j] = NAME(splat)(0.0f);
    for (int64_t row = 0; row < rows; row++) {
        v16 values[2];
#pragma unroll
        for (int j = 0; j < wide; j++) values[j] = NAME(get)(x + row * x_stride + j * DK_LANES);
#pragma unroll
        for (int r = 0; r < rank; r++) {
            const v16 factor_of_row = NAME(splat)(NAME(value)(t[row * t_stride + r]));
#pragma unroll
            for (int j = 0; j < wide; j++) sum[r][j] = NAME(fma)(factor_of_row, values[j], sum[r][j]);
        }
    }
#pragma unroll
    for (int r = 0; r < rank; r++)
#pragma unroll
        for (int j = 0; j < wide; j++) {
            float *place = out + j * out_panel + r * DK_LANES;
            NAME(store)(place, NAME(fma)(NAME(splat)(factor), sum[r][j], NAME(load)(place)));
        }
}

static void NAME(outer)(int64_t rows, int64_t rank, int64_t n, const void *t, int64_t t_stride, const void *x, int64_t x_stride,
                        float factor, float *out)
{
    for (int64_t at = 0; at < n; at += 2 * DK_LANES) {
        const int wide = n - at >= 2 * DK_LANES ? 2 : 1;
        for (int64_t r = 0; r < rank; r += 8) {
            const E *columns = (const E *)t + r, *values = (const E *)x + at;
            float *place = out + at / DK_LANES * rank * DK_LANES + r * DK_LANES;
#define TILE(n) \
    if (wide == 2) NAME(outer_tile)(n, 2, rows, columns, t_stride, values, x_stride, factor, place, rank * DK_LANES); \
    else NAME(outer_tile)(n, 1, rows, columns, t_stride, values, x_stride, factor, place, rank * DK_LANES);
            switch (rank - r) {
            case 1: TILE(1) break;
            case 2: TILE(2) break;
            case 3: TILE(3) break;
            case 4: TILE(4) break;
            case 5: TILE(5) break;
            case 6: TILE(6) break;
            case 7: TILE(7) break;
            default: TILE(8) break;
            }
#undef TILE
        }
    }
}
