"""Lines of Python that are assembled into templates."""

from synthesis.drawing.lines import with_parts

WHOLE = """
    if x > 0.0:
        LOOP
    {?0.5 y = 0.0
    ENDS}
"""
LOOP = """
    for i in range(n):
        y += x
"""
ENDS = """
    y = 1.0
    return
"""


def test_a_part_is_indented_like_its_placeholder_and_keeps_the_braces_after_it() -> None:
    assert with_parts(WHOLE, loop=LOOP, ends=ENDS) == (
        """
    if x > 0.0:
        for i in range(n):
            y += x
    {?0.5 y = 0.0
    y = 1.0
    return}
"""
    )


def test_a_line_that_no_part_is_given_for_stays() -> None:
    assert with_parts(WHOLE, ends=ENDS).split("\n")[2] == "        LOOP"
