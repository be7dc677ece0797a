"""Observation of the kernels that a program launches, by wrapping functions of Warp while a listener is active.

On the host, every launch by ``wp.launch``, a recorded command or JAX calls ``invoke``, with its arguments as C structs;
launches of graphs are observed by ``captures.py``. On a GPU there is no such common function. There, the arguments of
the Python functions are packed a second time, and arrays are read before the launch.
"""

import contextlib
import gc
import hashlib
import re
import sys
import threading
import weakref
from collections.abc import Callable, Generator
from dataclasses import replace
from typing import Any

import warp as _warp
import warp._src.context as _context  # noqa: TID251

from synthesis.frontends.base import Direction
from synthesis.frontends.launched import Call, Described, Listener
from synthesis.frontends.warp import discovery, introspection, lowering
from synthesis.frontends.warp.captures import CAPTURING, Captures, Tiling
from synthesis.frontends.warp.packed import Known, read_packed
from synthesis.frontends.wrapping import Wrapping

wp: Any = _warp
context: Any = _context

_JAX = "warp._src.jax.ffi"
_OBJECTS = ("Mesh", "Bvh", "HashGrid", "Volume")
_TEXTURES = ("Texture2D", "Texture3D")


_CONSTANT = re.compile(r"\s*const (\S+) (var_\d+) = (.*);$")
_DECLARED = re.compile(r"\s*\w[\w:<>, *]* (var_\d+)(?: = .*)?;$")
_VARIABLE = re.compile(r"\bvar_\d+\b")
_DEFINED = re.compile(r"^(?:struct (\w+)$|static [\w:<>, *]+ (\w+)\()", re.MULTILINE)
_NAME = re.compile(r"\b(adj_|replay_|)(\w+)\b")


def watch(listener: Listener) -> Callable[[], None]:
    """Report every launch of this process to a listener, and return a function that stops reporting."""
    return _Watching(listener).begin()


class _Now(threading.local):
    tiled: int | None = None
    """The number of dimensions of the current ``launch_tiled``, not counting the threads; None outside of one."""
    block: int | None = None
    """The threads per block of the current ``launch_tiled``."""
    busy = False
    """Whether a launch is being observed; launches made by the observation itself are ignored."""


class _Watching:
    """Observes launches by wrapping functions of Warp.

    Args:
        listener: receives the launches.
    """

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._now = _Now()
        self._wrapping = Wrapping()
        self._objects: weakref.WeakValueDictionary[int, Any] = weakref.WeakValueDictionary()
        self._textures: weakref.WeakValueDictionary[int, Any] = weakref.WeakValueDictionary()
        self._without_id: weakref.WeakSet[Any] = weakref.WeakSet()
        """Objects that had no id when they were made; a volume gets its id later."""
        self._captures = Captures(listener.should_record, self._take_captured, self._miss)

    def begin(self) -> Callable[[], None]:
        """Wrap Warp's functions that launch kernels or make objects, and return a function that unwraps them."""
        with self._wrapping.all_or_none():
            self._wrap_all()
        return self._wrapping.end

    def _wrap_all(self) -> None:
        wrap = self._wrapping.wrap
        wrap(context, "invoke", self._invoke)
        wrap(context, "invoke_cpu_blocks", self._invoke)
        if _JAX in sys.modules:
            wrap(sys.modules[_JAX], "invoke", self._invoke)
        wrap(context.Launch, "launch", self._launch_again)
        launch, tiled, graph = context.launch, context.launch_tiled, context.capture_launch
        for place in (context, wp):
            if getattr(place, "launch", None) is launch:
                wrap(place, "launch", self._launch)
            if getattr(place, "launch_tiled", None) is tiled:
                wrap(place, "launch_tiled", self._launch_tiled)
            if getattr(place, "capture_launch", None) is graph:
                wrap(place, "capture_launch", self._launch_graph)
        wrap(CAPTURING, "build_launch_info", self._capture)
        wrap(context.CudaMempoolAllocator, "allocate", self._allocate)
        kinds = tuple(getattr(wp, name) for name in (*_OBJECTS, *_TEXTURES))
        for each in gc.get_objects():
            if issubclass(type(each), kinds):  # isinstance() asks the object, and a dead proxy raises
                self._know(each)
        for kind in kinds:
            wrap(kind, "__init__", self._make)
        wrap(wp.HashGrid, "build", self._build)

    def _know(self, made: Any) -> None:
        with contextlib.suppress(TypeError):
            known = self._textures if type(made).__name__ in _TEXTURES else self._objects
            if getattr(made, "id", None):
                known[int(made.id)] = made
            else:
                self._without_id.add(made)

    # ---- around Warp's functions

    def _make(self, function: Any, made: Any, *args: Any, **kwargs: Any) -> None:
        function(made, *args, **kwargs)
        self._know(made)

    def _build(self, function: Any, grid: Any, points: Any, radius: Any, *args: Any, **kwargs: Any) -> Any:
        found = function(grid, points, radius, *args, **kwargs)
        with contextlib.suppress(TypeError):
            grid.irsmith_built = (weakref.ref(points), float(radius))
        return found

    def _invoke(self, function: Any, kernel: Any, hooks: Any, params: Any, adjoint: bool) -> Any:
        if not adjoint and self._listener.should_record(kernel) and not self._now.busy:
            self._take(kernel, params, None)
        return function(kernel, hooks, params, adjoint)

    def _launch_again(self, function: Any, command: Any, *args: Any, **kwargs: Any) -> Any:
        where = command.device
        with self._tiled(*getattr(command, "irsmith_tiled", (None, None))):
            if not where.is_cpu and not command.adjoint:
                if where.is_capturing:
                    self._postpone(command.kernel, command.params, where, args[0] if args else kwargs.get("stream"))
                elif self._listener.should_record(command.kernel):
                    self._take(command.kernel, command.params, where)
            return function(command, *args, **kwargs)

    def _launch_tiled(self, function: Any, *args: Any, **kwargs: Any) -> Any:
        dim: Any = kwargs.get("dim", 1)
        rank = 1 if isinstance(dim, int) else len(dim)
        block = kwargs.get("block_dim")
        with self._tiled(rank, block):
            made = function(*args, **kwargs)
        if isinstance(made, context.Launch):
            made.irsmith_tiled = rank, block
        return made

    def _launch(self, function: Any, kernel: Any, *args: Any, **kwargs: Any) -> Any:
        runtime = context.runtime
        if runtime is not None and runtime.cuda_devices and not self._now.busy:
            self._launch_elsewhere(kernel, *args, **kwargs)
        return function(kernel, *args, **kwargs)

    def _launch_elsewhere(
        self,
        kernel: Any,
        dim: Any = 0,
        inputs: Any = (),
        outputs: Any = (),
        adj_inputs: Any = (),
        adj_outputs: Any = (),
        device: Any = None,
        stream: Any = None,
        adjoint: bool = False,
        record_tape: bool = True,
        record_cmd: bool = False,
        **_: Any,
    ) -> None:
        """Observe a launch if it is on a GPU."""
        del adj_inputs, adj_outputs, record_tape
        try:
            where = context.runtime.get_device(device) if stream is None else stream.device
            if where.is_cpu or adjoint or record_cmd or not isinstance(kernel, context.Kernel):
                return
            given = [*inputs, *outputs]
            if kernel.is_generic:
                kernel = kernel.add_overload(kernel.infer_argument_types(given))
            if not where.is_capturing and not self._listener.should_record(kernel):
                return
            rank = introspection.launch_rank(kernel)  # at its first launch, Warp determines it itself
            bounds = context._build_launch_bounds_from_tuple(context._canonicalize_dim(dim), rank)
            packed = [
                context.pack_arg(kernel, a.type, a.label, v, where) for a, v in zip(kernel.adj.args, given, strict=True)
            ]
        except Exception:  # noqa: BLE001 (the launch itself will report the error)
            return
        if where.is_capturing:
            self._postpone(kernel, [bounds, *packed], where, stream)
        else:
            self._take(kernel, [bounds, *packed], where)

    def _postpone(self, kernel: Any, params: Any, device: Any, stream: Any) -> None:
        """Record a launch on a GPU during the capture of a graph, to be read when the graph is launched."""
        with contextlib.suppress(Exception):  # an error of the observation must not reach the program
            graph = device.captures.get(device.stream if stream is None else stream)
            if graph is None:
                self._miss(kernel, "it was launched while a CUDA graph was captured on another stream")
            else:
                self._captures.postpone(graph, kernel, params, (self._now.tiled, self._now.block))

    def _allocate(self, function: Any, allocator: Any, size: int) -> Any:
        found = function(allocator, size)
        if allocator.device.is_capturing:
            self._captures.exclude(int(found), size)
        return found

    def _capture(
        self,
        function: Any,
        capturing: Any,
        kernel: Any,
        module: Any,
        hooks: Any,
        params: Any,
        given: Any,
        adjoint: bool,
        **kwargs: Any,
    ) -> Any:
        """Record a launch that a graph will make, and call the wrapped function."""
        if capturing.device.is_cpu and not adjoint:
            with contextlib.suppress(Exception):  # an error of the observation must not reach the program
                self._captures.remember(capturing, kernel, module, hooks, params, (self._now.tiled, self._now.block))
        return function(capturing, kernel, module, hooks, params, given, adjoint, **kwargs)

    def _launch_graph(self, function: Any, graph: Any, *args: Any, **kwargs: Any) -> Any:
        with self._captures.observing(graph):
            return function(graph, *args, **kwargs)

    def _miss(self, kernel: Any, why: str) -> None:
        self._listener.miss(kernel.func.__name__, kernel.func.__module__, why)

    def _take_captured(self, kernel: Any, params: Any, how: Tiling, device: Any) -> None:
        with self._tiled(*how):
            self._take(kernel, params, device)

    @contextlib.contextmanager
    def _tiled(self, rank: int | None, block: int | None) -> Generator[None]:
        before = self._now.tiled, self._now.block
        self._now.tiled, self._now.block = rank, block
        try:
            yield
        finally:
            self._now.tiled, self._now.block = before

    def _take(self, kernel: Any, params: Any, device: Any) -> None:
        self._now.busy = True
        for each in [each for each in self._without_id if getattr(each, "id", None)]:
            self._without_id.discard(each)
            self._know(each)
        try:
            rank, block = self._now.tiled, self._now.block
            known = Known(objects=self._objects, textures=self._textures)
            self._listener.take(
                Call(
                    kernel=kernel,
                    name=kernel.func.__name__,
                    module=kernel.func.__module__,
                    describe=lambda: describe(kernel, block),
                    read=lambda: read_packed(kernel, params, rank, known, device),
                )
            )
        finally:
            self._now.busy = False


def describe(kernel: Any, block: int | None = None) -> Described:
    """Return a live kernel as text, without changing Warp's state.

    Args:
        kernel: a concrete kernel.
        block: the number of threads per block with which its tiles are launched; None if not given.

    Raises:
        Exception: any exception that Warp raises for a kernel that it cannot build.
    """
    spec = discovery.describe(kernel, {}).spec
    if block is not None and block > 0:
        options = {**spec.signature.options, "block_dim": int(block)}
        spec = replace(spec, signature=replace(spec.signature, options=options))
    return Described(spec=spec, digest=digest_of(kernel, spec.signature.options))


def _nowhere(file: str, line: int) -> None:
    """Return None; used as the function that maps lines to the source where no line map is needed."""
    del file, line


def digest_of(kernel: Any, options: Any) -> str:
    """Return the digest of a live kernel's computation: its text for the host without names.

    If a source reads a constant from a module (``kinds.ROUND``), Warp names its variable differently from that of a
    constant with a plain name. So constants are replaced by their values. The names of functions and structs have no
    effect either.

    Raises:
        Exception: any exception that Warp raises for a kernel that it cannot build.
    """
    forward = lowering.clean_texts(kernel, options, ("cpu",), _nowhere)["cpu", Direction.FORWARD]
    text = _without_names(_without_constants(forward[0] if forward else ""))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _without_names(text: str) -> str:
    """Return a text with its functions and structs renamed by the order of their definitions."""
    defined: dict[str, str] = {}
    for found in _DEFINED.finditer(text):
        name = found[1] or found[2]
        if not name.startswith(("adj_", "replay_")):
            defined.setdefault(name, f"d{len(defined)}")
    return _NAME.sub(lambda found: found[1] + defined.get(found[2], found[2]), text)


def _without_constants(text: str) -> str:
    """Return a text with constants' variables replaced by their values, and other variables renamed in order."""
    names: dict[str, str] = {}
    lines: list[str] = []
    for line in text.splitlines():
        constant = _CONSTANT.match(line)
        if constant is not None:
            names[constant[2]] = f"{constant[1]}({constant[3]})"
            continue
        declared = _DECLARED.match(line)
        if declared is not None:
            names[declared[1]] = f"v{len(lines)}"
        lines.append(_VARIABLE.sub(lambda found: names.get(found[0], found[0]), line))
    return "\n".join(lines)
