// SPDX-License-Identifier: Apache-2.0

// The integer kernels for ARMv8.2 with the dot product (sdot). Codes of 8 bits are made signed, which leaves out 128 times
// the sum of the activations; that sum stands beside them.

#if defined(__aarch64__)

#include <arm_neon.h>
#include <string.h>

#include "codes.h"
#include "constants.h"
#include "integer.h"

#define NAME(x) dk_neon_##x
#define TARGET __attribute__((target("arch=armv8.2-a+dotprod")))
#define LANES 4
#define VECTORS 4
#define TILE_ROWS 4
#define TILE_PANELS 1
#define TERNARY_ROWS 4
#define ROW_CHAINS 1
#define SIGNED_DOT 1

typedef int32x4_t ints;
typedef float32x4_t floats;
#define OP TARGET static inline __attribute__((always_inline))

OP ints load_codes(const uint8_t *p) { return vreinterpretq_s32_u8(vld1q_u8(p)); }
OP ints and_codes(ints v, int mask) { return vreinterpretq_s32_u8(vandq_u8(vreinterpretq_u8_s32(v), vdupq_n_u8((uint8_t)mask))); }
#define shift_codes(v, n) vreinterpretq_s32_u8(vshrq_n_u8(vreinterpretq_u8_s32(v), n))
OP ints flip(ints v) { return vreinterpretq_s32_u8(veorq_u8(vreinterpretq_u8_s32(v), vdupq_n_u8(128))); }
OP ints splat_ints(int32_t x) { return vdupq_n_s32(x); }
OP ints spread(const uint8_t *p)
{
    int32_t x;
    memcpy(&x, p, 4);
    return vdupq_n_s32(x);
}
OP ints dot(ints sum, ints w, ints a) { return vdotq_s32(sum, vreinterpretq_s8_s32(w), vreinterpretq_s8_s32(a)); }
OP ints add_ints(ints a, ints b) { return vaddq_s32(a, b); }
OP ints sub_ints(ints a, ints b) { return vsubq_s32(a, b); }
OP ints mul_ints(ints a, int b) { return vmulq_n_s32(a, b); }
OP floats to_floats(ints v) { return vcvtq_f32_s32(v); }
OP floats splat_floats(float x) { return vdupq_n_f32(x); }
OP floats mul(floats a, floats b) { return vmulq_f32(a, b); }
OP floats fma(floats a, floats b, floats c) { return vfmaq_f32(c, a, b); }
OP floats load_floats(const float *p) { return vld1q_f32(p); }
OP floats load_halves(const uint8_t *p) { return vcvt_f32_f16(vreinterpret_f16_u8(vld1_u8(p))); }
OP void store_floats(float *p, floats v) { vst1q_f32(p, v); }

#include "dot.h"

#endif
