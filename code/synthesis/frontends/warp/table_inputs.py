"""The inputs that a user's table gives for the arguments of a Warp kernel."""

import inspect
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from synthesis.core.errors import ConfigError, Stage, Symptom, UnknownNameError
from synthesis.core.examples import DIMENSIONS, ArrayType, Examples, marked_table, stated
from synthesis.core.records import Rejection
from synthesis.core.signatures import Argument, Domain, Signature
from synthesis.frontends.warp.options import ALLOWED

_BLOCK = "block_dim"
"""The option that a table may state: the number of threads per block, on which texts with tiles depend."""


def table_of(kernel: Any, examples: Examples) -> Mapping[str, Any]:
    """Return the inputs that a user states for a live kernel: a table's, or else those of its ``@example``.

    Raises:
        ConfigError: if the example cannot be read.
    """
    table = examples.tables.get(kernel.func.__name__)
    if table is None:
        table = marked_table((kernel, kernel.func), [*inspect.signature(kernel.func).parameters])
    return table or {}


def refused(kernel: Any, symptom: Symptom, detail: str) -> Rejection:
    """Return the rejection of a live kernel whose types or inputs are not known."""
    name = kernel.func.__name__
    return Rejection(stage=Stage.LOAD, symptom=symptom, detail=detail, frontend="warp", kernel_name=name)


def with_inputs(signature: Signature, table: Mapping[str, Any], kernel: str) -> Signature:
    """Return a signature with the shapes, domains, launch sizes and number of threads per block of a table.

    Args:
        signature: the signature of a kernel.
        table: the inputs of its arguments and fields, and the sizes of its launch, by name.
        kernel: the kernel's name, for messages.

    Raises:
        ConfigError: if the table names an argument that the kernel lacks, or does not fit one.
    """
    names = [name for argument in signature.spread.arguments for name in (argument.name, *_names_of_fields(argument))]
    for name in table:
        if name not in (*names, DIMENSIONS, _BLOCK):
            allowed = (*names, DIMENSIONS, _BLOCK)
            raise UnknownNameError("argument", name, allowed, where=f"in the inputs of kernel {kernel}")
    if _BLOCK in table and _BLOCK not in names:
        signature = _with_block(signature, table[_BLOCK], kernel)
    whole, signature = signature, signature.spread
    arguments = tuple(
        _with_input(_with_fields(argument, table, kernel), table.get(argument.name), kernel)
        for argument in signature.arguments
    )
    launch = table.get(DIMENSIONS)
    if launch is None:
        return whole.gather(replace(signature, arguments=arguments))
    sizes: list[Any] = launch if isinstance(launch, list) else [launch]  # pyright: ignore[reportUnknownVariableType]
    rank = len(signature.launch or ())
    if len(sizes) != rank or not all(isinstance(size, int) and size > 0 for size in sizes):
        raise ConfigError(f"kernel {kernel} is launched over {rank} dimension(s), got {DIMENSIONS} = {launch!r}")
    return whole.gather(replace(signature, arguments=arguments, launch=tuple(sizes)))


def _with_block(signature: Signature, threads: Any, kernel: str) -> Signature:
    if not isinstance(threads, int) or not ALLOWED[_BLOCK].test(threads):
        raise ConfigError(f"kernel {kernel}: {_BLOCK} is a number of threads from 1 to 1024, got {threads!r}")
    return replace(signature, options={**signature.options, _BLOCK: threads})


def _names_of_fields(argument: Argument) -> list[str]:
    return [f"{argument.name}.{each.name}" for each in argument.fields]


def _with_fields(argument: Argument, table: Mapping[str, Any], kernel: str) -> Argument:
    """Return a struct, or an array of structs, with a table's inputs for its fields; they share the array's shape."""
    fields: list[Argument] = []
    shape = argument.shape
    for each, name in zip(argument.fields, _names_of_fields(argument), strict=True):
        given = table.get(name)
        found = _with_input(replace(each, name=name, shape=argument.shape), given, kernel)
        if given is not None and found.shape != shape:
            if shape != argument.shape:
                raise ConfigError(
                    f"kernel {kernel}: {name} is {list(found.shape or ())}, another field {list(shape or ())}"
                )
            shape = found.shape
        fields.append(replace(found, name=each.name, shape=each.shape))
    return replace(argument, shape=shape, fields=tuple(fields)) if fields else argument


def _with_input(argument: Argument, given: Any, kernel: str) -> Argument:
    if given is None:
        return argument
    if isinstance(given, ArrayType):
        expected = "no" if argument.shape is None else len(argument.shape)
        if given.dtype != argument.dtype or len(given.shape) != len(argument.shape or ()):
            raise ConfigError(
                f"kernel {kernel}: {argument.name} is {argument.type_name} with {expected} dimensions, "
                f"got {given.dtype}{list(given.shape)}"
            )
        return replace(argument, shape=given.shape if argument.shape is not None else None, domain=given.domain)
    if argument.shape is None and isinstance(given, int | float):
        if argument.dtype.startswith("float") and not argument.element and not argument.fields:
            return stated(argument, given)
        return replace(argument, domain=Domain(low=float(given), high=float(given)))
    raise ConfigError(f"kernel {kernel}: {argument.name} is {argument.type_name}, got {given!r}")
