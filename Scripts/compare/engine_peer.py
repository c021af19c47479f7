#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""llama.cpp as a peer of `droidagent model bench`: does one job for each line of its standard input, and says how long.

    python3 engine_peer.py MODEL [--threads 2] [--type Q4_0 --cache FOLDER] [--kv f16] [--adapter FILE]

A job is a JSON line, {"job": "prompt" | "suffix" | "decode" | "decision", ...}; the answer is {"seconds": S}:
    prompt    tokens                        a prompt from nothing
    suffix    tokens, depth                 tokens in one batch behind `depth` tokens that are there
    decode    tokens, depth                 the same, one after the other
    decision  prefix, candidates, length    the prefix once, copied to a sequence for each candidate, then all candidates
                                            in one batch; "cached" of the prefix's tokens are there before
The time is that of the calls of libllama alone. --type requantizes the model first and keeps the file. Run it in the
environment that `Scripts/peers llama` makes.
"""
import argparse
import ctypes
import json
import os
import random
import sys
import time

import llama_cpp as ll

KV = {"f32": ll.GGML_TYPE_F32, "f16": ll.GGML_TYPE_F16, "q8_0": ll.GGML_TYPE_Q8_0, "q4_0": ll.GGML_TYPE_Q4_0}
LOGS = ll.llama_log_callback(lambda level, text, data: None)


def requantized(source, kind, cache):
    """The model in another type, made once."""
    target = os.path.join(cache, f"{os.path.basename(source).removesuffix('.gguf')}.{kind.lower()}.gguf")
    if not os.path.exists(target):
        options = ll.llama_model_quantize_default_params()
        options.ftype = getattr(ll, f"LLAMA_FTYPE_MOSTLY_{kind}")
        options.allow_requantize = True
        options.nthread = 2
        os.makedirs(cache, exist_ok=True)
        if ll.llama_model_quantize(source.encode(), (target + ".new").encode(), ctypes.byref(options)) != 0:
            sys.exit(f"engine_peer: llama.cpp does not make {kind} of {source}")
        os.replace(target + ".new", target)
    return target


class Peer:
    def __init__(self, path, threads, kv, adapter, limit=9216):
        model_options = ll.llama_model_default_params()
        self.model = ll.llama_model_load_from_file(path.encode(), model_options)
        if not self.model:
            sys.exit(f"engine_peer: llama.cpp does not read {path}")
        self.vocabulary = ll.llama_vocab_n_tokens(ll.llama_model_get_vocab(self.model))
        options = ll.llama_context_default_params()
        options.n_ctx, options.n_batch, options.n_ubatch, options.n_seq_max = limit, 2048, 512, 64
        options.n_threads = options.n_threads_batch = threads
        options.type_k = options.type_v = KV[kv]
        options.flash_attn_type = 1 if kv.startswith("q") else -1
        options.kv_unified = True
        self.context = ll.llama_init_from_model(self.model, options)
        if not self.context:
            sys.exit("engine_peer: llama.cpp makes no context")
        if adapter:
            loaded = ll.llama_adapter_lora_init(self.model, adapter.encode())
            if not loaded:
                sys.exit(f"engine_peer: llama.cpp does not read {adapter}")
            ll.llama_set_adapters_lora(self.context, (ctypes.c_void_p * 1)(loaded), 1, (ctypes.c_float * 1)(1.0))
        self.memory = ll.llama_get_memory(self.context)
        self.batch = ll.llama_batch_init(4096, 0, 1)
        self.random = random.Random(1)

    def tokens(self, count):
        return [self.random.randrange(self.vocabulary) for _ in range(count)]

    def decode(self, rows):
        """rows: (token, position, sequence, whether its logits are read), one batch."""
        for i, (token, position, sequence, read) in enumerate(rows):
            self.batch.token[i], self.batch.pos[i], self.batch.logits[i] = token, position, read
            self.batch.n_seq_id[i] = 1
            self.batch.seq_id[i][0] = sequence
        self.batch.n_tokens = len(rows)
        start = time.perf_counter()
        status = ll.llama_decode(self.context, self.batch)
        ll.llama_synchronize(self.context)
        if status != 0:
            sys.exit(f"engine_peer: llama_decode gave {status}")
        return time.perf_counter() - start

    def append(self, tokens, first, sequence=0, size=2048):
        """Tokens behind those that are there, in batches as large as libllama takes them."""
        seconds = 0.0
        for start in range(0, len(tokens), size):
            part = tokens[start : start + size]
            last = len(tokens) - 1 - start
            seconds += self.decode([(t, first + start + i, sequence, i == last) for i, t in enumerate(part)])
        return seconds

    def fill(self, depth):
        ll.llama_memory_clear(self.memory, False)
        if depth:
            self.append(self.tokens(depth), 0)

    def prompt(self, tokens):
        self.fill(0)
        return self.append(self.tokens(tokens), 0)

    def suffix(self, tokens, depth):
        self.fill(depth)
        return self.append(self.tokens(tokens), depth)

    def one_by_one(self, tokens, depth):
        self.fill(depth)
        return sum(self.append([token], depth + i) for i, token in enumerate(self.tokens(tokens)))

    def decision(self, prefix, candidates, length, cached=0):
        self.fill(cached)
        seconds = self.append(self.tokens(prefix - cached), cached) if prefix > cached else 0.0
        start = time.perf_counter()
        for sequence in range(1, candidates + 1):
            ll.llama_memory_seq_cp(self.memory, 0, sequence, -1, -1)
        seconds += time.perf_counter() - start
        rows = [(token, prefix + i, sequence, i == length - 1)
                for sequence in range(1, candidates + 1) for i, token in enumerate(self.tokens(length))]
        return seconds + self.decode(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--type", help="requantize to this type first, such as Q4_0")
    parser.add_argument("--cache", default=".", help="where requantized models are kept")
    parser.add_argument("--kv", choices=KV, default="f16")
    parser.add_argument("--adapter")
    options = parser.parse_args()
    ll.llama_log_set(LOGS, None)
    ll.llama_backend_init()
    path = requantized(options.model, options.type, options.cache) if options.type else options.model
    peer = Peer(path, options.threads, options.kv, options.adapter)
    print(json.dumps({"ready": True, "version": ll.__version__}), flush=True)
    jobs = {"prompt": peer.prompt, "suffix": peer.suffix, "decode": peer.one_by_one, "decision": peer.decision}
    for line in sys.stdin:
        job = json.loads(line)
        print(json.dumps({"seconds": jobs[job.pop("job")](**job)}), flush=True)


if __name__ == "__main__":
    main()
