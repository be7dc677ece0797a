"""The part of a front end that makes texts: levels, loaded kernels, their texts, and the compiler."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

from synthesis.core.errors import KernelError
from synthesis.core.examples import NO_EXAMPLES, Examples
from synthesis.core.languages import Language
from synthesis.core.records import KernelSpec, Rejection
from synthesis.core.signatures import Signature
from synthesis.frontends.linemap import NO_PLACES, LineMap, Places


class Direction(StrEnum):
    """The output of a text: the results, the cotangents of the arguments, or the results with their tangents."""

    FORWARD = "forward"
    BACKWARD = "backward"
    TANGENT = "tangent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One kind of IR text of a kernel, which is one column of a row."""

    name: str
    language: Language
    title: str = ""
    """The name in sentences, such as ``the jaxpr``; made from the language and the name if empty."""
    device: str | None = None
    """The only device that the level exists for, or a kind of devices: ``cuda`` for ``cuda:90`` and ``cuda:80``.

    None if it exists for every device of the front end.
    """
    direction: Direction = Direction.FORWARD
    default: bool = True
    """Whether rows have the level by default."""
    made_by: str = ""
    """The front end's name for the tool, or the stage of a compiler, that makes the text."""
    run_by: str = ""
    """The front end's name for the tool that executes the text; empty if none does."""
    run_again_by: str = ""
    """A description of a second tool that executes the text; empty if there is none.

    It runs if the results are wrong, to determine whether the text or the first tool is at fault.
    """
    lowered_from: str = ""
    """The level whose stored text the tool lowers again to verify a text of this one; empty if texts are executed.

    The text is verified if the other text is verified and is lowered to exactly its bytes.
    """
    deterministic: bool = True
    """Whether the same tools always produce the same bytes, on every machine."""
    by_program: bool = False
    """Whether making the text starts an external executable, which a sandboxed process may not do."""

    @property
    def may_be_verified(self) -> bool:
        """Whether anything can verify its texts, by execution or by lowering another text again."""
        return bool(self.run_by or self.lowered_from)

    def exists_for(self, device: str) -> bool:
        """Return whether the level exists for a device, or for one of several devices that are joined by ``+``."""
        parts = (each for whole in device.split("+") for each in (whole, whole.partition(":")[0]))
        return self.device is None or self.device in parts

    def has_to_be(self, made: str | None) -> bool:
        """Return whether a stored text must equal the text that the same tools make here.

        The result is False if the level is not deterministic, or if an external executable makes its text and could
        not make it here (``made`` is None).
        """
        return self.deterministic and not (self.by_program and made is None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kernel:
    """A kernel that the tool has accepted: its specification and the live object."""

    spec: KernelSpec
    live: Any
    example_args: tuple[Any, ...] = ()
    """The data with which the front end lowers the object, such as JAX's argument shapes."""
    module: str = ""
    """The module that ``load`` made for it; empty for a kernel of a user's program."""
    places: Places = NO_PLACES
    """Maps lines of its files to lines of its source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lowered:
    """A kernel's IR texts by level name. A level that failed is None and has a rejection."""

    texts: Mapping[str, str | None]
    line_map: Mapping[str, LineMap]
    """The line map of each level, in lines of the kernel's source."""
    rejections: tuple[Rejection, ...] = ()


class Compiler(Protocol):
    """A front end's compiler from kernels to texts."""

    levels: tuple[Level, ...]
    """Every level, in the order of a row's columns."""
    devices: tuple[str, ...]
    """The allowed values of ``device``, with the default first."""

    def toolchain(self) -> Mapping[str, str]:
        """Return the packages whose versions determine the texts, with their versions."""
        ...

    def compilers(self) -> Mapping[str, str]:
        """Return the compilers that the tool uses, name to path or release. May start the tool."""
        return {}

    def caches(self) -> Mapping[str, Path]:
        """Return the folders into which the tool writes on this machine, by purpose. May start the tool."""
        return {}

    def recognises(self, source: str) -> bool:
        """Return whether a source is written for this front end."""
        ...

    def claims(self, obj: object) -> bool:
        """Return whether a live object is one of this front end's kernels."""
        ...

    def prospects(self, target: object) -> list[str]:
        """Return the names of the objects in a live object or a module that ``discover`` examines, in order."""
        ...

    def has_declared(self, module: ModuleType) -> bool:
        """Return whether a module holds an object that the tool made, or a function with ``@synthesis.example``.

        By default no module does.
        """
        return False

    def discover(
        self, target: object, *, examples: Examples = NO_EXAMPLES, only: int | None = None
    ) -> list[Kernel | Rejection]:
        """Return the kernels in a live object or a module.

        A kernel that cannot be used (no concrete types, no example arguments) is replaced by a rejection.

        Args:
            target: the object or module.
            examples: known inputs of the kernels.
            only: the position in ``prospects`` of the object to examine; all if None.

        Raises:
            ConfigError: if the examples name a parameter that a kernel lacks.
        """
        ...

    def load(self, specs: Sequence[KernelSpec]) -> list[Kernel | Rejection]:
        """Return the kernels that the sources of specifications define.

        Sources share modules if possible, which does not change the kernels.
        """
        ...

    def release(self, kernels: Sequence[Kernel]) -> None:
        """Forget loaded kernels, to keep the memory of a long run constant. Pass all kernels of a module together."""
        ...

    def lower(self, kernels: Sequence[Kernel], levels: Sequence[Level], *, device: str) -> list[Lowered | Rejection]:
        """Return the text of each kernel at each level, or the reason why a kernel has none.

        A text has no comments, locations or names that depend on the process, so its bytes are the same in each one.
        """
        ...

    def declared(self, kernel: Kernel) -> Signature | None:
        """Return the signature that a loaded kernel itself declares, regardless of its record; None if it is not known.

        Shapes, domains and launch sizes are None where the kernel does not determine them. An array is an output only
        if the source never reads it.
        """
        del kernel
        return None

    def describe(self, kernel: Kernel, *, device: str, include_backward: bool) -> dict[str, str | None]:
        """Return the texts of one kernel, by the names that ``extract_ir`` uses; by default these are levels' names.

        Raises:
            KernelError: if the tool rejects the kernel.
        """
        levels = [each for each in self.levels if each.default and each.exists_for(device)]
        named = [each for each in levels if include_backward or each.direction is Direction.FORWARD]
        (lowered,) = self.lower([kernel], named, device=device)
        if isinstance(lowered, Rejection):
            raise KernelError(lowered.stage, lowered.symptom, lowered.detail)
        return dict(lowered.texts)
