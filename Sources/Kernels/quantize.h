// SPDX-License-Identifier: Apache-2.0

// Rounding activations to signed bytes: a part of the template vector.h.

INLINE int32_t NAME(greatest)(i16 v)
{
    int32_t top = v[0];
    for (int i = 1; i < DK_LANES; i++) top = v[i] > top ? v[i] : top;
    return top;
}

INLINE i16 NAME(magnitude_bits)(const float *x) { return (i16)NAME(load)(x) & 0x7fffffff; }

static void NAME(quantize)(int64_t n, int64_t group, int64_t first, int64_t count, const float *x, uint8_t *row)
{
    const int64_t groups = n / group;
    int8_t *codes = (int8_t *)row + first;
    float *scales = (float *)(row + n), *scaled = scales + groups;
    int32_t *sums = (int32_t *)(scaled + groups);
    for (int64_t g = first / group; g < (first + count) / group; g++, x += group, codes += group) {
        // Bits of magnitudes are in the order of the magnitudes, and those of a number that is none are the greatest.
        i16 tops = NAME(magnitude_bits)(x);
        for (int64_t i = DK_LANES; i < group; i += DK_LANES) {
            const i16 bits = NAME(magnitude_bits)(x + i), above = bits > tops;
            tops = (bits & above) | (tops & ~above);
        }
        const float top = dk_from_bits((uint32_t)NAME(greatest)(tops));
        const int none = top < QUANTIZE_TINY;
        const float inverse = none ? 0.0f : 127.0f / top;
        i16 sum = {0};
        for (int64_t i = 0; i < group; i += DK_LANES) {
            const v16 shifted = NAME(load)(x + i) * inverse + QUANTIZE_MAGIC;
            const c16 code = __builtin_convertvector((i16)shifted, c16);
            *(c16u *)(codes + i) = code;
            sum += __builtin_convertvector(code, i16);
        }
        int32_t total = 0;
        for (int i = 0; i < DK_LANES; i++) total += sum[i];
        scales[g] = none ? 0.0f : top / 127.0f;
        scaled[g] = scales[g] * (float)total;
        sums[g] = total;
    }
}
