#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""llama.cpp as a peer of `droidagent model bench`: does one job for each line of its standard input, and says how long.

    python3 engine_peer.py MODEL [--threads 2] [--type Q4_0 --cache FOLDER] [--kv f16] [--adapter FILE] [--limit 9216]

The first line of the output says {"ready": true, "file": ..., "library": ...}. A job is a JSON line, {"job": "prompt" | ...}:
    prompt      tokens                        a prompt from nothing
    suffix      tokens, depth                 tokens in one batch behind `depth` tokens that are there
    decode      tokens, depth                 the same, one after the other
    decision    prefix, candidates, length    the prefix once, copied to a sequence for each candidate, then all candidates
                                              in one batch; "cached" of the prefix's tokens are there before
    divergence  text, tokens, window,         how far the predictions are from those of another run: the file in the type
                referenceType, referenceKV    `referenceType` (null: the same file) with keys and values as `referenceKV`
The first four answer {"seconds": S}, the time of the calls of libllama alone; `divergence` answers {"divergence", "sameTop",
"perplexityRatio", "positions"}. --type requantizes the model first and keeps the file in --cache. Run it in the
environment that `Scripts/peers llama` makes.
"""
import argparse
import ctypes
import json
import math
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
        options.ftype = getattr(ll, "LLAMA_FTYPE_ALL_F32" if kind == "F32" else f"LLAMA_FTYPE_MOSTLY_{kind}")
        options.allow_requantize = True
        options.nthread = 2
        os.makedirs(cache, exist_ok=True)
        if ll.llama_model_quantize(source.encode(), (f"{target}.{os.getpid()}").encode(), ctypes.byref(options)) != 0:
            sys.exit(f"engine_peer: llama.cpp does not make {kind} of {source}")
        os.replace(f"{target}.{os.getpid()}", target)
    return target


class Peer:
    def __init__(self, path, threads, kv, adapter=None, limit=9216):
        self.path, self.threads = path, threads
        model_options = ll.llama_model_default_params()
        self.model = ll.llama_model_load_from_file(path.encode(), model_options)
        if not self.model:
            sys.exit(f"engine_peer: llama.cpp does not read {path}")
        self.words = ll.llama_model_get_vocab(self.model)
        self.vocabulary = ll.llama_vocab_n_tokens(self.words)
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
            ll.llama_set_adapters_lora(self.context, (ll.llama_adapter_lora_p_ctypes * 1)(loaded), 1, (ctypes.c_float * 1)(1.0))
        self.memory = ll.llama_get_memory(self.context)
        self.batch = ll.llama_batch_init(4096, 0, 1)
        self.random = random.Random(1)
        self.text = self.tokens(limit)  # what stands at each position before a job begins
        self.there = 0

    def free(self):
        ll.llama_batch_free(self.batch)
        ll.llama_free(self.context)
        ll.llama_model_free(self.model)

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
        """Leaves the first `depth` tokens of the text there, and no others."""
        if self.there < depth or not ll.llama_memory_seq_rm(self.memory, 0, depth, -1):
            ll.llama_memory_clear(self.memory, False)
            self.there = 0
        for sequence in range(1, 64):
            ll.llama_memory_seq_rm(self.memory, sequence, -1, -1)
        if self.there < depth:
            self.append(self.text[:depth], 0)
        self.there = depth

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

    def log_probs(self, tokens):
        """The logarithms of the next token's probabilities after each of some tokens that nothing comes before."""
        import numpy as np

        self.fill(0)
        self.decode([(token, i, 0, True) for i, token in enumerate(tokens)])
        logits = np.ctypeslib.as_array(ll.llama_get_logits(self.context), shape=(len(tokens), self.vocabulary))
        shifted = logits.astype(np.float64)
        shifted -= shifted.max(axis=1, keepdims=True)
        return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))

    def tokenize(self, text):
        room = (ll.llama_token * (len(text) + 8))()
        count = ll.llama_tokenize(self.words, text, len(text), room, len(room), False, False)
        return list(room[:count])


def divergence(peer, reference, text, tokens, window):
    """How far the predictions of a peer are from those of a reference, on the first tokens of a text, window by window."""
    import numpy as np

    with open(text, "rb") as file:
        read = peer.tokenize(file.read())[:tokens]
    total = gap = same = count = 0
    for start in range(0, len(read), window):
        part = read[start : start + window]
        if len(part) < 2:
            break
        right, found = reference.log_probs(part)[:-1], peer.log_probs(part)[:-1]
        total += float((np.exp(right) * (right - found)).sum())
        same += int((right.argmax(axis=1) == found.argmax(axis=1)).sum())
        rows = np.arange(len(part) - 1)
        gap += float((right[rows, part[1:]] - found[rows, part[1:]]).sum())
        count += len(part) - 1
    return {"divergence": total / count, "sameTop": same / count, "perplexityRatio": math.exp(gap / count), "positions": count}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--type", help="requantize to this type first, such as Q4_0")
    parser.add_argument("--cache", default=".", help="where requantized models are kept")
    parser.add_argument("--kv", choices=KV, default="f16")
    parser.add_argument("--adapter")
    parser.add_argument("--limit", type=int, default=9216, help="positions that the context has room for")
    options = parser.parse_args()
    ll.llama_log_set(LOGS, None)
    ll.llama_backend_init()
    path = requantized(options.model, options.type, options.cache) if options.type else options.model
    peer = Peer(path, options.threads, options.kv, options.adapter, options.limit)

    def compared(text, tokens, window, referenceType=None, referenceKV="f16"):
        file = requantized(options.model, referenceType, options.cache) if referenceType else path
        reference = Peer(file, options.threads, referenceKV, options.adapter, options.limit)
        found = divergence(peer, reference, text, tokens, window)
        reference.free()
        return found

    jobs = {"prompt": peer.prompt, "suffix": peer.suffix, "decode": peer.one_by_one, "decision": peer.decision}
    print(json.dumps({"ready": True, "file": os.path.basename(path), "library": f"{ll.__name__} {ll.__version__}"}), flush=True)
    for line in sys.stdin:
        job = json.loads(line)
        name = job.pop("job")
        print(json.dumps(compared(**job) if name == "divergence" else {"seconds": jobs[name](**job)}), flush=True)


if __name__ == "__main__":
    main()
