"""Sources in other words: what stands in the way of a row is said so that it may stand there, and nothing else is."""

import pytest

from synthesis.frontends.plain_form import made_plain
from synthesis.frontends.plainness import more_than_a_kernel

HEAD = "import dataclasses\nimport jax\nimport jax.numpy as jnp\nfrom typing import NamedTuple\n"
LISTED = "sizes = [1.0, 2.0]\ntable = {'a': sizes}\ndef add(values):\n    return sum(values)\n"
HIDDEN = (
    "@dataclasses.dataclass(eq=False)\nclass Norm:\n    _eps: object\n    clear: object\n\n"
    "    def _shift(self, x):\n        return x + self._eps\n\n"
    "    def __call__(self, x):\n        return self._shift(x) * self.clear(x)\nnorm = Norm(_eps=0.1, clear=jnp.sin)\n"
)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (LISTED + "def f(x):\n    return add(sizes) * x", "return add(sizes()) * x"),
        (LISTED + "def f(x):\n    return add(table['a']) * x", "table = {'a': sizes}"),
        (HIDDEN + "def f(x):\n    return norm(x)", "norm = Norm(eps=0.1, clear_=jnp.sin)"),
    ],
    ids=["lists", "not needed", "attributes"],
)
def test_other_words_make_a_source_plain(source: str, text: str) -> None:
    found, _ = made_plain(HEAD + source + "\n")
    assert more_than_a_kernel(found) is None
    assert text in found
    space: dict[str, object] = {}
    exec(compile(found, "<source>", "exec"), space)
    assert callable(space["f"])


@pytest.mark.parametrize(
    "source",
    [
        "def f(x):\n    jnp.sin.hidden = x\n    return x",
        "import os\ndef f(x):\n    return x",
        "sizes = [1.0]\ndef f(sizes, x):\n    return g(sizes)\ndef g(x):\n    return add(x, sizes)",
        "def f(x):\n    return x._hidden",
    ],
)
def test_what_other_words_do_not_make_plain_stays_as_it_is(source: str) -> None:
    assert made_plain(HEAD + source + "\n") == (HEAD + source + "\n", {})


def test_the_new_names_of_attributes_are_told() -> None:
    _, others = made_plain(HEAD + HIDDEN + "def f(x):\n    return norm(x)\n")
    assert others == {"_eps": "eps", "_shift": "shift", "clear": "clear_"}
