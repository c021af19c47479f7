// SPDX-License-Identifier: Apache-2.0

// The plain twins: what the vector kernels do, one value at a time and in the same order.

#include <math.h>
#include <string.h>

#include "constants.h"
#include "integer.h"
#include "packed.h"
#include "scalar.h"
#include "words.h"

static float sum_lanes(const float *lanes) { return dk_scalar_sum_lanes(lanes); }

float dk_scalar_sum_lanes(const float *lanes)
{
    float t[DK_LANES];
    memcpy(t, lanes, sizeof t);
    for (int width = DK_LANES / 2; width > 0; width /= 2)
        for (int i = 0; i < width; i++) t[i] += t[i + width];
    return t[0];
}

static float exp_one(float x) { return dk_scalar_exp(x); }

float dk_scalar_exp(float x)
{
    const int below = x < EXP_LOW;
    if (below) x = EXP_LOW;
    if (x > EXP_HIGH) x = EXP_HIGH;
    const float shifted = fmaf(x, EXP_LOG2E, EXP_MAGIC);
    const float n = shifted - EXP_MAGIC;
    float r = fmaf(n, -EXP_LN2_HIGH, x);
    r = fmaf(n, -EXP_LN2_LOW, r);
    float p = EXP_C7;
    p = fmaf(p, r, EXP_C6);
    p = fmaf(p, r, EXP_C5);
    p = fmaf(p, r, EXP_C4);
    p = fmaf(p, r, EXP_C3);
    p = fmaf(p, r, EXP_C2);
    p = fmaf(p, r, 1.0f);
    p = fmaf(p, r, 1.0f);
    uint32_t bits;
    memcpy(&bits, &shifted, sizeof bits);
    bits = (bits << 23) + (127u << 23);
    float power;
    memcpy(&power, &bits, sizeof power);
    return below ? 0.0f : p * power;
}

static void gemm_from(int64_t rows, int64_t k, const float *a, int64_t a_stride, const float *w, float *c,
                      int64_t c_stride, int resume)
{
    for (int64_t r = 0; r < rows; r++)
        for (int lane = 0; lane < DK_LANES; lane++) {
            float acc = resume ? c[r * c_stride + lane] : 0.0f;
            for (int64_t p = 0; p < k; p++) acc = fmaf(a[r * a_stride + p], w[p * DK_LANES + lane], acc);
            c[r * c_stride + lane] = acc;
        }
}

static void gemm(int64_t rows, int64_t panels, int64_t k, const float *a, int64_t a_stride, const float *w, float *c,
                 int64_t c_stride)
{
    for (int64_t p = 0; p < panels; p++)
        gemm_from(rows, k, a, a_stride, w + p * k * DK_LANES, c + p * DK_LANES, c_stride, 0);
}

static void rms_norm(int64_t n, const float *x, const float *weight, float epsilon, float *y)
{
    float sums[DK_LANES] = {0};
    for (int64_t i = 0; i < n; i++) sums[i % DK_LANES] = fmaf(x[i], x[i], sums[i % DK_LANES]);
    const float scale = 1.0f / sqrtf(sum_lanes(sums) / (float)n + epsilon);
    for (int64_t i = 0; i < n; i++) y[i] = x[i] * scale * weight[i];
}

static void add(int64_t n, float *x, const float *y)
{
    for (int64_t i = 0; i < n; i++) x[i] += y[i];
}

static void swiglu(int64_t n, const float *gate, const float *up, float *out)
{
    for (int64_t i = 0; i < n; i++) out[i] = gate[i] / (1.0f + exp_one(-gate[i])) * up[i];
}

static void geglu(int64_t n, const float *gate, const float *up, float *out)
{
    for (int64_t i = 0; i < n; i++) {
        const float g = gate[i], z = g * GELU_SCALE * fmaf(g * GELU_CUBE, g, 1.0f);
        out[i] = g / (1.0f + exp_one(z)) * up[i];
    }
}

static void reglu2(int64_t n, const float *gate, const float *up, float *out)
{
    for (int64_t i = 0; i < n; i++) {
        const float g = gate[i] > 0.0f ? gate[i] : 0.0f;
        out[i] = g * g * up[i];
    }
}

static void soft_cap(int64_t n, float cap, float *x)
{
    for (int64_t i = 0; i < n; i++) {
        const float z = x[i] / cap;
        x[i] = (1.0f - 2.0f / (1.0f + exp_one(z + z))) * cap;
    }
}

static void divide(int64_t n, const float *x, float by, float *y)
{
    for (int64_t i = 0; i < n; i++) y[i] = x[i] / by;
}

static void rope(int64_t heads, int64_t head, int64_t rotated, float *x, const float *cosines, const float *sines)
{
    for (int64_t h = 0; h < heads; h++, x += head)
        for (int64_t i = 0; i < rotated / 2; i++) {
            const float a = x[2 * i], b = x[2 * i + 1];
            x[2 * i] = a * cosines[i] - b * sines[i];
            x[2 * i + 1] = a * sines[i] + b * cosines[i];
        }
}

static void rope_halves(int64_t heads, int64_t head, int64_t rotated, float *x, const float *cosines, const float *sines)
{
    const int64_t half = rotated / 2;
    for (int64_t h = 0; h < heads; h++, x += head)
        for (int64_t i = 0; i < half; i++) {
            const float a = x[i], b = x[i + half];
            x[i] = a * cosines[i] - b * sines[i];
            x[i + half] = a * sines[i] + b * cosines[i];
        }
}

static void exp_all(int64_t n, const float *x, float *y)
{
    for (int64_t i = 0; i < n; i++) y[i] = exp_one(x[i]);
}

static void attend(int64_t rows, int64_t head, const float *q, const int32_t *hidden, const int32_t *visible,
                   int64_t tiles, const float *const *blocks, int64_t k_offset, int64_t v_offset, float *top, float *sum, float *o)
{
    for (int64_t t = 0; t < tiles; t++) {
        const float *keys = blocks[t] + k_offset, *values = blocks[t] + v_offset;
        for (int64_t r = 0; r < rows; r++) {
            int64_t seen = visible[r] - t * DK_TILE, from = hidden ? hidden[r] - t * DK_TILE : 0;
            if (seen <= 0) continue;
            if (seen > DK_TILE) seen = DK_TILE;
            if (from < 0) from = 0;
            if (from >= seen) continue;
            float weights[DK_TILE], sums[DK_LANES] = {0};
            float new_top = top[r];
            for (int64_t j = from; j < seen; j++) {
                const float *key = keys + j / DK_LANES * head * DK_LANES + j % DK_LANES;
                float score = 0.0f;
                for (int64_t d = 0; d < head; d++) score = fmaf(q[r * head + d], key[d * DK_LANES], score);
                weights[j] = score;
                if (score > new_top) new_top = score;
            }
            const float factor = exp_one(top[r] - new_top);
            for (int64_t j = from; j < seen; j++) {
                weights[j] = exp_one(weights[j] - new_top);
                sums[j % DK_LANES] += weights[j];
            }
            sum[r] = fmaf(sum[r], factor, sum_lanes(sums));
            top[r] = new_top;
            for (int64_t d = 0; d < head; d++) {
                const float *value = values + d / DK_LANES * DK_TILE * DK_LANES + d % DK_LANES;
                float acc = o[r * head + d] * factor;
                for (int64_t j = from; j < seen; j++) acc = fmaf(weights[j], value[j * DK_LANES], acc);
                o[r * head + d] = acc;
            }
        }
    }
}

static void merge(int64_t rows, int64_t head, float *top, float *sum, float *o, const float *other_top,
                  const float *other_sum, const float *other_o)
{
    for (int64_t r = 0; r < rows; r++) {
        if (other_sum[r] == 0.0f) continue;
        const int seen = sum[r] != 0.0f;
        const float new_top = seen && top[r] > other_top[r] ? top[r] : other_top[r];
        const float factor = seen ? exp_one(top[r] - new_top) : 0.0f, other = exp_one(other_top[r] - new_top);
        sum[r] = fmaf(sum[r], factor, other_sum[r] * other);
        for (int64_t d = r * head; d < (r + 1) * head; d++) o[d] = fmaf(o[d], factor, other_o[d] * other);
        top[r] = new_top;
    }
}

static void log_sum_exp(int64_t rows, int64_t n, const float *x, int64_t stride, float *top, float *sum, int32_t *first)
{
    for (int64_t r = 0; r < rows; r++, x += stride) {
        float highest = -INFINITY, sums[DK_LANES] = {0};
        for (int64_t i = 0; i < n; i++)
            if (x[i] > highest) highest = x[i];
        for (int64_t i = 0; i < n; i++) sums[i % DK_LANES] += exp_one(x[i] - highest);
        int32_t where = 0;
        while (where < n - 1 && x[where] != highest) where++;
        top[r] = highest;
        sum[r] = sum_lanes(sums);
        first[r] = where;
    }
}

const struct dk_kernels dk_scalar_kernels = {
    .isa = DK_SCALAR,
    .gemm = gemm,
    .rms_norm = rms_norm,
    .add = add,
    .swiglu = swiglu,
    .geglu = geglu,
    .reglu2 = reglu2,
    .soft_cap = soft_cap,
    .divide = divide,
    .rope = rope,
    .rope_halves = rope_halves,
    .exp = exp_all,
    .attend = attend,
    .store_words = dk_scalar_store_words,
    .attend_words = dk_scalar_attend_words,
    .attend_packed = dk_scalar_attend_packed,
    .merge = merge,
    .log_sum_exp = log_sum_exp,
    .quantize = dk_scalar_quantize,
    .gemm_codes = dk_scalar_gemm_codes,
    .gemm_ternary = dk_scalar_gemm_ternary,
    .gemm_lut = dk_scalar_gemm_lut,
};
