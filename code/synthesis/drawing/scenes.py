"""What families of kernels that are written as templates have in common: names by role, and holes that are drawn."""

from collections.abc import Callable, Mapping, Sequence
from typing import Generic, TypeVar

from synthesis.core.records import Domain
from synthesis.drawing.drafting import Sketch
from synthesis.drawing.operations import Operation, Term
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import Expression, Name
from synthesis.drawing.templates import Hole, Template
from synthesis.drawing.types import Type
from synthesis.drawing.weaving import DrawError, Weaver

S = TypeVar("S", bound=Sketch)
_TITLES = ("{}", "{}_step", "compute_{}", "eval_{}", "apply_{}")


class Scene(Generic[S]):
    """A kernel of a family under construction.

    Args:
        draft: the kernel, with nothing in it.
        roles: for each variable of the templates, the names that it may get.
        square: how a value times itself is written.
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
        """What a variable of the templates is called here."""
        return self.template.name(variable)

    def constant(self, low: float, high: float) -> Expression:
        """A number in its place, with a digit or two after the point."""
        return self.draft.literal(self.choices.decimal(low, high, 2 if high < 1 else 1), "float32").node

    def begin_hole(self, label: str = "hole") -> Stream:
        """The random choices of another hole."""
        self._holes += 1
        return self.stream.child(label, self._holes)

    def weave(
        self, choices: Stream, terms: Sequence[Term], operations: Sequence[Operation], kind: Type, within: Domain, *,
        steps: tuple[int, int], max_fresh: int = 0,
    ) -> Expression:  # fmt: skip
        """Something of the terms, of a type and inside an interval.

        Raises:
            DrawError: if nothing leads there.
        """
        weaver = Weaver(self.draft, choices.child("weave"), operations, max_fresh=max_fresh)
        made = weaver.fit(weaver.weave(terms, steps=choices.integer(*steps), goal=kind), within)
        if made is None:
            raise DrawError("a hole that nothing fills")
        return made.node

    def titles(self, target: str, *more: str) -> tuple[str, ...]:
        """Names for a kernel that does what its target says; ``more`` are forms of the front end's own."""
        return tuple(form.format(target) for form in (*_TITLES, *more))
