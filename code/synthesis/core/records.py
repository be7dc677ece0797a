"""The records that are passed between steps: kernels, rejections and pairs.

They are frozen and keyword-only dataclasses that compare by value. They do not depend on a front end. ``rows.py``
describes the stored form of their fields.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from synthesis.core.errors import Stage, Symptom
from synthesis.core.signatures import Signature
from synthesis.core.verdicts import NO_VERDICT, NOT_REQUESTED, Verdict, kind_of

DIFFICULTIES = (1, 2, 3, 4, 5)
"""The difficulties: from 1, elementwise kernels of one or two lines, to 5, kernels of a hundred lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The origin of an extracted kernel. All fields are empty for a drawn kernel."""

    package: str = ""
    """The installed package that contains an extracted kernel; empty if none does."""
    version: str = ""
    file: str = ""
    """The path of the kernel's file, relative to the folder of its top-level package."""
    line: int = 0
    """The line in the file, from 1."""

    def to_json(self) -> dict[str, Any]:
        """Return the origin as JSON values, in a fixed order."""
        kind = "extracted" if self.file else "synthetic"
        return {"kind": kind, "package": self.package, "version": self.version, "file": self.file, "line": self.line}

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> "Origin":
        """Return the origin from the output of ``to_json``.

        Raises:
            KeyError: if it lacks an entry.
        """
        return cls(package=entry["package"], version=entry["version"], file=entry["file"], line=entry["line"])


SYNTHETIC = Origin()
"""The origin of a drawn kernel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KernelSpec:
    """One kernel as text: its source, its signature and its origin."""

    frontend: str
    name: str
    category: str
    source: str
    """The complete Python source: imports, helpers, structs, constants and the kernel itself."""
    signature: Signature
    recipe: str = ""
    target: str = ""
    """The operation that the kernel's recipe had to use; empty for an extracted kernel."""
    description: str = ""
    ops: tuple[str, ...] = ()
    """The catalogue's names of the operations that the kernel was drawn with, sorted; empty for an extracted one."""
    difficulty: int = 1
    """The difficulty that it was drawn for, one of :data:`DIFFICULTIES`."""
    origin: Origin = SYNTHETIC
    licence: str = "Apache-2.0"
    compiled_from: str = ""
    """The Python source that a compiler made the kernel from, such as a PyTorch function; empty for a written one."""
    self_contained: bool = True
    """Whether ``source`` alone, in a new process, defines the kernel."""
    seed: int | None = None
    index: int | None = None
    config: str = ""
    """Digest of the settings that kernels depend on. With version, seed and index it reproduces the kernel."""

    @property
    def arg_types(self) -> dict[str, str]:
        """The type of each argument as the front end spells it, in order."""
        return {argument.name: argument.type_name for argument in self.signature.arguments}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """The rejection of a candidate or of one of its levels."""

    stage: Stage
    symptom: Symptom
    detail: str
    frontend: str = ""
    kernel_name: str = ""
    level: str | None = None
    """The level that failed; None if the whole candidate did."""
    index: int | None = None
    seed: int | None = None
    """The seed of a drawn kernel; None in ledgers written before seeds were recorded."""
    origin: str = ""
    """The file or module in which an extracted kernel was found."""
    category: str = ""
    recipe: str = ""
    target: str = ""
    """The operation that a drawn kernel's recipe had to use."""
    ops: tuple[str, ...] = ()
    """The operations that the kernel was drawn with."""

    def of(self, spec: KernelSpec) -> "Rejection":
        """Return the rejection with the fields of a kernel filled in."""
        return replace(
            self,
            frontend=spec.frontend,
            kernel_name=spec.name,
            index=spec.index,
            seed=spec.seed,
            category=spec.category,
            recipe=spec.recipe,
            target=spec.target,
            ops=spec.ops,
        )

    def to_json(self) -> dict[str, Any]:
        """Return the rejection as JSON values, in a fixed order: one line of the ledger."""
        return {
            "frontend": self.frontend,
            "seed": self.seed,
            "index": self.index,
            "kernel_name": self.kernel_name,
            "category": self.category,
            "recipe": self.recipe,
            "target": self.target,
            "ops": list(self.ops),
            "origin": self.origin,
            "level": self.level,
            "stage": str(self.stage),
            "symptom": str(self.symptom),
            "detail": self.detail,
        }

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> "Rejection":
        """Return the rejection in a line of the ledger.

        Raises:
            KeyError: if it lacks a field.
            ValueError: for an unknown stage or symptom.
        """
        names = ("frontend", "index", "kernel_name", "category", "recipe", "target", "origin", "level", "detail")
        fields = {name: entry[name] for name in names}
        stage, symptom = Stage(entry["stage"]), Symptom(entry["symptom"])
        return cls(stage=stage, symptom=symptom, ops=tuple(entry["ops"]), seed=entry.get("seed"), **fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A kernel with its texts and its verdict, which becomes a row."""

    spec: KernelSpec
    texts: Mapping[str, str | None]
    """The text of each level, in the front end's order; None if that level failed."""
    line_map: Mapping[str, Sequence[tuple[int, int, int]]]
    """For each level, triples of source line, first and last line of the text; empty if not known."""
    device: str
    toolchain: Mapping[str, str]
    """The compiler's packages and their versions."""
    verdict: Verdict = NO_VERDICT
    rejections: tuple[Rejection, ...] = ()
    """One rejection for each level whose text is None."""

    @property
    def missing_levels(self) -> list[str]:
        """The requested levels that have no text."""
        return [name for name, text in self.texts.items() if text is None]

    @property
    def proofs(self) -> dict[str, str]:
        """Maps each level with a text to the kind of reason why it is not verified; an empty string if it is."""
        present = [name for name, text in self.texts.items() if text is not None]
        reasons = {name: kind_of(str(reason)) for name, reason in self.verdict.unverified.items()}
        return {name: "" if name in self.verdict.verified else reasons.get(name, NOT_REQUESTED) for name in present}
