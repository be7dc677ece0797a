"""JAX functions to text: the one place that touches JAX's and jaxlib's private modules.

Texts come from JAX's own printers. Names that JAX adds (the module's, result labels) are taken off the MLIR module
before it is printed, not out of the finished text.
"""

import contextlib
import functools
import inspect
import re
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from types import FunctionType, MethodType
from typing import Any

import jax as _jax
import jaxlib._hlo as _hlo
import numpy as np

from synthesis.frontends.jax.options import DEFAULTS
from synthesis.frontends.linemap import LineMap, runs_of
from synthesis.frontends.loading import forget_module

jax: Any = _jax
hlo: Any = _hlo

_ADDRESS = re.compile(
    r"<(?:function|bound method|built-in function) ([^\s<>]+(?:<locals>[^\s<>]*)*)[^<>]* at 0x[0-9a-f]+>"
)
_MODULE_NAME = re.compile(r"\AHloModule [^\s,]+")
_METADATA = re.compile(r", metadata=\{[^{}]*\}")
_TABLES = re.compile(r"^(FileNames|FileLocations|StackFrames)\n((?:\d+ .+\n)*)", re.MULTILINE)
_HLO_NAME = re.compile(r"(?<![\w.-])[a-zA-Z_][\w.-]*\.\d+")
_JAX_ATTRIBUTES = ("jax.", "mhlo.")

# Where wrappers keep what they wrap: jit and custom_vjp, custom_jvp, partial, bound methods.
_WRAPPING = ("__wrapped__", "fun", "func", "__func__")


class NotDifferentiableError(Exception):
    """A function without a vector-Jacobian product: no float input or output, or JAX has no rule."""


class UnprintedConstantsError(Exception):
    """A jaxpr that holds arrays which its text does not show."""


# ---- live functions and what is inside them


def forget(module_name: str) -> None:
    """Drop what Python holds of a module; JAX's caches are emptied before the next function is traced."""
    forget_module(module_name)


def start_afresh() -> None:
    """Empty JAX's caches, so that the next function is traced as in a process that has traced nothing.

    A cached inner function would bring the lines of the function that it was first traced for. Emptying the caches
    before each of a thousand small functions costs nothing that can be measured.
    """
    jax.clear_caches()


def function_behind(obj: Any) -> FunctionType | None:
    """The plain Python function inside ``jax.jit``, ``custom_jvp`` and the like; None where there is none."""
    seen = 0
    while not isinstance(obj, FunctionType):
        inner = next((getattr(obj, name) for name in _WRAPPING if hasattr(obj, name)), None)
        seen += 1
        if inner is None or seen > 10:
            return None
        obj = inner
    wrapped = getattr(obj, "__wrapped__", None)
    return function_behind(wrapped) if wrapped is not None else obj


def is_more_than_its_source(obj: Any) -> bool:
    """Whether an object carries what the source of the function inside does not show.

    That is a derivative rule, or arguments that are already bound.
    """
    while obj is not None and not isinstance(obj, FunctionType):
        if isinstance(obj, jax.custom_jvp | jax.custom_vjp | functools.partial | MethodType):
            return True
        obj = getattr(obj, "__wrapped__", None)
    return False


def is_traceable(obj: object) -> bool:
    """Whether an object is a function that JAX may be able to trace."""
    return callable(obj) and not isinstance(obj, type) and function_behind(obj) is not None


# ---- live functions in, text out


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One array of a function's flattened arguments or results."""

    name: str
    dtype: str
    shape: tuple[int, ...]

    @property
    def is_float(self) -> bool:
        """Whether gradients flow through it."""
        return self.dtype.startswith(("float", "bfloat"))


@contextlib.contextmanager
def settings(options: Mapping[str, Any]) -> Generator[None]:
    """JAX set as a record's options say, whatever the process has set, so that texts depend on the record alone."""
    with contextlib.ExitStack() as stack:
        for name, value in {**DEFAULTS, **options, "debug_nans": False, "disable_jit": False}.items():
            stack.enter_context(getattr(jax, name)(value))
        yield


def current_options() -> dict[str, Any]:
    """The options that a live function has: those of the process, as JSON values."""
    return {name: getattr(jax.config, f"jax_{name}") for name in DEFAULTS}


def abstract(example_args: Sequence[Any]) -> tuple[Any, ...]:
    """Example arguments with shapes and scalar types in the place of arrays; Python numbers stay as they are."""
    return tuple(jax.tree.map(_abstract_leaf, tuple(example_args)))


def _abstract_leaf(leaf: Any) -> Any:
    if isinstance(leaf, jax.ShapeDtypeStruct) or not hasattr(leaf, "dtype"):
        return leaf
    return jax.ShapeDtypeStruct(leaf.shape, leaf.dtype)


def parameters_of(function: Any) -> list[str]:
    """The names of a function's positional parameters, as far as Python can tell."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return []
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [parameter.name for parameter in parameters if parameter.kind in positional]


def argument_leaves(function: Any, example_args: Sequence[Any]) -> list[Leaf]:
    """The flattened arguments: a plain one by its parameter's name, one inside a pytree by its path."""
    positional = parameters_of(function)
    leaves: list[Leaf] = []
    for position, argument in enumerate(example_args):
        name = positional[position] if position < len(positional) else f"arg{position}"
        for path, leaf in jax.tree_util.tree_flatten_with_path(argument)[0]:
            leaves.append(_leaf(name + jax.tree_util.keystr(path), leaf))
    return leaves


def result_leaves(function: Any, example_args: Sequence[Any]) -> list[Leaf]:
    """The flattened results: ``result``, or ``result_0`` and so on.

    Raises:
        Exception: whatever the function raises when it is traced.
    """
    results = jax.tree.leaves(jax.eval_shape(function, *example_args))
    names = ["result"] if len(results) == 1 else [f"result_{number}" for number in range(len(results))]
    return [_leaf(name, result) for name, result in zip(names, results, strict=True)]


def _leaf(name: str, value: Any) -> Leaf:
    kind = jax.eval_shape(_same, value)
    return Leaf(name=name, dtype=str(kind.dtype), shape=tuple(kind.shape))


def _same(value: Any) -> Any:
    return value


def pullback(function: Any, example_args: Sequence[Any]) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    """The vector-Jacobian product as a function of its own, and the arguments to trace it with.

    It takes the function's flattened arguments, then one cotangent for each float result, and gives one gradient
    for each float argument.

    Raises:
        NotDifferentiableError: if there is no float argument, or no float result.
    """
    leaves, structure = jax.tree.flatten(tuple(example_args))
    arguments = argument_leaves(function, example_args)
    results = result_leaves(function, example_args)
    moving = [position for position, leaf in enumerate(arguments) if leaf.is_float]
    if not moving or not any(leaf.is_float for leaf in results):
        raise NotDifferentiableError("no float argument" if not moving else "no float result")

    def vjp(*flat: Any) -> Any:
        values, cotangents = list(flat[: len(leaves)]), list(flat[len(leaves) :])

        def of_floats(*floats: Any) -> list[Any]:
            merged = list(values)
            for position, value in zip(moving, floats, strict=True):
                merged[position] = value
            outputs = jax.tree.leaves(function(*jax.tree.unflatten(structure, merged)))
            return [output for output, leaf in zip(outputs, results, strict=True) if leaf.is_float]

        _, pull = jax.vjp(of_floats, *(values[position] for position in moving))
        return pull(cotangents)

    floats = [leaf for leaf in results if leaf.is_float]
    cotangents = tuple(jax.ShapeDtypeStruct(leaf.shape, leaf.dtype) for leaf in floats)
    return vjp, (*leaves, *cotangents)


class Tracing:
    """A function traced once, printed at several levels.

    Args:
        function: what to trace.
        example_args: shapes and scalar types of its arguments.
        name: the kernel's name, for the levels that carry one.
        platform: ``cpu``, ``cuda`` or ``tpu``; nothing of it needs to be present.
        file: the file that line maps are about.
    """

    def __init__(self, function: Any, example_args: Sequence[Any], *, name: str, platform: str, file: str) -> None:
        self._name = name
        self._platform = platform
        self._file = file
        # Without keep_unused an argument that nothing reads would vanish from the lowered texts' signature.
        self._traced = jax.jit(function, keep_unused=True).trace(*example_args)
        self._lowered: Any = None

    def text(self, level: str) -> tuple[str, LineMap]:
        """The text, and its line map, at ``jaxpr``, ``stablehlo``, ``hlo`` or ``optimized_hlo``.

        Raises:
            UnprintedConstantsError: if a jaxpr's text would leave arrays out.
            Exception: whatever JAX raises when it lowers or compiles.
        """
        match level:
            case "jaxpr":
                return self._jaxpr()
            case "stablehlo":
                return _stablehlo(self._lower().compiler_ir("stablehlo"), self._file)
            case "hlo":
                return self._hlo([self._lower().compiler_ir("hlo").as_hlo_module()])
            case "optimized_hlo":
                return self._hlo(self._lower().compile().runtime_executable().hlo_modules())
            case _:
                raise ValueError(f"no such level of text: {level}")

    def _lower(self) -> Any:
        if self._lowered is None:
            self._lowered = self._traced.lower(lowering_platforms=(self._platform,))
        return self._lowered

    def _jaxpr(self) -> tuple[str, LineMap]:
        closed = self._traced.jaxpr
        if any(np.size(constant) for constant in closed.consts):
            raise UnprintedConstantsError("the jaxpr captures arrays that its text does not show")
        sources: list[list[tuple[int, int, Any]]] = []
        text = closed.pretty_print(use_color=False, source_info=False, name_stack=False, source_map=sources)
        origins = (next((_line_of(traceback, self._file) for _, _, traceback in line), None) for line in sources)
        return _ADDRESS.sub(r"\1", text) + "\n", runs_of(origins)

    def _hlo(self, modules: Sequence[Any]) -> tuple[str, LineMap]:
        texts: list[str] = []
        origins: list[int | None] = []
        for module in modules:
            text = _MODULE_NAME.sub(f"HloModule {self._name}", module.to_string(_hlo_options())).rstrip() + "\n"
            texts.append(text)
            origins += _hlo_origins(module.to_string(_hlo_options(metadata=True)), text, self._file)
            origins += [None] if len(texts) < len(modules) else []
        return "\n".join(texts), runs_of(origins)


def _hlo_options(*, metadata: bool = False) -> Any:
    options = hlo.HloPrintOptions.short_parsable()
    options.print_metadata = metadata
    options.print_large_constants = True
    return options


def _line_of(traceback: Any, file: str) -> int | None:
    """The innermost line of a file in a traceback that JAX keeps with an equation."""
    for frame in traceback.frames if traceback is not None else ():
        if frame.file_name == file:
            return frame.line_num
    return None


def _hlo_origins(annotated: str, text: str, file: str) -> list[int | None]:
    """For each line of an HLO text, the line of a file that the metadata in its annotated twin names."""
    tables = {
        name: dict(re.findall(r"^(\d+) (.+)$", body, re.MULTILINE))
        for name, body in re.findall(
            r"^(FileNames|FileLocations|StackFrames)\n((?:\d+ .+\n)*)", annotated, re.MULTILINE
        )
    }
    frames = {frame: _fields(entry) for frame, entry in tables.get("StackFrames", {}).items()}
    places = {place: _fields(entry) for place, entry in tables.get("FileLocations", {}).items()}

    def line_of(frame: str | None) -> int | None:
        """The line of the innermost frame in the file; a frame that is its own parent is the outermost."""
        while frame in frames:
            place = places.get(frames[frame].get("file_location_id", ""), {})
            if tables["FileNames"].get(place.get("file_name_id", "")) == f'"{file}"':
                return int(place["line"])
            parent = frames[frame].get("parent_frame_id")
            frame = parent if parent != frame else None
        return None

    marked = {
        _METADATA.sub("", line): match[1]
        for line in annotated.splitlines()
        if (match := re.search(r"metadata=\{[^{}]*stack_frame_id=(\d+)", line))
    }
    lines = text.splitlines()
    return _adopted(
        lines, [line_of(marked.get(line)) for line in lines], re.compile(r"(?<![\w.-])[a-zA-Z_][\w.-]*\.\d+")
    )


def _fields(entry: str) -> dict[str, str]:
    return dict(re.findall(r"(\w+)=(\d+)", entry))


def _adopted(lines: Sequence[str], origins: Sequence[int | None], name: re.Pattern[str]) -> list[int | None]:
    """The origins, with that of its first use for a constant, or for what is made of one."""
    result = list(origins)
    uses: dict[str, int] = {}
    for position in reversed(range(len(lines))):
        line = lines[position]
        if line.lstrip().startswith("func.func"):
            uses.clear()
        defined, equals, rest = line.partition(" = ")
        names = name.findall(rest if equals else line)
        own = name.findall(defined)[-1:] if equals else []
        # A literal has no place of its own, or that of the branch around it.
        if own and ("constant" in rest or (result[position] is None and "broadcast" in rest)):
            result[position] = uses.get(own[0], result[position])
        for each in own:
            uses.pop(each, None)
        origin = result[position]
        if origin is not None:
            uses.update(dict.fromkeys(names, origin))
    return result


def _stablehlo(module: Any, file: str) -> tuple[str, LineMap]:
    """A module as text, without the names that JAX gives it and its results, and its line map."""
    with module.context:
        copy = module.operation.clone()  # the original may be compiled yet, which needs what is dropped here
        _drop_attributes(copy, ("sym_name",))
        for operation in copy.regions[0].blocks[0].operations:
            _drop_attributes(operation, ())
            for group in ("arg_attrs", "res_attrs"):
                if group in operation.attributes:
                    _drop_entry_attributes(operation, group)
        return copy.get_asm(enable_debug_info=False), runs_of(_mlir_origins(copy.get_asm(enable_debug_info=True), file))


def _mlir_origins(annotated: str, file: str) -> list[int | None]:
    """For each line of a module's text, the line of a file that the location at its end in the annotated twin names."""
    aliases = dict(re.findall(r"^(#loc\d*) = loc\((.*)\)$", annotated, re.MULTILINE))
    place = re.compile(rf'"{re.escape(file)}":(\d+):')

    def line_of(location: str, depth: int = 0) -> int | None:
        found = place.search(location)
        if found:
            return int(found[1])
        inner = re.findall(r"#loc\d*", location) if depth < 20 else []
        return next((line for alias in inner if (line := line_of(aliases.get(alias, ""), depth + 1)) is not None), None)

    origins: list[int | None] = []
    for line in annotated.splitlines():
        if line.startswith("#loc"):
            continue
        ends = re.search(r" loc\(([^()]*(?:\([^()]*\))*[^()]*)\)$", line)
        origins.append(line_of(ends[1]) if ends else None)
    lines = [line for line in annotated.splitlines() if not line.startswith("#loc")]
    return _adopted(lines, origins, re.compile(r"%[\w.]+"))


def _drop_attributes(operation: Any, names: Sequence[str]) -> None:
    for name in [entry if isinstance(entry, str) else entry.name for entry in operation.attributes]:
        if name in names or name.startswith(_JAX_ATTRIBUTES):
            del operation.attributes[name]


def _drop_entry_attributes(operation: Any, group: str) -> None:
    from jaxlib.mlir import ir as _ir

    ir: Any = _ir
    cleaned: list[Any] = []
    for entry in ir.ArrayAttr(operation.attributes[group]):
        attributes = {named.name: named.attr for named in ir.DictAttr(entry)}
        kept = {name: value for name, value in attributes.items() if not name.startswith(_JAX_ATTRIBUTES)}
        cleaned.append(ir.DictAttr.get(kept))
    if any(len(ir.DictAttr(entry)) for entry in cleaned):
        operation.attributes[group] = ir.ArrayAttr.get(cleaned)
    else:
        del operation.attributes[group]
