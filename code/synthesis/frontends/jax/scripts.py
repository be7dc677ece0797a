"""The lines of a script that call a function, or its derivatives, on given inputs."""

from collections.abc import Iterator

import numpy as np

from synthesis.core.records import KernelSpec
from synthesis.frontends.base import Direction, Values
from synthesis.frontends.literals import array_of


def call_lines(spec: KernelSpec, inputs: Values, direction: Direction) -> Iterator[str]:
    """Yield the lines after the source: inputs, the call, and the printing of results."""
    names = [each.name for each in spec.signature.arguments]
    for name in names:
        yield f"{name} = {array_of(inputs[name])}"
    if spec.signature.call is not None:
        yield f"# the call: {dict(spec.signature.call)!r}"
    call = f"{spec.name}({', '.join(names)})"
    match direction:
        case Direction.FORWARD:
            yield f"print({call})"
        case Direction.BACKWARD:
            yield f"values, pull_back = jax.vjp({spec.name}, {', '.join(names)})"
            weights = [array_of(value) for name, value in inputs.items() if name.startswith("ct_")]
            given = weights[0] if len(weights) == 1 else f"({', '.join(weights)})"
            yield f"print(pull_back({given}))"
        case Direction.TANGENT:
            tangents = [array_of(inputs.get(f"tangent_{name}", np.zeros_like(inputs[name]))) for name in names]
            yield f"print(jax.jvp({spec.name}, ({', '.join(names)},), ({', '.join(tangents)},)))"
