// SPDX-License-Identifier: Apache-2.0

// Blocks of the low-bit KV cache: where things lie in one, and the integer products over its codes.
#ifndef DROID_KERNELS_PACKED_H
#define DROID_KERNELS_PACKED_H

#include "Kernels.h"

// What a block of 128 positions of one head holds, in this order; scales and minima are IEEE half floats.
struct packed_layout {
    int64_t key_groups, value_groups;
    // [key_groups][head] of scales, then of minima; [value_groups][128] of scales, then of minima.
    int64_t key_tables, value_tables;
    // [8 panels of 16 tokens][head as depth], [2 tiles][head / 16 panels][64 tokens as depth]; where keys have two more bits,
    // these stand as the keys do.
    int64_t key_codes, value_codes, key_rest;
    int64_t bytes;
};

// A panel holds [depth / step][16 outputs][4] bytes, step = 32 / bits: byte j of an output has the codes of the depths
// j, j + 4, ... of the step, from its lowest bits on.
static inline int64_t packed_panel(int64_t bits, int64_t depth) { return DK_LANES * depth * bits / 8; }

static inline struct packed_layout packed_layout(const struct dk_kv_format *f)
{
    struct packed_layout l;
    l.key_groups = DK_BLOCK / f->key_group;
    l.value_groups = f->head / f->value_group;
    l.key_tables = 0;
    l.value_tables = l.key_tables + 2 * l.key_groups * f->head * 2;
    l.key_codes = (l.value_tables + 2 * l.value_groups * DK_BLOCK * 2 + 63) / 64 * 64;
    l.value_codes = l.key_codes + DK_BLOCK * f->head * f->bits / 8;
    l.key_rest = (l.value_codes + DK_BLOCK * f->head * f->bits / 8 + 63) / 64 * 64;
    l.bytes = (l.key_rest + DK_BLOCK * f->head * f->key_rest / 8 + 63) / 64 * 64;
    return l;
}

// Magnitudes below this are taken as nothing: their inverse would not be finite.
#define PACKED_TINY 1e-30f
// Weights of a tile are 2^t = 2^n * 2^f with |f| <= 1/2: the Taylor series to degree 5 is right to 3e-6, far below the step
// that weights are rounded to. 2^PACKED_LOW times any scale is still a normal number.
#define PACKED_LOW -80.0f
#define PACKED_C1 0.693147181f
#define PACKED_C2 0.240226507f
#define PACKED_C3 0.0555041087f
#define PACKED_C4 0.00961812911f
#define PACKED_C5 0.00133335581f
// Rows that are worked on together, and the widest head.
#define PACKED_ROWS 12
#define PACKED_HEAD 256
// Rows whose state one pass over the blocks carries.
#define PACKED_PASS 48
#define PACKED_KEY_GROUPS (DK_BLOCK / 32)
#define PACKED_VALUE_GROUPS (PACKED_HEAD / 32)

// c[rows][16 * panels] = a[rows][depth] * codes, exactly; strides count elements. What lies `ahead` bytes behind the codes is
// fetched on the way.
#define DK_DOT_CODES(isa)                                                                                              \
    void dk_##isa##_dot_codes(int bits, int64_t rows, int64_t panels, int64_t depth, const int8_t *a, int64_t a_stride, \
                              const uint8_t *w, int32_t *c, int64_t c_stride, int64_t ahead);
DK_DOT_CODES(scalar)
DK_DOT_CODES(avx2)
DK_DOT_CODES(vnni)

float dk_half_to_float(uint16_t half);
uint16_t dk_float_to_half(float x);

void dk_scalar_attend_packed(const struct dk_kv_format *format, int64_t rows, const float *q, const int32_t *hidden,
                             int64_t blocks, const uint8_t *const *addresses, int64_t offset, float *top, float *sum,
                             float *o);

#endif
