// SPDX-License-Identifier: Apache-2.0

// Rounding activations to signed bytes: a part of the template vector.h.

INLINE i16 NAME(magnitude_bits)(const float *x) { return (i16)NAME(load)(x) & 0x7fffffff; }

INLINE i16 NAME(greater)(i16 a, i16 b) { return __builtin_elementwise_max(a, b); }
INLINE i16 NAME(total)(i16 a, i16 b) { return a + b; }

// Folds each of 16 vectors to one number by `combine`, which may take its operands in any order; lane i of the result is
// that of v[i]. Sixteen together take 15 combinations, one after the other 64.
#define FOLD_LANES(combine, v)                                                                                         \
    do {                                                                                                               \
        _Pragma("unroll") for (int i = 0; i < 8; i++)                                                                  \
            (v)[i] = combine(__builtin_shufflevector((v)[2 * i], (v)[2 * i + 1], 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23), \
                             __builtin_shufflevector((v)[2 * i], (v)[2 * i + 1], 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31)); \
        _Pragma("unroll") for (int i = 0; i < 4; i++)                                                                  \
            (v)[i] = combine(__builtin_shufflevector((v)[2 * i], (v)[2 * i + 1], 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27), \
                             __builtin_shufflevector((v)[2 * i], (v)[2 * i + 1], 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31)); \
        _Pragma("unroll") for (int i = 0; i < 2; i++)                                                                  \
            (v)[i] = combine(__builtin_shufflevector((v)[2 * i], (v)[2 * i + 1], 0, 1, 4, 5, 8, 9, 12, 13, 16, 17, 20, 21, 24, 25, 28, 29), \
                             __builtin_shufflevector((v)[2 * i], (v)[2 * i + 1], 2, 3, 6, 7, 10, 11, 14, 15, 18, 19, 22, 23, 26, 27, 30, 31)); \
        (v)[0] = combine(__builtin_shufflevector((v)[0], (v)[1], 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30), \
                         __builtin_shufflevector((v)[0], (v)[1], 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31)); \
    } while (0)

// Sixteen groups, each with its values at x[g], its codes at codes[g]: the greatest magnitudes, then all scales at once, then the
// codes and their sums.
INLINE void NAME(quantize_groups)(const int64_t group, const float *const *x, int8_t *const *codes, float *scales, float *scaled,
                                  int32_t *sums)
{
    i16 v[DK_LANES];
#pragma unroll
    for (int g = 0; g < DK_LANES; g++) {
        // Bits of magnitudes are in the order of the magnitudes, and those of a number that is none are the greatest.
        v[g] = NAME(magnitude_bits)(x[g]);
        for (int64_t i = DK_LANES; i < group; i += DK_LANES) v[g] = NAME(greater)(v[g], NAME(magnitude_bits)(x[g] + i));
    }
    FOLD_LANES(NAME(greater), v);
    const v16 top = (v16)v[0], zero = NAME(splat)(0.0f);
    const i16 none = top < NAME(splat)(QUANTIZE_TINY);
    _Alignas(64) float inverse[DK_LANES];
    NAME(store)(inverse, NAME(select)(none, zero, 127.0f / top));
#pragma unroll
    for (int g = 0; g < DK_LANES; g++) {
        v[g] = (i16){0};
        for (int64_t i = 0; i < group; i += DK_LANES) {
            const v16 shifted = NAME(load)(x[g] + i) * inverse[g] + QUANTIZE_MAGIC;
            *(c16u *)(codes[g] + i) = __builtin_convertvector((i16)shifted, c16);
            v[g] += (i16)shifted << 24 >> 24;
        }
    }
    FOLD_LANES(NAME(total), v);
    const v16 scale = NAME(select)(none, zero, top / 127.0f);
    NAME(store)(scales, scale);
    NAME(store)(scaled, scale * __builtin_convertvector(v[0], v16));
    *(i16u *)sums = v[0];
}

INLINE void NAME(quantize_group)(int64_t group, const float *x, int8_t *codes, float *scales, float *scaled, int32_t *sums)
{
    i16 tops = NAME(magnitude_bits)(x);
    for (int64_t i = DK_LANES; i < group; i += DK_LANES) tops = NAME(greater)(tops, NAME(magnitude_bits)(x + i));
    const float top = dk_from_bits((uint32_t)__builtin_reduce_max(tops));
    const int none = top < QUANTIZE_TINY;
    const float inverse = none ? 0.0f : 127.0f / top;
    i16 sum = {0};
    for (int64_t i = 0; i < group; i += DK_LANES) {
        const v16 shifted = NAME(load)(x + i) * inverse + QUANTIZE_MAGIC;
        const c16 code = __builtin_convertvector((i16)shifted, c16);
        *(c16u *)(codes + i) = code;
        sum += __builtin_convertvector(code, i16);
    }
    const int32_t total = __builtin_reduce_add(sum);
    *scales = none ? 0.0f : top / 127.0f;
    *scaled = *scales * (float)total;
    *sums = total;
}

static void NAME(quantize)(int64_t rows, int64_t n, int64_t group, int64_t first, int64_t count, const float *x, int64_t x_stride,
                           uint8_t *row, int64_t row_stride)
{
    const int64_t groups = n / group, each = count / group, all = rows * each, start = first / group;
    int64_t r = 0, g = 0, done = 0;
#define SCALES(r) ((float *)(row + (r) * row_stride + n) + start)
    // Sixteen groups in a row, or one below the other where there are fewer.
    while ((group == 32 || group == 16) && done + DK_LANES <= all) {
        const float *values[DK_LANES];
        int8_t *codes[DK_LANES];
        float *places[DK_LANES];
        const int in_row = g + DK_LANES <= each;
        for (int i = 0; i < DK_LANES; i++) {
            values[i] = x + r * x_stride + g * group;
            codes[i] = (int8_t *)row + r * row_stride + first + g * group;
            places[i] = SCALES(r) + g;
            if (++g == each) g = 0, r++;
        }
        _Alignas(64) float scales[DK_LANES], scaled[DK_LANES];
        _Alignas(64) int32_t sums[DK_LANES];
        if (in_row) {
            float *to = places[0];
            if (group == 32) NAME(quantize_groups)(32, values, codes, to, to + groups, (int32_t *)(to + 2 * groups));
            else NAME(quantize_groups)(16, values, codes, to, to + groups, (int32_t *)(to + 2 * groups));
        } else {
            if (group == 32) NAME(quantize_groups)(32, values, codes, scales, scaled, sums);
            else NAME(quantize_groups)(16, values, codes, scales, scaled, sums);
            for (int i = 0; i < DK_LANES; i++) {
                places[i][0] = scales[i];
                places[i][groups] = scaled[i];
                ((int32_t *)(places[i] + 2 * groups))[0] = sums[i];
            }
        }
        done += DK_LANES;
    }
    for (; done < all; done++) {
        float *to = SCALES(r) + g;
        NAME(quantize_group)(group, x + r * x_stride + g * group, (int8_t *)row + r * row_stride + first + g * group, to,
                             to + groups, (int32_t *)(to + 2 * groups));
        if (++g == each) g = 0, r++;
    }
#undef SCALES
}
