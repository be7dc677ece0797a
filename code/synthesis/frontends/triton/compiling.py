"""Compiles the PyTorch functions of a module and their derivatives to Triton kernels, and compares the results."""

import contextlib
import inspect
import textwrap
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any

from synthesis.core.errors import ConfigError
from synthesis.core.examples import ArrayType, Examples, marked_table
from synthesis.frontends.definitions import Definition, source_of
from synthesis.frontends.failures import detail_of
from synthesis.frontends.launched import CompiledFrom
from synthesis.frontends.protocol.makers import Made, NotMade
from synthesis.frontends.provenance import provenance, release_of
from synthesis.frontends.rewriting import without_decorators
from synthesis.frontends.sources import SourceCollector
from synthesis.frontends.triton import inductor

Tensors = Sequence[Any]

_CUSTOMARY = {
    "torch": "import torch",
    "F": "import torch.nn.functional as F",
    "nn": "import torch.nn as nn",
    "math": "import math",
}
_INPUTS, _SETTINGS = "get_inputs", "get_init_inputs"
"""Names of a module's functions that return the inputs of its layers, and the arguments of their constructors."""
_LAYER = "layer"
"""The name of the parameter by which the derivative of a layer takes the layer."""
_ULPS = 64
"""Allowed error in units in the last place of an array's largest number, in addition to that allowed by ``_TIMES``."""
_TIMES = 2
"""Allowed error as a multiple of PyTorch's own error. Both errors are relative to results in double precision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    """A function with its arguments."""

    name: str
    function: Callable[..., Any]
    arguments: Tensors
    parameters: tuple[str, ...]
    compiled_from: CompiledFrom
    inputs: int | None = None
    """Number of the arguments that a layer's call takes; the others are the layer's parameters. None for a function."""


class InductorMaker:
    """Compiles PyTorch functions and layers by Inductor."""

    def find_fault(self) -> str | None:
        """Return the reason why Inductor cannot be used here; None if it can."""
        return inductor.find_fault()

    def make(self, target: object, examples: Examples, is_wanted: Callable[[str], bool]) -> Iterator[Made | NotMade]:
        """Yield the compiled functions of a target, each followed by its derivative if it has one.

        The arguments are random numbers of the types in a table of inputs, in ``@synthesis.example`` or in the
        examples. Those of a class of layers come from the functions ``get_init_inputs`` and ``get_inputs`` of its
        module.
        """
        torch: Any = import_module("torch")
        for name, live in _candidates(torch, target):
            try:
                task = _task(torch, name, live, examples)
            except Exception as error:  # noqa: BLE001 (a user's code may raise anything)
                yield NotMade(name=name, why=detail_of(error))
                continue
            if is_wanted(task.name):
                yield from _compile_and_compare(torch, task)
            derivative = _derivative(torch, task)
            if derivative is not None and is_wanted(derivative.name):
                yield from _compile_and_compare(torch, derivative)


MAKER = InductorMaker()


def _candidates(torch: Any, target: object) -> list[tuple[str, Any]]:
    """Return the functions and layer classes that a module defines, or the given function or class, with their names.

    Layer classes that another class of the module uses are left out.
    """
    if not isinstance(target, ModuleType):
        return [(getattr(target, "__name__", type(target).__name__), target)]
    found = [
        (name, live)
        for name, live in vars(target).items()
        if getattr(live, "__module__", None) == target.__name__
        and (inspect.isfunction(live) or (inspect.isclass(live) and issubclass(live, torch.nn.Module)))
    ]
    classes = [live for _, live in found if inspect.isclass(live)]
    inner = {name for name, live in found if inspect.isclass(live) and _is_used_by_another(live, classes)}
    return [(name, live) for name, live in found if name not in {_INPUTS, _SETTINGS} | inner]


def _is_used_by_another(layer: Any, classes: Sequence[Any]) -> bool:
    """Return whether the code of another class mentions a layer class, which is then a part of the other layer."""
    return any(layer.__name__ in _globals_of(each) for each in classes if each is not layer)


def _globals_of(layer: Any) -> set[str]:
    codes: list[Any] = [getattr(each, "__code__", None) for _, each in inspect.getmembers(layer, inspect.isfunction)]
    return {name for each in codes if each is not None for name in each.co_names}


# Arguments


def _task(torch: Any, name: str, live: Any, examples: Examples) -> _Task:
    """Return a function or a layer with its arguments.

    Raises:
        ConfigError: if its arguments are not known.
        Exception: whatever the user's code raises.
    """
    made = _compiled_from(live)
    torch.manual_seed(zlib.crc32(name.encode()))
    if inspect.isclass(live):
        return _layer(torch, name, live, made)
    signature = inspect.signature(live)
    table = examples.tables.get(name)
    given: Sequence[Any] | Mapping[str, Any] | None = (
        marked_table([live], [*signature.parameters]) if table is None else table
    )
    if given is None:
        given = examples.arguments or None
    if given is None:
        raise ConfigError(
            f"the arguments of {name} are not known; "
            f'write @synthesis.example("f32[4,8]", …) above it, or a table [{name}]'
        )
    bound = signature.bind(**given) if isinstance(given, Mapping) else signature.bind(*given)
    values = {key: _value(torch, each) for key, each in bound.arguments.items()}
    tensors = {key: each for key, each in values.items() if isinstance(each, torch.Tensor)}
    fixed = {key: each for key, each in values.items() if key not in tensors}

    def function(*arguments: Any) -> Any:
        given = signature.bind_partial(**fixed, **dict(zip(tensors, arguments, strict=True)))
        return live(*given.args, **given.kwargs)

    return _Task(
        name=name, function=function, arguments=[*tensors.values()], parameters=tuple(tensors), compiled_from=made
    )


def _value(torch: Any, given: Any) -> Any:
    """Return a random tensor of the given array type; return any other value unchanged.

    Raises:
        ConfigError: if PyTorch lacks the type of the elements.
    """
    if not isinstance(given, ArrayType):
        return given
    dtype = getattr(torch, given.dtype, None)
    if dtype is None:
        raise ConfigError(f"PyTorch has no type {given.dtype}")
    if given.dtype == "bool":
        return torch.rand(given.shape) < 0.5
    low, high = (given.domain.low, given.domain.high) if given.domain is not None else (None, None)
    if dtype.is_floating_point:
        drawn = (
            torch.randn(given.shape) if low is None or high is None else torch.empty(given.shape).uniform_(low, high)
        )
        return drawn.to(dtype)
    return torch.randint(int(low or 0), int(1 if high is None else high) + 1, given.shape, dtype=dtype)


def _layer(torch: Any, name: str, layer: Any, made: CompiledFrom) -> _Task:
    module = import_module(layer.__module__)
    if not hasattr(module, _INPUTS):
        raise ConfigError(f"the arguments of {name} are not known; its module has no function {_INPUTS}")
    instance = layer(*getattr(module, _SETTINGS, list)()).eval()
    inputs = list(getattr(module, _INPUTS)())
    if not all(isinstance(each, torch.Tensor) for each in inputs):
        raise ConfigError(f"{_INPUTS} returns something other than tensors")
    state = {**dict(instance.named_parameters()), **dict(instance.named_buffers())}
    names = (*inspect.signature(instance.forward).parameters,)[: len(inputs)]

    def function(*arguments: Any) -> Any:
        held = dict(zip(state, arguments[len(inputs) :], strict=True))
        return torch.func.functional_call(instance, held, arguments[: len(inputs)])

    return _Task(
        name=name,
        function=function,
        arguments=[*inputs, *(each.detach() for each in state.values())],
        parameters=(*names, *(each.replace(".", "_") for each in state)),
        compiled_from=made,
        inputs=len(inputs),
    )


def _compiled_from(live: Any) -> CompiledFrom:
    definition, line = _undecorated(live)
    collector = SourceCollector(
        unwrap=_definition, literal=lambda _: None, is_library=_is_library, customary=_CUSTOMARY, spell=repr
    )
    source = f"# compiled by Inductor of PyTorch {release_of('torch')[1]}\n\n{collector.collect(definition)}"
    origin, licence = provenance(live, line)
    return CompiledFrom(source=source, origin=origin, licence=licence)


def _undecorated(live: Any) -> tuple[Definition, int]:
    """Return the definition of a function or class without its decorators, and the line where it starts."""
    source, line = source_of(live)
    if source is None:
        raise ConfigError("its source is not known")
    bare, gone = without_decorators(textwrap.dedent(source))
    return Definition(live, bare, line + gone), line


def _definition(value: Any) -> Definition | None:
    return _undecorated(value)[0] if inspect.isfunction(value) or inspect.isclass(value) else None


def _is_library(module: str) -> bool:
    return module.partition(".")[0] == "torch"


def _derivative(torch: Any, task: _Task) -> _Task | None:
    """Return the task for a function's gradients, which takes its arguments and cotangents; None if it has none."""
    wanted = [number for number, each in enumerate(task.arguments) if each.is_floating_point()]
    try:
        with torch.no_grad():
            results = inductor.tensors_in(torch, task.function(*_copies(task.arguments)))
        smooth = [number for number, each in enumerate(results) if each.is_floating_point()]
    except Exception:  # noqa: BLE001 (the function itself has been reported)
        return None
    if not wanted or not smooth:
        return None
    count = len(task.arguments)

    def gradients(*given: Any) -> Any:
        arguments = list(given[:count])
        for number in wanted:
            arguments[number] = arguments[number].detach().requires_grad_()
        found = inductor.tensors_in(torch, task.function(*arguments))
        pairs = [(found[number], given[count + place]) for place, number in enumerate(smooth)]
        pairs = [(result, cotangent) for result, cotangent in pairs if result.requires_grad]
        results, cotangents = [list(each) for each in zip(*pairs, strict=True)] if pairs else ([], [])
        made = torch.autograd.grad(results, [arguments[n] for n in wanted], cotangents, allow_unused=True)
        return [each for each in made if each is not None]

    cotangents = [torch.randn(results[number].shape).to(results[number].dtype) for number in smooth]
    made = task.compiled_from
    source = f"{made.source.rstrip()}\n\n\n{_spelled(task, wanted, len(cotangents))}"
    return _Task(
        name=f"{task.name}_backward",
        function=gradients,
        arguments=[*task.arguments, *cotangents],
        parameters=task.parameters,
        compiled_from=CompiledFrom(source=source, origin=made.origin, licence=made.licence),
    )


def _spelled(task: _Task, wanted: Sequence[int], cotangents: int) -> str:
    """Return the Python source of a task's derivative.

    Args:
        task: the task.
        wanted: the numbers of the arguments with gradients.
        cotangents: the number of cotangents.
    """
    names, results = [*task.parameters], [f"ct_{number}" for number in range(cotangents)]
    given = names if task.inputs is None else names[: task.inputs]
    inputs = "".join(f"{names[number]}, " for number in wanted if number < len(given))
    called, whole, parameters = task.name, f"({inputs.rstrip()})", [*given, *results]
    if task.inputs is not None:
        called, whole, parameters = _LAYER, f"({inputs}*{_LAYER}.parameters())", [_LAYER, *parameters]
    return (
        f"def {task.name}_backward({', '.join(parameters)}):\n"
        f"    results = {called}({', '.join(given)})\n"
        f"    return torch.autograd.grad(results, {whole}, ({', '.join(results)},), allow_unused=True)\n"
    )


# Results


def _compile_and_compare(torch: Any, task: _Task) -> Iterator[Made | NotMade]:
    """Yield a compiled function, or the reason why it cannot be used.

    The kernels are run by Triton's interpreter, and the function's results are compared with PyTorch's. The launches
    are stored with copies of their arguments, so that they can be reported without a second run. The kernels' modules
    stay loaded until the generator is resumed.
    """
    launches: list[inductor.Launch] = []

    def take(launch: inductor.Launch) -> None:
        launches.append(launch.copy())
        launch.interpret()

    with contextlib.ExitStack() as stack:
        try:
            program = stack.enter_context(inductor.compile_function(task.function, task.arguments).loaded())
            found = program.run(_copies(task.arguments), take)
            why = _disagreement(torch, task, found)
        except inductor.NotCompiledError as error:
            yield NotMade(name=task.name, why=str(error))
            return
        except Exception as error:  # noqa: BLE001 (PyTorch and the user's code raise many kinds)
            yield NotMade(name=task.name, why=detail_of(error))
            return
        if why is None and not launches:
            why = "Inductor compiles it to calls of PyTorch only, without a Triton kernel"
        if why is not None:
            yield NotMade(name=task.name, why=why)
            return

        def report() -> None:
            for each in launches:
                each.report()

        yield Made(name=task.name, launch=report, compiled_from=task.compiled_from)


def _copies(tensors: Tensors) -> list[Any]:
    return [each.detach().clone() for each in tensors]


def _disagreement(torch: Any, task: _Task, found: Tensors) -> str | None:
    """Return a description of a difference from PyTorch's results that exceeds rounding error; None if there is none.

    Errors are relative to results in double precision. The largest error of an array may be ``_TIMES`` that of
    PyTorch's, plus ``_ULPS`` units in the last place of the array's largest number. Integers must be equal.
    """
    own = inductor.tensors_in(torch, task.function(*_copies(task.arguments)))
    doubles = [each.double() if each.is_floating_point() else each for each in _copies(task.arguments)]
    try:
        exact = inductor.tensors_in(torch, task.function(*doubles))
    except Exception:  # noqa: BLE001 (a function may need numbers of one type)
        exact = own
    if len(found) != len(own):
        return f"the compiled program returns {len(found)} tensors, PyTorch {len(own)}"
    for number, (result, plain, right) in enumerate(zip(found, own, exact, strict=True)):
        if result.shape != plain.shape or result.dtype != plain.dtype:
            return (
                f"result {number} is {tuple(result.shape)} {result.dtype}, PyTorch's {tuple(plain.shape)} {plain.dtype}"
            )
        if not plain.is_floating_point():
            if not torch.equal(result, plain):
                return f"result {number} differs from PyTorch's"
            continue
        far, usual = (torch.nan_to_num((each.double() - right.double()).abs()) for each in (result, plain))
        if not torch.equal(result.isfinite(), plain.isfinite()):
            return f"result {number} is finite at other elements than PyTorch's"
        if not result.numel():
            continue
        largest = float(torch.nan_to_num(right.double().abs(), posinf=0.0).max())
        allowed = _TIMES * float(usual.max()) + _ULPS * torch.finfo(plain.dtype).eps * max(largest, 1e-30)
        if float(far.max()) > allowed:
            return f"result {number} is off by {float(far.max()):.1e}, PyTorch's by {float(usual.max()):.1e}"
    return None
