"""Verifies texts that are too expensive to run, by running their twins: the same texts at small sizes.

A signature may have a twin: the same signature at small sizes. The same tools lower the source at these sizes too. If
the twin's text differs from the kernel's own in more than sizes, for example because a loop is unrolled at one size and
not at the other, the twin proves nothing and the kernel is rejected.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from synthesis.core.errors import Symptom
from synthesis.core.identity.sizes import first_difference
from synthesis.core.records import KernelSpec, Rejection
from synthesis.core.verdicts import Hindrance, Unproved
from synthesis.frontends.base import Frontend, Kernel, Level
from synthesis.verification.plan import Plan, Problem
from synthesis.verification.planning import make_plan

_SCHEDULED = Unproved(Hindrance.NOT_EXECUTED, "compiled for its sizes, which are too dear to run")
"""The reason why a text is unverified if the compiler chose its schedule by its sizes. A twin's may differ."""


def at_executed_sizes(spec: KernelSpec) -> KernelSpec:
    """Return the kernel's record at the sizes that are executed, with the arrays of structs as separate arguments.

    These are the sizes of its twin, if it has one.
    """
    return replace(spec, signature=spec.signature.executed)


def plan_at_executed_sizes(
    frontend: Frontend,
    kernel: Kernel,
    texts: Mapping[str, str | None],
    *,
    device: str,
    unknown: Unproved | None = None,
    **settings: Any,
) -> Plan:
    """Return the plan of a kernel's texts, or of its twin's if the signature has one.

    Args:
        frontend: the kernel's front end.
        kernel: a loaded kernel.
        texts: level name to text; None if there is none.
        device: the device that the texts are for.
        unknown: the reason why nothing can be verified, if that is already known.
        settings: keyword arguments of :func:`synthesis.verification.planning.make_plan`.
    """
    if kernel.spec.signature.twin is None:
        return make_plan(frontend, kernel, texts, unknown=unknown, device=device, **settings)
    spec = at_executed_sizes(kernel.spec)
    if unknown is not None or frontend.prover is None:
        return replace(make_plan(frontend, kernel, texts, unknown=unknown, **settings), spec=spec)
    twin = frontend.load_one(spec)
    if isinstance(twin, Rejection):
        problem = Problem(Symptom.OTHER_TWIN, f"at small sizes it cannot be loaded: {twin.detail}")
        return Plan(spec=spec, levels=(), problem=problem)
    try:
        return _plan_of_twin(frontend, twin, texts, device, settings)
    finally:
        frontend.compiler.release([twin])


def _plan_of_twin(
    frontend: Frontend, twin: Kernel, texts: Mapping[str, str | None], device: str, settings: Mapping[str, Any]
) -> Plan:
    levels = tuple(frontend.level(name) for name, text in texts.items() if text is not None)
    (lowered,) = frontend.compiler.lower([twin], levels, device=device)
    if isinstance(lowered, Rejection):
        problem = Problem(Symptom.OTHER_TWIN, f"at small sizes it cannot be lowered: {lowered.detail}")
        return Plan(spec=twin.spec, levels=levels, problem=problem)
    run: dict[str, str] = {}
    for level in levels:
        text, small = texts[level.name], lowered.texts[level.name]
        if not level.deterministic or text is None:
            continue
        why = why_no_twin(level, text, small)
        if why is not None or small is None:
            return Plan(spec=twin.spec, levels=levels, problem=Problem(Symptom.OTHER_TWIN, f"{level.name}: {why}"))
        run[level.name] = small
    plan = make_plan(frontend, twin, run, device=device, **settings)
    scheduled = {level.name: _SCHEDULED for level in levels if not level.deterministic}
    return replace(plan, levels=levels, unavailable={**plan.unavailable, **scheduled})


def why_no_twin(level: Level, text: str, small: str | None) -> str | None:
    """Return a sentence that says how two texts differ in more than sizes; None if they do not.

    Args:
        level: the level of both texts.
        text: the kernel's text.
        small: the twin's text; None if there is none.
    """
    if small is None:
        return "the text is missing at small sizes"
    if level.language.sizeless is None:
        return f"texts in {level.language.name} cannot be compared without their sizes"
    different = first_difference(text, small, level.language.sizeless)
    return None if different is None else f"at small sizes it differs in more than sizes: {different}"
