"""The interface of a front end, which connects irsmith to a tool that turns Python into IR.

A front end is a record of up to four parts: a drawer of kernels, a compiler, an optional prover that verifies texts by
execution, and an optional replayer of recorded launches. A new front end is a folder with such a record, and an entry
point in the group ``irsmith.frontends`` that names it. Nothing else in irsmith has to be edited.

The parts are in the folder ``protocol``. Their names are imported from here.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from synthesis.core.errors import ConfigError, UnknownNameError
from synthesis.core.records import KernelSpec, Rejection
from synthesis.core.signatures import Signature
from synthesis.frontends.launched import Launched, Mutation
from synthesis.frontends.protocol.compilers import Compiler, Direction, Kernel, Level, Lowered
from synthesis.frontends.protocol.descriptions import Description, Passage
from synthesis.frontends.protocol.drawers import Drawer, Recipe
from synthesis.frontends.protocol.provers import (
    LOWERED,
    Outcome,
    Program,
    Prover,
    Purpose,
    RunKey,
    Runs,
    Sanitised,
    ToolOperation,
    numbered,
)
from synthesis.frontends.protocol.references import (
    Arm,
    EndlessLoopError,
    NoObjectError,
    OutOfBoundsError,
    PerturbedRun,
    Reached,
    Reference,
    ReferenceFaultError,
    ReferenceUnknownError,
    Trace,
    UndefinedResultError,
    UnknownObjectError,
    Values,
    ZeroDivisorError,
)

__all__ = [
    "LOWERED",
    "Arm",
    "Compiler",
    "Description",
    "Direction",
    "Drawer",
    "EndlessLoopError",
    "Frontend",
    "Kernel",
    "Level",
    "Lowered",
    "NoObjectError",
    "OutOfBoundsError",
    "Outcome",
    "Passage",
    "PerturbedRun",
    "Program",
    "Prover",
    "Purpose",
    "Reached",
    "Recipe",
    "Reference",
    "ReferenceFaultError",
    "ReferenceUnknownError",
    "Replayer",
    "RunKey",
    "Runs",
    "Sanitised",
    "ToolOperation",
    "Trace",
    "UndefinedResultError",
    "UnknownObjectError",
    "Values",
    "ZeroDivisorError",
    "numbered",
]


class Replayer(Protocol):
    """A stateless maker of signatures from recorded launches of kernels."""

    def digest(self, kernel: Kernel) -> str:
        """Return the digest of the text that a loaded kernel lowers to, as the recorder computes it.

        Raises:
            Exception: any exception that the tool raises for a kernel that it cannot build.
        """
        ...

    def replayed(self, kernel: Kernel, launched: Launched, mutation: Mutation) -> Signature:
        """Return the signature of a loaded kernel with the arguments of a recorded launch.

        Args:
            kernel: the kernel.
            launched: the launch.
            mutation: how far the arguments of all draws but the first deviate from the recorded ones.

        Raises:
            ConfigError: if the launch does not fit this kernel, or cannot be replayed.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Frontend:
    """A front end: what irsmith has for one tool that turns Python into IR."""

    name: str
    """The name that users type and rows contain."""
    drawing: Callable[[], Drawer]
    """Returns the drawer, the same one each time. The first call imports the modules that only drawing needs."""
    compiler: Compiler
    description: Description
    """The tool's description for prompts and cards, and the modules and members that sources of its kernels may use."""
    prover: Prover | None = None
    """The prover; None if texts are not executed, so that rows are unverified."""
    replayer: Replayer | None = None
    """The replayer; None if programs that use the tool cannot be recorded."""
    script_lines: Callable[[KernelSpec, Values, Direction], Iterable[str]] | None = None
    """Returns the lines after a kernel's source in a script that reproduces a finding: inputs, call, printed results.

    For a derivative, the inputs include the adjoints or cotangents of the outputs (``adj_…``, ``ct_…``). None if the
    front end writes no scripts.
    """

    @property
    def drawer(self) -> Drawer:
        """The drawer of the front end's kernels."""
        return self.drawing()

    @property
    def categories(self) -> tuple[str, ...]:
        """The categories of the kernels that the front end draws."""
        return self.drawer.categories

    @property
    def the_prover(self) -> Prover:
        """The prover of the front end's texts.

        Raises:
            ConfigError: if the front end has no prover.
        """
        if self.prover is None:
            raise ConfigError(f"the front end {self.name} has no prover")
        return self.prover

    def load_one(self, spec: KernelSpec) -> Kernel | Rejection:
        """Load the kernel that a record's source defines, in a separate module."""
        return self.compiler.load([spec])[0]

    def level(self, name: str) -> Level:
        """Return the level with the given name.

        Raises:
            UnknownNameError: if there is none.
        """
        for each in self.compiler.levels:
            if each.name == name:
                return each
        raise UnknownNameError("level", name, [each.name for each in self.compiler.levels], where=self._where)

    def choose_device(self, device: str | None) -> str:
        """Return the device to make texts for: the named one, or the first if None.

        Raises:
            UnknownNameError: if there is no such device.
        """
        if device is None:
            return self.compiler.devices[0]
        if device not in self.compiler.devices:
            raise UnknownNameError("device", device, self.compiler.devices, where=self._where)
        return device

    def choose_levels(self, names: Sequence[str] | None, device: str) -> tuple[Level, ...]:
        """Return the levels to make texts at, in the order of a row's columns.

        Args:
            names: the levels' names; the default levels of the device if None.
            device: the device.

        Raises:
            UnknownNameError: if a level is unknown.
            ConfigError: if a named level does not exist for the device.
        """
        named = None if names is None else [self.level(name) for name in names]
        on_device = [each for each in self.compiler.levels if each.exists_for(device)]
        for level in named or ():
            if level not in on_device:
                allowed = ", ".join(each.name for each in on_device)
                raise ConfigError(f"level {level.name!r} does not exist for device {device!r}; allowed: {allowed}")
        return tuple(each for each in on_device if (each.default if named is None else each in named))

    @property
    def _where(self) -> str:
        return f"for front end {self.name}"
