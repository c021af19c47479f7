// SPDX-License-Identifier: Apache-2.0

// What the integer kernels share about codes.
#ifndef DROID_KERNELS_CODES_H
#define DROID_KERNELS_CODES_H

#include <stdint.h>
#include <string.h>

#include "Kernels.h"

// A block of 32 inputs of a panel with its codes as bytes, [8][16][4].
struct dk_expanded {
    _Alignas(64) float scale[2 * DK_LANES];
    float minimum[2 * DK_LANES];
    uint8_t code[32 * DK_LANES];
};

// Bytes of a block of 32 inputs of a panel; not for ternary formats.
int64_t dk_block_stride(const struct dk_format *format);

// The plain way to expand a block.
void dk_expand_block(const struct dk_format *format, const uint8_t *block, struct dk_expanded *out);

// The digits 0, 1 and 2 of a block of TQ1_0, TQ2_0 or I2_S, or 3 where a file holds what is not ternary.
void dk_ternary_digits(int type, const uint8_t *block, uint8_t *code);

static inline float dk_from_bits(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static inline uint32_t dk_to_bits(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

// The 16-bit float at p.
static inline float dk_half(const uint8_t *p)
{
    const uint32_t h = p[0] | (uint32_t)p[1] << 8, sign = (h & 0x8000) << 16;
    const uint32_t exponent = h >> 10 & 31, fraction = h & 0x3ff;
    if (exponent == 31) return dk_from_bits(sign | 0x7f800000 | fraction << 13);
    if (exponent != 0) return dk_from_bits(sign | (exponent + 112) << 23 | fraction << 13);
    const float small = (float)fraction * 0x1p-24f;
    return sign ? -small : small;
}

// The 16-bit float that has the value of x; for values that came from one.
static inline uint16_t dk_to_half(float x)
{
    const uint32_t bits = dk_to_bits(x), sign = bits >> 16 & 0x8000;
    const int exponent = (int)(bits >> 23 & 255);
    if (exponent == 255) return (uint16_t)(sign | 0x7c00 | (bits >> 13 & 0x3ff));
    if (exponent >= 113) return (uint16_t)(sign | (uint32_t)(exponent - 112) << 10 | (bits >> 13 & 0x3ff));
    return (uint16_t)(sign | (uint32_t)(dk_from_bits(bits & 0x7fffffff) * 0x1p24f));
}

// Scale and minimum of sub-block i of Q4_K and Q5_K, 6 bits each.
static inline void dk_scale_and_minimum(const uint8_t *s, int i, int *scale, int *minimum)
{
    if (i < 4) {
        *scale = s[i] & 63;
        *minimum = s[i + 4] & 63;
    } else {
        *scale = (s[i + 4] & 15) | (s[i - 4] >> 6) << 4;
        *minimum = (s[i + 4] >> 4) | (s[i] >> 6) << 4;
    }
}

#endif
