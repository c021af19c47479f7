// SPDX-License-Identifier: Apache-2.0

// The hot loops of training: products, attention forward and backward, and what stands between them.
//
// Everything that is kept from the forward to the backward pass is of one element type: floats, or bfloat16 with sums in
// floats. Sums run in an order that does not depend on the number of threads, so a step gives the same bits each time on
// one instruction set; another one may round otherwise. No function reads or writes outside what its counts say.
#ifndef DROID_TRAINING_KERNELS_H
#define DROID_TRAINING_KERNELS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma clang assume_nonnull begin

enum dk_element { DK_FLOAT = 0, DK_BFLOAT16 = 1 };

/// Where the results of a product go.
enum dk_store {
    /// Floats, replacing what is there.
    DK_SET = 0,
    /// Floats, added to what is there.
    DK_ADD = 1,
    /// Elements, replacing what is there.
    DK_NARROW = 2,
};

/// One part of a product: rows of a [rows][k] times panels [k / step][16][step] of w, where step is 1 for floats and 2 for
/// bfloat16. Strides count elements. k is a multiple of the step; k = 0 for no part at all.
struct dk_factor {
    int64_t k;
    const void *_Nullable a;
    int64_t a_stride;
    const void *_Nullable w;
    int64_t panel_stride;
};

enum {
    /// Rows of queries that attention takes at a time, and what rows of keys are rounded up to.
    DK_QUERY_TILE = 64,
    /// Keys that it takes at a time.
    DK_KEY_TILE = 256,
};

/// Attention of one head of queries over the rows of one sequence: a prefix of `shared` rows, of which each sees those
/// before it and itself, and branches behind it, whose rows see the whole prefix and their own branch up to themselves.
struct dk_attention {
    int64_t rows;
    int64_t shared;
    /// For each row from `shared` on the first row of its branch; those before it are not read.
    const int32_t *begin;
    /// Queries before this row have no output, and no gradient.
    int64_t first_query;
    /// Width of a head, a multiple of 16.
    int64_t head;
    /// What products of queries and keys are multiplied by.
    float scale;
    /// Elements, one row of `stride` each, rotated by their positions.
    const void *q;
    const void *k;
    const void *v;
    int64_t stride;
    /// Elements, one row of `output_stride` each: written forward, read backward.
    void *output;
    int64_t output_stride;
    /// The logarithm of the sum of exponentials of each row: written forward, read backward.
    float *log_sum;
    /// dk_attention_scratch bytes, aligned to 64.
    void *scratch;

    /// Backward only: the gradient of the output (as `output` lies), and where that of the queries goes (as `q` lies).
    const void *_Nullable output_gradient;
    void *_Nullable q_gradient;
    /// Where those of keys and values go: floats [head][rows rounded up to DK_QUERY_TILE], of this head of queries alone.
    float *_Nullable k_gradient;
    float *_Nullable v_gradient;
};

/// The kernels for one element type on one instruction set.
struct dk_training {
    enum dk_element element;
    int64_t element_bytes;
    /// Inputs that stand side by side in a panel.
    int64_t step;

    /// c[rows][16 * panels] = sum over both parts. c_stride counts values of c.
    void (*gemm)(int64_t rows, int64_t panels, const struct dk_factor *first, const struct dk_factor *_Nullable second, void *c,
                 int64_t c_stride, enum dk_store store);

    /// Packs up to 16 outputs of k inputs as one panel, times `factor`: the value of output o and input i is
    /// source[o * output_stride + i * input_stride]. Outputs from `outputs` on become 0.
    void (*pack)(int64_t k, int64_t outputs, const float *source, int64_t output_stride, int64_t input_stride, float factor,
                 void *panel);

    void (*narrow)(int64_t n, const float *x, void *y);
    void (*widen)(int64_t n, const void *x, float *y);

    /// y = x * r * weight with r = 1 / sqrt(mean(x * x) + epsilon); `saved` gets x, and the result is r.
    float (*norm)(int64_t n, const float *x, const float *weight, float epsilon, void *_Nullable saved, void *y);
    /// The same y from what `norm` saved.
    void (*norm_again)(int64_t n, const void *saved, float r, const float *weight, void *y);
    /// gradient += the gradient of x, from dy.
    void (*norm_back)(int64_t n, const void *saved, float r, const float *weight, const float *dy, float *gradient);

    /// h = silu(gate) * up, where a row is gate and up side by side, n each.
    void (*swiglu)(int64_t n, const void *gate_up, void *h);
    /// The gradient of gate and up from that of h, and h once more.
    void (*swiglu_back)(int64_t n, const void *gate_up, const void *dh, void *gate_up_gradient, void *h);

    /// y = x where |x| >= threshold, and 0 elsewhere.
    void (*threshold)(int64_t n, const void *x, float threshold, void *y);
    /// Makes those of h 0 whose |silu(gate)| < threshold.
    void (*drop_neurons)(int64_t n, const void *gate, float threshold, void *h);

    /// Rotates the pairs (2 i, 2 i + 1) of `heads` heads by angles, of which cosines and sines are given; backward for -1.
    void (*rotate)(int64_t heads, int64_t head, int64_t rotated, void *x, const float *cosines, const float *sines, float direction);

    /// out[n / 16][rank][16] += factor * sum over rows of t[row][0 ..< rank] and x[row][0 ..< n]: the gradient of one half of an adapter.
    /// n is a multiple of 16.
    void (*outer)(int64_t rows, int64_t rank, int64_t n, const void *t, int64_t t_stride, const void *x, int64_t x_stride, float factor,
                  float *out);

    /// Adds the squares of silu(gate) and of up to sums[0 ..< n] and sums[n ..< 2 n]: n columns of rows in which gate and up lie
    /// `up` elements apart. n is a multiple of 16.
    void (*magnitudes)(int64_t rows, int64_t n, const void *gate, int64_t up, int64_t stride, float *sums);

    /// target[i] = source[index[i]].
    void (*pick)(int64_t n, const int32_t *index, const void *source, void *target);
    /// Panels [..][k / step][16][step] of some outputs of others: output i is that of index[i]. n is a multiple of 16.
    void (*pick_outputs)(int64_t k, int64_t n, const int32_t *index, const void *source, void *target);
    /// The same panels with some of their inputs: input i is that of index[i]. n is a multiple of the step; strides are those of panels.
    void (*pick_inputs)(int64_t panels, int64_t n, const int32_t *index, const void *source, int64_t source_stride, void *target,
                        int64_t target_stride);

    void (*attend)(const struct dk_attention *task);
    void (*attend_back)(const struct dk_attention *task);
    /// rows[row][c] = sum over `group` parts of part[c][row], each [head][padded]: from what `attend_back` leaves to rows of elements.
    void (*gather_heads)(int64_t group, int64_t head, int64_t rows, int64_t padded, const float *parts, void *out, int64_t stride);
};

/// The kernels of the best instruction set that this processor has; with `plain` those in plain C, which are the twins of all others.
const struct dk_training *dk_training_for(enum dk_element element, int plain);

/// Bytes of scratch for attention over so many rows, forward and backward.
int64_t dk_attention_scratch(int64_t rows, int64_t head);

/// What the multipliers of one core give in 10^9 operations a second, when nothing waits for memory: products and sums of this
/// element type. 0 where nobody has written that loop. Takes some milliseconds.
double dk_training_peak(enum dk_element element);

#pragma clang assume_nonnull end

#ifdef __cplusplus
}
#endif

#endif
