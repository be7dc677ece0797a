"""Candidates from a finished folder: nothing that a row says of itself is believed, its texts are run as they are."""

from synthesis.errors import Stage, Symptom, TargetError
from synthesis.frontends.base import Frontend, Lowered
from synthesis.making.candidate import Candidate
from synthesis.making.confirmation import NOT_THE_KERNEL
from synthesis.making.stages import Terms
from synthesis.output.reading import Document
from synthesis.records import KernelSpec, Rejection, Signature
from synthesis.registry import get_frontend
from synthesis.verification.plan import Plan

TERMS = Terms(useful=False, fresh=False, whole=False)


def candidate_of(document: Document, number: int) -> Candidate:
    """The candidate of a stored row; one whose metadata cannot be used is stopped.

    Raises:
        UnknownNameError: if there is no such front end.
        MissingFrontendError: if its package is not installed.
    """
    frontend = get_frontend(document.frontend)
    nameless = KernelSpec(
        frontend=frontend.name, name=document.name, category="", source="", signature=Signature(arguments=())
    )
    candidate = Candidate(spec=nameless, number=number, device=document.device)
    known = {level.name: level for level in frontend.compiler.levels}
    unknown = [name for name in document.texts if name not in known]
    if unknown:
        detail = f"no level {unknown[0]!r}"
        return candidate.stop(Rejection(stage=Stage.LOAD, symptom=Symptom.NOT_AVAILABLE, detail=detail))
    try:
        spec = document.spec
    except (TargetError, ValueError) as error:
        return candidate.stop(Rejection(stage=Stage.LOAD, symptom=Symptom.NO_INPUTS, detail=str(error)))
    return _lowered(frontend, document, spec, number)


def _lowered(frontend: Frontend, document: Document, spec: KernelSpec, number: int) -> Candidate:
    levels = tuple(frontend.level(name) for name, text in document.texts.items() if text is not None)
    return Candidate(
        spec=spec,
        number=number,
        device=document.device,
        levels=levels,
        lowered=Lowered(texts=document.texts, line_map={}),
        plan=None if spec.self_contained else Plan(spec=spec, levels=levels, unknown=NOT_THE_KERNEL),
    )
