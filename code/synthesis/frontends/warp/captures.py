"""The launches of graphs: those of the host looked at whenever a graph makes them, those of a GPU before it runs.

Warp replays a graph of the host by the addresses of its kernels' functions, which it looks up at each launch, and with
arguments that lie in memory as C has them. While a graph runs of which somebody wants to know, functions of ours stand
there, and each calls the kernel's own. So what is read is what a launch is given, whatever the graph did before it.

A GPU is not asked while it runs a graph. What arrays hold before the graph is what a launch is given if nothing that
comes before it in the graph writes to them.
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
"""What Warp notes the launches of a graph in; its ``build_launch_info`` is called for each."""
_FUNCTION = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p)

Tiling = tuple[int | None, int | None]
"""The dimensions of a ``launch_tiled`` without that of the threads, and the threads a block; None if nobody says."""
Taking = Callable[[Any, Sequence[Any], Tiling, Any], None]
"""Told of a kernel, its params, how it is launched, and where; None for the host."""
_TWO = "a graph launches another kernel of its name and module, and Warp runs the last of them for both"


@dataclass(slots=True, eq=False)
class _Captured:
    """A kernel that a graph launches."""

    kernel: Any
    key: bytes
    digest: bytes
    """Of its module; Warp finds the function by both."""
    hooks: Any
    types: tuple[Any, ...]
    """Of the launch bounds and of each argument, as ctypes."""
    tilings: dict[tuple[int, ...], Tiling] = field(default_factory=dict[tuple[int, ...], Tiling])
    """Launch dimensions to how it is launched with them."""
    alone: bool = True
    """Whether no other kernel of the graph goes by the same key."""
    expected: bool = False
    """Whether its next launch is one that the listener wants."""
    listening: Any = None
    """The function that stands for the kernel's own, once there is one."""


@dataclass(slots=True)
class _Later:
    """What a graph on a GPU will launch."""

    given: set[tuple[int, int]] = field(default_factory=set[tuple[int, int]])
    """Where all arrays lie that its launches are given so far."""
    readable: list[tuple[Any, Sequence[Any], Tiling]] = field(default_factory=list[tuple[Any, Sequence[Any], Tiling]])
    """Kernel, params and tiles of launches whose arrays no launch before them is given."""


class Captures:
    """The graphs of a process, and what they launch.

    Args:
        wants: whether a launch of a kernel is to be looked at; called at every launch.
        take: looks at one, and raises nothing.
        miss: notes why launches of a kernel are not looked at.
    """

    def __init__(self, wants: Callable[[Any], bool], take: Taking, miss: Callable[[Any, str], None]) -> None:
        self._wants = wants
        self._take = take
        self._miss = miss
        self._graphs: weakref.WeakKeyDictionary[Any, dict[tuple[bytes, bytes], _Captured]] = weakref.WeakKeyDictionary()
        self._later: weakref.WeakKeyDictionary[Any, _Later] = weakref.WeakKeyDictionary()
        self._transient: set[tuple[int, int]] = set()
        """Where memory lies that is only there while a graph runs."""
        self._raised: list[BaseException] = []
        """What reached the program while a launch was looked at, as an interruption."""

    def remember(
        self, capturing: Any, kernel: Any, module: Any, hooks: Any, params: Sequence[Any], how: Tiling
    ) -> None:
        """Note that a graph on the host will launch a kernel.

        Args:
            capturing: what Warp notes the graph's launches in.
            kernel: a live, concrete one.
            module: its module, as it was loaded.
            hooks: its functions.
            params: launch bounds, then every argument, as ctypes.
            how: in which tiles.
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
        """Note memory that was made in the capture of a graph on a GPU, and cannot be read before that runs."""
        self._transient.add((start, start + size))

    def postpone(self, graph: Any, kernel: Any, params: Sequence[Any], how: Tiling) -> None:
        """Note a launch that a graph on a GPU will make, if what it is given can be read before the graph runs.

        Args:
            graph: the one that is captured.
            kernel: a live, concrete one.
            params: launch bounds, then every argument, as ctypes.
            how: in which tiles.
        """
        later, given = self._later.setdefault(graph, _Later()), spans_of(kernel, params)
        if _meet(given, self._transient):
            self._miss(kernel, "what it is given is made in the capture of a CUDA graph")
        elif _meet(given, later.given):
            self._miss(kernel, "another launch before it in its CUDA graph is given the same arrays")
        else:
            held: list[Any] = [_copy_of(each) for each in params]  # a recorded command may get others
            later.readable.append((kernel, held, how))
        later.given |= given

    def _look_ahead(self, graph: Any) -> None:
        """Look at what a graph on a GPU will be given, when that is done with what it was told before."""
        later = self._later.get(graph, _Later())
        wanted = [each for each in later.readable if self._wants(each[0])]
        if wanted and graph.device is not None:
            if graph.device.is_capturing:
                return
            wp.synchronize_device(graph.device)
        for kernel, params, how in wanted:
            self._take(kernel, params, how, graph.device)

    @contextlib.contextmanager
    def heard(self, graph: Any) -> Generator[None]:
        """Look at what a graph launches that runs meanwhile, where it is wanted."""
        with contextlib.suppress(Exception):  # a device that fails says so to the program
            self._look_ahead(graph)
        capturing: Any = getattr(graph, "_apic_capture", None)
        launched = self._graphs.get(capturing, {}) if capturing is not None else {}
        wanted = [each for each in launched.values() if each.alone and self._wants(each.kernel)]
        for each in wanted:
            each.expected = True
            each.listening = each.listening or self._listener_of(each)
            _register(capturing, each, each.listening)
        try:
            yield
        finally:
            for each in wanted:
                each.expected = False
                _register(capturing, each, each.hooks.forward)
        if self._raised:
            raise self._raised.pop()

    def _listener_of(self, captured: _Captured) -> Any:
        """A function for C that looks at a launch, then makes it."""
        original = _FUNCTION(_address_of(captured.hooks.forward))

        def listen(bounds: int, arguments: int) -> None:
            try:
                if captured.expected or self._wants(captured.kernel):
                    captured.expected = False
                    params = _params_at(captured.types, bounds, arguments)
                    how = captured.tilings.get(tuple(params[0].shape), (None, None))
                    self._take(captured.kernel, params, how, None)
            except BaseException as error:  # noqa: BLE001 (C is waiting, and cannot be told)
                self._raised.append(error)
            original(bounds, arguments)

        return _FUNCTION(listen)


def _copy_of(given: object) -> Any:
    kind: Any = type(given)
    return kind.from_buffer_copy(given)


def _meet(spans: set[tuple[int, int]], others: set[tuple[int, int]]) -> bool:
    """Whether any two of them overlap."""
    return any(start < end and low < high for low, end in spans for start, high in others)


def _params_at(types: Sequence[Any], bounds: int, arguments: int) -> list[Any]:
    """Launch bounds, then every argument, where they lie in memory; arguments one after the other, aligned."""
    found, at = [types[0].from_address(bounds)], arguments
    for each in types[1:]:
        at += -(at - arguments) % ctypes.alignment(each)
        found.append(each.from_address(at))
        at += ctypes.sizeof(each)
    return found


def _register(capturing: Any, captured: _Captured, forward: Any) -> None:
    """Have the launches of a kernel by a graph be those of a function."""
    capturing.runtime.core.wp_apic_register_cpu_kernel(
        capturing.apic_state,
        captured.key,
        captured.digest,
        _address_of(forward),
        _address_of(captured.hooks.backward),
    )


def _address_of(function: Any) -> Any:
    return ctypes.cast(function, ctypes.c_void_p).value if function else None
