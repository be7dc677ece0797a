"""The records that travel from stage to stage: frozen, keyword-only, and equal when their fields are.

They know nothing of Warp or JAX. What a field holds in a finished row is described in ``rows.py``.
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
    """What a kernel does with an argument."""

    INPUT = "input"
    OUTPUT = "output"
    """Written without being read; poisoned before a run."""
    INOUT = "inout"
    """Written, and read or perhaps read, as the target of an atomic is; starts from values of its domain."""


DIFFICULTIES = (1, 2, 3, 4, 5)
"""From a map of a line or two to kernels of a hundred lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """The closed interval that values are drawn from, or are known to lie in.

    Arguments, operations and intermediate values all use this one type. Bounds are finite; integers use the
    integers between them.

    Raises:
        ConfigError: if a bound is not finite or ``low > high``.
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        """Reject what is not an interval."""
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
        """Whether every value of this domain is one of ``other``'s."""
        return other.low <= self.low and self.high <= other.high


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """One argument, or one result, of a kernel."""

    name: str
    type_name: str
    """The type as the front end spells it: ``wp.array(dtype=wp.vec3)``, ``f32[4,3]``."""
    dtype: str
    """The scalar inside, by NumPy's name (``float32``), or the name of a struct."""
    element: tuple[int, ...] = ()
    """The shape of one element: ``(3,)`` for a vec3, ``(2, 2)`` for a mat22, ``()`` for a scalar."""
    shape: tuple[int | None, ...] | None = None
    """The dimensions of an array, None if one is not known; None for a plain value."""
    role: Role = Role.INPUT
    domain: Domain | None = None
    """Where its values are drawn from; None if it is not known, as for a kernel of the user's."""
    fields: tuple["Argument", ...] = ()
    """What a struct holds, or what the object is made of that an id stands for, in order; empty for anything else. A
    struct that is passed by value may hold arrays, which have roles of their own."""
    handle: str = ""
    """Of an argument that is the id of an object: what kind of object, as the front end calls it (``mesh``). Its value
    is what the object is made of, as that of a struct whose fields may be arrays; empty for anything else."""
    base: tuple[float, ...] = ()
    """Numbers, an element each, that a draw from the domain is added to: a shape, which the draws bend; empty if there
    are none. One number by itself is that of all elements. Those of a struct's field are an element of the struct's
    array each."""
    recorded: bool = False
    """Whether the base is what a program was seen to give: the first draw is the base itself, bit by bit, and others
    scale its numbers by 1 and what they draw. Numbers of an array of zeros, and whole ones, are added to."""
    same: str = ""
    """Of a part of an object: the argument whose values it has; empty if it has its own."""

    def __post_init__(self) -> None:
        """Reject a base that does not fit.

        Raises:
            ConfigError: if it has another number of elements than the argument.
        """
        sizes = (*(self.shape or ()), *self.element)
        if self.base and not self._fits(self.base):
            raise ConfigError(f"{self.name} has {sizes} elements, and a base of {len(self.base)}")
        if self.recorded and not self.base:
            raise ConfigError(f"{self.name} is said to be recorded, and has no base")

    def _fits(self, base: tuple[float, ...]) -> bool:
        """Whether a base has one number, or one an element; a field does not know the size of its struct's array."""
        size = math.prod(size or 0 for size in (*(self.shape or ()), *self.element))
        return len(base) in (1, size) or (self.shape is None and size > 0 and len(base) % size == 0)

    @property
    def is_float(self) -> bool:
        """Whether it holds numbers that have derivatives; no object does."""
        if self.handle:
            return False
        return self.dtype.startswith(_DIFFERENTIABLE) or any(each.is_float for each in self.fields)

    @property
    def is_bundle(self) -> bool:
        """Whether it is a struct, passed by value, that holds arrays: what a kernel reads and writes are its fields."""
        if self.handle or self.shape is not None:
            return False
        return any(each.shape is not None or each.is_bundle for each in self.fields)

    def spread(self) -> "tuple[Argument, ...]":
        """The fields of a struct that holds arrays, each under the struct's name and its own; itself if it is none."""
        if not self.is_bundle:
            return (self,)
        named = (replace(each, name=f"{self.name}.{each.name}") for each in self.fields)
        return tuple(leaf for each in named for leaf in each.spread())

    def gather(self, leaves: "Mapping[str, Argument]") -> "Argument":
        """The argument with what became of its ``spread``, by name; of a struct that is written, it is one of both."""
        return self._gather(leaves, self.name)

    def _gather(self, leaves: "Mapping[str, Argument]", path: str) -> "Argument":
        if not self.is_bundle:
            return replace(leaves.get(path, self), name=self.name)
        fields = tuple(each._gather(leaves, f"{path}.{each.name}") for each in self.fields)
        written = any(each.role is not Role.INPUT for each in fields)
        return replace(self, fields=fields, role=Role.INOUT if written else Role.INPUT)

    def to_json(self) -> dict[str, Any]:
        """The argument as JSON values, in a fixed order."""
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
        """The argument that ``to_json`` wrote.

        Raises:
            KeyError: if it lacks an entry.
            ConfigError: if its domain is none, or its base does not fit.
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
    """A number as JSON has it, which knows none that is not finite."""
    return number if math.isfinite(number) else str(number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """Everything beside the source that determines what a kernel does."""

    arguments: tuple[Argument, ...]
    results: tuple[Argument, ...] = ()
    """What the function returns, flattened; empty for Warp, whose kernels write into their arguments."""
    launch: tuple[int | None, ...] | None = None
    """Threads along each launch dimension, None if one is not known; None for JAX."""
    differentiable: tuple[str, ...] = ()
    """The arguments that a backward text gives gradients for, in order."""
    cotangents: tuple[str, ...] = ()
    """The further arguments of a vector-Jacobian product, in order; Warp's are the ``adj_`` arrays."""
    call: Mapping[str, Any] | None = None
    """How a JAX function is called where that is not with its arguments in order: ``args``, a list, and ``kwargs``, a
    mapping, of trees. A tree is the name of an argument, ``{"weak": name}`` for one that takes part in promotion as a
    Python number does, ``{"value": …}`` for a constant, ``{"beside": name}`` for one that the source gives a name,
    ``{"key": name, "impl": …}`` for a random key that is made of an argument's numbers, or ``{"list": […]}``,
    ``{"tuple": […]}``, ``{"dict": {…}}`` of trees, ``{"entries": [[key, tree], …]}`` for a dictionary whose keys are no
    texts, or ``{"record": …, "fields": {…}}`` for a named tuple or a dataclass that the source declares or imports,
    with ``"called": False`` where an object has these fields and no call of the class made it. Arguments that are
    leaves of a tree are called as JAX calls them, ``params['w']``, and stand in JAX's order. With ``"arrays": True``
    the function is one of the arrays alone: constants may be leaves of the trees too, and no array is no result."""
    options: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Compiler options that change the text, as JSON values."""
    tiled: bool = False
    """Whether a block of ``block_dim`` threads works on each element of the launch, as ``wp.launch_tiled`` has it."""
    twin: "Signature | None" = None
    """The same at small sizes, where texts of these sizes are too dear to run: what is run are the texts that the
    source gives at those, and the kernel's own are the same but for sizes. None where these are run."""

    def __post_init__(self) -> None:
        """Reject a twin of a twin.

        Raises:
            ConfigError: if the twin has one.
        """
        if self.twin is not None and self.twin.twin is not None:
            raise ConfigError("a twin has no twin of its own")

    @property
    def executed(self) -> "Signature":
        """What texts are run with: the twin if there is one, and the fields of structs that hold arrays."""
        return (self if self.twin is None else self.twin).spread

    @property
    def spread(self) -> "Signature":
        """The same with the fields of structs that hold arrays as arguments: ``state.q`` instead of ``state``."""
        if not any(each.is_bundle for each in self.arguments):
            return self
        return replace(self, arguments=tuple(leaf for each in self.arguments for leaf in each.spread()))

    def gather(self, spread: "Signature") -> "Signature":
        """What became of the signature's ``spread``, with these structs again."""
        if spread.arguments == self.arguments:
            return spread
        leaves = {each.name: each for each in spread.arguments}
        return replace(spread, arguments=tuple(each.gather(leaves) for each in self.arguments))

    def to_json(self) -> dict[str, Any]:
        """The signature as JSON values, in a fixed order; ``options`` are a column of their own."""
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
        """The signature that ``to_json`` wrote, with the row's options.

        Raises:
            KeyError: if it lacks an entry.
            ConfigError: if a domain is none, or the twin has a twin.
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
    """Where a kernel came from; all empty for one that was drawn."""

    package: str = ""
    """Of an extracted kernel the installed package that holds it; empty if none does."""
    version: str = ""
    file: str = ""
    """Relative to the folder that its top-level package lies in."""
    line: int = 0
    """Of that file, from 1."""

    def to_json(self) -> dict[str, Any]:
        """The origin as JSON values, in a fixed order."""
        kind = "extracted" if self.file else "synthetic"
        return {"kind": kind, "package": self.package, "version": self.version, "file": self.file, "line": self.line}

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> "Origin":
        """The origin that ``to_json`` wrote.

        Raises:
            KeyError: if it lacks an entry.
        """
        return cls(package=entry["package"], version=entry["version"], file=entry["file"], line=entry["line"])


SYNTHETIC = Origin()
"""The origin of a drawn kernel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KernelSpec:
    """One kernel as text: its source, its signature, and where it came from."""

    frontend: str
    name: str
    category: str
    source: str
    """Complete: imports, helpers, structs, constants and the kernel itself."""
    signature: Signature
    recipe: str = ""
    target: str = ""
    """The operation that its recipe was asked for; empty for an extracted kernel."""
    description: str = ""
    ops: tuple[str, ...] = ()
    """The catalogue names of the operations it was drawn with, sorted; empty for an extracted kernel."""
    difficulty: int = 1
    """One of :data:`DIFFICULTIES`: what it was drawn for."""
    origin: Origin = SYNTHETIC
    licence: str = "Apache-2.0"
    self_contained: bool = True
    """Whether ``source`` alone, in a fresh process, is the kernel."""
    seed: int | None = None
    index: int | None = None
    config: str = ""
    """Digest of the settings that kernels depend on; with version, seed and index it makes the kernel again."""

    @property
    def arg_types(self) -> dict[str, str]:
        """Argument name to type, as the front end spells it, in order."""
        return {argument.name: argument.type_name for argument in self.signature.arguments}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """A candidate, or one level of it, that did not make it."""

    stage: Stage
    symptom: Symptom
    detail: str
    frontend: str = ""
    kernel_name: str = ""
    level: str | None = None
    """The level that failed; None if the whole candidate did."""
    index: int | None = None
    seed: int | None = None
    """What a drawn kernel was drawn with; None in ledgers of before there was one, too."""
    origin: str = ""
    """The file or module that an extracted kernel was looked for in."""
    category: str = ""
    recipe: str = ""
    target: str = ""
    """The operation that a drawn kernel's recipe was asked for."""
    ops: tuple[str, ...] = ()
    """The operations that the kernel was drawn with."""

    def of(self, spec: KernelSpec) -> "Rejection":
        """The rejection with all that it can say of a kernel."""
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
        """The rejection as JSON values, in a fixed order: one line of the ledger."""
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
        """The rejection that a line of the ledger holds.

        Raises:
            KeyError: if it lacks a field.
            ValueError: for a stage or symptom that there is not.
        """
        names = ("frontend", "index", "kernel_name", "category", "recipe", "target", "origin", "level", "detail")
        fields = {name: entry[name] for name in names}
        stage, symptom = Stage(entry["stage"]), Symptom(entry["symptom"])
        return cls(stage=stage, symptom=symptom, ops=tuple(entry["ops"]), seed=entry.get("seed"), **fields)


NOT_ASKED = "not asked for"
"""Why a text is not verified where nothing is to be."""


def kind_of(reason: str) -> str:
    """What the reason that a row gives for a text that is not verified begins with, before what is said of its own."""
    return re.split("[:;] ", reason, maxsplit=1)[0]


class Hindrance(StrEnum):
    """Why a text could not be proved by execution; no fault of the text's."""

    NEEDS_GPU = "needs a GPU"
    NOT_EXECUTED = "not executed"
    """Nothing here executes texts of its kind."""
    NO_INPUTS = "no inputs"
    """A shape, a domain or the launch is not known."""
    NO_REFERENCE = "no reference"
    """The reference does not model the kernel."""
    OUTSIDE_DOMAIN = "outside its domain"
    """The kernel is at fault on the inputs that were drawn, which nobody said it was made for."""
    NOT_REACHED = "not reached"
    """Too much of the kernel was never run on the inputs that were drawn, or changed nothing."""
    DEPENDS_ON_ORDER = "depends on order"
    """Threads change an element in ways that do not commute, and nothing says in which order they run on a GPU."""
    TELLS_TOO_LITTLE = "the inputs tell too little"
    """On the inputs that were drawn, wrong texts give what the right one gives."""
    NOT_SELF_CONTAINED = "not self-contained"
    """The source alone is not the kernel."""
    NEEDS_LIBRARY = "needs a library"
    """The source imports a library that is not trusted here, or not there in its version."""
    NOT_PLAIN = "its source does more than define a kernel"
    """Where it runs, it could change what is said of it."""
    TOO_DEAR = "too dear to run at its own sizes"
    """Only a twin at small sizes could be run, and the text is not known to be the twin's but for sizes."""
    NEEDS_ITS_TOOLS = "needs the tools that made it"
    """The text is of other tools than those that are here, which cannot read it."""
    RETRACED = "retraced"
    """The text is, byte for byte, what the source lowers to, and could not be executed."""


@dataclass(frozen=True, slots=True)
class Unproved:
    """Why a text, or a whole kernel, could not be proved."""

    hindrance: Hindrance
    detail: str = ""

    def __str__(self) -> str:
        """In words for a row and for a person."""
        return self.detail or str(self.hindrance)

    @property
    def needs_gpu(self) -> bool:
        """Whether only a GPU could prove it."""
        return self.hindrance is Hindrance.NEEDS_GPU


class GradientStatus(StrEnum):
    """How the derivatives' texts of a row fared."""

    AGREES = "agrees"
    CONVENTION = "convention"
    """They agree, but for adjoints of which the tool has a convention of its own, that docs/verification.md tells."""
    DISAGREES = "disagrees"
    NOT_APPLICABLE = "not_applicable"
    """There is nothing to check, or it could not be executed."""
    NONE = "none"
    """The row has no text of a derivative."""
    NOT_CHECKED = "not_checked"


@dataclass(frozen=True, slots=True)
class Gradient:
    """What was found of a row's derivatives."""

    status: GradientStatus
    why: str = ""
    """The class of constructs that the tool gets wrong, or why there was nothing to check."""

    def __str__(self) -> str:
        """As a row has it: ``agrees``, ``disagrees: why`` …"""
        return f"{self.status}: {self.why}" if self.why else str(self.status)


NOT_CHECKED = Gradient(GradientStatus.NOT_CHECKED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What verification established for each level."""

    verified: tuple[str, ...] = ()
    """The levels proved by execution of their stored text."""
    gradient: Gradient = NOT_CHECKED
    unverified: Mapping[str, Unproved] = field(default_factory=dict[str, Unproved])
    """Levels that could not be executed, and why; their texts are neither proved nor known to be wrong."""
    reached: float = 0.0
    """The share of the kernel that the runs came to: of its statements, or of its outputs that changed, whichever is
    less; 0 where nothing was run."""
    figures: Mapping[str, float] = field(default_factory=dict[str, float], compare=False)
    """What was measured: ``max_error``, ``tolerance``, ``inputs_tried``, ``seconds``. No part of a row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A kernel with its levels and its verdict: one row to be."""

    spec: KernelSpec
    texts: Mapping[str, str | None]
    """Level name to text, in the front end's order; None if that level failed."""
    line_map: Mapping[str, Sequence[tuple[int, int, int]]]
    """Level to (line of the source, first line of the text, last line of the text); empty where it is not known."""
    device: str
    toolchain: Mapping[str, str]
    """The compiler's packages and their versions."""
    verdict: Verdict = Verdict()
    rejections: tuple[Rejection, ...] = ()
    """One for each level in ``texts`` that is None."""

    @property
    def missing_levels(self) -> list[str]:
        """The levels that it was to have and lacks."""
        return [name for name, text in self.texts.items() if text is None]

    @property
    def proofs(self) -> dict[str, str]:
        """Level of each text to the kind of reason why it is not verified; empty where it is."""
        present = [name for name, text in self.texts.items() if text is not None]
        reasons = {name: kind_of(str(reason)) for name, reason in self.verdict.unverified.items()}
        return {name: "" if name in self.verdict.verified else reasons.get(name, NOT_ASKED) for name in present}
