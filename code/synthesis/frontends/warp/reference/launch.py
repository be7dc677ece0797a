"""One launch of a kernel by the reference, with NumPy arrays in and out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from synthesis.formats import is_floating
from synthesis.frontends.base import Reached, ReferenceUnknownError, Trace, Values
from synthesis.frontends.warp.introspection import parameters_of
from synthesis.frontends.warp.reference.interpreter import Interpreter, run_function
from synthesis.frontends.warp.reference.machine import Machine
from synthesis.frontends.warp.reference.reach import reached_statements
from synthesis.frontends.warp.reference.sources import source_of, type_of
from synthesis.frontends.warp.reference.values import (
    Array,
    ArrayType,
    ArrayView,
    Buffer,
    Handle,
    Recast,
    StructType,
    StructValue,
    Value,
)
from synthesis.records import Signature


@dataclass(frozen=True, slots=True)
class LaunchReference:
    """The oracle of one concrete kernel, launched as a signature says."""

    kernel: Any
    signature: Signature

    def __call__(self, runs: Sequence[Values], *, double: bool, trace: Trace | None = None) -> list[Values]:
        """Every array that several launches leave; see :func:`launched`."""
        return launched(self.kernel, self.signature, runs, double=double, trace=trace)

    def shaken(self, runs: Sequence[Values], *, seed: int) -> None:
        """None: a text makes the same operations in the same order, and what they round is rounded alike."""

    @property
    def unit(self) -> float:
        """0, for the same reason."""
        return 0.0

    def reached(self, trace: Trace) -> Reached:
        """The statements of the kernel, and of the functions that it calls, that were run by at least one thread."""
        return reached_statements(source_of(self.kernel), trace)


def launched(
    kernel: Any, signature: Signature, runs: Sequence[Values], *, double: bool, trace: Trace | None = None
) -> list[Values]:
    """What several launches leave in a kernel's arrays.

    Lanes run together where no thread can see what another did; otherwise thread after thread, as on Warp's CPU.

    Args:
        kernel: a concrete Warp kernel.
        signature: the launch's dimensions are used.
        runs: every argument of each launch, of the same shapes. What is one array in all of them is one in memory.
        double: whether to compute in float64.
        trace: what the statements that run are noted in, if anything.

    Returns:
        Every array argument of each launch, in the precision that it was computed in.

    Raises:
        ReferenceUnknownError: for a construct that is not modelled.
        ReferenceFaultError: if the kernel reads or writes out of bounds, divides whole numbers by zero or does not end.
    """
    launch = tuple(size or 0 for size in signature.launch or ())
    if not all(launch):
        raise ReferenceUnknownError("a launch without threads")
    memory = _memory(runs, double=double)
    way = Trace()
    machine = _run(kernel, signature, memory, len(runs), double=double, trace=way)
    if _order_matters(machine):
        memory, way = _memory(runs, double=double), Trace()
        for thread in range(int(np.prod(launch))):
            _run(kernel, signature, memory, len(runs), double=double, threads=[thread], trace=way)
    if trace is not None:
        trace.first |= way.first
        trace.left_out |= way.left_out
    ranks = {argument.name: len(argument.shape) for argument in signature.arguments if argument.shape is not None}
    return [{name: _taken(memory[name], number, rank) for name, rank in ranks.items()} for number in range(len(runs))]


def accumulated(kernel: Any, signature: Signature, run: Values) -> frozenset[str]:
    """The array arguments of which a launch has several threads change an element, and none touch it but by atomics.

    Raises:
        ReferenceUnknownError: for a construct that is not modelled.
        ReferenceFaultError: if the kernel reads or writes out of bounds, divides whole numbers by zero or does not end.
    """
    memory = _memory([run], double=False)
    machine = _run(kernel, signature, memory, 1, double=False, trace=Trace())
    names: dict[Any, list[str]] = {}
    for argument in signature.arguments:
        names.setdefault(id(memory[argument.name]), []).append(argument.name)
    found: set[str] = set()
    for key, name in names.items():
        entries = [(kind, indices, lanes) for buffer, kind, indices, lanes in machine.log if buffer == key]
        if {kind for kind, _, _ in entries} in ({"A"}, {"X"}, {"A", "X"}):
            plain = [("W", indices, lanes) for _, indices, lanes in entries]
            found.update(name if _shared(machine, plain) else ())
    return frozenset(found)


def _memory(runs: Sequence[Values], *, double: bool) -> dict[str, Any]:
    """Argument to its memory, which arguments that are one array share."""
    made: dict[tuple[int, ...], Any] = {}
    memory: dict[str, Any] = {}
    for name in runs[0]:
        arrays = [run[name] for run in runs]
        same = tuple(map(id, arrays))
        if same not in made:
            made[same] = _stacked(arrays, double=double)
        memory[name] = made[same]
    return memory


def _stacked(values: Sequence[Array], *, double: bool) -> Any:
    """Arrays along a new first axis, an array for each field of structs."""
    return _apart(np.stack(values), double=double)


def _apart(data: Array, *, double: bool) -> Any:
    if data.dtype.names:
        return {name: _apart(data[name], double=double) for name in data.dtype.names}
    return _promoted(data, double=double)


def _promoted(data: Array, *, double: bool) -> Array:
    return data.astype(np.float64) if double and is_floating(data.dtype) else np.ascontiguousarray(data)


def _taken(memory: Any, number: int, rank: int) -> Array:
    """One replica of an array of so many dimensions; of structs, with the fields' own types."""
    if not isinstance(memory, Mapping):
        return memory[number]
    parts = cast(Mapping[str, Any], memory)
    fields: dict[str, Array] = {name: _taken(each, number, rank) for name, each in parts.items()}
    shape = next(iter(fields.values())).shape[:rank]
    made = np.zeros(shape, [(name, field.dtype, field.shape[rank:]) for name, field in fields.items()])
    for name, field in fields.items():
        made[name] = field
    return made


def _run(
    kernel: Any,
    signature: Signature,
    memory: Mapping[str, Any],
    replicas: int,
    *,
    double: bool,
    threads: list[int] | None = None,
    trace: Trace,
) -> Machine:
    launch = tuple(size or 0 for size in signature.launch or ())
    machine = Machine(
        launch, replicas, double=double, threads=threads, tiled=signature.tiled, function=run_function, trace=trace
    )
    source = source_of(kernel)
    objects = {each.name: each.handle for each in signature.arguments if each.handle}
    names = {
        each.name: Handle(objects[each.name], memory[each.name])
        if each.name in objects
        else _argument(machine, type_of(each.type), memory, each.name)
        for each in parameters_of(kernel)
    }
    Interpreter(machine).run(source, names)
    return machine


def _argument(machine: Machine, kind: Any, memory: Mapping[str, Any], name: str) -> Any:
    """An argument as the kernel's body sees it; of a struct that holds arrays, memory has the fields."""
    if isinstance(kind, StructType) and name not in memory:
        fields = {each: _argument(machine, inner, memory, f"{name}.{each}") for each, inner in kind.fields.items()}
        return StructValue(kind, fields)
    return _bound(machine, kind, memory[name], id(memory[name]))


def _bound(machine: Machine, kind: Any, data: Any, key: Any) -> Any:
    """An argument as the kernel's body sees it; the key is that of its memory."""
    if isinstance(kind, ArrayType):
        first, element = data, kind.element
        while isinstance(first, Mapping):
            name = next(iter(element.fields))
            first, element = first[name], element.fields[name]  # pyright: ignore
        return ArrayView(kind.element, first.shape[1 : 1 + kind.rank], Buffer(data, key))  # pyright: ignore
    if isinstance(kind, StructType):
        return StructValue(
            kind, {name: _bound(machine, each, data[name], (key, name)) for name, each in kind.fields.items()}
        )
    lanes = data if machine.replicas == 1 else data[machine.replica]
    return Value(kind, lanes.astype(machine.formats[kind.scalar], copy=False))


def _order_matters(machine: Machine) -> bool:
    """Whether an element is written by one thread and read or written by another."""
    accesses: dict[Any, list[tuple[str, tuple[Array, ...], Array]]] = {}
    for buffer, kind, indices, lanes in machine.log:
        accesses.setdefault(buffer, []).append((kind, indices, lanes))
    for key in [each for each in accesses if isinstance(each, Recast)]:  # whose indices are others
        accesses[key] += accesses.pop(key.key, [])
        if any(kind != "R" for kind, _, _ in accesses[key]):
            return True
    for entries in accesses.values():
        kinds = {kind for kind, _, _ in entries}
        if kinds <= {"R"} or kinds == {"A"}:
            continue
        if _shared(machine, entries):
            return True
    return False


def _shared(machine: Machine, entries: Sequence[tuple[str, tuple[Array, ...], Array]]) -> bool:
    places: list[Array] = []
    kinds: list[Array] = []
    threads: list[Array] = []
    for kind, indices, lanes in entries:
        active = np.nonzero(lanes)[0]
        place = machine.replica[active].astype(np.int64)
        for index in indices:
            place = place * 1_000_003 + (index[active] if len(index) > 1 else index)
        places.append(place)
        kinds.append(np.full(len(active), "RWAX".index(kind)))
        threads.append(machine.linear[active])
    place, kind, thread = np.concatenate(places), np.concatenate(kinds), np.concatenate(threads)
    unique, which = np.unique(place, return_inverse=True)
    lowest, highest = np.full(len(unique), 1 << 60), np.full(len(unique), -1)
    np.minimum.at(lowest, which, thread)
    np.maximum.at(highest, which, thread)
    several = lowest != highest
    touched = [np.zeros(len(unique), bool) for _ in range(4)]
    for number in range(4):
        touched[number][which[kind == number]] = True
    read, written, added, exchanged = touched
    return bool((several & (written | exchanged | (added & read))).any())
