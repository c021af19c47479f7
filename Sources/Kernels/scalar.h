// SPDX-License-Identifier: Apache-2.0

#ifndef DROID_KERNELS_SCALAR_H
#define DROID_KERNELS_SCALAR_H

#include "Kernels.h"

extern const struct dk_kernels dk_scalar_kernels;

// A sum of 16 lanes in the order that all kernels fold them, and their exp.
float dk_scalar_sum_lanes(const float *lanes);
float dk_scalar_exp(float x);

#endif
