"""Files of generations: the forms that lines may have, and what is said of others."""

import json
from pathlib import Path

import pytest

from synthesis import TargetError
from synthesis.scoring.evaluation.questions import read_questions


def file_of(folder: Path, *lines: object) -> Path:
    path = folder / "generations.jsonl"
    path.write_text("".join((each if isinstance(each, str) else json.dumps(each)) + "\n" for each in lines))
    return path


def test_a_line_names_a_level_or_a_direction_which_goes_before_the_level_beside_it(tmp_path: Path) -> None:
    path = file_of(
        tmp_path,
        {"id": "a", "level": "jaxpr", "completions": ["x", "y"]},
        "",
        {"id": "b", "direction": "jaxpr-to-python", "level": "jaxpr", "completions": ["x"]},
        {"id": "c", "direction": "cuda_forward+cuda_backward-to-ptx", "level": "ptx", "completions": ["x"]},
    )
    level, back, both = read_questions(path)
    assert (level.target, level.given, level.direction, level.completions) == ("jaxpr", (), "", ("x", "y"))
    assert (back.target, back.given, back.direction, back.line) == ("python", ("jaxpr",), "jaxpr-to-python", 3)
    assert (both.target, both.given) == ("ptx", ("cuda_forward", "cuda_backward"))


def test_completions_may_be_messages(tmp_path: Path) -> None:
    said = {"role": "assistant", "content": "x"}
    path = file_of(
        tmp_path, {"id": "a", "level": "jaxpr", "completions": [said, [{"role": "user", "content": "?"}, said]]}
    )
    (found,) = read_questions(path)
    assert found.completions == ("x", "x")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ([1], "an object"),
        ({"level": "jaxpr", "completions": ["x"]}, "id"),
        ({"id": "a", "completions": ["x"]}, "level or a direction"),
        ({"id": "a", "direction": "jaxpr", "completions": ["x"]}, "python-to-jaxpr"),
        ({"id": "a", "level": "jaxpr", "completions": []}, "at least one"),
        ({"id": "a", "level": "jaxpr", "completions": "x"}, "list"),
        ({"id": "a", "level": "jaxpr", "completions": [3]}, "a text or a list of messages"),
    ],
)
def test_a_line_that_is_none_is_named(tmp_path: Path, line: object, words: str) -> None:
    path = file_of(tmp_path, {"id": "a", "level": "jaxpr", "completions": ["x"]}, line)
    with pytest.raises(TargetError, match=words) as caught:
        list(read_questions(path))
    assert f"{path}:2" in str(caught.value)


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match="no generations"):
        list(read_questions(file_of(tmp_path)))
