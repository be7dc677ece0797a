"""Verification of Triton's texts: TTIR and TTGIR run in an interpreter, and the oracle gives the expected results.

``texts`` and ``reference`` share no code with each other, and neither uses Triton. Lower levels are compared with the
texts to which Triton lowers the row's TTIR text.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from synthesis.core.errors import ConfigError, Stage, Symptom
from synthesis.core.records import Rejection
from synthesis.core.signatures import Argument, Signature
from synthesis.core.verdicts import Hindrance, Unproved
from synthesis.frontends.base import (
    LOWERED,
    Direction,
    Kernel,
    Level,
    Outcome,
    Program,
    Purpose,
    Reference,
    RunKey,
    Sanitised,
    ToolOperation,
    Values,
)
from synthesis.frontends.failures import detail_of
from synthesis.frontends.triton import descriptors
from synthesis.frontends.triton.lowering import lower_again
from synthesis.frontends.triton.reference.operations import operations
from synthesis.frontends.triton.reference.oracle import TritonReference, accumulated, separate
from synthesis.frontends.triton.reference.sources import used
from synthesis.frontends.triton.spelling import descriptor_parts
from synthesis.frontends.triton.texts import Bounds, BudgetError, Module, TextError, Watch, check, parse, run


class TritonProver:
    """A verifier that runs TTIR and TTGIR texts without Triton, and computes the expected results in NumPy."""

    def prepare(self) -> None:
        """Do nothing, since the interpreter and Triton are imported with this module."""

    def unavailable(self, level: Level, text: str) -> Unproved | None:
        """Return the reason why texts of a level cannot be verified; None if they can."""
        return None if level.may_be_verified else Unproved(Hindrance.NOT_EXECUTED, f"{level.name} is not executed")

    def foreign(self, level: Level, text: str) -> str | None:
        """Return None, since the interpreter has no operation that does more than compute on the arrays of a run."""
        return None

    def sanitise(self, level: Level, text: str, own: str) -> Sanitised:
        """Return a text unchanged, with the differences between its function and the row's; or why it is not valid.

        The interpreter evaluates no text as code, so nothing is removed.
        """
        if not text.isascii():
            return Sanitised(text, "a character that is not ASCII")
        try:
            found, expected = _parameters(parse(text)), _own_parameters(own)
        except TextError as error:
            return Sanitised(text, broken=str(error))
        return Sanitised(text, other=None if found == expected else f"its functions are {_listed(found)}")

    def run(self, programs: Sequence[Program], scratch: Path) -> Iterator[tuple[int, Outcome | Rejection | None]]:
        """Run texts, each on all its inputs."""
        for number, program in enumerate(programs):
            yield number, None
            yield number, _lowered(program, scratch) if program.level.lowered_from else _outcome(program)

    def reference(self, kernel: Kernel) -> Reference:
        """Return the oracle, which interprets the Python source with a NumPy implementation of Triton's language."""
        return TritonReference(kernel.spec)

    def separate(self, kernel: Kernel, runs: Sequence[Values]) -> frozenset[str]:
        """Return the arrays without data races: what one program writes, others access only by atomics, if at all."""
        return separate(kernel.spec, runs)

    def accumulated(self, kernel: Kernel, run: Values) -> frozenset[str]:
        """Return the arrays that are accessed only by atomics, and in which several programs access one element.

        A run of the oracle determines them; it is skipped if the source has no atomics.
        """
        if "atomic_" not in kernel.spec.source:
            return frozenset()
        return accumulated(kernel.spec, run)

    def operations(self) -> Mapping[str, ToolOperation]:
        """Return the public functions of ``triton.language``, none of which Triton differentiates."""
        return {name: ToolOperation(modelled=modelled, differentiable=False) for name, modelled in operations().items()}

    def used(self, source: str, texts: Mapping[str, str | None]) -> frozenset[str] | None:
        """Return the functions of ``triton.language`` that the source calls."""
        return used(source)

    def stand_ins(self, argument: Argument, kind: str, signature: Signature) -> Sequence[Argument]:
        """Return nothing: no argument is an object."""
        return ()

    def gradient_trap(self, kernel: Kernel) -> str | None:
        """Return None, since Triton does not differentiate."""
        return None

    def derivative(self, kernel: Kernel, direction: Direction) -> Reference | None:
        """Return None, since Triton does not differentiate."""
        return None


@lru_cache(maxsize=256)
def _own_parameters(own: str) -> dict[str, tuple[str, ...]]:
    """Return the parameters of a row's text, cached because many answers are compared with them."""
    return _parameters(parse(own))


def _parameters(module: Module) -> dict[str, tuple[str, ...]]:
    """Return the types of the parameters of each public function, by the function's name."""
    return {
        name: tuple(str(each.type) for each in function.arguments)
        for name, function in module.functions.items()
        if function.public
    }


def _listed(functions: Mapping[str, tuple[str, ...]]) -> str:
    return ", ".join(f"{name}({', '.join(types)})" for name, types in functions.items()) or "none"


def _outcome(program: Program) -> Outcome | Rejection:
    signature = program.signature
    order = [each.name for each in signature.arguments]
    watched = program.separate | program.accumulated
    grid = tuple(size or 0 for size in signature.launch or ())
    try:
        module, made = parse(program.text), dict[RunKey, Values]()
        described = _described(signature)
        for key, values in program.runs.items():
            apart = key.purpose is not Purpose.OVERLAP  # where two arguments share an array, programs may race
            watch = Watch() if watched and apart else None
            made[key] = run(module, program.name, values, order, grid, watch=watch, descriptors=described)
            if watch is not None and (raced := watched & (watch.written | watch.read | watch.mixed)):
                return _failed(Symptom.WRONG_RESULT, f"several programs access an element of {min(raced)}")
    except BudgetError as error:
        return _failed(Symptom.TIMEOUT, str(error))
    except TextError as error:
        return _failed(Symptom.BUILD_ERROR, str(error))
    return made


def _described(signature: Signature) -> dict[str, Bounds]:
    """Return the bounds of the arguments that are tensor descriptors, by name.

    Raises:
        TextError: if Triton refuses to make such a descriptor, or its sizes are not known.
    """
    found = dict[str, Bounds]()
    for argument in signature.arguments:
        parts = descriptor_parts(argument.type_name)
        if parts is None:
            continue
        try:
            bounds = descriptors.bounds_of(signature, argument)
        except ConfigError as error:
            raise TextError(0, str(error)) from error
        if bounds is None:
            raise TextError(0, f"the tensor descriptor {argument.name}: its sizes are not known")
        fill = math.nan if bounds.padding == descriptors.NAN else 0.0
        found[argument.name] = Bounds(shape=bounds.shape, strides=bounds.strides, block=parts[1], fill=fill)
    return found


def _lowered(program: Program, scratch: Path) -> Outcome | Rejection:
    """Return the text to which a program's TTIR text is lowered, after the checks that precede running it."""
    signature = program.signature
    try:
        check(parse(program.source))
        text = lower_again(program.source, program.level.made_by, signature, program.device, scratch)
    except TextError as error:
        return _failed(Symptom.BUILD_ERROR, str(error))
    except Exception as error:  # noqa: BLE001 (Triton raises many kinds for a text that it cannot compile)
        return _failed(Symptom.BUILD_ERROR, detail_of(error))
    return {key: {LOWERED: np.frombuffer(text.encode(), np.uint8)} for key in program.runs}


def _failed(symptom: Symptom, detail: str) -> Rejection:
    return Rejection(stage=Stage.VERIFY, symptom=symptom, detail=detail)
