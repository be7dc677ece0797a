"""Mutants of IR texts: small changes of the kind that a wrong compiler, or a wrong model, makes."""

import random
import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from synthesis import get_frontend
from synthesis.frontends.base import Kernel, Level, Lowered, Outcome, Program
from synthesis.records import KernelSpec, Rejection
from synthesis.verification.inputs import complete, draw_inputs, flat
from synthesis.verification.verifier import Verified, Verifier

_SWAPS = {
    "cpp": [("add", "sub"), ("mul", "add"), ("sin", "cos"), ("min", "max"), ("tanh", "sin"), ("exp", "cos"),
            ("div", "mul"), ("abs", "neg"), ("sqrt", "abs"), ("bit_and", "bit_or"), ("lshift", "rshift"),
            ("atomic_add", "atomic_sub"), ("atomic_min", "atomic_max"), ("dot", "ddot")],
    "mlir": [("add", "subtract"), ("multiply", "add"), ("sine", "cosine"), ("minimum", "maximum"),
             ("tanh", "sine"), ("exponential", "cosine"), ("divide", "multiply"), ("abs", "negate"), ("sqrt", "abs")],
    "jaxpr": [("add", "sub"), ("mul", "add"), ("sin", "cos"), ("min", "max"), ("tanh", "sin"), ("exp", "cos"),
              ("div", "mul"), ("abs", "neg"), ("sqrt", "abs"), ("cumsum", "cumprod")],
}  # fmt: skip
_PATTERNS = {"cpp": r"\bwp::{}\(", "mlir": r"\bstablehlo\.{} ", "jaxpr": r"(?<== ){}(?= )"}
_NUMBERS = {
    "cpp": r"(?<= = )-?\d+\.\d+(?:e[-+]?\d+)?(?=;)",
    "mlir": r"(?<=dense<)-?\d\.\d+E[-+]\d+(?=>)",
    "jaxpr": r"(?<![\w.])\d+\.\d+(?:e-?\d+)?(?=:f)",
}
_NAMES = {"cpp": r"\bvar_\d+\b", "mlir": r"%\w+", "jaxpr": r"(?<= )[a-z]{1,2}(?= |$)"}


def mutants(text: str, language: str, generator: random.Random, count: int) -> Iterator[tuple[str, str]]:
    """What was done, and the text after it: an operation, a constant or an operand exchanged, a statement dropped."""
    language = {"cuda": "cpp"}.get(language, language)
    start = text.rfind("_kernel_") if language == "cpp" else 0
    found: list[tuple[str, str]] = []
    for pair in _SWAPS[language]:
        for old, new in (pair, pair[::-1]):
            for match in re.finditer(_PATTERNS[language].format(old), text[start:]):
                at = start + match.start()
                changed = match[0].replace(old, new)
                found.append((f"{old} to {new}", text[:at] + changed + text[at + len(match[0]) :]))
    for match in re.finditer(_NUMBERS[language], text):
        value = float(match[0]) * generator.choice([1.02, 0.9, -1.0, 2.0]) or 1.0
        found.append(("constant", text[: match.start()] + _number(value, language) + text[match.end() :]))
    if language == "cpp":
        body = text[start:]
        for match in re.finditer(r"^\s*(?:var_\d+ = wp::|wp::(?:array_store|atomic_)).*\n", body, re.MULTILINE):
            dropped = body[: match.start()] + body[match.end() :]
            found.append(("statement dropped", text[:start] + dropped))
        found += _index_mutants(text, start)
    found += _operand_mutants(text, language, generator)
    generator.shuffle(found)
    seen: set[str] = {text}
    for kind, mutant in found:
        if mutant not in seen and count:
            seen.add(mutant)
            count -= 1
            yield kind, mutant


def _number(value: float, language: str) -> str:
    return f"{value:.6E}" if language == "mlir" else f"{value:.6f}"


def _index_mutants(text: str, start: int) -> list[tuple[str, str]]:
    """Integer constants one off: indices, bounds, strides."""
    found: list[tuple[str, str]] = []
    for match in re.finditer(r"(?<=const wp::int32 var_)(\d+) = (-?\d+)(?=;)", text[start:]):
        at = start + match.start(2)
        found.append(("index", f"{text[:at]}{int(match[2]) + 1}{text[start + match.end(2) :]}"))
    return found


def _operand_mutants(text: str, language: str, generator: random.Random) -> list[tuple[str, str]]:
    """One operand of a line replaced by another name of the same line's neighbourhood."""
    lines = text.splitlines(keepends=True)
    found: list[tuple[str, str]] = []
    for number, line in enumerate(lines):
        equals = line.find(" = ")
        names = list(re.finditer(_NAMES[language], line[equals:])) if equals > 0 else []
        if len(names) < 2:
            continue
        first, second = generator.sample(names, 2)
        if first[0] == second[0]:
            continue
        at = equals + first.start()
        changed = line[:at] + second[0] + line[at + len(first[0]) :]
        found.append(("operand", "".join([*lines[:number], changed, *lines[number + 1 :]])))
    return found


def judged(
    verifier: Verifier, spec: KernelSpec, level: Level, text: str, changed: Sequence[str], inputs: int
) -> list[tuple[bool, bool]]:
    """Of each changed text whether it behaves differently on other inputs, and whether verification fails it."""
    signature = spec.signature
    runs = tuple(complete(signature, draw_inputs(signature, 9000 + seed)) for seed in range(inputs))
    programs = [Program(name=spec.name, level=level, text=each, signature=signature, runs=runs)
                for each in (text, *changed)]  # fmt: skip
    expected, *outcomes = verifier.run(programs)
    assert isinstance(expected, tuple), expected
    kernel = get_frontend(spec.frontend).load(spec)
    assert isinstance(kernel, Kernel)
    entries = [(kernel, Lowered(texts={level.name: each}, line_map={})) for each in changed]
    results = verifier.verify(entries, useful=False, each=True)
    get_frontend(spec.frontend).release([kernel])
    return [
        (differs(outcome, expected), isinstance(result, Rejection) or not _stands(result))
        for outcome, result in zip(outcomes, results, strict=True)
    ]


def _stands(result: Verified) -> bool:
    return bool(result.verdict.verified)


def differs(outcome: Outcome | Rejection, expected: Outcome) -> bool:
    """Whether a text crashed, or left something that is not what another left."""
    if isinstance(outcome, Rejection):
        return True
    pairs = zip(map(flat, outcome), map(flat, expected), strict=True)
    return any(not _close(a.get(name), value) for a, b in pairs for name, value in b.items())


def _close(left: Any, right: Any) -> bool:
    if left is None or left.shape != right.shape:
        return False
    if right.dtype.kind in "iub":
        return bool(np.array_equal(left, right))
    coarse = 3e-2 if right.dtype.itemsize == 2 else 1e-3
    a, b = left.astype(complex), right.astype(complex)
    typical = float(np.median(np.abs(b))) if b.size else 0.0
    return bool(np.all((np.abs(a - b) <= coarse * (np.abs(b) + typical)) | (np.isnan(a) & np.isnan(b))))
