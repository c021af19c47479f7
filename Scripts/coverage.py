# SPDX-License-Identifier: Apache-2.0
"""Prints lines covered per target from what `llvm-cov export --summary-only` writes.

    llvm-cov export --summary-only ... | python3 coverage.py SOURCES
"""

import collections
import json
import sys

sources = sys.argv[1]
total = collections.Counter()
covered = collections.Counter()
for file in json.load(sys.stdin)["data"][0]["files"]:
    if not file["filename"].startswith(sources):
        continue
    target = file["filename"].removeprefix(sources).split("/")[0]
    for name in (target, "total"):
        total[name] += file["summary"]["lines"]["count"]
        covered[name] += file["summary"]["lines"]["covered"]

print(f"{'target':<12} {'lines':>7} {'covered':>8}")
for name in sorted(total, key=lambda name: (name == "total", name.lower())):
    print(f"{name:<12} {total[name]:>7} {100 * covered[name] / total[name]:>7.1f}%")
