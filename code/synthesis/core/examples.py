"""Example inputs of users' functions: types, shapes and values from a file or a decorator."""

import inspect
import re
import tomllib
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from synthesis.core.errors import ConfigError
from synthesis.core.formats import NARROW
from synthesis.core.signatures import Argument, Domain

F = TypeVar("F", bound=Callable[..., Any])

DIMENSIONS = "dim"
"""The key in a table of inputs that gives a Warp kernel's launch dimensions."""
_MARK = "__irsmith_example__"
"""Name of the function attribute that holds the example's arguments."""
_NAMED = "__irsmith_example_names__"
"""Name of the function attribute that holds the example's arguments by name."""
_ERROR = "__irsmith_example_error__"
"""Name of the function attribute that holds the error message of an invalid example."""
_KEEPS_ERRORS = ContextVar("keeps_errors", default=False)
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_PATTERN = re.compile(
    rf"(?P<letters>[a-z]+)(?P<bits>\d*(?:_e\d\w*)?)(?:\[(?P<shape>[\d,\s]*)\])?(?:\s+in\s+(?P<low>{_NUMBER})\s*\.\.\s*(?P<high>{_NUMBER}))?"
)
_PREFIXES = {"f": "float", "i": "int", "u": "uint", "c": "complex", "bf": "bfloat"}
_DTYPES = frozenset({
    "bool", "float16", "bfloat16", "float32", "float64", "complex64", "complex128",
    *(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)), *NARROW,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class ArrayType:
    """A scalar type by NumPy's name, a shape, and the domain that values are drawn from.

    It can replace an array wherever only dtype and shape matter.
    """

    dtype: str
    shape: tuple[int, ...]
    domain: Domain | None = None


_NEAR = 0.05
"""The largest share by which numbers of a table are nearer to zero in all draws but the first."""
_NEAR_ZERO = 0.1
"""The largest number that draws have in the place of a zero of a table."""


def stated(argument: Argument, *numbers: float) -> Argument:
    """Return an argument with the numbers that a table states for its elements; one number is for all elements.

    Integers are the same in all draws. Floating-point numbers are exact in the first draw and near in the others, since
    a single value hides what a text does with it.

    Raises:
        ConfigError: if their count is not the number of elements.
    """
    domain = Domain(low=0.0, high=0.0)
    if argument.is_float:
        domain = Domain(low=-_NEAR, high=0.0) if any(numbers) else Domain(low=0.0, high=_NEAR_ZERO)
    return replace(argument, domain=domain, base=numbers, recorded=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """The known inputs of the functions of a target."""

    arguments: tuple[Any, ...] = ()
    """Positional arguments of every function: arrays, shapes, pytrees of them, plain values."""
    tables: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])
    """Arguments by function name and parameter name. They take precedence over ``arguments``."""
    errors: Mapping[str, str] = field(default_factory=dict[str, str])
    """Error messages of the tables that cannot be read, by function name."""
    guess: bool = False
    """Whether to try common shapes for a function without known inputs."""


NO_EXAMPLES = Examples()
"""No known inputs."""


def example(*arguments: Any, **named: Any) -> Callable[[F], F]:
    """Mark a function or a kernel of Triton or Warp with example arguments for its extraction.

    Args:
        arguments: arrays, ``jax.ShapeDtypeStruct`` objects, strings such as ``"f32[4,3]"``, or pytrees of these. Any
            other value is a constant if tracing needs it; a string has its own quotes (``"'linear'"``).
        named: arguments by the names of parameters. For a kernel, also what else a table of inputs may state, such as
            ``grid`` for Triton and ``dim`` for Warp.

    Example:
        >>> @example("f32[4,3]", {"w": "f32[3]"})
        ... def f(x, params):
        ...     return x @ params["w"]
    """

    if len(arguments) == 1 and not named and inspect.isfunction(arguments[0]):
        return _unmarked(arguments[0])

    def mark(function: F) -> F:
        marked: Any = function
        marked = getattr(marked, "__func__", marked)  # a static method stores its function in this attribute
        try:
            setattr(marked, _MARK, tuple(_read(argument) for argument in arguments))
            if named:
                setattr(marked, _NAMED, {name: _read(argument) for name, argument in named.items()})
        except ConfigError as error:
            if not _KEEPS_ERRORS.get():
                raise
            setattr(marked, _ERROR, str(error))
        return function

    return mark


def is_mark(value: object) -> bool:
    """Return whether a value is a decorator that ``example(...)`` returned, such as one that a module gives a name."""
    return inspect.isfunction(value) and value.__module__ == __name__ and value.__qualname__ == "example.<locals>.mark"


def _unmarked(function: Any) -> Any:
    """Record on a function that it has ``@example`` without parentheses, and return the function.

    Raises:
        ConfigError: outside of ``keeping_errors``, where nothing is recorded.
    """
    message = f'{function.__name__} is marked without arguments; write them as in @example("f32[4,3]")'
    if not _KEEPS_ERRORS.get():
        raise ConfigError(message)
    setattr(function, _ERROR, message)
    return function


@contextmanager
def keeping_errors() -> Generator[None]:
    """Inside the block, store the error of an invalid ``@example`` on its function instead of raising the error.

    A file with such a function can then be imported, and only the function is rejected.
    """
    token = _KEEPS_ERRORS.set(True)
    try:
        yield
    finally:
        _KEEPS_ERRORS.reset(token)


def mark_error(function: object) -> str | None:
    """Return the error message of a function's invalid ``@example``; None if the example is valid or missing."""
    return getattr(function, _ERROR, None)


def marked_arguments(function: object) -> tuple[Any, ...] | None:
    """Return the arguments of a function's ``@example``; None if it has none."""
    return getattr(function, _MARK, None)


def marked_names(function: object) -> dict[str, Any]:
    """Return the arguments by name of a function's ``@example``."""
    return dict(getattr(function, _NAMED, {}))


def marked_table(functions: Iterable[object], parameters: Sequence[str]) -> dict[str, Any] | None:
    """Return the inputs that an ``@example`` states, by name; None if there is none.

    Args:
        functions: a kernel, and the functions inside it, of which any may have the mark.
        parameters: the names of the kernel's parameters.

    Raises:
        ConfigError: if the mark cannot be read, has more arguments than the kernel, or states one twice.
    """
    for function in functions:
        if (error := mark_error(function)) is not None:
            raise ConfigError(error)
        arguments, named = marked_arguments(function), marked_names(function)
        if arguments is None:
            continue
        if len(arguments) > len(parameters):
            raise ConfigError(f"{len(arguments)} arguments for {len(parameters)} parameters")
        table = dict(zip(parameters, arguments, strict=False))
        if twice := [name for name in named if name in table]:
            raise ConfigError(f"{twice[0]} is stated twice")
        return table | named
    return None


def read_inputs(path: Path) -> dict[str, dict[str, Any]]:
    """Return the tables of a TOML file: arguments by function name and parameter name.

    A string is a type and shape with an optional range (``"f32[4,3] in 0.1..2"``). A string that contains quotes
    (``"'linear'"``) is a string argument. A table is a dictionary of arguments. Anything else is the value itself.

    Raises:
        ConfigError: if the file cannot be read, is not TOML, or holds a string that is not a type and shape.
    """
    tables, errors = read_tables(path)
    if errors:
        raise ConfigError(next(iter(errors.values())))
    return tables


def read_tables(path: Path) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """Return the tables of a TOML file that can be read, and error messages for the others, by function name.

    Raises:
        ConfigError: if the file cannot be read, is not TOML, or has an entry outside a table.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not TOML: {error}") from error
    tables: dict[str, dict[str, Any]] = {}
    errors: dict[str, str] = {}
    for function, table in document.items():
        if not isinstance(table, dict):
            raise ConfigError(
                f"{path}: {function} = {table!r} stands outside a table; expected [function_name] above it"
            )
        arguments: dict[str, Any] = dict(table)  # pyright: ignore[reportUnknownArgumentType]
        try:
            read = {name: _read(value, f"{path}, [{function}] {name}: ") for name, value in arguments.items()}
        except ConfigError as error:
            errors[function] = str(error)
        else:
            tables[function] = read
    return tables, errors


def _read(value: Any, place: str = "") -> Any:
    if isinstance(value, str):
        quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
        return value[1:-1] if quoted else parse_type(value, place)
    if isinstance(value, dict):
        entries: dict[str, Any] = dict(value)  # pyright: ignore[reportUnknownArgumentType]
        return {name: _read(entry, place) for name, entry in entries.items()}
    kind: Any = value.__class__
    if kind is list or tuple in kind.__mro__:
        make: Any = getattr(kind, "_make", kind)  # keeps the class of a named tuple
        return make([_read(entry, place) for entry in value])
    return value


def parse_type(text: str, place: str = "") -> ArrayType:
    """Parse ``f32[4,8]``, ``int32[3]``, ``f32`` (a scalar) or ``f32[4,8] in 0.1..2`` as an array type.

    Raises:
        ConfigError: if the text is not valid; the message starts with ``place``.
    """
    match = _PATTERN.fullmatch(text.strip())
    quoted = f"a string argument has its own quotes, as in \"'{text}'\""
    if match is None:
        raise ConfigError(
            f"{place}cannot read {text!r} as a type and shape; expected something like f32[4,8], i32[3], f32, "
            f"or f32[4,8] in 0.1..2; {quoted}"
        )
    letters = match["letters"]
    dtype = _PREFIXES.get(letters, letters) + match["bits"]
    if dtype not in _DTYPES:
        raise ConfigError(
            f"{place}unknown scalar type in {text!r}; allowed: "
            "f16 bf16 f32 f64 i8…i64 u8…u64 c64 bool, and narrow ones such as f8_e4m3fn, f8_e5m2, i4, u4"
            + ("" if match["shape"] else f"; {quoted}")
        )
    sizes = [part.strip() for part in (match["shape"] or "").split(",") if part.strip()]
    try:
        domain = Domain(low=float(match["low"]), high=float(match["high"])) if match["low"] else None
    except ConfigError as error:
        raise ConfigError(f"{place}{text!r}: {error}") from error
    return ArrayType(dtype, tuple(int(size) for size in sizes), domain)
