// SPDX-License-Identifier: Apache-2.0

#ifndef DROID_KERNELS_SCALAR_H
#define DROID_KERNELS_SCALAR_H

#include "Kernels.h"

extern const struct dk_kernels dk_scalar_kernels;

#endif
