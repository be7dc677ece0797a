"""Checks that a drawn kernel is worth a row: each of its inputs must have an effect, and each output must be written.

The generator is meant to ensure this, so a kernel that fails a check indicates a bug in its recipe.
"""

import ast
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from synthesis.core.formats import is_exact
from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Role, Signature
from synthesis.frontends.base import Reference, Values
from synthesis.verification.inputs import another_draw, complete, draw_inputs, flat, is_part_of, with_shared_parts
from synthesis.verification.tolerances import Expected, scale_of

_ATTEMPTS = 9
"""Number of times that an argument is drawn again until an output changes; later attempts start from other inputs."""
_FURTHER = 12
"""Number of further inputs if a part of a kernel has no effect on the standard ones.

An example is a switch that is never on.
"""
_FURTHER_OF_ONE_THREAD = 64
"""Number of further inputs for a kernel with a single thread, which takes only one path on each input."""


def redraws(
    signature: Signature, base: Values, names: Sequence[str], attempt: int, *, seed: int = 0
) -> dict[str, Values]:
    """Return, by argument, inputs in which only that argument is drawn again.

    Arguments whose domain has a single value are left out. So are objects with a part that is another argument, since
    that argument is drawn again by itself.
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
    """Return why a kernel is useless; None if it is useful.

    Args:
        reference: the kernel's reference.
        spec: the kernel's record.
        runs: the inputs that it ran on.
        expected: its results on them.
        redrawn: argument to the kernel's results in float64 on the first inputs with that argument drawn again, as
            ``redraws`` returns them at its first attempt.
        seed: seed of the draws.

    Raises:
        ReferenceUnknownError: if something is not modelled.
        ReferenceFaultError: if the kernel is at fault on an input of its domain.
    """
    dead = dead_names(spec.source)
    if dead:
        return f"{dead[0]} is assigned and never read"
    outputs = {
        each.name for each in (*spec.signature.results, *spec.signature.arguments) if each.role is not Role.INPUT
    }
    written = [name for name in expected.double[0] if any(is_part_of(name, each) for each in outputs)]
    # An argument that is completely written before it is read looks like one whose initial values matter.
    read = {each.name for each in spec.signature.arguments if each.role is Role.INPUT}
    idle = [name for name in redrawn if name in read and not _is_unused_field(name, spec.source)]
    idle = _without_effect(reference, spec.signature, runs, list(expected.double), idle, written, redrawn, seed=seed)
    unwritten = _unwritten(expected.own, expected.poison, written)
    if (idle or unwritten) and spec.signature.launch is not None:
        count = _FURTHER_OF_ONE_THREAD if spec.signature.launch == (1,) else _FURTHER
        more = [complete(spec.signature, draw_inputs(spec.signature, 600 + each, seed=seed)) for each in range(count)]
        results = [flat(each) for each in reference(more, double=True)]
        idle = _without_effect(reference, spec.signature, more, results, idle, written, {}, seed=seed)
        unwritten = _unwritten(results, expected.poison, unwritten)
    if unwritten:
        return f"{unwritten[0]} is never written"
    return f"{idle[0]} changes nothing" if idle else None


def _unwritten(
    results: Sequence[Mapping[str, npt.NDArray[Any]]], poison: Mapping[str, Any], names: Sequence[str]
) -> list[str]:
    """Return the outputs that hold only poison in all results."""
    return [
        name
        for name in names
        if poison.get(name) is not None and all((each[name] == poison[name]).all() for each in results)
    ]


def _without_effect(
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
    """Return the arguments that change no output in any attempt.

    Args:
        reference: the kernel's reference.
        signature: the kernel's signature.
        runs: inputs of the kernel.
        results: the kernel's results on each of them.
        names: the arguments to check.
        written: the outputs.
        redrawn: for each argument, the results of the first run with only this argument drawn again; empty if that has
            not been tried.
        seed: seed of the draws.
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


def _is_unused_field(name: str, source: str) -> bool:
    """Return whether a name is that of a struct's field that the source never accesses.

    Such fields are allowed, because kernels share structs.
    """
    return "." in name and re.search(rf"\.{name.rpartition('.')[2]}\b", source) is None


def _differs(before: npt.NDArray[Any], after: npt.NDArray[Any]) -> bool:
    """Return whether results differ by more than the rounding of float64."""
    if is_exact(before.dtype):
        return not np.array_equal(before, after)
    return bool((np.abs(before - after) > 1e-9 * scale_of(before)).any())


def dead_names(source: str) -> list[str]:
    """Return the names that a function of the source assigns, other than by unpacking, and never reads, in order."""
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
