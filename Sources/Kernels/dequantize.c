// SPDX-License-Identifier: Apache-2.0

// GGML block formats, expanded to floats. Products and sums are rounded one by one in the order of the reference
// implementation (the Python package `gguf`), so the results have its bits.

#include <string.h>

#include "Kernels.h"
#include "codes.h"

enum {
    F32 = 0, F16 = 1, Q4_0 = 2, Q4_1 = 3, Q5_0 = 6, Q5_1 = 7, Q8_0 = 8,
    Q2_K = 10, Q3_K = 11, Q4_K = 12, Q5_K = 13, Q6_K = 14, BF16 = 30,
};

int64_t dk_block_values(int type)
{
    switch (type) {
    case F32: case F16: case BF16: return 1;
    case Q4_0: case Q4_1: case Q5_0: case Q5_1: case Q8_0: return 32;
    case Q2_K: case Q3_K: case Q4_K: case Q5_K: case Q6_K: return 256;
    default: return 0;
    }
}

int64_t dk_block_bytes(int type)
{
    switch (type) {
    case F32: return 4;
    case F16: case BF16: return 2;
    case Q4_0: return 18;
    case Q4_1: return 20;
    case Q5_0: return 22;
    case Q5_1: return 24;
    case Q8_0: return 34;
    case Q2_K: return 84;
    case Q3_K: return 110;
    case Q4_K: return 144;
    case Q5_K: return 176;
    case Q6_K: return 210;
    default: return 0;
    }
}

static uint32_t word(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void q4_0(const uint8_t *b, float *y)
{
    const float d = dk_half(b);
    for (int i = 0; i < 16; i++) {
        y[i] = d * (float)((b[2 + i] & 15) - 8);
        y[i + 16] = d * (float)((b[2 + i] >> 4) - 8);
    }
}

static void q4_1(const uint8_t *b, float *y)
{
    const float d = dk_half(b), m = dk_half(b + 2);
    for (int i = 0; i < 16; i++) {
        y[i] = d * (float)(b[4 + i] & 15) + m;
        y[i + 16] = d * (float)(b[4 + i] >> 4) + m;
    }
}

static void q5_0(const uint8_t *b, float *y)
{
    const float d = dk_half(b);
    const uint32_t high = word(b + 2);
    for (int i = 0; i < 16; i++) {
        y[i] = d * (float)((int)((b[6 + i] & 15) | (high >> i & 1) << 4) - 16);
        y[i + 16] = d * (float)((int)((b[6 + i] >> 4) | (high >> (i + 16) & 1) << 4) - 16);
    }
}

static void q5_1(const uint8_t *b, float *y)
{
    const float d = dk_half(b), m = dk_half(b + 2);
    const uint32_t high = word(b + 4);
    for (int i = 0; i < 16; i++) {
        y[i] = d * (float)((b[8 + i] & 15) | (high >> i & 1) << 4) + m;
        y[i + 16] = d * (float)((b[8 + i] >> 4) | (high >> (i + 16) & 1) << 4) + m;
    }
}

static void q8_0(const uint8_t *b, float *y)
{
    const float d = dk_half(b);
    for (int i = 0; i < 32; i++) y[i] = (float)(int8_t)b[2 + i] * d;
}

static void q2_k(const uint8_t *b, float *y)
{
    const uint8_t *scales = b, *q = b + 16;
    const float d = dk_half(b + 80), dmin = dk_half(b + 82);
    for (int i = 0; i < 256; i++) {
        const uint8_t scale = scales[i / 16];
        const int code = q[i / 128 * 32 + i % 32] >> (i / 32 % 4 * 2) & 3;
        y[i] = d * (float)(scale & 15) * (float)code - dmin * (float)(scale >> 4);
    }
}

static void q3_k(const uint8_t *b, float *y)
{
    const uint8_t *mask = b, *q = b + 32, *packed = b + 96;
    const float d = dk_half(b + 108);
    for (int i = 0; i < 256; i++) {
        const int s = i / 16;
        const int low = s < 8 ? packed[s] & 15 : packed[s - 8] >> 4;
        const int scale = (low | (packed[8 + s % 4] >> (s / 4 * 2) & 3) << 4) - 32;
        const int code = q[i / 128 * 32 + i % 32] >> (i / 32 % 4 * 2) & 3;
        const int high = mask[i % 32] >> (i / 32) & 1;
        y[i] = d * (float)scale * (float)(high ? code : code - 4);
    }
}

static void q4_k(const uint8_t *b, float *y)
{
    const float d = dk_half(b), dmin = dk_half(b + 2);
    for (int s = 0; s < 8; s++) {
        int scale, minimum;
        dk_scale_and_minimum(b + 4, s, &scale, &minimum);
        const float step = d * (float)scale, offset = dmin * (float)minimum;
        const uint8_t *q = b + 16 + s / 2 * 32;
        for (int i = 0; i < 32; i++) y[s * 32 + i] = step * (float)(q[i] >> (s % 2 * 4) & 15) - offset;
    }
}

static void q5_k(const uint8_t *b, float *y)
{
    const float d = dk_half(b), dmin = dk_half(b + 2);
    for (int s = 0; s < 8; s++) {
        int scale, minimum;
        dk_scale_and_minimum(b + 4, s, &scale, &minimum);
        const float step = d * (float)scale, offset = dmin * (float)minimum;
        const uint8_t *high = b + 16, *q = b + 48 + s / 2 * 32;
        for (int i = 0; i < 32; i++)
            y[s * 32 + i] = step * (float)((q[i] >> (s % 2 * 4) & 15) | (high[i] >> s & 1) << 4) - offset;
    }
}

static void q6_k(const uint8_t *b, float *y)
{
    const float d = dk_half(b + 208);
    for (int i = 0; i < 256; i++) {
        const int part = i / 128, quarter = i / 32 % 4, j = i % 32;
        const int low = b[part * 64 + quarter % 2 * 32 + j] >> (quarter / 2 * 4) & 15;
        const int high = b[128 + part * 32 + j] >> (quarter * 2) & 3;
        y[i] = d * (float)(int8_t)b[192 + i / 16] * (float)((low | high << 4) - 32);
    }
}

int dk_dequantize(int type, const uint8_t *source, int64_t blocks, float *out)
{
    const int64_t bytes = dk_block_bytes(type), values = dk_block_values(type);
    void (*expand)(const uint8_t *, float *) = 0;
    switch (type) {
    case F32: memcpy(out, source, (size_t)blocks * 4); return 1;
    case F16: for (int64_t i = 0; i < blocks; i++) out[i] = dk_half(source + 2 * i); return 1;
    case BF16:
        for (int64_t i = 0; i < blocks; i++) out[i] = dk_from_bits((uint32_t)source[2 * i] << 16 | (uint32_t)source[2 * i + 1] << 24);
        return 1;
    case Q4_0: expand = q4_0; break;
    case Q4_1: expand = q4_1; break;
    case Q5_0: expand = q5_0; break;
    case Q5_1: expand = q5_1; break;
    case Q8_0: expand = q8_0; break;
    case Q2_K: expand = q2_k; break;
    case Q3_K: expand = q3_k; break;
    case Q4_K: expand = q4_k; break;
    case Q5_K: expand = q5_k; break;
    case Q6_K: expand = q6_k; break;
    default: return 0;
    }
    for (int64_t i = 0; i < blocks; i++) expand(source + i * bytes, out + i * values);
    return 1;
}

int dk_pack_panel(int type, const uint8_t *rows, int64_t row_bytes, int64_t count, int64_t k, float *scratch, float *panel)
{
    const int64_t values = dk_block_values(type);
    if (values == 0 || k % values != 0) return 0;
    for (int64_t r = 0; r < count; r++)
        if (!dk_dequantize(type, rows + r * row_bytes, k / values, scratch + r * k)) return 0;
    if (count < DK_LANES) memset(scratch + count * k, 0, (size_t)((DK_LANES - count) * k) * sizeof(float));
    for (int64_t p = 0; p < k; p++)
        for (int lane = 0; lane < DK_LANES; lane++) panel[p * DK_LANES + lane] = scratch[lane * k + p];
    return 1;
}
