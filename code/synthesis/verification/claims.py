"""What a row says of its kernel that is not so, or that makes its proof worth nothing.

A row's texts are run on the inputs that its signature describes. One that describes a single number, or leaves an
argument out of what is compared, would let wrong texts pass; so a stranger's row is held against the kernel itself.
"""

import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from synthesis.core.records import Argument, KernelSpec, Role, Signature
from synthesis.frontends.base import Kernel
from synthesis.frontends.registry import get_frontend

LARGEST_ARRAY = 2**24
"""Elements that an array may have which is made."""
LARGEST_WITH_TWIN = 2**31
"""Elements that an array may have of which only the twin's is made."""
LARGEST_LAUNCH = 2**24
"""Threads, or blocks, that a launch may have."""
NARROWEST = 1e-3
"""How wide the domain of floating-point numbers has to be, relative to the largest of them."""


def refuted_claim(spec: KernelSpec, kernel: Kernel, *, proved: bool = True) -> str | None:
    """The first thing in a row's signature that is not so, in a sentence; None if it may be believed.

    Args:
        spec: the row's record.
        kernel: what its source, loaded afresh, defines.
        proved: whether the row says that a text of it is proved; domains and sizes are then held to be such that it can
            be, and to show something.

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
    """The first argument that is read and whose domain is too narrow to show anything, in a sentence; None if none is.

    Fields of structs, what objects hold and what a program gave are left out: one value of many may be 0 for good.

    Args:
        spec: the kernel's record.
        kernel: the kernel, loaded.
    """
    plain = tuple(
        each
        for each in spec.signature.arguments
        if not (each.fields or each.is_bundle or each.handle or each.recorded or each.base)
    )
    claimed = replace(spec.signature, arguments=plain)
    return next(_of_domains(claimed, get_frontend(spec.frontend).compiler.declared(kernel)), None)


def other_signature(asked: Signature, declared: Signature) -> str | None:
    """In what a kernel is another than was asked for, by names and types, in a sentence; None if in nothing.

    Args:
        asked: what is to be given and taken.
        declared: what the kernel itself says.
    """
    for what, wanted, real in (
        ("arguments", asked.arguments, declared.arguments),
        ("results", asked.results, declared.results),
    ):
        if [each.name for each in wanted] != [each.name for each in real]:
            return f"the {what} are to be {_names(wanted)}; they are {_names(real)}"
        for one, other in zip(wanted, real, strict=True):
            if _type(one) != _type(other):
                return f"{one.name} is to be {_type(one)}; it is {_type(other)}"
    return None


def _of_twin(claimed: Signature, twin: Signature) -> Iterator[str]:
    """What makes a twin none, or its proof worth nothing, beside the signature that it belongs to."""
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
        ("the call but for whole numbers", _sizeless_call(twin.call), _sizeless_call(claimed.call)),
    ):
        if one != other:
            yield f"{what} are not those of the kernel"


def _sizeless(arguments: Sequence[Argument]) -> tuple[Argument, ...]:
    return tuple(
        replace(each, shape=None if each.shape is None else tuple(None for _ in each.shape)) for each in arguments
    )


def _sizeless_call(call: Any) -> Any:
    """How a function is called, without the whole numbers that it is given, which may be sizes."""
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
    """Arguments of which there is but one value, or nearly so; whole numbers by themselves may be sizes."""
    real = {} if declared is None else {each.name: each.role for each in declared.spread.arguments}
    for argument in claimed.spread.arguments:
        if argument.role is Role.OUTPUT or real.get(argument.name) is Role.OUTPUT:
            continue
        for name, leaf in _leaves(argument):
            domain = leaf.domain
            if domain is None:
                continue
            # What was recorded is scaled by its draws, if it is not all zeros.
            magnitude = domain.magnitude if leaf.recorded else max(domain.magnitude, *map(abs, leaf.base), 0.0)
            magnitude = max(magnitude, 1.0) if leaf.recorded and any(leaf.base) else magnitude
            if leaf.is_float and (domain.width == 0 or domain.width < NARROWEST * magnitude):
                why = f"what is floating-point needs a domain at least {NARROWEST:g} of its largest number wide"
                yield f"{name} is said to be in [{domain.low:g}, {domain.high:g}]; {why}"
            elif not leaf.is_float and domain.width == 0 and argument.shape is not None and not leaf.base:
                yield f"{name} is said to hold {domain.low:g} only; an array that is read needs more than one value"


def _leaves(argument: Argument, prefix: str = "") -> Iterator[tuple[str, Argument]]:
    if not argument.fields:
        yield f"{prefix}{argument.name}", argument
    for each in argument.fields:
        yield from _leaves(each, f"{prefix}{argument.name}.")


def _with_parts(argument: Argument) -> Iterator[tuple[str, Argument]]:
    """An argument, and what it is made of if it is the id of an object."""
    yield argument.name, argument
    yield from _leaves(argument) if argument.handle else ()


def _of_sizes(claimed: Signature, largest: int) -> Iterator[str]:
    for name, argument in (
        leaf for each in (*claimed.spread.arguments, *claimed.results) for leaf in _with_parts(each)
    ):
        sizes = [size for size in (*(argument.shape or ()), *argument.element) if size is not None]
        if sizes and not (min(sizes) > 0 and math.prod(sizes) <= largest):
            yield f"{name} is said to have shape {sizes}; allowed: 1 to {largest} elements"
    launch = [size for size in claimed.launch or () if size is not None]
    if not launch and None in (claimed.launch or ()):
        return  # nothing is run then
    if claimed.launch is not None and not (launch and min(launch) > 0 and math.prod(launch) <= LARGEST_LAUNCH):
        yield f"the launch is said to be {list(claimed.launch)}; allowed: 1 to {LARGEST_LAUNCH} threads"


def _of_arguments(claimed: Signature, declared: Signature) -> Iterator[str]:
    for what, said, real in (
        ("arguments", claimed.arguments, declared.arguments),
        ("results", claimed.results, declared.results),
    ):
        if [each.name for each in said] != [each.name for each in real]:
            yield f"the {what} are said to be {_names(said)}; they are {_names(real)}"
            return
        for one, other in zip(said, real, strict=True):
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
        size is not None and size != told for size, told in zip(declared.shape or (), claimed.shape or (), strict=False)
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
    """Lists that were cut; with both of them empty nothing of a derivative is proved, which is no false claim."""
    if not claimed.differentiable and not claimed.cotangents:
        return
    whole = {f"ct_{each.name}" for each in declared.results if not each.is_float}
    cotangents = tuple(each for each in claimed.cotangents if each not in whole)  # which there are none of in a text
    for what, said, real in (
        ("arguments with a gradient", claimed.differentiable, declared.differentiable),
        ("cotangents", cotangents, declared.cotangents),
    ):
        if said != real:
            yield f"the {what} are said to be {', '.join(said) or 'none'}; they are {', '.join(real) or 'none'}"


def _names(arguments: Sequence[Argument]) -> str:
    return ", ".join(each.name for each in arguments) or "none"
