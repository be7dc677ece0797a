"""One run of a kernel, to be looked at: the first inputs that verification draws, and what the reference makes of them."""

from dataclasses import dataclass

from synthesis.errors import KernelError
from synthesis.frontends.base import Frontend, Values
from synthesis.records import KernelSpec, Rejection, Role
from synthesis.verification.inputs import complete, draw_inputs


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What a kernel was given, and what it wrote or gave; by the names of arguments and results."""

    inputs: Values
    outputs: Values


def try_kernel(frontend: Frontend, spec: KernelSpec) -> Trial:
    """Run a kernel once, by the reference, at its signature's own sizes.

    The source is loaded: a stranger's only in a process without rights.

    Raises:
        KernelError: if the source defines no such kernel.
        ConfigError: if a shape or a domain is not known.
        ReferenceUnknownError: for what the reference does not model, as blocks of threads that need a GPU.
        ReferenceFaultError: if the kernel is at fault on these inputs.
    """
    inputs = draw_inputs(spec.signature, 0)
    kernel = frontend.load_one(spec)
    if isinstance(kernel, Rejection):
        raise KernelError(kernel.stage, kernel.symptom, kernel.detail)
    try:
        reference = frontend.the_prover.reference(kernel)
        (found,) = reference([complete(spec.signature, inputs)], double=False)
    finally:
        frontend.compiler.release([kernel])
    written = {
        each.name for each in (*spec.signature.results, *spec.signature.spread.arguments) if each.role is not Role.INPUT
    }
    return Trial(inputs=inputs, outputs={name: value for name, value in found.items() if name in written})
