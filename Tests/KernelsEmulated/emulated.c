// SPDX-License-Identifier: Apache-2.0

// The sources of the VNNI kernels, with plain C in the place of its instructions.

#include "packed_vnni.c"
#undef TARGET
#undef FUNCTION
#undef INLINE
#undef ROWS
#undef WIDE
#define tile words_tile
#define broadcast words_broadcast
#include "words_vnni.c"
