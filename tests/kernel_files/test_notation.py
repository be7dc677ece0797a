"""Alternatives of kernel files: what each variant has, and what cannot be read."""

import random
from collections import Counter
from textwrap import dedent

import pytest

from synthesis.drawing.kernel_files.notation import NotationError, Text, read_text


def text_of(body: str) -> Text:
    source = dedent(body).strip("\n") + "\n"
    return read_text(source, 1, source.count("\n"))


def variants(text: Text, count: int = 300) -> Counter[str]:
    choices = random.Random(0)

    def shuffled(numbers: list[int]) -> list[int]:
        return choices.sample(numbers, len(numbers))

    return Counter(text.draw(shuffled, lambda p: choices.random() < p, set()) for _ in range(count))


def test_text_without_alternatives_stays_as_it_is() -> None:
    body = "x = 1  # a comment\n\nfor i in range(3):\n    y = {i: '~'}\n"
    assert set(variants(text_of(body), 3)) == {body}


def test_a_probability_decides_between_two_blocks() -> None:
    found = variants(text_of("""
        a = 1
        #| 0.8
        b = 2
        #| else
        c = 3
        #| end
        d = 4
    """), 1000)  # fmt: skip
    assert set(found) == {"a = 1\nb = 2\nd = 4\n", "a = 1\nc = 3\nd = 4\n"}
    assert 740 < found["a = 1\nb = 2\nd = 4\n"] < 860


def test_a_block_may_be_left_out() -> None:
    assert set(variants(text_of("#| 0.5\nb = 2\n#| end\nd = 4"))) == {"b = 2\nd = 4\n", "d = 4\n"}


def test_one_of_several_blocks_is_taken() -> None:
    found = variants(text_of("#| one of\na\n#| or\nb\n#| or\nc\n#| end"))
    assert set(found) == {"a\n", "b\n", "c\n"}
    assert min(found.values()) > 60


def test_some_of_several_blocks_stand_in_any_order() -> None:
    found = variants(text_of("#| some of\na\n#| and\nb\n#| end"))
    assert set(found) == {"a\n", "b\n", "a\nb\n", "b\na\n"}


def test_blocks_nest() -> None:
    found = variants(text_of("""
        if x:
            #| one of
            #| 0.5
            y = 1
            #| end
            z = 2
            #| or
            w = 3
            #| end
    """))  # fmt: skip
    assert set(found) == {"if x:\n    y = 1\n    z = 2\n", "if x:\n    z = 2\n", "if x:\n    w = 3\n"}


def test_expressions_keep_their_meaning_where_they_stand() -> None:
    found = variants(text_of("y = 2 * either(a + b, f(a), either(a, -b)) + ü['ä~']"))
    assert set(found) == {
        "y = 2 * (a + b) + ü['ä~']\n", "y = 2 * f(a) + ü['ä~']\n", "y = 2 * a + ü['ä~']\n", "y = 2 * (-b) + ü['ä~']\n",
    }  # fmt: skip


def test_an_expression_may_go_over_several_lines() -> None:
    found = variants(text_of("y = either(\n    a,\n    either(b,\n    c),\n) + either(d, e)\nz = 1"))
    assert {each.replace("\n    ", " ") for each in found} == {
        f"y = {first} + {second}\nz = 1\n" for first in "abc" for second in "de"
    }


def test_the_parts_that_are_taken_are_told() -> None:
    text = text_of("#| one of\na = either(1, 2)\n#| or\nb\n#| end")
    numbers = [place.first for place in text.alternatives()]
    assert numbers == [0, 2]
    taken = set[int]()
    drawn = text.draw(lambda each: each, lambda _: True, taken)
    assert (drawn, taken) == ("a = 1\n", {0, 2})


@pytest.mark.parametrize(
    ("body", "line", "message"),
    [
        ("a\n#| maybe\nb\n#| end", 2, "cannot read '#| maybe'; allowed: a probability"),
        ("#| 1.5\nb\n#| end", 1, "cannot read '#| 1.5'"),
        ("a\n#| or", 2, "unexpected '#| or'; nothing is open here"),
        ("#| one of\na\n#| and\nb\n#| end", 3, "unexpected '#| and'; allowed here: or, end"),
        ("#| one of\na\n#| end", 1, "needs two blocks or more"),
        ("a\n#| 0.5\nb", 2, "is not closed by '#| end'"),
        ("a\nb = either(c)", 2, "either takes two expressions or more"),
        ("b = either(c, *d)", 1, "either takes two expressions or more"),
    ],
)
def test_what_cannot_be_read_is_an_error_with_its_line(body: str, line: int, message: str) -> None:
    with pytest.raises(NotationError) as caught:
        text_of(body)
    assert caught.value.line == line
    assert message in str(caught.value)
