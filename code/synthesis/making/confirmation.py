"""Checks that a collected source alone defines the kernel that it was collected from."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from synthesis.core.records import KernelSpec, Rejection
from synthesis.core.verdicts import Hindrance, Unproved
from synthesis.frontends.base import Frontend, Kernel, Level, Lowered
from synthesis.frontends.plainness import more_than_a_kernel
from synthesis.frontends.requirements import libraries_in, why_not_met

NOT_THE_KERNEL = Unproved(Hindrance.NOT_SELF_CONTAINED, "the source alone is not the kernel")
"""The reason why no text of a kernel is verified if its source alone does not define it."""


def why_unprovable(
    spec: KernelSpec, *, trusted: Collection[str] | None = (), versions: Mapping[str, str] | None = None
) -> Unproved | None:
    """Return why no text of a kernel can be verified, judging by its source alone; None if nothing prevents it.

    Args:
        spec: the kernel.
        trusted: libraries whose code may run in the process that runs the source; None for all that it imports.
        versions: the versions of libraries with which the kernel's texts were made, by library name.
    """
    needed = [] if spec.self_contained else libraries_in(spec.source)
    if not spec.self_contained and not needed:
        return NOT_THE_KERNEL
    whys = (why_not_met(each, versions or {}, trusted) for each in needed)
    why = next((each for each in whys if each is not None), None)
    if why is not None:
        return Unproved(Hindrance.NEEDS_LIBRARY, why)
    more = more_than_a_kernel(spec.source, needed)
    return None if more is None else Unproved(Hindrance.NOT_PLAIN, f"{Hindrance.NOT_PLAIN}: {more}")


def confirm_source(
    frontend: Frontend, kernel: Kernel, lowered: Lowered, levels: Sequence[Level], device: str
) -> tuple[KernelSpec, Lowered]:
    """Return a kernel's record with ``self_contained`` confirmed or cleared, and its texts with their line maps.

    The collected source is loaded as a separate module. It is self-contained only if it lowers to the same texts. The
    line maps are then made from the source alone. Line maps of the live kernel depend on what its process has lowered
    before: JAX caches a traced function with the lines of its first caller.
    """
    spec = kernel.spec
    again = frontend.load_one(spec) if spec.self_contained else None
    if isinstance(again, Kernel):
        (second,) = frontend.compiler.lower([again], levels, device=device)
        first: Lowered | Rejection = lowered
        if isinstance(second, Lowered) and second.texts != lowered.texts:
            # The first texts may contain names of functions that the process had lowered before, from JAX's caches.
            # The cached functions are now those of the source.
            (first,) = frontend.compiler.lower([kernel], levels, device=device)
        frontend.compiler.release([again])
        if isinstance(second, Lowered) and isinstance(first, Lowered) and second.texts == first.texts:
            return spec, second
    return replace(spec, self_contained=False), lowered
