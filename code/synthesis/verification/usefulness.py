"""Whether a drawn kernel is worth a row: everything it is given matters, and everything it does.

The generator makes this so by construction; what is found here is a defect of a recipe.
"""

import ast
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from synthesis.core.records import KernelSpec, Role, Signature
from synthesis.frontends.base import Reference, Values
from synthesis.verification.comparison import Expected, scale_of
from synthesis.verification.inputs import another_draw, complete, draw_inputs, flat, is_of, with_shared_parts

_ATTEMPTS = 9
"""How often an argument is drawn again until an output changes; the later times beside other inputs than the first."""
_FURTHER, _ALONE = 12, 64
"""Further inputs for a kernel of which something is of no use on those that there are, as where a switch was never on;
and for one of a single thread, which goes one way on each."""


def redraws(
    signature: Signature, base: Values, names: Sequence[str], attempt: int, *, seed: int = 0
) -> dict[str, Values]:
    """Inputs with one argument drawn again, by its name.

    Those whose domains have one value are left out, and objects that are made of other arguments, which stand for them.
    """
    changed: dict[str, Values] = {}
    for argument in signature.arguments:
        if argument.name in names and not any(part.same for part in argument.fields):
            tries = range(100 * attempt, 100 * attempt + 4)
            other = another_draw(argument, base[argument.name], tries, seed=seed)
            if other is not None:
                changed[argument.name] = with_shared_parts(signature, {**base, argument.name: other})
    return changed


def shortcoming(
    reference: Reference,
    spec: KernelSpec,
    runs: Sequence[Values],
    expected: Expected,
    redrawn: Mapping[str, Values],
    *,
    seed: int = 0,
) -> str | None:
    """Why a kernel is of no use, or None.

    Args:
        reference: the kernel's.
        spec: the kernel.
        runs: the inputs that it ran on.
        expected: what it gave on them.
        redrawn: argument to what it gave on the first of them, in float64, where that one was drawn again: a first
            attempt at ``redraws``.
        seed: of the draws.

    Raises:
        ReferenceUnknownError: for what is not modelled.
        ReferenceFaultError: if the kernel is at fault on an input of its domain.
    """
    dead = dead_names(spec.source)
    if dead:
        return f"{dead[0]} is assigned and never read"
    outputs = {
        each.name for each in (*spec.signature.results, *spec.signature.arguments) if each.role is not Role.INPUT
    }
    written = [name for name in expected.double[0] if any(is_of(name, each) for each in outputs)]
    # What is written all over before it is read is an output that cannot be told from one that starts from values.
    read = {each.name for each in spec.signature.arguments if each.role is Role.INPUT}
    idle = [name for name in redrawn if name in read and not _is_left_alone(name, spec.source)]
    idle = _idle(reference, spec.signature, runs, list(expected.double), idle, written, redrawn, seed=seed)
    unwritten = _unwritten(expected.own, expected.poison, written)
    if (idle or unwritten) and spec.signature.launch is not None:
        count = _ALONE if spec.signature.launch == (1,) else _FURTHER
        more = [complete(spec.signature, draw_inputs(spec.signature, 600 + each, seed=seed)) for each in range(count)]
        results = [flat(each) for each in reference(more, double=True)]
        idle = _idle(reference, spec.signature, more, results, idle, written, {}, seed=seed)
        unwritten = _unwritten(results, expected.poison, unwritten)
    if unwritten:
        return f"{unwritten[0]} is never written"
    return f"{idle[0]} changes nothing" if idle else None


def _unwritten(
    results: Sequence[Mapping[str, npt.NDArray[Any]]], poison: Mapping[str, Any], names: Sequence[str]
) -> list[str]:
    """The outputs that hold nothing but poison in all results."""
    return [
        name
        for name in names
        if poison.get(name) is not None and all((each[name] == poison[name]).all() for each in results)
    ]


def _idle(
    reference: Reference,
    signature: Signature,
    runs: Sequence[Values],
    results: Sequence[Mapping[str, npt.NDArray[Any]]],
    names: Sequence[str],
    written: Sequence[str],
    redrawn: Mapping[str, Values],
    *,
    seed: int,
) -> list[str]:
    """The arguments that change no output on any attempt.

    Args:
        reference: the kernel's.
        signature: the kernel's.
        runs: inputs.
        results: what the kernel gives on each of them.
        names: the arguments.
        written: the outputs.
        redrawn: argument to what it gives on the first of the runs where that one is drawn again; none if there is no
            such attempt yet.
        seed: of the draws.
    """
    idle = list(names)
    for attempt in range(max(_ATTEMPTS, len(runs))):
        run = max(0, attempt - _ATTEMPTS // 3) % len(runs)
        if attempt or not redrawn:
            changed = redraws(signature, runs[run], idle, attempt + 1, seed=seed)
            redrawn = dict(zip(changed, reference(list(changed.values()), double=True), strict=True)) if changed else {}
        before = results[run]
        after = {name: flat(values) for name, values in redrawn.items()}
        idle = [
            name
            for name in idle
            if name not in after or not any(_differs(before[each], after[name][each]) for each in written)
        ]
        if not idle:
            break
    return idle


def _is_left_alone(name: str, source: str) -> bool:
    """Whether a name is that of a struct's field which no line of the source asks for: kernels share such structs."""
    return "." in name and re.search(rf"\.{name.rpartition('.')[2]}\b", source) is None


def _differs(before: npt.NDArray[Any], after: npt.NDArray[Any]) -> bool:
    """Whether results differ by more than float64 rounds."""
    if before.dtype.kind in "iub":
        return not np.array_equal(before, after)
    return bool((np.abs(before - after) > 1e-9 * scale_of(before)).any())


def dead_names(source: str) -> list[str]:
    """Names that a function of the source assigns by themselves and never reads, in order."""
    found: list[str] = []
    for function in ast.walk(ast.parse(source)):
        if not isinstance(function, ast.FunctionDef):
            continue
        nodes = list(ast.walk(function))
        read = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
        for node in nodes:
            targets: Mapping[str, None] = {}
            if isinstance(node, ast.Assign):
                targets = {each.id: None for each in node.targets if isinstance(each, ast.Name)}
            elif isinstance(node, ast.AnnAssign | ast.AugAssign) and isinstance(node.target, ast.Name):
                targets = {node.target.id: None}
            found += [name for name in targets if name not in read and not name.startswith("_")]
    return found
