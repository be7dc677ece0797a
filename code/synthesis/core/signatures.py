"""The signature of a kernel: its arguments and results, with types, shapes, roles and domains, and how it is called.

The records are frozen and keyword-only, and compare by value. They do not depend on a front end.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from synthesis.core.errors import ConfigError

_DIFFERENTIABLE = ("float", "bfloat", "complex")


class Role(StrEnum):
    """The role of an argument in a kernel: read, written, or both."""

    INPUT = "input"
    OUTPUT = "output"
    """Written without being read. It is poisoned before a run."""
    INOUT = "inout"
    """Written, and possibly read, such as the target of an atomic operation. It starts from values of its domain."""


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

    For example, they are the vertices of a mesh, which draws move. A single number applies to all elements. For a field
    of a struct array, they are given for each element of the array.
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
        """Return whether a base has one number, or one for each element.

        For a field of a struct array, whose number of structs is not known, any multiple of the element's size fits.
        """
        size = math.prod(size or 0 for size in (*(self.shape or ()), *self.element))
        return len(base) in (1, size) or (self.shape is None and size > 0 and len(base) % size == 0)

    @property
    def is_float(self) -> bool:
        """Whether the argument holds numbers that have derivatives. Objects have none."""
        if self.handle:
            return False
        return self.dtype.startswith(_DIFFERENTIABLE) or any(each.is_float for each in self.fields)

    @property
    def is_bundle(self) -> bool:
        """Whether the argument is a struct passed by value with arrays in it, or with numbers that may be ids.

        Kernels read and write its fields.
        """
        if self.handle or self.shape is not None:
            return False
        return any(each.shape is not None or each.is_bundle or each.may_be_id for each in self.fields)

    @property
    def may_be_id(self) -> bool:
        """Whether the argument is a number that may be the id of an object."""
        return self.dtype == "uint64" and not self.element and self.shape is None

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
            **({"base": [_json_number(each) for each in self.base]} if self.base else {}),
            **({"recorded": True} if self.recorded else {}),
            **({"same": self.same} if self.same else {}),
        }

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> "Argument":
        """Return the argument from the output of ``to_json``.

        Raises:
            KeyError: if ``entry`` lacks a key.
            ConfigError: if the domain is invalid, or the base does not fit the argument.
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


def in_brackets(shape: tuple[int | None, ...]) -> str:
    """Return a shape as text, such as ``[3, ?]``, with ``?`` for a dimension without a fixed size."""
    return f"[{', '.join('?' if each is None else str(each) for each in shape)}]"


def _json_number(number: float) -> float | str:
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
    """The call of a JAX function; None if its arguments are passed in order.

    ``args`` is a list and ``kwargs`` a mapping of trees. A tree is one of:

    - the name of an argument
    - ``{"weak": name}``: an argument that takes part in type promotion as a Python number does
    - ``{"value": …}``: a constant
    - ``{"infinity": 1}`` or ``{"infinity": -1}``: an infinite constant
    - ``{"beside": name}``: a value that the source assigns to this name
    - ``{"key": name, "impl": …}``: a random key made from an argument's numbers
    - ``{"list": […]}``, ``{"tuple": […]}``, ``{"dict": {…}}``: collections of trees
    - ``{"entries": [[key, tree], …]}``: a dictionary whose keys are not strings
    - ``{"record": …, "fields": {…}}``: a named tuple or a dataclass that the source declares or imports, with
      ``"called": False`` if the object has these fields but was not made by a call of the class

    Arguments that are leaves of a tree are named as in JAX, ``params['w']``, and are in JAX's order. With ``"arrays":
    True`` only arrays are arguments and results of the kernel: leaves of the trees may then be constants too.
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
