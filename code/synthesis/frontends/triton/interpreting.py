"""Execution of launches by Triton's interpreter, for Python code that launches kernels on a machine without a GPU.

When Triton is imported, it decides whether kernels are compiled or interpreted. Here they are compiled functions, whose
Python code is run with an interpreted ``triton.language``. After a launch, the language is restored.
"""

import contextlib
import time
from collections.abc import Generator, Iterator, Mapping
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt
import triton.language as _tl
import triton.language.extra.cuda.libdevice as _libdevice
import triton.runtime.interpreter as _interpreter
import triton.runtime.jit as _jit

from synthesis.frontends.triton.replacing import Replacing
from synthesis.frontends.triton.tensors import span_of
from synthesis.frontends.triton.texts.libdevice import FUNCTIONS

tl: Any = _tl
interpreter: Any = _interpreter
jit: Any = _jit
libdevice: Any = _libdevice

_LANGUAGE = "triton.language"
_LIBDEVICE = f"{_LANGUAGE}.extra.libdevice"
"""The module of placeholders that the compiler replaces by the functions of the device's module ``libdevice``."""


class StoppedError(Exception):
    """An error for a launch that exceeds its time limit."""


def interpret(function: Any, grid: tuple[int, ...], values: Mapping[str, Any], *, seconds: float) -> None:
    """Run a launch of a compiled function in NumPy. Its tensors are changed.

    Args:
        function: the ``@triton.jit`` function.
        grid: the grid.
        values: the arguments, by name.
        seconds: the limit of the launch in seconds of processor time, so that other work on the machine does not count.

    Raises:
        StoppedError: if it takes longer. The tensors then contain the results of its first programs.
        Exception: any exception that the interpreter raises for code that it cannot run.
    """
    kernel = interpreter.InterpretedFunction(function.fn)
    memory = _Memory(interpreter._interpreter, values)
    with _interpreted(function, memory, seconds), np.errstate(all="ignore"):
        executor = interpreter.GridExecutor(kernel.rewrite(), kernel.arg_names, grid)
        executor._init_args_hst = _unchanged  # the arguments are on the host already
        executor._restore_args_dev = _nothing
        try:
            executor(**values)
        except interpreter.InterpreterError as error:
            raise _cause_of(error) from error


def _unchanged(args: Any, named: Any) -> Any:
    return args, named


def _itself(value: Any) -> Any:
    return value


def _nothing(*_: Any) -> None:
    pass


def _cause_of(error: BaseException) -> BaseException:
    while isinstance(error, interpreter.InterpreterError) and error.__cause__ is not None:
        error = error.__cause__
    return error


@contextlib.contextmanager
def _interpreted(kernel: Any, memory: "_Memory", seconds: float) -> Generator[None]:
    """Replace ``triton.language`` and the compiled functions that a kernel calls, inside a context."""
    scope = _Scope()
    builder = interpreter.interpreter_builder
    step = builder.set_grid_idx
    end = time.thread_time() + seconds

    def call(function: Any, *args: Any, **kwargs: Any) -> Any:
        python = interpreter.InterpretedFunction(function.fn).rewrite()
        scope.enter(function.fn.__globals__)
        return python(*args, **kwargs)

    def start(_: Any) -> _Scope:
        for lang in (tl, tl.core):
            interpreter._patch_lang_tensor(lang.tensor, scope)
            interpreter._patch_lang_core(lang, scope)
            interpreter._patch_builtin(lang.tensor, builder, scope)
            scope.set_attr(lang, "range", _loop)
        interpreter._patch_builtin(tl.core.tensor_descriptor_base, builder, scope)
        scope.enter({"tl": tl})
        scope.enter(kernel.fn.__globals__)
        return scope

    def next_program(*index: int) -> None:
        if time.thread_time() > end:
            raise StoppedError(f"it takes more than {seconds:g} s of processor time")
        step(*index)

    convert = interpreter._implicit_cvt

    def converted(value: Any) -> Any:
        return _number(value) if isinstance(value, float) else convert(value)

    own = Replacing()
    own.set_attr(interpreter, "_interpreter", memory)
    own.set_attr(interpreter, "_patch_lang", start)
    own.set_attr(interpreter, "_implicit_cvt", converted)
    own.set_attr(jit.JITFunction, "__call__", call)
    own.set_attr(builder, "set_grid_idx", next_program)
    own.set_attr(tl.core, "extern_elementwise", _extern)
    own.set_attr(tl.dtype, "value", property(_itself))  # in compiled code, a type is a constexpr
    try:
        yield
    finally:
        scope.restore()
        own.restore()


class _Memory:
    """The interpreter's functions that access memory, with a check of each address.

    Without the check, an invalid address would end the process.
    """

    def __init__(self, own: Any, values: Mapping[str, Any]) -> None:
        self._own = own
        spans = sorted(set(_spans(list(values.values()))))
        self._starts = np.array([start for start, _ in spans], np.uint64)
        self._ends = np.array([end for _, end in spans], np.uint64)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._own, name)

    def load(self, pointers: Any, mask: Any, other: Any, dtype: Any) -> Any:
        self._check(pointers, mask, np.dtype(dtype).itemsize)
        return self._own.load(pointers, mask.astype(bool), other, dtype)

    def store(self, pointers: Any, values: Any, mask: Any) -> Any:
        self._check(pointers, mask, values.dtype.itemsize)
        return self._own.store(pointers, values, mask.astype(bool))

    def atomic_rmw(self, kind: Any, pointers: Any, values: Any, mask: Any, order: Any) -> Any:
        self._check(pointers, mask, values.dtype.itemsize)
        return self._own.atomic_rmw(kind, pointers, values, mask.astype(bool), order)

    def atomic_cas(self, pointers: Any, expected: Any, values: Any, order: Any) -> Any:
        self._check(pointers, np.array(True), values.dtype.itemsize)
        return self._own.atomic_cas(pointers, expected, values, order)

    def _check(self, pointers: npt.NDArray[np.uint64], mask: npt.NDArray[Any], size: int) -> None:
        used: npt.NDArray[np.uint64] = pointers[np.broadcast_to(mask.astype(bool), pointers.shape)]
        place = np.searchsorted(self._starts, used, side="right") - 1
        inside = used + np.uint64(size) <= self._ends[place] if self._ends.size else np.zeros(used.shape, bool)
        if not (inside & (place >= 0)).all():
            raise IndexError("it accesses memory outside of its arrays")


def _spans(values: list[Any]) -> Iterator[tuple[int, int]]:
    """Yield the start and end addresses of the memory of each array."""
    for value in values:
        if isinstance(value, tuple):
            yield from _spans(list(value))  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
        elif (span := span_of(value)) is not None:
            yield span


def _number(value: float) -> Any:
    """Return a number as a tensor, whose methods a kernel may call; the interpreter would pass a Python number."""
    return tl.tensor(interpreter.TensorHandle(np.array([value], np.float32), tl.float32), tl.float32)


def _loop(*bounds: Any, **_: Any) -> Generator[Any]:
    """Yield the numbers of a loop as tensors, whose methods its body may call as in a compiled kernel."""
    for index in range(*map(int, bounds)):
        kind = tl.int32 if abs(index) < 2**31 else tl.int64
        yield tl.tensor(interpreter.TensorHandle(np.array([index], np.dtype(str(kind))), kind), kind)


class _Scope(Replacing):
    """The replacements that are made while a kernel is interpreted, by this module and by Triton's interpreter."""

    def __init__(self) -> None:
        super().__init__()
        self._entered = set[int]()

    def enter(self, names: dict[str, Any]) -> None:
        """Replace the functions of ``triton.language`` in a module's namespace by their interpreted forms.

        This includes functions that were imported under other names.
        """
        if id(names) in self._entered:
            return
        self._entered.add(id(names))
        if "range" not in names:
            names["range"] = _loop
            self._undo.append(lambda: names.pop("range"))
        for name, value in list(names.items()):
            if isinstance(value, ModuleType) and value.__name__.startswith(_LANGUAGE):
                self._interpret_module(value)
            elif (found := _interpreted_function(value)) is not None:
                names[name] = found
                self._undo.append(lambda name=name, value=value: names.__setitem__(name, value))

    def _interpret_module(self, module: ModuleType) -> None:
        if id(vars(module)) in self._entered:
            return
        self._entered.add(id(vars(module)))
        for name, value in list(vars(module).items()):
            if isinstance(value, ModuleType) and value.__name__.startswith(_LANGUAGE):
                self._interpret_module(value)
            elif (found := _interpreted_function(value)) is not None:
                self.set_attr(module, name, found)


def _interpreted_function(value: Any) -> Any | None:
    """Return the interpreted form of a function of ``triton.language``; None for anything else."""
    if getattr(value, "__module__", None) == _LIBDEVICE and callable(value):
        value = getattr(libdevice, value.__name__, None)
        if isinstance(value, _Interpreted):
            return value
    return _Interpreted(value) if tl.core.is_builtin(value) else None


class _Interpreted:
    """The interpreted form of a function of ``triton.language``."""

    def __init__(self, function: Any) -> None:
        self._function = function

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._function(*args, **{**kwargs, "_semantic": interpreter.interpreter_semantic})


def _extern(
    library: str, path: str, args: list[Any], symbols: Mapping[Any, Any], is_pure: bool, _semantic: Any = None
) -> Any:
    """Compute a function of libdevice in NumPy, in place of ``extern_elementwise``."""
    del library, path, is_pure
    given = [_semantic.to_tensor(each) for each in args]
    symbol, kind = symbols[tuple(each.dtype for each in given)]
    if symbol not in FUNCTIONS:
        raise NotImplementedError(f"the interpreter has no function {symbol}")
    found = FUNCTIONS[symbol].compute(*np.broadcast_arrays(*(each.handle.data for each in given)))
    shape = np.broadcast_shapes(*(tuple(each.shape) for each in given))
    return tl.tensor(interpreter.TensorHandle(found, kind), tl.block_type(kind, list(shape)) if shape else kind)
