"""Writes a kernel as a script that needs only the tool: source, inputs, a call, and for derivatives a tape."""

from synthesis.core.records import KernelSpec
from synthesis.frontends.base import Direction, Values
from synthesis.frontends.registry import get_frontend


def script_of(spec: KernelSpec, inputs: Values, direction: Direction) -> str:
    """Return the script of a kernel; only its source if the front end writes no scripts.

    Args:
        spec: the kernel.
        inputs: every argument; for a derivative also the weights of the outputs, named with the prefix ``adj_`` or
            ``ct_``.
        direction: whether results or derivatives are computed.
    """
    write = get_frontend(spec.frontend).script_lines
    if write is None:
        return spec.source
    lines = "\n".join(write(spec, inputs, direction))
    return f"import numpy as np\n{spec.source.rstrip()}\n\n\n{lines}\n"
