"""Plans the verification of texts at their own sizes, although their signature has a twin.

That is too expensive for each new row, but not for an answer that is scored. Results are compared with the oracle in
both precisions, as at small sizes. The number of draws depends on the cost of one, which is estimated from shapes
alone, so that it is the same on every machine.
"""

import math
from collections.abc import Mapping
from dataclasses import replace

from synthesis.core.records import KernelSpec
from synthesis.core.verdicts import Hindrance, Unproved
from synthesis.frontends.base import Direction, Frontend, Kernel, ReferenceUnknownError
from synthesis.verification.inputs import DRAWS, count_numbers
from synthesis.verification.plan import Plan
from synthesis.verification.planning import make_plan

_MOST_ELEMENTS = 1 << 24
"""Maximum number of elements of all arguments and results."""
_TRANSFER_COST = 50
"""Cost of passing one element of a draw between processes and comparing it, in multiples of computing one element."""
_DRAWS = ((6e7, len(DRAWS)), (5e8, 3), (1e9, 2))
"""Maximum cost of one draw, in computed elements, with the number of draws up to that cost."""
_DERIVATIVES = 6e6
"""Maximum work of one evaluation, in computed elements, for which derivatives are checked.

Finite differences take several hundred evaluations.
"""


def at_own_sizes(spec: KernelSpec) -> KernelSpec:
    """Return the kernel's record without its twin, with the arrays of structs as separate arguments."""
    return replace(spec, signature=replace(spec.signature, twin=None).spread)


def plan_at_own_sizes(
    frontend: Frontend,
    kernel: Kernel,
    texts: Mapping[str, str | None],
    *,
    device: str | None = None,
    seed: int,
    min_coverage: float,
    most_work: float = math.inf,
) -> Plan:
    """Return the plan of texts at their own sizes; if that is too expensive, it states that they are unverified.

    Args:
        frontend: the kernel's front end.
        kernel: a loaded kernel.
        texts: level name to text; None if there is none.
        device: the device that the texts are for; None if it is not known. Then no text can be lowered again.
        seed: seed of the inputs, points and directions.
        min_coverage: the smallest coverage of the kernel at which a text counts as verified.
        most_work: the maximum cost of a draw, in computed elements.
    """
    kernel = replace(kernel, spec=at_own_sizes(kernel.spec))
    levels = {frontend.level(name): text for name, text in texts.items() if text is not None}
    elements, work = count_numbers(kernel.spec.signature), _work(frontend, kernel)
    cost = work + _TRANSFER_COST * elements
    draws = next((count for most, count in _DRAWS if cost <= min(most, most_work)), 0)
    if elements > _MOST_ELEMENTS or not draws:
        numbers = f"its arrays have {elements} elements; the limit is {_MOST_ELEMENTS}"
        why = numbers if elements > _MOST_ELEMENTS else "one run takes too long"
        unknown = Unproved(Hindrance.TOO_DEAR, f"at its own sizes {why}")
        return Plan(spec=kernel.spec, levels=tuple(levels), unknown=unknown, fresh=False)
    expensive = [level for level in levels if level.direction is not Direction.FORWARD and work > _DERIVATIVES]
    cheap = {level.name: text for level, text in levels.items() if level not in expensive}
    plan = make_plan(
        frontend,
        kernel,
        cheap,
        useful=False,
        fresh=False,
        seed=seed,
        min_coverage=min_coverage,
        draws=draws,
        device=device,
    )
    reason = Unproved(Hindrance.TOO_DEAR, "at its own sizes finite differences take too long")
    return replace(
        plan,
        levels=tuple(levels),
        unavailable={**plan.unavailable, **{level.name: reason for level in expensive}},
    )


def _work(frontend: Frontend, kernel: Kernel) -> float:
    try:
        return frontend.the_prover.reference(kernel).work
    except ReferenceUnknownError:  # the plan reports it
        return 0.0
