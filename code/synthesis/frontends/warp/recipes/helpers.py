"""Functions that a Warp kernel calls, under construction."""

from synthesis.frontends.warp.recipes.sketch import Sketch
from synthesis.frontends.warp.spelling import value_annotation
from synthesis.grammar.naming import NameBook
from synthesis.grammar.operations import Operation, Term
from synthesis.grammar.streams import Stream
from synthesis.grammar.syntax import Function
from synthesis.grammar.weaving import FunctionScope, Weaver, name_of


class Helper:
    """A ``@wp.func`` under construction.

    Args:
        draft: the kernel that it is for.
        stream: the random choices.
        label: tells the kernel's helpers apart.
        operations: what it may be made of.
    """

    def __init__(self, draft: Sketch, stream: Stream, label: str, operations: tuple[Operation, ...]) -> None:
        self._draft = draft
        self._stream = stream.child("helper", label)
        self.scope = FunctionScope(draft.literal, NameBook(self._stream.child("names")))
        self.weaver = Weaver(self.scope, self._stream.child("weave"), operations, max_fresh=0)
        self._parameters: list[tuple[str, str]] = []

    def parameter(self, operand: Term, annotation: str = "") -> Term:
        """A parameter that stands for an operand of the call; annotated with its type, or as is said."""
        made = self.scope.parameter(operand)
        self._parameters.append((name_of(made), annotation or value_annotation(operand.type, self._draft.style)))
        return made

    def declare_struct(self, name: str, title: str) -> None:
        """A parameter that is a struct."""
        self._parameters.append((name, title))

    def finish(self, name: str, *results: Term) -> None:
        """Declare it, returning the results; without any, its statements return by themselves.

        Raises:
            DrawError: if it does nothing.
        """
        body = self.scope.body(*results)
        annotated = len(results) == 1 and self._stream.chance(0.4)
        returns = value_annotation(results[0].type, self._draft.style) if annotated else ""
        self._draft.declare(Function(name, tuple(self._parameters), body, ("wp.func",), returns=returns))
