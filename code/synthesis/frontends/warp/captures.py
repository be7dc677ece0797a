"""Observation of the kernel launches of recorded graphs: on the host at each launch, on a GPU before the graph runs.

When Warp replays a graph on the host, it looks up the address of each kernel's function at each launch, and passes the
arguments as a C struct in memory. While a graph with observed launches runs, functions of this module are registered in
place of the kernels' functions; each observes the launch and then calls the original. So the observed values are those
at the launch, whatever the graph did before it.

A GPU cannot be interrupted while it runs a graph. The arrays' values before the graph are the values at a launch only
if no earlier launch of the graph uses the same arrays.
"""

import contextlib
import ctypes
import weakref
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from typing import Any

import warp._src.apic.capture as _capture  # noqa: TID251

from synthesis.frontends.warp.introspection import wp
from synthesis.frontends.warp.packed import spans_of

CAPTURING: Any = _capture.APICapture
"""Warp's class that records the launches of a graph; its ``build_launch_info`` is called for each launch."""
_FUNCTION = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p)

Tiling = tuple[int | None, int | None]
"""The number of dimensions of a ``launch_tiled`` (without threads), and the threads per block; None if unknown."""
OnLaunch = Callable[[Any, Sequence[Any], Tiling, Any], None]
"""A callback that takes a kernel, its params, its tiling and its device; the device is None for the host."""
_TWO = "a graph launches another kernel with its name and module, and Warp runs the last of them for both"


@dataclass(slots=True, eq=False)
class _Captured:
    """A kernel that a graph launches."""

    kernel: Any
    key: bytes
    digest: bytes
    """The hash of its module. Warp looks up the function by ``key`` and ``digest``."""
    hooks: Any
    types: tuple[Any, ...]
    """The ctypes types of the launch bounds and of each argument."""
    tilings: dict[tuple[int, ...], Tiling] = field(default_factory=dict[tuple[int, ...], Tiling])
    """The tiling for each launch shape."""
    alone: bool = True
    """Whether no other kernel of the graph has the same key and digest."""
    expected: bool = False
    """Whether to observe its next launch."""
    listening: Any = None
    """The function registered in place of the kernel's own; None until it is needed."""


@dataclass(slots=True)
class _GraphLaunches:
    """The launches that a graph on a GPU will make."""

    given: set[tuple[int, int]] = field(default_factory=set[tuple[int, int]])
    """The address ranges of all arrays that its launches have used so far."""
    readable: list[tuple[Any, Sequence[Any], Tiling]] = field(default_factory=list[tuple[Any, Sequence[Any], Tiling]])
    """The kernel, params and tiling of each launch that shares no array with an earlier launch."""


class Captures:
    """The recorded graphs of a process, whose launches are observed.

    Args:
        should_record: returns whether to observe a launch of a kernel; called at each launch.
        take: observes a launch; it must not raise an exception.
        miss: records the reason why the launches of a kernel are not observed.
    """

    def __init__(self, should_record: Callable[[Any], bool], take: OnLaunch, miss: Callable[[Any, str], None]) -> None:
        self._should_record = should_record
        self._take = take
        self._miss = miss
        self._graphs: weakref.WeakKeyDictionary[Any, dict[tuple[bytes, bytes], _Captured]] = weakref.WeakKeyDictionary()
        self._of_graphs: weakref.WeakKeyDictionary[Any, _GraphLaunches] = weakref.WeakKeyDictionary()
        self._transient: set[tuple[int, int]] = set()
        """Address ranges of memory that exists only while a graph runs."""
        self._raised: list[BaseException] = []
        """Exceptions that were raised while a launch was observed, such as a keyboard interrupt."""

    def remember(
        self, capturing: Any, kernel: Any, module: Any, hooks: Any, params: Sequence[Any], how: Tiling
    ) -> None:
        """Record that a graph on the host will launch a kernel.

        Args:
            capturing: Warp's record of the graph's launches.
            kernel: a live, concrete kernel.
            module: its module, as loaded.
            hooks: its compiled functions.
            params: launch bounds, then every argument, as ctypes.
            how: the tiling of the launch.
        """
        name, digest = str(kernel.key).encode(), str(CAPTURING._hash_to_str(module.module_hash)).encode()
        launched = self._graphs.setdefault(capturing, {})
        types = tuple(map(type, params[: 1 + len(kernel.adj.args)]))
        found = launched.setdefault((name, digest), _Captured(kernel, name, digest, hooks, types))
        if found.alone and (found.kernel is not kernel or found.types != types):
            found.alone = False
            self._miss(kernel, _TWO)
        found.tilings[tuple(params[0].shape)] = how

    def exclude(self, start: int, size: int) -> None:
        """Record memory that is allocated while a GPU graph is captured, and cannot be read before the graph runs."""
        self._transient.add((start, start + size))

    def postpone(self, graph: Any, kernel: Any, params: Sequence[Any], how: Tiling) -> None:
        """Record a launch that a graph on a GPU will make, if its arguments can be read before the graph runs.

        Args:
            graph: the graph that is being captured.
            kernel: a live, concrete kernel.
            params: launch bounds, then every argument, as ctypes.
            how: the tiling of the launch.
        """
        later, given = self._of_graphs.setdefault(graph, _GraphLaunches()), spans_of(kernel, params)
        if _meet(given, self._transient):
            self._miss(kernel, "its arguments are made during the capture of a CUDA graph")
        elif _meet(given, later.given):
            self._miss(kernel, "an earlier launch in its CUDA graph uses the same arrays")
        else:
            held: list[Any] = [_copy_of(each) for each in params]  # a command may get other params later
            later.readable.append((kernel, held, how))
        later.given |= given

    def _look_ahead(self, graph: Any) -> None:
        """Observe the requested launches of a graph on a GPU, after the work queued on the device is complete."""
        later = self._of_graphs.get(graph, _GraphLaunches())
        observed = [each for each in later.readable if self._should_record(each[0])]
        if observed and graph.device is not None:
            if graph.device.is_capturing:
                return
            wp.synchronize_device(graph.device)
        for kernel, params, how in observed:
            self._take(kernel, params, how, graph.device)

    @contextlib.contextmanager
    def observing(self, graph: Any) -> Generator[None]:
        """Observe the requested launches of a graph that runs inside the ``with`` block."""
        with contextlib.suppress(Exception):  # an error of the device is also raised in the observed program
            self._look_ahead(graph)
        capturing: Any = getattr(graph, "_apic_capture", None)
        launched = self._graphs.get(capturing, {}) if capturing is not None else {}
        observed = [each for each in launched.values() if each.alone and self._should_record(each.kernel)]
        for each in observed:
            each.expected = True
            each.listening = each.listening or self._listener_of(each)
            _register(capturing, each, each.listening)
        try:
            yield
        finally:
            for each in observed:
                each.expected = False
                _register(capturing, each, each.hooks.forward)
        if self._raised:
            raise self._raised.pop()

    def _listener_of(self, captured: _Captured) -> Any:
        """Return a C callback that observes a launch and then performs it."""
        original = _FUNCTION(_address_of(captured.hooks.forward))

        def listen(bounds: int, arguments: int) -> None:
            try:
                if captured.expected or self._should_record(captured.kernel):
                    captured.expected = False
                    params = _params_at(captured.types, bounds, arguments)
                    how = captured.tilings.get(tuple(params[0].shape), (None, None))
                    self._take(captured.kernel, params, how, None)
            except BaseException as error:  # noqa: BLE001 (an exception cannot pass through the C caller)
                self._raised.append(error)
            original(bounds, arguments)

        return _FUNCTION(listen)


def _copy_of(given: object) -> Any:
    kind: Any = type(given)
    return kind.from_buffer_copy(given)


def _meet(spans: set[tuple[int, int]], others: set[tuple[int, int]]) -> bool:
    """Return whether any span of the first set overlaps a span of the second set."""
    return any(start < end and low < high for low, end in spans for start, high in others)


def _params_at(types: Sequence[Any], bounds: int, arguments: int) -> list[Any]:
    """Return the launch bounds and every argument as ctypes objects that view the memory without copying it.

    Args:
        types: the types of the bounds and of each argument.
        bounds: the address of the bounds.
        arguments: the address of the first argument; the others follow it with the alignment of a C struct.
    """
    found, at = [types[0].from_address(bounds)], arguments
    for each in types[1:]:
        at += -(at - arguments) % ctypes.alignment(each)
        found.append(each.from_address(at))
        at += ctypes.sizeof(each)
    return found


def _register(capturing: Any, captured: _Captured, forward: Any) -> None:
    """Make a graph call a given function where it launches a kernel."""
    capturing.runtime.core.wp_apic_register_cpu_kernel(
        capturing.apic_state,
        captured.key,
        captured.digest,
        _address_of(forward),
        _address_of(captured.hooks.backward),
    )


def _address_of(function: Any) -> Any:
    return ctypes.cast(function, ctypes.c_void_p).value if function else None
