"""The part of a front end that verifies texts by execution: runs, programs, the tool's operations, and the prover."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from synthesis.core.records import Rejection
from synthesis.core.signatures import Argument, Signature
from synthesis.core.verdicts import Unproved
from synthesis.frontends.protocol.compilers import Direction, Kernel, Level
from synthesis.frontends.protocol.references import Reference, Values


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolOperation:
    """An operation of the tool, whether or not any drawn kernel uses it."""

    modelled: bool
    """Whether the oracle models it. A kernel with an operation that is not modelled is not verified."""
    differentiable: bool
    """Whether the tool differentiates it."""
    excluded: str = ""
    """The reason why no kernel is drawn with it; empty if kernels are, or should be."""


class Purpose(StrEnum):
    """The purpose of a run of a text."""

    DRAW = "draw"
    """Inputs are drawn from the domains, and the outcome is compared with the oracle's."""
    OVERLAP = "overlap"
    """The same as ``DRAW``, with one array passed as two arguments."""
    POINT = "point"
    """A point at which the kernel is smooth. A backward text starts from the arrays that the forward text leaves."""
    TANGENT = "tangent"
    """A point at which the kernel is smooth, and a direction."""
    LOWERED = "lowered"
    """Nothing is run. The text from which the program's text is lowered is lowered again."""


LOWERED = "text"
"""The name of the text, as bytes, in the outcome of a run for ``Purpose.LOWERED``."""


@dataclass(frozen=True, slots=True)
class RunKey:
    """The identity of a run of a text: its purpose and its number among the runs for that purpose."""

    purpose: Purpose
    number: int = 0
    variant: int = 0
    """The number of one of several runs of a derivative's text at one point. The point's forward run is number 0."""


Runs = Mapping[RunKey, Values]
"""The initial values of each run: every argument, and for a backward text also the adjoints or cotangents."""
Outcome = Mapping[RunKey, Values]
"""The final values of each run: every array argument of a Warp or Triton kernel, or every result of a JAX function."""


def numbered(purpose: Purpose, values: Sequence[Values]) -> dict[RunKey, Values]:
    """Return the runs for one purpose by their keys, numbered in order."""
    return {RunKey(purpose, number): each for number, each in enumerate(values)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A stored text with everything needed to run it. Nothing in it comes from a live object."""

    name: str
    """The kernel's name."""
    level: Level
    text: str
    signature: Signature
    runs: Runs
    follows: int | None = None
    """The number of the program whose outcome supplies arrays to this one's runs with the same keys."""
    compile_only: bool = False
    """Whether the text is only compiled for its device and not run. There are no runs then."""
    sketched: bool = False
    """Whether a text that is only compiled is first given to the host's compiler.

    If that rejects the text, it is compiled for its device.
    """
    source: str = ""
    """For a level with ``lowered_from``: the stored text of that level, to be lowered again. The text is not run."""
    device: str = ""
    """The device for which ``source`` is lowered."""
    again: bool = False
    """Whether the text is executed by the tool that its level's ``run_again_by`` names."""
    accumulated: frozenset[str] = frozenset()
    """The arrays that are accessed only by atomics, and in which several threads access one element."""
    separate: frozenset[str] = frozenset()
    """The arrays without data races: what one thread writes, others may access only by atomics, if at all.

    Empty for a text that was just made.
    """

    @property
    def is_run(self) -> bool:
        """Whether the text is executed, rather than only compiled or compared with a text that is made again."""
        return not (self.compile_only or self.level.lowered_from)

    def after(self, left: Outcome) -> "Program":
        """Return the program with its runs starting from the outcome of the program that it follows."""
        runs = {key: values | left.get(replace(key, variant=0), {}) for key, values in self.runs.items()}
        return replace(self, runs=runs, follows=None)


@dataclass(frozen=True, slots=True)
class Sanitised:
    """An untrusted text in a form that may run together with other texts."""

    text: str
    foreign: str | None = None
    """A construct in it that the tool never prints; None if there is none, so that it may be run."""
    other: str | None = None
    """The differences between its names and types and those of the row's kernel, as far as known without a run."""
    broken: str | None = None
    """The reason why it is not valid in its language, for example that it is cut off; None if it may be valid."""


class Prover(Protocol):
    """A verifier of a front end's texts by execution. It must be picklable, as an object without state is."""

    def prepare(self) -> None:
        """Import and start everything that running texts needs.

        It is called once, in the process from which runs are forked.
        """
        ...

    def unavailable(self, level: Level, text: str) -> Unproved | None:
        """Return the reason why a text cannot be executed here; None if it can."""
        ...

    def foreign(self, level: Level, text: str) -> str | None:
        """Return a description of something in a text that the tool never prints; None if there is nothing.

        Such a text may do more than compute, so it is run in a process that contains nothing else.
        """
        ...

    def sanitise(self, level: Level, text: str, own: str) -> Sanitised:
        """Return the text of an answer in a form that may run together with other texts, or why it may not run.

        Comments are removed, and the text's own names are replaced by unique ones. A text is refused if it contains
        something that the tool never prints and the row's text does not contain, or if it takes other arguments.
        Nothing of the text is run.

        Args:
            level: the level that the text is meant for.
            text: the text of a language model's answer, of limited length.
            own: the row's text, which the tool printed.
        """
        ...

    def run(self, programs: Sequence[Program], scratch: Path) -> Iterator[tuple[int, Outcome | Rejection | None]]:
        """Yield the number and the outcome of each text on its inputs, in any order.

        Before a program begins, its number is yielded with None. If the process dies, the last such number identifies
        the program.

        For a program of a level with ``lowered_from``, ``source`` is lowered again for ``device``. Such a program has
        one run, for ``Purpose.LOWERED``. Its outcome is the resulting text: an array of bytes with the name
        ``LOWERED``.

        Args:
            programs: the texts with their runs.
            scratch: a folder that all processes that run texts share.
        """
        ...

    def reference(self, kernel: Kernel) -> Reference:
        """Return the oracle of a kernel, made from its Python source by code that shares nothing with the texts.

        Raises:
            ReferenceUnknownError: if something is not modelled.
        """
        ...

    def separate(self, kernel: Kernel, runs: Sequence[Values]) -> frozenset[str]:
        """Return the arrays without data races: what one thread writes, others access only by atomics, if at all.

        Raises:
            ReferenceUnknownError: if something is not modelled.
            ReferenceFaultError: if the kernel is at fault.
        """
        ...

    def accumulated(self, kernel: Kernel, run: Values) -> frozenset[str]:
        """Return the arrays that are accessed only by atomics, and in which several threads access one element.

        Raises:
            ReferenceUnknownError: if something is not modelled.
            ReferenceFaultError: if the kernel is at fault on these inputs.
        """
        ...

    def stand_ins(self, argument: Argument, kind: str, signature: Signature) -> Sequence[Argument]:
        """Return an argument of unknown contents as the small objects that it may be, whose contents are drawn.

        The first is tried first. There are none if the argument cannot be an object.

        Args:
            argument: an argument without a domain.
            kind: the kind of object that the kernel asks for; empty if the argument's type must tell it.
            signature: the signature of the kernel, with the fields of structs that hold arrays as arguments.
        """
        ...

    def gradient_trap(self, kernel: Kernel) -> str | None:
        """Return the kind of construct in the kernel that the tool is known to differentiate wrongly; None if none."""
        ...

    def derivative(self, kernel: Kernel, direction: Direction) -> Reference | None:
        """Return the oracle of a kernel's derivative, by the tool's rules and the kernel's own.

        It takes what a text of that direction takes, and returns results of the same names. It tells whether the rules
        are right, and takes no part in the verification of a text. It is None if it is not known.

        Args:
            kernel: a loaded kernel.
            direction: the direction of the derivative.
        """
        ...

    def operations(self) -> Mapping[str, ToolOperation]:
        """Return every operation of the tool, by name."""
        ...

    def used(self, source: str, texts: Mapping[str, str | None]) -> frozenset[str] | None:
        """Return the operations in a row's source or texts; None if the row lacks the text that they are read from."""
        ...
