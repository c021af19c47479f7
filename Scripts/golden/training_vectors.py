#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes golden gradients and a golden loss curve of a tiny llama with a low-rank adapter, from torch and peft in 32-bit floats.

Run in an environment with torch, transformers and peft:  python3 training_vectors.py OUT
OUT is JSON lines: {"tensor", "half", "gradient"} for each half of each part as a GGUF adapter names and lays it out, {"tensor": "head", "gradient"},
and last {"losses"} of 50 steps of AdamW. Each candidate is a full sequence here; the tests make the same weights from the same seeds
(Tests/TrainingTests/SmallModel.swift) and share the prefix.
"""
import json
import sys

import numpy as np
import torch
from peft import LoraConfig, get_peft_model
from transformers import LlamaConfig, LlamaForCausalLM

WIDTH, FF, HEADS, KV, HEAD, BLOCKS, VOCABULARY, RANK, ALPHA = 64, 96, 4, 2, 16, 2, 257, 4, 8
GOLDEN = np.uint64(0x9E3779B97F4A7C15)
PARTS = {"attn_q": ("self_attn.q_proj", WIDTH, HEADS * HEAD), "attn_k": ("self_attn.k_proj", WIDTH, KV * HEAD),
         "attn_v": ("self_attn.v_proj", WIDTH, KV * HEAD), "attn_output": ("self_attn.o_proj", HEADS * HEAD, WIDTH),
         "ffn_gate": ("mlp.gate_proj", WIDTH, FF), "ffn_up": ("mlp.up_proj", WIDTH, FF), "ffn_down": ("mlp.down_proj", FF, WIDTH)}
STATES = [([(i * 37 + 11) % VOCABULARY for i in range(40)], [[5, 6, 7], [5, 9], [100, 101, 102, 103]]),
          ([(i * 53 + 7) % VOCABULARY for i in range(23)], [[8, 60], [7, 6, 5, 4, 3], [200], [12, 13]])]


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


def matrix(name, out, into, scale=None):
    scale = np.float32(2) / np.sqrt(np.float32(into)) if scale is None else np.float32(scale)
    return ((numbers(name, out * into) * 2 - 1) * scale).reshape(out, into)


def turned(rows, heads):
    """Rows of queries or keys as GGUF has them (neighbours turn together) to those of transformers (halves of a head do)."""
    return rows.reshape(heads, HEAD // 2, 2, -1).swapaxes(1, 2).reshape(heads * HEAD, -1)


def turned_back(rows, heads):
    return rows.reshape(heads, 2, HEAD // 2, -1).swapaxes(1, 2).reshape(heads * HEAD, -1)


def to_torch(name, rows):
    heads = {"attn_q": HEADS, "attn_k": KV}.get(name)
    return torch.tensor(np.ascontiguousarray(turned(rows, heads) if heads else rows))


def from_torch(name, rows):
    heads = {"attn_q": HEADS, "attn_k": KV}.get(name)
    rows = rows.detach().numpy()
    return turned_back(rows, heads) if heads else rows


def main(out):
    torch.manual_seed(0)
    config = LlamaConfig(hidden_size=WIDTH, intermediate_size=FF, num_attention_heads=HEADS, num_key_value_heads=KV, head_dim=HEAD,
                         num_hidden_layers=BLOCKS, vocab_size=VOCABULARY, rms_norm_eps=1e-5, rope_theta=10000.0, tie_word_embeddings=True,
                         max_position_embeddings=512, attention_bias=False, mlp_bias=False)
    model = LlamaForCausalLM(config).float()
    with torch.no_grad():
        model.model.embed_tokens.weight.copy_(torch.tensor(matrix("token_embd.weight", VOCABULARY, WIDTH)))
        model.model.norm.weight.copy_(torch.tensor(numbers("output_norm.weight", WIDTH) + np.float32(0.5)))
        for b, layer in enumerate(model.model.layers):
            layer.input_layernorm.weight.copy_(torch.tensor(numbers(f"blk.{b}.attn_norm.weight", WIDTH) + np.float32(0.5)))
            layer.post_attention_layernorm.weight.copy_(torch.tensor(numbers(f"blk.{b}.ffn_norm.weight", WIDTH) + np.float32(0.5)))
            for name, (path, into, outputs) in PARTS.items():
                layer.get_submodule(path).weight.copy_(to_torch(name, matrix(f"blk.{b}.{name}.weight", outputs, into)))
    model = get_peft_model(model, LoraConfig(r=RANK, lora_alpha=ALPHA, lora_dropout=0.0,
                                             target_modules=[p.split(".")[1] for p, _, _ in PARTS.values()]))
    layers = model.base_model.model.model.layers
    trained = []
    with torch.no_grad():
        for b in range(BLOCKS):
            for name, (path, into, outputs) in PARTS.items():
                module = layers[b].get_submodule(path)
                a, bb = module.lora_A["default"].weight, module.lora_B["default"].weight
                a.copy_(torch.tensor(matrix(f"blk.{b}.{name}.weight.lora_a", RANK, into, 0.125)))
                bb.copy_(to_torch(name, matrix(f"blk.{b}.{name}.weight.lora_b", outputs, RANK, 0.2)))
                trained += [a, bb]
    head = torch.nn.Parameter(torch.tensor((numbers("head", WIDTH) * 2 - 1) * np.float32(0.5)))
    trained.append(head)

    def loss():
        total = 0.0
        for prefix, candidates in STATES:
            scores = []
            for candidate in candidates:
                states = model.base_model.model.model(torch.tensor([prefix + candidate])).last_hidden_state
                scores.append(states[0, -1] @ head)
            total = total + sum(-torch.nn.functional.logsigmoid(scores[0] - s) for s in scores[1:]) / (len(scores) - 1)
        return total / len(STATES)

    loss().backward()
    with open(out, "w") as file:
        def put(document):
            file.write(json.dumps(document) + "\n")

        def rounded(values):
            return [float(f"{v:.7g}") for v in values.reshape(-1).tolist()]

        for b in range(BLOCKS):
            for name, (path, _, _) in PARTS.items():
                module = layers[b].get_submodule(path)
                put({"tensor": f"blk.{b}.{name}", "half": "a", "gradient": rounded(module.lora_A["default"].weight.grad.numpy())})
                put({"tensor": f"blk.{b}.{name}", "half": "b", "gradient": rounded(from_torch(name, module.lora_B["default"].weight.grad))})
        put({"tensor": "head", "gradient": rounded(head.grad.numpy())})
        optimizer = torch.optim.AdamW(trained, lr=3e-4, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0)
        losses = []
        for _ in range(50):
            optimizer.zero_grad()
            value = loss()
            losses.append(value.item())
            value.backward()
            optimizer.step()
        put({"losses": losses})


main(sys.argv[1])
