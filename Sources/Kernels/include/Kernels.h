// SPDX-License-Identifier: Apache-2.0

// The hot loops of the engine.
//
// Every kernel exists as plain scalar C and as vector code that is compiled once per instruction set. All versions do the
// same floating-point operations in the same order for each output, so they give the same bits:
//   * a product of matrices is, for each output, one chain acc = fma(a[k], w[k], acc) with k ascending from acc = 0;
//   * a sum over a row runs in 16 lanes (lane = index mod 16, ascending), then lane i takes lane i + 8, + 4, + 2, + 1;
//   * exp is one polynomial, written with fma.
#ifndef DROID_KERNELS_H
#define DROID_KERNELS_H

#include <stdint.h>

#include "IntegerKernels.h"
#include "TernaryKernels.h"
#include "TrainingKernels.h"

#ifdef __cplusplus
extern "C" {
#endif

#pragma clang assume_nonnull begin

enum {
    /// Outputs in one panel of packed weights, and lanes of every sum.
    DK_LANES = 16,
    /// Keys in one tile of the KV cache.
    DK_TILE = 64,
    /// Positions in one packed block of the KV cache: two tiles.
    DK_BLOCK = 128,
};

/// Sets of kernels, in the order of preference. DK_AVX512 has the integer kernels of DK_AVX2; DK_VNNI has its own.
enum dk_isa { DK_SCALAR = 0, DK_AVX2 = 1, DK_AVX512 = 2, DK_VNNI = 3, DK_NEON = 4, DK_LAST_ISA = 4 };

/// How a block of keys and values of one head is packed into few bits. Keys are rounded per channel over a group of
/// positions, values per position over a group of channels, each to codes 0 ..< 2^bits of a scale and a minimum.
struct dk_kv_format {
    /// 4 or 2.
    int64_t bits;
    /// Width of a head, a multiple of 16 up to 256.
    int64_t head;
    /// 128, 64 or 32 positions.
    int64_t key_group;
    /// Channels: a multiple of 16 that divides the head.
    int64_t value_group;
    /// Bits that keys have more, 0 or 2: their lowest ones, in a plane of their own.
    int64_t key_rest;
};

/// The kernels of one instruction set.
struct dk_kernels {
    enum dk_isa isa;

    /// c[rows x 16 * panels] = a[rows x k] * w, with w packed as [panels][k][16]. Strides count floats.
    void (*gemm)(int64_t rows, int64_t panels, int64_t k, const float *a, int64_t a_stride, const float *w, float *c,
                 int64_t c_stride);

    /// y = x / sqrt(mean(x * x) + epsilon) * weight.
    void (*rms_norm)(int64_t n, const float *x, const float *weight, float epsilon, float *y);

    /// x += y.
    void (*add)(int64_t n, float *x, const float *y);

    /// out = gate / (1 + exp(-gate)) * up.
    void (*swiglu)(int64_t n, const float *gate, const float *up, float *out);

    /// out = gelu(gate) * up, with the approximation by tanh: gate / (1 + exp(-2 z)), where z is
    /// sqrt(2 / pi) * gate * (1 + 0.044715 * gate * gate).
    void (*geglu)(int64_t n, const float *gate, const float *up, float *out);

    /// out = max(gate, 0) * max(gate, 0) * up.
    void (*reglu2)(int64_t n, const float *gate, const float *up, float *out);

    /// x = cap * tanh(x / cap), with tanh(z) as 1 - 2 / (1 + exp(2 z)).
    void (*soft_cap)(int64_t n, float cap, float *x);

    /// y = x / by.
    void (*divide)(int64_t n, const float *x, float by, float *y);

    /// Rotates the pairs (2 i, 2 i + 1), or (i, i + rotated / 2), of the first `rotated` channels of each head by the angles
    /// whose cosines and sines are given, rotated / 2 of each.
    void (*rope)(int64_t heads, int64_t head, int64_t rotated, float *x, const float *cosines, const float *sines);
    void (*rope_halves)(int64_t heads, int64_t head, int64_t rotated, float *x, const float *cosines, const float *sines);

    /// y = exp(x), with x clamped to [-87.3, 88.3] and results below the range taken as 0.
    void (*exp)(int64_t n, const float *x, float *y);

    /// Softmax attention of `rows` queries over the keys of `tiles` tiles, continuing the running state.
    ///
    /// q is [rows][head], already scaled. Row r sees the keys from hidden[r] up to visible[r], all from the first where
    /// `hidden` is NULL; `visible` does not descend. Tile t holds its keys at blocks[t] + k_offset as [4][head][16] and its values at blocks[t] + v_offset as [head / 16][64][16];
    /// what lies behind the visible keys must be finite. State: top[rows] (running maximum, -inf at first), sum[rows]
    /// and o[rows][head] (0 at first); the result is o / sum. `head` is a multiple of 16.
    void (*attend)(int64_t rows, int64_t head, const float *q, const int32_t *_Nullable hidden, const int32_t *visible,
                   int64_t tiles,
                   const float *_Nonnull const *_Nonnull blocks, int64_t k_offset, int64_t v_offset, float *top, float *sum, float *o);

    /// Puts the key and the value of position `slot` into a tile of dk_words_bytes(head) bytes. Each becomes words of 13 bits
    /// with one step; the tile is aligned to 4.
    void (*store_words)(int64_t head, int64_t slot, const float *key, const float *value, void *tile);

    /// As `attend`, over tiles of words: tile t lies at addresses[t] + offset. Queries are rounded once, and weights with the
    /// values' steps in them for each tile, so that both products are whole numbers. `head` is at most 256.
    void (*attend_words)(int64_t rows, int64_t head, const float *q, const int32_t *_Nullable hidden, const int32_t *visible,
                         int64_t tiles, const float *_Nonnull const *_Nonnull addresses, int64_t offset, float *top,
                         float *sum, float *o);

    /// The same over packed blocks, all of whose keys from hidden[r] on row r sees; it comes before any `attend`.
    ///
    /// A block lies at addresses[b] + offset, a multiple of 64 bytes, and holds the positions 128 b ..< 128 (b + 1).
    /// Queries times the keys' scales are rounded to 8 bits per group of keys, weights times the values' scales per tile of
    /// 64 keys.
    void (*attend_packed)(const struct dk_kv_format *format, int64_t rows, const float *q, const int32_t *_Nullable hidden,
                          int64_t blocks, const uint8_t *_Nonnull const *_Nonnull addresses, int64_t offset, float *top,
                          float *sum, float *o);

    /// Adds what one state of softmax attention has seen to another's, for each row: both as `attend` leaves them. A state
    /// that has seen nothing changes no bit of the other.
    void (*merge)(int64_t rows, int64_t head, float *top, float *sum, float *o, const float *other_top,
                  const float *other_sum, const float *other_o);

    /// For each row of x[rows][stride]: the maximum of the first n values, the sum of exp(x - maximum), and the first
    /// index at which the maximum stands.
    void (*log_sum_exp)(int64_t rows, int64_t n, const float *x, int64_t stride, float *top, float *sum, int32_t *first);

    /// Rounds `count` of each row's n activations, those from `first` on, to bytes: to the nearest code and ties to the even
    /// one, with scale = greatest magnitude / 127 in each group. `x` is the first of them; `first` and `count` are multiples
    /// of `group`. A row takes dk_activation_bytes(n, group) bytes and is aligned to 4. x_stride counts floats, row_stride bytes.
    void (*quantize)(int64_t rows, int64_t n, int64_t group, int64_t first, int64_t count, const float *x, int64_t x_stride,
                     uint8_t *row, int64_t row_stride);

    /// c[rows x 16 * panels] = a[rows x k] * w, with w packed as `format` says and rows of a rounded in groups of
    /// format->group. a_stride counts bytes, c_stride floats. k is a multiple of 32.
    void (*gemm_codes)(const struct dk_format *format, int64_t rows, int64_t panels, int64_t k, const uint8_t *a,
                       int64_t a_stride, const uint8_t *w, float *c, int64_t c_stride);

    /// The same for ternary weights, times `scale`. Rows of a are rounded in one group. Sums of integers all the way, so
    /// that each output is float(sum) * (a_scale * scale). k is a multiple of 16 and below 2^22.
    void (*gemm_ternary)(float scale, int64_t rows, int64_t panels, int64_t k, const uint8_t *a, int64_t a_stride,
                         const uint8_t *w, float *c, int64_t c_stride);

    /// The same from panels of dk_pack_lut.
    void (*gemm_lut)(enum dk_lut kind, float scale, int64_t rows, int64_t panels, int64_t k, const uint8_t *a,
                     int64_t a_stride, const uint8_t *w, float *c, int64_t c_stride);
};

/// GOPS (10^9 products and sums of bytes a second) that one core of this machine reaches with its integer multipliers alone,
/// or with scales and minima applied after each 32 inputs as well; 0 where that is not known. Takes some milliseconds.
double dk_integer_peak(int epilogue);

/// Reads memory from one end to the other and does nothing else with it, to be timed. `memory` is aligned to 64 bytes.
void dk_read_memory(const void *memory, int64_t bytes);

/// The best instruction set that this processor has.
enum dk_isa dk_best_isa(void);

/// The kernels of an instruction set; those of the best one available where the processor lacks it.
const struct dk_kernels *dk_kernels_for(enum dk_isa isa);

/// Bytes of a packed block of one head; 0 for a format that is not supported.
int64_t dk_kv_block_bytes(const struct dk_kv_format *format);

/// Bytes of a tile of 64 keys and values of one head in words of 16 bits, a multiple of 64; 0 for a head that does not fit.
int64_t dk_words_bytes(int64_t head);

/// Expands such a tile to what `attend` reads: keys [4][head][16] and values [head / 16][64][16].
void dk_words_open(int64_t head, const void *tile, float *keys, float *values);

/// Packs the two tiles of a block, laid out as `attend` reads them, into dk_kv_block_bytes bytes. What comes out depends on
/// those 128 positions alone.
void dk_kv_pack(const struct dk_kv_format *format, const float *_Nonnull const *_Nonnull keys,
                const float *_Nonnull const *_Nonnull values, uint8_t *block);

/// Expands `blocks` blocks of a GGML type to floats, with the bits that the reference implementation in Python gives.
/// Returns 0 for a type that is not known. I2_S (number 36, of Microsoft's fork) comes out as -1, 0 and 1: its scale belongs
/// to the tensor and stands behind the blocks.
int dk_dequantize(int type, const uint8_t *source, int64_t blocks, float *out);

/// Rounds `blocks` blocks of floats to Q4_0, Q4_1, Q8_0, Q4_K or TQ2_0, with the bits of GGML's reference,
/// or to the codes of I2_S, for which the caller has divided by the tensor's scale. Values must be finite. Returns 0 for
/// any other type.
int dk_quantize(int type, const float *source, int64_t blocks, uint8_t *out);

/// Values and bytes in one block of a GGML type; 0 for one that is not known.
int64_t dk_block_values(int type);
int64_t dk_block_bytes(int type);

/// Expands up to 16 rows of a matrix and packs them as one panel [k][16]; lanes without a row are 0.
/// `scratch` holds 16 * k floats.
int dk_pack_panel(int type, const uint8_t *rows, int64_t row_bytes, int64_t count, int64_t k, float *scratch,
                  float *panel);

/// Processors that this process may run on; at least 1.
int32_t dk_cores(void);

/// A fixed set of threads that share the tasks of one job at a time.
struct dk_pool;

/// A task of a job: context, index of the task, index of the thread that runs it.
typedef void (*dk_task)(void *context, int64_t index, int64_t worker);

/// A pool of `threads` threads, the caller of dk_pool_run among them; NULL if they cannot be started.
struct dk_pool *_Nullable dk_pool_create(int32_t threads);
void dk_pool_destroy(struct dk_pool *_Nullable pool);

/// Runs task(context, i, worker) for all i in 0 ..< tasks and returns when all are done. One caller at a time.
void dk_pool_run(struct dk_pool *pool, int64_t tasks, dk_task task, void *context);

#pragma clang assume_nonnull end

#ifdef __cplusplus
}
#endif

#endif
