"""A Warp kernel from its first line to its text: elaborated as its difficulty asks for, and printed."""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from synthesis.frontends.warp.gradients import differentiable
from synthesis.frontends.warp.ops import LINEAR, SCALAR, VECTOR
from synthesis.frontends.warp.options import DEFAULTS
from synthesis.frontends.warp.recipes.pieces import PIECES, tame
from synthesis.frontends.warp.recipes.sketch import Sketch
from synthesis.grammar.elaboration import Piece, elaborate
from synthesis.grammar.operations import Term
from synthesis.grammar.syntax import Assign, Function, reads, render_block
from synthesis.grammar.types import Type
from synthesis.grammar.weaving import DrawError, Weaver, typical_domain
from synthesis.records import KernelSpec, Role, Signature

# What brings together the values that pieces leave.
_GATHER = (*(SCALAR[name] for name in ("add", "sub", "mul")), *LINEAR.values(), VECTOR["dot"], VECTOR["length"])
_GATHER_WHOLE = tuple(SCALAR[name] for name in ("add", "sub", "min", "max"))


@dataclass
class Draft(Sketch):
    """Collects what a recipe decides, adds to it, and prints it.

    Args:
        pieces: what it is elaborated by.
    """

    pieces: Sequence[Piece[Sketch]] = PIECES

    def __post_init__(self) -> None:
        """Open the body."""
        super().__post_init__()
        self._elaborated = False

    def store(self, term: Term) -> None:
        """Write a term, or what elaboration makes of it, to a new output array at the thread's own indices."""
        if not self._elaborated:
            term = self.elaborated(term)
        self.write(term)

    def elaborated(self, term: Term) -> Term:
        """What the pieces that the difficulty asks for make of a term.

        Raises:
            DrawError: if what they leave cannot be brought together.
        """
        self._elaborated = True
        if self.stream.difficulty < 3:
            return term
        pool = [term]
        elaborate(self, self.stream.child("elaborate"), pool, self.pieces)
        if pool == [term]:
            return term
        weaver = Weaver(
            self, self.stream.child("gather"), _GATHER if term.type.is_float else _GATHER_WHOLE, max_fresh=0
        )
        return weaver.weave([tame(self, self.stream.child("tame"), each) for each in pool], steps=0)

    # ---- printing

    def finish(
        self,
        *,
        category: str,
        recipe: str,
        summary: str,
        ops: frozenset[str],
        options: Mapping[str, Any] = DEFAULTS,
        tiled: bool = False,
        titles: tuple[str, ...] = (),
    ) -> KernelSpec:
        """The finished kernel.

        Args:
            category: the recipe's category.
            recipe: the recipe's name.
            summary: what the kernel does, in a few words.
            ops: the operations that it is made of.
            options: compiler options.
            tiled: whether blocks of threads work together on tiles.
            titles: names to choose from; any verb and noun if there are none.

        Raises:
            DrawError: if an argument is never read; the draft is to be started again.
        """
        if not self._elaborated and self.stream.difficulty > 2:
            kind = Type(self.types[0].dtype)
            self.store(self.read(kind, typical_domain(self._draw, kind), self.sites[0][0]))
        name = self.book.take(titles) if titles else self.book.title()
        body = tuple(self._block)
        inputs = [argument for argument in self._arguments if argument.role is Role.INPUT]
        outputs = [argument for argument in self._arguments if argument.role is not Role.INPUT]
        read = set(reads(body))
        if any(argument.name not in read for argument in inputs):
            raise DrawError("an argument is never read")
        arguments = (*inputs, *outputs)
        description = f"{summary}, built from {', '.join(sorted(ops))}."
        kernel = Function(
            name,
            tuple((argument.name, argument.type_name) for argument in arguments),
            body,
            ("wp.kernel",),
            docstring=summary + "." if self.stream.child("docstring").chance(0.12) else "",
        )
        constants = tuple(each for each in self._helpers if isinstance(each, Assign))
        functions = (*(each for each in self._helpers if not isinstance(each, Assign)), kernel)
        lines = ["import warp as wp", *(["", *render_block(constants)] if constants else [])]
        for statement in functions:
            lines += ["", "", *render_block((statement,))]
        if any(": Any" in line for line in lines):
            lines = ["from typing import Any", "", *lines]
        source = "\n".join(lines) + "\n"
        return KernelSpec(
            frontend="warp",
            name=name,
            category=category,
            recipe=recipe,
            source=source,
            description=description,
            signature=Signature(
                arguments=arguments,
                launch=self.threads,
                differentiable=differentiable(arguments, ast.parse(source)),
                options=options,
                tiled=tiled,
            ),
            ops=tuple(sorted(ops)),
            difficulty=self.stream.difficulty,
        )
