"""The arguments and statements of a JAX function under construction."""

import math
from collections.abc import Sequence
from typing import Any

from synthesis.core.signatures import Argument, Domain
from synthesis.drawing import drafting, naming
from synthesis.drawing.operations import Term
from synthesis.drawing.scopes import typical_domain
from synthesis.drawing.storage import Storage
from synthesis.drawing.syntax import Assign, Attribute, Call, Expression, Literal, Name, Statement
from synthesis.drawing.types import Type
from synthesis.frontends.jax.spelling import type_name

SIZES = (2, 3, 4, 5, 6, 8)
# Types in which an argument of each type is stored, with probabilities. Narrower ones are widened at the start of the
# function.
_STORAGE = {
    "float32": (("float32", 0.965), ("bfloat16", 0.02), ("float16", 0.015)),
    "int32": (("int32", 0.86), ("uint8", 0.06), ("int8", 0.04), ("int16", 0.04)),
}
# With fewer elements, all elements of an array may be on the same side of a comparison.
_MANY = 12


class Spelling:
    """Writes constants as Python numbers, and no type annotations."""

    decorators: tuple[str, ...] = ()

    def literal(self, value: float, dtype: str) -> Expression:
        """Return a Python number, which takes the type of its other operand."""
        return Literal(repr(float(value)) if Type(dtype).is_float else str(int(value)))

    def annotation(self, kind: Type) -> str:
        """Return an empty string: variables have no annotations."""
        return ""


_SPELLING = Spelling()


class Sketch(drafting.Sketch):
    """Collects the arguments and statements that a recipe draws."""

    def __post_init__(self) -> None:
        """Choose the style of the function and start without arguments."""
        super().__post_init__()
        style = self.stream.child("style")
        self._annotated = style.chance(0.15)
        self.lax = "lax" if style.chance(0.5) else "jax.lax"
        """The spelling of the module ``lax``, as in ``lax.scan`` or ``jax.lax.scan``."""
        self._storage = Storage(self.stream.child("storage"), _STORAGE)
        self._known: list[Term] = []
        """The arguments, with the types that they are computed in."""

    @property
    def dialect(self) -> Spelling:
        """The notation of constants and types in the function."""
        return _SPELLING

    # ---- for the weaver

    def fresh(self, type: Type, domain: Domain, pool: tuple[str, ...] | None = None) -> Term:  # noqa: A002
        """Return a new argument as a whole array, named from a pool or by its rank."""
        unusual = type.rank == 2 and self._draw.chance(0.3)
        usual = naming.SCALARS if type.rank == 0 else naming.MATRICES if unusual else naming.ARRAYS
        name = self.book.take(pool or usual)
        stored = self._storage.of(type.dtype, domain) if type.shape else type.dtype
        self._arguments.append(
            Argument(name=name, type_name=type_name(stored, type.shape), dtype=stored, shape=type.shape, domain=domain)
        )
        term = Term(Name(name), type, domain, flat=True, varying=math.prod(type.shape) >= _MANY)
        self._known.append(term)
        return term

    def _lists(self) -> list[list[Any]]:
        return [*super()._lists(), self._known]

    # ---- for recipes

    def leaves(self, count: int, types: Sequence[Type] | None = None) -> list[Term]:
        """Return new arguments, from which the weaver makes expressions. The first one has the first of the types."""
        kinds = list(types or self.types)
        chosen = [kinds[0], *(self._draw.choice(kinds) for _ in range(count - 1))]
        return [self.fresh(kind, typical_domain(self._draw, kind)) for kind in chosen]

    def casts(self) -> tuple[Statement, ...]:
        """Return statements that convert the arguments stored in narrower types. They come before all others."""
        return tuple(
            Assign(known.node, Call(Attribute(known.node, "astype"), (Name(f"jnp.{known.type.dtype}"),)))
            for argument, known in zip(self._arguments, self._known, strict=True)
            if known.type.dtype != argument.dtype
        )
