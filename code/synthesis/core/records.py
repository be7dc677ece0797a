"""The records that are passed between stages: frozen and keyword-only dataclasses that compare by value.

They do not depend on Warp or JAX. ``rows.py`` describes the stored form of their fields.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from synthesis.core.errors import ConfigError, Stage, Symptom

_DIFFERENTIABLE = ("float", "bfloat", "complex")


class Role(StrEnum):
    """How a kernel uses an argument."""

    INPUT = "input"
    OUTPUT = "output"
    """Written without being read. It is poisoned before a run."""
    INOUT = "inout"
    """Written, and possibly read, such as the target of an atomic operation. It starts from values of its domain."""


DIFFICULTIES = (1, 2, 3, 4, 5)
"""From a map of one or two lines to kernels of a hundred lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """The closed interval from which values are drawn, or in which they are known to lie.

    It is used for arguments, operations and intermediate values. Bounds are finite. For integers it contains the
    integers between them.

    Raises:
        ConfigError: if a bound is not finite or ``low > high``.
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        """Reject an invalid interval."""
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low <= self.high):
            raise ConfigError(f"a domain needs finite bounds with low <= high, got [{self.low}, {self.high}]")

    @property
    def width(self) -> float:
        """The distance between the bounds."""
        return self.high - self.low

    @property
    def magnitude(self) -> float:
        """The largest absolute value inside."""
        return max(abs(self.low), abs(self.high))

    def within(self, other: "Domain") -> bool:
        """Return whether every value of this domain is in ``other``."""
        return other.low <= self.low and self.high <= other.high


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """One argument, or one result, of a kernel."""

    name: str
    type_name: str
    """The type as the front end spells it: ``wp.array(dtype=wp.vec3)``, ``f32[4,3]``."""
    dtype: str
    """The scalar dtype by NumPy's name (``float32``), or the name of a struct."""
    element: tuple[int, ...] = ()
    """The shape of one element: ``(3,)`` for a vec3, ``(2, 2)`` for a mat22, ``()`` for a scalar."""
    shape: tuple[int | None, ...] | None = None
    """The dimensions of an array, None for an unknown one; None for a scalar or other plain value."""
    role: Role = Role.INPUT
    domain: Domain | None = None
    """The domain that its values are drawn from; None if it is not known, as for a user's kernel."""
    fields: tuple["Argument", ...] = ()
    """The fields of a struct, or the parts of an object that is passed by id, in order; empty otherwise.

    A struct that is passed by value may hold arrays, each with its own role.
    """
    handle: str = ""
    """For an argument that is the id of an object, the front end's name of its kind (``mesh``); empty otherwise.

    Its value consists of the parts of the object, like that of a struct whose fields may be arrays.
    """
    base: tuple[float, ...] = ()
    """Base values, one for each element, to which draws from the domain are added; empty if there are none.

    They give a shape that the draws deform. A single number applies to all elements. For a field of a struct array,
    they are given for each element of the array.
    """
    recorded: bool = False
    """Whether the base was recorded from a program.

    The first draw is then the base itself, bit for bit. Later draws multiply its numbers by 1 plus the drawn value.
    Draws are added instead for integers and for arrays of zeros.
    """
    same: str = ""
    """For a part of an object, the argument that it shares its values with; empty if it has its own."""

    def __post_init__(self) -> None:
        """Reject a base that does not fit.

        Raises:
            ConfigError: if its number of elements differs from that of the argument.
        """
        sizes = (*(self.shape or ()), *self.element)
        if self.base and not self._fits(self.base):
            raise ConfigError(f"{self.name} has {sizes} elements, and a base of {len(self.base)}")
        if self.recorded and not self.base:
            raise ConfigError(f"{self.name} is said to be recorded, and has no base")

    def _fits(self, base: tuple[float, ...]) -> bool:
        """Return whether a base has one number, or one for each element. A field's array size is not known."""
        size = math.prod(size or 0 for size in (*(self.shape or ()), *self.element))
        return len(base) in (1, size) or (self.shape is None and size > 0 and len(base) % size == 0)

    @property
    def is_float(self) -> bool:
        """Whether it holds numbers that have derivatives. Objects have none."""
        if self.handle:
            return False
        return self.dtype.startswith(_DIFFERENTIABLE) or any(each.is_float for each in self.fields)

    @property
    def is_bundle(self) -> bool:
        """Whether it is a struct passed by value that holds arrays. A kernel then reads and writes its fields."""
        if self.handle or self.shape is not None:
            return False
        return any(each.shape is not None or each.is_bundle for each in self.fields)

    def spread(self) -> "tuple[Argument, ...]":
        """Return the fields of a struct that holds arrays, with qualified names; otherwise the argument itself."""
        if not self.is_bundle:
            return (self,)
        named = (replace(each, name=f"{self.name}.{each.name}") for each in self.fields)
        return tuple(leaf for each in named for leaf in each.spread())

    def gather(self, leaves: "Mapping[str, Argument]") -> "Argument":
        """Return the argument with its fields replaced by the given ones, the inverse of ``spread``.

        A struct with a written field has the role ``inout``.
        """
        return self._gather(leaves, self.name)

    def _gather(self, leaves: "Mapping[str, Argument]", path: str) -> "Argument":
        if not self.is_bundle:
            return replace(leaves.get(path, self), name=self.name)
        fields = tuple(each._gather(leaves, f"{path}.{each.name}") for each in self.fields)
        written = any(each.role is not Role.INPUT for each in fields)
        return replace(self, fields=fields, role=Role.INOUT if written else Role.INPUT)

    def to_json(self) -> dict[str, Any]:
        """Return the argument as JSON values, in a fixed order."""
        return {
            "name": self.name,
            "type": self.type_name,
            "dtype": self.dtype,
            "element": list(self.element),
            "shape": None if self.shape is None else list(self.shape),
            "role": str(self.role),
            "domain": None if self.domain is None else [self.domain.low, self.domain.high],
            **({"fields": [each.to_json() for each in self.fields]} if self.fields else {}),
            **({"handle": self.handle} if self.handle else {}),
            **({"base": [_spelled(each) for each in self.base]} if self.base else {}),
            **({"recorded": True} if self.recorded else {}),
            **({"same": self.same} if self.same else {}),
        }

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> "Argument":
        """Return the argument from the output of ``to_json``.

        Raises:
            KeyError: if it lacks an entry.
            ConfigError: if its domain is invalid, or its base does not fit.
        """
        domain, shape = entry["domain"], entry["shape"]
        return cls(
            name=entry["name"],
            type_name=entry["type"],
            dtype=entry["dtype"],
            element=tuple(entry["element"]),
            shape=None if shape is None else tuple(shape),
            role=Role(entry["role"]),
            domain=None if domain is None else Domain(low=domain[0], high=domain[1]),
            fields=tuple(cls.from_json(each) for each in entry.get("fields", ())),
            handle=entry.get("handle", ""),
            base=tuple(float(each) if isinstance(each, str) else each for each in entry.get("base", ())),
            recorded=entry.get("recorded", False),
            same=entry.get("same", ""),
        )


def _spelled(number: float) -> float | str:
    """Return a number as JSON allows it: non-finite ones as strings."""
    return number if math.isfinite(number) else str(number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """Everything besides the source that determines what a kernel computes."""

    arguments: tuple[Argument, ...]
    results: tuple[Argument, ...] = ()
    """The results that the function returns, flattened. Empty for Warp, whose kernels write into their arguments."""
    launch: tuple[int | None, ...] | None = None
    """Number of threads along each launch dimension, None for an unknown one; None for JAX."""
    differentiable: tuple[str, ...] = ()
    """The arguments whose gradients a backward text computes, in order."""
    cotangents: tuple[str, ...] = ()
    """The additional arguments of a vector-Jacobian product, in order. For Warp they are the ``adj_`` arrays."""
    call: Mapping[str, Any] | None = None
    """How a JAX function is called, if not with its arguments in order.

    ``args`` is a list and ``kwargs`` a mapping of trees. A tree is one of:

    - the name of an argument
    - ``{"weak": name}``: an argument that takes part in type promotion as a Python number does
    - ``{"value": …}``: a constant
    - ``{"beside": name}``: a value that the source gives a name
    - ``{"key": name, "impl": …}``: a random key made from an argument's numbers
    - ``{"list": […]}``, ``{"tuple": […]}``, ``{"dict": {…}}``: collections of trees
    - ``{"entries": [[key, tree], …]}``: a dictionary whose keys are not strings
    - ``{"record": …, "fields": {…}}``: a named tuple or a dataclass that the source declares or imports, with
      ``"called": False`` if the object has these fields but was not made by a call of the class

    Arguments that are leaves of a tree are named as in JAX, ``params['w']``, and are in JAX's order. With ``"arrays":
    True`` the function is one of its arrays only: constants may be leaves of the trees too, and only arrays are
    results.
    """
    options: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Compiler options that change the text, as JSON values."""
    tiled: bool = False
    """Whether a block of ``block_dim`` threads works on each element of the launch, as with ``wp.launch_tiled``."""
    twin: "Signature | None" = None
    """The same signature at small sizes, for texts that are too expensive to run at their own sizes; else None.

    The texts that the source gives at the small sizes are run instead. The kernel's own texts are the same except for
    sizes.
    """

    def __post_init__(self) -> None:
        """Reject a twin of a twin.

        Raises:
            ConfigError: if the twin itself has a twin.
        """
        if self.twin is not None and self.twin.twin is not None:
            raise ConfigError("a twin has no twin of its own")

    @property
    def executed(self) -> "Signature":
        """The signature that texts are run with: that of the twin if there is one, with structs of arrays spread."""
        return (self if self.twin is None else self.twin).spread

    @property
    def spread(self) -> "Signature":
        """The signature with structs that hold arrays replaced by their fields: ``state.q`` instead of ``state``."""
        if not any(each.is_bundle for each in self.arguments):
            return self
        return replace(self, arguments=tuple(leaf for each in self.arguments for leaf in each.spread()))

    def gather(self, spread: "Signature") -> "Signature":
        """Return a spread signature with its fields gathered into this signature's structs.

        It is the inverse of ``spread``.
        """
        if spread.arguments == self.arguments:
            return spread
        leaves = {each.name: each for each in spread.arguments}
        return replace(spread, arguments=tuple(each.gather(leaves) for each in self.arguments))

    def to_json(self) -> dict[str, Any]:
        """Return the signature as JSON values, in a fixed order. ``options`` are a separate column."""
        return {
            "arguments": [argument.to_json() for argument in self.arguments],
            "results": [result.to_json() for result in self.results],
            "launch": None if self.launch is None else list(self.launch),
            "tiled": self.tiled,
            "differentiable": list(self.differentiable),
            "cotangents": list(self.cotangents),
            "call": None if self.call is None else dict(self.call),
            **({"twin": self.twin.to_json()} if self.twin is not None else {}),
        }

    @classmethod
    def from_json(cls, entry: Mapping[str, Any], options: Mapping[str, Any]) -> "Signature":
        """Return the signature from the output of ``to_json`` and the row's options.

        Raises:
            KeyError: if it lacks an entry.
            ConfigError: if a domain is invalid, or the twin has a twin.
        """
        launch, twin = entry["launch"], entry.get("twin")
        return cls(
            arguments=tuple(Argument.from_json(each) for each in entry["arguments"]),
            results=tuple(Argument.from_json(each) for each in entry["results"]),
            launch=None if launch is None else tuple(launch),
            tiled=entry["tiled"],
            differentiable=tuple(entry["differentiable"]),
            cotangents=tuple(entry["cotangents"]),
            call=entry["call"],
            options=dict(options),
            twin=None if twin is None else cls.from_json(twin, options),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a kernel comes from. All fields are empty for a drawn kernel."""

    package: str = ""
    """The installed package that contains an extracted kernel; empty if none does."""
    version: str = ""
    file: str = ""
    """The path relative to the folder of its top-level package."""
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
    """Complete: imports, helpers, structs, constants and the kernel itself."""
    signature: Signature
    recipe: str = ""
    target: str = ""
    """The operation that its recipe was asked to use; empty for an extracted kernel."""
    description: str = ""
    ops: tuple[str, ...] = ()
    """The catalogue names of the operations that it was drawn with, sorted; empty for an extracted kernel."""
    difficulty: int = 1
    """The difficulty that it was drawn for, one of :data:`DIFFICULTIES`."""
    origin: Origin = SYNTHETIC
    licence: str = "Apache-2.0"
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
    """The operation that a drawn kernel's recipe was asked to use."""
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


NOT_ASKED = "not asked for"
"""The reason why a text is not verified if verification was not requested."""


def kind_of(reason: str) -> str:
    """Return the general part of a reason for not being verified, without its details."""
    return re.split("[:;] ", reason, maxsplit=1)[0]


class Hindrance(StrEnum):
    """Why a text could not be verified by execution. None of these is an error in the text."""

    NEEDS_GPU = "needs a GPU"
    NOT_EXECUTED = "not executed"
    """No executor for its level is available."""
    NO_INPUTS = "no inputs"
    """A shape, a domain or the launch dimensions are not known."""
    NO_REFERENCE = "no reference"
    """The reference does not support the kernel."""
    OUTSIDE_DOMAIN = "outside its domain"
    """The kernel fails on the drawn inputs, for which it may not have been written."""
    NOT_REACHED = "not reached"
    """On the drawn inputs, too much of the kernel was not executed or changed nothing."""
    DEPENDS_ON_ORDER = "depends on order"
    """Threads update an element in ways that do not commute, and their order on a GPU is not defined."""
    TELLS_TOO_LITTLE = "the inputs tell too little"
    """On the drawn inputs, wrong texts give the same results as the right one."""
    NOT_SELF_CONTAINED = "not self-contained"
    """The source alone does not define the kernel."""
    NEEDS_LIBRARY = "needs a library"
    """The source imports a library that is not trusted, or not installed in the right version."""
    NOT_PLAIN = "its source does more than define a kernel"
    """If it ran, its source could change how it is judged."""
    TOO_DEAR = "too dear to run at its own sizes"
    """Only a twin at small sizes could be run, and the text may differ from the twin's in more than sizes."""
    NEEDS_ITS_TOOLS = "needs the tools that made it"
    """The text is of other tools than the installed ones, which cannot read it."""
    RETRACED = "retraced"
    """The text could not be executed, but it is byte for byte what the source lowers to."""


@dataclass(frozen=True, slots=True)
class Unproved:
    """The reason why a text, or a whole kernel, could not be verified."""

    hindrance: Hindrance
    detail: str = ""

    def __str__(self) -> str:
        """Return the reason as text, for a row and for users."""
        return self.detail or str(self.hindrance)

    @property
    def needs_gpu(self) -> bool:
        """Whether only a GPU could verify it."""
        return self.hindrance is Hindrance.NEEDS_GPU


class GradientStatus(StrEnum):
    """The result of checking a row's derivative texts."""

    AGREES = "agrees"
    CONVENTION = "convention"
    """They agree except for adjoints for which the tool has a different convention; see docs/verification.md."""
    DISAGREES = "disagrees"
    NOT_APPLICABLE = "not_applicable"
    """There is no derivative to check, or it could not be executed."""
    NONE = "none"
    """The row has no derivative text."""
    NOT_CHECKED = "not_checked"


@dataclass(frozen=True, slots=True)
class Gradient:
    """The result of checking a row's derivatives."""

    status: GradientStatus
    why: str = ""
    """The construct whose derivative the tool gets wrong, or why there was nothing to check."""

    def __str__(self) -> str:
        """Return the text in a row: ``agrees``, ``disagrees: why`` …"""
        return f"{self.status}: {self.why}" if self.why else str(self.status)


NOT_CHECKED = Gradient(GradientStatus.NOT_CHECKED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The result of verification for each level."""

    verified: tuple[str, ...] = ()
    """The levels verified by execution of their stored text."""
    gradient: Gradient = NOT_CHECKED
    unverified: Mapping[str, Unproved] = field(default_factory=dict[str, Unproved])
    """Levels that could not be executed, with the reasons. Their texts are neither verified nor known to be wrong."""
    reached: float = 0.0
    """Coverage: the share of statements executed, or of outputs that changed, whichever is less; 0 if nothing was run.
    """
    figures: Mapping[str, float] = field(default_factory=dict[str, float], compare=False)
    """Measurements: ``max_error``, ``tolerance``, ``inputs_tried``, ``seconds``. They are not part of a row."""


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
    verdict: Verdict = Verdict()
    rejections: tuple[Rejection, ...] = ()
    """One rejection for each level whose text is None."""

    @property
    def missing_levels(self) -> list[str]:
        """The requested levels that have no text."""
        return [name for name, text in self.texts.items() if text is None]

    @property
    def proofs(self) -> dict[str, str]:
        """For each level with a text, the kind of reason why it is not verified; empty if it is."""
        present = [name for name, text in self.texts.items() if text is not None]
        reasons = {name: kind_of(str(reason)) for name, reason in self.verdict.unverified.items()}
        return {name: "" if name in self.verdict.verified else reasons.get(name, NOT_ASKED) for name in present}
