"""Filters kernels by their licences."""

from synthesis.core.errors import Stage, Symptom
from synthesis.core.licences import is_allowed
from synthesis.core.records import KernelSpec, Rejection
from synthesis.core.run_settings import Extraction


def refused_for_licence(spec: KernelSpec, settings: Extraction) -> Rejection | None:
    """Return a rejection if a kernel's licence is not allowed, else None."""
    if settings.licence is None or is_allowed(spec.licence, settings.licence):
        return None
    detail = f"its licence is {spec.licence}; allowed: {', '.join(settings.licence)}"
    return Rejection(stage=Stage.LOAD, symptom=Symptom.OTHER_LICENCE, detail=detail).of(spec)
