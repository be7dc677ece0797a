"""A case: a kernel that calls one built-in, the values it is called with, and the record that irsmith knows it by."""

from dataclasses import dataclass

from synthesis import Argument, KernelSpec, Role, Signature
from synthesis.core.signatures import Domain
from synthesis.frontends.warp.options import DEFAULTS
from synthesis.frontends.warp.reference.values import ValueType

ROWS = 48
"""Threads of a kernel: each calls the built-in once, on values of its own."""
_LETTERS = {"float32": "f", "float64": "d"}
BLOCKS = 3
THREADS = 1
"""Threads of a block: as many as Warp has on a CPU."""
"""Blocks of a kernel of tiles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """An array that a case has as an argument."""

    name: str
    kind: ValueType
    low: float = -4.0
    """Of the domain of its ordinary values."""
    high: float = 4.0
    inner: tuple[int, ...] = ()
    """Its dimensions after the first, which is the threads'."""
    policy: str = "any"
    """``any`` value may be among them; or ``inside`` the domain only; or what :mod:`warp_rules.inputs` names."""
    role: Role = Role.INPUT


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A call of a built-in.

    ``body`` is the statements of the kernel, in which ``i`` is the thread or the block.
    """

    built_in: str
    label: str
    """What of the built-in it calls; with the built-in, unique."""
    body: tuple[str, ...]
    arrays: tuple[Given, ...]
    tiled: bool = False
    helpers: str = ""
    tolerance: float = 16.0
    """In units in the last place of the result's size."""
    size: float = 0.0
    """What the error is measured against at least."""

    @property
    def name(self) -> str:
        """The kernel's."""
        return f"rule_{self.built_in}__{self.label}"

    @property
    def rows(self) -> int:
        """The threads, or the blocks."""
        return BLOCKS if self.tiled else ROWS

    def spec(self) -> KernelSpec:
        """The case as a kernel that was drawn."""
        parameters = ", ".join(f"{each.name}: {array_name(each)}" for each in self.arrays)
        lines = [*([self.helpers] if self.helpers else []), "@wp.kernel", f"def {self.name}({parameters}):"]
        lines += [f"    {line}" for line in ("i = wp.tid()", *self.body)]
        signature = Signature(
            arguments=tuple(_argument(each, self.rows) for each in self.arrays),
            launch=(self.rows,),
            options=dict(DEFAULTS) | {"block_dim": THREADS, "enable_backward": False},
            tiled=self.tiled,
        )
        source = "import warp as wp\n\n\n" + "\n".join(lines) + "\n"
        return KernelSpec(
            frontend="warp", name=self.name, category="rule", source=source, signature=signature, ops=(self.built_in,)
        )


def type_name(kind: ValueType) -> str:
    """A type of Warp's as a kernel's source spells it."""
    match kind.form:
        case "vector" if kind.shape[0] <= 4 and kind.scalar in _LETTERS:
            return f"wp.vec{kind.shape[0]}{_LETTERS[kind.scalar]}"
        case "vector":
            return f"wp.types.vector(length={kind.shape[0]}, dtype=wp.{kind.scalar})"
        case "matrix":
            return f"wp.types.matrix(shape={kind.shape}, dtype=wp.{kind.scalar})"
        case "quaternion" | "transform":
            maker = {"quaternion": "quaternion", "transform": "transformation"}[kind.form]
            return f"wp.types.{maker}(dtype=wp.{kind.scalar})"
        case _:
            return f"wp.{kind.scalar}"


def array_name(given: Given) -> str:
    """The type of a case's array as its source spells it."""
    rank = f", ndim={1 + len(given.inner)}" if given.inner else ""
    return f"wp.array(dtype={type_name(given.kind)}{rank})"


def _argument(given: Given, rows: int) -> Argument:
    return Argument(
        name=given.name,
        type_name=array_name(given),
        dtype=given.kind.scalar,
        element=given.kind.shape,
        shape=(rows, *given.inner),
        role=given.role,
        domain=None if given.role is Role.OUTPUT else _domain(given),
    )


def _domain(given: Given) -> Domain:
    low = (
        max(given.low, 0.0)
        if given.kind.scalar.startswith(("u", "b")) and given.kind.scalar != "bfloat16"
        else given.low
    )
    if given.kind.scalar == "bool":
        return Domain(low=0.0, high=1.0)
    return Domain(low=low, high=max(low, given.high))


def output(name: str, kind: ValueType, inner: tuple[int, ...] = ()) -> Given:
    """An array that a case writes all of."""
    return Given(name=name, kind=kind, inner=inner, role=Role.OUTPUT)
