// SPDX-License-Identifier: Apache-2.0

// What the scalar and the vector kernels must agree on.
#ifndef DROID_KERNELS_CONSTANTS_H
#define DROID_KERNELS_CONSTANTS_H

// exp(x) = 2^n * exp(r), with n = round(x / ln 2) and |r| <= ln(2) / 2. ln 2 is split so that n * LN2_HIGH is exact; the
// polynomial is the Taylor series to degree 7, whose error there is below one unit in the last place.
#define EXP_LOW -87.3f
#define EXP_HIGH 88.3f
#define EXP_LOG2E 1.44269504088896341f
#define EXP_MAGIC 12582912.0f
#define EXP_LN2_HIGH 0.693359375f
#define EXP_LN2_LOW -2.12194440e-4f
#define EXP_C2 0.5f
#define EXP_C3 0.166666667f
#define EXP_C4 0.0416666667f
#define EXP_C5 0.00833333333f
#define EXP_C6 0.00138888889f
#define EXP_C7 0.000198412698f

// GELU by tanh: -2 * sqrt(2 / pi), and the coefficient of the cube.
#define GELU_SCALE -1.59576912160573f
#define GELU_CUBE 0.044715f

// Block of k that a panel's slice and six rows of activations fill two thirds of a 32 KiB L1 cache with; rows whose
// slices stay in L2 meanwhile.
#define GEMM_K_BLOCK 288
#define GEMM_ROW_BLOCK 192

// Adding this to a number below 2^22 leaves its rounding to the nearest integer, ties to even, in the low bits of the sum.
#define QUANTIZE_MAGIC 12582912.0f
// A group of activations below this is taken as zeros: the inverse of its scale would not be finite.
#define QUANTIZE_TINY 1e-30f

// Inputs of a panel whose codes, as bytes with their scales, fill half of a 32 KiB L1 cache; a multiple of 32.
#define CODES_K_BLOCK 768
// Bytes of rounded activations that stay in L2 while panel after panel is put to them.
#define CODES_ROW_BYTES (192 * 1024)

#endif
