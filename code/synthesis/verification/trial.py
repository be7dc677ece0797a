"""Runs a kernel once on inputs as verification draws them, to show the results."""

from dataclasses import dataclass

from synthesis.core.errors import KernelError
from synthesis.core.records import KernelSpec, Rejection
from synthesis.core.signatures import Role
from synthesis.frontends.base import Frontend, Values
from synthesis.verification.inputs import complete, draw_inputs


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """The inputs and outputs of a kernel, by the names of arguments and results."""

    inputs: Values
    outputs: Values
    starts: Values
    """The initial values of write-only outputs: poison, which no kernel writes; Booleans alternate."""


def try_kernel(frontend: Frontend, spec: KernelSpec) -> Trial:
    """Run a kernel once with the reference, at its signature's own sizes.

    Its source is loaded, so an untrusted kernel may only be run in a process without privileges.

    Raises:
        KernelError: if the source defines no such kernel.
        ConfigError: if a shape or a domain is not known.
        ReferenceUnknownError: if something is not modelled, such as blocks of threads that need a GPU.
        ReferenceFaultError: if the kernel is at fault on these inputs.
    """
    inputs = draw_inputs(spec.signature, 0)
    run = complete(spec.signature, inputs)
    kernel = frontend.load_one(spec)
    if isinstance(kernel, Rejection):
        raise KernelError(kernel.stage, kernel.symptom, kernel.detail)
    try:
        reference = frontend.the_prover.reference(kernel)
        (found,) = reference([run], double=False)
    finally:
        frontend.compiler.release([kernel])
    written = {
        each.name for each in (*spec.signature.results, *spec.signature.spread.arguments) if each.role is not Role.INPUT
    }
    outputs = {name: value for name, value in found.items() if name in written}
    starts = {name: run[name] for name in outputs if name in run and name not in inputs}
    return Trial(inputs=inputs, outputs=outputs, starts=starts)
