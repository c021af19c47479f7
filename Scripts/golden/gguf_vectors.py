#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes golden vectors for the dequantization of GGML block formats.

Run in an environment with the package `gguf`:  python3 gguf_vectors.py OUT
Layout of OUT: "DQV1", then for each format u32 type, u32 bytes, u32 values, the blocks, the values as f32 (little-endian).
"""
import struct
import sys

import numpy as np
from gguf import GGMLQuantizationType as T, GGML_QUANT_SIZES
from gguf.quants import dequantize

# Byte offsets of the half-precision scales in a block: random bits there could be infinities or no numbers.
HALVES = {
    T.Q4_0: [0], T.Q4_1: [0, 2], T.Q5_0: [0], T.Q5_1: [0, 2], T.Q8_0: [0], T.Q2_K: [80, 82], T.Q3_K: [108],
    T.Q4_K: [0, 2], T.Q5_K: [0, 2], T.Q6_K: [208], T.IQ4_NL: [0], T.IQ4_XS: [0], T.TQ1_0: [52], T.TQ2_0: [64],
}
SCALES = [0.0, -0.0, 1.0, -1.0, 6e-8, -3.1e-5, 6.1e-5, 65504.0, -0.0123, 0.3333, 2.5e-4, -7.77]


def main(path):
    random = np.random.default_rng(20231015)
    out = bytearray(b"DQV1")
    for kind in [T.F32, T.F16, T.BF16, T.MXFP4, *HALVES]:
        values, size = GGML_QUANT_SIZES[kind]
        blocks = 24 if values > 1 else 512
        raw = random.integers(0, 256, (blocks, size), dtype=np.uint8)
        for offset in HALVES.get(kind, []):
            for row in range(blocks):
                scale = SCALES[row % len(SCALES)] if row < len(SCALES) else random.normal()
                if offset and row < len(SCALES):
                    scale = SCALES[(row * 5 + 3) % len(SCALES)]
                raw[row, offset : offset + 2] = np.frombuffer(np.float16(scale).tobytes(), dtype=np.uint8)
        if kind == T.F32:
            raw = random.normal(size=blocks).astype("<f4").view(np.uint8).reshape(blocks, 4)
        if kind == T.F16:
            # All exponents, subnormals included, but no infinities and no numbers that are none.
            bits = random.integers(0, 0x7C00, blocks).astype("<u2") | (random.integers(0, 2, blocks) << 15).astype("<u2")
            raw = bits.astype("<u2").view(np.uint8).reshape(blocks, 2)
        if kind == T.BF16:
            raw = (random.normal(size=blocks).astype("<f4").view("<u4") >> 16).astype("<u2").view(np.uint8).reshape(blocks, 2)
        if kind == T.MXFP4:
            # All exponents below the one whose products overflow, subnormal ones and the reserved one too.
            raw[:, 0] = np.linspace(0, 250, blocks).astype(np.uint8)
            raw[:2, 0] = [0, 1]
        data = raw.view(np.float32) if kind == T.F32 else raw.view(np.float16) if kind == T.F16 else raw
        result = np.asarray(dequantize(data, kind), dtype="<f4").reshape(-1)
        assert np.isfinite(result).all(), kind
        out += struct.pack("<III", int(kind), raw.size, result.size) + raw.tobytes() + result.tobytes()
    with open(path, "wb") as file:
        file.write(out)


if __name__ == "__main__":
    main(sys.argv[1])
