"""Verification of single kernels, for tests."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from synthesis import Pair, Rejection, get_frontend
from synthesis.extraction import extract
from synthesis.frontends.base import Kernel, Lowered
from synthesis.records import KernelSpec
from synthesis.verification.verifier import Verified, Verifier


def pairs_of(target: ModuleType | Path, **options: Any) -> dict[str, Pair]:
    """The verified pairs of all kernels of a module, by name."""
    found = list(extract(target, **options))
    assert not [each for each in found if isinstance(each, Rejection)], found
    return {each.spec.name: each for each in found if isinstance(each, Pair)}


def verdict_on(
    verifier: Verifier, spec: KernelSpec, texts: Mapping[str, str | None] | Sequence[Mapping[str, str | None]]
) -> list[Verified | Rejection]:
    """What is established of a kernel with these texts, or with each of several sets of them."""
    several = [texts] if isinstance(texts, Mapping) else list(texts)
    frontend = get_frontend(spec.frontend)
    kernel = frontend.load(spec)
    assert isinstance(kernel, Kernel)
    try:
        entries = [(kernel, Lowered(texts=each, line_map={})) for each in several]
        return verifier.verify(entries, useful=False, each=True)
    finally:
        frontend.release([kernel])
