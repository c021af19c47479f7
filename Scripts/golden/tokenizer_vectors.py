#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes golden tokenizations by llama.cpp.

Run in an environment with llama-cpp-python==0.3.36:  python3 tokenizer_vectors.py MODEL OUT
OUT is JSON lines: {"text", "special", "tokens"}, and {"first", "sha256"} for a digest over every code point of a block
of 4096: the tokens of "a" + c + "b" + c + " " + c + c + "\\n" for each scalar c, as little-endian i32 behind their number.
"""
import hashlib
import json
import random
import struct
import sys

TEXTS = [
    "", " ", "  ", "   ", "\n", "\n\n", " \n ", "\t", "\t\tif x:\n\t\t\treturn 1\n", "a", "Hello, world!",
    "Turn Wi-Fi off", "The quick brown fox doesn't jump; they'll say it's what we've done, I'd guess we're n't 'tis 'S",
    "Größe, façade, naïve, Ångström, žluťoučký kůň, İstanbul, ΣΊΣΥΦΟΣ, Привет, мир!", "你好，世界。今天天气怎么样？", "こんにちは世界、カタカナ、漢字",
    "안녕하세요 세계", "مرحبا بالعالم ١٢٣٤", "שלום עולם", "नमस्ते दुनिया १२३", "ไทยไม่มีเว้นวรรค", "ⅣⅫ½¾①㊿²³", "𝟘𝟙𝟚 𝔘𝔫𝔦𝔠𝔬𝔡𝔢",
    "😀😃👍🏽👨‍👩‍👧‍👦🏳️‍🌈🇩🇪🇯🇵 ❤️ ☎️", "e\u0301 a\u0308 o\u0302\u0301", "zero\u200bwidth\u200djoin\ufeffbom", "nbsp\u00a0thin\u2009ideo\u3000end\u2028line\u2029para\u0085nel",
    "1234567890 3.14159 1,000,000 0x1F 1e-9 2023-10-15 15:34 v1.2.3", "007 ١٢ 3½", "a1b2c3 4d 5 6  7   8",
    "func f(_ x: Int) -> Int { return x &+ 1 } // ok\n    let s = \"\\(x)\"\n", "def f(x):\n    return x**2  # square\n\n\nclass A:\n\tpass\n",
    "<a href=\"https://example.org/?q=1&r=%20\">x</a>", "{\"key\": [1, 2.5, null, true], \"k\": \"v\\n\"}", "SELECT * FROM t WHERE a <> 'b';",
    "trailing spaces   ", "   leading spaces", "many      inner      spaces", "tabs\t\t\tand \t mixed \n\t lines\r\n\r\nend\r",
    "'s 't 're 've 'm 'll 'd 'S 'RE ''s '", "it''s don''t", "!!! ??? ... --- ___ *** ((( )))", "$%^&*()_+-=[]{}|;':\",./<>?`~",
    "CamelCaseIdentifier snake_case_identifier SCREAMING_SNAKE kebab-case", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "ab" * 400, " " * 300, "\n" * 100, "-" * 200, "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft " * 2,
    "\x00\x01\x02\x1f\x7f\x80\x9f", "\U0010ffff\ue000\ud7ff\uf8ff", "\u0378\u0379 unassigned", "<|im_start|>user\nHi<|im_end|>\n", "<|endoftext|><repo_name>x<reponame>",
    "<|im_start|><|im_start|>  <|im_end|> x", "<|im_start", "[ ] (x) {y} <z>", "3rd 1st 2nd 4th", "°C €5 £6 ¥7 ₿8 %9 ‰",
]
ALPHABET = list("abcXYZ019 '\"\n\t.,;-_/<>()") + ["  ", "é", "ß", "Ж", "語", "あ", "한", "ع", "😀", "\u0301", "\u200d", "\u00a0", "½", "٣", "'s", "'re", " 1", "\r\n"]


def main(model, path):
    from llama_cpp import Llama

    llama = Llama(model, vocab_only=True, verbose=False)

    def tokens(text, special):
        return llama.tokenize(text.encode("utf-8"), add_bos=False, special=special)

    dice = random.Random(7)
    texts = TEXTS + ["".join(dice.choice(ALPHABET) for _ in range(dice.randint(1, 60))) for _ in range(400)]
    with open(path, "w", encoding="utf-8") as out:
        for text in texts:
            for special in (False, True) if "<" in text else (False,):
                json.dump({"text": text, "special": special, "tokens": tokens(text, special)}, out)
                out.write("\n")
        for first in range(0, 0x110000, 4096):
            if 0x40000 <= first < 0xE0000 or first >= 0xF1000:
                continue
            digest = hashlib.sha256()
            for code in range(first, first + 4096):
                if 0xD800 <= code < 0xE000:
                    continue
                c = chr(code)
                result = tokens(f"a{c}b{c} {c}{c}\n", False)
                digest.update(struct.pack(f"<i{len(result)}i", len(result), *result))
            json.dump({"first": first, "sha256": digest.hexdigest()}, out)
            out.write("\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
