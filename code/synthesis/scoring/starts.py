"""What outputs hold before a run: not the same thing each time, or a text could tell from it that it is judged."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from synthesis.core.records import Role, Signature
from synthesis.frontends.base import Purpose, RunKey, Runs, Values
from synthesis.verification.comparison import Expected

TURN = 2
"""Of so many runs one keeps the poison that shows what is not written."""


def with_other_starts(signature: Signature, runs: Runs, expected: Expected) -> Runs:
    """The runs, in every other of which outputs hold ordinary numbers where the kernel writes.

    What it writes has to be the same whatever was there; what it leaves alone keeps its poison, by which it is known.

    Args:
        signature: the kernel's.
        runs: those of a forward text.
        expected: what its draws are held against.
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
    """Outputs that hold small numbers, nothing of which says what is right, where the kernel writes."""
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
