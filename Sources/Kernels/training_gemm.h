// SPDX-License-Identifier: Apache-2.0

// Products, part of the template in training.h.

// Adds one part to rows x panels sums (constants after inlining) that stay in registers.
INLINE void NAME(part)(const int rows, const int panels, int64_t k, const E *a, int64_t a_stride, const E *w, int64_t panel,
                       v16 sum[MR][NP])
{
#if BF16
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
            for (int j = 0; j < panels; j++) {
#if NATIVE
                sum[i][j] = (v16)_mm512_dpbf16_ps((__m512)sum[i][j], (__m512bh)x, (__m512bh)weights[j]);
#else
                sum[i][j] = NAME(fma)((v16)(x << 16), (v16)(weights[j] << 16), sum[i][j]);
                sum[i][j] = NAME(fma)((v16)(x & -65536), (v16)(weights[j] & -65536), sum[i][j]);
#endif
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
#pragma unroll
    for (int i = 0; i < rows; i++)
#pragma unroll
        for (int j = 0; j < panels; j++) {
            const int64_t place = (row + i) * c_stride + (at + j) * DK_LANES;
            if (store == DK_NARROW) NAME(put)((E *)c + place, sum[i][j]);
            else if (store == DK_ADD) NAME(store)((float *)c + place, NAME(load)((float *)c + place) + sum[i][j]);
            else NAME(store)((float *)c + place, sum[i][j]);
        }
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
