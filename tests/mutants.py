"""Mutants of IR texts: small changes of the kind that a wrong compiler, or a wrong model, makes."""

import random
import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from synthesis import get_frontend
from synthesis.frontends.base import Kernel, Level, Outcome, Program, Purpose, numbered
from synthesis.languages import CPP, CUDA, JAXPR, MLIR, Language
from synthesis.records import KernelSpec, Rejection
from synthesis.verification.inputs import complete, draw_inputs, flat
from synthesis.verification.plan import make_plan
from synthesis.verification.verifier import Verifier

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


def mutants(text: str, language: Language, generator: random.Random, count: int) -> Iterator[tuple[str, str]]:
    """What was done, and the text after it: an operation, a constant or an operand exchanged, a statement dropped."""
    family = {CPP: "cpp", CUDA: "cpp", MLIR: "mlir", JAXPR: "jaxpr"}[language]
    start = text.rfind("_kernel_") if family == "cpp" else 0
    found: list[tuple[str, str]] = []
    for pair in _SWAPS[family]:
        for old, new in (pair, pair[::-1]):
            for match in re.finditer(_PATTERNS[family].format(old), text[start:]):
                at = start + match.start()
                changed = match[0].replace(old, new)
                found.append((f"{old} to {new}", text[:at] + changed + text[at + len(match[0]) :]))
    for match in re.finditer(_NUMBERS[family], text):
        value = float(match[0]) * generator.choice([1.02, 0.9, -1.0, 2.0]) or 1.0
        found.append(("constant", text[: match.start()] + _number(value, family) + text[match.end() :]))
    if family == "cpp":
        body = text[start:]
        for match in re.finditer(r"^\s*(?:var_\d+ = wp::|wp::(?:array_store|atomic_)).*\n", body, re.MULTILINE):
            dropped = body[: match.start()] + body[match.end() :]
            found.append(("statement dropped", text[:start] + dropped))
        found += _index_mutants(text, start)
    found += _operand_mutants(text, family, generator)
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
    runs = numbered(Purpose.DRAW, [complete(signature, draw_inputs(signature, 9000 + seed)) for seed in range(inputs)])
    programs = [Program(name=spec.name, level=level, text=each, signature=signature, runs=runs)
                for each in (text, *changed)]  # fmt: skip
    expected, *outcomes = verifier.run(programs)
    assert not isinstance(expected, Rejection), expected
    kernel = get_frontend(spec.frontend).load_one(spec)
    assert isinstance(kernel, Kernel)
    frontend = get_frontend(spec.frontend)
    plans = [make_plan(frontend, kernel, {level.name: each}, useful=False, fresh=False) for each in changed]
    judgements = verifier.judge(plans)
    get_frontend(spec.frontend).compiler.release([kernel])
    return [
        (differs(outcome, expected), not judgement.verdict.verified)
        for outcome, judgement in zip(outcomes, judgements, strict=True)
    ]


def differs(outcome: Outcome | Rejection, expected: Outcome) -> bool:
    """Whether a text crashed, or left something that is not what another left."""
    if isinstance(outcome, Rejection):
        return True
    pairs = [(flat(outcome[key]), flat(values)) for key, values in expected.items()]
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
