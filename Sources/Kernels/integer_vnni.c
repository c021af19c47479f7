// SPDX-License-Identifier: Apache-2.0

// The integer kernels for AVX-512 with VNNI. With DROID_EMULATED set, the vectors are plain arrays, so that the same
// source can be held to its twin where the instructions are missing: the tests do that.

#if defined(__x86_64__) || defined(DROID_EMULATED)

#include <string.h>

#include "codes.h"
#include "constants.h"
#include "integer.h"

#define LANES 16
#define VECTORS 1
#define TILE_ROWS 6
#define TILE_PANELS 2
#define TERNARY_ROWS 12
#define ROW_CHAINS 4
#define SIGNED_DOT 0
#define flip(w) (w)

#if defined(DROID_EMULATED)

#include <math.h>

#define NAME(x) dk_emulated_##x
#define TARGET

typedef struct { uint8_t byte[64]; } ints;
typedef struct { float lane[16]; } floats;
#define EACH for (int i = 0; i < 16; i++)

static int32_t get(ints v, int i)
{
    int32_t x;
    memcpy(&x, v.byte + 4 * i, 4);
    return x;
}
static void set(ints *v, int i, int32_t x) { memcpy(v->byte + 4 * i, &x, 4); }

static ints load_codes(const uint8_t *p) { ints v; memcpy(v.byte, p, 64); return v; }
static ints and_codes(ints v, int mask) { for (int i = 0; i < 64; i++) v.byte[i] &= (uint8_t)mask; return v; }
// As vpsrlw: 16 bits at a time.
static ints shift_codes(ints v, int n)
{
    for (int i = 0; i < 64; i += 2) {
        uint16_t x;
        memcpy(&x, v.byte + i, 2);
        x = (uint16_t)(x >> n);
        memcpy(v.byte + i, &x, 2);
    }
    return v;
}
static ints splat_ints(int32_t x) { ints v; EACH set(&v, i, x); return v; }
static ints spread(const uint8_t *p) { int32_t x; memcpy(&x, p, 4); return splat_ints(x); }
static ints dot(ints sum, ints w, ints a)
{
    EACH {
        int32_t x = get(sum, i);
        for (int j = 0; j < 4; j++) x += w.byte[4 * i + j] * (int8_t)a.byte[4 * i + j];
        set(&sum, i, x);
    }
    return sum;
}
static ints add_ints(ints a, ints b) { EACH set(&a, i, get(a, i) + get(b, i)); return a; }
static ints sub_ints(ints a, ints b) { EACH set(&a, i, get(a, i) - get(b, i)); return a; }
static ints mul_ints(ints a, int b) { EACH set(&a, i, get(a, i) * b); return a; }
static floats to_floats(ints v) { floats x; EACH x.lane[i] = (float)get(v, i); return x; }
static floats splat_floats(float x) { floats v; EACH v.lane[i] = x; return v; }
static floats mul(floats a, floats b) { EACH a.lane[i] *= b.lane[i]; return a; }
static floats emulated_fma(floats a, floats b, floats c) { EACH c.lane[i] = fmaf(a.lane[i], b.lane[i], c.lane[i]); return c; }
#define fma emulated_fma
static floats load_floats(const float *p) { floats v; memcpy(v.lane, p, 64); return v; }
static floats load_halves(const uint8_t *p) { floats v; EACH v.lane[i] = dk_half(p + 2 * i); return v; }
static void store_floats(float *p, floats v) { memcpy(p, v.lane, 64); }

#else

#include <immintrin.h>

#define NAME(x) dk_vnni_##x
#define TARGET __attribute__((target("avx2,fma,f16c,avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")))

typedef __m512i ints;
typedef int32_t i16 __attribute__((vector_size(64)));
typedef __m512 floats;
#define OP TARGET static inline __attribute__((always_inline))

OP ints load_codes(const uint8_t *p) { return _mm512_loadu_si512(p); }
OP ints and_codes(ints v, int mask) { return _mm512_and_si512(v, _mm512_set1_epi8((char)mask)); }
#define shift_codes(v, n) _mm512_srli_epi16(v, n)
OP ints splat_ints(int32_t x) { return _mm512_set1_epi32(x); }
OP ints spread(const uint8_t *p)
{
    int32_t x;
    memcpy(&x, p, 4);
    return _mm512_set1_epi32(x);
}
OP ints dot(ints sum, ints w, ints a) { return _mm512_dpbusd_epi32(sum, w, a); }
OP ints add_ints(ints a, ints b) { return _mm512_add_epi32(a, b); }
OP ints sub_ints(ints a, ints b) { return _mm512_sub_epi32(a, b); }
OP ints mul_ints(ints a, int b) { return (ints)((i16)a * b); }
OP floats to_floats(ints v) { return _mm512_cvtepi32_ps(v); }
OP floats splat_floats(float x) { return _mm512_set1_ps(x); }
OP floats mul(floats a, floats b) { return _mm512_mul_ps(a, b); }
OP floats fma(floats a, floats b, floats c) { return _mm512_fmadd_ps(a, b, c); }
OP floats load_floats(const float *p) { return _mm512_loadu_ps(p); }
OP floats load_halves(const uint8_t *p) { return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)p)); }
OP void store_floats(float *p, floats v) { _mm512_storeu_ps(p, v); }

#endif

#include "dot.h"

#endif
