// SPDX-License-Identifier: Apache-2.0

// The way through rows and panels of dot_codes, the same for every set of instructions: included behind a definition of
//   TARGET, INLINE  attributes of functions
//   ROWS            rows that one tile can take, 6 or 12
//   FUNCTION        the name of the product
//   WIDE(rows)      panels that a tile of so many rows takes beside each other, a power of two
//   tile(bits, rows, panels, depth, a, a_stride, w, panel, c, c_stride)  the products of some rows with some panels
// `bits`, `rows` and `panels` reach a tile as constants.

INLINE void tiles(const int bits, int64_t rows, int64_t panels, int64_t depth, const int8_t *a, int64_t a_stride,
                  const uint8_t *w, int32_t *c, int64_t c_stride, int64_t ahead)
{
    const int64_t panel = packed_panel(bits, depth);
    for (int64_t r = 0; r < rows; r += ROWS, a += ROWS * a_stride, c += ROWS * c_stride) {
        int64_t p = 0;
#define STEP(n, wide)                                                                                                  \
    for (; p + wide <= panels; p += wide)                                                                              \
        tile(bits, n, wide, depth, a, a_stride, w + p * panel, panel, c + p * DK_LANES, c_stride, ahead);
#define CASE(n)                                                                                                        \
    case n:                                                                                                            \
        STEP(n, WIDE(n))                                                                                               \
        STEP(n, 1)                                                                                                     \
        break;
        switch (rows - r < ROWS ? rows - r : ROWS) {
            CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6)
#if ROWS > 6
            CASE(7) CASE(8) CASE(9) CASE(10) CASE(11) CASE(12)
#endif
        default: break;
        }
#undef CASE
#undef STEP
    }
}

TARGET void FUNCTION(int bits, int64_t rows, int64_t panels, int64_t depth, const int8_t *a, int64_t a_stride,
                     const uint8_t *w, int32_t *c, int64_t c_stride, int64_t ahead)
{
    if (bits == 4)
        tiles(4, rows, panels, depth, a, a_stride, w, c, c_stride, ahead);
    else
        tiles(2, rows, panels, depth, a, a_stride, w, c, c_stride, ahead);
}
