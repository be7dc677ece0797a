"""The evaluation of one launch of a kernel by the oracle, with NumPy arrays as arguments and results."""

import ast
import contextlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import numpy as np

from synthesis.core.formats import is_floating
from synthesis.core.signatures import Signature
from synthesis.frontends.base import PerturbedRun, Reached, ReferenceFaultError, ReferenceUnknownError, Trace, Values
from synthesis.frontends.linemap import NO_PLACES, Where
from synthesis.frontends.warp.introspection import parameters_of
from synthesis.frontends.warp.reference.arguments import argument_of
from synthesis.frontends.warp.reference.coverage import reached_statements
from synthesis.frontends.warp.reference.dependence import Dependence, called_name
from synthesis.frontends.warp.reference.interpreter import Interpreter, run_function
from synthesis.frontends.warp.reference.machine import Machine
from synthesis.frontends.warp.reference.order import (
    are_in_order,
    clash,
    depend,
    first_runs,
    is_recast,
    is_shared,
    is_stored_by_one_of_several,
    order_changes,
    stages_of,
    touched_by,
)
from synthesis.frontends.warp.reference.sources import source_of, type_of
from synthesis.frontends.warp.reference.values import Array, Handle

_SAMPLES = 8
"""Number of evaluations that show whether rounding decides a comparison; each decides it either way."""


@dataclass(frozen=True, slots=True)
class LaunchReference:
    """The oracle of one concrete kernel, launched with a signature."""

    kernel: Any
    signature: Signature
    where: Where = NO_PLACES.line
    """Maps a line of a file to a line of the kernel's source, for messages."""

    def __call__(
        self, runs: Sequence[Values], *, double: bool, trace: Trace | None = None, group: int = 1
    ) -> list[Values]:
        """Return the final value of every array of several launches; see :func:`launched`."""
        return launched(self.kernel, self.signature, runs, double=double, trace=trace, group=group)

    def perturbed(self, runs: Sequence[Values], *, seed: int) -> list[PerturbedRun]:
        """Return the results themselves, since a text performs the same operations in the same order, with other ones.

        But a compiler may fuse the products and sums inside a built-in, such as a product of quaternions, and C's
        library rounds functions such as ``atan2`` as it likes. The others are results of evaluations in which these
        are off by units in the last place. They differ by more than that if rounding decides a comparison, as that of
        an angle of half a turn with pi.
        """
        if not runs:
            return []
        others = list[list[Values]]()
        for number in range(_SAMPLES):
            with contextlib.suppress(ReferenceFaultError):
                rough = Trace(rough=np.random.default_rng((seed % (1 << 64), number)))
                others.append(launched(self.kernel, self.signature, runs, double=False, trace=rough))
        own = self(runs, double=False)
        furthest = [_furthest(each, [other[run] for other in others]) for run, each in enumerate(own)]
        return [PerturbedRun(*each) for each in zip(own, [(every,) for every in furthest], strict=True)]

    def perturbed_results(self, runs: Sequence[Values], *, seed: int, opposite: bool = False) -> list[Values]:
        """Return the results themselves, as ``perturbed`` does."""
        return self(runs, double=False)

    def rough_results(
        self, runs: Sequence[Values], *, seed: int, samples: int, decide: bool = False
    ) -> list[list[Values]]:
        """Return an empty list: errors of rounding are not modelled."""
        return []

    def others(self, runs: Sequence[Values]) -> list[list[Values]]:
        """Return the results in single precision with queries in reverse order; empty if the kernel has no queries.

        Raises:
            ReferenceUnknownError: for a construct that is not modelled.
            ReferenceFaultError: if the kernel is at fault in that order.
        """
        if not any(each.handle for each in self.signature.arguments):
            return []
        return [launched(self.kernel, self.signature, runs, double=False, backwards=True)]

    @property
    def unit(self) -> float:
        """The unit in the last place to be assumed; 0, because a text rounds as the oracle does."""
        return 0.0

    @property
    def work(self) -> float:
        """The number of elements to be computed; 0, because array sizes have no effect on a text of Warp."""
        return 0.0

    @property
    def is_of_one_thread(self) -> bool:
        """Whether one thread is launched and the kernel calls ``wp.tid``."""
        launch = self.signature.launch
        if launch is None or None in launch or math.prod(size or 0 for size in launch) != 1:
            return False
        nodes = (node for statement in source_of(self.kernel).body for node in ast.walk(statement))
        return any(isinstance(node, ast.Call) and called_name(node) == "tid" for node in nodes)

    def reached(self, trace: Trace) -> Reached:
        """Return the coverage of the kernel, and of the functions that it calls, by all threads of the runs."""
        return reached_statements(source_of(self.kernel), self.signature, trace, self.where)


def _furthest(own: Values, others: Sequence[Values]) -> Values:
    """Return, for each element of each array, the value in ``others`` that is furthest from the one in ``own``."""
    return {name: _furthest_elements(value, [other[name] for other in others]) for name, value in own.items()}


def _furthest_elements(own: Array, others: Sequence[Array]) -> Array:
    found: Array = own.copy()
    if own.dtype.names:
        for name in own.dtype.names:
            found[name] = _furthest_elements(own[name], [other[name] for other in others])
        return found
    distance = np.zeros(own.shape)
    for other in others:
        with np.errstate(invalid="ignore"):  # equal infinities
            apart = np.abs(other.astype(np.float64) - own.astype(np.float64))
        further = apart > distance
        np.copyto(found, other, where=further)
        np.copyto(distance, apart, where=further)
    return found


def launched(
    kernel: Any,
    signature: Signature,
    runs: Sequence[Values],
    *,
    double: bool,
    trace: Trace | None = None,
    backwards: bool | None = None,
    group: int = 1,
) -> list[Values]:
    """Return the final values of a kernel's arrays for several launches.

    Lanes run together if each thread then reads the same values as on Warp's CPU, which runs one thread after another.
    Otherwise they run in groups for which this holds, or one after another.

    Args:
        kernel: a concrete Warp kernel.
        signature: its launch dimensions are used.
        runs: every argument of each launch, with the same shapes. Arguments that are one array in all runs share
            memory.
        double: whether to compute in float64.
        trace: records the statements that run; None for no record.
        backwards: whether queries return their items in reverse order; by default the value of ``double``.
        group: the number of consecutive launches that are steps from the first of them.

    Returns:
        Every array argument of each launch, in the precision that it was computed in.

    Raises:
        ReferenceUnknownError: for a construct that is not modelled.
        ReferenceFaultError: if the kernel reads or writes out of bounds, divides integers by zero or does not end.
    """
    launch = tuple(size or 0 for size in signature.launch or ())
    if not all(launch):
        raise ReferenceUnknownError("a launch without threads")
    threads = list(range(math.prod(launch)))
    launch_groups = partial(
        _launch, kernel, signature, runs, double=double, backwards=backwards, trace=trace, group=group
    )
    memory, way, machines = launch_groups([threads])
    together = memory
    recast, touched = is_recast(machines[0]), touched_by(machines)
    apart = recast or depend(touched)
    if apart and not recast and not are_in_order(touched):
        memory, way, machines = launch_groups(stages_of(touched, len(threads)))
        touched = touched_by(machines)
    if apart and (recast or not are_in_order(touched)):
        memory, way, machines = launch_groups([[each] for each in threads])
    if apart and trace is not None and not double and trace.order is None and (recast or clash(touched)):
        trace.order = order_changes(memory, together, partial(launch_groups, [[each] for each in threads[::-1]]))
    stored = any(map(is_stored_by_one_of_several, touched.values()))
    if stored and trace is not None and not double and trace.adjoint_order is None:
        trace.adjoint_order = _stored_by_several(kernel, signature, memory, machines)
    if trace is not None:
        trace.first |= first_runs(machines) if apart else way.first
        _add_facts(trace, way)
    ranks = {each.name: len(each.shape) for each in signature.arguments if each.shape is not None and not each.handle}
    return [{name: _taken(memory[name], number, rank) for name, rank in ranks.items()} for number in range(len(runs))]


def _add_facts(trace: Trace, way: Trace) -> None:
    """Add what one launch records to a record, except for the first runs."""
    trace.arms |= way.arms
    trace.whole |= way.whole
    trace.left_out |= way.left_out
    trace.singular |= way.singular
    if trace.undefined is not None:
        trace.undefined |= way.undefined or {}


def _stored_by_several(
    kernel: Any, signature: Signature, memory: Mapping[str, Any], machines: Sequence[Machine]
) -> str | None:
    """Return the first array with an element that threads share, and in which one stores a number with a derivative.

    The machines ran the launch one after another. The result is None if there is no such array.
    """
    arrays = [each.name for each in signature.arguments if each.shape is not None and each.is_float]
    constant = Dependence(source_of(kernel), arrays, smoothly=True).independent_values()
    touched = touched_by(machines, without=lambda access: access.kind == "W" and access.value in constant)
    keys = {key for key, each in touched.items() if is_stored_by_one_of_several(each)}
    keys |= {key[0] for key in keys if type(key) is tuple}  # fields of structs
    return next((name for name in arrays if id(memory[name]) in keys), None)


def _launch(
    kernel: Any,
    signature: Signature,
    runs: Sequence[Values],
    groups: Sequence[list[int]],
    *,
    double: bool,
    backwards: bool | None,
    trace: Trace | None,
    group: int,
) -> tuple[dict[str, Any], Trace, list[Machine]]:
    """Run groups of threads one after another, and return the memory, the trace and the machines."""
    memory = _memory(runs, double=double)
    noting = trace is not None and trace.undefined is not None
    way = Trace(undefined={} if noting else None)
    if trace is not None:
        way.jitter, way.infinity, way.rough = trace.jitter, trace.infinity, trace.rough
        way.influence = trace.influence
    machines = [
        _run(
            kernel,
            signature,
            memory,
            len(runs),
            double=double,
            threads=threads,
            trace=way,
            backwards=backwards,
            group=group,
        )
        for threads in groups
    ]
    return memory, way, machines


def accumulated(kernel: Any, signature: Signature, run: Values) -> frozenset[str]:
    """Return the array arguments that are accessed only by atomics, and in which threads share an element.

    Raises:
        ReferenceUnknownError: for a construct that is not modelled.
        ReferenceFaultError: if the kernel reads or writes out of bounds, divides integers by zero or does not end.
    """
    memory = _memory([run], double=False)
    threads = list(range(math.prod(size or 0 for size in signature.launch or ())))
    machine = _run(kernel, signature, memory, 1, double=False, threads=threads, trace=Trace())
    names: dict[Any, list[str]] = {}
    for argument in signature.arguments:
        names.setdefault(id(memory[argument.name]), []).append(argument.name)
    found: set[str] = set()
    touched = touched_by([machine])
    for key, name in names.items():
        kinds = {each.kind[0] for each in machine.log if each.key == key and each.lanes.ndim == 1}
        if kinds in ({"A"}, {"X"}, {"A", "X"}):
            found.update(name if is_shared(touched[key], atomics=True) else ())
    return frozenset(found)


def separate(kernel: Any, signature: Signature, runs: Sequence[Values]) -> frozenset[str]:
    """Return the array arguments without data races.

    If a thread writes an element of such an array, other threads access the element only by atomics, if at all.

    Args:
        kernel: a concrete Warp kernel.
        signature: its launch dimensions are used. For a tiled launch the result is empty.
        runs: every argument of each launch, with the same shapes.

    Raises:
        ReferenceUnknownError: for a construct that is not modelled.
        ReferenceFaultError: if the kernel reads or writes out of bounds, divides integers by zero or does not end.
    """
    if signature.tiled:
        return frozenset()
    memory = _memory(runs, double=False)
    threads = list(range(math.prod(size or 0 for size in signature.launch or ())))
    machine = _run(kernel, signature, memory, len(runs), double=False, threads=threads, trace=Trace())
    arrays = {
        each.name: id(memory[each.name]) for each in signature.arguments if each.shape is not None and not each.handle
    }
    if is_recast(machine):
        return frozenset()
    clashing = {key for key, each in touched_by([machine]).items() if clash({key: each})}
    clashing |= {key[0] for key in clashing if type(key) is tuple}  # fields of structs
    return frozenset(name for name, key in arrays.items() if key not in clashing)


def _memory(runs: Sequence[Values], *, double: bool) -> dict[str, Any]:
    """Return the memory of each argument; arguments that are one array share it."""
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
    """Return arrays stacked along a new first axis; structs become one stacked array per field."""
    first = values[0]
    if first.dtype.names:
        return {name: _stacked([each[name] for each in values], double=double) for name in first.dtype.names}
    kind = np.result_type(*values) if any(each.dtype != first.dtype for each in values) else first.dtype
    made = np.empty((len(values), *first.shape), np.float64 if double and is_floating(kind) else kind)
    if all(each is first for each in values):
        made[...] = first
    else:
        for number, each in enumerate(values):
            made[number] = each
    return made


def _taken(memory: Any, number: int, rank: int) -> Array:
    """Return one replica of an array with ``rank`` dimensions; structs become records."""
    if type(memory) is not dict:  # ``_stacked`` returns structs as dictionaries
        return memory[number]
    parts = cast(dict[str, Any], memory)
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
    threads: list[int],
    trace: Trace,
    backwards: bool | None = None,
    group: int = 1,
) -> Machine:
    launch = tuple(size or 0 for size in signature.launch or ())
    machine = Machine(
        launch,
        replicas,
        double=double,
        threads=threads,
        tiled=signature.tiled,
        function=run_function,
        trace=trace,
        backwards=backwards,
    )
    machine.group = group
    machine.names = {id(memory[each.name]): each.name for each in reversed(signature.arguments)}
    source = source_of(kernel)
    objects = {each.name: each.handle for each in signature.arguments if each.handle}
    names = {
        each.name: Handle(objects[each.name], memory[each.name])
        if objects.get(each.name, "").startswith("texture")  # passed by value
        else argument_of(machine, type_of(each.type), memory, each.name, objects)
        for each in parameters_of(kernel)
    }
    Interpreter(machine).run(source, names)
    machine.add_in_order()
    return machine
