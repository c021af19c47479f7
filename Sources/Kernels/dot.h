// SPDX-License-Identifier: Apache-2.0

// The integer kernels for processors that add four products of bytes to a 32-bit sum in one instruction, as a template:
// included once per instruction set, with
//   NAME(x)         names of its functions, and TARGET their attribute
//   ints, floats    its vectors; a panel of 16 outputs is VECTORS of them, with LANES outputs each
//   TILE_ROWS, TILE_PANELS   a full tile: its sums in integers and in floats must fit in the registers beside the codes
//   TERNARY_ROWS    rows of a full tile of TILE_PANELS with ternary weights, which needs no sums in floats
//   ROW_CHAINS      sums that a row by itself is split into, to hide the latency of a product
//   load_codes(p)   a vector of bytes; and_codes(v, mask), shift_codes(v, n) with n = 2, 4 or 6
//   spread(p)       the four bytes at p, in every lane
//   dot(sum, w, a)  sum + the products of codes below 128, or of any where SIGNED_DOT is 0, with signed bytes
//   flip(w)         codes less 128 as signed bytes; only where SIGNED_DOT is 1
//   splat_ints, add_ints, sub_ints, mul_ints, to_floats, splat_floats, mul, fma, load_floats, load_halves, store_floats
// Codes are taken apart in registers: with several rows to share them that costs next to nothing. What a row's four bytes
// are spread to is shared by the panels of a tile, since loads are as scarce as products. A row by itself is as fast as the
// weights come from memory: it reads one panel after the other, and asks for what it will read some thousand bytes ahead.

#define INLINE TARGET static inline __attribute__((always_inline))
#define WIDEST (TILE_PANELS * VECTORS)
enum { NAME(AHEAD) = 4096 };
#define HIGHEST (TILE_ROWS > TERNARY_ROWS ? TILE_ROWS : TERNARY_ROWS)

INLINE floats NAME(table)(const struct dk_format *f, const uint8_t *p, int index)
{
    return f->half ? load_halves(p + index * 2) : load_floats((const float *)p + index);
}

// rows x (16 * panels) outputs over all of k. The format is known to the compiler where that matters.
INLINE void NAME(tile)(const int rows, const int panels, const struct dk_format *f, int64_t k, const uint8_t *a, int64_t a_stride,
                       const uint8_t *w, int64_t panel, float *c, int64_t c_stride)
{
    const int group = f->group, table_bytes = 32 / group * DK_LANES * (f->half ? 2 : 4), wide = panels * VECTORS;
    const int64_t block = dk_block_stride(f), groups = k / group;
    const int signed_codes = SIGNED_DOT && f->top > 127;
    // What every code has too much, less what `flip` took.
    const int excess = f->zero - (signed_codes ? 128 : 0), chains = rows == 1 ? ROW_CHAINS : 1;
    floats acc[HIGHEST][WIDEST];
#pragma unroll
    for (int i = 0; i < rows; i++)
#pragma unroll
        for (int v = 0; v < wide; v++) acc[i][v] = splat_floats(0.0f);
    int64_t at = k;
    for (int64_t b = 0; b < k / 32; b++, w += block) {
        const uint8_t *code = w + table_bytes * (f->minima ? 2 : 1);
        if (rows == 1)
#pragma unroll
            for (int64_t line = 0; line < block; line += 64) __builtin_prefetch(w + NAME(AHEAD) + line);
#pragma unroll
        for (int g = 0; g < 32 / group; g++, at += 4) {
            ints sum[HIGHEST][WIDEST], other[WIDEST];
#pragma unroll
            for (int i = 0; i < rows; i++) {
                ints start = splat_ints(0);
                if (excess) start = sub_ints(start, mul_ints(spread(a + i * a_stride + at + 8 * groups), excess));
#pragma unroll
                for (int v = 0; v < wide; v++) {
                    sum[i][v] = start;
                    other[v] = splat_ints(0);
                }
            }
#pragma unroll
            for (int s = g * group / 4; s < (g + 1) * group / 4; s++) {
                ints codes[WIDEST];
#pragma unroll
                for (int v = 0; v < wide; v++) {
                    const uint8_t *from = code + v / VECTORS * panel + v % VECTORS * 4 * LANES;
                    if (f->bits == 8) {
                        codes[v] = load_codes(from + s * 64);
                        if (signed_codes) codes[v] = flip(codes[v]);
                    } else {
                        const ints both = load_codes(from + s / 2 * 64);
                        codes[v] = and_codes(s % 2 ? shift_codes(both, 4) : both, 15);
                    }
                }
#pragma unroll
                for (int i = 0; i < rows; i++) {
                    const ints x = spread(a + i * a_stride + b * 32 + s * 4);
#pragma unroll
                    for (int v = 0; v < wide; v++) {
                        ints *to = chains > 1 && s % 2 ? &other[v] : &sum[i][v];
                        *to = dot(*to, codes[v], x);
                    }
                }
            }
            if (chains > 1)
#pragma unroll
                for (int v = 0; v < wide; v++) sum[0][v] = add_ints(sum[0][v], other[v]);
#pragma unroll
            for (int v = 0; v < wide; v++) {
                const uint8_t *from = w + v / VECTORS * panel;
                const int index = g * DK_LANES + v % VECTORS * LANES;
                const floats scale = NAME(table)(f, from, index);
#pragma unroll
                for (int i = 0; i < rows; i++) {
                    const float *t = (const float *)(a + i * a_stride + at);
                    acc[i][v] = fma(to_floats(sum[i][v]), mul(scale, splat_floats(t[0])), acc[i][v]);
                    if (f->minima) acc[i][v] = fma(NAME(table)(f, from + table_bytes, index), splat_floats(t[groups]), acc[i][v]);
                }
            }
        }
    }
#pragma unroll
    for (int i = 0; i < rows; i++)
#pragma unroll
        for (int v = 0; v < wide; v++) store_floats(c + i * c_stride + v * LANES, acc[i][v]);
}

// Some rows against a tile's panels.
INLINE void NAME(rows_of)(const int panels, const struct dk_format *f, int64_t rows, int64_t k, const uint8_t *a, int64_t a_stride,
                          const uint8_t *w, int64_t panel, float *c, int64_t c_stride)
{
    int64_t r = 0;
#define STEP(n) \
    for (; r + n <= rows; r += n) NAME(tile)(n, panels, f, k, a + r * a_stride, a_stride, w, panel, c + r * c_stride, c_stride);
    STEP(TILE_ROWS)
    STEP(2)
    STEP(1)
#undef STEP
}

// As many panels at a time as there are, for a block of rows or for one row.
INLINE void NAME(panels_of)(const struct dk_format *f, int64_t rows, int64_t panels, int64_t k, const uint8_t *a, int64_t a_stride,
                            const uint8_t *w, int64_t panel, float *c, int64_t c_stride)
{
    int64_t p = 0;
    if (rows == 1) {
        for (; p < panels; p++) NAME(tile)(1, 1, f, k, a, a_stride, w + p * panel, panel, c + p * DK_LANES, c_stride);
        return;
    }
    for (; p + TILE_PANELS <= panels; p += TILE_PANELS)
        NAME(rows_of)(TILE_PANELS, f, rows, k, a, a_stride, w + p * panel, panel, c + p * DK_LANES, c_stride);
    for (; TILE_PANELS > 1 && p < panels; p++)
        NAME(rows_of)(1, f, rows, k, a, a_stride, w + p * panel, panel, c + p * DK_LANES, c_stride);
}

TARGET void NAME(gemm_codes)(const struct dk_format *f, int64_t rows, int64_t panels, int64_t k, const uint8_t *a,
                             int64_t a_stride, const uint8_t *w, float *c, int64_t c_stride)
{
    // The formats that there are, once more as constants.
    static const struct dk_format known[] = {
        {4, 32, 15, 8, 0, 1}, {4, 32, 15, 0, 1, 1}, {8, 32, 31, 16, 0, 1}, {8, 32, 31, 0, 1, 1}, {8, 32, 255, 128, 0, 1},
        {4, 16, 3, 0, 1, 0}, {4, 16, 7, 4, 0, 0}, {4, 32, 15, 0, 1, 0}, {8, 32, 31, 0, 1, 0}, {8, 16, 63, 32, 0, 0},
        {4, 32, 3, 1, 0, 1}};
    const int64_t panel = dk_panel_bytes(f, k);
    int kind = 0;
    while (kind < 11 && memcmp(f, &known[kind], sizeof *f) != 0) kind++;
    int64_t row_block = CODES_ROW_BYTES / a_stride / TILE_ROWS * TILE_ROWS;
    if (row_block < TILE_ROWS) row_block = TILE_ROWS;
    for (int64_t r = 0; r < rows; r += row_block) {
        const int64_t count = rows - r < row_block ? rows - r : row_block;
        const uint8_t *row = a + r * a_stride;
        float *out = c + r * c_stride;
#define KIND(n) \
    case n: NAME(panels_of)(&known[n], count, panels, k, row, a_stride, w, panel, out, c_stride); break;
        switch (kind) {
            KIND(0) KIND(1) KIND(2) KIND(3) KIND(4) KIND(5) KIND(6) KIND(7) KIND(8) KIND(9) KIND(10)
        default: dk_scalar_gemm_codes(f, count, panels, k, row, a_stride, w, out, c_stride); break;
        }
#undef KIND
    }
}

INLINE void NAME(ternary_tile)(const int rows, const int panels, float scale, int64_t k, const uint8_t *a, int64_t a_stride,
                               const uint8_t *w, int64_t panel, float *c, int64_t c_stride)
{
    const int wide = panels * VECTORS, chains = rows == 1 ? ROW_CHAINS : 1;
    ints sum[HIGHEST][WIDEST], other[4][WIDEST];
#pragma unroll
    for (int v = 0; v < wide; v++) {
#pragma unroll
        for (int i = 0; i < rows; i++) sum[i][v] = splat_ints(0);
#pragma unroll
        for (int i = 0; i < 4; i++) other[i][v] = splat_ints(0);
    }
    for (int64_t s = 0; s < k / 16; s++) {
        ints all[WIDEST];
        if (rows == 1) __builtin_prefetch(w + NAME(AHEAD) + s * 64);
#pragma unroll
        for (int v = 0; v < wide; v++) all[v] = load_codes(w + v / VECTORS * panel + s * 64 + v % VECTORS * 4 * LANES);
#pragma unroll
        for (int plane = 0; plane < 4; plane++) {
            ints codes[WIDEST];
#pragma unroll
            for (int v = 0; v < wide; v++) {
                const ints moved = plane == 0 ? all[v] : plane == 1 ? shift_codes(all[v], 2) : plane == 2 ? shift_codes(all[v], 4) : shift_codes(all[v], 6);
                codes[v] = and_codes(moved, 3);
            }
#pragma unroll
            for (int i = 0; i < rows; i++) {
                const ints x = spread(a + i * a_stride + s * 16 + plane * 4);
#pragma unroll
                for (int v = 0; v < wide; v++) {
                    ints *to = plane % chains ? &other[plane][v] : &sum[i][v];
                    *to = dot(*to, codes[v], x);
                }
            }
        }
    }
    if (chains > 1)
#pragma unroll
        for (int i = 1; i < 4; i++)
#pragma unroll
            for (int v = 0; v < wide; v++) sum[0][v] = add_ints(sum[0][v], other[i][v]);
#pragma unroll
    for (int i = 0; i < rows; i++) {
        const float *tail = (const float *)(a + i * a_stride + k);
        int32_t total;
        memcpy(&total, tail + 2, 4);
#pragma unroll
        for (int v = 0; v < wide; v++)
            store_floats(c + i * c_stride + v * LANES,
                         mul(to_floats(sub_ints(sum[i][v], splat_ints(total))), splat_floats(tail[0] * scale)));
    }
}

INLINE void NAME(ternary_rows_of)(const int panels, float scale, int64_t rows, int64_t k, const uint8_t *a, int64_t a_stride,
                                  const uint8_t *w, int64_t panel, float *c, int64_t c_stride)
{
    int64_t r = 0;
#define STEP(n)                                                                                                        \
    for (; r + n <= rows; r += n)                                                                                      \
        NAME(ternary_tile)(n, panels, scale, k, a + r * a_stride, a_stride, w, panel, c + r * c_stride, c_stride);
    STEP(TERNARY_ROWS)
    STEP(2)
    STEP(1)
#undef STEP
}

TARGET void NAME(gemm_ternary)(float scale, int64_t rows, int64_t panels, int64_t k, const uint8_t *a, int64_t a_stride,
                               const uint8_t *w, float *c, int64_t c_stride)
{
    const int64_t panel = dk_panel_bytes(dk_ternary_format(), k);
    int64_t p = 0;
    if (rows == 1) {
        for (; p < panels; p++)
            NAME(ternary_tile)(1, 1, scale, k, a, a_stride, w + p * panel, panel, c + p * DK_LANES, c_stride);
        return;
    }
    int64_t row_block = CODES_ROW_BYTES / a_stride / TERNARY_ROWS * TERNARY_ROWS;
    if (row_block < TERNARY_ROWS) row_block = TERNARY_ROWS;
    for (int64_t r = 0; r < rows; r += row_block) {
        const int64_t count = rows - r < row_block ? rows - r : row_block;
        const uint8_t *row = a + r * a_stride;
        float *out = c + r * c_stride;
        for (p = 0; p + TILE_PANELS <= panels; p += TILE_PANELS)
            NAME(ternary_rows_of)(TILE_PANELS, scale, count, k, row, a_stride, w + p * panel, panel, out + p * DK_LANES, c_stride);
        for (; TILE_PANELS > 1 && p < panels; p++)
            NAME(ternary_rows_of)(1, scale, count, k, row, a_stride, w + p * panel, panel, out + p * DK_LANES, c_stride);
    }
}

#undef INLINE
#undef WIDEST
#undef HIGHEST
