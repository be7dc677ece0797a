"""Infers indices that all differ, for a kernel whose results depend on the order of threads on the common inputs.

A kernel that stores elements at the places in an array (``y[place[i]] = x[i]``) is written for an array that names
every place once, or for pairs without a common end, as of one colour of a coloured graph. On common inputs two threads
store different values at the same place.
"""

import math
from collections.abc import Iterator
from dataclasses import replace

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Argument, Domain, Signature
from synthesis.frontends.base import Frontend, Kernel, Prover, ReferenceUnknownError
from synthesis.verification.draws import standard_draws
from synthesis.verification.filling import arrays_of_indices, replaced
from synthesis.verification.inference import Trying
from synthesis.verification.inputs import count_of

_MOST_NUMBERS = 1024
"""Maximum number of indices of an array, which the row states."""
_STRIDES = (5, 7, 11, 13)
"""Distances, one of which has no factor in common with the number of indices, between indices that are neighbours."""


def infer_distinct_indices(frontend: Frontend, kernel: Kernel, inferred: KernelSpec) -> KernelSpec | None:
    """Return the kernel's record with indices that all differ; None if its results still depend on the order then.

    Args:
        frontend: the kernel's front end.
        kernel: a loaded kernel, with the inputs that are known, and without those that were inferred.
        inferred: its record with inferred inputs, on which the results depend on the order of threads.

    Returns:
        The inferred record with the integers in all arrays of unknown domain, or in one of them, replaced.
    """
    prover = frontend.prover
    if prover is None:
        return None
    spread = kernel.spec.signature.spread
    trying = Trying(
        prover,
        replace(kernel, spec=replace(kernel.spec, signature=spread)),
        accepts=lambda tried: _is_ordered(prover, tried),
    )
    try:
        for signature in _with_distinct_indices(spread, inferred.signature.spread):
            trying.repair(signature)
            if trying.found is not None:
                return replace(inferred, signature=inferred.signature.gather(trying.found))
    except ReferenceUnknownError:
        return None
    return None


def _is_ordered(prover: Prover, kernel: Kernel) -> bool:
    """Return whether the standard draws are finite and well-conditioned, and the order of threads has no effect."""
    drawn, problem = standard_draws(prover, kernel)
    return problem is None and drawn.trace.is_ordered


def _with_distinct_indices(given: Signature, inferred: Signature) -> Iterator[Signature]:
    """Yield the signatures in which the integers of all arrays of unknown domain differ, then those of one array."""
    held = arrays_of_indices(given, inferred)
    made = {each.name: distinct(each) for each in held if 1 < count_of(each) <= _MOST_NUMBERS}
    if made:
        yield replaced(inferred, made)
    for name, each in made.items() if len(made) > 1 else ():
        yield replaced(inferred, {name: each})


def distinct(argument: Argument) -> Argument:
    """Return an array that holds each number from 0 on once, in an order without a pattern that kernels follow."""
    count = count_of(argument)
    stride = next((each for each in _STRIDES if math.gcd(each, count) == 1), 1)
    base = tuple(float((stride * number + 3) % count) for number in range(count))
    return replace(argument, domain=Domain(low=0, high=0), base=base)
