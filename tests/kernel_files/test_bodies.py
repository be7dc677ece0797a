"""Bodies: texts with alternatives that recipes complete, in files of their own."""

import ast
import random
import re
from pathlib import Path
from textwrap import dedent

import pytest

import synthesis
from synthesis.drawing.kernel_files.bodies import BodyError, read_bodies, template_of
from synthesis.drawing.variants import choose

FRONTENDS = Path(synthesis.__file__).parent / "frontends"
FOLDERS = sorted(FRONTENDS.glob("*/kernels/bodies/*/"))


def body_of(lines: str) -> str:
    return "def f(x, y):\n" + "\n".join("    " + line for line in dedent(lines).strip("\n").split("\n")) + "\n"


CASES = {
    "alternatives": ("#| one of\ny = x\n#| or\ny = -x\n#| or\n#| end", "{\ny = x ~\ny = -x ~}"),
    "probability": ("#| 0.3\nreturn\n#| end", "{?0.3\nreturn}"),
    "otherwise": ("#| 0.3\ny = 1\n#| else\ny = 2\n#| end", "{?0.3\ny = 1 ~\ny = 2}"),
    "several": ("#| some of\na = x\n#| and\nb = x\n#| end", "{*\na = x ~\nb = x}"),
    "expression": ("y = either(x + 1, f(x, (1, 2)), x[0])", "y = {x + 1 ~ f(x, (1, 2)) ~ x[0]}"),
    "inner": ("y = either(x, either(1, 2))", "y = {x ~ {1 ~ 2}}"),
    "optional expression": ("y = maybe(0.2, x, -x)", "y = {?0.2 x ~ -x}"),
    "string": ("raise ValueError('either(a, b)')", "raise ValueError('either(a, b)')"),
    "comment": ("#? why", "{# why\n~}"),
    "comments": ("#? 0.4 why ~ how", "{?0.4 # {why ~ how}}"),
    "place": ("for _ in LOOP:\n    y += x", "LOOP\n    y += x"),
    "place with a word": ("for _ in AROUND(h):\n    y += x", "AROUND h\n    y += x"),
    "loop": ("for _ in range(3):\n    y += x", "for _ in range(3):\n    y += x"),
    "hidden": ("if x:\n    y = 1\n#| 0.5\n#: elif y:\n#:     y = 2\n#| end",
               "if x:\n    y = 1\n{?0.5\nelif y:\n    y = 2}"),
    "braces": ("y = {'a': x}", "y = <<'a': x>>"),
    "docstring": ('"""{One ~ Another}."""', '"""{One ~ Another}."""'),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_body_becomes_a_text_with_groups(name: str) -> None:
    lines, text = CASES[name]
    assert template_of(body_of(lines)) == text


def test_a_helper_is_a_text_with_its_first_line() -> None:
    text = template_of("@helper\ndef half(x: float) -> float:\n    return either(0.5 * x, x / 2.0)\n")
    assert text == "def half(x: float) -> float:\n    return {0.5 * x ~ x / 2.0}"


@pytest.mark.parametrize("form", ["def f(x):\n", "def f(\n    x,\n):\n"])
def test_parameters_may_be_on_several_lines(form: str) -> None:
    assert template_of(f"{form}    return x\n") == "return x"


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("#| one of\nx = 1", "'#|' is not closed by '#| end' in def f"),
        ("x = 1\n#| end", "'#| end' closes nothing"),
        ("x = 1\n#| or\nx = 2", "'#| or' closes nothing"),
        ("y = either(x,", "a call is not closed: 'y = either(x,'"),
    ],
)
def test_a_body_that_cannot_be_read_is_an_error(lines: str, message: str) -> None:
    with pytest.raises(BodyError, match=re.escape(message)):
        template_of(body_of(lines))


def test_variants_of_a_body_are_those_that_its_file_shows() -> None:
    text = template_of(body_of("#| one of\ny = either(x, 2 * x)\n#| or\nif x > 0:\n    y = x\n#| end\nreturn y"))
    stream = random.Random(3)
    drawn = {
        choose(text, lambda parts: stream.sample(parts, len(parts)), lambda share: stream.random() < share)
        for _ in range(60)
    }
    assert drawn == {"y = x\nreturn y", "y = 2 * x\nreturn y", "if x > 0:\n    y = x\nreturn y"}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: f"{folder.parts[-4]}-{folder.name}")
def test_every_body_is_python_and_is_used_by_its_recipe(folder: Path) -> None:
    frontend = folder.parts[-4]
    for path in folder.glob("*.py"):
        assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), path.name
    (recipe,) = (FRONTENDS / frontend / "recipes").rglob(f"{folder.name}.py")
    named = set(re.findall(r'_BODIES\["([\w.]+)"\]', recipe.read_text(encoding="utf-8")))
    assert named == set(read_bodies(frontend, folder.name))
