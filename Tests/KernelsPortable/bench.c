// SPDX-License-Identifier: Apache-2.0

// The integer kernels alone: GOPS of one core by its own clock, and the share of what the multipliers of this processor
// give when they do nothing else. Prints one line per format and shape.
//   bench [ROWS [ISA]]

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "Kernels.h"

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

int main(int argc, char **argv)
{
    const int64_t rows = argc > 1 ? atoll(argv[1]) : 384;
    const struct { int64_t k, n; } shapes[] = {{576, 1536}, {1536, 576}, {2560, 2560}};
    const struct { const char *name; int type; } formats[] = {
        {"Q4_0", 2}, {"Q4_1", 3}, {"Q5_0", 6}, {"Q8_0", 8}, {"Q6_K", 14}, {"ternary", -1}, {"float", 0}};
    const struct dk_kernels *kernels = dk_kernels_for(argc > 2 ? (enum dk_isa)atoi(argv[2]) : dk_best_isa());
    printf("peak %.0f GOPS, with epilogue %.0f GOPS\n", dk_integer_peak(0), dk_integer_peak(1));
    for (int s = 0; s < 3; s++)
        for (int t = 0; t < (int)(sizeof formats / sizeof *formats); t++) {
            const int64_t k = shapes[s].k, panels = shapes[s].n / 16;
            const int type = formats[t].type;
            const struct dk_format *f = type < 0 ? dk_ternary_format() : dk_format_of(type);
            if (f && k % (type == 14 ? 256 : 32)) continue;
            const int64_t group = !f ? 0 : f->group ? f->group : k, a_stride = f ? dk_activation_bytes(k, group) : 0;
            const size_t bytes = (size_t)(f ? dk_panel_bytes(f, k) : k * 64) * (size_t)panels;
            uint8_t *w = aligned_alloc(64, bytes + 4096), *a = aligned_alloc(64, (size_t)(rows * a_stride + 64));
            float *x = aligned_alloc(64, (size_t)(rows * k) * 4), *c = aligned_alloc(64, (size_t)(rows * panels) * 64);
            memset(w, 0x3c, bytes);
            for (int64_t i = 0; i < rows * k; i++) x[i] = (float)(i % 13) - 6;
            double best = 1e9;
            for (int repeat = 0; repeat < 15; repeat++) {
                const double start = seconds();
                if (f)
                    kernels->quantize(rows, k, group, 0, k, x, k, a, a_stride);
                if (!f) kernels->gemm(rows, panels, k, x, k, (const float *)w, c, panels * 16);
                else if (type < 0) kernels->gemm_ternary(1, rows, panels, k, a, a_stride, w, c, panels * 16);
                else kernels->gemm_codes(f, rows, panels, k, a, a_stride, w, c, panels * 16);
                const double time = seconds() - start;
                best = time < best ? time : best;
            }
            printf("%-8s %4lld x %4lld, %3lld rows: %6.1f GOPS/core, %5.1f GB/s of weights\n", formats[t].name, (long long)k,
                   (long long)(panels * 16), (long long)rows, 2e-9 * (double)(rows * k * panels * 16) / best, 1e-9 * (double)bytes / best);
            free(w); free(a); free(x); free(c);
        }
    return 0;
}
