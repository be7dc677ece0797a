"""Kernels under construction: what fails leaves no trace, and what is not read is no kernel."""

import contextlib
from collections.abc import Callable

import pytest

from synthesis.core.signatures import Domain
from synthesis.drawing.drafting import Helper, Sketch
from synthesis.drawing.operations import Term
from synthesis.drawing.rendering import render, render_block
from synthesis.drawing.scopes import DrawError, name_of
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import Assign, Function, Literal, Name
from synthesis.drawing.types import Type
from synthesis.frontends.jax.ops import ELEMENTWISE
from synthesis.frontends.jax.recipes.drafting import Draft as JaxDraft
from synthesis.frontends.warp.ops import SCALAR
from synthesis.frontends.warp.recipes.drafting import Draft as WarpDraft

NUMBER = Type("float32")
UNIT = Domain(low=-1.0, high=1.0)


def warp_draft(label: int) -> Sketch:
    return WarpDraft(Stream("drafting", label), (NUMBER,))


def jax_draft(label: int) -> Sketch:
    return JaxDraft(Stream("drafting", label), [Type("float32", (3, 4)), NUMBER])


DRAFTS = pytest.mark.parametrize("begin", [warp_draft, jax_draft])


def go_on(draft: Sketch) -> list[str]:
    """What a draft gives next: new arguments, locals, a helper's call."""
    terms = [draft.fresh(draft.types[0], UNIT) for _ in range(5)]
    operations = tuple(
        (SCALAR if isinstance(draft, WarpDraft) else ELEMENTWISE)[name] for name in ("add", "sin", "mul")
    )
    terms += [draft.keep(term) for term in terms[:2]]
    terms.append(draft.call_helper(terms[:2], operations, steps=2))
    return [render(term.node) for term in terms]


@DRAFTS
@pytest.mark.parametrize("label", range(8))
def test_an_attempt_that_fails_leaves_no_trace(begin: Callable[[int], Sketch], label: int) -> None:
    draft, other = begin(label), begin(label)
    assert go_on(draft) == go_on(other)
    with contextlib.suppress(DrawError), draft.attempt():
        go_on(draft)
        raise DrawError("as it happens")
    assert go_on(draft) == go_on(other)


@DRAFTS
def test_what_is_not_read_is_no_kernel(begin: Callable[[int], Sketch]) -> None:
    draft = begin(0)
    term = draft.fresh(draft.types[0], UNIT)
    with pytest.raises(DrawError, match="an argument is never read"):
        draft.check()
    kept = draft.add_local(term.node)
    with pytest.raises(DrawError, match="a local is never read"):
        draft.check()
    draft.check((Assign(Name("out"), kept, "+"),))


@DRAFTS
def test_a_helper_has_the_parameters_that_it_was_given(begin: Callable[[int], Sketch]) -> None:
    draft = begin(0)
    operands = [Term(Name(name), NUMBER, UNIT) for name in ("left", "right")]
    declared: list[Function] = []
    draft.declare = declared.append  # type: ignore[method-assign]
    helper = Helper(draft, Stream("helper"), ())
    first, second = (helper.add_parameter(operand) for operand in operands)
    helper.declare("flag", "bool")
    helper.scope.statements.append(Assign(Name("t"), first.node))
    helper.finish("blend", second)
    (function,) = declared
    assert [name for name, _ in function.parameters] == [name_of(first), name_of(second), "flag"]
    assert render_block((function,))[-1] == f"    return {name_of(second)}"
    with pytest.raises(DrawError, match="only returns a parameter"):
        Helper(draft, Stream("helper"), ()).finish("idle", Term(Name("x"), NUMBER, UNIT))
    assert draft.literal(0.5, "float32").node == Literal("0.5")
