// SPDX-License-Identifier: Apache-2.0

// Ternary weights (Bitnet.cpp, arXiv 2502.11880): from the blocks of a file to panels, and the other ways to keep panels.
//
// A matrix whose weights are -scale, 0 and scale needs no scales of blocks. `dk_kernels.gemm_ternary` adds integers over a
// whole row of activations, which were rounded with one scale, and multiplies once; everything here gives the same sums.
#ifndef DROID_TERNARY_KERNELS_H
#define DROID_TERNARY_KERNELS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma clang assume_nonnull begin

/// Whether blocks of TQ1_0, TQ2_0 or I2_S are ternary with one scale: every block that is not zero has the same finite
/// scale, and no code is the fourth that two bits can hold. I2_S keeps its scale elsewhere: 1 here. `scale` is set when it
/// returns 1; to 0 when all weights are 0.
int dk_ternary_scale(int type, const uint8_t *blocks, int64_t count, float *scale);

/// Packs up to 16 rows of such blocks as one panel of ternary weights; outputs without a row are 0. Returns 0 for any other
/// type, or where k is no multiple of its block.
int dk_pack_ternary_blocks(int type, const uint8_t *rows, int64_t row_bytes, int64_t count, int64_t k, uint8_t *panel);

/// Bytes of a ternary panel with five weights in a byte: 1.6 bits a weight where k is a multiple of 20.
int64_t dk_folded_bytes(int64_t k);

/// Takes a ternary panel from four to five weights in a byte, and back. A byte holds five digits of base 3 as TQ1_0 does,
/// ceil(v * 256 / 243), so that a product with a power of 3 brings each digit to the top.
void dk_fold_ternary(const uint8_t *panel, int64_t k, uint8_t *folded);
void dk_unfold_ternary(const uint8_t *folded, int64_t k, uint8_t *panel);

/// Look-up tables instead of products: the weights of a group of inputs are an index to all the sums that the group can
/// give, which are computed once for each row of activations.
enum dk_lut {
    /// Two inputs in 4 bits: 9 sums. Two bits a weight.
    DK_TL1 = 1,
    /// Three inputs in 4 bits, the magnitude of the 27 combinations, and a bit for the sign that stands in a plane of its
    /// own: 14 sums, 1.67 bits a weight. Inputs behind the last 24 are kept as in DK_TL1.
    DK_TL2 = 2,
};

/// Bytes of a panel of 16 outputs for the kernels that look sums up. k is a multiple of 16.
int64_t dk_lut_panel_bytes(enum dk_lut kind, int64_t k);

/// Packs up to 16 rows of ternary weights, one byte -1, 0 or 1 each; outputs without a row are 0.
void dk_pack_lut(enum dk_lut kind, const int8_t *rows, int64_t row_stride, int64_t count, int64_t k, uint8_t *panel);

/// The loop of Bitnet.cpp's I2_S for one output, written anew as something to measure against: 128 weights in 32 bytes as a
/// file keeps them, sums of codes times activations. k is a multiple of 128; up to `rows` rows of activations.
void dk_i2s_loop(int64_t rows, int64_t k, const uint8_t *weights, const int8_t *a, int64_t a_stride, int32_t *sums);

#pragma clang assume_nonnull end

#ifdef __cplusplus
}
#endif

#endif
