"""Calls of the source's functions, of the language's functions, and of methods."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from synthesis.frontends.base import ReferenceUnknownError
from synthesis.frontends.triton.reference.machine import Machine
from synthesis.frontends.triton.reference.values import Bound, Function, Operation


class Frame:
    """The variables of one call of a function.

    Args:
        machine: the machine.
        names: the local variables.
        outer: the variables of the module.
        known: whether the function runs at compile time, on Python values only.
    """

    __slots__ = ("known", "machine", "names", "outer", "undecided")

    def __init__(self, machine: Machine, names: dict[str, Any], outer: Mapping[str, Any], *, known: bool) -> None:
        self.machine = machine
        self.names = names
        self.outer = outer
        self.known = known
        self.undecided = False
        """Whether a ``return`` depended on a condition that is not known at compile time."""


Closure = Callable[[Frame], Any]


class Returned:
    """The outcome of a statement that returns from its function."""

    __slots__ = ("sure", "value")

    def __init__(self, value: Any) -> None:
        self.value = value
        self.sure = True
        """Whether the ``return`` depends only on values known at compile time, so that Triton drops what follows."""


def call_function(
    m: Machine, function: Function, args: Sequence[Any], keywords: Mapping[str, Any] | None = None
) -> Any:
    """Call a function of the source, and return its result.

    Raises:
        ReferenceUnknownError: if the arguments do not match its parameters.
        ReferenceFaultError: if calls are nested too deeply.
    """
    m.enter()
    try:
        names = _bound(m, function, args, keywords or {})
        frame = Frame(m, names, function.names, known=function.known)
        assert function.body is not None
        result = function.body(frame)
        return result.value if isinstance(result, Returned) else None
    finally:
        m.depth -= 1


def _bound(m: Machine, function: Function, args: Sequence[Any], keywords: Mapping[str, Any]) -> dict[str, Any]:
    names = dict(zip(function.parameters, args, strict=False))
    more = tuple(args[len(function.parameters) :])
    if function.variadic:
        names[function.variadic] = more
    elif more:
        raise ReferenceUnknownError(f"too many arguments of {function.name}")
    for name, value in keywords.items():
        if name in names or name not in function.parameters:
            raise ReferenceUnknownError(f"the argument {name} of {function.name}")
        names[name] = value
    for name in function.parameters:
        if name not in names:
            if name not in function.defaults:
                raise ReferenceUnknownError(f"{function.name} without its argument {name}")
            names[name] = function.defaults[name](Frame(m, {}, function.names, known=True))
    return names


def call(m: Machine, called: Any, args: Sequence[Any], keywords: Mapping[str, Any]) -> Any:
    """Call a function, method or type, and return its result.

    Raises:
        ReferenceUnknownError: if it is not modelled.
        ReferenceFaultError: if the kernel is at fault.
    """
    if isinstance(called, Function):
        return call_function(m, called, args, keywords)
    if isinstance(called, Bound):
        return call(m, called.operation, (called.owner, *args), keywords)
    if isinstance(called, Operation):
        try:
            return called.run(m, *args, **keywords)
        except (TypeError, AttributeError, ValueError, LookupError, ArithmeticError, MemoryError) as error:
            raise ReferenceUnknownError(f"{called.name} with these arguments ({error})") from error
    raise ReferenceUnknownError(f"a call of a {type(called).__name__}")
