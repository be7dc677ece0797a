"""Execution of JAX's texts without their Python source or a traced function.

StableHLO runs in jaxlib's reference interpreter, or in XLA if the interpreter lacks an operation or takes longer than a
compilation. HLO is parsed and compiled by XLA. A printed jaxpr is parsed, rebuilt from JAX's primitives (``jaxprs``),
lowered to StableHLO by JAX, and then run as above. It is not run if a StableHLO text of the same kernel with the same
statements has run on the same inputs (``statements.py``).

The oracle is not used. Texts must be run in a process that may die, since the interpreter aborts on unknown operations.
"""

import contextlib
import functools
import os
import platform
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import jax as _jax
import jaxlib._hlo as _hlo
import jaxlib._jax as _core
import jaxlib.lapack as _lapack
import numpy as np
from jax._src import compiler as _compiler  # noqa: TID251
from jax.interpreters import mlir as _mlir
from jaxlib.mlir import ir as _ir
from jaxlib.mlir import passmanager as _passmanager
from jaxlib.mlir.dialects import stablehlo as _stablehlo  # pyright: ignore[reportMissingTypeStubs]

from synthesis.core.errors import Stage, Symptom
from synthesis.core.records import Rejection
from synthesis.core.verdicts import Hindrance, Unproved
from synthesis.frontends.base import Direction, Level, Outcome, Program, Values
from synthesis.frontends.failures import detail_of
from synthesis.frontends.jax import functions, lowering
from synthesis.frontends.jax.attributes import array_of, attribute_of
from synthesis.frontends.jax.effort import is_interpreted_quickly, is_worth_compiling
from synthesis.frontends.jax.hlo_text import unscheduled
from synthesis.frontends.jax.jaxprs.parameters import NotRebuiltError
from synthesis.frontends.jax.jaxprs.parsing import JaxprSyntaxError, parse
from synthesis.frontends.jax.jaxprs.rebuilding import argument_types, function_of, primitives
from synthesis.frontends.jax.loops import left_out
from synthesis.frontends.jax.releases import compiled
from synthesis.frontends.jax.repeats import Ran
from synthesis.frontends.jax.statements import statements_of

jax: Any = _jax
hlo: Any = _hlo
core: Any = _core
compiler: Any = _compiler
lapack: Any = cast(Any, _lapack)._lapack
mlir: Any = _mlir
ir: Any = _ir
passmanager: Any = _passmanager
stablehlo: Any = _stablehlo

_OPERATIONS_BEYOND = (
    "all_", "collective_", "reduce_scatter", "partition_id", "replica_id", "rng", "infeed", "outfeed", "send", "recv",
    "cholesky", "triangular_solve", "fft",
)  # fmt: skip
"""Prefixes of operations on which the interpreter aborts, or that it does not support."""
_TYPES_BEYOND = ("complex<", "f8E", "f6E", "f4E")
_BEYOND_INTERPRETER = re.compile(
    rf"\bcustom_call\b|stablehlo\.(?:{'|'.join(_OPERATIONS_BEYOND)})|complex<|(?:\b|\dx)f[468]E"
)
_TRAPPING = re.compile(r"stablehlo\.(?:divide|remainder) .*[<x]u?i\d+>")
"""Matches an integer division, which may abort the interpreter where XLA has a defined value."""
_BEYOND = "the StableHLO interpreter lacks an operation of it"
_PARTS_BEYOND = ("custom_call", *(f".{each}" for each in _OPERATIONS_BEYOND), *_TYPES_BEYOND)
"""Substrings, at least one of which is in every text that ``_BEYOND_INTERPRETER`` matches; a fast pre-check."""
_INSTRUCTIONS = "AVX2"
"""The newest x86-64 instruction set that XLA may use. A processor without it runs older instructions."""


def cpu_platform() -> str:
    """Start XLA's compiler for CPUs, and return its description."""
    return f"in jaxlib, platform {jax.devices('cpu')[0].platform}"


def prepare() -> None:
    """Prepare a process for running texts, without starting a thread or a backend."""
    _limit_instructions()
    _context()
    lapack.initialize()  # JAX itself does this only when it lowers a call
    primitives()


def _limit_instructions() -> None:
    """Limit XLA to the same instructions on every machine, so that a proof does not depend on the processor.

    XLA reads the limit from the environment once, before its first compilation; a compile option of that name has no
    effect. A limit that is already in the environment is kept.
    """
    flags = os.environ.get("XLA_FLAGS", "")
    if platform.machine() in ("x86_64", "AMD64") and "xla_cpu_max_isa" not in flags:
        os.environ["XLA_FLAGS"] = f"{flags} --xla_cpu_max_isa={_INSTRUCTIONS}".strip()


def unavailable(level: Level) -> Unproved | None:
    """Return the reason why a level's texts cannot be run; None if they can."""
    return None if level.run_by else Unproved(Hindrance.NOT_EXECUTED, f"{level.made_by} is not executed")


def run_programs(programs: Sequence[Program], _: Path) -> Iterator[tuple[int, Outcome | Rejection | None]]:
    """Yield each program's number with its results, or the reason why it could not be run.

    Args:
        programs: texts at levels that are not ``unavailable``.
        _: a folder that runs share, which is not used.
    """
    prepare()
    ran = Ran()
    lowers = any(each.level.run_by == "jaxpr" for each in programs)
    with lowering.shared_context() if lowers else contextlib.nullcontext():  # making one takes as long as many texts
        for number, program in enumerate(programs):
            yield number, None
            yield number, _run(program, ran)


def _run(program: Program, ran: "Ran") -> Outcome | Rejection:
    runners = {"jaxpr": _of_jaxpr, "stablehlo": _StableHlo, "hlo": _interpreted_hlo if program.again else _Hlo}
    try:
        with functions.settings(program.signature.options):
            ready = runners[program.level.run_by](program.text)
            results = None if program.again else ran.known(program, ready.statements)
            if results is None:
                for values in [*program.runs.values()][:1]:
                    ready.check([*values.values()])
                ready.make(len(program.runs), again=program.again)
                results = {key: ready.run(list(values.values())) for key, values in program.runs.items()}
                if not program.again:
                    ran.keep(program, ready.statements, results)
        return {key: _named(program, each) for key, each in results.items()}
    except _UnrunnableError as error:
        return _failure(error.symptom, str(error))
    except Exception as error:  # noqa: BLE001 (a text may be anything)
        return _failure(Symptom.BUILD_ERROR, detail_of(error))


def _failure(symptom: Symptom, detail: str) -> Rejection:
    return Rejection(stage=Stage.VERIFY, symptom=symptom, detail=detail)


class _UnrunnableError(Exception):
    def __init__(self, symptom: Symptom, detail: str) -> None:
        super().__init__(detail)
        self.symptom = symptom


def _named(program: Program, results: Sequence[Any]) -> Values:
    """Return results by name: ``adj_`` and the argument for a gradient, ``tangent_`` and the result for a tangent."""
    names = result_names(program)
    if len(names) != len(results):
        raise _UnrunnableError(Symptom.BUILD_ERROR, f"the text gives {len(results)} results, not {len(names)}")
    return {name: np.asarray(value) for name, value in zip(names, results, strict=True)}


def result_names(program: Program) -> list[str]:
    """Return the names of a text's results, in order."""
    signature = program.signature
    results = [each.name for each in signature.results]
    if program.level.direction is Direction.BACKWARD:
        return [f"adj_{each.name}" for each in signature.arguments if each.is_float]
    if program.level.direction is Direction.TANGENT:
        return [*results, *(f"tangent_{each.name}" for each in signature.results if each.is_float)]
    return results


@functools.cache
def _context() -> Any:
    stablehlo.register_stablehlo_passes()
    return mlir.make_ir_context()


class _StableHlo:
    """A StableHLO module, run by the interpreter if that supports it and is fast enough, else by XLA."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._executable: _Compiled | None = None
        self._ends: Callable[[Sequence[Any]], Any] | None = None
        """Runs the module once with all of its loops, to find endless ones; None if that is not needed."""
        self._context = _context()
        with self._context, ir.Location.unknown():
            self._module = ir.Module.parse(text)
            self.statements = statements_of(str(self._module))

    def check(self, inputs: Sequence[Any]) -> None:
        """Check the module's arguments, since the errors of the interpreter and XLA say little about them.

        Raises:
            _UnrunnableError: if the number of inputs, or the shape of one, differs from the module's arguments.
        """
        main = next((each for each in self._module.body.operations if "main" in str(each.attributes["sym_name"])), None)
        kinds = [] if main is None else list(main.attributes["function_type"].value.inputs)
        if main is not None and len(kinds) != len(inputs):
            raise _UnrunnableError(Symptom.BUILD_ERROR, f"it takes {len(kinds)} arguments, not {len(inputs)}")
        for number, (kind, value) in enumerate(zip(kinds, inputs, strict=False), start=1):
            shape = tuple(kind.shape) if isinstance(kind, ir.RankedTensorType) else None
            if shape != np.shape(value):
                raise _UnrunnableError(Symptom.BUILD_ERROR, f"its argument {number} has another shape, {kind}")

    def make(self, runs: int, *, again: bool = False) -> None:
        """Prepare the module for a number of runs.

        Args:
            runs: the number of runs.
            again: whether to use XLA where the default is the interpreter, and the interpreter where it is XLA.

        Raises:
            _UnrunnableError: if the interpreter must be used, and lacks an operation.
        """
        with self._context, ir.Location.unknown():
            beyond = _is_beyond_interpreter(self._text)
            if "chlo." in self._text and not beyond:
                passes = "builtin.module(func.func(chlo-legalize-to-stablehlo))"
                passmanager.PassManager.parse(passes).run(self._module.operation)
            if "stablehlo.scatter" in self._text:
                _scatter_into_copies(self._module)
            if not self._compiles(runs, beyond=beyond, again=again):
                return
            self._executable = _Compiled(self._text)
            if "stablehlo.while" in self._text and left_out(self._module, self._executable.text):
                safe = not beyond and not _TRAPPING.search(self._text)
                quick = safe and is_interpreted_quickly(self._module)
                self._ends = self._interpreted if quick else _with_all_loops(self._module).run

    def _compiles(self, runs: int, *, beyond: bool, again: bool) -> bool:
        """Return whether XLA rather than the interpreter has to run the module."""
        compiles = (beyond or is_worth_compiling(self._module, self._text, runs)) is not again
        if beyond and not compiles:
            raise _UnrunnableError(Symptom.NO_REFERENCE, _BEYOND)
        return compiles

    def run(self, inputs: Sequence[Any]) -> list[Any]:
        if self._executable is None:
            return self._interpreted(inputs)
        if self._ends is not None:
            self._ends(inputs)
            self._ends = None
        return self._executable.run(inputs)

    def _interpreted(self, inputs: Sequence[Any]) -> list[Any]:
        with self._context, ir.Location.unknown():
            given = [attribute_of(np.asarray(value)) for value in inputs]
            return [array_of(result) for result in stablehlo.eval_module(self._module, given)]


def _of_jaxpr(text: str) -> _StableHlo:
    """Return the StableHLO module to which JAX lowers a printed jaxpr, rebuilt from JAX's primitives."""
    try:
        graph = parse(text)
        traced = jax.jit(function_of(graph), keep_unused=True).trace(*argument_types(graph))
    except JaxprSyntaxError as error:
        raise _UnrunnableError(Symptom.SYNTAX_ERROR, str(error)) from error
    except NotRebuiltError as error:
        raise _UnrunnableError(Symptom.NO_REFERENCE, str(error)) from error
    lowered = traced.lower(lowering_platforms=("cpu",)).compiler_ir("stablehlo")
    return _StableHlo(lowering.stablehlo_text(lowered))


def _is_beyond_interpreter(text: str) -> bool:
    return any(part in text for part in _PARTS_BEYOND) and _BEYOND_INTERPRETER.search(text) is not None


def _scatter_into_copies(module: Any) -> None:
    """Make every scatter of a module take a copy, because the interpreter scatters into the operand itself.

    Reversing an array along no axis returns an equal array in new memory.
    """

    def visit(operation: Any) -> Any:
        if operation.name == "stablehlo.scatter":
            with ir.InsertionPoint(operation):
                for place in range((len(operation.operands) - 1) // 2):
                    nothing = ir.DenseI64ArrayAttr.get([])
                    operation.operands[place] = stablehlo.reverse(operation.operands[place], nothing)
        return ir.WalkResult.ADVANCE

    module.operation.walk(visit)


_OPTIONS = {
    "xla_backend_optimization_level": 0,
    "xla_llvm_disable_expensive_passes": True,
    "xla_cpu_use_fusion_emitters": False,  # they take 40 % of the time of a compilation
    "xla_cpu_parallel_codegen_split_count": 1,  # splitting modules for threads takes a quarter of it
}


class _Compiled:
    """A module compiled by XLA's CPU compiler, without optimisation."""

    def __init__(self, module: Any) -> None:
        self._device = jax.devices("cpu")[0]

        def compile_with(chosen: dict[str, Any]) -> Any:
            options = compiler.get_compile_options(1, 1)
            options.env_option_overrides = [*chosen.items()]
            return self._device.client.compile_and_load(module, core.DeviceList((self._device,)), options)

        self._executable = compiled(compile_with, _OPTIONS)

    @property
    def text(self) -> str:
        """The compiled module as HLO text."""
        return "\n".join(each.to_string() for each in self._executable.hlo_modules())

    def run(self, inputs: Sequence[Any]) -> list[Any]:
        buffers = [jax.device_put(np.asarray(value), self._device) for value in inputs]
        results = self._executable.execute_sharded(buffers).disassemble_into_single_device_arrays()
        return [np.asarray(each[0]) for each in results]


def _with_all_loops(module: Any) -> _Compiled:
    """Return a module compiled so that XLA removes no loop. The module is changed.

    The module's context must be active. Every loop gets an operation that XLA must not remove and that changes no
    result: an unused random number. XLA's compiler may fail on an endless loop that does nothing.
    """

    def visit(operation: Any) -> Any:
        if operation.name == "stablehlo.while":
            with ir.InsertionPoint.at_block_begin(operation.regions[1].blocks[0]):
                zero = stablehlo.constant(ir.DenseElementsAttr.get(np.zeros((), np.float32)))
                shape = stablehlo.constant(ir.DenseElementsAttr.get(np.zeros(0, np.int64)))
                stablehlo.rng(zero, zero, shape, stablehlo.RngDistributionAttr.get("UNIFORM"))
        return ir.WalkResult.ADVANCE

    module.operation.walk(visit)
    return _Compiled(str(module))


class _Hlo:
    """An HLO module, optimised or not, compiled again from its text."""

    statements = None

    def __init__(self, text: str) -> None:
        self._module = hlo.hlo_module_from_text(unscheduled(text))

    def check(self, _: Sequence[Any]) -> None:
        """Do nothing, since XLA reports which arguments it takes."""

    def make(self, _: int, *, again: bool = False) -> None:
        """Prepare any number of runs."""
        text = _stablehlo_of(self._module)
        self._compiled, self._ends = _Compiled(text), None
        if b"while" in text:
            with _context(), ir.Location.unknown():
                module = ir.Module.parse(text)
                if left_out(module, self._compiled.text):
                    self._ends = _with_all_loops(module)

    def run(self, inputs: Sequence[Any]) -> list[Any]:
        if self._ends is not None:
            self._ends.run(inputs)
            self._ends = None
        return self._compiled.run(inputs)


def _stablehlo_of(module: Any) -> bytes:
    return core.mlir.hlo_to_stablehlo(module.as_serialized_hlo_module_proto())


class _Interpreted(_StableHlo):
    """A StableHLO module that only the interpreter runs."""

    def _compiles(self, runs: int, *, beyond: bool, again: bool) -> bool:
        if beyond:
            raise _UnrunnableError(Symptom.NO_REFERENCE, _BEYOND)
        return False


def _interpreted_hlo(text: str) -> _Interpreted:
    """Return an HLO module as StableHLO, for the interpreter."""
    with _context(), ir.Location.unknown():
        module = ir.Module.parse(_stablehlo_of(hlo.hlo_module_from_text(unscheduled(text))))
        # The interpreter supports ``dot_general``, but not ``dot``.
        passes = "builtin.module(func.func(stablehlo-legalize-deprecated-ops{fail-on-unused=false}))"
        passmanager.PassManager.parse(passes).run(module.operation)
        return _Interpreted(str(module))
