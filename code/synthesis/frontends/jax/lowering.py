"""Lowering of JAX functions to text. Most accesses to private modules of JAX and jaxlib are in this module.

Texts come from JAX's own printers. Names that JAX adds (of the module, labels of results) are removed from the MLIR
module before printing, not from the finished text.
"""

import base64
import contextlib
import json
import re
import tempfile
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from typing import Any

import jax as _jax
import jaxlib._hlo as _hlo
import numpy as np
from jax._src.interpreters import mlir as _lowering_rules  # noqa: TID251
from jax.interpreters import mlir as _mlir
from jaxlib.mlir import ir as _ir
from jaxlib.mlir import passmanager as _passmanager

from synthesis.frontends.jax.jaxprs.captured import MOST, captured_by, definitions
from synthesis.frontends.jax.jaxprs.parsing import JaxprSyntaxError, parse
from synthesis.frontends.jax.locations import hlo_origins, line_of, llvm_origins
from synthesis.frontends.jax.releases import compiled, place_locations
from synthesis.frontends.linemap import LineMap, Places, Where, runs_of
from synthesis.frontends.mlir_locations import mlir_lines

jax: Any = _jax
hlo: Any = _hlo
ir: Any = _ir
mlir: Any = _mlir
lowering_rules: Any = _lowering_rules
passmanager: Any = _passmanager

_ADDRESS = re.compile(
    r"<(?:function|bound method|built-in function) (?:[^\s<>]*<locals>\.)*<?([^\s<>]+)>?[^<>]* at 0x[0-9a-fX]+>"
)
_TEXTS = re.compile(r"\{('[^'\n]*'(?:, '[^'\n]*')+)\}")
"""Matches a printed set of texts, whose order differs from process to process."""
_MODULE_NAME = re.compile(r"\AHloModule [^\s,]+")
_LLVM_MODULE = re.compile(
    r"; ModuleID = '(?:__compute_module_)*(.*?)(?:_(?:elemental|computation))?(?:_kernel_module)?'"
)
_LLVM_NOISE = re.compile(r"^(?:;.*|source_filename = .*)\n|[ \t]*;[^\n\"]*$", re.MULTILINE)
_CAPTURING = re.compile(r"\{ lambda [^\s;]")
"""Matches a function in a printed jaxpr that captures values."""
_JAXPR = "_irsmith_jaxpr"
_JAX_ATTRIBUTES = ("jax.", "mhlo.")


class NotAvailableError(Exception):
    """An error for a level at which the function has no text."""


class UnprintedConstantsError(Exception):
    """An error for a jaxpr with arrays that its text does not show."""


# ---- attributes of functions


def public_primitives() -> list[str]:
    """Return the sorted names of the primitives in ``jax.extend.core.primitives``."""
    import jax.extend.core.primitives as primitives  # this imports all of jax.extend, which texts do not need

    public: Any = primitives
    return sorted({getattr(public, name).name for name in dir(public) if name.endswith("_p")})


def jaxpr_of(function: Any, example_args: Sequence[Any]) -> Any:
    """Return the closed jaxpr to which a function's Python source traces; it may be stored by ``remember``."""
    known = getattr(function, _JAXPR, None)
    if known is not None and known[0] is example_args:
        return known[1]
    return jax.jit(function, keep_unused=True).trace(*example_args).jaxpr


def remember(function: Any, example_args: Sequence[Any], tracing: "Tracing") -> None:
    """Store the jaxpr of a function that irsmith itself has loaded, so that it is not traced again."""
    with contextlib.suppress(AttributeError, TypeError):
        setattr(function, _JAXPR, (example_args, tracing.jaxpr))


# ---- lowering


@contextlib.contextmanager
def shared_context() -> Generator[None]:
    """Lower functions in one MLIR context, inside a Python context.

    JAX makes an MLIR context for each function, which takes a third of the lowering time of a small function. A context
    stores the types, attributes and locations that it has seen, and nothing on which a text depends.
    """
    make, context = lowering_rules.make_ir_context, lowering_rules.make_ir_context()
    lowering_rules.make_ir_context = lambda: context
    try:
        yield
    finally:
        lowering_rules.make_ir_context = make


class Tracing:
    """A function traced once, for printing at several levels.

    Args:
        function: the function to trace.
        example_args: shapes and dtypes of its arguments.
        name: the kernel's name, for the levels that contain one.
        platform: ``cpu``, ``cuda`` or ``tpu``; its devices do not need to be present.
        places: maps lines of files to lines of the kernel's source.
    """

    def __init__(self, function: Any, example_args: Sequence[Any], *, name: str, platform: str, places: Places) -> None:
        self._name = name
        self._platform = platform
        self._places = places
        # Without keep_unused, an unused argument would be missing from the lowered texts' signature.
        self._traced = jax.jit(function, keep_unused=True).trace(*example_args)
        self._lowered: Any = None

    @property
    def jaxpr(self) -> Any:
        """The closed jaxpr."""
        return self._traced.jaxpr

    def text(self, level: str) -> tuple[str, LineMap]:
        """Return the text at a level, and its line map. The level's name has no prefix ``vjp_`` or ``jvp_``.

        Raises:
            NotAvailableError: if the function has no text at this level.
            UnprintedConstantsError: if a jaxpr's text would leave arrays out.
            Exception: any exception that JAX raises when it lowers or compiles.
        """
        match level:
            case "jaxpr":
                return self._jaxpr()
            case "stablehlo":
                return _stablehlo(self._lower().compiler_ir("stablehlo"), self._places.line)
            case "hlo":
                return self._hlo([self._lower().compiler_ir("hlo").as_hlo_module()])
            case "optimized_hlo":
                return self._hlo(self._compile().hlo_modules())
            case "llvm_ir":
                return self._llvm_ir()
            case "mosaic" | "triton":
                return _pallas_kernels(self._lower().compiler_ir("stablehlo"), level, self._places.line)
            case _:
                raise ValueError(f"no such level of text: {level}")

    def _lower(self) -> Any:
        if self._lowered is None:
            self._lowered = self._traced.lower(lowering_platforms=(self._platform,))
        return self._lowered

    def _compile(self, options: Mapping[str, str] | None = None) -> Any:
        """Return XLA's executable; for ``cpu`` it is compiled for this machine's CPU, even if JAX prefers a GPU."""

        def compile_with(chosen: dict[str, Any]) -> Any:
            return self._lower().compile(compiler_options=chosen or None).runtime_executable()

        with jax.default_device(jax.devices(self._platform)[0]):
            return compiled(compile_with, options or {})

    def _jaxpr(self) -> tuple[str, LineMap]:
        closed = self._traced.jaxpr
        sources: list[list[tuple[int, int, Any]]] = []
        with np.printoptions(legacy="1.25"):  # prints NumPy's numbers in parameters as 16, not np.int64(16)
            text = closed.pretty_print(use_color=False, source_info=False, name_stack=False, source_map=sources)
        origins = [next((line_of(traceback, self._places) for _, _, traceback in line), None) for line in sources]
        text = without_addresses(text)
        if _CAPTURING.search(text):
            defined = _captured(text, closed)
            text, origins = "\n".join([*defined, text]), [*[None] * len(defined), *origins]
        return text + "\n", runs_of(origins)

    def _llvm_ir(self) -> tuple[str, LineMap]:
        """Return the modules that XLA's CPU compiler passes to LLVM, in one text, and their line map to the source."""
        with tempfile.TemporaryDirectory(prefix="irsmith-") as folder:
            executable = self._compile({"xla_dump_to": folder, "xla_dump_emitter_re": "llvm"})
            modules = sorted(Path(folder).glob("*.ir-no-opt.ll"), key=lambda path: path.name.partition(".")[2])
            texts = [path.read_text(encoding="utf-8") for path in modules]
        if not texts:
            raise NotAvailableError("XLA makes no LLVM IR for it, only library calls")
        annotated = "\n".join(module.to_string(_hlo_options(metadata=True)) for module in executable.hlo_modules())
        cleaned: list[str] = []
        line_map: LineMap = []
        first = 1
        for text in texts:
            cleaned.append(_LLVM_NOISE.sub("", text).strip() + "\n")
            last = first + cleaned[-1].count("\n") - 1
            name = _LLVM_MODULE.match(text)
            origins = llvm_origins(name[1], annotated, self._places.line) if name else []
            line_map += [(origin, first, last) for origin in origins]
            first = last + 2
        return "\n".join(cleaned), line_map

    def _hlo(self, modules: Sequence[Any]) -> tuple[str, LineMap]:
        texts: list[str] = []
        origins: list[int | None] = []
        for module in modules:
            text = _MODULE_NAME.sub(f"HloModule {self._name}", module.to_string(_hlo_options())).rstrip() + "\n"
            texts.append(text)
            origins += hlo_origins(module.to_string(_hlo_options(metadata=True)), text, self._places.line)
            origins += [None] if len(texts) < len(modules) else []
        return "\n".join(texts), runs_of(origins)


def without_addresses(jaxpr: str) -> str:
    """Return a printed jaxpr with Python functions represented by their names alone, and sets of texts in order."""
    return _TEXTS.sub(_in_order, _ADDRESS.sub(r"\1", jaxpr))


def _in_order(found: re.Match[str]) -> str:
    return f"{{{', '.join(sorted(found[1].split(', ')))}}}"


def _hlo_options(*, metadata: bool = False) -> Any:
    options = hlo.HloPrintOptions.short_parsable()
    options.print_metadata = metadata
    options.print_large_constants = True
    return options


@contextlib.contextmanager
def absent_gpu() -> Generator[None]:
    """Provide an abstract GPU (an H100) for lowering Pallas kernels; JAX uses its name and number of cores."""
    device = jax.sharding.AbstractDevice("NVIDIA H100 80GB HBM3", 132, "cuda")
    with jax.sharding.use_abstract_mesh(jax.sharding.AbstractMesh((), (), abstract_device=device)):
        yield


def _captured(text: str, closed: Any) -> list[str]:
    """Return the lines that define the arrays captured by a printed jaxpr and its inner jaxprs.

    The result is empty if only inner jaxprs capture arrays, and these cannot be printed.

    Raises:
        UnprintedConstantsError: if the outermost jaxpr captures arrays that are too large or not numeric.
    """
    try:
        arrays = captured_by(closed, parse(text))
    except JaxprSyntaxError:
        arrays = None
    defined = None if arrays is None else definitions(arrays)
    if defined is None and any(np.size(each) for each in closed.consts):
        raise UnprintedConstantsError(f"the jaxpr captures arrays of more than {MOST} numbers, or not of numbers")
    return defined or []


def _pallas_kernels(module: Any, level: str, where: Where) -> tuple[str, LineMap]:
    """Return the Pallas kernels that a lowered module calls, as Mosaic for a TPU or as Triton for a GPU."""
    texts: list[str] = []
    origins: list[int | None] = []
    with module.context:
        calls = [each for each in _operations(module.operation) if each.name == "stablehlo.custom_call"]
        bodies = [body for call in calls if (body := _kernel_body(call, level)) is not None]
    for body, locations in bodies:
        with mlir.make_ir_context() as context:  # registered dialects are printed in their short forms
            context.allow_unregistered_dialects = True
            _dialect(level).register_dialect(context)
            kernel = ir.Module.parse(body)
            if locations is not None:
                place_locations(kernel, ir.Module.parse(locations))
            if level == "mosaic":
                passmanager.PassManager.parse("builtin.module(mosaic-serde{serialize=false})").run(kernel.operation)
            text, found = _printed(kernel.operation, where)
            texts.append(text)
            origins += found[: text.count("\n")] + ([None] if len(texts) < len(bodies) else [])
    if not texts:
        raise NotAvailableError("no Pallas kernel in it")
    return "\n".join(texts), runs_of(origins)


def _dialect(level: str) -> Any:
    """Return the dialect of Pallas kernels at a level; it is imported here, since few rows need it."""
    if level == "mosaic":
        from jax._src import lib  # noqa: TID251

        dialects: Any = lib
        return dialects.tpu
    from jaxlib.triton import dialect

    return dialect


def _kernel_body(call: Any, level: str) -> tuple[bytes, bytes | None] | None:
    """Return the module of a called Pallas kernel, and the module of its locations if JAX stores one.

    The result is None if the call is not one of a Pallas kernel at this level.
    """
    attributes = call.attributes
    if level == "triton" and "mhlo.backend_config" in attributes:
        config = ir.DictAttr(attributes["mhlo.backend_config"])
        return (ir.StringAttr(config["ir"]).value_bytes, None) if "ir" in config else None
    target = ir.StringAttr(attributes["call_target_name"]).value
    if level == "mosaic" and target == "tpu_custom_call":
        config = json.loads(ir.StringAttr(attributes["backend_config"]).value)["custom_call_config"]
        apart = config.get("debug_locations")
        return base64.b64decode(config["body"]), base64.b64decode(apart) if apart else None
    return None


def _operations(operation: Any) -> Generator[Any]:
    """Yield every operation inside an operation, outer operations first."""
    for region in operation.regions:
        for block in region.blocks:
            for inner in block.operations:
                yield inner.operation
                yield from _operations(inner.operation)


def _stablehlo(module: Any, where: Where) -> tuple[str, LineMap]:
    """Return a module as text, and its line map."""
    with _unnamed(module) as copy:
        text, origins = _printed(copy, where)
        return text, runs_of(origins)


def _printed(operation: Any, where: Where) -> tuple[str, list[int | None]]:
    """Return an operation as text, and the source line of each line of it.

    The operation is printed with locations, which are removed. If some remain, it is printed again without them.
    """
    lines, origins = mlir_lines(operation.get_asm(enable_debug_info=True), where)
    text = "\n".join(lines) + "\n"
    return operation.get_asm(enable_debug_info=False) if " loc(" in text else text, origins


def stablehlo_text(module: Any) -> str:
    """Return a module as text, in the form in which rows store it."""
    with _unnamed(module) as copy:
        return copy.get_asm(enable_debug_info=False)


@contextlib.contextmanager
def _unnamed(module: Any) -> Generator[Any]:
    """Yield a copy of a module without the names that JAX gives to it and its results."""
    with module.context:
        copy = module.operation.clone()  # the original may still be compiled, which needs these names
        _drop_attributes(copy, ("sym_name",))
        for operation in copy.regions[0].blocks[0].operations:
            _drop_attributes(operation, ())
            for group in ("arg_attrs", "res_attrs"):
                if group in operation.attributes:
                    _drop_entry_attributes(operation, group)
        yield copy


def _drop_attributes(operation: Any, names: Sequence[str]) -> None:
    for name in [entry if isinstance(entry, str) else entry.name for entry in operation.attributes]:
        if name in names or name.startswith(_JAX_ATTRIBUTES):
            del operation.attributes[name]


def _drop_entry_attributes(operation: Any, group: str) -> None:
    cleaned: list[Any] = []
    for entry in ir.ArrayAttr(operation.attributes[group]):
        attributes = {named.name: named.attr for named in ir.DictAttr(entry)}
        kept = {name: value for name, value in attributes.items() if not name.startswith(_JAX_ATTRIBUTES)}
        cleaned.append(ir.DictAttr.get(kept))
    if any(len(ir.DictAttr(entry)) for entry in cleaned):
        operation.attributes[group] = ir.ArrayAttr.get(cleaned)
    else:
        del operation.attributes[group]
