"""Inputs for kernels of the user's, of which shapes, domains or launch dimensions are not known.

A few common ones are tried on the reference: those on which the kernel stays inside its arrays, ends, and gives finite
values that are not all alike are taken, and become part of the row's signature. What is known is kept.
"""

import logging
from dataclasses import replace

import numpy as np

from synthesis.frontends.base import Frontend, Kernel, Prover, ReferenceUnknownError
from synthesis.records import Argument, Domain, Hindrance, KernelSpec, Role, Signature, Unproved
from synthesis.verification.inputs import DRAWS, complete, draw_inputs, flat, missing_inputs

logger = logging.getLogger(__name__)

_CANDIDATES = ((16, (0.1, 1.5)), (16, (-1.0, 1.0)), (64, (0.1, 1.5)), (4, (0.1, 0.9)))
"""A size for every dimension, and bounds for floating-point numbers."""
_MOST_ELEMENTS = 4096
"""What an array or a launch of several dimensions may come to; sizes are cut down to it."""


def infer_inputs(frontend: Frontend, kernel: Kernel) -> tuple[KernelSpec, Unproved | None]:
    """The kernel's record with inputs that it runs on, and why it is unchanged if none were found."""
    spec, prover = kernel.spec, frontend.prover
    missing = missing_inputs(spec.signature)
    if missing is None or prover is None:
        return spec, None
    why = "none of the common ones gives finite values that are not all alike"
    for size, bounds in _CANDIDATES:
        candidate = replace(spec, signature=_filled(spec.signature, size, Domain(low=bounds[0], high=bounds[1])))
        try:
            if _runs(prover, replace(kernel, spec=candidate)):
                return candidate, None
        except ReferenceUnknownError as error:
            return spec, Unproved(Hindrance.NO_REFERENCE, f"{missing} is not known, and {error}")
        except Exception as error:  # noqa: BLE001 (a kernel of the user's may be anything)
            why = str(error)
            logger.debug("%s does not run on %d elements: %s", spec.name, size, error)
    return spec, Unproved(Hindrance.NO_INPUTS, f"{missing} is not known, and cannot be inferred: {why}")


def _filled(signature: Signature, size: int, domain: Domain) -> Signature:
    launch = signature.launch
    dimensions = max(len(each) for each in [launch or (), *(each.shape or () for each in signature.arguments)])
    while dimensions and size**dimensions > _MOST_ELEMENTS:
        size //= 2
    return replace(
        signature,
        arguments=tuple(_filled_argument(each, size, domain) for each in signature.arguments),
        launch=None if launch is None else tuple(each or size for each in launch),
    )


def _filled_argument(argument: Argument, size: int, domain: Domain) -> Argument:
    shape = None if argument.shape is None else tuple(each or size for each in argument.shape)
    fields = tuple(_filled_argument(each, size, domain) for each in argument.fields)
    if argument.domain is not None or argument.fields:
        return replace(argument, shape=shape, fields=fields)
    if argument.is_float:
        return replace(argument, shape=shape, domain=domain)
    if argument.dtype == "bool":
        return replace(argument, shape=shape, domain=Domain(low=0, high=1))
    # A whole number in an array may be an index, and one by itself a count.
    limits = (size, size) if shape is None and not argument.element else (0, size - 1)
    return replace(argument, shape=shape, domain=Domain(low=limits[0], high=limits[1]))


def _runs(prover: Prover, kernel: Kernel) -> bool:
    signature = kernel.spec.signature
    if missing_inputs(signature) is not None:
        return False
    runs = [complete(signature, draw_inputs(signature, seed, edges=edges)) for seed, edges in DRAWS]
    found = [flat(each) for each in prover.reference(kernel)(runs, double=False)]
    first, second = found[:2]
    inputs = {each.name for each in signature.arguments if each.role is Role.INPUT}
    outputs = [name for name in first if name.split(".")[0] not in inputs]
    unlike = any(not np.array_equal(first[name], second[name]) for name in outputs)
    finite = all(np.isfinite(each[name].astype(np.float64)).all() for each in found for name in outputs)
    return unlike and finite
