// SPDX-License-Identifier: Apache-2.0

// Ternary products by look-up tables of 16 bytes, as a template: included once per instruction set, with
//   NAME(x)            names of its functions, and TARGET their attribute
//   bytes, shorts      vectors of 16 bytes and of 8 times 16 bits
//   load_bytes(p)      16 bytes; and_bytes(v, mask), high_nibbles(v), same(v, w) = 255 where equal
//   look_up(table, i)  the bytes of a table at the indices i below 16
//   zip_low, zip_high  pairs (low byte, high byte) of the first and of the last 8 outputs, as 16 bits
//   add, sub, xor      of 16 bits; zero_shorts(); widen_add(int32 *, v) adds 8 sums to 8 integers
// A sum of products is two bytes, and so two look-ups; nothing is rounded.

#define INLINE TARGET static inline __attribute__((always_inline))

// Adds the sums that one vector of indices stands for.
INLINE void NAME(add_sums)(bytes index, const uint8_t *table, shorts *low, shorts *high)
{
    const bytes l = look_up(load_bytes(table), index), h = look_up(load_bytes(table + 16), index);
    *low = add(*low, zip_low(l, h));
    *high = add(*high, zip_high(l, h));
}

INLINE void NAME(add_signed_sums)(bytes index, bytes negative, const uint8_t *table, shorts *low, shorts *high)
{
    const bytes l = look_up(load_bytes(table), index), h = look_up(load_bytes(table + 16), index);
    const shorts sign_low = zip_low(negative, negative), sign_high = zip_high(negative, negative);
    *low = add(*low, sub(xor(zip_low(l, h), sign_low), sign_low));
    *high = add(*high, sub(xor(zip_high(l, h), sign_high), sign_high));
}

// Two inputs in 4 bits; `inputs` is a multiple of 4 and at most DK_TL1_RUN.
TARGET static void NAME(run_pairs)(int64_t inputs, const uint8_t *w, const uint8_t *tables, int32_t *sums)
{
    shorts low = zero_shorts(), high = low;
    for (int64_t i = 0; i < inputs / 4; i++, w += 16, tables += 64) {
        const bytes both = load_bytes(w);
        NAME(add_sums)(and_bytes(both, 15), tables, &low, &high);
        NAME(add_sums)(high_nibbles(both), tables + 32, &low, &high);
    }
    widen_add(sums, low);
    widen_add(sums + 8, high);
}

// Three inputs in 4 bits and a sign; `inputs` is a multiple of 24 and at most DK_TL2_RUN.
TARGET static void NAME(run_triples)(int64_t inputs, const uint8_t *w, const uint8_t *tables, int32_t *sums)
{
    shorts low = zero_shorts(), high = low;
    for (int64_t i = 0; i < inputs / 24; i++, w += 80, tables += 8 * 32) {
        const bytes signs = load_bytes(w + 64);
#pragma unroll
        for (int q = 0; q < 4; q++) {
            const bytes both = load_bytes(w + q * 16);
            const bytes first = same(and_bytes(signs, 1 << (2 * q)), splat_byte(1 << (2 * q)));
            const bytes second = same(and_bytes(signs, 2 << (2 * q)), splat_byte(2 << (2 * q)));
            NAME(add_signed_sums)(and_bytes(both, 15), first, tables + q * 64, &low, &high);
            NAME(add_signed_sums)(high_nibbles(both), second, tables + q * 64 + 32, &low, &high);
        }
    }
    widen_add(sums, low);
    widen_add(sums + 8, high);
}

void NAME(gemm_lut)(enum dk_lut kind, float scale, int64_t rows, int64_t panels, int64_t k, const uint8_t *a,
                    int64_t a_stride, const uint8_t *w, float *c, int64_t c_stride)
{
    dk_lut_rows(NAME(run_pairs), NAME(run_triples), kind, scale, rows, panels, k, a, a_stride, w, c, c_stride);
}

#undef INLINE
