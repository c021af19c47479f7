#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes what llama.cpp expects of a text with Gemma3-270M, dequantized to F32, longer than its sliding window.

Run in an environment with llama-cpp-python==0.3.36 and gguf:  python3 gemma_vectors.py GEMMA.gguf TEXT OUT
OUT is JSON lines {"position", "token", "logProb", "top"} as in perplexity.jsonl, for the positions that are a multiple of 4.
"""
import json
import os
import sys
import tempfile

import numpy as np
from llama_cpp import Llama

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "compare"))
from perplexity import write_f32  # noqa: E402

COUNT = 700


def main(model, text, path):
    file = os.path.join(tempfile.mkdtemp(), "f32.gguf")
    write_f32(model, file)
    llama = Llama(file, n_ctx=COUNT + 4, n_batch=COUNT + 4, n_ubatch=COUNT + 4, logits_all=True, verbose=False, n_threads=2, type_k=0, type_v=0)
    with open(text, "rb") as content:
        tokens = llama.tokenize(content.read(), add_bos=True, special=False)[:COUNT]
    llama.eval(tokens)
    with open(path, "w", encoding="utf-8") as out:
        for position in range(4, COUNT, 4):
            logits = llama.scores[position - 1].astype(np.float64)
            log_prob = logits[tokens[position]] - logits.max() - np.log(np.exp(logits - logits.max()).sum())
            row = {"position": position, "token": tokens[position], "logProb": round(float(log_prob), 5), "top": int(logits.argmax())}
            out.write(json.dumps(row) + "\n")
    os.unlink(file)


if __name__ == "__main__":
    main(*sys.argv[1:])
