#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes golden tokenizations by llama.cpp for kinds of tokenizers of which no file is at hand, with made-up vocabularies.

Run in an environment with llama-cpp-python==0.3.36 and gguf:  python3 tokenizer_families.py OUT [GEMMA.gguf]
OUT is JSON lines: {"name", "model", "pre", "tokens", "kinds", "scores", "merges", "addSpace"} opens a vocabulary (that of GEMMA.gguf has its
name only); {"text", "special", "tokens"} are tokenizations by it; {"first", "sha256"} as in tokenizer_vectors.py, but only over
what Unicode 14 assigns. tokenizer_vectors.py must be beside it.
"""
import hashlib
import json
import os
import random
import struct
import sys
import tempfile
import unicodedata

import gguf
from llama_cpp import Llama
from tokenizer_vectors import ALPHABET, TEXTS

MORE = ["I'LL we'Ve they'D it'S 'Tis", "x\r\n\r\n  y\n\n\n", " \n  \n a", "a\n b", "123456 12 1234", "foo(bar);\n\n\n  baz", "!!!\n\nabc", " ...\r\n", "\t\tif a:\n\t\t\tb", "'\u017f x", "a'\u212a"]


def byte_alphabet():
    keep = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = iter(range(256, 512))
    return {b: chr(b if b in keep else next(others)) for b in range(256)}


def pairs(pre):
    """All bytes, and merges of pairs and of pairs of pairs, so that nearly every boundary between words shows."""
    dice = random.Random(pre)
    letters = byte_alphabet()
    chosen = [letters[b] for b in b"abest'SRl \n\r\t129.!(-" + bytes([0xC3, 0xA9, 0xCC, 0x81])]
    merges = [(a, b) for a in chosen for b in chosen]
    dice.shuffle(merges)
    fours = [(a + b, c + d) for a, b in merges[:40] for c, d in merges[40:44]]
    tokens = list(letters.values())
    for a, b in merges + fours:
        if a + b not in tokens:
            tokens.append(a + b)
    # A word that no merges lead to: taken whole by the families that look words up first.
    tokens += ["best" + "test", "<|end|>"]
    kinds = [1] * (len(tokens) - 1) + [3]
    return dict(name=pre, model="gpt2", pre=pre, tokens=tokens, kinds=kinds, scores=[], merges=[f"{a} {b}" for a, b in merges + fours], addSpace=False)


def pieces(space):
    dice = random.Random(3)
    tokens, kinds = ["<unk>", "<s>", "</s>"] + [f"<0x{b:02X}>" for b in range(256)], [2, 3, 3] + [6] * 256
    scores = [0.0] * 259
    words = ["\u2581", *"abcdehilnorstuvwxyzHTW,.!?0123", "é", "ü", "語", "你", "好", "\n", "\u2581\u2581", "\u2581\u2581\u2581\u2581", "\t"]
    words += [a + b for a in ["\u2581", "h", "t", "o", "e", "l", "a", "r", "n"] for b in "heloatrnwsd" if a + b != "\u2581\u2581"]
    words += ["hel", "hell", "hello", "\u2581hello", "wor", "world", "\u2581world", "the", "\u2581the", "\u2581th", "tr", "tra", "ell", "ello", "Hello", "\u2581He", "llo"]
    for word in dict.fromkeys(words):
        tokens.append(word)
        kinds.append(1)
        scores.append(-float(dice.randint(1, 60)))
    for word in ["\n\n", "<tool>", "\u2581\u2581\u2581", "<start_of_turn>"]:
        tokens.append(word)
        kinds.append(4)
        scores.append(-1000.0)
    return dict(name="spm-space" if space else "spm", model="llama", pre="default", tokens=tokens, kinds=kinds, scores=scores, merges=[], addSpace=space)


def write(vocabulary, path):
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_block_count(1)
    writer.add_context_length(64)
    writer.add_embedding_length(16)
    writer.add_feed_forward_length(16)
    writer.add_head_count(1)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(len(vocabulary["tokens"]))
    writer.add_tokenizer_model(vocabulary["model"])
    writer.add_tokenizer_pre(vocabulary["pre"])
    writer.add_token_list(vocabulary["tokens"])
    writer.add_token_types(vocabulary["kinds"])
    if vocabulary["scores"]:
        writer.add_token_scores(vocabulary["scores"])
        writer.add_add_space_prefix(vocabulary["addSpace"])
    else:
        writer.add_token_merges(vocabulary["merges"])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main(path, gemma=None):
    assert unicodedata.unidata_version.startswith("14."), "run it with Python 3.11"
    with open(path, "w", encoding="utf-8") as out:
        def put(row):
            json.dump(row, out, ensure_ascii=True, separators=(",", ":"))
            out.write("\n")

        def record(llama, texts, specials, digests):
            def tokens(text, special):
                return llama.tokenize(text.encode("utf-8"), add_bos=False, special=special)

            for text in texts:
                for special in (False, True) if "<" in text else (False,):
                    put({"text": text, "special": special, "tokens": tokens(text, special)})
            for first in digests:
                digest = hashlib.sha256()
                for code in range(first, first + 4096):
                    c = chr(code)
                    # What is not assigned in Unicode 14 differs with the age of the tables.
                    if unicodedata.category(c) in ("Cs", "Cn"):
                        continue
                    result = tokens(f"a{c}b{c} {c}{c}\n", False)
                    digest.update(struct.pack(f"<i{len(result)}i", len(result), *result))
                put({"first": first, "sha256": digest.hexdigest()})

        short = [text for text in TEXTS + MORE if len(text) < 120]
        for vocabulary in [pairs("qwen2"), pairs("llama-bpe"), pieces(True), pieces(False)]:
            put(vocabulary)
            file = os.path.join(tempfile.mkdtemp(), "vocabulary.gguf")
            write(vocabulary, file)
            dice = random.Random(vocabulary["name"])
            alphabet = ALPHABET + (["best", "test", "hello", "\n\n", "<tool>", "the", "\u2581"] if vocabulary["scores"] else ["best", "test", "'S", "\r\n", "!\n"])
            texts = short + ["".join(dice.choice(alphabet) for _ in range(dice.randint(1, 25))) for _ in range(120)]
            record(Llama(file, vocab_only=True, verbose=False), texts, True, range(0, 0x40000, 4096) if vocabulary["merges"] else range(0, 0x3000, 4096))
        if gemma:
            put({"name": "gemma"})
            dice = random.Random(12)
            texts = TEXTS + MORE + ["<start_of_turn>user\nHi<end_of_turn>\n", "<bos>x<eos><unused7>", "        indented\n\n\n\n\t\t\ttabs"]
            texts += ["".join(dice.choice(ALPHABET) for _ in range(dice.randint(1, 40))) for _ in range(150)]
            record(Llama(gemma, vocab_only=True, verbose=False), texts, True, [0, 0x4000, 0x1F000])


if __name__ == "__main__":
    main(*sys.argv[1:])
