"""Infers inputs of a kernel that cannot be verified on the common ones.

Common inputs may be outside a kernel's natural domain: ``acosh`` is not finite below 1, a zeta function diverges there,
and a matrix of random numbers has no Cholesky factor. So less common domains are tried in a fixed order:

1. Indices differ that are next to each other in an array, or at the same place in two arrays: the corners of a triangle
   or the ends of a spring. They are the only inputs whose arrays are enlarged if the kernel leaves them.
2. Indices are those of the parents in a binary tree, whose root has the parent -1, or itself. A loop that follows the
   parents, or the links of a list, ends.
3. The floating-point numbers of each array all differ, as those that a kernel sorts must.
4. All arguments of unknown domain have the same one: above 1, between -1 and 1, between 0 and 1, far above 1.
5. Square matrices have a large diagonal, which makes them regular, and their symmetric part positive definite.
6. Three arguments have domains of which one is above the other, such as a number and the bounds of its distribution.
7. One argument has another domain than the others, or it alone has a large diagonal.

The last two are not tried if the kernel has failed on all inputs so far.

The first signature is used on which all standard draws are finite and well-conditioned in both precisions, and that
covers the whole kernel. If none covers all of it, the one with the highest coverage is used. It becomes the row's
signature, so the row states the domains.
"""

import itertools
import math
from collections.abc import Iterator
from dataclasses import replace

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Argument, Domain, Signature
from synthesis.core.verdicts import Hindrance, Unproved
from synthesis.frontends.base import Frontend, Kernel, Prover, ReferenceUnknownError
from synthesis.verification.distinct_indices import distinct
from synthesis.verification.draws import standard_draws
from synthesis.verification.filling import arrays_of_indices, filled, replaced
from synthesis.verification.inference import CANDIDATES, Trying
from synthesis.verification.inputs import count_of, missing_domain, missing_inputs

_SIZE, _BOUNDS = CANDIDATES[0]
_COMMON = (Domain(low=_BOUNDS[0], high=_BOUNDS[1]), None)
"""The common domain of floating-point numbers. Integers in arrays are then indices."""
_FURTHER = (
    (Domain(low=1.1, high=2.0), Domain(low=3, high=8)),
    (Domain(low=-0.9, high=0.9), Domain(low=-1, high=1)),
    (Domain(low=0.1, high=0.9), Domain(low=0, high=1)),
    (Domain(low=3.0, high=8.0), Domain(low=1, high=4)),
)
"""The domains that are tried: of floating-point numbers, and of integers in arrays.

Integers are first tried from 3 on, since the logarithm of the gamma function is zero at 1 and 2.
"""
_AROUND_ZERO = _FURTHER[1]
_APART = 0.25
"""Distance of the base values of numbers that differ, from one to the next larger one."""
_UNEQUAL = Domain(low=0.05, high=0.2)
"""The domain that is added to these base values, so that no two numbers are equal."""
_ORDERED = (2, 1, 4)
"""Positions of three domains in ``(_COMMON, *_FURTHER)``, in increasing order of their numbers."""
_MOST_NUMBERS = 1024
"""Maximum number of elements of an array that gets a large diagonal: the row's signature lists the added numbers."""
_GROUPS = (4, 3)
"""Numbers of indices next to each other that differ: of a tetrahedron, an edge or a pair, and of a triangle."""
_MOST_ALONE = 4
"""Maximum number of arguments that are changed one at a time."""
_MOST_UNLIKE = 48
"""Maximum number of tried signatures in which arguments differ; it bounds the time that a kernel takes."""


def infer_further_inputs(frontend: Frontend, kernel: Kernel, why: Unproved) -> KernelSpec | None:
    """Return the kernel's record with less common inputs on which it can be verified; None if none were found.

    Args:
        frontend: the kernel's front end.
        kernel: a loaded kernel, with the inputs that are known, and without those that were inferred.
        why: the reason why it cannot be verified on the common inputs.

    Returns:
        The record with the signature changed. The result is also None if all inputs are known, or if other inputs would
        not help.
    """
    spec, prover = kernel.spec, frontend.prover
    suited = why.hindrance in (Hindrance.NO_INPUTS, Hindrance.OUTSIDE_DOMAIN)
    if prover is None or not suited or missing_inputs(spec.signature) is None:
        return None
    spread = spec.signature.spread
    kernel = replace(kernel, spec=replace(spec, signature=spread))
    trying = Trying(prover, kernel, accepts=lambda tried: _is_suited(prover, tried))
    try:
        for signature in _with_unlike_indices(spread):
            trying.repair(signature)
            if trying.share == 1.0:
                break
        for signature in _with_parents(spread) if trying.found is None else ():
            trying.repair(signature)
            trying.settle()  # a kernel may have no other inputs
            if trying.share == 1.0:
                break
        if trying.found is None and (unequal := _with_unequal_numbers(spread)) is not None:
            trying.attempt(unequal)
        for signature in _alike(spread) if trying.share < 1.0 else ():
            trying.attempt(signature)
            if trying.share == 1.0:
                break
        for signature in itertools.islice(_unlike(spread), _MOST_UNLIKE) if trying.ran else ():
            if trying.found is not None:
                break
            trying.attempt(signature)
        if trying.found is None:
            trying.settle()
    except ReferenceUnknownError:
        return None
    return None if trying.found is None else replace(spec, signature=spec.signature.gather(trying.found))


def _is_suited(prover: Prover, kernel: Kernel) -> bool:
    """Return whether all results of the standard draws are finite and well-conditioned."""
    return standard_draws(prover, kernel)[1] is None


def _alike(signature: Signature) -> Iterator[Signature]:
    """Yield the signatures in which all arguments have the same domain, and that in which matrices have a diagonal."""
    for domain, whole in _FURTHER:
        yield filled(signature, _SIZE, domain, whole)
    common = filled(signature, _SIZE, *_COMMON)
    squares = _squares(signature, common)
    if squares:
        yield replaced(common, squares)


def _with_unlike_indices(signature: Signature) -> Iterator[Signature]:
    """Yield the signatures in which integers of unknown domain in arrays are indices that differ from their neighbours.

    The indices of each array of the common size are divided into as many ranges as there are indices in a group. The
    first index of a group is of the first range, and so on; in a second array, the first is of the second range.
    """
    common = filled(signature, _SIZE, *_COMMON)
    held = arrays_of_indices(signature, common)
    for count in _GROUPS if held else ():
        yield replaced(common, {each.name: _unlike_indices(each, place, count) for place, each in enumerate(held)})


def _unlike_indices(argument: Argument, place: int, count: int) -> Argument:
    """Return an array of indices of which any ``count`` that are next to each other are of different ranges."""
    count = argument.element[-1] if argument.element and argument.element[-1] > 1 else count
    if count > _SIZE:
        return argument
    width = _SIZE // count
    base = tuple(float((number + place) % count * width) for number in range(count_of(argument)))
    return replace(argument, domain=Domain(low=0, high=width - 1), base=base)


def _with_parents(signature: Signature) -> Iterator[Signature]:
    """Yield the signatures in which integers of unknown domain in arrays are the parents of the nodes of a binary tree.

    The root is its own parent in the second signature, and in the first one its parent is -1.
    """
    common = filled(signature, _SIZE, *_COMMON)
    held = [each for each in arrays_of_indices(signature, common) if count_of(each) <= _MOST_NUMBERS]
    for first in (1, 0) if held else ():
        parents = {
            each.name: tuple(float((number % _SIZE - first) // 2) for number in range(count_of(each))) for each in held
        }
        if not (first and any(each.dtype.startswith("uint") for each in held)):
            none = Domain(low=0, high=0)
            yield replaced(common, {each.name: replace(each, domain=none, base=parents[each.name]) for each in held})


def _with_unequal_numbers(signature: Signature) -> Signature | None:
    """Return the signature in which the numbers of each floating-point array of unknown domain all differ, if any."""
    common = filled(signature, _SIZE, *_COMMON)
    unknown = {each.name for each in signature.arguments if missing_domain(each)}
    held = [
        each for each in common.arguments if each.name in unknown and each.shape and each.is_float and not each.fields
    ]
    apart = {
        each.name: replace(each, domain=_UNEQUAL, base=tuple(_APART * number for number in distinct(each).base))
        for each in held
        if 1 < count_of(each) <= _MOST_NUMBERS and not each.handle
    }
    return replaced(common, apart) if apart else None


def _unlike(signature: Signature) -> Iterator[Signature]:
    """Yield the signatures with three ordered arguments, and those in which one argument differs from the others."""
    unknown = [each.name for each in signature.arguments if missing_domain(each)]
    if len(unknown) < 2:
        return
    signatures = [filled(signature, _SIZE, *each) for each in (_COMMON, *_FURTHER)]
    squares = _squares(signature, signatures[0])
    for ordered in itertools.permutations([signatures[number] for number in _ORDERED]):
        if len(unknown) >= len(ordered):
            chosen = zip(unknown, ordered, strict=False)
            yield replaced(signatures[0], {name: _argument_of(each, name) for name, each in chosen})
    for name in unknown[:_MOST_ALONE]:
        if name in squares:
            yield replaced(signatures[0], {name: squares[name]})
        for others, own in itertools.permutations(signatures, 2):
            yield replaced(others, {name: _argument_of(own, name)})


def _squares(signature: Signature, common: Signature) -> dict[str, Argument]:
    """Return, by name, the square matrices of unknown domain with a large diagonal."""
    unknown = {each.name for each in signature.arguments if missing_domain(each)}
    changed = {each.name: _with_diagonal(each) for each in common.arguments if each.name in unknown}
    return {name: each for name, each in changed.items() if each.base}


def _with_diagonal(argument: Argument) -> Argument:
    """Return a square matrix, or an array of them, with a large diagonal; any other argument unchanged.

    The diagonal is larger than the sum of the magnitudes of the other numbers in its row, and its numbers differ, so
    that eigenvalues and singular values do too. A matrix is one element of an argument whose elements are matrices.
    """
    shape: tuple[int, ...] = (*(size or 0 for size in argument.shape or ()), *argument.element)
    size, other = shape[-2:] if len(argument.element or shape) > 1 else (0, 0)
    square = size > 1 and other == size and math.prod(shape) <= _MOST_NUMBERS
    if not square or argument.fields or argument.dtype == "bool":
        return argument
    domain = _AROUND_ZERO[0] if argument.is_float else _AROUND_ZERO[1]
    if argument.dtype.startswith("uint"):
        domain = replace(domain, low=0)
    matrix = [float(size + 1 + 2 * row) if row == column else 0.0 for row in range(size) for column in range(size)]
    return replace(argument, domain=domain, base=tuple(matrix * math.prod(shape[:-2])))


def _argument_of(signature: Signature, name: str) -> Argument:
    return next(each for each in signature.arguments if each.name == name)
