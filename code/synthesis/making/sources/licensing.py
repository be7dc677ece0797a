"""Filters kernels by their licences."""

from dataclasses import replace

from synthesis.core.errors import Stage, Symptom
from synthesis.core.licences import UNKNOWN_LICENCE, is_allowed
from synthesis.core.records import KernelSpec, Rejection
from synthesis.core.run_settings import Extraction


def with_licence(spec: KernelSpec, settings: Extraction) -> KernelSpec:
    """Return a kernel with the licence that the user states for their own files.

    A kernel of an installed package keeps the licence that the package declares.
    """
    own = settings.own_licence
    if own is None or spec.origin.package or spec.licence != UNKNOWN_LICENCE:
        return spec
    return replace(spec, licence=own)


def refused_for_licence(spec: KernelSpec, settings: Extraction) -> Rejection | None:
    """Return a rejection if a kernel's licence is not allowed, else None."""
    if settings.licence is None or is_allowed(spec.licence, settings.licence):
        return None
    detail = f"its licence is {spec.licence}; allowed: {', '.join(settings.licence)}"
    return Rejection(stage=Stage.LOAD, symptom=Symptom.OTHER_LICENCE, detail=detail).of(spec)
