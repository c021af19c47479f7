#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes golden vectors for quantization by llama.cpp.

Run in an environment with llama-cpp-python==0.3.36:  python3 quantize_vectors.py OUT
Layout of OUT: "QTV1", u32 number of values, the values as f32, then for each format u32 type, u32 bytes, the blocks (little-endian).
"""
import ctypes
import glob
import os
import struct
import sys

import llama_cpp
import numpy as np

TYPES = [2, 3, 8, 12, 35]


def main(path):
    folder = os.path.join(os.path.dirname(llama_cpp.__file__), "lib")
    base = ctypes.CDLL(glob.glob(os.path.join(folder, "libggml-base.so*"))[0])
    base.ggml_quantize_chunk.restype = ctypes.c_size_t
    base.ggml_quantize_chunk.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p] + [ctypes.c_int64] * 3 + [ctypes.c_void_p]
    random = np.random.default_rng(11)
    rows = [random.normal(size=256) * s for s in (1, 0.02, 3e-6, 100)]
    rows += [random.standard_t(2, size=256) * 0.05 for _ in range(8)]
    rows += [np.zeros(256), np.ones(256), -np.ones(256) * 0.3, np.arange(256) / 255, random.integers(-1, 2, 256) * 0.7, abs(random.normal(size=256))]
    x = np.concatenate(rows).astype("<f4")
    out = bytearray(b"QTV1") + struct.pack("<I", x.size) + x.tobytes()
    for kind in TYPES:
        data = np.zeros(x.size * 2, dtype=np.uint8)
        size = base.ggml_quantize_chunk(kind, x.ctypes.data, data.ctypes.data, 0, x.size // 256, 256, None)
        out += struct.pack("<II", kind, size) + data[:size].tobytes()
    with open(path, "wb") as file:
        file.write(out)


if __name__ == "__main__":
    main(sys.argv[1])
