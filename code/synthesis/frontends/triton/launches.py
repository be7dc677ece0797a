"""Observation of the kernels that a program launches, by wrapping ``JITFunction.run`` while a listener is active.

Every launch calls it, including those by ``triton.autotune`` and ``triton.heuristics``. Without a GPU, launches are
interpreted (``interpreting.py``), so that the program continues with correct values.
"""

import sys
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import triton as _triton
import triton.backends.compiler as _targets
import triton.compiler as _compiler
import triton.runtime.interpreter as _interpreter
import triton.runtime.jit as _jit
import triton.tools.tensor_descriptor as _tensor_descriptor

from synthesis.frontends.failures import detail_of
from synthesis.frontends.launched import Call, Described, Launched, Listener
from synthesis.frontends.triton.descriptors import Bounds
from synthesis.frontends.triton.driverless import install_driver
from synthesis.frontends.triton.options import DEFAULTS
from synthesis.frontends.triton.pretence import plain_tensors
from synthesis.frontends.triton.specialised import Specialised
from synthesis.frontends.wrapping import Wrapping

triton: Any = _triton
targets: Any = _targets
compiler: Any = _compiler
interpreter: Any = _interpreter
jit: Any = _jit
TensorDescriptor: Any = _tensor_descriptor.TensorDescriptor

SECONDS = 30.0
"""Time limit in seconds of a launch in the interpreter."""
_OPTIONS = tuple(name for name in DEFAULTS if name != "divisible_by_16")
_results_are_known = ContextVar("results_are_known", default=False)


@contextmanager
def only_reported() -> Generator[None]:
    """Report launches without running them, inside a context. This is for launches that have been run before."""
    token = _results_are_known.set(True)
    try:
        yield
    finally:
        _results_are_known.reset(token)


def watch(listener: Listener) -> Callable[[], None]:
    """Report the launches of this process to a listener, and return a function that stops reporting."""
    return _Watching(listener).begin()


class _Now(threading.local):
    busy = False
    """Whether a launch is being observed or interpreted."""


class _Watching:
    """The wrapped functions of Triton.

    Args:
        listener: receives the launches.
    """

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._now = _Now()
        self._wrapping = Wrapping()
        self._known: dict[Any, Specialised] = {}
        self._binders: dict[int, tuple[Any, Any]] = {}
        self._backend: Any = compiler.make_backend(targets.GPUTarget("cuda", 90, 32))
        self._alone = False
        """Whether there is no GPU."""

    def begin(self) -> Callable[[], None]:
        """Wrap the functions, and return a function that restores them."""
        uninstall = install_driver()
        self._alone = uninstall is not None
        with self._wrapping.all_or_none():
            self._wrapping.wrap(jit.JITFunction, "run", self._run)
            self._wrapping.wrap(interpreter.InterpretedFunction, "run", self._miss_interpreted)

        def end() -> None:
            self._wrapping.end()
            if uninstall is not None:
                uninstall()

        return end

    # ---- around Triton's functions

    def _run(self, run: Any, function: Any, *args: Any, grid: Any, warmup: bool, **kwargs: Any) -> Any:
        if self._now.busy or (warmup and not self._alone):
            return run(function, *args, grid=grid, warmup=warmup, **kwargs)
        if warmup:
            return None
        self._now.busy = True
        try:
            with plain_tensors():
                return self._launch(run, function, args, grid, kwargs)
        finally:
            self._now.busy = False

    def _launch(self, run: Any, function: Any, args: Any, grid: Any, kwargs: Any) -> Any:
        if self._alone:
            for hook in function.pre_run_hooks:
                hook(*args, **kwargs)
        try:
            bound, types, _ = self._bound(function, args, kwargs)
            sizes = _sizes(grid, bound)
        except Exception as error:
            if self._alone:
                raise
            self._miss(function, f"its launch could not be read: {detail_of(error)}")
            return run(function, *args, grid=grid, warmup=False, **kwargs)
        self._take(function, bound, types, sizes, kwargs)
        if _results_are_known.get():
            return None
        if self._alone:
            self._interpret(function, sizes, bound)
            return _Compiled(function, bound, kwargs)
        return run(function, *args, grid=grid, warmup=False, **kwargs)

    def _bound(self, function: Any, args: Any, kwargs: Any) -> Any:
        """Return the arguments by name, the arguments' types and hints, and the options."""
        known = self._binders.get(id(function))
        if known is None:
            binder = jit.create_function_from_signature(function.signature, function.params, self._backend)
            known = self._binders[id(function)] = function, binder  # the function is kept, as its identity is the key
        return known[1](*args, **kwargs)

    def _take(self, function: Any, bound: Mapping[str, Any], types: Any, grid: tuple[int, ...], kwargs: Any) -> None:
        try:
            kernel = self._specialised(function, bound, types, kwargs)
            if not self._listener.should_record(kernel):
                return
        except Exception as error:  # noqa: BLE001 (the program must run as it would without irsmith)
            self._miss(function, f"its launch could not be read: {detail_of(error)}")
            return
        self._listener.take(
            Call(
                kernel=kernel,
                name=function.fn.__name__,
                module=function.fn.__module__,
                describe=lambda: _describe(kernel, bound),
                read=lambda: _read(kernel, bound, grid),
            )
        )

    def _specialised(self, function: Any, bound: Mapping[str, Any], types: Any, kwargs: Any) -> Specialised:
        options = {name: kwargs[name] for name in _OPTIONS if kwargs.get(name) is not None}
        named = dict(zip(bound, types, strict=True))
        ranks = [_rank_of(value) for value in bound.values()]
        key = id(function), repr(types), repr(options), repr(ranks)
        if key not in self._known:
            kinds = {name: kind for name, (kind, _) in named.items()}
            self._known[key] = Specialised(
                function=function,
                types=kinds,
                hints=tuple(name for name, (kind, hint) in named.items() if kind != "constexpr" and hint == "D"),
                constants={name: bound[name] for name, kind in kinds.items() if kind == "constexpr"},
                options=options,
            )
        return self._known[key]

    def _interpret(self, function: Any, grid: tuple[int, ...], bound: Mapping[str, Any]) -> None:
        from synthesis.frontends.triton.interpreting import StoppedError, interpret

        try:
            interpret(function, grid, bound, seconds=SECONDS)
        except StoppedError as error:
            self._note(function, f"Triton's interpreter was stopped: {error}")
        except Exception as error:  # noqa: BLE001 (the interpreter may raise anything)
            self._note(function, f"Triton's interpreter cannot run it: {detail_of(error)}")

    def _note(self, function: Any, why: str) -> None:
        sys.stderr.write(f"irsmith: {function.fn.__name__}: {why}; the program continues without its results\n")

    def _miss(self, function: Any, why: str) -> None:
        self._listener.miss(function.fn.__name__, function.fn.__module__, why)

    def _miss_interpreted(self, run: Any, function: Any, *args: Any, **kwargs: Any) -> Any:
        if not self._now.busy:
            self._miss(function, "TRITON_INTERPRET is set; irsmith record needs kernels that Triton can compile")
        return run(function, *args, **kwargs)


class _Compiled:
    """The result of a launch without a GPU, in place of a compiled kernel. It can be launched again.

    Args:
        function: the ``@triton.jit`` function.
        bound: the arguments of the launch that returned it.
        kwargs: its arguments by name, with its options.
    """

    def __init__(self, function: Any, bound: Mapping[str, Any], kwargs: Any) -> None:
        self._function = function
        self._constants = {each.name: bound[each.name] for each in function.params if each.is_constexpr}
        self._options = {name: value for name, value in kwargs.items() if name not in bound}

    def __getitem__(self, grid: Any) -> Callable[..., None]:
        """Return a function that launches the kernel. It takes all arguments, or only those that are not constants."""

        def launch(*args: Any) -> None:
            names = [each.name for each in self._function.params]
            if len(args) < len(names):
                names = [name for name in names if name not in self._constants]
            given = {**self._constants, **dict(zip(names, args, strict=True)), **self._options}
            self._function.run(grid=grid, warmup=False, **given)

        return launch


def _sizes(grid: Any, bound: Mapping[str, Any]) -> tuple[int, ...]:
    given: Any = grid(bound) if callable(grid) else grid
    return tuple(map(int, given)) if hasattr(given, "__len__") else (int(given),)


def _rank_of(value: Any) -> int:
    """Return the number of dimensions under which an array is recorded; 0 for anything else."""
    if isinstance(value, TensorDescriptor):
        return len(Bounds(shape=tuple(value.shape), strides=tuple(value.strides)).memory)
    return len(getattr(value, "shape", ()))


def _describe(kernel: Specialised, bound: Mapping[str, Any]) -> Described:
    from synthesis.frontends.triton.describing import describe

    return describe(kernel, bound)


def _read(kernel: Specialised, bound: Mapping[str, Any], grid: tuple[int, ...]) -> Launched:
    from synthesis.frontends.triton.describing import read

    return read(kernel, bound, grid)
