// SPDX-License-Identifier: Apache-2.0

// Holds every set of kernels that this machine can run to the bits of the plain ones, without Swift, so that it also runs
// for another processor under an emulator. Prints a digest of the plain results: it has to be the same everywhere.
// Exit status 1 when a bit differs.

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "Kernels.h"

#if defined(DROID_EMULATED)
#include "integer.h"
#endif

// The kernels of a set, if this program can run them. Built with DROID_EMULATED, the VNNI set is
// the one whose vectors are plain arrays where the processor has none.
static const struct dk_kernels *kernels_of(enum dk_isa isa)
{
#if defined(DROID_EMULATED)
    static struct dk_kernels emulated;
    emulated = *dk_kernels_for(DK_SCALAR);
    emulated.isa = DK_VNNI;
    emulated.gemm_codes = dk_emulated_gemm_codes;
    emulated.gemm_ternary = dk_emulated_gemm_ternary;
    if (isa == DK_VNNI && dk_kernels_for(isa)->isa != DK_VNNI) return &emulated;
#endif
    return dk_kernels_for(isa);
}

static uint64_t state = 1;
static uint64_t next(void)
{
    uint64_t z = state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static float number(void) { return ((float)(next() >> 40) / 8388608.0f - 1.0f) * (next() % 16 ? 1.0f : 30.0f); }

static uint64_t digest = 14695981039346656037u;
static void note(const void *data, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) digest = (digest ^ ((const uint8_t *)data)[i]) * 1099511628211u;
}

static int failures;
static void check(const char *what, const void *a, const void *b, size_t bytes)
{
    if (memcmp(a, b, bytes) == 0) return;
    size_t i = 0;
    while (((const uint8_t *)a)[i] == ((const uint8_t *)b)[i]) i++;
    fprintf(stderr, "%s differs at byte %zu of %zu\n", what, i, bytes);
    failures++;
}

static void *room(size_t bytes)
{
    void *p = aligned_alloc(64, (bytes + 127) / 64 * 64);
    if (!p) exit(2);
    memset(p, 0, (bytes + 127) / 64 * 64);
    return p;
}

static const int types[] = {2, 3, 6, 7, 8, 10, 11, 12, 13, 14, 34, 35};
static const char *names[] = {"Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K", "TQ1_0", "TQ2_0"};

// Blocks of random bits, with finite and small scales.
static void fill(int type, uint8_t *rows, int64_t bytes)
{
    static const struct { int type, at[2]; } scales[] = {{2, {0, -1}}, {3, {0, 2}}, {6, {0, -1}}, {7, {0, 2}}, {8, {0, -1}},
        {10, {80, 82}}, {11, {108, -1}}, {12, {0, 2}}, {13, {0, 2}}, {14, {208, -1}},
        {34, {52, -1}}, {35, {64, -1}}};
    for (int64_t i = 0; i < bytes; i++) rows[i] = (uint8_t)next();
    const int64_t block = dk_block_bytes(type);
    for (size_t s = 0; s < sizeof scales / sizeof *scales; s++)
        if (scales[s].type == type)
            for (int64_t b = 0; b < bytes; b += block)
                for (int i = 0; i < 2; i++)
                    if (scales[s].at[i] >= 0) rows[b + scales[s].at[i] + 1] = (uint8_t)((next() & 0x83) | 0x1c);
}

static void one_format(const struct dk_kernels *fast, int index, int64_t rows, int64_t outputs, int64_t k)
{
    const int type = types[index];
    const struct dk_format *f = dk_format_of(type);
    const int64_t row_bytes = k / dk_block_values(type) * dk_block_bytes(type), panels = (outputs + 15) / 16;
    const int64_t panel = dk_panel_bytes(f, k), a_stride = dk_activation_bytes(k, f->group), c_stride = panels * 16 + 5;
    uint8_t *source = room((size_t)(outputs * row_bytes)), *packed = room((size_t)(panels * panel));
    fill(type, source, outputs * row_bytes);
    for (int64_t p = 0; p < panels; p++) {
        const int64_t count = outputs - p * 16 < 16 ? outputs - p * 16 : 16;
        if (!dk_pack_codes(type, source + p * 16 * row_bytes, row_bytes, count, k, packed + p * panel)) failures++;
    }
    float *x = room((size_t)(rows * k) * 4), *expected = room((size_t)(rows * c_stride) * 4), *found = room((size_t)(rows * c_stride) * 4);
    uint8_t *a = room((size_t)(rows * a_stride)), *b = room((size_t)(rows * a_stride));
    for (int64_t i = 0; i < rows * k; i++) x[i] = number();
    for (int64_t r = 0; r < rows; r++) {
        dk_kernels_for(DK_SCALAR)->quantize(1, k, f->group, 0, k, x + r * k, k, a + r * a_stride, a_stride);
    }
    fast->quantize(rows, k, f->group, 0, k, x, k, b, a_stride);
    check("quantize", a, b, (size_t)(rows * a_stride));
    // Column by column the same.
    memset(b, 0, (size_t)(rows * a_stride));
    for (int64_t column = 0; column < k; column += 32) fast->quantize(rows, k, f->group, column, 32, x + column, k, b, a_stride);
    check("quantize columns", a, b, (size_t)(rows * a_stride));
    dk_kernels_for(DK_SCALAR)->gemm_codes(f, rows, panels, k, a, a_stride, packed, expected, c_stride);
    fast->gemm_codes(f, rows, panels, k, a, a_stride, packed, found, c_stride);
    char what[96];
    snprintf(what, sizeof what, "isa %d: %s, %d rows, %d outputs, depth %d", fast->isa, names[index], (int)rows, (int)outputs, (int)k);
    check(what, expected, found, (size_t)(rows * c_stride) * 4);
    note(expected, (size_t)(rows * c_stride) * 4);
    // A row alone has the bits that it has in company.
    fast->gemm_codes(f, 1, panels, k, a + (rows - 1) * a_stride, a_stride, packed, found, c_stride);
    check(what, expected + (rows - 1) * c_stride, found, (size_t)(panels * 16) * 4);
    // The weights are those of the type.
    float *row = room((size_t)k * 4), *right = room((size_t)k * 4);
    for (int64_t o = 0; o < outputs; o += 7) {
        dk_unpack_output(f, packed + o / 16 * panel, k, o % 16, row);
        dk_dequantize(type, source + o * row_bytes, k / dk_block_values(type), right);
        check("unpacked weights", row, right, (size_t)k * 4);
    }
    free(source); free(packed); free(x); free(expected); free(found); free(a); free(b); free(row); free(right);
}

static void ternary(const struct dk_kernels *fast, int64_t rows, int64_t outputs, int64_t k)
{
    const int64_t panels = (outputs + 15) / 16, panel = dk_panel_bytes(dk_ternary_format(), k);
    const int64_t a_stride = dk_activation_bytes(k, k), c_stride = panels * 16;
    int8_t *weights = room((size_t)(outputs * k));
    uint8_t *packed = room((size_t)(panels * panel)), *a = room((size_t)(rows * a_stride)), *b = room((size_t)(rows * a_stride));
    float *x = room((size_t)(rows * k) * 4), *expected = room((size_t)(rows * c_stride) * 4), *found = room((size_t)(rows * c_stride) * 4);
    for (int64_t i = 0; i < outputs * k; i++) weights[i] = (int8_t)(next() % 3) - 1;
    for (int64_t i = 0; i < rows * k; i++) x[i] = i % 97 ? 1.0f : number();
    for (int64_t p = 0; p < panels; p++)
        dk_pack_ternary(weights + p * 16 * k, k, outputs - p * 16 < 16 ? outputs - p * 16 : 16, k, packed + p * panel);
    for (int64_t r = 0; r < rows; r++) {
        dk_kernels_for(DK_SCALAR)->quantize(1, k, k, 0, k, x + r * k, k, a + r * a_stride, a_stride);
    }
    fast->quantize(rows, k, k, 0, k, x, k, b, a_stride);
    check("quantize whole rows", a, b, (size_t)(rows * a_stride));
    dk_kernels_for(DK_SCALAR)->gemm_ternary(0.037f, rows, panels, k, a, a_stride, packed, expected, c_stride);
    fast->gemm_ternary(0.037f, rows, panels, k, a, a_stride, packed, found, c_stride);
    char what[96];
    snprintf(what, sizeof what, "isa %d: ternary, %d rows, %d outputs, depth %d", fast->isa, (int)rows, (int)outputs, (int)k);
    check(what, expected, found, (size_t)(rows * c_stride) * 4);
    note(expected, (size_t)(rows * c_stride) * 4);
    // And are the integers, one product at a time.
    for (int64_t r = 0; r < rows; r++)
        for (int64_t o = 0; o < outputs; o++) {
            int64_t sum = 0;
            for (int64_t i = 0; i < k; i++) sum += weights[o * k + i] * ((int8_t *)a)[r * a_stride + i];
            const float right = (float)sum * (*(float *)(a + r * a_stride + k) * 0.037f);
            check("ternary sums", &right, expected + r * c_stride + o, 4);
        }
    // Tables give the same bits as products, and so does a panel that went through five weights in a byte.
    for (int kind = DK_TL1; kind <= DK_TL2; kind++) {
        const int64_t lut_panel = dk_lut_panel_bytes((enum dk_lut)kind, k);
        uint8_t *tables = room((size_t)(panels * lut_panel));
        for (int64_t p = 0; p < panels; p++)
            dk_pack_lut((enum dk_lut)kind, weights + p * 16 * k, k, outputs - p * 16 < 16 ? outputs - p * 16 : 16, k, tables + p * lut_panel);
        for (int set = 0; set < 2; set++) {
            memset(found, 1, (size_t)(rows * c_stride) * 4);
            (set ? fast : dk_kernels_for(DK_SCALAR))->gemm_lut((enum dk_lut)kind, 0.037f, rows, panels, k, a, a_stride, tables, found, c_stride);
            snprintf(what, sizeof what, "isa %d: TL%d, %d rows, %d outputs, depth %d", set ? (int)fast->isa : 0, kind, (int)rows, (int)outputs, (int)k);
            check(what, expected, found, (size_t)(rows * c_stride) * 4);
        }
        free(tables);
    }
    uint8_t *folded = room((size_t)dk_folded_bytes(k)), *again = room((size_t)panel);
    for (int64_t p = 0; p < panels; p++) {
        dk_fold_ternary(packed + p * panel, k, folded);
        note(folded, (size_t)dk_folded_bytes(k));
        dk_unfold_ternary(folded, k, again);
        check("five weights in a byte", packed + p * panel, again, (size_t)panel);
    }
    free(folded); free(again);
    free(weights); free(packed); free(a); free(b); free(x); free(expected); free(found);
}

// Attention over tiles of words, of rows that see different parts of them.
static void words(const struct dk_kernels *fast, int64_t rows, int64_t head)
{
    enum { TILES = 3 };
    const struct dk_kernels *plain = dk_kernels_for(DK_SCALAR);
    const size_t bytes = (size_t)dk_words_bytes(head), values = (size_t)(rows * head) * 4;
    uint8_t *tiles[2][TILES];
    const float *addresses[2][TILES];
    for (int t = 0; t < TILES; t++) {
        for (int set = 0; set < 2; set++) addresses[set][t] = (const float *)(tiles[set][t] = room(bytes));
        for (int64_t slot = 0; slot < DK_TILE; slot++) {
            float row[512];
            for (int64_t d = 0; d < 2 * head; d++) row[d] = number();
            plain->store_words(head, slot, row, row + head, tiles[0][t]);
            fast->store_words(head, slot, row, row + head, tiles[1][t]);
        }
        check("words of a tile", tiles[0][t], tiles[1][t], bytes);
        note(tiles[0][t], bytes);
    }
    float *q = room(values), *o[2], *top[2], *sum[2];
    int32_t *hidden = room((size_t)rows * 4), *visible = room((size_t)rows * 4);
    for (int64_t i = 0; i < rows * head; i++) q[i] = number() * 0.1f;
    for (int64_t r = 0; r < rows; r++) {
        visible[r] = (int32_t)(100 + r * 92 / rows);
        hidden[r] = (int32_t)(r * 37 % 99);
    }
    for (int windows = 0; windows < 2; windows++) {
        for (int set = 0; set < 2; set++) {
            o[set] = room(values), top[set] = room((size_t)rows * 4), sum[set] = room((size_t)rows * 4);
            for (int64_t r = 0; r < rows; r++) top[set][r] = -INFINITY;
            (set ? fast : plain)->attend_words(rows, head, q, windows ? hidden : 0, visible, TILES, addresses[set], 0, top[set], sum[set], o[set]);
        }
        check("attention over words", o[0], o[1], values);
        check("tops over words", top[0], top[1], (size_t)rows * 4);
        check("sums over words", sum[0], sum[1], (size_t)rows * 4);
        note(o[0], values);
        for (int set = 0; set < 2; set++) free(o[set]), free(top[set]), free(sum[set]);
    }
    for (int t = 0; t < TILES; t++) free(tiles[0][t]), free(tiles[1][t]);
    free(q); free(hidden); free(visible);
}

// The panels of ternary blocks hold the weights that the type expands to, divided by their scale.
static void ternary_blocks(int type, int64_t outputs, int64_t k)
{
    const int64_t values = dk_block_values(type), bytes = dk_block_bytes(type), row_bytes = k / values * bytes;
    uint8_t *source = room((size_t)(outputs * row_bytes)), *panel = room((size_t)dk_panel_bytes(dk_ternary_format(), k));
    float *row = room((size_t)k * 4), *right = room((size_t)k * 4), scale = -1;
    for (int64_t i = 0; i < outputs * row_bytes; i++) {
        source[i] = (uint8_t)next();
        // TQ1_0 takes any byte; the others must not hold the fourth code.
        if (type != 34) source[i] &= (uint8_t)~(source[i] >> 1 & 0x55);
    }
    for (int64_t b = 0; type != 36 && b < outputs * row_bytes; b += bytes) {
        source[b + bytes - 2] = 0;
        source[b + bytes - 1] = b / bytes % 5 == 2 ? 0 : 0x34;  // 0.25, and blocks of zeros among them
    }
    const float expected = type == 36 ? 1 : 0.25f;
    if (!dk_ternary_scale(type, source, outputs * row_bytes / bytes, &scale) || scale != expected) failures++, fprintf(stderr, "type %d: scale %g\n", type, (double)scale);
    if (!dk_pack_ternary_blocks(type, source, row_bytes, outputs, k, panel)) failures++;
    note(panel, (size_t)dk_panel_bytes(dk_ternary_format(), k));
    for (int64_t o = 0; o < 16; o++) {
        dk_unpack_output(dk_ternary_format(), panel, k, o, row);
        for (int64_t i = 0; i < k; i++) row[i] = row[i] * scale + 0.0f;
        if (o < outputs) dk_dequantize(type, source + o * row_bytes, k / values, right);
        for (int64_t i = 0; i < k; i++) right[i] = o < outputs ? right[i] + 0.0f : 0;
        check("ternary blocks", right, row, (size_t)k * 4);
    }
    // One block of another scale, or a fourth code.
    if (type != 36) {
        source[bytes - 1] = 0x38;
        if (dk_ternary_scale(type, source, outputs * row_bytes / bytes, &scale)) failures++, fprintf(stderr, "type %d: two scales\n", type);
        source[bytes - 1] = 0x34;
    }
    source[5] |= 3;
    if (dk_ternary_scale(type, source, outputs * row_bytes / bytes, &scale) != (type == 34)) failures++, fprintf(stderr, "type %d: a fourth code\n", type);
    free(source); free(panel); free(row); free(right);
}

static void odd_numbers(const struct dk_kernels *fast)
{
    float x[64] = {0};
    uint8_t a[192] = {0}, b[192] = {0};
    const float odd[] = {0.0f, -0.0f, 1e-38f, 1e-42f, 3e38f, INFINITY, NAN, -1e-30f, 1.0f, 0.5f, 2.5f / 127, 127.0f};
    for (size_t first = 0; first < sizeof odd / sizeof *odd; first++) {
        for (int i = 0; i < 64; i++) x[i] = i % 5 ? number() * (first % 2 ? 1.0f : 0.0f) : odd[(first + (size_t)i / 32) % (sizeof odd / sizeof *odd)];
        dk_kernels_for(DK_SCALAR)->quantize(1, 64, 32, 0, 64, x, 64, a, 128);
        fast->quantize(1, 64, 32, 0, 64, x, 64, b, 128);
        check("quantized odd numbers", a, b, 64);
        for (int i = 64; i < 64 + 24; i += 4) {
            float p, q;
            memcpy(&p, a + i, 4);
            memcpy(&q, b + i, 4);
            if (i < 80 && (isnan(p) || isnan(q)) ? isnan(p) != isnan(q) : memcmp(a + i, b + i, 4) != 0) check("odd scales", a + i, b + i, 4);
        }
    }
}

static void floats(const struct dk_kernels *fast)
{
    const struct dk_kernels *plain = dk_kernels_for(DK_SCALAR);
    float a[13 * 70], w[3 * 16 * 70], expected[13 * 48], found[13 * 48];
    for (size_t i = 0; i < sizeof a / 4; i++) a[i] = number();
    for (size_t i = 0; i < sizeof w / 4; i++) w[i] = number();
    plain->gemm(13, 3, 70, a, 70, w, expected, 48);
    fast->gemm(13, 3, 70, a, 70, w, found, 48);
    check("float products", expected, found, sizeof found);
    note(expected, sizeof expected);
    plain->rms_norm(500, a, w, 1e-5f, expected);
    fast->rms_norm(500, a, w, 1e-5f, found);
    check("norm", expected, found, sizeof found);
    plain->swiglu(500, a, w, expected);
    fast->swiglu(500, a, w, found);
    check("swiglu", expected, found, sizeof found);
    note(expected, sizeof expected);
}

int main(void)
{
    static const int64_t rows[] = {1, 2, 3, 5, 6, 7, 12, 13, 31}, outputs[] = {16, 1, 40, 33, 64};
    int sets = 0;
    for (int isa = DK_AVX2; isa <= DK_LAST_ISA; isa++) {
        const struct dk_kernels *fast = kernels_of((enum dk_isa)isa);
        if (fast->isa != (enum dk_isa)isa) continue;
        sets++;
        state = 1;
        digest = 14695981039346656037u;
        for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
            for (int t = 0; t < (int)(sizeof types / sizeof *types); t++) {
                one_format(fast, t, rows[r], outputs[(r + (size_t)t) % 5], 256);
                one_format(fast, t, rows[r], outputs[(r + (size_t)t + 1) % 5], dk_block_values(types[t]) == 32 ? 800 : 1024);
            }
            ternary(fast, rows[r], outputs[r % 5], r % 2 ? 272 : 1040);
        }
        one_format(fast, 1, 331, 20, 864);
        ternary(fast, 100, 20, 512);
        for (int type = 34; type <= 36; type++) ternary_blocks(type, 16, 512), ternary_blocks(type, 3, 1280);
        odd_numbers(fast);
        floats(fast);
        for (int64_t head = 16; head <= 256; head *= 2) words(fast, 23, head);
        words(fast, 1, 64);
        printf("isa %d: digest %016llx\n", isa, (unsigned long long)digest);
    }
    if (sets == 0) printf("this processor has no vector kernels\n");
    if (failures) fprintf(stderr, "%d differences\n", failures);
    return failures ? 1 : 0;
}
