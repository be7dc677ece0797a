"""Points for derivatives that take those arms of expressions which other points do not take."""

from collections.abc import Sequence

from synthesis.frontends.base import Reference, Trace, Values
from synthesis.records import KernelSpec, Role, Signature
from synthesis.verification.aimed import aimed_inputs
from synthesis.verification.inputs import complete
from synthesis.verification.slopes import draw_point

ROUNDS = 3
"""How often points are looked for, since some of those that are found have no derivative."""
_DRAWN, _FIRST = 12, 2000
"""Points that are drawn for it, besides those that aim at the numbers of the source, and the number of the first."""


class TakingPoints:
    """Points that may take further arms, tried in order.

    Args:
        reference: the kernel's.
        spec: the kernel.
        runs: draws of the kernel's arguments that are tried first.
        seed: another one gives other points.
    """

    def __init__(self, reference: Reference, spec: KernelSpec, runs: Sequence[Values], *, seed: int) -> None:
        self._reference, self._spec, self._runs, self._seed = reference, spec, runs, seed
        self._left: list[Values] | None = None

    def next(self, trace: Trace) -> list[Values]:
        """A few points not given before, each of which takes an arm that a derivative needs and nothing noted takes.

        Args:
            trace: what was noted of the points that there are.
        """
        if not self._reference.reached(trace).needed:
            return []
        if self._left is None:
            self._left = self._candidates()
        way = Trace()
        try:
            self._reference(self._left, double=False, trace=way)
        except Exception:  # noqa: BLE001 (one of them is at fault, so each is run alone)
            way = self._one_by_one()
        numbers = sorted({run for arm, run in way.arms.items() if arm not in trace.arms})
        found = [self._left[number] for number in numbers]
        self._left = [each for number, each in enumerate(self._left) if number not in numbers]
        return found

    def _one_by_one(self) -> Trace:
        assert self._left is not None
        way = Trace()
        for number, run in enumerate(self._left):
            own = Trace()
            try:
                self._reference([run], double=False, trace=own)
            except Exception:  # noqa: BLE001, S112 (it is no point for this kernel)
                continue
            for arm in own.arms:
                way.arms.setdefault(arm, number)
        return way

    def _candidates(self) -> list[Values]:
        signature, source = self._spec.signature, self._spec.source
        given = [_plain(signature, each) for each in (*self._runs, *aimed_inputs(self._spec, seed=self._seed))]
        numbers = range(_FIRST, _FIRST + _DRAWN)
        drawn = [draw_point(signature, source, each, seed=self._seed, near=each % 2 == 1) for each in numbers]
        return [*given, *drawn]


def _plain(signature: Signature, run: Values) -> Values:
    """A draw without poison in its outputs."""
    outputs = {each.name for each in signature.arguments if each.role is Role.OUTPUT}
    return complete(signature, {name: each for name, each in run.items() if name not in outputs}, poisoned=False)
