"""The lines of a script that launch a kernel on given inputs, with a tape for derivatives."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Argument, Role
from synthesis.frontends.base import Direction, Values
from synthesis.frontends.literals import array_of, digits_of
from synthesis.frontends.warp.handles import EXISTS, existing


def launch_lines(spec: KernelSpec, inputs: Values, direction: Direction) -> Iterator[str]:
    """Yield the lines after the source: inputs, the launch, and the printing of results."""
    backward = direction is not Direction.FORWARD
    for argument in spec.signature.arguments:
        if argument.is_bundle:
            yield f"{argument.name} = {argument.type_name}()"
        for leaf in argument.spread():
            yield from _given(leaf, inputs[leaf.name], backward=backward)
    names = [each.name for each in spec.signature.arguments]
    dim = list(spec.signature.launch or ())
    launch = f'wp.launch({spec.name}, dim={dim}, inputs=[{", ".join(names)}], device="cpu")'
    if spec.signature.tiled:
        block = spec.signature.options.get("block_dim", 64)
        launch = launch.replace("wp.launch(", "wp.launch_tiled(").replace("device=", f"block_dim={block}, device=")
    arguments = spec.signature.spread.arguments
    written = [each for each in arguments if each.role is not Role.INPUT and each.shape is not None]
    if not backward:
        yield launch
        yield from (f"print({each.name!r}, {each.name}.numpy())" for each in written)
        return
    yield "tape = wp.Tape()"
    yield "with tape:"
    yield f"    {launch}"
    grads = [each for each in written if each.is_float and not each.fields]
    yield "tape.backward(grads={"
    for each in grads:
        yield f"    {each.name}: wp.array({array_of(inputs[f'adj_{each.name}'])}, dtype={_element(each)}),"
    yield "})"
    differentiated = [each for each in arguments if each.name in spec.signature.differentiable and each.shape]
    yield from (f"print({each.name!r}, {each.name}.grad.numpy())" for each in differentiated if not each.fields)


def _given(argument: Argument, value: npt.NDArray[Any], *, backward: bool) -> Iterator[str]:
    """Yield lines that define an argument, or a field of a struct that holds arrays."""
    if argument.handle and argument.shape is not None:
        yield from _objects(argument, value)
    elif argument.handle:
        yield from _object(argument, value)
    elif argument.fields:
        yield f"# {argument.name}: a struct, {argument.type_name}; set its fields as you like"
        yield f"{argument.name} = {argument.type_name}()"
    elif argument.shape is None:
        yield f"{argument.name} = {_plain(argument, value)}"
    else:
        gradient = ", requires_grad=True" if backward and argument.is_float else ""
        yield f"{argument.name} = wp.array({_filled(argument, value)}, dtype={_element(argument)}{gradient})"


def _objects(argument: Argument, value: npt.NDArray[Any]) -> Iterator[str]:
    """Yield lines that define Warp objects, and an array of their ids; the id of one that does not exist is 0."""
    ids = np.full(value.shape, "0", object)
    made: dict[bytes, str] = {}
    for place, parts in existing(value):
        key = parts.tobytes()
        if key not in made:
            made[key] = f"{argument.name.replace('.', '_')}_{len(made)}"
            fields = tuple(each for each in argument.fields if each.name != EXISTS)
            yield from _object(replace(argument, name=made[key], shape=None, fields=fields), parts)
        ids[place] = made[key]
    listed = str(ids.tolist()).replace("'", "")
    yield f"{argument.name} = wp.array({listed}, dtype=wp.uint64)"


def _object(argument: Argument, value: npt.NDArray[Any]) -> Iterator[str]:
    """Yield lines that define a Warp object and its id."""
    parts = {
        each.name: f"wp.array({array_of(value[each.name], whole=True)}, dtype={_element(each)})"
        for each in argument.fields
        if each.shape is not None
    }
    made = f"{argument.name.replace('.', '_')}_object"
    if argument.handle == "hash_grid":
        yield f"{made} = wp.HashGrid(*{value['dims'].tolist()!r})"
        groups = f", groups={parts['groups']}" if "groups" in parts else ""
        yield f"{made}.build({parts['points']}, {value['cell_width'].item()!r}{groups})"
    elif argument.handle.startswith("texture"):
        modes = ", ".join(f"{name}={value[name].item()}" for name in ("filter_mode", "address_mode"))
        given = (
            f"{array_of(value['values'], whole=True)}, {modes}, normalized_coords={bool(value['normalized_coords'])}"
        )
        yield f"{argument.name} = {argument.type_name}({given})"
        return
    elif argument.handle.startswith("volume"):
        values, origin = array_of(value["values"], whole=True), value["min_world"].tolist()
        size, around = value["voxel_size"].item(), value["bg_value"].tolist()
        yield f"{made} = wp.Volume.load_from_numpy({values}, {origin}, {size!r}, {around!r})"
    else:
        maker = {"mesh": "wp.Mesh", "bvh": "wp.Bvh"}[argument.handle]
        yield f"{made} = {maker}({', '.join(f'{name}={part}' for name, part in parts.items())})"
    yield f"{argument.name} = {made}.id"


def _element(argument: Argument) -> str:
    """Return the element type as Warp writes it in an array's type."""
    type_name = argument.type_name
    found = re.search(r"dtype=([^,)]+(?:\([^)]*\))?)", type_name) or re.search(r"^wp\.\w+\[(.+)\]$", type_name)
    return found[1] if found else f"wp.{argument.dtype}"


def _plain(argument: Argument, value: npt.NDArray[Any]) -> str:
    return f"{argument.type_name}(*{value.ravel().tolist()!r})" if value.shape else repr(digits_of(value.item(), value))


def _filled(argument: Argument, value: npt.NDArray[Any]) -> str:
    """Return the expression of an argument's array. Outputs, which irsmith would poison, are zero."""
    return array_of(np.zeros_like(value) if argument.role is Role.OUTPUT else value)
