// SPDX-License-Identifier: Apache-2.0

// The way through rows and panels of dot_words, the same for every set of instructions: included behind a definition of
//   TARGET, INLINE  attributes of functions
//   FUNCTION        the name of the product
//   TILE_ROWS, TILE_PANELS  what one tile takes
//   tile(rows, panels, depth, a, a_stride, w, panel, c, c_stride)  the products of some rows with some panels
// `rows` and `panels` reach a tile as constants.

INLINE void row_of_tiles(const int rows, int64_t panels, int64_t depth, const int16_t *a, int64_t a_stride, const int16_t *w,
                         int64_t panel, int32_t *c, int64_t c_stride)
{
    int64_t p = 0;
    for (; p + TILE_PANELS <= panels; p += TILE_PANELS)
        tile(rows, TILE_PANELS, depth, a, a_stride, w + p * panel, panel, c + p * DK_LANES, c_stride);
    for (; TILE_PANELS > 1 && p < panels; p++)
        tile(rows, 1, depth, a, a_stride, w + p * panel, panel, c + p * DK_LANES, c_stride);
}

TARGET void FUNCTION(int64_t rows, int64_t panels, int64_t depth, const int16_t *a, int64_t a_stride, const int16_t *w,
                     int64_t panel, int32_t *c, int64_t c_stride)
{
    for (int64_t r = 0; r < rows; r += TILE_ROWS, a += TILE_ROWS * a_stride, c += TILE_ROWS * c_stride) {
#define CASE(n)                                                                                                        \
    case n: row_of_tiles(n, panels, depth, a, a_stride, w, panel, c, c_stride); break;
        switch (rows - r < TILE_ROWS ? rows - r : TILE_ROWS) {
            CASE(1) CASE(2) CASE(3)
#if TILE_ROWS > 3
            CASE(4)
#endif
#if TILE_ROWS > 4
            CASE(5) CASE(6)
#endif
        default: break;
        }
#undef CASE
    }
}
