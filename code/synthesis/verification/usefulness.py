"""Whether a drawn kernel is worth a row: everything it is given matters, and everything it does.

The generator makes this so by construction; what is found here is a defect of a recipe.
"""

import ast
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from synthesis.frontends.base import Frontend, Kernel, Values
from synthesis.records import Role
from synthesis.verification.comparison import Expected, scale_of
from synthesis.verification.inputs import another_draw, flat

_REDRAWS = (100, 200, 300)
"""Seeds of the draws that have to change an output; the later ones are for what the first has not shown."""


def shortcoming(frontend: Frontend, kernel: Kernel, runs: Sequence[Values], expected: Expected) -> str | None:
    """Why a kernel is of no use, or None.

    Raises:
        ReferenceUnknownError: for what is not modelled.
        ReferenceFaultError: if the kernel is at fault on an input of its domain.
    """
    if expected.non_finite is not None:
        return f"{expected.non_finite} is not finite"
    dead = dead_names(kernel.spec.source)
    if dead:
        return f"{dead[0]} is assigned and never read"
    signature = kernel.spec.signature
    outputs = {each.name for each in (*signature.results, *signature.arguments) if each.role is not Role.INPUT}
    base = {name: value for name, value in expected.double[0].items() if name.split(".")[0] in outputs}
    for name, value in base.items():
        poison = expected.poison.get(name)
        if poison is not None and (expected.own[0][name] == poison).all() and np.dtype(value.dtype).kind != "b":
            return f"{name} is never written"
    done: set[str] = set()
    for seed in _REDRAWS:
        changed: dict[str, Values] = {}
        for argument in signature.arguments:
            if argument.role is Role.OUTPUT or argument.name in done:
                continue
            other = another_draw(argument, runs[0][argument.name], range(seed, seed + 4))
            if other is None:
                done.add(argument.name)
            else:
                changed[argument.name] = {**runs[0], argument.name: other}
        if not changed:
            return None
        after = frontend.reference(kernel, list(changed.values()), double=True)
        for name, values in zip(changed, map(flat, after), strict=True):
            if any(_differs(base[each], values[each]) for each in base):
                done.add(name)
    idle = [each.name for each in signature.arguments if each.role is not Role.OUTPUT and each.name not in done]
    return f"{idle[0]} changes nothing" if idle else None


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
        names = [node for node in ast.walk(function) if isinstance(node, ast.Name)]
        read = {node.id for node in names if isinstance(node.ctx, ast.Load)}
        for node in ast.walk(function):
            targets: Mapping[str, None] = {}
            if isinstance(node, ast.Assign):
                targets = {each.id: None for each in node.targets if isinstance(each, ast.Name)}
            elif isinstance(node, ast.AnnAssign | ast.AugAssign) and isinstance(node.target, ast.Name):
                targets = {node.target.id: None}
            found += [name for name in targets if name not in read and not name.startswith("_")]
    return found
