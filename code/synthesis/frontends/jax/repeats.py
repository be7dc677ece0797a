"""The results of texts that have run, for other texts with the same statements and inputs."""

from typing import Any

import numpy as np

from synthesis.core.signatures import Signature
from synthesis.frontends.base import Program, RunKey, Runs

Results = dict[RunKey, list[Any]]
"""The results of a text, in order, by run."""


class Ran:
    """The results of texts of one kernel, by their statements."""

    def __init__(self) -> None:
        self._signature: Signature | None = None
        self._results: dict[str, tuple[Runs, Results]] = {}

    def known(self, program: Program, statements: str | None) -> Results | None:
        """Return a program's results if a program with the same statements has run on the same inputs, else None."""
        if statements is None or program.signature != self._signature or statements not in self._results:
            return None
        runs, results = self._results[statements]
        return results if _are_same(runs, program.runs) else None

    def keep(self, program: Program, statements: str | None, results: Results) -> None:
        """Store a program's results, and drop those of other kernels."""
        if program.signature != self._signature:
            self._signature, self._results = program.signature, {}
        if statements is not None:
            self._results[statements] = program.runs, results


def _are_same(left: Runs, right: Runs) -> bool:
    """Return whether two texts start from the same arrays, in the same order."""
    return left.keys() == right.keys() and all(
        len(left[key]) == len(right[key])
        and all(_is_same(a, b) for a, b in zip(left[key].values(), right[key].values(), strict=True))
        for key in left
    )


def _is_same(left: Any, right: Any) -> bool:
    if left is right:
        return True
    left, right = np.asarray(left), np.asarray(right)
    return left.dtype == right.dtype and left.shape == right.shape and left.tobytes() == right.tobytes()
