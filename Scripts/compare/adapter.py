#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A LoRA adapter in llama.cpp against ours: logits on the model as F32, divergence on the model as it is.

Run in an environment with llama-cpp-python==0.3.36 and gguf:

    python3 adapter.py MODEL ADAPTER TEXT FOLDER

FOLDER holds float.f32 and integer.f32, the logits that `droidagent model perplexity --logits` wrote in either precision over the first 1,024
tokens of TEXT in windows of 512. Exit status 1 when a floor is missed.
"""
import os
import sys

import numpy as np
from llama_cpp import Llama

from perplexity import write_f32

WINDOW, TOKENS = 512, 1024


def logits(model, adapter, text):
    llama = Llama(model, lora_path=adapter, n_ctx=WINDOW, n_batch=WINDOW, logits_all=True, verbose=False, n_threads=2)
    with open(text, "rb") as file:
        tokens = llama.tokenize(file.read(), add_bos=False, special=False)[:TOKENS]
    rows = []
    for start in range(0, len(tokens), WINDOW):
        llama.reset()
        window = tokens[start : start + WINDOW]
        llama.eval(window)
        rows.append(np.array(llama.scores[: len(window)], dtype=np.float32))
    return np.concatenate(rows)


def log_softmax(x):
    x = x.astype(np.float64)
    x = x - x.max(axis=1, keepdims=True)
    return x - np.log(np.exp(x).sum(axis=1, keepdims=True))


def divergence(p, q):
    p, q = log_softmax(p), log_softmax(q)
    return float((np.exp(p) * (p - q)).sum(axis=1).mean())


def main():
    model, adapter, text, folder = sys.argv[1:5]
    f32 = os.path.join(folder, "f32.gguf")
    write_f32(model, f32)
    missed = False

    def row(name, value, floor):
        nonlocal missed
        missed |= not value <= floor
        print(f"{name:<42} {value:.6f}   floor {floor}")

    theirs = logits(f32, adapter, text)
    ours = np.fromfile(os.path.join(folder, "float.f32"), dtype="<f4").reshape(theirs.shape)
    row("adapter.f32.greatest_difference_of_logits", float(np.abs(theirs - ours).max()), 1e-2)
    row("adapter.f32.divergence", divergence(theirs, ours), 1e-4)
    plain = logits(f32, None, text)
    print(f"{'adapter.f32.change_by_the_adapter':<42} {float(np.abs(theirs - plain).max()):.3f}")
    whole = logits(model, adapter, text)
    integer = np.fromfile(os.path.join(folder, "integer.f32"), dtype="<f4").reshape(whole.shape)
    row("adapter.shipped.divergence", divergence(whole, integer), 8e-3)
    print(f"{'adapter.shipped.divergence_of_llama.cpp':<42} {divergence(theirs, whole):.6f}   from its own F32")
    print(f"{'adapter.shipped.divergence_of_ours':<42} {divergence(ours, integer):.6f}   from our own floats")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
