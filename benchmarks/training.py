"""Measures how well a set of pairs trains a small model to write the CUDA of kernels that people wrote.

    irsmith generate --frontend warp --count 4000 --verify none --level cuda_forward --out build/drawn
    irsmith extract warp.examples --verify none --level cuda_forward --out build/examples
    python benchmarks/training.py build/examples build/drawn [--tokens 1000000] [--seed 0]

A small decoder is trained from scratch on the pairs of each further folder, with the same number of tokens, tokenizer,
schedule and seed. It is then evaluated on the CUDA texts of the first folder's kernels, given their Python. The measure
is bits per byte of CUDA; fewer are better. Programs of the first folder are excluded from training by the hash of their
renamed source, so that none is memorised. Several folders joined by ``+`` are one set.

The tokenizer is trained on the samples of this repository, which are not part of any set. A set takes about six minutes
on one core of an idle machine, in an environment with ``pip install --group training``. Differences below 0.02 are
noise of the seed.
"""

# pyright: basic, reportMissingImports=false
# The libraries are installed only for this benchmark, and not where types are checked.

import argparse
import ast
import math
import random
import re
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import torch
from tokenizers import ByteLevelBPETokenizer
from transformers import LlamaConfig, LlamaForCausalLM

from synthesis.core.identity.python import renamed_hash
from synthesis.dataset.storage.reading import read_folder

SAMPLES = Path(__file__).parents[1] / "data" / "samples" / "warp"
VOCABULARY, LONGEST = 2048, 2048
"""Size of the vocabulary, and maximum number of tokens of a pair; longer pairs are used in neither step."""
BATCH, RATE, WARM = 4096, 3e-3, 0.05
"""Number of tokens in a step, the largest learning rate, and the share of warm-up steps."""
START, MIDDLE, END = "<s>", "<cuda>", "</s>"


@dataclass(frozen=True, slots=True)
class Encoded:
    """A pair in tokens."""

    tokens: list[int]
    asked: int
    """The index of the first token of the CUDA text."""
    size: int
    """Number of bytes of the CUDA text."""


def read_pairs(folders: str) -> Iterator[tuple[str, str]]:
    """Yield the Python and the CUDA of the rows of folders that are joined by ``+``."""
    for folder in folders.split("+"):
        for row in read_folder(Path(folder)):
            if text := row.texts.get("cuda_forward"):
                yield row.source, text


def normalise(python: str, cuda: str) -> tuple[str, str]:
    """Return a pair without docstrings, comments and the CUDA kernel's name, which nobody could predict."""
    tree = ast.parse(python)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    text = re.sub(r"^\s*//.*\n", "", cuda, flags=re.M)
    return ast.unparse(tree), re.sub(r"\b\w+_cuda_kernel_forward\b", "kernel", text)


def make_tokenizer() -> ByteLevelBPETokenizer:
    """Return a tokenizer trained on the samples of this repository."""
    texts = [text for pair in read_pairs(str(SAMPLES)) for text in normalise(*pair)]
    tokenizer = ByteLevelBPETokenizer()
    tokenizer.train_from_iterator(texts, vocab_size=VOCABULARY, min_frequency=2, special_tokens=[START, MIDDLE, END])
    return tokenizer


def encode(tokenizer: ByteLevelBPETokenizer, python: str, cuda: str) -> Encoded:
    """Return a normalised pair as tokens."""
    special = {each: tokenizer.token_to_id(each) for each in (START, MIDDLE, END)}
    head = [special[START], *tokenizer.encode(python).ids, special[MIDDLE]]
    return Encoded([*head, *tokenizer.encode(cuda).ids, special[END]], len(head), len(cuda.encode()))


def load(tokenizer: ByteLevelBPETokenizer, folders: str, without: set[str]) -> tuple[list[Encoded], set[str]]:
    """Return the distinct pairs of folders, except some programs, and the hashes of their programs."""
    found, seen = list[Encoded](), set[str]()
    for python, cuda in read_pairs(folders):
        try:
            program = renamed_hash(python)
        except SyntaxError:
            continue
        if program in without or program in seen:
            continue
        seen.add(program)
        pair = encode(tokenizer, *normalise(python, cuda))
        if len(pair.tokens) <= LONGEST:
            found.append(pair)
    return found, seen


def batches(pairs: Sequence[Encoded], seed: int) -> Iterator[list[Encoded]]:
    """Yield batches of pairs in random order, endlessly, each as large as a step allows."""
    order, made, size = random.Random(seed), list[Encoded](), 0
    while True:
        for pair in order.sample(pairs, len(pairs)):
            if made and size + len(pair.tokens) > BATCH:
                yield made
                made, size = [], 0
            made.append(pair)
            size += len(pair.tokens)


def pad(pairs: Sequence[Encoded]) -> tuple[torch.Tensor, torch.Tensor]:
    """Return tokens and labels of shape ``(pairs, longest)``. Only tokens of the CUDA text have labels."""
    width = max(len(each.tokens) for each in pairs)
    tokens = torch.zeros((len(pairs), width), dtype=torch.long)
    labels = torch.full((len(pairs), width), -100)
    for place, pair in enumerate(pairs):
        row = torch.tensor(pair.tokens)
        tokens[place, : len(row)] = row
        labels[place, pair.asked : len(row)] = row[pair.asked :]
    return tokens, labels


def train(pairs: Sequence[Encoded], count: int, seed: int) -> LlamaForCausalLM:
    """Return a model that was trained on ``count`` tokens."""
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=VOCABULARY, hidden_size=128, intermediate_size=384, num_hidden_layers=4, num_attention_heads=4,
        max_position_embeddings=LONGEST, tie_word_embeddings=True,
    )  # fmt: skip
    model = LlamaForCausalLM(config)
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, betas=(0.9, 0.95), weight_decay=0.1)
    seen, began = 0, time.monotonic()
    for step, batch in enumerate(batches(pairs, seed)):
        share = seen / count
        if share >= 1:
            break
        rate = RATE * min(1.0, share / WARM + 1e-3) * 0.5 * (1 + math.cos(math.pi * share))
        for group in optimizer.param_groups:
            group["lr"] = rate
        tokens, labels = pad(batch)
        loss = model(input_ids=tokens, labels=labels).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        seen += sum(len(each.tokens) for each in batch)
        if step % 50 == 0:
            print(f"{seen}/{count} tokens, loss {loss.item():.2f}, {time.monotonic() - began:.0f} s", file=sys.stderr)
    return model


@torch.no_grad()
def bits_a_byte(model: LlamaForCausalLM, pairs: Sequence[Encoded]) -> float:
    """Return the model's bits per byte for the CUDA texts, given their Python."""
    model.eval()
    bits = 0.0
    for pair in pairs:
        tokens, labels = pad([pair])
        loss = model(input_ids=tokens, labels=labels).loss.item()
        bits += loss * (len(pair.tokens) - pair.asked) / math.log(2)
    return bits / sum(pair.size for pair in pairs)


def main() -> None:
    """Print a line for each set."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("test", help="folder of rows that the models are asked for")
    parser.add_argument("sets", nargs="+", help="folders of rows to train on")
    parser.add_argument("--tokens", type=float, default=1e6)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    torch.set_num_threads(1)
    tokenizer = make_tokenizer()
    test, programs = load(tokenizer, options.test, set())
    if not test:
        parser.error(f"no rows with cuda_forward in {options.test}")
    libraries = ", ".join(f"{each} {version(each)}" for each in ("torch", "transformers", "tokenizers", "warp-lang"))
    print(f"{libraries}; {len(test)} kernels of {options.test}, {options.tokens:.0f} tokens, seed {options.seed}")
    print(f"{'set':40} {'pairs':>8} {'bits a byte':>12}")
    for name in options.sets:
        pairs, _ = load(tokenizer, name, programs)
        if not pairs:
            parser.error(f"no rows with cuda_forward in {name}")
        model = train(pairs, int(options.tokens), options.seed)
        print(f"{name:40} {len(pairs):8} {bits_a_byte(model, test):12.3f}", flush=True)


if __name__ == "__main__":
    main()
