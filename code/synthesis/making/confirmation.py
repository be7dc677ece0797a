"""Whether a source by itself is the kernel that it was collected from."""

from collections.abc import Sequence
from dataclasses import replace

from synthesis.frontends.base import Frontend, Kernel, Level, Lowered
from synthesis.frontends.plainness import more_than_a_kernel
from synthesis.records import Hindrance, KernelSpec, Unproved

NOT_THE_KERNEL = Unproved(Hindrance.NOT_SELF_CONTAINED, "the source alone is not the kernel")
"""Why nothing of a kernel is proved whose source does not make it by itself."""


def why_unprovable(spec: KernelSpec) -> Unproved | None:
    """Why nothing of a kernel can be proved, as far as its source alone says; None if it can."""
    if not spec.self_contained:
        return NOT_THE_KERNEL
    more = more_than_a_kernel(spec.source)
    return None if more is None else Unproved(Hindrance.NOT_PLAIN, f"{Hindrance.NOT_PLAIN}: {more}")


def confirm_source(
    frontend: Frontend, kernel: Kernel, lowered: Lowered, levels: Sequence[Level], device: str
) -> KernelSpec:
    """A kernel's record, its claim to be self-contained put to the test.

    The collected source is loaded as a module of its own; it is the kernel only if it lowers to the same texts.
    """
    spec = kernel.spec
    again = frontend.load_one(spec) if spec.self_contained else None
    if isinstance(again, Kernel):
        (second,) = frontend.compiler.lower([again], levels, device=device)
        frontend.compiler.release([again])
        if isinstance(second, Lowered) and second.texts == lowered.texts:
            return spec
    return replace(spec, self_contained=False)
