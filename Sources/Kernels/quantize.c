// SPDX-License-Identifier: Apache-2.0

// Floats to GGML block formats, step by step as GGML's reference does it: the bits are the same.

#include <math.h>
#include <string.h>

#include "Kernels.h"

enum { Q4_0 = 2, Q4_1 = 3, Q8_0 = 8, Q4_K = 12, TQ2_0 = 35, I2_S = 36 };

// To half precision, to nearest, ties to even; too large becomes infinite.
static uint16_t to_half(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    const uint16_t sign = (uint16_t)(bits >> 16 & 0x8000);
    const uint32_t magnitude = bits & 0x7fffffff;
    if (magnitude > 0x7f800000) return (uint16_t)(sign | 0x7e00);
    if (magnitude >= 0x477ff000) return (uint16_t)(sign | 0x7c00);
    if (magnitude < 0x38800000) {
        // Subnormal: the sum with 1/2 has the unit in the last place that a subnormal has, and is rounded to it.
        float small;
        memcpy(&small, &magnitude, sizeof small);
        small += 0.5f;
        memcpy(&bits, &small, sizeof bits);
        return (uint16_t)(sign | (bits - 0x3f000000));
    }
    const uint32_t rounded = magnitude + 0xfff + (magnitude >> 13 & 1);
    return (uint16_t)(sign | (rounded - 0x38000000) >> 13);
}

static float from_half(uint16_t h)
{
    float x = 0;
    const uint8_t bytes[2] = {(uint8_t)h, (uint8_t)(h >> 8)};
    dk_dequantize(1, bytes, 1, &x);
    return x;
}

static void put_half(uint8_t *p, float x)
{
    const uint16_t h = to_half(x);
    p[0] = (uint8_t)h;
    p[1] = (uint8_t)(h >> 8);
}

// To the nearest integer, ties to even.
static int nearest(float x)
{
    const float shifted = x + 12582912.0f;
    int32_t bits;
    memcpy(&bits, &shifted, sizeof bits);
    return (bits & 0x007fffff) - 0x00400000;
}

// 1 / d; 0 where that is infinite, since so small values are 0 in half precision anyway.
static float reciprocal(float d)
{
    const float inverse = d != 0 ? 1.0f / d : 0.0f;
    return isinf(inverse) ? 0.0f : inverse;
}

static int clamp(int x, int top) { return x < 0 ? 0 : x > top ? top : x; }

static void q4_0(const float *x, uint8_t *b)
{
    float top = 0, value = 0;
    for (int i = 0; i < 32; i++)
        if (fabsf(x[i]) > top) top = fabsf(x[i]), value = x[i];
    const float d = value / -8, inverse = reciprocal(d);
    put_half(b, d);
    for (int i = 0; i < 16; i++) {
        const int low = clamp((int)(int8_t)(x[i] * inverse + 8.5f), 15), high = clamp((int)(int8_t)(x[i + 16] * inverse + 8.5f), 15);
        b[2 + i] = (uint8_t)(low | high << 4);
    }
}

static void q4_1(const float *x, uint8_t *b)
{
    float least = x[0], most = x[0];
    for (int i = 1; i < 32; i++) {
        if (x[i] < least) least = x[i];
        if (x[i] > most) most = x[i];
    }
    const float d = (most - least) / 15, inverse = reciprocal(d);
    put_half(b, d);
    put_half(b + 2, least);
    for (int i = 0; i < 16; i++) {
        const int low = clamp((int)(int8_t)((x[i] - least) * inverse + 0.5f), 15);
        const int high = clamp((int)(int8_t)((x[i + 16] - least) * inverse + 0.5f), 15);
        b[4 + i] = (uint8_t)(low | high << 4);
    }
}

static void q8_0(const float *x, uint8_t *b)
{
    float top = 0;
    for (int i = 0; i < 32; i++) top = fmaxf(top, fabsf(x[i]));
    const float d = top / 127, inverse = reciprocal(d);
    put_half(b, d);
    for (int i = 0; i < 32; i++) b[2 + i] = (uint8_t)(int8_t)roundf(x[i] * inverse);
}

static void tq2_0(const float *x, uint8_t *b)
{
    float top = 0;
    for (int i = 0; i < 256; i++) top = fmaxf(top, fabsf(x[i]));
    const float inverse = reciprocal(top);
    memset(b, 0, 64);
    for (int i = 0; i < 256; i++)
        b[i / 128 * 32 + i % 32] |= (uint8_t)(clamp((int)lroundf(x[i] * inverse) + 1, 2) << (i / 32 % 4 * 2));
    put_half(b + 64, top);
}

static void i2_s(const float *x, uint8_t *b)
{
    memset(b, 0, 32);
    for (int i = 0; i < 128; i++)
        b[i % 32] |= (uint8_t)(clamp((int)lroundf(fminf(fmaxf(x[i], -1.0f), 1.0f)) + 1, 2) << (6 - i / 32 * 2));
}

// The step and offset for 32 values in 16 levels that make the weighted squared error least over 21 starting points;
// `codes` are the levels. The offset is returned negated.
static float fit(const float *x, const float *weights, uint8_t *codes, float *minimum)
{
    float least = x[0], most = x[0], sum_w = 0, sum_x = 0;
    for (int i = 0; i < 32; i++) {
        if (x[i] < least) least = x[i];
        if (x[i] > most) most = x[i];
        sum_w += weights[i];
        sum_x += weights[i] * x[i];
    }
    if (least > 0) least = 0;
    if (most == least) {
        memset(codes, 0, 32);
        *minimum = -least;
        return 0;
    }
    const float first = 15 / (most - least);
    float scale = 1 / first, error = 0;
    for (int i = 0; i < 32; i++) {
        codes[i] = (uint8_t)clamp(nearest(first * (x[i] - least)), 15);
        const float diff = scale * codes[i] + least - x[i];
        error += weights[i] * diff * diff;
    }
    for (int step = 0; step <= 20; step++) {
        // From the best offset so far, as the reference does.
        const float inverse = (-1.0f + 0.1f * (float)step + 15) / (most - least);
        uint8_t trial[32];
        float sum_l = 0, sum_l2 = 0, sum_xl = 0;
        for (int i = 0; i < 32; i++) {
            const int l = clamp(nearest(inverse * (x[i] - least)), 15);
            trial[i] = (uint8_t)l;
            const float w = weights[i];
            sum_l += w * (float)l;
            sum_l2 += w * (float)l * (float)l;
            sum_xl += w * (float)l * x[i];
        }
        const float determinant = sum_w * sum_l2 - sum_l * sum_l;
        if (!(determinant > 0)) continue;
        float this_scale = (sum_w * sum_xl - sum_x * sum_l) / determinant;
        float this_low = (sum_l2 * sum_x - sum_l * sum_xl) / determinant;
        if (this_low > 0) {
            this_low = 0;
            this_scale = sum_xl / sum_l2;
        }
        float this_error = 0;
        for (int i = 0; i < 32; i++) {
            const float diff = this_scale * trial[i] + this_low - x[i];
            this_error += weights[i] * diff * diff;
        }
        if (this_error < error) {
            memcpy(codes, trial, 32);
            error = this_error;
            scale = this_scale;
            least = this_low;
        }
    }
    *minimum = -least;
    return scale;
}

static void q4_k(const float *x, uint8_t *b)
{
    uint8_t codes[256];
    float scales[8], minima[8], top_scale = 0, top_minimum = 0;
    for (int s = 0; s < 8; s++) {
        float squares = 0, weights[32];
        for (int i = 0; i < 32; i++) squares += x[32 * s + i] * x[32 * s + i];
        const float root = sqrtf(squares / 32);
        for (int i = 0; i < 32; i++) weights[i] = root + fabsf(x[32 * s + i]);
        scales[s] = fit(x + 32 * s, weights, codes + 32 * s, minima + s);
        top_scale = fmaxf(top_scale, scales[s]);
        top_minimum = fmaxf(top_minimum, minima[s]);
    }
    const float inverse_scale = top_scale > 0 ? 63 / top_scale : 0, inverse_minimum = top_minimum > 0 ? 63 / top_minimum : 0;
    uint8_t *packed = b + 4;
    int step[8], offset[8];
    memset(packed, 0, 12);
    for (int s = 0; s < 8; s++) {
        step[s] = clamp(nearest(inverse_scale * scales[s]), 63);
        offset[s] = clamp(nearest(inverse_minimum * minima[s]), 63);
        if (s < 4) {
            packed[s] = (uint8_t)step[s];
            packed[s + 4] = (uint8_t)offset[s];
        } else {
            packed[s + 4] = (uint8_t)((step[s] & 15) | (offset[s] & 15) << 4);
            packed[s - 4] |= (uint8_t)(step[s] >> 4 << 6);
            packed[s] |= (uint8_t)(offset[s] >> 4 << 6);
        }
    }
    put_half(b, top_scale / 63);
    put_half(b + 2, top_minimum / 63);
    const float d = from_half((uint16_t)(b[0] | b[1] << 8)), dmin = from_half((uint16_t)(b[2] | b[3] << 8));
    for (int s = 0; s < 8; s++) {
        const float scale = d * (float)step[s], minimum = dmin * (float)offset[s];
        if (scale == 0) continue;
        for (int i = 32 * s; i < 32 * s + 32; i++) codes[i] = (uint8_t)clamp(nearest((x[i] + minimum) / scale), 15);
    }
    for (int i = 0; i < 128; i++) {
        const int first = i / 32 * 64 + i % 32;
        b[16 + i] = (uint8_t)(codes[first] | codes[first + 32] << 4);
    }
}

int dk_quantize(int type, const float *source, int64_t blocks, uint8_t *out)
{
    const int64_t bytes = dk_block_bytes(type), values = dk_block_values(type);
    void (*pack)(const float *, uint8_t *) = 0;
    switch (type) {
    case Q4_0: pack = q4_0; break;
    case Q4_1: pack = q4_1; break;
    case Q8_0: pack = q8_0; break;
    case Q4_K: pack = q4_k; break;
    case TQ2_0: pack = tq2_0; break;
    case I2_S: pack = i2_s; break;
    default: return 0;
    }
    for (int64_t i = 0; i < blocks; i++) pack(source + i * values, out + i * bytes);
    return 1;
}
