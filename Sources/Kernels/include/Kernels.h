// SPDX-License-Identifier: Apache-2.0
#ifndef DROID_KERNELS_H
#define DROID_KERNELS_H
#endif
