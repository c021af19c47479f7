// SPDX-License-Identifier: Apache-2.0

// What is done to one row, part of the template in training.h. Rows are multiples of 16 values.

static void NAME(narrow)(int64_t n, const float *x, void *y)
{
    int64_t i = 0;
    for (; i + DK_LANES <= n; i += DK_LANES) NAME(put)((E *)y + i, NAME(load)(x + i));
    for (; i < n; i++) ((E *)y)[i] = NAME(narrowed)(x[i]);
}

static void NAME(widen)(int64_t n, const void *x, float *y)
{
    int64_t i = 0;
    for (; i + DK_LANES <= n; i += DK_LANES) NAME(store)(y + i, NAME(get)((const E *)x + i));
    for (; i < n; i++) y[i] = NAME(value)(((const E *)x)[i]);
}

static void NAME(norm_again)(int64_t n, const void *saved, float r, const float *weight, void *y)
{
    for (int64_t i = 0; i < n; i += DK_LANES)
        NAME(put)((E *)y + i, NAME(get)((const E *)saved + i) * r * NAME(load)(weight + i));
}

static float NAME(norm)(int64_t n, const float *x, const float *weight, float epsilon, void *saved, void *y)
{
    v16 sums = NAME(splat)(0.0f);
    for (int64_t i = 0; i < n; i += DK_LANES) {
        const v16 v = NAME(load)(x + i);
        sums = NAME(fma)(v, v, sums);
    }
    const float r = 1.0f / __builtin_sqrtf(NAME(sum_lanes)(sums) / (float)n + epsilon);
    for (int64_t i = 0; i < n; i += DK_LANES) {
        const v16 v = NAME(load)(x + i);
        if (saved) NAME(put)((E *)saved + i, v);
        NAME(put)((E *)y + i, v * r * NAME(load)(weight + i));
    }
    return r;
}

// With z = x r: dx = r (w dy - z mean(w dy z)).
static void NAME(norm_back)(int64_t n, const void *saved, float r, const float *weight, const float *dy, float *gradient)
{
    v16 sums = NAME(splat)(0.0f);
    for (int64_t i = 0; i < n; i += DK_LANES)
        sums = NAME(fma)(NAME(load)(weight + i) * NAME(load)(dy + i), NAME(get)((const E *)saved + i), sums);
    const float mean = NAME(sum_lanes)(sums) * r / (float)n;
    for (int64_t i = 0; i < n; i += DK_LANES) {
        const v16 z = NAME(get)((const E *)saved + i) * r;
        const v16 d = (NAME(load)(weight + i) * NAME(load)(dy + i) - z * mean) * r;
        NAME(store)(gradient + i, NAME(load)(gradient + i) + d);
    }
}

static void NAME(swiglu)(int64_t n, const void *gate_up, void *h)
{
    const E *gate = gate_up, *up = gate + n;
    for (int64_t i = 0; i < n; i += DK_LANES) {
        const v16 g = NAME(get)(gate + i);
        NAME(put)((E *)h + i, g / (1.0f + NAME(exp_lanes)(-g)) * NAME(get)(up + i));
    }
}

// With s = 1 / (1 + exp(-g)): d(silu) = s (1 + g (1 - s)).
static void NAME(swiglu_back)(int64_t n, const void *gate_up, const void *dh, void *gate_up_gradient, void *h)
{
    const E *gate = gate_up, *up = gate + n;
    E *dgate = gate_up_gradient, *dup = dgate + n;
    for (int64_t i = 0; i < n; i += DK_LANES) {
        const v16 g = NAME(get)(gate + i), u = NAME(get)(up + i), d = NAME(get)((const E *)dh + i);
        const v16 s = 1.0f / (1.0f + NAME(exp_lanes)(-g));
        const v16 a = g * s;
        NAME(put)(dgate + i, d * u * s * (1.0f + g * (1.0f - s)));
        NAME(put)(dup + i, d * a);
        NAME(put)((E *)h + i, a * u);
    }
}

static void NAME(threshold)(int64_t n, const void *x, float threshold, void *y)
{
    for (int64_t i = 0; i < n; i++) {
        const float v = NAME(value)(((const E *)x)[i]);
        ((E *)y)[i] = __builtin_fabsf(v) >= threshold ? ((const E *)x)[i] : NAME(narrowed)(0.0f);
    }
}

static void NAME(drop_neurons)(int64_t n, const void *gate, float threshold, void *h)
{
    float kept[DK_LANES];
    for (int64_t i = 0; i < n; i += DK_LANES) {
        const v16 g = NAME(get)((const E *)gate + i);
        NAME(store)(kept, g / (1.0f + NAME(exp_lanes)(-g)));
        for (int64_t lane = 0; lane < DK_LANES; lane++)
            if (!(__builtin_fabsf(kept[lane]) >= threshold)) ((E *)h)[i + lane] = NAME(narrowed)(0.0f);
    }
}

static void NAME(rotate)(int64_t heads, int64_t head, int64_t rotated, void *x, const float *cosines, const float *sines, float direction)
{
    for (int64_t h = 0; h < heads; h++) {
        E *v = (E *)x + h * head;
        for (int64_t i = 0; i < rotated / 2; i++) {
            const float a = NAME(value)(v[2 * i]), b = NAME(value)(v[2 * i + 1]), s = sines[i] * direction;
            v[2 * i] = NAME(narrowed)(a * cosines[i] - b * s);
            v[2 * i + 1] = NAME(narrowed)(a * s + b * cosines[i]);
        }
    }
}

static void NAME(magnitudes)(int64_t rows, int64_t n, const void *gate, int64_t up, int64_t stride, float *sums)
{
    for (int64_t row = 0; row < rows; row++) {
        const E *x = (const E *)gate + row * stride;
        for (int64_t i = 0; i < n; i += DK_LANES) {
            const v16 g = NAME(get)(x + i), u = NAME(get)(x + up + i);
            const v16 a = g / (1.0f + NAME(exp_lanes)(-g));
            NAME(store)(sums + i, NAME(fma)(a, a, NAME(load)(sums + i)));
            NAME(store)(sums + n + i, NAME(fma)(u, u, NAME(load)(sums + n + i)));
        }
    }
}

static void NAME(pick)(int64_t n, const int32_t *index, const void *source, void *target)
{
    for (int64_t i = 0; i < n; i++) ((E *)target)[i] = ((const E *)source)[index[i]];
}

static void NAME(pick_outputs)(int64_t k, int64_t n, const int32_t *index, const void *source, void *target)
{
    for (int64_t i = 0; i < n; i++) {
        const E *from = (const E *)source + index[i] / DK_LANES * DK_LANES * k + index[i] % DK_LANES * STEP;
        E *to = (E *)target + i / DK_LANES * DK_LANES * k + i % DK_LANES * STEP;
        for (int64_t p = 0; p < k; p += STEP)
            for (int64_t j = 0; j < STEP; j++) to[p * DK_LANES + j] = from[p * DK_LANES + j];
    }
}

static void NAME(pick_inputs)(int64_t panels, int64_t n, const int32_t *index, const void *source, int64_t source_stride, void *target,
                              int64_t target_stride)
{
    for (int64_t panel = 0; panel < panels; panel++)
        for (int64_t i = 0; i < n; i++) {
            const E *from = (const E *)source + panel * source_stride + index[i] / STEP * STEP * DK_LANES + index[i] % STEP;
            E *to = (E *)target + panel * target_stride + i / STEP * STEP * DK_LANES + i % STEP;
            for (int64_t lane = 0; lane < DK_LANES; lane++) to[lane * STEP] = from[lane * STEP];
        }
}
