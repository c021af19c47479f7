#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes golden logits of tiny models with random weights, one of each architecture.

Run in an environment with llama-cpp-python==0.3.36 and gguf:  python3 model_vectors.py OUT
OUT is JSON lines {"architecture", "variant", "position", "logits"}. The logits come from llama.cpp on 32-bit floats with a 32-bit KV
cache; those of bitnet-b1.58, which llama.cpp does not know, from the plain transformer below, which is held to llama.cpp's on bitnet
first. The tests make the same weights from the same seeds (SplitMix64, Tests/InferenceTests/SyntheticModel.swift).
"""
import ctypes
import json
import os
import sys
import tempfile

import gguf
import llama_cpp
import numpy as np

VOCABULARY = 269
TOKENS = [(i * 37 + 11) % VOCABULARY for i in range(100)]
POSITIONS = [5, 50, 99]
GOLDEN = np.uint64(0x9E3779B97F4A7C15)

BASE = dict(width=64, ff=96, heads=4, kv=2, head=16, blocks=2, window=0, tied=True, bias=False, head_norms=False, post=False, sub=False,
            halves=True, scale_embedding=False, base=10000.0, linear=0.0, scale=False, cap=0.0)
MODELS = {
    ("llama", "plain"): dict(halves=False),
    ("llama", "untied-linear-bias"): dict(halves=False, tied=False, linear=4.0, bias=True),
    ("qwen2", "plain"): dict(bias=True, base=1e6),
    ("qwen3", "plain"): dict(head_norms=True, head=32, base=1e6, tied=False),
    ("gemma3", "windows"): dict(head_norms=True, head=32, kv=1, post=True, scale_embedding=True, blocks=7, window=24, base=1e6),
    ("gemma3", "capped"): dict(head_norms=True, head=32, kv=1, post=True, scale_embedding=True, blocks=2, base=1e6, cap=5.0),
    ("bitnet", "scaled"): dict(sub=True, scale=True),
    ("bitnet-b1.58", "scaled"): dict(sub=True, scale=True),
}


def numbers(name, count):
    """SplitMix64 seeded with 1 and a name, as SeededRandom(seed: 1, name:) does; 24 bits of each number."""
    value = 0xCBF29CE484222325
    for byte in name.encode():
        value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    state = np.uint64((1 * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF) ^ value)
    with np.errstate(over="ignore"):
        z = state + GOLDEN * np.arange(1, count + 1, dtype=np.uint64)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(40)).astype(np.float32) * np.float32(2.0**-24)


def tensors(m):
    heads, kv = m["heads"] * m["head"], m["kv"] * m["head"]
    shapes = [("token_embd.weight", (VOCABULARY, m["width"])), ("output_norm.weight", (m["width"],))]
    if not m["tied"]:
        shapes.append(("output.weight", (VOCABULARY, m["width"])))
    for b in range(m["blocks"]):
        parts = [("attn_norm.weight", (m["width"],)), ("ffn_norm.weight", (m["width"],))]
        linear = [("attn_q", heads, m["width"]), ("attn_k", kv, m["width"]), ("attn_v", kv, m["width"]),
                  ("attn_output", m["width"], heads), ("ffn_gate", m["ff"], m["width"]), ("ffn_up", m["ff"], m["width"]),
                  ("ffn_down", m["width"], m["ff"])]
        for name, out, into in linear:
            parts.append((name + ".weight", (out, into)))
            if m["bias"] and name in ("attn_q", "attn_k", "attn_v"):
                parts.append((name + ".bias", (out,)))
            if m["scale"]:
                parts.append((name + ".scale", (1,)))
        if m["head_norms"]:
            parts += [("attn_q_norm.weight", (m["head"],)), ("attn_k_norm.weight", (m["head"],))]
        if m["post"]:
            parts += [("post_attention_norm.weight", (m["width"],)), ("post_ffw_norm.weight", (m["width"],))]
        if m["sub"]:
            parts += [("attn_sub_norm.weight", (heads,)), ("ffn_sub_norm.weight", (m["ff"],))]
        shapes += [(f"blk.{b}.{name}", shape) for name, shape in parts]
    out = {}
    for name, shape in shapes:
        values = numbers(name, int(np.prod(shape)))
        if len(shape) == 2:
            values = (values * np.float32(2) - np.float32(1)) * np.float32(np.float32(2) / np.sqrt(np.float32(shape[1])))
        else:
            values = values + np.float32(0.5)
        out[name] = values.astype(np.float32).reshape(shape)
    return out


def write(path, architecture, m, weights):
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_block_count(m["blocks"])
    writer.add_context_length(512)
    writer.add_embedding_length(m["width"])
    writer.add_feed_forward_length(m["ff"])
    writer.add_head_count(m["heads"])
    writer.add_head_count_kv(m["kv"])
    writer.add_key_length(m["head"])
    writer.add_value_length(m["head"])
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_freq_base(m["base"])
    writer.add_rope_dimension_count(m["head"])
    writer.add_vocab_size(VOCABULARY)
    if m["linear"]:
        writer.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
        writer.add_rope_scaling_factor(m["linear"])
    if m["window"]:
        writer.add_sliding_window(m["window"])
    if m["cap"]:
        writer.add_final_logit_softcapping(m["cap"])
    writer.add_tokenizer_model("no_vocab")
    for name, values in weights.items():
        writer.add_tensor(name, values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def by_llama(path):
    L = llama_cpp
    L.llama_backend_init()
    L.llama_log_set(SILENT, ctypes.c_void_p(0))
    model = L.llama_model_load_from_file(path.encode(), L.llama_model_default_params())
    assert model, path
    params = L.llama_context_default_params()
    params.n_ctx, params.n_batch, params.n_ubatch, params.type_k, params.type_v, params.n_threads = 512, 512, 512, 0, 0, 1
    context = L.llama_init_from_model(model, params)
    batch = L.llama_batch_init(len(TOKENS), 0, 1)
    batch.n_tokens = len(TOKENS)
    for i, token in enumerate(TOKENS):
        batch.token[i], batch.pos[i], batch.n_seq_id[i], batch.seq_id[i][0], batch.logits[i] = token, i, 1, 0, 1
    assert L.llama_decode(context, batch) == 0
    out = {p: np.ctypeslib.as_array(L.llama_get_logits_ith(context, p), (VOCABULARY,)).copy() for p in POSITIONS}
    L.llama_batch_free(batch)
    L.llama_free(context)
    L.llama_model_free(model)
    return out


SILENT = llama_cpp.llama_log_callback(lambda level, text, data: print(text.decode(), end="", file=sys.stderr) if level >= 4 else None)


def norm(x, weight):
    return x / np.sqrt((x * x).mean(-1, keepdims=True) + 1e-5) * weight


def plain(m, w, squared):
    """The transformer as the papers write it, in 64-bit floats; squared: squared ReLU instead of SiLU."""
    w = {name: values.astype(np.float64) for name, values in w.items()}
    n, half = len(TOKENS), m["head"] // 2
    angles = np.arange(n)[:, None] * m["base"] ** (-np.arange(half) / half)
    cosine, sine = np.cos(angles)[:, None], np.sin(angles)[:, None]

    def turn(x):
        a, b = x[..., :half], x[..., half:]
        return np.concatenate([a * cosine - b * sine, a * sine + b * cosine], -1)

    x = w["token_embd.weight"][TOKENS]
    for b in range(m["blocks"]):
        def linear(name, x):
            return x @ w[f"blk.{b}.{name}.weight"].T * w[f"blk.{b}.{name}.scale"][0]

        h = norm(x, w[f"blk.{b}.attn_norm.weight"])
        q = turn(linear("attn_q", h).reshape(n, m["heads"], m["head"]))
        k = turn(linear("attn_k", h).reshape(n, m["kv"], m["head"]))
        v = linear("attn_v", h).reshape(n, m["kv"], m["head"])
        out = np.zeros((n, m["heads"], m["head"]))
        for head in range(m["heads"]):
            shared = head // (m["heads"] // m["kv"])
            s = q[:, head] @ k[:, shared].T / np.sqrt(m["head"])
            s[np.triu_indices(n, 1)] = -np.inf
            p = np.exp(s - s.max(-1, keepdims=True))
            out[:, head] = p / p.sum(-1, keepdims=True) @ v[:, shared]
        x = x + linear("attn_output", norm(out.reshape(n, -1), w[f"blk.{b}.attn_sub_norm.weight"]))
        h = norm(x, w[f"blk.{b}.ffn_norm.weight"])
        gate, up = linear("ffn_gate", h), linear("ffn_up", h)
        active = np.maximum(gate, 0) ** 2 if squared else gate / (1 + np.exp(-gate))
        x = x + linear("ffn_down", norm(active * up, w[f"blk.{b}.ffn_sub_norm.weight"]))
    return norm(x, w["output_norm.weight"]) @ w["token_embd.weight"].T


def main(path):
    with open(path, "w", encoding="utf-8") as out:
        for (architecture, variant), change in MODELS.items():
            m = BASE | change
            weights = tensors(m)
            if architecture == "bitnet-b1.58":
                logits = plain(m, weights, True)
            else:
                file = os.path.join(tempfile.mkdtemp(), "model.gguf")
                write(file, architecture, m, weights)
                logits = by_llama(file)
            if architecture == "bitnet":
                own = plain(m, weights, False)
                worst = max(abs(own[p] - logits[p]).max() for p in POSITIONS)
                print("bitnet: the plain transformer differs from llama.cpp by at most", worst)
                assert worst < 1e-2
            for position in POSITIONS:
                row = [float(f"{x:.6g}") for x in logits[position]]
                json.dump({"architecture": architecture, "variant": variant, "position": position, "logits": row}, out)
                out.write("\n")
                print(architecture, variant, position, row[:4], np.std(row))


if __name__ == "__main__":
    main(sys.argv[1])
