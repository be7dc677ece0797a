"""A text that is right is accepted: the row's own at once, any other by execution."""

import re
from collections.abc import Callable

import pytest
from conftest import other_release
from scored_rows import named_otherwise

from synthesis import Answer, ConfigError, Scorer, Scoring, score
from synthesis.core.errors import UsageError
from synthesis.dataset.storage.documents import Document


def of_levels(rows: list[Document], text: Callable[[Document, str], str]) -> list[Answer]:
    return [Answer(row=row, level=level, text=text(row, level)) for row in rows for level in row.metadata["verified"]]


def own(row: Document, level: str) -> str:
    return row.texts[level] or ""


@pytest.mark.parametrize("samples", ["warp_samples", "jax_samples", "derivative_rows"])
def test_a_rows_own_text_is_worth_all_and_nothing_is_run(
    samples: str, request: pytest.FixtureRequest, scorer: Scorer
) -> None:
    rows: list[Document] = request.getfixturevalue(samples)
    scores = scorer.score(of_levels(rows, own))
    assert len(scores) >= 12
    assert all(each.value == 1.0 and each.accepted and each.same_text for each in scores)


@pytest.mark.parametrize("samples", ["warp_samples", "jax_samples", "derivative_rows"])
def test_a_text_that_differs_in_a_name_or_in_what_nobody_uses_is_run_and_accepted(
    samples: str, request: pytest.FixtureRequest, scorer: Scorer
) -> None:
    rows: list[Document] = request.getfixturevalue(samples)
    answers = of_levels(rows, named_otherwise)
    for answer, found in zip(answers, scorer.score(answers), strict=True):
        assert found.accepted, f"{answer.row.stem}, {answer.level}: {found}"
        assert not found.same_text


@pytest.mark.parametrize("fence", ["```{}```", "```cpp\n{}```\n", "\n~~~\n{}~~~"])
def test_one_fence_around_the_whole_is_taken_off(fence: str, warp_samples: list[Document], scorer: Scorer) -> None:
    row = warp_samples[0]
    text = fence.format(own(row, "cpp_forward")) if "\n" in fence else f"```\n{own(row, 'cpp_forward')}\n```"
    (found,) = scorer.score([Answer(row=row, level="cpp_forward", text=text)])
    assert found.same_text


_OF_NUMBERS = re.compile(r"wp::mul\((var_\d+), (var_\d+)\)")
OTHER_WORDS: dict[str, Callable[[str], str]] = {
    "comments": lambda text: f"// first\n{text.replace(';', '; /* more */', 1)}",
    "white space": lambda text: re.sub(r"\n +", "\n", text),
    "names of its own": lambda text: re.sub(r"\bvar_(\d+)\b", r"value\1", text),
    "names that a library has": lambda text: re.sub(r"\bvar_1\b", "stdout", re.sub(r"\bvar_0\b", "environ", text)),
    "operators": lambda text: re.sub(r"wp::neg\((var_\d+)\)", r"-\1", re.sub(_OF_NUMBERS, r"\1 * \2", text)),
    "operands the other way round": lambda text: re.sub(
        r"wp::(add|mul)\((var_\d+), (var_\d+)\)", r"wp::\1(\3, \2)", text
    ),
    "auto": lambda text: re.sub(r"^( +)(var_0) = ", r"\1auto also = 0; \2 = ", text, count=1, flags=re.MULTILINE),
    "a block": lambda text: re.sub(r"^( +)(wp::array_store\(.*\);)$", r"\1{ \2 }", text, flags=re.MULTILINE),
    "a branch": lambda text: re.sub(r"(wp::array_store\(.*\);)", r"if (true) { \1 } else { return; }", text),
}


@pytest.mark.parametrize("name", OTHER_WORDS)
def test_cpp_that_says_the_same_in_other_words_is_accepted(
    name: str, warp_samples: list[Document], scorer: Scorer
) -> None:
    answers: list[Answer] = []
    for row in warp_samples:
        text = OTHER_WORDS[name](own(row, "cpp_forward"))
        if re.search("(?:mat|quat|transform)_t", text) and name.startswith("oper"):
            continue
        if text != own(row, "cpp_forward") and not row.spec.signature.tiled:
            answers.append(Answer(row=row, level="cpp_forward", text=text))
    assert answers
    for answer, found in zip(answers, scorer.score(answers), strict=True):
        assert found.accepted, f"{answer.row.stem}: {found}"


STABLEHLO: dict[str, Callable[[str], str]] = {
    "names of its own": lambda text: text.replace("%arg0", "%left").replace("%0", "%first"),
    "operands the other way round": lambda text: re.sub(
        r"stablehlo\.(add|multiply) (%[\w]+), (%[\w]+) :", r"stablehlo.\1 \3, \2 :", text
    ),
    "a double negation": lambda text: re.sub(
        r"return (%\w+) : (tensor<[^>]*f32>)\n  \}",
        r"%m = stablehlo.negate \1 : \2\n    %n = stablehlo.negate %m : \2\n    return %n : \2\n  }",
        text,
    ),
    "comments": lambda text: f"// first\n{text}",
}


@pytest.mark.parametrize("name", STABLEHLO)
def test_stablehlo_that_says_the_same_in_other_words_is_accepted(
    name: str, jax_samples: list[Document], scorer: Scorer
) -> None:
    texts = [(row, STABLEHLO[name](own(row, "stablehlo"))) for row in jax_samples]
    answers = [Answer(row=row, level="stablehlo", text=text) for row, text in texts if text != own(row, "stablehlo")]
    assert answers
    for answer, found in zip(answers, scorer.score(answers), strict=True):
        assert found.accepted, f"{answer.row.stem}: {found}"


PYTHON: dict[str, Callable[[str], str]] = {
    "the row's own": lambda source: f"{source}\n\n",
    "comments": lambda source: f"# first\n{source}",
    "a constant more": lambda source: f"{source}\n\nMORE = 3\n",
}


@pytest.mark.parametrize("name", PYTHON)
def test_python_that_gives_the_same_ir_is_accepted(
    name: str, warp_samples: list[Document], jax_samples: list[Document], scorer: Scorer
) -> None:
    answers = [
        Answer(row=row, level="python", text=PYTHON[name](row.source)) for row in (*warp_samples[:2], *jax_samples[:2])
    ]
    for answer, each in zip(answers, scorer.score(answers), strict=True):
        assert each.accepted
        assert each.same_text or other_release(answer.row.frontend)  # the samples are the pinned release's


def test_python_that_gives_another_ir_is_run_on_what_the_rows_own_source_gives(
    warp_samples: list[Document], scorer: Scorer
) -> None:
    pattern, answers = re.compile(r"^    (\w+)\[(\w+)\] = (.*[a-z].*)$", re.MULTILINE), list[Answer]()
    for replacement in (r"    \1[\2] = (\3) + (\3) - (\3)", r"    \1[\2] = (\3) + (\3)"):
        for row in warp_samples:
            text, count = pattern.subn(replacement, row.source)
            if count == 1:
                answers.append(Answer(row=row, level="python", text=text))
    scores = scorer.score(answers)
    half = len(scores) // 2
    assert half
    assert all(each.accepted and not each.same_text for each in scores[:half])
    assert not any(each.accepted for each in scores[half:])


def test_one_call_scores_one_text(warp_samples: list[Document]) -> None:
    row = warp_samples[0]
    assert score(row, own(row, "cpp_forward"), level="cpp_forward").same_text
    assert score(row.raw, own(row, "cpp_forward"), level="cpp_forward", seed=3).accepted
    assert not score(row, "", level="cpp_forward").value


def test_a_level_that_the_row_has_no_proved_text_of_is_an_error(warp_samples: list[Document]) -> None:
    row = warp_samples[0]
    with pytest.raises(ConfigError, match=r"'ptx'.*has no such text"):
        score(row, "", level="ptx")
    unproved = {**row.raw, "metadata": {**row.raw["metadata"], "verified": "[]", "gradient": "not_checked"}}
    with pytest.raises(ConfigError, match="does not list it as verified"):
        score(unproved, "", level="cpp_forward")
    assert not score(unproved, "", level="cpp_forward", require_verified=False).value
    with pytest.raises(UsageError, match="no such setting: workrs"):
        score(row, "", level="cpp_forward", workrs=2)


def test_the_same_seed_gives_the_same_scores_and_none_gives_others_inputs(jax_samples: list[Document]) -> None:
    row = jax_samples[0]
    wrong = own(row, "stablehlo").replace("stablehlo.", "stablehlo.negate %arg0 : x\n stablehlo.", 1)
    with Scorer(Scoring(seed=5)) as fixed:
        answers = [Answer(row=row, level="stablehlo", text=each) for each in (wrong, named_otherwise(row, "stablehlo"))]
        assert fixed.score(answers) == fixed.score(answers) == fixed.score(answers, seed=5)
