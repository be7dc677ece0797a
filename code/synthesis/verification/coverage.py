"""Measures the coverage of a kernel by its runs: only code that ran is verified.

A text could omit a statement that no run executed, or an output that no run changed, and still pass.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from synthesis.core.signatures import Role, Signature
from synthesis.core.verdicts import Hindrance, Unproved
from synthesis.frontends.base import Reached, Values
from synthesis.verification.inputs import flat, is_part_of

SHARE = 0.8
"""Default of the smallest coverage of a kernel at which a text counts as verified."""


WRITES_NOTHING = Unproved(Hindrance.NOT_REACHED, f"{Hindrance.NOT_REACHED}: the kernel writes nothing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """The coverage of a kernel by the runs of a plan."""

    code: Reached
    outputs: int
    """Number of arguments that the kernel writes, without those that it restores, such as locks."""
    idle: tuple[str, ...] = ()
    """The arguments that the kernel writes, but whose values no run changed."""
    writes: bool = True
    """Whether the kernel writes into its arguments; False for a function that returns results."""

    @property
    def share(self) -> float:
        """The coverage of statements and branches, or the share of outputs that were changed if that is less."""
        return min(self.code.share, self._changed)

    @property
    def _changed(self) -> float:
        if not self.writes:
            return 1.0
        return 1 - len(self.idle) / self.outputs if self.outputs else 0.0

    def hindrance(self, least: float) -> Unproved | None:
        """Return why no text counts as verified; None if the coverage is high enough.

        The coverage is never high enough if no output changed.

        Args:
            least: the smallest share of the statements that must be executed, and of the outputs that must be changed.
        """
        if min(self.code.statements, self._changed) >= least and self._changed > 0:
            return None
        if not self.outputs and self.writes:
            return WRITES_NOTHING
        if self._changed < self.code.statements:
            why = f"no run changed {', '.join(self.idle)}"
        else:
            missed, places = self.code.missed, self.code.places
            why = f"no run executed {len(missed)} of {places} statements, such as {missed[0]}"
        return Unproved(Hindrance.NOT_REACHED, f"{Hindrance.NOT_REACHED}: {why}")


def unreached_derivative(code: Reached) -> Unproved | None:
    """Return why the runs cannot verify a derivative; None if they can.

    The reason is that a derivative depends on code that no run executed.
    """
    missed = code.underived
    if not missed:
        return None
    return Unproved(Hindrance.NOT_REACHED, f"{Hindrance.NOT_REACHED}: no run takes {missed[0]}")


def depending_on_order(name: str | None) -> Unproved | None:
    """Return why the order of threads keeps texts from being verified; None if it has no effect on the results.

    Args:
        name: the name of something, such as an argument, whose values depend on the order; None if nothing does.
    """
    if name is None:
        return None
    why = f"threads change {name} in ways that do not commute"
    return Unproved(Hindrance.DEPENDS_ON_ORDER, f"{Hindrance.DEPENDS_ON_ORDER}: {why}")


def adjoint_depending_on_order(name: str | None) -> Unproved | None:
    """Return why the order of threads keeps backward texts of a GPU from being verified; None if it does not.

    Args:
        name: the array of which several threads store one element; None if there is none.
    """
    if name is None:
        return None
    why = f"several threads store one element of {name}; each of them reads and clears its adjoint, without an atomic"
    return Unproved(Hindrance.DEPENDS_ON_ORDER, f"{Hindrance.DEPENDS_ON_ORDER}: {why}")


def coverage_of(signature: Signature, runs: Sequence[Values], results: Sequence[Values], code: Reached) -> Coverage:
    """Return the coverage of a kernel by some runs.

    Args:
        signature: the kernel's signature.
        runs: the initial values of each run.
        results: the final values of each run, in the kernel's own precision.
        code: the statements and branches that they executed.
    """
    outputs = [each.name for each in signature.arguments if each.role is not Role.INPUT]
    changed = {name for run, left in zip(runs, results, strict=True) for name in changed_by(run, left, outputs)}
    outputs = [name for name in outputs if name in changed or name not in code.restored]
    return Coverage(
        code=code,
        outputs=len(outputs),
        idle=tuple(name for name in outputs if name not in changed),
        writes=not signature.results,
    )


def changed_by(run: Values, left: Values, names: Sequence[str]) -> list[str]:
    """Return those of ``names`` whose values differ before (``run``) and after a run (``left``)."""
    before, after = flat({name: run[name] for name in names}), flat({name: left[name] for name in names})
    return [name for name in names if any(_differs(before, after, each) for each in after if is_part_of(each, name))]


def _differs(before: Mapping[str, npt.NDArray[Any]], after: Mapping[str, npt.NDArray[Any]], name: str) -> bool:
    return not np.array_equal(before[name], after[name])
