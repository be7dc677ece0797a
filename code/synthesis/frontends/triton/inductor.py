"""Compiles PyTorch functions to Triton kernels by Inductor, and runs the Python code that launches them on the host.

No GPU is needed: a function is traced with tensors that have no data, and Inductor compiles it for the simulated GPU
of ``pretence.py``. This needs private parts of PyTorch. All of them are in this file; ``find_fault`` reports which of
them the installed release lacks.
"""

import ast
import contextlib
import math
import re
import warnings
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from importlib import import_module
from operator import attrgetter
from types import ModuleType, SimpleNamespace
from typing import Any

from synthesis.frontends.failures import detail_of
from synthesis.frontends.loading import forget_module, run_source
from synthesis.frontends.triton.driverless import install_driver
from synthesis.frontends.triton.interpreting import interpret
from synthesis.frontends.triton.launches import SECONDS, only_reported
from synthesis.frontends.triton.pretence import answer_as_gpu, answering
from synthesis.frontends.triton.replacing import Replacing
from synthesis.frontends.triton.tensors import tensor_behind

Function = Callable[..., Any]
Tensors = Sequence[Any]

_PRIVATE = {
    "fake": "torch._subclasses:FakeTensorMode",
    "tracing": "torch.fx.experimental.proxy_tensor:make_fx",
    "propagation": "torch.fx.passes.fake_tensor_prop:FakeTensorProp",
    "keep_meta": "torch.fx.traceback:preserve_node_meta",
    "decompositions": "torch._inductor.decomposition:select_decomp_table",
    "first_passes": "torch._inductor.fx_passes.joint_graph:joint_graph_passes",
    "later_passes": "torch._inductor.fx_passes.post_grad:post_grad_passes",
    "graph": "torch._inductor.graph:GraphLowering",
    "handlers": "torch._inductor.virtualized:V",
    "debugging": "torch._inductor.debug:DebugContext",
    "options": "torch._inductor:config",
    "interface": "torch._dynamo.device_interface:CudaInterface",
    "patterns": "torch._inductor.fx_passes.joint_graph:lazy_init",
    "worker": "torch._dynamo.device_interface:CudaInterface.Worker",
    "launching": "torch._inductor.runtime.triton_heuristics:CachingAutotuner._interpret_args_grid",
    "extern": "torch._inductor.select_algorithm:extern_kernels",
    "reinterpret": "torch._C._dynamo.guards:_reinterpret_tensor",
}
"""The private parts of PyTorch that are used, under the names that this module gives them."""
_OPTIONS = {"assert_indirect_indexing": False}
"""Inductor's settings. Kernels have no assertions, since the oracle checks each address."""
_START = re.compile(r"^triton_helpers\.set_driver_to_gpu\(\)\n", re.MULTILINE)
"""Matches the line of a kernel's module that requires a GPU."""


class NotCompiledError(Exception):
    """An error for a function that Inductor cannot compile to code that runs here; the message says why."""


def find_fault() -> str | None:
    """Return the reason why Inductor cannot be used here; None if it can."""
    try:
        import_module("torch")
    except ImportError:
        return "PyTorch is not installed; pip install 'irsmith[torch]'"
    for name in _PRIVATE:
        try:
            _private(name)
        except (ImportError, AttributeError):
            return f"the installed PyTorch has no {_PRIVATE[name].replace(':', '.')}, which is needed"
    return None


@cache
def _private(name: str) -> Any:
    """Return a private part of PyTorch.

    Raises:
        ImportError: if its module is missing.
        AttributeError: if it is missing from its module.
    """
    module, _, attribute = _PRIVATE[name].partition(":")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # PyTorch's own import warns
        return attrgetter(attribute)(import_module(module))


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """A compiled PyTorch function: Python code that launches Triton kernels and calls functions of PyTorch."""

    kernels: Mapping[str, str]
    """The module of each kernel, by the kernel's name."""
    call: ast.FunctionDef
    """The function that allocates buffers and launches the kernels in order."""

    @contextlib.contextmanager
    def loaded(self) -> Generator["Loaded"]:
        """Return a context manager for the code with its kernels loaded; they are unloaded at the end."""
        modules = list[ModuleType]()
        try:
            with _gpu():
                for text in self.kernels.values():
                    modules.append(run_source(text, "inductor"))
            live = zip(self.kernels, modules, strict=True)
            yield Loaded({name: getattr(module, name) for name, module in live}, self.call)
        finally:
            for module in modules:
                forget_module(module.__name__)


def compile_function(function: Function, arguments: Tensors) -> Compiled:
    """Return the kernels, and the Python code that launches them, to which Inductor compiles a function for an H100.

    Args:
        function: a function of tensors that returns tensors, or nested tuples, lists and dictionaries of tensors.
        arguments: tensors on the host. Only their shapes, strides and types are used.

    Raises:
        NotCompiledError: if Inductor or its tracer fails, or the code needs more than Triton kernels and PyTorch.
    """
    torch: Any = import_module("torch")
    try:
        with _gpu(), _private("fake")() as mode:
            text = _generate(torch, function, arguments, mode)
    except NotCompiledError:
        raise
    except Exception as error:
        raise NotCompiledError(f"Inductor does not compile it: {detail_of(error, only_first_line=True)}") from error
    return _read(text)


def _generate(torch: Any, function: Function, arguments: Tensors, mode: Any) -> str:
    """Return the Python code that Inductor generates.

    A function is traced with tensors on the host, because with tensors on a GPU, autograd needs libraries for the GPU.
    Then the graph is moved to the GPU.
    """
    host = [_empty(torch, each, "cpu") for each in arguments]
    gpu = [_empty(torch, each, "cuda") for each in arguments]
    attention = torch.nn.attention
    options = _private("options")
    with options.patch(_OPTIONS), attention.sdpa_kernel(attention.SDPBackend.MATH), _private("keep_meta")():
        trace = partial(_private("tracing"), decomposition_table=_private("decompositions")(), tracing_mode="fake")
        graph = trace(_flat(torch, function))(*host)
        if any(_changes_arguments(node.target) for node in graph.graph.nodes):
            graph = trace(torch.func.functionalize(graph))(*host)
    handlers: Any = _private("handlers")
    propagation: Any = _private("propagation")
    propagation(graph, mode).propagate(*host)
    with handlers.set_fake_mode(mode), _no_patterns():
        _private("first_passes")(graph)
        for node in graph.graph.nodes:
            node.args, node.kwargs = _on_gpu(torch, (node.args, node.kwargs))
        propagation(graph, mode).propagate(*gpu)
        _private("later_passes")(graph, True)
        propagation(graph, mode).propagate(*gpu)
    lowering = _private("graph")(graph, shape_env=None)
    with (
        options.patch(_OPTIONS),
        handlers.set_fake_mode(mode),
        handlers.set_graph_handler(lowering),
        _private("debugging")(),
    ):
        lowering.run(*gpu)
        code, _ = lowering.codegen()
    if lowering.constants:
        raise NotCompiledError("it uses tensors that are not its arguments")
    return str(code.value)


def _changes_arguments(target: Any) -> bool:
    """Return whether an operation of a graph changes its arguments, as ``div_`` does.

    Inductor expects graphs without such operations; it would reuse the memory of their results.
    """
    schema = getattr(target, "_schema", None)
    return schema is not None and schema.is_mutable


def _on_gpu(torch: Any, value: Any) -> Any:
    """Return the arguments of a call with every device replaced by the GPU."""
    if isinstance(value, torch.device):
        return torch.device("cuda", 0)
    if isinstance(value, Mapping):
        return {name: _on_gpu(torch, each) for name, each in value.items()}  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, tuple | list):
        return type(value)(_on_gpu(torch, each) for each in value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType, reportCallIssue]
    return value


def _empty(torch: Any, like: Any, device: str) -> Any:
    return torch.empty_strided(like.shape, like.stride(), dtype=like.dtype, device=device)


def _flat(torch: Any, function: Function) -> Function:
    """Return a function that returns its tensors as a flat list."""
    return lambda *arguments: tensors_in(torch, function(*arguments))


def tensors_in(torch: Any, value: Any) -> list[Any]:
    """Return the tensors in nested tuples, lists and dictionaries, in order.

    Raises:
        NotCompiledError: if there is anything else.
    """
    if isinstance(value, torch.Tensor):
        return [value]
    if value is None:
        return []
    if isinstance(value, Mapping):
        value = tuple(value.values())  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    if isinstance(value, tuple | list):
        return [found for each in value for found in tensors_in(torch, each)]  # pyright: ignore[reportUnknownVariableType]
    raise NotCompiledError(f"it returns an object of the type {type(value).__name__}")


@contextlib.contextmanager
def _no_patterns() -> Generator[None]:
    """Skip the passes that search for attention, because PyTorch traces their patterns on a GPU."""
    replacing = Replacing()
    replacing.set_attr(import_module(_PRIVATE["patterns"].partition(":")[0]), "lazy_init", answering(None))
    try:
        yield
    finally:
        replacing.restore()


@contextlib.contextmanager
def _gpu() -> Generator[None]:
    """Make PyTorch, its compiler and Triton report a GPU, inside a context."""
    torch: Any = import_module("torch")
    restore, uninstall, replacing = answer_as_gpu(torch), install_driver(), Replacing()
    answers = {"get_device_properties": torch.cuda.get_device_properties(), "is_bf16_supported": True}
    for place in (_private("interface"), _private("worker")):
        for name in filter(partial(hasattr, place), answers):
            replacing.set_attr(place, name, staticmethod(answering(answers[name])))
    try:
        yield
    finally:
        replacing.restore()
        restore()
        if uninstall is not None:
            uninstall()


# The generated code


def _read(text: str) -> Compiled:
    """Parse the Python code that Inductor generated into its kernels and the function that launches them.

    Raises:
        NotCompiledError: if it has a kernel that is not Triton's, or an unknown part.
    """
    kernels: dict[str, str] = {}
    calls: list[ast.FunctionDef] = []
    for node in ast.parse(text).body:
        if isinstance(node, ast.ClassDef):
            calls += [each for each in node.body if isinstance(each, ast.FunctionDef) and each.name == "call"]
        elif isinstance(node, ast.FunctionDef) and node.name == "call":
            calls.append(node)
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            maker, given = ast.unparse(node.value.func), node.value.args
            if maker == "async_compile.triton" and len(given) > 1 and isinstance(given[1], ast.Constant):
                kernels[ast.unparse(node.targets[0])] = _START.sub("", str(given[1].value))
            elif maker.startswith("async_compile."):
                raise NotCompiledError(f"it needs a kernel that is not Triton's, of {maker.partition('.')[2]}")
    if len(calls) != 1:
        raise NotCompiledError(f"its program has {len(calls)} functions that launch kernels")
    return Compiled(kernels=kernels, call=calls[0])


@dataclass(frozen=True, slots=True)
class Launch:
    """A launch of a kernel by the code that Inductor generated, with the first configuration of the kernel."""

    function: Any
    """The ``@triton.jit`` function."""
    grid: tuple[int, ...]
    values: Mapping[str, Any]
    """The arguments by name, in order."""
    options: Mapping[str, Any]
    """``num_warps`` and the like."""

    def interpret(self) -> None:
        """Run the launch by Triton's interpreter."""
        interpret(self.function, self.grid, self.values, seconds=SECONDS)

    def copy(self) -> "Launch":
        """Return the launch with copies of its tensors. Tensors that share memory also share it in the copy."""
        memories: dict[int, Any] = {}
        return replace(self, values={name: _copy(value, memories) for name, value in self.values.items()})

    def report(self) -> None:
        """Report the launch as if a user's code had made it, so that it can be recorded. The kernel is not run."""
        with only_reported():
            self.function.run(grid=self.grid, warmup=False, **self.values, **self.options)


def _copy(value: Any, memories: dict[int, Any]) -> Any:
    """Return a copy of a tensor; any other value is returned unchanged.

    The memory of tensors is copied once. ``memories`` maps the address of a memory to its copy.
    """
    tensor = tensor_behind(value)
    if tensor is None:
        return value
    memory = tensor.untyped_storage()
    address = memory.data_ptr()
    if address not in memories:
        memories[address] = memory.clone()
    return tensor.new_empty(0).set_(memories[address], tensor.storage_offset(), tensor.size(), tensor.stride())


@dataclass(frozen=True, slots=True)
class Loaded:
    """Code that Inductor generated and that can be run on the host.

    Args:
        tuners: the object in which Inductor wraps each kernel, by the kernel's name.
        call: the function that launches the kernels.
    """

    tuners: Mapping[str, Any]
    call: ast.FunctionDef

    def run(self, arguments: Tensors, launch: Callable[[Launch], None]) -> list[Any]:
        """Run the code and return its results.

        Args:
            arguments: tensors on the host. The code may overwrite them.
            launch: called with each launch in order.

        Raises:
            NotCompiledError: if the code fails, for example because it needs a part of PyTorch that a machine
                without a GPU lacks.
        """
        torch: Any = import_module("torch")
        names = _names(torch)
        names |= {name: _Launcher(tuner, launch) for name, tuner in self.tuners.items()}
        module = ast.fix_missing_locations(ast.Module([self.call], []))
        try:
            with torch.no_grad():
                exec(compile(module, "<inductor>", "exec"), names)  # noqa: S102 (Inductor wrote it)
                found: list[Any] = names["call"](*([None] * (len(self.call.args.args) - 1)), list(arguments))
        except Exception as error:
            why = f"Inductor's program does not run on the host: {detail_of(error, only_first_line=True)}"
            raise NotCompiledError(why) from error
        return [each for each in found if isinstance(each, torch.Tensor)]


class _Launcher:
    """The object that replaces a kernel in the code that Inductor generated and reports its launches."""

    def __init__(self, tuner: Any, launch: Callable[[Launch], None]) -> None:
        self._tuner = tuner
        self._launch = launch

    def run(self, *args: Any, stream: Any = None, **_: Any) -> None:
        """Launch the kernel with its first configuration."""
        del stream
        tuner: Any = self._tuner
        chosen = tuner.configs[0]
        given, grid = tuner._interpret_args_grid(args, chosen)
        names = [each.name for each in tuner.fn.params]
        values = dict(zip((name for name in names if name not in chosen.kwargs), given, strict=True)) | chosen.kwargs
        options = {"num_warps": chosen.num_warps, "num_stages": chosen.num_stages}
        sizes = (*map(int, grid), 1, 1)[:3]
        self._launch(Launch(tuner.fn, sizes, {name: values[name] for name in names}, options))


def _names(torch: Any) -> dict[str, Any]:
    """Return the values of the names that the code from Inductor uses, for running it on the host.

    New memory is set to zero, so that a recording of the launches is reproducible.
    """

    def empty(size: Any, stride: Any, dtype: Any) -> Any:
        return torch.empty_strided(size, stride, dtype=dtype).zero_()

    host = SimpleNamespace(**{name: getattr(torch, name) for name in dir(torch) if not name.startswith("__")})
    host.cuda = SimpleNamespace(_DeviceGuard=contextlib.nullcontext, set_device=answering(None))
    return {
        "torch": host,
        "aten": torch.ops.aten,
        "inductor_ops": torch.ops.inductor,
        "extern_kernels": _private("extern"),
        "reinterpret_tensor": _private("reinterpret"),
        "empty_strided_cuda": empty,
        "empty_strided_cpu": empty,
        "device": answering(torch.device("cpu")),
        "math": math,
        "inf": math.inf,
        "nan": math.nan,
        **dict.fromkeys(["assert_size_stride", "assert_alignment", "get_raw_stream"], answering(0)),
    }
