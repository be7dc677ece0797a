"""A text that is wrong is worth nothing, or what is said of it beforehand; and says what is wrong, and no number."""

import re
from collections.abc import Callable

import pytest
from scored_rows import SAMPLES, named_otherwise

from synthesis import Answer, ConfigError, Score, Scorer, Scoring
from synthesis.core.signatures import Role
from synthesis.dataset.storage.documents import Document
from synthesis.dataset.storage.reading import read_folder
from synthesis.scoring.scores import Refusal, Step
from synthesis.scoring.settings import BINARY, CREDITS


def scored(scorer: Scorer, row: Document, level: str, text: str) -> Score:
    (found,) = scorer.score([Answer(row=row, level=level, text=text)])
    return found


def test_texts_of_other_rows_are_worth_nothing_even_under_the_rows_name(
    warp_samples: list[Document], jax_samples: list[Document], scorer: Scorer
) -> None:
    answers: list[Answer] = []
    for rows in (warp_samples, jax_samples):
        for number, row in enumerate(rows):
            other = rows[(number + 1) % len(rows)]
            for level in row.metadata["verified"]:
                text = re.sub(rf"(?<![a-z]){other.name}(?=\b|_c)", row.name, other.texts[level] or "")
                answers.append(Answer(row=row, level=level, text=text))
    scores = scorer.score(answers)
    assert len(scores) >= 30
    assert [each for each in scores if each.value] == []


WRONG: dict[str, Callable[[str], str]] = {
    "another operation": lambda text: re.sub(r"wp::(add|mul)\(", "wp::sub(", text),
    "another element": lambda text: re.sub(r"wp::array_store\((\w+), (\w+),", r"wp::array_store(\1, 0 * \2,", text),
    "no store": lambda text: re.sub(r"wp::(?:array_store|atomic_\w+)\(.*\);", "", text),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_cpp_is_worth_nothing_and_says_in_how_many_elements(
    name: str, warp_samples: list[Document], scorer: Scorer
) -> None:
    texts = [(row, WRONG[name](row.texts["cpp_forward"] or "")) for row in warp_samples]
    answers = [Answer(row=row, level="cpp_forward", text=text) for row, text in texts
               if text != row.texts["cpp_forward"]]  # fmt: skip
    assert answers
    for found in scorer.score(answers):
        assert found.value in (0.0, CREDITS[Step.SOME])
        assert not found.accepted
        if found.symptom == "wrong_result":
            assert re.fullmatch(r".* is wrong in \d+ of \d+ elements on input \d+ of \d+", found.message)


@pytest.mark.needs("warp")
def test_what_the_tool_does_not_take_says_what_the_tool_says(warp_samples: list[Document], scorer: Scorer) -> None:
    row = warp_samples[0]
    found = scored(scorer, row, "cpp_forward", (row.texts["cpp_forward"] or "").replace("var_0 =", "nobody ="))
    assert (found.step, found.symptom) == (Step.PARSED, "build_error")
    assert "use of undeclared identifier 'nobody'" in found.message


@pytest.mark.needs("warp")
@pytest.mark.parametrize("level", ["cpp_forward", "cuda_backward"])
def test_a_text_that_is_cut_off_says_where_it_ends(level: str, scorer: Scorer) -> None:
    """Wherever it is cut: in the struct, in functions that stand before the kernel, in a head, in the kernel."""
    row = next(each for each in read_folder(SAMPLES / "warp")
               if (each.texts[level] or "").startswith("struct") and level in each.metadata["verified"])  # fmt: skip
    text = row.texts[level] or ""
    struct = text.index("};")
    inside = [*range(text.index("{") + 1, struct), *range(struct + 3, len(text) - 3, 37)]
    answers = [Answer(row=row, level=level, text=text[:end]) for end in inside]
    for answer, found in zip(answers, scorer.score(answers), strict=True):
        whole = re.sub(r"\n\w*$", "", answer.text).rstrip("; \n")
        if whole.endswith("}") and whole.count("{") == whole.count("}"):
            assert found.value == 0.0  # between two functions, where it may be all, and lacks the kernel
            continue
        assert (found.value, found.symptom) == (0.0, "syntax_error"), answer.text[-80:]
        assert found.message == "it has an end in the middle of a struct or a function"


JAXPRS: dict[str, tuple[Callable[[str], str], str, str]] = {
    "nonsense": (lambda _: "nonsense", "syntax_error", "line 1 has 'nonsense', expected '{'"),
    "half of it": (lambda text: text[: len(text) // 2], "syntax_error", r"line \d+ has .*, expected .*"),
    "an operation of nobody's": (
        lambda text: re.sub(r"= \w+ ", "= made_up ", text, count=1), "build_error", "made_up is not a known primitive",
    ),
    "a name of nobody's": (
        lambda text: re.sub(r"in \(\w+", "in (nobody", text), "build_error", ".*nobody is used before it is defined",
    ),
    "another function": (
        lambda _: "{ lambda ; . let in (1.0:f32[],) }", "build_error", r"it takes 0 arguments, not \d+",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", JAXPRS)
def test_a_jaxpr_that_is_none_says_where_and_why(name: str, jax_samples: list[Document], scorer: Scorer) -> None:
    change, symptom, message = JAXPRS[name]
    found = scored(scorer, jax_samples[0], "jaxpr", change(jax_samples[0].texts["jaxpr"] or ""))
    assert (found.value, found.step, found.symptom, found.judged) == (0.0, Step.PARSED, symptom, True)
    assert re.fullmatch(message, found.message)


def test_texts_that_are_not_executed_are_told_apart(jax_samples: list[Document], scorer: Scorer) -> None:
    row = jax_samples[0]
    document = Document(row.source, {**row.texts, "llvm_ir": "define void @f() { ret void }"},
                        {**row.metadata, "verified": ["llvm_ir"]}, row.stem, row.raw)  # fmt: skip
    assert scored(scorer, document, "llvm_ir", "define void @f()  { ret void }\n").value == 0.0
    assert scored(scorer, document, "llvm_ir", "define void @f() { ret void }  \n").same_text
    found = scored(scorer, document, "llvm_ir", "define void @g() { ret void }")
    assert found.symptom == Refusal.NOT_EXECUTED
    assert not found.judged


@pytest.mark.parametrize("text", ["", " \n", "```\n```", "\0", "x" * 70_000, "\ud800", "/* " * 30_000, '"\\' * 20_000,
                                  "(" * 3_000, " " * 60_000, None, 7, ["text"]])  # fmt: skip
def test_what_is_no_text_is_worth_nothing_at_once(text: str, warp_samples: list[Document], scorer: Scorer) -> None:
    for level in ("cpp_forward", "python"):
        found = scored(scorer, warp_samples[0], level, text)
        assert (found.value, found.step) == (0.0, Step.NOTHING)
        assert found.symptom
        assert found.message


def test_a_text_that_crashes_or_hangs_costs_itself(warp_samples: list[Document]) -> None:
    row = warp_samples[0]
    text = row.texts["cpp_forward"] or ""
    crash, hang = (
        text.replace("var_0 =", f"{each} var_0 =", 1) for each in ("wp::store((int*)16, 1);", "while (true) {}")
    )
    texts = [
        named_otherwise(row, "cpp_forward"),
        crash,
        text.replace("var_0", "one"),
        hang,
        text.replace("var_0", "two"),
    ]
    with Scorer(Scoring(text_time_limit=0.5)) as scorer:
        found = scorer.score([Answer(row=row, level="cpp_forward", text=each) for each in texts])
    assert [each.accepted for each in found] == [True, False, True, False, True]
    assert [each.symptom for each in found if each.symptom] == ["crash", "timeout"]


# ---- credit


def test_credits_are_monotone_and_all_is_worth_one() -> None:
    assert [*CREDITS.values()] == sorted(CREDITS.values())
    assert CREDITS[Step.ALL] == BINARY[Step.ALL] == 1.0
    assert max(value for step, value in CREDITS.items() if step is not Step.ALL) <= 0.5
    assert Scoring(credits={"ran": 0.1}).step_credits[Step.SOME] == 0.1
    assert Scoring(credits={}).step_credits == BINARY
    for wrong in ({"ran": 0.5, "some": 0.1}, {"all": 0.5}, {"nothing": 2}, {"nowhere": 0.1}, {"ran": "much"}, 3):
        with pytest.raises(ConfigError, match="credits"):
            Scoring(credits=wrong)  # pyright: ignore[reportArgumentType]


def test_credits_that_are_given_are_what_a_step_is_worth(jax_samples: list[Document]) -> None:
    row = jax_samples[0]
    with Scorer(Scoring(credits={"parsed": 0.125})) as scorer:
        assert scored(scorer, row, "stablehlo", "module { nothing }").value == 0.125
        assert scored(scorer, row, "stablehlo", "").value == 0.0


@pytest.mark.parametrize(("name", "value"), [("seed", "x"), ("workers", 0), ("text_limit", True),
                                             ("text_time_limit", 0), ("sandbox", "some"),
                                             ("require_verified", 1)])  # fmt: skip
def test_settings_that_nothing_can_be_scored_with_are_refused(name: str, value: object) -> None:
    with pytest.raises(ConfigError, match=name):
        Scoring.of(**{name: value})


def test_a_derivative_whose_results_are_right_and_whose_tangents_are_wrong_has_half(
    derivative_rows: list[Document], scorer: Scorer
) -> None:
    row = next(each for each in derivative_rows if "jvp_stablehlo" in each.metadata["verified"])
    text = row.texts["jvp_stablehlo"] or ""
    found = re.search(r"return (%\w+), (%\w+) : (tensor<[^>]*>), (tensor<[^>]*>)\n  \}", text)
    assert found is not None
    negated = f"%n = stablehlo.negate {found[2]} : {found[4]}\n    return {found[1]}, %n : {found[3]}, {found[4]}\n  }}"
    score = scored(scorer, row, "jvp_stablehlo", text.replace(found[0], negated))
    assert (score.step, score.value, score.symptom) == (Step.FORWARD, 0.5, "wrong_gradient")
    assert not re.search(r"\d\.\d", score.message)
    zeros = f"%n = stablehlo.constant dense<0.0> : {found[3]}\n    return %n, {found[2]} : {found[3]}, {found[4]}\n  }}"
    assert scored(scorer, row, "jvp_stablehlo", text.replace(found[0], zeros)).value == 0.0


def test_a_wrong_gradient_is_worth_nothing_and_says_of_what(
    derivative_rows: list[Document], warp_samples: list[Document], scorer: Scorer
) -> None:
    moving = [row for row in warp_samples if any(
        each.is_float and each.role is Role.INPUT for each in row.spec.signature.spread.arguments)]  # fmt: skip
    texts = [(row, re.sub(r"wp::adj_address\(.*\);", "", row.texts["cpp_backward"] or "")) for row in moving]
    answers = [Answer(row=row, level="cpp_backward", text=text) for row, text in texts]
    row = next(each for each in derivative_rows if "vjp_stablehlo" in each.metadata["verified"])
    text = row.texts["vjp_stablehlo"] or ""
    twice = re.sub(
        r"return (%\w+)(.*?) : (tensor<[^>]*>)", r"%t = stablehlo.add \1, \1 : \3\n    return %t\2 : \3", text
    )
    answers.append(Answer(row=row, level="vjp_stablehlo", text=twice))
    scores = scorer.score(answers)
    assert len(scores) >= 2
    for found in scores:
        assert found.value == 0.0
        assert not re.search(r"\d\.\d", found.message)


def test_one_of_two_results_that_is_right_has_a_quarter_where_nothing_trivial_would_be(scorer: Scorer) -> None:
    answers: list[Answer] = []
    for row in read_folder(SAMPLES / "warp"):
        text = row.texts["cpp_forward"] or ""
        stored = dict.fromkeys(re.findall(r"wp::array_store\((var_[a-z]\w*), ", text))
        if len(stored) == 2 and "cpp_forward" in row.metadata["verified"]:
            last = [*stored][-1]
            answers.append(
                Answer(row=row, level="cpp_forward", text=re.sub(rf"wp::array_store\({last}, .*;", "", text))
            )
    scores = scorer.score(answers[:12])
    assert {each.value for each in scores} <= {0.0, CREDITS[Step.SOME]}
    assert any(each.step is Step.SOME and each.symptom == "wrong_result" for each in scores)
