"""Whether a source by itself is the kernel that it was collected from."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from synthesis.core.records import Hindrance, KernelSpec, Unproved
from synthesis.frontends.base import Frontend, Kernel, Level, Lowered
from synthesis.frontends.plainness import more_than_a_kernel
from synthesis.frontends.requirements import libraries_in, why_not_met

NOT_THE_KERNEL = Unproved(Hindrance.NOT_SELF_CONTAINED, "the source alone is not the kernel")
"""Why nothing of a kernel is proved whose source does not make it by itself."""


def why_unprovable(
    spec: KernelSpec, *, trusted: Collection[str] | None = (), told: Mapping[str, str] | None = None
) -> Unproved | None:
    """Why nothing of a kernel can be proved, as far as its source alone says; None if it can.

    Args:
        spec: the kernel.
        trusted: libraries whose code may run where its source does; None for those that it imports.
        told: the versions that its texts were made with, by the names of libraries.
    """
    needed = [] if spec.self_contained else libraries_in(spec.source)
    if not spec.self_contained and not needed:
        return NOT_THE_KERNEL
    whys = (why_not_met(each, told or {}, trusted) for each in needed)
    why = next((each for each in whys if each is not None), None)
    if why is not None:
        return Unproved(Hindrance.NEEDS_LIBRARY, why)
    more = more_than_a_kernel(spec.source, needed)
    return None if more is None else Unproved(Hindrance.NOT_PLAIN, f"{Hindrance.NOT_PLAIN}: {more}")


def confirm_source(
    frontend: Frontend, kernel: Kernel, lowered: Lowered, levels: Sequence[Level], device: str
) -> tuple[KernelSpec, Lowered]:
    """A kernel's record, its claim to be self-contained put to the test, and its texts with their line maps.

    The collected source is loaded as a module of its own; it is the kernel only if it lowers to the same texts. Then
    the line maps are those of the source alone. Those of the live kernel depend on what its process has lowered
    before: JAX keeps a function that it has traced, with the lines of its first caller.
    """
    spec = kernel.spec
    again = frontend.load_one(spec) if spec.self_contained else None
    if isinstance(again, Kernel):
        (second,) = frontend.compiler.lower([again], levels, device=device)
        frontend.compiler.release([again])
        if isinstance(second, Lowered) and second.texts == lowered.texts:
            return spec, second
    return replace(spec, self_contained=False), lowered
