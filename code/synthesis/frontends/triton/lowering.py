"""Compilation of Triton kernels to texts as rows store them, stage by stage and without Triton's cache.

Locations are omitted when the compiler prints a module, not removed from the finished text. Texts of lower levels are
made with line information, from which their line maps are read, and which is then removed line by line.
"""

import atexit
import contextlib
import functools
import gc
import re
import subprocess
import tempfile
import warnings
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import triton as _triton
import triton._C.libtriton as _libtriton
import triton.backends.compiler as _targets
import triton.compiler as _compiler
import triton.compiler.code_generator as _code_generator
import triton.language as _tl

from synthesis.core.signatures import Signature
from synthesis.frontends.linemap import LineMap, Where, runs_of
from synthesis.frontends.mlir_locations import mlir_lines
from synthesis.frontends.nvidia_texts import code_sections, ptx_lines, sass_lines
from synthesis.frontends.triton.descriptors import argument_of
from synthesis.frontends.triton.llvm_texts import without_debug_information
from synthesis.frontends.triton.options import DEFAULTS
from synthesis.frontends.triton.spelling import descriptor_parts, long_name

triton: Any = _triton
libtriton: Any = _libtriton
targets: Any = _targets
compiler: Any = _compiler
code_generator: Any = _code_generator
tl: Any = _tl

_WARP_SIZES = {"cuda": 32, "hip": 64}
_PTX_VERSIONS = {80: 88, 90: 94, 100: 94}
"""The release of PTX for each architecture: the latest that the assemblers in Triton's wheel know."""
_STAGES = ("ttir", "ttgir", "llir", "ptx", "amdgcn", "cubin")
_Begin = Callable[[Signature, Any, Any, Any, Any], Any]
_COMMENT = re.compile(r"\s*//.*|\s+$")
_AMD_DEBUG = re.compile(r"^\s*\.(?:loc|file|cfi_\w+)\b|^\.L(?:tmp|func_begin)\d+:")
_AMD_SECTION = re.compile(r"^\s*\.(?:section|text|amdgpu_metadata)\b")


atexit.unregister(gc.freeze)
"""Triton's bindings print every object that is left at the end of a process, which a frozen heap would make all."""


class NotAvailableError(Exception):
    """An error for a level whose tool is not installed."""


def compile_kernel(
    function: Any, signature: Signature, levels: Sequence[str], device: str, where: Where
) -> Generator[tuple[str, tuple[str, LineMap] | Exception]]:
    """Yield the text and the line map of a kernel at each level, or the error that Triton raised for it.

    Levels are yielded in the order of the compiler's stages. After an error, all later levels have the same error.

    Args:
        function: the ``@triton.jit`` function.
        signature: its signature, with the constants in ``call`` and the options.
        levels: the tools of the levels (``Level.made_by``).
        device: such as ``cuda:90``.
        where: maps a file and a line of it to a line of the source.
    """
    compilation = _Compilation(functools.partial(_module_of, function), signature, device, where)
    error: Exception | None = None
    for level in sorted(levels, key=lambda level: _STAGES.index(_stage_of(level))):
        made: tuple[str, LineMap] | Exception
        if error is None:
            try:
                with _plain_settings():
                    made = compilation.text(level)
            except NotAvailableError as absent:
                made = absent
            except Exception as raised:  # noqa: BLE001 (Triton raises many kinds for a kernel that it cannot compile)
                error = made = raised
        else:
            made = error
        yield level, made


def lower_again(text: str, level: str, signature: Signature, device: str, folder: Path) -> str:
    """Return the text of a level to which the text of a TTIR module is lowered.

    Triton parses and compiles the text, so an untrusted text is only passed in a process without rights.

    Args:
        text: the TTIR text.
        level: the tool of the level (``Level.made_by``).
        signature: the kernel's signature, with the options.
        device: such as ``cuda:90``.
        folder: a folder for the file that Triton reads the text from.

    Raises:
        Exception: any exception that Triton raises.
    """
    with tempfile.NamedTemporaryFile("w", dir=folder, suffix=".ttir", encoding="utf-8") as file, _plain_settings():
        file.write(text)
        file.flush()
        begin = functools.partial(_parsed_module, file.name)
        return _Compilation(begin, signature, device, _nowhere, after="ttir").text(level)[0]


def _nowhere(file: str, line: int) -> None:
    """Return None, since a text that is lowered again needs no line map."""


def _stage_of(level: str) -> str:
    return "cubin" if level == "nvdisasm" else level


@contextlib.contextmanager
def _plain_settings() -> Generator[None]:
    """Use Triton's default settings, whatever the environment, and function names without their module."""
    knobs: Any = triton.knobs
    full_name = code_generator.get_full_name
    with contextlib.ExitStack() as stack:
        for group in (knobs.compilation, knobs.language, knobs.runtime, knobs.nvidia, knobs.amd):
            stack.enter_context(group.scope())
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        knobs.compilation.disable_line_info = False  # also set in the environment, for passes in C++
        knobs.compilation.dump_ir_extract_di_local_variables = False
        knobs.language.__dict__["fp32_default"] = knobs.runtime.__dict__["override_arch"] = None
        code_generator.get_full_name = functools.partial(_name_in_text, full_name)
        try:
            yield
        finally:
            code_generator.get_full_name = full_name


def _name_in_text(full_name: Any, function: Any) -> str:
    """Return the name of a helper function without its module, whose name differs between processes."""
    whole = full_name(function)
    return whole if whole.startswith("triton.") else function.__qualname__


class _Compilation:
    """The compilation of one kernel, up to the levels that are requested.

    Args:
        begin: makes the first stage's module from the signature, the target, the options, Triton's back end and MLIR's
            context.
        signature: the kernel's signature.
        device: such as ``cuda:90``.
        where: maps a file and a line of it to a line of the source.
        after: the stage that the module has passed; empty if none.
    """

    def __init__(self, begin: _Begin, signature: Signature, device: str, where: Where, after: str = "") -> None:
        kind, _, architecture = device.partition(":")
        self._where = where
        self._begin = begin
        self._after = after
        self._signature = signature
        self._target = targets.GPUTarget(kind, int(architecture) if kind == "cuda" else architecture, _WARP_SIZES[kind])
        self._module: Any = None
        self._waiting: dict[str, Any] | None = None
        self._metadata: dict[str, Any] = {}
        self._printed: dict[str, tuple[str, str]] = {}
        """The output of each stage, with and without line information."""

    def text(self, level: str) -> tuple[str, LineMap]:
        """Return the text of a level, as rows store it, and its line map.

        Raises:
            NotAvailableError: if the tool of the level is not installed.
            Exception: any exception that Triton raises.
        """
        self._compile(_stage_of(level))
        match level:
            case "ttir" | "ttgir":
                annotated, text = self._printed[level]
                _, origins = mlir_lines(annotated, self._where)
                return text.strip() + "\n", runs_of(origins)
            case "llir":
                return without_debug_information(self._module_text("llir"), self._file_line)
            case "ptx":
                return _finished((_COMMENT.sub("", line), at) for line, at in self._ptx())
            case "amdgcn":
                return _finished(_amd_lines(self._module_text("amdgcn")))
            case _:
                return _finished((_COMMENT.sub("", line), at) for line, at in self._sass())

    def _module_text(self, stage: str) -> str:
        return self._printed[stage][0]

    def _ptx(self) -> Iterable[tuple[str, int | None]]:
        return ptx_lines(self._module_text("ptx"), self._file_line)

    def _file_line(self, file: str, line: int) -> int | None:
        """Return the source line; the compiler prefixes names of files without a folder with the working folder."""
        found = self._where(file, line)
        return self._where(PurePosixPath(file).name, line) if found is None else found

    def _compile(self, stage: str) -> None:
        if self._waiting is None:
            self._start()
        assert self._waiting is not None
        while stage not in self._printed:
            name = next(iter(self._waiting))
            self._module = self._waiting.pop(name)(self._module, self._metadata)
            if name in ("ttir", "ttgir"):
                self._printed[name] = str(self._module), self._module.str_nodebug()
            elif name != "cubin":
                self._printed[name] = self._module, ""
            else:
                self._printed[name] = _disassembled(self._module), ""

    def _start(self) -> None:
        backend = compiler.make_backend(self._target)
        options = backend.parse_options(_options(self._signature, self._target))
        self._waiting = {}
        backend.add_stages(self._waiting, options, targets.Language.TRITON)
        self._waiting.pop(self._after, None)
        self._metadata = {"target": self._target, **vars(options)}
        context = libtriton.ir.context()
        libtriton.ir.load_dialects(context)
        backend.load_dialects(context)
        self._module = self._begin(self._signature, self._target, options, backend, context)

    def _sass(self) -> Iterable[tuple[str, int | None]]:
        return sass_lines(code_sections(self._module_text("cubin")), self._file_line)


def _module_of(function: Any, signature: Signature, target: Any, options: Any, backend: Any, context: Any) -> Any:
    implementation = backend.get_codegen_implementation(options)
    return source_of(function, signature).make_ir(target, options, implementation, backend.get_module_map(), context)


def _parsed_module(path: str, signature: Signature, target: Any, options: Any, backend: Any, context: Any) -> Any:
    module = libtriton.ir.parse_mlir_module(path, context)
    module.context = context
    return module


def _options(signature: Signature, target: Any) -> dict[str, Any]:
    options = {**DEFAULTS, **signature.options}
    del options["divisible_by_16"]
    if target.backend == "cuda":
        options["ptx_version"] = _PTX_VERSIONS[target.arch]
    return options


def source_of(function: Any, signature: Signature) -> Any:
    """Return the object that Triton compiles: the function with its types, constants and hints.

    Raises:
        ValueError: for a type of an argument that ends Triton's process.
    """
    given: Mapping[str, Any] = (signature.call or {}).get("constants", {})
    types = {argument.name: _checked(argument.type_name) for argument in signature.arguments}
    hints = signature.options.get("divisible_by_16", ())
    return compiler.ASTSource(
        function,
        signature={name: types.get(name, "constexpr") for name in function.arg_names},
        constexprs={name: constant_of(value) for name, value in given.items()},
        attrs={(place,): [["tt.divisibility", 16]] for place, name in enumerate(function.arg_names) if name in hints},
    )


def _checked(type_name: str) -> str:
    """Return the type of an argument unchanged.

    Raises:
        ValueError: for a descriptor of Booleans, on which Triton's compiler ends the process.
    """
    if descriptor_parts(type_name) is not None and argument_of("", type_name) is None:
        raise ValueError(f"an argument of the type {type_name}, which Triton does not compile")
    return type_name


def constant_of(value: Any) -> Any:
    """Return the value of a constant in a signature: a type for ``{"dtype": …}``, and a tuple for a list."""
    if isinstance(value, Mapping):
        return tl.dtype(long_name(value["dtype"]))  # pyright: ignore[reportUnknownArgumentType]
    return tuple(map(constant_of, value)) if isinstance(value, list) else value  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]


def _disassembled(binary: bytes) -> str:
    program = find_nvdisasm()
    if program is None:
        raise NotAvailableError("Triton's wheel has no nvdisasm here")
    with tempfile.TemporaryDirectory(prefix="irsmith-") as folder:
        path = Path(folder, "kernel.cubin")
        path.write_bytes(binary)
        command = [str(program), "-c", "-gi", str(path)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603


def find_nvdisasm() -> Path | None:
    """Return the path of the disassembler in Triton's wheel; None if it is not there."""
    path = Path(triton.__file__).parent / "backends" / "nvidia" / "bin" / "nvdisasm"
    return path if path.is_file() else None


def _amd_lines(text: str) -> Generator[tuple[str, int | None]]:
    """Yield the lines of AMD assembly without comments, line information and debug sections."""
    hidden = False
    for line in text.splitlines():
        if _AMD_SECTION.match(line):
            hidden = ".debug_" in line
        if not (hidden or _AMD_DEBUG.match(line)):
            yield line.partition(";")[0].rstrip(), None


def _finished(lines: Iterable[tuple[str, int | None]]) -> tuple[str, LineMap]:
    kept = [(line, origin) for line, origin in lines if line.strip()]
    return "".join(f"{line}\n" for line, _ in kept), runs_of(origin for _, origin in kept)
