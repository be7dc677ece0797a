"""Varies the initial values of outputs between runs, so that a text cannot recognise that it is being scored."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from synthesis.core.signatures import Role, Signature
from synthesis.frontends.base import Purpose, RunKey, Runs, Values
from synthesis.verification.tolerances import Expected

TURN = 2
"""One in this many runs keeps the poison that reveals elements that are not written."""


def with_other_starts(signature: Signature, runs: Runs, expected: Expected) -> Runs:
    """Return the runs, with ordinary numbers instead of poison in the written elements of outputs in every other run.

    The written results must not depend on the initial values. Elements that the kernel does not write keep their
    poison, which identifies them.

    Args:
        signature: the kernel's signature.
        runs: the runs of a forward text.
        expected: the expected results.
    """
    outputs = [each.name for each in signature.arguments if each.role is Role.OUTPUT and not each.fields]
    found: dict[RunKey, Values] = {}
    for key, values in runs.items():
        changed = key.purpose is Purpose.DRAW and key.number % TURN
        more = _ordinary(outputs, values, expected, key.number) if changed else {}
        found[key] = {**values, **more}
    return found


def _ordinary(
    outputs: list[str], values: Mapping[str, npt.NDArray[Any]], expected: Expected, number: int
) -> dict[str, npt.NDArray[Any]]:
    """Return outputs with small random numbers, which reveal nothing about the results, where the kernel writes."""
    found: dict[str, npt.NDArray[Any]] = {}
    for place, name in enumerate(outputs):
        start, right = values.get(name), expected.own[number].get(name)
        if start is None or right is None or name not in expected.poison or start.shape != right.shape:
            continue
        generator = np.random.default_rng([number, place, start.size])
        numbers = generator.uniform(-1, 1, start.shape) if start.dtype.kind not in "iu" else (
            generator.integers(0, 8, start.shape))  # fmt: skip
        found[name] = np.where(right != expected.poison[name], numbers.astype(start.dtype), start)
    return found
