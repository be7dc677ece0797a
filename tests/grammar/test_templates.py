"""Templates: Python with holes as statements of a kernel."""

import ast

import pytest

from synthesis.drawing.naming import NameBook
from synthesis.drawing.rendering import render_block
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import Expression, Infix, Literal, Name
from synthesis.drawing.templates import PYTHON, Template


def twice(base: Expression) -> Expression:
    return Infix("**", base, Literal("2"))


def written(text: str, **holes: Expression) -> str:
    template = Template(NameBook(Stream("templates")), {}, twice, PYTHON)
    return "\n".join(render_block(tuple(template.statements(text, **holes))))


@pytest.mark.parametrize(
    "text",
    [
        "while lo < hi:\n    if table[lo] == key:\n        break\n    lo += 1",
        "for k in range(start, end):\n    if flags[k] == -1 or not alive[k]:\n        continue\n    total += x[k]",
        "if mask is not None and kind not in kinds:\n    raise ValueError(f'no {kind} of {len(kinds)} kinds')",
        "assert x.ndim == 3, 'a batch of sequences'\nbatch, *_ = x.shape\ny = x[..., None, :-1] if flat else -x",
        "total = sum(jnp.sum(w) for w in weights if w.ndim > 1)\nsizes = [a * b for a, b in zip(rows, columns)]",
        "made = {name: decay * value for name, value in state.items()}\nstate = dict(made, **{'w': 1e-8})",
        "for i, (w, b) in enumerate(layers):\n    x = dense(x, w, *b)",
        "@functools.partial(jax.jit, static_argnames=('n',))\n"
        'def step(x: jax.Array, y=None, *, n: int = 3) -> jax.Array:\n    """Does it."""\n    return x + n',
        "if a < 0:\n    return\nelif a == b and b != 0:\n    out[a] = 1\nelse:\n    out[b] = bool(True)",
    ],
)
def test_decisions_and_loops_are_written_as_they_were(text: str) -> None:
    assert ast.dump(ast.parse(written(text))) == ast.dump(ast.parse(text))


def test_a_text_by_itself_is_a_comment() -> None:
    assert written("'# up to here'\nx = y") == "# up to here\nx = y"


def test_a_comment_that_a_function_begins_with_is_no_docstring() -> None:
    assert written("def f(x):\n    '# half of it'\n    return 0.5 * x") == (
        "def f(x):\n    # half of it\n    return 0.5 * x"
    )


def test_a_name_is_the_same_in_a_slice() -> None:
    template = Template(NameBook(Stream("templates")), {"n": ("count",)}, twice)
    assert "\n".join(render_block(tuple(template.statements("n = 3\ny = x[:n]")))) == "count = 3\ny = x[:count]"


def test_a_long_comprehension_in_a_call_is_broken_into_lines_that_mean_the_same() -> None:
    text = f"total = sum({'a' * 60}(each) for each in {'b' * 60}(values))"
    assert max(map(len, written(text).split("\n"))) < 100
    assert ast.dump(ast.parse(written(text))) == ast.dump(ast.parse(text))


def test_a_hole_stands_for_its_name_inside_a_loop() -> None:
    assert written("while k < n:\n    k += 1", n=Name("count")) == "while k < count:\n    k += 1"


def test_what_no_template_holds_is_an_error() -> None:
    with pytest.raises(ValueError, match="a template cannot contain"):
        written("with a:\n    b = 1")
