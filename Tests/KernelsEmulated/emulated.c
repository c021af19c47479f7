// SPDX-License-Identifier: Apache-2.0

// The source of the VNNI kernels, with plain C in the place of that instruction.

#include "packed_vnni.c"
