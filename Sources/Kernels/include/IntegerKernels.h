// SPDX-License-Identifier: Apache-2.0

// Matrices of few bits, and how activations are rounded to meet them.
//
// A format keeps a weight as an unsigned code, and for each group of consecutive inputs a scale, and either a minimum or a
// zero that all groups share: weight = scale * code + minimum, or scale * (code - zero). Activations are rounded to signed
// bytes with one scale per token and group. The product of a group, dot[g], is an exact integer (of codes less zero, where
// there is one), and an output is
//   for the groups g in ascending order:  acc = fma(dot[g], scale[g] * a_scale[g], acc)
//                with minima, then also:  acc = fma(minimum[g], a_scaled_sum[g], acc)
// from acc = 0, which every version of a kernel computes in this order, so that all of them give the same bits.
#ifndef DROID_INTEGER_KERNELS_H
#define DROID_INTEGER_KERNELS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma clang assume_nonnull begin

/// How a matrix of few bits is kept.
///
/// A panel of 16 outputs holds, for each block of 32 inputs: the scales [32 / group][16], the minima [32 / group][16]
/// if there are any, and the codes. Codes of 8 bits stand as [8][16][4], four consecutive inputs of one output in a
/// word; codes of 4 bits as [4][16][4], the lower halves the inputs 0 ... 3 of each 8, the upper ones 4 ... 7.
/// Ternary panels hold codes only, as [k / 16][16][4], with inputs 0 ... 3 of each 16 in the lowest two bits, and so on.
struct dk_format {
    /// Bits of a code as it is kept: 8, 4, or 2 for ternary weights.
    int32_t bits;
    /// Inputs that share a scale: 32 or 16; 0 for ternary weights, which have one scale per matrix.
    int32_t group;
    /// The greatest code.
    int32_t top;
    /// The code of weight 0; 0 in formats with minima.
    int32_t zero;
    /// 1 if the groups have minima.
    int32_t minima;
    /// 1 if scales and minima are kept as 16-bit floats, 0 for 32 bits.
    int32_t half;
};

/// The form in which the integer kernels keep a GGML type, with the same weights; NULL for types that stay floats.
const struct dk_format *_Nullable dk_format_of(int type);

/// The form of ternary weights.
const struct dk_format *dk_ternary_format(void);

/// Bytes of a panel of 16 outputs with k inputs. k is a multiple of 32.
int64_t dk_panel_bytes(const struct dk_format *format, int64_t k);

/// Packs up to 16 rows of GGML blocks as one panel; outputs without a row are 0. Returns 0 where the type has no integer
/// form or k is no multiple of its block.
int dk_pack_codes(int type, const uint8_t *rows, int64_t row_bytes, int64_t count, int64_t k, uint8_t *panel);

/// Packs up to 16 rows of ternary weights, one byte -1, 0 or 1 each; outputs without a row are 0.
void dk_pack_ternary(const int8_t *rows, int64_t row_stride, int64_t count, int64_t k, uint8_t *panel);

/// The weights of one output of a panel, as the GGML type expands to. A ternary panel's are -1, 0 and 1.
void dk_unpack_output(const struct dk_format *format, const uint8_t *panel, int64_t k, int64_t lane, float *out);

/// Bytes of one row of rounded activations: n codes, then for each group its scale, its scale times the sum of its
/// codes, and that sum. n is a multiple of `group`, and that of 16; one group of all inputs is group = n.
int64_t dk_activation_bytes(int64_t n, int64_t group);

#pragma clang assume_nonnull end

#ifdef __cplusplus
}
#endif

#endif
