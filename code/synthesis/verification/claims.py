"""To come."""

from synthesis.frontends.base import Kernel
from synthesis.records import KernelSpec


def refuted_claim(spec: KernelSpec, kernel: Kernel) -> str | None:
    """Nothing yet."""
    return None
