#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times forward and backward of a llama with a LoRA adapter in torch and peft, in bfloat16, as a peer of `droidagent train bench`.

Weights are random: they cost what trained ones do. Attention is torch's own (SDPA); the head reads the state of each sequence's last token, so there
are no logits of the vocabulary; all sequences have one length, so nothing is padded. Prints one JSON document. The shape comes as JSON from the
program: the fields of transformers' LlamaConfig, and rank, alpha, threads, sequences, tokens, repeats.
"""
import json
import sys
import time
import warnings

warnings.filterwarnings("ignore")
import peft  # noqa: E402
import torch  # noqa: E402
from peft import LoraConfig, get_peft_model  # noqa: E402
from transformers import LlamaConfig, LlamaModel  # noqa: E402

job = json.loads(sys.argv[1])
torch.set_num_threads(job["threads"])
torch.manual_seed(0)
config = LlamaConfig(**job["config"], attn_implementation="sdpa")
model = LlamaModel(config).to(torch.bfloat16)
names = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
model = get_peft_model(model, LoraConfig(r=job["rank"], lora_alpha=job["alpha"], lora_dropout=0.0, target_modules=names))
model.train()
head = torch.nn.Parameter(torch.randn(config.hidden_size, dtype=torch.bfloat16) * 0.1)
tokens = torch.randint(0, config.vocab_size, (job["sequences"], job["tokens"]))


def step():
    model.zero_grad(set_to_none=True)
    states = model(input_ids=tokens, use_cache=False).last_hidden_state[:, -1]
    scores = (states @ head).float()
    loss = -torch.nn.functional.logsigmoid(scores[0] - scores[1:]).mean()
    loss.backward()


step()
seconds = []
for _ in range(job["repeats"]):
    start = time.perf_counter()
    step()
    seconds.append(time.perf_counter() - start)
print(json.dumps({"seconds": sorted(seconds)[len(seconds) // 2], "name": f"torch {torch.__version__.split('+')[0]}, peft {peft.__version__}"}))
