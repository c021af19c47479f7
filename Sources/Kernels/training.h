// SPDX-License-Identifier: Apache-2.0

// The kernels of training, as a template: included once for each element type on each instruction set. NAME(x) names its functions,
// BF16 says which element it is, MR and NP how many rows and panels of a product stay in registers, NATIVE whether the
// processor multiplies bfloat16 by itself.

#define INLINE static inline __attribute__((always_inline))

#if BF16
typedef uint16_t NAME(element);
#define STEP 2
#else
typedef float NAME(element);
#define STEP 1
#endif
#define E NAME(element)

INLINE v16 NAME(splat)(float x) { return (v16){x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x}; }
INLINE v16 NAME(fma)(v16 a, v16 b, v16 c)
{
#if PLAIN
    return a * b + c;
#else
    return __builtin_elementwise_fma(a, b, c);
#endif
}
INLINE v16 NAME(load)(const float *p) { return *(const v16u *)p; }
INLINE void NAME(store)(float *p, v16 v) { *(v16u *)p = v; }
INLINE v16 NAME(select)(i16 mask, v16 a, v16 b) { return (v16)(((i16)a & mask) | ((i16)b & ~mask)); }

#if BF16
// To the nearest, ties to even; what is no number stays none.
INLINE u16 NAME(rounded)(v16 v)
{
    u16 bits = (u16)v;
    return bits + 0x7fff + ((bits >> 16) & 1);
}
INLINE v16 NAME(get)(const E *p) { return (v16)(__builtin_convertvector(*(const h16u *)p, u16) << 16); }
INLINE void NAME(put)(E *p, v16 v) { *(h16u *)p = __builtin_convertvector(NAME(rounded)(v) >> 16, h16); }
INLINE float NAME(value)(E x)
{
    const uint32_t bits = (uint32_t)x << 16;
    float out;
    memcpy(&out, &bits, 4);
    return out;
}
INLINE E NAME(narrowed)(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, 4);
    return (E)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}
#else
INLINE v16 NAME(get)(const E *p) { return NAME(load)(p); }
INLINE void NAME(put)(E *p, v16 v) { NAME(store)(p, v); }
INLINE float NAME(value)(E x) { return x; }
INLINE E NAME(narrowed)(float x) { return x; }
#endif

INLINE float NAME(sum_lanes)(v16 v)
{
    float sum = 0;
    for (int i = 0; i < 8; i++) v[i] += v[i + 8];
    for (int i = 0; i < 4; i++) v[i] += v[i + 4];
    sum = (v[0] + v[2]) + (v[1] + v[3]);
    return sum;
}

INLINE float NAME(max_lanes)(v16 v)
{
    for (int i = 0; i < 8; i++) v[i] = v[i] > v[i + 8] ? v[i] : v[i + 8];
    for (int i = 0; i < 4; i++) v[i] = v[i] > v[i + 4] ? v[i] : v[i + 4];
    const float a = v[0] > v[2] ? v[0] : v[2], b = v[1] > v[3] ? v[1] : v[3];
    return a > b ? a : b;
}

INLINE v16 NAME(exp_lanes)(v16 x)
{
    i16 below = x < NAME(splat)(EXP_LOW);
    x = NAME(select)(below, NAME(splat)(EXP_LOW), x);
    x = NAME(select)(x > NAME(splat)(EXP_HIGH), NAME(splat)(EXP_HIGH), x);
    v16 shifted = NAME(fma)(x, NAME(splat)(EXP_LOG2E), NAME(splat)(EXP_MAGIC));
    v16 n = shifted - EXP_MAGIC;
    v16 r = NAME(fma)(n, NAME(splat)(-EXP_LN2_HIGH), x);
    r = NAME(fma)(n, NAME(splat)(-EXP_LN2_LOW), r);
    v16 p = NAME(splat)(EXP_C7);
    p = NAME(fma)(p, r, NAME(splat)(EXP_C6));
    p = NAME(fma)(p, r, NAME(splat)(EXP_C5));
    p = NAME(fma)(p, r, NAME(splat)(EXP_C4));
    p = NAME(fma)(p, r, NAME(splat)(EXP_C3));
    p = NAME(fma)(p, r, NAME(splat)(EXP_C2));
    p = NAME(fma)(p, r, NAME(splat)(1.0f));
    p = NAME(fma)(p, r, NAME(splat)(1.0f));
    v16 power = (v16)(((i16)shifted << 23) + (127 << 23));
    return NAME(select)(below, NAME(splat)(0.0f), p * power);
}

#include "training_gemm.h"
#include "training_rows.h"
#include "training_attention.h"

const struct dk_training NAME(kernels) = {
    .element = BF16 ? DK_BFLOAT16 : DK_FLOAT,
    .element_bytes = sizeof(E),
    .step = STEP,
    .gemm = NAME(gemm),
    .pack = NAME(pack),
    .narrow = NAME(narrow),
    .widen = NAME(widen),
    .norm = NAME(norm),
    .norm_again = NAME(norm_again),
    .norm_back = NAME(norm_back),
    .swiglu = NAME(swiglu),
    .swiglu_back = NAME(swiglu_back),
    .threshold = NAME(threshold),
    .drop_neurons = NAME(drop_neurons),
    .rotate = NAME(rotate),
    .outer = NAME(outer),
    .magnitudes = NAME(magnitudes),
    .pick = NAME(pick),
    .pick_outputs = NAME(pick_outputs),
    .pick_inputs = NAME(pick_inputs),
    .attend = NAME(attend),
    .attend_back = NAME(attend_back),
    .gather_heads = NAME(gather_heads),
};

#undef E
#undef STEP
#undef INLINE
