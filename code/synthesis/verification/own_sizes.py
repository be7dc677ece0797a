"""Texts with a twin at their own sizes: too dear to run for each row that is made, not for an answer that is judged.

What is right is told as at small sizes: by the oracle, in both precisions. How many draws there are depends on how
dear one is, which is told from shapes alone, so that it is the same on every machine.
"""

import math
from collections.abc import Mapping
from dataclasses import replace

from synthesis.core.records import Hindrance, KernelSpec, Unproved
from synthesis.frontends.base import Direction, Frontend, Kernel, ReferenceUnknownError
from synthesis.verification.inputs import DRAWS, count_numbers
from synthesis.verification.plan import Plan, make_plan

_MOST_ELEMENTS = 1 << 24
"""Of all arguments and results together."""
_HANDED_ON = 50
"""How often as dear as to compute an element of a draw it is to hand it from process to process, and to compare it."""
_DRAWS = ((6e7, len(DRAWS)), (5e8, 3), (1e9, 2))
"""How many draws there are, by how dear one is, in elements that are computed."""
_DERIVATIVES = 6e6
"""The same, at most, where derivatives are to be told: differences take some hundred evaluations."""


def at_own_sizes(spec: KernelSpec) -> KernelSpec:
    """The kernel at the sizes that its texts are for, with the arrays of structs as arguments."""
    return replace(spec, signature=replace(spec.signature, twin=None).spread)


def plan_at_own_sizes(
    frontend: Frontend,
    kernel: Kernel,
    texts: Mapping[str, str | None],
    *,
    seed: int,
    least_reach: float,
    most_work: float = math.inf,
) -> Plan:
    """The plan of texts whose signature has a twin, without it; one that says why there is none where it is too dear.

    Args:
        frontend: the kernel's.
        kernel: a loaded kernel.
        texts: level name to text; None if there is none.
        seed: of the inputs, points and directions.
        least_reach: the share of the kernel that runs have to come to for anything to count as verified.
        most_work: how dear a draw may be, in elements that are computed.
    """
    kernel = replace(kernel, spec=at_own_sizes(kernel.spec))
    levels = {frontend.level(name): text for name, text in texts.items() if text is not None}
    elements, work = count_numbers(kernel.spec.signature), _work(frontend, kernel)
    cost = work + _HANDED_ON * elements
    draws = next((count for most, count in _DRAWS if cost <= min(most, most_work)), 0)
    if elements > _MOST_ELEMENTS or not draws:
        numbers = f"it has {elements} numbers, of which at most {_MOST_ELEMENTS} are tried"
        why = numbers if elements > _MOST_ELEMENTS else "it computes for too long"
        unknown = Unproved(Hindrance.TOO_DEAR, f"at its own sizes {why}")
        return Plan(spec=kernel.spec, levels=tuple(levels), unknown=unknown, fresh=False)
    dear = [level for level in levels if level.direction is not Direction.FORWARD and work > _DERIVATIVES]
    cheap = {level.name: text for level, text in levels.items() if level not in dear}
    plan = make_plan(
        frontend, kernel, cheap, useful=False, fresh=False, seed=seed, least_reach=least_reach, draws=draws
    )
    reason = Unproved(Hindrance.TOO_DEAR, "at its own sizes differences take too long")
    return replace(
        plan,
        levels=tuple(levels),
        unavailable={**plan.unavailable, **{level.name: reason for level in dear}},
    )


def _work(frontend: Frontend, kernel: Kernel) -> float:
    try:
        return frontend.the_prover.reference(kernel).work
    except ReferenceUnknownError:  # which the plan will say
        return 0.0
