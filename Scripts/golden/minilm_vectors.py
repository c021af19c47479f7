#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes golden tokens and sentence vectors of all-MiniLM-L6-v2.

Run in an environment with tokenizers, safetensors and numpy:  python3 minilm_vectors.py FOLDER OUT
FOLDER is what `droidagent model fetch minilm` prints. OUT is JSON lines {"text", "tokens", "vector"}; the tokens come from Hugging Face's
tokenizers, the vectors from the encoder below, in 64-bit floats. Lines without a vector hold tokens only.
"""
import json
import math
import random
import sys

import numpy as np
from safetensors.numpy import load_file
from tokenizers import Tokenizer
from tokenizer_vectors import ALPHABET, TEXTS

SENTENCES = [
    "Turn on Wi-Fi", "Enable wireless networking", "The cat sat on the mat.", "A recipe for pancakes with blueberries", "Wi-Fi ausschalten",
    "", "open the camera and take a photo", "Calendar event: dentist, Thursday 3 pm", "x " * 400, "Größe, façade, naïve: 你好 世界!",
]
erf = np.vectorize(math.erf)


def encode(w, tokens):
    def norm(x, name):
        x = x - x.mean(-1, keepdims=True)
        return x / np.sqrt((x * x).mean(-1, keepdims=True) + 1e-12) * w[name + ".weight"] + w[name + ".bias"]

    def linear(x, name):
        return x @ w[name + ".weight"].T + w[name + ".bias"]

    n = len(tokens)
    x = w["embeddings.word_embeddings.weight"][tokens] + w["embeddings.position_embeddings.weight"][:n] + w["embeddings.token_type_embeddings.weight"][0]
    x = norm(x, "embeddings.LayerNorm")
    for i in range(6):
        p = f"encoder.layer.{i}."
        q, k, v = (linear(x, p + "attention.self." + part).reshape(n, 12, 32).transpose(1, 0, 2) for part in ("query", "key", "value"))
        s = q @ k.transpose(0, 2, 1) / np.sqrt(32)
        s = np.exp(s - s.max(-1, keepdims=True))
        a = (s / s.sum(-1, keepdims=True) @ v).transpose(1, 0, 2).reshape(n, 384)
        x = norm(x + linear(a, p + "attention.output.dense"), p + "attention.output.LayerNorm")
        h = linear(x, p + "intermediate.dense")
        h = 0.5 * h * (1 + erf(h / np.sqrt(2)))
        x = norm(x + linear(h, p + "output.dense"), p + "output.LayerNorm")
    mean = x.mean(0)
    return mean / np.linalg.norm(mean)


def main(folder, path):
    tokenizer = Tokenizer.from_file(folder + "/tokenizer.json")
    tokenizer.no_padding()
    tokenizer.enable_truncation(256)
    w = {name: values.astype(np.float64) for name, values in load_file(folder + "/model.safetensors").items()}
    dice = random.Random(5)
    texts = [text for text in TEXTS if len(text) < 120 and "<|" not in text] + ["".join(dice.choice(ALPHABET) for _ in range(dice.randint(1, 30))) for _ in range(60)]
    texts += ["unaffable embeddings tokenization", "a" * 101 + " b", "don't stop-me now", "ŁÓDŹ İstanbul ǅ ﬁ ﬀ", "\u0130 \u01c5 \u1e9e", "[CLS"]
    with open(path, "w", encoding="utf-8") as out:
        for text in SENTENCES:
            tokens = tokenizer.encode(text).ids
            vector = [float(f"{x:.5g}") for x in encode(w, tokens)]
            json.dump({"text": text, "tokens": tokens, "vector": vector}, out, separators=(",", ":"))
            out.write("\n")
        for text in texts:
            json.dump({"text": text, "tokens": tokenizer.encode(text).ids}, out, separators=(",", ":"))
            out.write("\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
