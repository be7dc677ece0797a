"""Draws with NaNs and infinities among the inputs, for kernels that test for them.

Kernels guard against missing numbers: ``if wp.isnan(depth): return`` or ``jnp.where(jnp.isfinite(x), x, 0)``. No domain
holds such numbers, so without these draws no run takes the guarded branch.
"""

import ast
import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Argument, Role
from synthesis.frontends.base import Reference, Trace, Values
from synthesis.verification.aimed import AimedDraw, result_of
from synthesis.verification.infinities import expected_of
from synthesis.verification.inputs import complete, draw_inputs, flat, generator_of
from synthesis.verification.tolerances import poison_for

_TESTS = {
    "isnan": (np.nan,),
    "isinf": (np.inf, -np.inf),
    "isposinf": (np.inf,),
    "isneginf": (-np.inf,),
    "isfinite": (np.nan, np.inf),
    "nan_to_num": (np.nan, np.inf, -np.inf),
}
"""Maps a function that tests numbers to the numbers that it tests for."""
_ORDERING = re.compile(r"sort|search|(?:lower|upper)_bound|digitize|median|quantile|percentile|top_k|unique")
"""Matches functions that put numbers in order. Tools do not agree on the place of a NaN in it."""
_SHARE = 0.3
"""Probability that an element is replaced."""
_MOST_ALONE = 4
"""Maximum number of arrays that are tried alone if no number may be missing in all of them."""


def find_draws_with_missing(
    reference: Reference, spec: KernelSpec, *, already: int, seed: int = 0
) -> Iterator[tuple[AimedDraw, Trace]]:
    """Yield draws of which some elements are the NaNs or infinities that the kernel's source tests for.

    Each comes with the record of the statements and branches that it executes, as of the first run.

    A draw is dropped if the kernel stores a number that is not finite, and that is no constant of its source: then it
    does not guard all that it computes. A kernel that queries objects, such as a hash grid of an array's points, gets
    no such draws: where an object keeps a NaN, and what it finds near one, is not defined.

    Args:
        reference: the kernel's reference.
        spec: the kernel's record.
        already: the number of other runs, for messages.
        seed: seed of the draws.
    """
    if any(each.handle for each in spec.signature.spread.arguments):
        return
    poison = poison_for(spec.signature)
    names = [each.name for each in spec.signature.arguments if _may_miss(each)]
    for number in _numbers_tested_for(spec.source):
        for chosen in (names, *([name] for name in names[:_MOST_ALONE] if len(names) > 1)):
            trial = complete(spec.signature, _with_missing(spec, chosen, number, seed))
            way = Trace()
            own = result_of(reference, spec, trial, already, double=False, trace=way)
            double = None if own is None else result_of(reference, spec, trial, already, double=True)
            if own is None or double is None:
                continue
            expected = expected_of(reference, [trial], [double], [own], poison)
            if expected.ill_conditioned or expected.non_finite:
                continue
            yield AimedDraw(inputs=trial, own=own, double=double), way
            if chosen == names:
                break


def without_missing(runs: Sequence[Values]) -> list[Values]:
    """Return the runs whose inputs are all finite, and at which a kernel may therefore have a derivative."""
    return [
        run
        for run in runs
        if all(np.isfinite(each).all() for each in flat(run).values() if np.issubdtype(each.dtype, np.floating))
    ]


@functools.lru_cache(maxsize=4)
def _numbers_tested_for(source: str) -> tuple[float, ...]:
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError):
        return ()
    found = {repr(number): number for node in nodes for number in _tested_by(node)}
    ordered = _ORDERING.search(source) is not None
    return tuple(number for number in found.values() if not (ordered and np.isnan(number)))


def _tested_by(node: ast.AST) -> Iterator[float]:
    match node:
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)):
            yield from _TESTS.get(name, ())
        case ast.Compare(left=left, ops=[ast.NotEq() | ast.Eq()], comparators=[right]):
            if ast.dump(left) == ast.dump(right):
                yield np.nan
        case _:
            return


def _may_miss(argument: Argument) -> bool:
    return bool(argument.shape) and argument.role is not Role.OUTPUT and argument.is_float and not argument.handle


def _with_missing(spec: KernelSpec, names: Sequence[str], number: float, seed: int) -> dict[str, Any]:
    """Return inputs of which some elements of the named arrays are a number that is not finite."""
    drawn = draw_inputs(spec.signature, 300, seed=seed)
    for each in spec.signature.arguments:
        if each.name in names:
            drawn[each.name] = _replaced(each, drawn[each.name], number, seed)
    return drawn


def _replaced(argument: Argument, values: npt.NDArray[Any], number: float, seed: int) -> npt.NDArray[Any]:
    if argument.fields:
        values = values.copy()
        for each in argument.fields:
            if each.is_float:
                inner = replace(each, name=f"{argument.name}.{each.name}")
                values[each.name] = _replaced(inner, values[each.name], number, seed)
        return values
    generator = generator_of("missing", 0, argument.name, seed=seed)
    return np.where(generator.random(values.shape) < _SHARE, values.dtype.type(number), values)
