"""How much of a kernel some runs came to: a proof is only of what ran.

A statement that no run executed, or an output that no run changed, could be left out of a text, and nothing would
tell.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from synthesis.core.records import Hindrance, Role, Signature, Unproved
from synthesis.frontends.base import Reached, Values
from synthesis.verification.inputs import flat, is_of

SHARE = 0.8
"""What the runs have to come to where nothing else is asked."""


WRITES_NOTHING = Unproved(Hindrance.NOT_REACHED, f"{Hindrance.NOT_REACHED}: the kernel writes nothing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What the runs of a plan came to."""

    code: Reached
    outputs: int
    """Arguments that the kernel writes."""
    idle: tuple[str, ...] = ()
    """Those of them that hold after every run what they held before."""
    writes: bool = True
    """Whether the kernel writes into its arguments; False for a function that gives results."""

    @property
    def share(self) -> float:
        """From 0 to 1: of the statements and arms of expressions, or of the outputs, whichever is less."""
        return min(self.code.share, self._changed)

    @property
    def _changed(self) -> float:
        if not self.writes:
            return 1.0
        return 1 - len(self.idle) / self.outputs if self.outputs else 0.0

    def hindrance(self, least: float) -> Unproved | None:
        """Why nothing counts as verified, or None if enough was come to; where no output changed, it never is.

        Args:
            least: the share of the statements, and of the outputs, that has to be come to.
        """
        if min(self.code.statements, self._changed) >= least and self._changed > 0:
            return None
        if not self.outputs and self.writes:
            return WRITES_NOTHING
        if self._changed < self.code.statements:
            why = f"no run changed {', '.join(self.idle)}"
        else:
            missed, places = self.code.missed, self.code.places
            why = f"no run came to {len(missed)} of {places} statements, such as {missed[0]}"
        return Unproved(Hindrance.NOT_REACHED, f"{Hindrance.NOT_REACHED}: {why}")


def underived(code: Reached) -> Unproved | None:
    """Why some runs prove no derivative: what it goes through and none came to; None if there is nothing."""
    missed = code.underived
    if not missed:
        return None
    return Unproved(Hindrance.NOT_REACHED, f"{Hindrance.NOT_REACHED}: no run takes {missed[0]}")


def depending_on_order(name: str | None) -> Unproved | None:
    """Why a run proves nothing in another order of threads; None if no order changes what it leaves.

    Args:
        name: of what holds something else in another order.
    """
    if name is None:
        return None
    why = f"threads change {name} in ways that do not commute"
    return Unproved(Hindrance.DEPENDS_ON_ORDER, f"{Hindrance.DEPENDS_ON_ORDER}: {why}")


def reach_of(signature: Signature, runs: Sequence[Values], results: Sequence[Values], code: Reached) -> Reach:
    """What some runs came to.

    Args:
        signature: the kernel's.
        runs: what each started from.
        results: what each left, in the kernel's own precision.
        code: the statements that they came to.
    """
    outputs = [each.name for each in signature.arguments if each.role is not Role.INPUT]
    changed = {name for run, left in zip(runs, results, strict=True) for name in changed_by(run, left, outputs)}
    return Reach(
        code=code,
        outputs=len(outputs),
        idle=tuple(name for name in outputs if name not in changed),
        writes=not signature.results,
    )


def changed_by(run: Values, left: Values, names: Sequence[str]) -> list[str]:
    """The arguments of these names that hold something else after a run than before it."""
    before, after = flat({name: run[name] for name in names}), flat({name: left[name] for name in names})
    return [name for name in names if any(_differs(before, after, each) for each in after if is_of(each, name))]


def _differs(before: Mapping[str, npt.NDArray[Any]], after: Mapping[str, npt.NDArray[Any]], name: str) -> bool:
    return not np.array_equal(before[name], after[name])
