"""Finds claims in a row's signature that are false, or that would make its verification worthless.

A row's texts are run on the inputs that its signature describes. Wrong texts would pass if the signature allowed one
value only, or left an argument out of the comparison. So the signature of an untrusted row is compared with the kernel
itself.
"""

import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Argument, Role, Signature
from synthesis.frontends.base import Kernel
from synthesis.frontends.registry import get_frontend

LARGEST_ARRAY = 2**24
"""Maximum number of elements of an array that is allocated."""
LARGEST_WITH_TWIN = 2**31
"""Maximum number of elements of an array in a signature with a twin; only the twin's arrays are allocated."""
LARGEST_LAUNCH = 2**24
"""Maximum number of threads, or of blocks, of a launch."""
NARROWEST = 1e-3
"""Smallest width of a domain of floating-point numbers, relative to the largest magnitude in it."""


def refuted_claim(spec: KernelSpec, kernel: Kernel, *, proved: bool = True) -> str | None:
    """Return a sentence that describes the first false claim in a row's signature; None if there is none.

    Args:
        spec: the row's record.
        kernel: the kernel that the row's source, loaded again, defines.
        proved: whether the row claims that one of its texts is verified. Then its sizes must be small enough to run,
            and its domains wide enough to distinguish wrong texts.

    Raises:
        UnknownNameError: if there is no such front end.
        MissingFrontendError: if its package is not installed.
    """
    claimed, declared = spec.signature, get_frontend(spec.frontend).compiler.declared(kernel)
    largest = LARGEST_ARRAY if claimed.twin is None else LARGEST_WITH_TWIN
    largest = largest if proved else sys.maxsize
    found = [*(_of_domains(claimed, declared) if proved else ()), *_of_sizes(claimed, largest)]
    if declared is not None:
        found += [*_of_arguments(claimed, declared), *_of_derivatives(claimed, declared)]
    if claimed.twin is not None:
        found += [f"its twin: {each}" for each in _of_twin(claimed, claimed.twin)]
    return next(iter(found), None)


def narrow_domain(spec: KernelSpec, kernel: Kernel) -> str | None:
    """Return a sentence about the first argument whose domain is too narrow; None if there is none.

    On a domain that is too narrow, wrong texts give the same results as right ones. Only arguments that the kernel
    reads are checked. Structs, objects, and arguments with a base or recorded values are ignored, since one number in
    them may be constant, such as an unused field.

    Args:
        spec: the kernel's record.
        kernel: the loaded kernel.
    """
    plain = tuple(
        each
        for each in spec.signature.arguments
        if not (each.fields or each.is_bundle or each.handle or each.recorded or each.base)
    )
    claimed = replace(spec.signature, arguments=plain)
    return next(_of_domains(claimed, get_frontend(spec.frontend).compiler.declared(kernel)), None)


def other_signature(requested: Signature, declared: Signature) -> str | None:
    """Return a sentence about the first name or type that differs between two signatures; None if all are equal.

    Args:
        requested: the requested signature.
        declared: the signature that the kernel itself declares.
    """
    for what, needed, real in (
        ("arguments", requested.arguments, declared.arguments),
        ("results", requested.results, declared.results),
    ):
        if [each.name for each in needed] != [each.name for each in real]:
            return f"the {what} must be {_names(needed)}; they are {_names(real)}"
        for one, other in zip(needed, real, strict=True):
            if _type(one) != _type(other):
                return f"{one.name} must be {_type(one)}; it is {_type(other)}"
    return None


def _of_twin(claimed: Signature, twin: Signature) -> Iterator[str]:
    """Yield a sentence for each fault of a twin: it does not match its kernel, or its domains are too narrow."""
    yield from _of_domains(twin, claimed)
    yield from _of_sizes(twin, LARGEST_ARRAY)
    yield from _of_arguments(
        twin, replace(claimed, arguments=_sizeless(claimed.arguments), results=_sizeless(claimed.results))
    )
    for what, one, other in (
        ("the arguments with a gradient", twin.differentiable, claimed.differentiable),
        ("the cotangents", twin.cotangents, claimed.cotangents),
        ("the options", twin.options, claimed.options),
        ("the launch", (twin.launch, twin.tiled), (claimed.launch, claimed.tiled)),
        ("the call without its integers", _sizeless_call(twin.call), _sizeless_call(claimed.call)),
    ):
        if one != other:
            yield f"{what} of the twin and of the kernel differ"


def _sizeless(arguments: Sequence[Argument]) -> tuple[Argument, ...]:
    return tuple(
        replace(each, shape=None if each.shape is None else tuple(None for _ in each.shape)) for each in arguments
    )


def _sizeless_call(call: Any) -> Any:
    """Return the description of a call without its integer constants, which may be sizes."""
    match call:
        case Mapping():
            entries = cast("Mapping[str, Any]", call)
            if set(entries) == {"value"} and type(entries["value"]) is int:
                return {"value": int}
            return {name: _sizeless_call(each) for name, each in entries.items()}
        case list():
            return [_sizeless_call(each) for each in cast("list[Any]", call)]
        case _:
            return call


def _of_domains(claimed: Signature, declared: Signature | None) -> Iterator[str]:
    """Yield a sentence for each argument whose domain holds a single value, or nearly so.

    Integer scalars are exempt, because they may be sizes.
    """
    real = {} if declared is None else {each.name: each.role for each in declared.spread.arguments}
    for argument in claimed.spread.arguments:
        if argument.role is Role.OUTPUT or real.get(argument.name) is Role.OUTPUT:
            continue
        for name, leaf in _leaves(argument):
            domain = leaf.domain
            if domain is None:
                continue
            # Draws scale recorded values, unless these are all zeros.
            magnitude = domain.magnitude if leaf.recorded else max(domain.magnitude, *map(abs, leaf.base), 0.0)
            magnitude = max(magnitude, 1.0) if leaf.recorded and any(leaf.base) else magnitude
            if leaf.is_float and (domain.width == 0 or domain.width < NARROWEST * magnitude):
                why = f"the width must be at least {NARROWEST:g} of the largest magnitude"
                yield f"{name} is said to be in [{domain.low:g}, {domain.high:g}]; {why}"
            elif not leaf.is_float and domain.width == 0 and argument.shape is not None and not leaf.base:
                yield f"{name} is said to hold only {domain.low:g}; an array that is read needs more than one value"


def _leaves(argument: Argument, prefix: str = "") -> Iterator[tuple[str, Argument]]:
    if not argument.fields:
        yield f"{prefix}{argument.name}", argument
    for each in argument.fields:
        yield from _leaves(each, f"{prefix}{argument.name}.")


def _with_parts(argument: Argument) -> Iterator[tuple[str, Argument]]:
    """Yield an argument with its name, followed by its parts if it is the id of an object, or an array of ids.

    A part of the objects in an array has the array's dimensions first.
    """
    yield argument.name, argument
    for name, part in _leaves(argument) if argument.handle else ():
        yield name, replace(part, base=(), shape=(*(argument.shape or ()), *(part.shape or ())))


def _of_sizes(claimed: Signature, largest: int) -> Iterator[str]:
    for name, argument in (
        leaf for each in (*claimed.spread.arguments, *claimed.results) for leaf in _with_parts(each)
    ):
        sizes = [size for size in (*(argument.shape or ()), *argument.element) if size is not None]
        if sizes and not (min(sizes) > 0 and math.prod(sizes) <= largest):
            yield f"{name} is said to have shape {sizes}; allowed: 1 to {largest} elements"
    launch = [size for size in claimed.launch or () if size is not None]
    if not launch and None in (claimed.launch or ()):
        return  # a launch of unknown size is not run
    if claimed.launch is not None and not (launch and min(launch) > 0 and math.prod(launch) <= LARGEST_LAUNCH):
        yield f"the launch is said to be {list(claimed.launch)}; allowed: 1 to {LARGEST_LAUNCH} threads"


def _of_arguments(claimed: Signature, declared: Signature) -> Iterator[str]:
    for what, claims, real in (
        ("arguments", claimed.arguments, declared.arguments),
        ("results", claimed.results, declared.results),
    ):
        if [each.name for each in claims] != [each.name for each in real]:
            yield f"the {what} are said to be {_names(claims)}; they are {_names(real)}"
            return
        for one, other in zip(claims, real, strict=True):
            yield from _of_argument(one, other)
    if (claimed.launch is None) != (declared.launch is None):
        real = "none" if declared.launch is None else "one"
        yield f"the launch is said to be {claimed.launch}; the kernel has {real}"


def _of_argument(claimed: Argument, declared: Argument) -> Iterator[str]:
    if _type(claimed) != _type(declared):
        yield f"{claimed.name} is said to be {_type(claimed)}; it is {_type(declared)}"
        return
    if declared.is_bundle:
        for one, other in zip(claimed.spread(), declared.spread(), strict=True):
            yield from _of_argument(one, other)
    if any(
        size is not None and size != stated
        for size, stated in zip(declared.shape or (), claimed.shape or (), strict=False)
    ):
        yield f"{claimed.name} is said to have shape {claimed.shape}; it has {declared.shape}"
    role = declared.role
    if claimed.role is not role and not (claimed.role is Role.INOUT and role is Role.OUTPUT):
        does = {Role.INPUT: "only reads", Role.OUTPUT: "only writes", Role.INOUT: "reads and writes"}[role]
        yield f"{claimed.name} is said to be an {claimed.role}; the source {does} it"


def _type(argument: Argument) -> str:
    rank = "" if argument.shape is None else f" of {len(argument.shape)} dimensions"
    element = "".join(f"[{size}]" for size in argument.element)
    fields = ", ".join(f"{each.name}: {_type(each)}" for each in argument.fields)
    return f"{argument.dtype}{element}{rank}{f' {{{fields}}}' if fields else ''}"


def _of_derivatives(claimed: Signature, declared: Signature) -> Iterator[str]:
    """Yield a sentence for each list, of gradients or of cotangents, that differs from the kernel's.

    If both lists are empty, nothing is yielded: no derivative is verified then, so nothing false is claimed.
    """
    if not claimed.differentiable and not claimed.cotangents:
        return
    whole = {f"ct_{each.name}" for each in declared.results if not each.is_float}
    cotangents = tuple(each for each in claimed.cotangents if each not in whole)  # integer results have no cotangents
    for what, claims, real in (
        ("arguments with a gradient", claimed.differentiable, declared.differentiable),
        ("cotangents", cotangents, declared.cotangents),
    ):
        if claims != real:
            yield f"the {what} are said to be {', '.join(claims) or 'none'}; they are {', '.join(real) or 'none'}"


def _names(arguments: Sequence[Argument]) -> str:
    return ", ".join(each.name for each in arguments) or "none"
