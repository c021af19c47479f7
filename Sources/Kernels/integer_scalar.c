// SPDX-License-Identifier: Apache-2.0

// The plain twins of the integer kernels.

#include <math.h>

#include "codes.h"
#include "constants.h"
#include "integer.h"

static void quantize_row(int64_t n, int64_t group, int64_t first, int64_t count, const float *x, uint8_t *row)
{
    const int64_t groups = n / group;
    int8_t *codes = (int8_t *)row + first;
    float *scales = (float *)(row + n), *scaled = scales + groups;
    int32_t *sums = (int32_t *)(scaled + groups);
    for (int64_t g = first / group; g < (first + count) / group; g++, x += group, codes += group) {
        int32_t top_bits = 0;
        for (int64_t i = 0; i < group; i++) {
            const int32_t bits = (int32_t)(dk_to_bits(x[i]) & 0x7fffffff);
            if (bits > top_bits) top_bits = bits;
        }
        const float top = dk_from_bits((uint32_t)top_bits);
        const int none = top < QUANTIZE_TINY;
        const float inverse = none ? 0.0f : 127.0f / top;
        int32_t total = 0;
        for (int64_t i = 0; i < group; i++) {
            codes[i] = (int8_t)(uint8_t)dk_to_bits(x[i] * inverse + QUANTIZE_MAGIC);
            total += codes[i];
        }
        scales[g] = none ? 0.0f : top / 127.0f;
        scaled[g] = scales[g] * (float)total;
        sums[g] = total;
    }
}

void dk_scalar_quantize(int64_t rows, int64_t n, int64_t group, int64_t first, int64_t count, const float *x, int64_t x_stride,
                        uint8_t *row, int64_t row_stride)
{
    for (int64_t r = 0; r < rows; r++) quantize_row(n, group, first, count, x + r * x_stride, row + r * row_stride);
}

void dk_scalar_gemm_codes(const struct dk_format *f, int64_t rows, int64_t panels, int64_t k, const uint8_t *a,
                          int64_t a_stride, const uint8_t *w, float *c, int64_t c_stride)
{
    const int64_t panel = dk_panel_bytes(f, k), block = dk_block_stride(f), groups = k / f->group;
    struct dk_expanded e;
    for (int64_t p = 0; p < panels; p++, w += panel)
        for (int64_t b = 0; b < k / 32; b++) {
            dk_expand_block(f, w + b * block, &e);
            for (int64_t r = 0; r < rows; r++) {
                const int8_t *codes = (const int8_t *)(a + r * a_stride) + b * 32;
                const float *scales = (const float *)(a + r * a_stride + k), *scaled = scales + groups;
                const int32_t *sums = (const int32_t *)(scaled + groups);
                for (int lane = 0; lane < DK_LANES; lane++) {
                    float *out = c + r * c_stride + p * DK_LANES + lane;
                    float acc = b == 0 ? 0.0f : *out;
                    for (int g = 0; g < 32 / f->group; g++) {
                        const int64_t group = b * (32 / f->group) + g;
                        int32_t dot = 0;
                        for (int i = g * f->group; i < (g + 1) * f->group; i++)
                            dot += e.code[i / 4 * 64 + lane * 4 + i % 4] * codes[i];
                        dot -= f->zero * sums[group];
                        acc = fmaf((float)dot, e.scale[g * DK_LANES + lane] * scales[group], acc);
                        if (f->minima) acc = fmaf(e.minimum[g * DK_LANES + lane], scaled[group], acc);
                    }
                    *out = acc;
                }
            }
        }
}

void dk_scalar_gemm_ternary(float scale, int64_t rows, int64_t panels, int64_t k, const uint8_t *a, int64_t a_stride,
                            const uint8_t *w, float *c, int64_t c_stride)
{
    const int64_t panel = dk_panel_bytes(dk_ternary_format(), k);
    for (int64_t p = 0; p < panels; p++)
        for (int64_t r = 0; r < rows; r++) {
            const int8_t *codes = (const int8_t *)(a + r * a_stride);
            const float *tail = (const float *)(a + r * a_stride + k);
            const int32_t sum = ((const int32_t *)tail)[2];
            for (int lane = 0; lane < DK_LANES; lane++) {
                int32_t dot = 0;
                for (int64_t i = 0; i < k; i++)
                    dot += (w[p * panel + i / 16 * 64 + lane * 4 + i % 4] >> (i % 16 / 4 * 2) & 3) * codes[i];
                c[r * c_stride + p * DK_LANES + lane] = (float)(dot - sum) * (tail[0] * scale);
            }
        }
}
