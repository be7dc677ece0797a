"""What nobody reads is left out of a body, and nothing else."""

from synthesis.drawing.pruning import prune


def test_what_is_read_stays() -> None:
    texts = ["a = f()", "if a > 0:\n    out[0] = a"]
    assert prune(texts) == texts


def test_assignments_that_nobody_reads_go_with_what_only_they_needed() -> None:
    assert prune(["a = f()\nb = a + 1", "b += 2\nout[0] = c"]) == ["out[0] = c"]


def test_a_statement_without_a_body_goes() -> None:
    assert prune(["if x:\n    a = 1\nout[0] = x"]) == ["out[0] = x"]
    assert prune(["for k in range(n):\n    a = k\nout[0] = x"]) == ["out[0] = x"]


def test_the_other_branch_stays() -> None:
    assert prune(["if x:\n    a = 1\nelse:\n    out[0] = x"]) == ["if not x:\n    out[0] = x"]


def test_comments_go_with_what_they_are_about() -> None:
    (left,) = prune(["'why'\na = 1\n'and this'\nout[0] = x"])
    assert "why" not in left
    assert "and this" in left
