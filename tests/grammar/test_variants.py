"""Texts with choices in them: groups, what may be left out, several in any order, and how lines are indented."""

import ast
import itertools
import random
from collections.abc import Callable
from textwrap import dedent
from typing import cast

import pytest

from synthesis.drawing.variants import choose


def first(parts: list[str]) -> list[str]:
    return parts


def last(parts: list[str]) -> list[str]:
    return parts[::-1]


def always(_: float) -> bool:
    return True


def never(_: float) -> bool:
    return False


def test_a_group_is_one_of_its_parts() -> None:
    assert choose("x = {a ~ b}", first, always) == "x = a"
    assert choose("x = {a ~ b}", last, always) == "x = b"
    assert choose("x = a{ + b ~}", last, always) == "x = a"
    assert choose("x = {{a ~ b} + c ~ d}", first, always) == "x = a + c"


def test_words_stand_apart() -> None:
    assert choose("if x < 0.0{? and y}:", first, always) == "if x < 0.0 and y:"
    assert choose("{if ~ while} x:", last, always) == "while x:"


def test_what_may_be_left_out() -> None:
    assert choose("{?0.3 a()}\nb()", first, never) == "b()"
    assert choose("{?0.3 a()}\nb()", first, always) == "a()\nb()"
    assert choose("{? a() ~ c()}", first, never) == "c()"
    asked = list[float]()
    choose("{?0.3 a()}{? b()}", first, lambda probability: bool(asked.append(probability)))
    assert asked == [0.3, 0.4]


def test_several_stand_one_below_the_other() -> None:
    text = "if x:\n    {* a() ~\n        if y:\n            b()\n    ~ c()}\nd()"
    assert choose(text, last, always) == "if x:\n    c()\n    if y:\n        b()\n    a()\nd()"
    assert choose(text, first, never) == "if x:\n    a()\nd()"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("if x:\n    {\n        a()\n        b()\n    ~\n    c()\n    }\n", "if x:\n    a()\n    b()"),
        ("for k in n:\n    {if k:\n        break ~ a()}\n    b()", "for k in n:\n    if k:\n        break\n    b()"),
        ("{if x:\n    a()\nelse:\n    b() ~ c()}", "if x:\n    a()\nelse:\n    b()"),
        ("if x:\n    {a() ~ b()\nelse:\n    c()}", "if x:\n    a()"),
    ],
)
def test_lines_of_a_part_are_indented_as_its_group(text: str, expected: str) -> None:
    assert choose(text, first, always) == expected


def test_a_part_may_close_the_block_that_its_group_is_in() -> None:
    assert choose("if x:\n    {a() ~ b()\nelse:\n    c()}", last, always) == "if x:\n    b()\nelse:\n    c()"


def test_a_group_that_is_not_closed_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"a group is not closed: '\{a ~ b'"):
        choose("x = {a ~ b", first, always)


@pytest.mark.needs("warp")
def test_every_choice_of_every_kernel_text_is_python() -> None:
    from synthesis.frontends.warp.recipes.applications import (
        collisions,
        deformables,
        fields,
        kinematics,
        multibody,
        records,
        robots,
        vertices,
    )

    texts = [
        text
        for module in (collisions, deformables, fields, kinematics, multibody, records, robots, vertices)
        for name, table in vars(module).items()
        if name.isupper() and isinstance(table, dict)
        for text in cast(dict[str, object], table).values()
        if isinstance(text, str) and "\n" in text  # others say in words what a kernel does
    ]
    assert len(texts) > 30
    generator = random.Random(1)

    def shuffled(parts: list[str]) -> list[str]:
        return generator.sample(parts, len(parts))

    chances: tuple[Callable[[float], bool], ...] = (always, never, lambda share: generator.random() < share)
    for text, chance in itertools.product(texts, chances):
        for _ in range(5):
            ast.parse(choose(dedent(text), shuffled, chance))
