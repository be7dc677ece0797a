"""Live Warp kernels to clean C++ and CUDA text.

Warp generates a kernel's C++ or CUDA from an adjoint that it builds first. The text is asked for at Warp's own
seams (structs, functions, kernel), with names of our own where Warp's depend on the process, so that no expression
ever has to be found again in finished text. Nothing is compiled and no device is needed.
"""

import contextlib
import functools
import itertools
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

import warp._src.codegen as _codegen  # noqa: TID251
import warp._src.context as _context  # noqa: TID251

from synthesis.frontends.linemap import LineMap, Where, runs_of
from synthesis.frontends.warp.introspection import (
    array_class,
    depends_on_block,
    is_array,
    options_of,
    reached_from,
    wp,
)
from synthesis.frontends.warp.options import DEFAULTS
from synthesis.frontends.warp.texts import Origin, clean_lines, has_word

_warp_codegen: Any = _codegen
_warp_context: Any = _context
_ModuleBuilder: Any = _warp_context.ModuleBuilder
_Adjoint: Any = _warp_codegen.Adjoint
_Reference: Any = _warp_codegen.Reference
_Var: Any = _warp_codegen.Var

_BACKWARD = "\x00backward\x00"
"""What no text has."""
_BACKWARD_TEMPLATES = (
    "cpu_kernel_template_backward",
    "cuda_kernel_template_backward",
    "cuda_kernel_template_backward_grid_stride",
)
_MOST_OVERLOADS = 4096
_overloads: dict[object, Any] = {}
"""What calls of Warp's own functions mean, by function, number of results and types of the arguments."""
_resolve: Any = _Adjoint.resolve_func
_get_arg_type: Any = _warp_codegen.get_arg_type
_strip_reference: Any = _warp_codegen.strip_reference

# Settings of wp.config that a text depends on beside the options that rows record. The MathDx libraries are off: they
# would have to be linked, and take seconds a kernel. The rest only says how a text is compiled.
_CONFIG: Mapping[str, Any] = {
    "cpu_compiler_flags": "",
    "enable_mathdx_fft": False,
    "enable_mathdx_gemm": False,
    "enable_mathdx_solver": False,
    "enable_tiles_in_stack_memory": True,
    "line_directives": True,
    "llvm_cuda": False,
    "optimization_level": None,
    "use_precompiled_headers": True,
    "verify_autograd_array_access": False,
}


def _place(instance: Any) -> None:
    """Tell an instance of something generic where that is written, which Warp forgets."""
    if instance.generic_parent is not None and not instance.adj.fun_lineno:
        instance.adj.fun_lineno = instance.generic_parent.adj.fun_lineno


class _Builder(_ModuleBuilder):
    """Warp's builder, giving each helper function a name that depends on the kernel alone.

    Warp numbers functions in the order in which the process declares them. Here the first ``f`` that a kernel
    reaches is ``f_0``, the second ``f_1``, as in a process that declared nothing else. A number is passed over
    where an argument has the name: its adjoint would hide the function's.
    """

    def __init__(self, kernel: Any, options: Mapping[str, Any]) -> None:
        _place(kernel)
        self._original: dict[Any, str] = {}
        try:
            hasher = _warp_context.ModuleHasher([kernel], options)
            self._taken = _argument_names(kernel, alone=not hasher.function_hashes)
            super().__init__(kernel.module, options, hasher=hasher)  # pyright: ignore[reportUnknownMemberType]
        except BaseException:
            self.restore_names()
            raise

    def build_function(self, func: Any) -> None:
        _place(func)
        if func not in self._original:
            stem = func.func.__name__ if func.func is not None else func.key
            name = next(name for number in itertools.count() if (name := f"{stem}_{number}") not in self._taken)
            self._taken.add(name)
            self._rename(func, name)
            # Warp calls these by the name of the function that they belong to.
            if func.custom_grad_func is not None:
                self._rename(func.custom_grad_func, name)
            if func.custom_replay_func is not None:
                self._rename(func.custom_replay_func, f"replay_{name}")
        super().build_function(func)  # pyright: ignore[reportUnknownMemberType]

    def _rename(self, func: Any, name: str) -> None:
        self._original.setdefault(func, func.native_func)
        func.native_func = name

    def restore_names(self) -> None:
        """Give Warp its own names back."""
        for func, name in self._original.items():
            func.native_func = name


def _argument_names(kernel: Any, *, alone: bool) -> set[str]:
    """The names of the arguments of a kernel and, unless it is alone, of every function that it may reach."""
    if alone:
        return {argument.label for argument in kernel.adj.args}
    return {argument.label for each in reached_from(kernel) for argument in each.adj.args}


def _resolved_options(kernel: Any, options: Mapping[str, Any]) -> dict[str, Any]:
    """Warp's full set of options: those of the kernel's record, and fixed values for what a record does not hold."""
    given = dict(DEFAULTS) | dict(options)
    given["deterministic"] = wp.config.DeterministicMode[given["deterministic"]]
    resolved = kernel.module.resolve_options(SimpleNamespace(**_CONFIG, **given))
    mathdx = {name: value for name, value in _CONFIG.items() if name.startswith("enable_mathdx")}
    return resolved | given | mathdx | {"lineinfo": True, "output_arch": None}


@contextlib.contextmanager
def _backward_marked() -> Generator[None]:
    """Have Warp write where a kernel's backward function begins, which ends its text."""
    with contextlib.ExitStack() as stack:
        for name in _BACKWARD_TEMPLATES:
            stack.enter_context(_replaced(_warp_codegen, name, _BACKWARD + getattr(_warp_codegen, name)))
        yield


@contextlib.contextmanager
def _quick() -> Generator[None]:
    """Have Warp look up what it would find out again for every statement: the same answers in less time."""
    direct, spell = _Adjoint.get_line_directive, _Var.type_to_ctype
    known, directives = functools.cache(spell), dict[tuple[str, int, int], str | None]()

    def spell_once(kind: Any, value_type: bool = False) -> str:
        of_value = isinstance(kind.value_type if isinstance(kind, _Reference) else kind, type)
        return (known if of_value else spell)(kind, value_type)  # a tile's, say, changes while a kernel is built

    def direct_once(adjoint: Any, statement: str, relative_lineno: int | None = None) -> str | None:
        if relative_lineno is None or statement.lstrip().startswith("//"):
            return None
        if not adjoint.builder_options.get("lineinfo"):  # not yet, of a function that is given to another
            return direct(adjoint, statement, relative_lineno)
        place = adjoint.filename, adjoint.fun_lineno, relative_lineno
        if place not in directives:
            directives[place] = direct(adjoint, "", relative_lineno)
        return directives[place]

    escape = functools.cache(_warp_codegen._escape_line_directive_filename)
    with contextlib.ExitStack() as stack:
        for owner, name, quick in (
            (_Adjoint, "get_line_directive", direct_once),
            (_Adjoint, "resolve_func", _resolve_once),
            (_Var, "type_to_ctype", staticmethod(spell_once)),
            (_warp_codegen, "_escape_line_directive_filename", escape),
            (_warp_codegen, "get_arg_type", _type_of_argument),
            (_warp_codegen, "strip_reference", _without_reference),
        ):
            stack.enter_context(_replaced(owner, name, quick))
        yield


@contextlib.contextmanager
def _replaced(owner: Any, name: str, value: Any) -> Generator[None]:
    """An attribute of Warp's as something else, for a while."""
    before = cast(Mapping[str, Any], vars(owner))[name]
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, before)


def _type_of_argument(argument: Any) -> Any:
    """Warp's ``get_arg_type``, which asks several questions of what has a plain type."""
    kind = argument.type if type(argument) is _Var else argument
    return kind if issubclass(type(kind), type) else _get_arg_type(argument)


def _without_reference(argument: Any) -> Any:
    """Warp's ``strip_reference``, which asks of each type whether it is a sequence."""
    kind = type(cast(object, argument))
    return argument if kind is _Var or issubclass(kind, type) else _strip_reference(argument)


@contextlib.contextmanager
def references_once() -> Generator[None]:
    """Have Warp look through each kernel and function for what it refers to once, however often it is asked."""
    look, known = _Adjoint.get_references, dict[Any, Any]()

    def look_once(adjoint: Any) -> Any:
        if adjoint not in known:
            known[adjoint] = look(adjoint)
        return known[adjoint]

    with _replaced(_Adjoint, "get_references", look_once):
        yield


def _resolve_once(adjoint: Any, func: Any, arg_types: Any, kwarg_types: Any, min_outputs: Any) -> Any:
    """The overload of a function that a call means; Warp tries all those of a built-in one, one after the other.

    Arguments are called as Warp calls them, which names some.
    """
    if kwarg_types or not func.is_builtin():
        return _resolve(adjoint, func, arg_types, kwarg_types, min_outputs)
    try:
        key = func, min_outputs, tuple(map(_type_key, arg_types))
    except _NoKeyError:
        return _resolve(adjoint, func, arg_types, kwarg_types, min_outputs)
    if key not in _overloads:
        if len(_overloads) >= _MOST_OVERLOADS:
            _overloads.clear()
        _overloads[key] = _resolve(adjoint, func, arg_types, kwarg_types, min_outputs)
    return _overloads[key]


class _NoKeyError(Exception):
    """A type that is a kernel's own, and so is not remembered."""


def _type_key(kind: Any) -> object:
    """What two types have in common that every overload takes alike.

    Raises:
        _NoKeyError: for a type that Warp does not keep for as long as the process lives.
    """
    if isinstance(kind, type):
        return kind
    if is_array(kind) and isinstance(kind.dtype, type):
        return array_class(kind), kind.ndim, kind.dtype
    if isinstance(kind, _Reference) and isinstance(kind.value_type, type):
        return kind
    raise _NoKeyError


@contextlib.contextmanager
def _quiet() -> Generator[None]:
    """Keep Warp's remarks about a kernel out of the output."""
    level = wp.config.log_level
    wp.config.log_level = wp.LOG_ERROR
    try:
        yield
    finally:
        wp.config.log_level = level


@contextlib.contextmanager
def _built(kernel: Any, options: Mapping[str, Any], **changes: Any) -> Generator[tuple[_Builder, dict[str, Any]]]:
    """The kernel built on its own, under its plain name; Warp's state is as before afterwards."""
    resolved = _resolved_options(kernel, options) | changes
    before = kernel.hash, kernel._mangled_name, getattr(kernel, "grid_stride", None)
    own_options = kernel.options
    with _quiet(), _quick():
        try:
            kernel.options = {**own_options, **{name: resolved[name] for name in own_options if name in DEFAULTS}}
            builder = _Builder(kernel, resolved)
            kernel._mangled_name = kernel.func.__name__  # only now: setting the hash, as the builder does, clears it
            try:
                yield builder, resolved
            finally:
                builder.restore_names()
        finally:
            kernel.options = own_options
            kernel.hash, kernel._mangled_name, kernel.grid_stride = before


def clean_texts(
    kernel: Any, options: Mapping[str, Any], group: Sequence[str], where: Where
) -> dict[tuple[str, str], tuple[str, LineMap] | None]:
    """The kernel's own text for each device and direction, without comments and compiler's names.

    Warp is asked for line directives, which say of each line of text, declarations included, what it comes from;
    they are taken out of the text and become its line map.

    Args:
        kernel: a concrete Warp kernel.
        options: the options of its record.
        group: devices that the kernel is built for at once: one, or one of ``device_groups``.
        where: a file and a line of it to a line of the kernel's source.

    Returns:
        (device, ``forward`` or ``backward``) to text and line map, in lines of the kernel's source; None
        where the kernel has no backward. A text holds the structs, the helper functions and the kernel function, and
        on the CPU its argument struct. Where tiles depend on the block, that of a CPU has one thread.

    Raises:
        Exception: whatever Warp raises for a kernel that it cannot build.
    """
    texts: dict[tuple[str, str], tuple[str, LineMap] | None] = {}
    resolve = _resolver(where)
    on_group = _options_on(group[0], kernel, options) if len(group) == 1 else options
    with _built(kernel, on_group) as (builder, resolved):
        structs = _struct_code(builder)
        for device in group:
            forward, backward = _unit_parts(builder, kernel, resolved, device)
            parts = {"forward": forward, "backward": backward}
            renames = _struct_renames(builder, [structs, *forward, *(backward or ())])
            for direction, part in parts.items():
                texts[device, direction] = None if part is None else _joined((structs, *part), renames, resolve)
    return texts


def device_groups(kernel: Any, options: Mapping[str, Any], devices: Sequence[str]) -> list[tuple[str, ...]]:
    """The devices that a kernel is built for at once: each alone where its tiles depend on the block.

    Warp launches a kernel on a CPU with one thread a block, whatever it is asked for.
    """
    if len(devices) > 1 and _options_on("cpu", kernel, options) != options:
        return [(each,) for each in devices]
    return [tuple(devices)] if devices else []


def _options_on(device: str, kernel: Any, options: Mapping[str, Any]) -> Mapping[str, Any]:
    """The options with the threads a block that a kernel whose tiles depend on them has on a device."""
    if device != "cpu" or options.get("block_dim") == 1 or not depends_on_block(kernel):
        return options
    return {**options, "block_dim": 1}


def _resolver(where: Where) -> Callable[[Origin | None], int | None]:
    """What tells the line of the source that a place is, each once: many lines name the same."""

    def resolve(origin: Origin | None) -> int | None:
        return None if origin is None else where(*origin)

    return functools.cache(resolve)


def _joined(
    pieces: Sequence[str], renames: Mapping[str, str], resolve: Callable[[Origin | None], int | None]
) -> tuple[str, LineMap]:
    """Pieces of text, a blank line between them, and their line map."""
    lines: list[str] = []
    origins: list[Origin | None] = []
    for piece in pieces:
        cleaned, named = clean_lines(piece, renames)
        if lines and cleaned:
            lines.append("")
            origins.append(None)
        lines += cleaned
        origins += named
    return "\n".join([*lines, ""]), runs_of(map(resolve, origins))


def _struct_code(builder: _Builder) -> str:
    if not builder.structs:
        return ""
    with_tiles = builder._get_tile_helper_struct_hashes()
    unique = {struct.hash: struct for struct in builder.structs}
    return "".join(
        _warp_codegen.codegen_struct(struct, include_tile_helpers=struct.hash in with_tiles)
        for struct in unique.values()
    )


def _unit_parts(
    builder: _Builder, kernel: Any, options: dict[str, Any], device: str
) -> tuple[list[str], list[str] | None]:
    """The pieces of the forward and of the backward text, helper functions first, in Warp's order."""
    functions = list(builder.functions)
    plain = [func for func in functions if not func.adj.uses_grad_call]
    differentiating = [func for func in functions if func.adj.uses_grad_call]
    custom = {func.custom_grad_func for func in plain if func.custom_grad_func is not None}
    ordered = [func for func in plain if func in custom] + [func for func in plain if func not in custom]

    forward_functions = builder._codegen_functions(plain, device, forward_only=True)
    adjoint_functions = builder._codegen_functions(ordered, device, reverse_only=True)
    late_functions = builder._codegen_functions(differentiating, device, forward_only=True)

    with _backward_marked():
        whole = _warp_codegen.codegen_kernel(kernel, device=device, options=options)
    forward_kernel, mark, backward_kernel = whole.partition(_BACKWARD)
    uses_adjoints = [adjoint_functions] if differentiating or kernel.adj.uses_grad_call else []
    forward = [forward_functions, *uses_adjoints, late_functions, forward_kernel]
    if not mark:
        return forward, None
    arguments = forward_kernel[: forward_kernel.index("};\n") + 3] if device == "cpu" else ""
    return forward, [forward_functions, adjoint_functions, late_functions, arguments + backward_kernel]


def _struct_renames(builder: _Builder, pieces: Sequence[str]) -> dict[str, str]:
    """Struct names without Warp's hash, numbered where two structs share one or where pieces of text have it."""
    if not builder.structs:
        return {}
    text = "".join(pieces)
    given: set[str] = set()

    def is_taken(name: str) -> bool:
        return name in given or has_word(text, name)

    renames: dict[str, str] = {}
    for struct in builder.structs:
        if struct.native_name in renames:
            continue
        stem = name = struct.cls.__name__
        for number in itertools.count(1):
            if not is_taken(name) and not is_taken(f"adj_{name}"):
                break
            name = f"{stem}_{number}"
        given |= {name, f"adj_{name}"}
        renames |= {struct.native_name: name, f"adj_{struct.native_name}": f"adj_{name}"}
    return renames


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A kernel's clean CUDA text, forward and backward in one, as a compiler takes it."""

    header: str
    """What comes before the text: Warp's headers and macros."""
    text: str
    runs: LineMap
    """The text's lines, without the header's, in lines of the kernel's source."""
    options: Mapping[str, Any]
    """All of Warp's options, resolved."""


def cuda_unit(kernel: Any, options: Mapping[str, Any], where: Where) -> Unit:
    """What PTX and machine code are made of.

    Args:
        kernel: a concrete Warp kernel.
        options: the options of its record.
        where: a file and a line of it to a line of the kernel's source.

    Raises:
        Exception: whatever Warp raises for a kernel that it cannot build.
    """
    with _built(kernel, options) as (builder, resolved):
        structs = _struct_code(builder)
        forward, backward = _unit_parts(builder, kernel, resolved, "cuda")
        # The last piece of each is the kernel's own function; what comes before is in the backward's pieces whole.
        pieces = [structs, *forward] if backward is None else [structs, *backward[:-1], forward[-1], backward[-1]]
        text, runs = _joined(pieces, _struct_renames(builder, pieces), _resolver(where))
        return Unit(header=cuda_header(resolved["block_dim"]), text=text, runs=runs, options=resolved)


def cuda_header(block_dim: int) -> str:
    """What Warp puts before a CUDA text of blocks of so many threads."""
    return _warp_codegen.cuda_module_header.format(block_dim=block_dim) + _warp_codegen.codegen_cast_macros


def written_arguments(kernel: Any) -> set[str]:
    """The names of the arrays that a kernel writes; all of them where Warp cannot build it.

    Warp also records reads, but forgets one that a write follows, so they are not reported.
    """
    try:
        with _built(kernel, _options_on("cpu", kernel, options_of(kernel)), verify_autograd_array_access=True):
            return {argument.label for argument in kernel.adj.args if argument.is_write}
    except Exception:  # noqa: BLE001 (lowering will say what is wrong with it)
        return {argument.label for argument in kernel.adj.args}


def whole_unit(kernel: Any, device: str) -> str:
    """The translation unit that Warp itself would compile for this kernel alone, byte for byte.

    Raises:
        Exception: whatever Warp raises for a kernel that it cannot build.
    """
    options = kernel.module.resolve_options(wp.config) | {"output_arch": None}
    with _quiet():
        builder = _warp_context.ModuleBuilder(
            kernel.module, options, hasher=_warp_context.ModuleHasher([kernel], options)
        )
        return builder.codegen(device)
