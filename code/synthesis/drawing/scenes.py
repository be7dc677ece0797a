"""Shared code of families that are written as templates, in which expressions are drawn for some names (holes)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Generic, TypeVar

from synthesis.core.signatures import Domain
from synthesis.drawing.drafting import Sketch
from synthesis.drawing.operations import Operation, Term
from synthesis.drawing.scopes import DrawError
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import Expression, Name
from synthesis.drawing.templates import Hole, Template
from synthesis.drawing.types import Type
from synthesis.drawing.weaving import Weaver

S = TypeVar("S", bound=Sketch)
_TITLES = ("{}", "{}_step", "compute_{}", "eval_{}", "apply_{}")


class Scene(Generic[S]):
    """A kernel of a family under construction.

    Args:
        draft: the empty kernel.
        roles: the possible names of each variable of the templates.
        square: how the square of a value is written.
    """

    def __init__(
        self, draft: S, roles: Mapping[str, tuple[str, ...]], square: Callable[[Expression], Expression]
    ) -> None:
        self.draft = draft
        self.stream = draft.stream
        self.choices = draft.stream.child("shape")
        self.template = Template(draft.book, roles, square)
        self._holes = 0

    def add(self, text: str, **holes: Hole) -> None:
        """Append a template's statements."""
        for statement in self.template.statements(text, **holes):
            self.draft.add(statement)

    def name(self, variable: str) -> Name:
        """Return the name of a template variable in this kernel."""
        return self.template.name(variable)

    def constant(self, low: float, high: float) -> Expression:
        """Return a random constant with one or two decimal places."""
        return self.draft.literal(self.choices.decimal(low, high, 2 if high < 1 else 1), "float32").node

    def begin_hole(self, label: str = "hole") -> Stream:
        """Return a new stream of random choices, for filling one more hole."""
        self._holes += 1
        return self.stream.child(label, self._holes)

    def weave(
        self, choices: Stream, terms: Sequence[Term], operations: Sequence[Operation], kind: Type, within: Domain, *,
        steps: tuple[int, int], max_fresh: int = 0,
    ) -> Expression:  # fmt: skip
        """Return a random expression of the terms with a given type and within an interval.

        Raises:
            DrawError: if there is none.
        """
        weaver = Weaver(self.draft, choices.child("weave"), operations, max_fresh=max_fresh)
        made = weaver.fit(weaver.weave(terms, steps=choices.integer(*steps), goal=kind), within)
        if made is None:
            raise DrawError("no expression fits the hole")
        return made.node

    def titles(self, target: str, *more: str) -> tuple[str, ...]:
        """Return possible names for a kernel with a target.

        ``more`` are additional patterns, in which ``{}`` stands for the target.
        """
        return tuple(form.format(target) for form in (*_TITLES, *more))
