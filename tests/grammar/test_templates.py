"""Templates: Python with holes as statements of a kernel."""

import ast

import pytest

from synthesis.grammar.naming import NameBook
from synthesis.grammar.rendering import render_block
from synthesis.grammar.streams import Stream
from synthesis.grammar.syntax import Expression, Infix, Literal, Name
from synthesis.grammar.templates import Template


def twice(base: Expression) -> Expression:
    return Infix("**", base, Literal("2"))


def written(text: str, **holes: Expression) -> str:
    template = Template(NameBook(Stream("templates")), {}, twice)
    return "\n".join(render_block(tuple(template.statements(text, **holes))))


@pytest.mark.parametrize(
    "text",
    [
        "while lo < hi:\n    if table[lo] == key:\n        break\n    lo += 1",
        "for k in range(start, end):\n    if flags[k] == -1 or not alive[k]:\n        continue\n    total += x[k]",
        "if a < 0:\n    return\nelif a == b and b != 0:\n    out[a] = 1\nelse:\n    out[b] = bool(True)",
    ],
)
def test_decisions_and_loops_are_written_as_they_were(text: str) -> None:
    assert ast.dump(ast.parse(written(text))) == ast.dump(ast.parse(text))


def test_a_hole_stands_for_its_name_inside_a_loop() -> None:
    assert written("while k < n:\n    k += 1", n=Name("count")) == "while k < count:\n    k += 1"


def test_what_no_template_holds_is_an_error() -> None:
    with pytest.raises(ValueError, match="no template holds"):
        written("with a:\n    b = 1")
