#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Perplexity and next-token agreement with llama.cpp on the same model.

llama.cpp reads the model dequantized to F32, since its own 8-bit activations would change about 3.5 % of the top tokens.
Run in an environment with llama-cpp-python==0.3.36 and gguf:

    python3 perplexity.py MODEL TEXT OURS [--window 512] [--f32 FILE]

TEXT is the text that was measured, its first 4,000 tokens. OURS is what `droidagent model perplexity --json` printed: a JSON line {"position", "token", "logProb", "top"} for each
predicted position; lines without a position are passed over. Exit status 1 when a floor is missed.
"""
import argparse
import json
import math
import os
import sys
import tempfile

import gguf
import numpy as np
from llama_cpp import Llama


def write_f32(source, target):
    reader = gguf.GGUFReader(source)
    writer = gguf.GGUFWriter(target, reader.fields["general.architecture"].contents())
    for field in reader.fields.values():
        if field.name.startswith("GGUF.") or field.name in ("general.architecture", "general.file_type"):
            continue
        kind = field.types[0]
        writer.add_key_value(field.name, field.contents(), kind, field.types[-1] if kind == gguf.GGUFValueType.ARRAY else None)
    writer.add_file_type(0)
    for tensor in reader.tensors:
        values = gguf.quants.dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
        writer.add_tensor(tensor.name, values.reshape(tuple(reversed(tensor.shape.tolist()))))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("text")
    parser.add_argument("ours")
    parser.add_argument("--window", type=int, default=512)
    parser.add_argument("--f32", help="keep the dequantized model here")
    parser.add_argument("--golden", help="write llama.cpp's log-probabilities and top tokens here, for the tests")
    arguments = parser.parse_args()
    ours = [row for row in map(json.loads, open(arguments.ours, encoding="utf-8")) if "position" in row]
    f32 = arguments.f32 or os.path.join(tempfile.mkdtemp(), "f32.gguf")
    if not os.path.exists(f32):
        write_f32(arguments.model, f32)

    llama = Llama(f32, n_ctx=arguments.window, n_batch=arguments.window, logits_all=True, verbose=False, n_threads=2)
    with open(arguments.text, "rb") as file:
        text = llama.tokenize(file.read(), add_bos=False, special=False)[:4000]
    windows = {}
    for row in ours:
        assert text[row["position"]] == row["token"], f"another token at {row['position']}"
        windows.setdefault(row["position"] // arguments.window, []).append(row)
    count = same = 0
    ours_sum = theirs_sum = 0.0
    differences = []
    golden = []
    for index, rows in sorted(windows.items()):
        start = index * arguments.window
        tokens = text[start : start + arguments.window]
        llama.reset()
        llama.eval(tokens)
        for row in rows:
            logits = llama.scores[row["position"] - start - 1].astype(np.float64)
            top = logits.max()
            logprob = logits[row["token"]] - top - math.log(np.exp(logits - top).sum())
            ours_sum += row["logProb"]
            theirs_sum += logprob
            golden.append({"position": row["position"], "token": row["token"], "logProb": round(logprob, 5), "top": int(logits.argmax())})
            differences.append(abs(row["logProb"] - logprob))
            same += int(logits.argmax() == row["top"])
            count += 1
    ours_perplexity, theirs = math.exp(-ours_sum / count), math.exp(-theirs_sum / count)
    agreement = same / count
    print(json.dumps({
        "positions": count, "perplexity": ours_perplexity, "llama.cpp": theirs, "ratio": ours_perplexity / theirs,
        "sameTop": agreement, "meanDifference": float(np.mean(differences)), "maxDifference": float(np.max(differences)),
    }))
    if arguments.golden:
        with open(arguments.golden, "w", encoding="utf-8") as out:
            out.writelines(json.dumps(row) + "\n" for row in golden)
    return 0 if abs(ours_perplexity / theirs - 1) <= 0.01 and agreement >= 0.96 else 1


if __name__ == "__main__":
    sys.exit(main())
