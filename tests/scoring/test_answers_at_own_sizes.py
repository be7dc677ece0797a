"""Answers to rows with a twin are run at the row's own sizes, on what its own source gives there."""

import re
from collections.abc import Callable, Iterator, Sequence

import pytest
from scored_rows import SAMPLES, named_otherwise, numbers_of

from synthesis import Answer, KernelGenerator, Score, Scorer, run_pipeline
from synthesis.core.records import KernelSpec
from synthesis.dataset.storage.documents import Document
from synthesis.dataset.storage.reading import read_folder
from synthesis.scoring.scores import Refusal, Step

_VALUE = r"%\w+(?:#\d+)?"
_BINARY = rf"%(\w+) = stablehlo\.@ ({_VALUE}), ({_VALUE}) : (tensor<[^>]*f32>)"


def scored(scorer: Scorer, row: Document, level: str, text: str) -> Score:
    (found,) = all_scored(scorer, row, [(level, text)])
    return found


def all_scored(scorer: Scorer, row: Document, texts: Sequence[tuple[str, str]]) -> list[Score]:
    """The scores of other texts of a row than its own, whose source is run once for all."""
    found = scorer.score([Answer(row=row, level=level, text=text) for level, text in texts])
    for each in found:
        assert each.judged, each.message
        assert not each.same_text
    return found


Changes = dict[str, tuple[str, Callable[[str], str]]]
"""Changes by what they do: the level of the text, and what becomes of it."""


def changed(row: Document, changes: Changes) -> dict[str, tuple[str, str]]:
    """The level and the text of each change that changes a row's text."""
    texts = {name: (level, row.texts[level] or "", change) for name, (level, change) in changes.items()}
    return {name: (level, change(text)) for name, (level, text, change) in texts.items() if change(text) != text}


def binary(operation: str, replacement: str, count: int = 0) -> Callable[[str], str]:
    """A text with a StableHLO operation of two numbers in other words, wherever it stands or so often."""
    return lambda text: re.sub(_BINARY.replace("@", operation), replacement, text, count=count)


def returned(replacement: str) -> Callable[[str], str]:
    """A text whose first result is another: \\1 is its value, \\2 are the others, and \\3 is its type."""
    given = rf"return ({_VALUE})((?:, {_VALUE})*) : (tensor<[^>]*f32>)"
    return lambda text: re.sub(given, rf"{replacement}\n    return %made\2 : \3", text, count=1)


def exchange_operands(text: str) -> str:
    """A text with the first difference the other way round whose sign matters: it is not squared and has no abs.

    Nor is it handed to a function, which may do either.
    """
    for found in re.finditer(_BINARY.replace("@", "subtract"), text):
        number, left, right, kind = found.groups()
        if not re.search(rf"multiply %{number}, %{number} |abs %{number} |call @\w+\([^)]*%{number}\b", text):
            return text.replace(found[0], f"%{number} = stablehlo.subtract {right}, {left} : {kind}", 1)
    return text


@pytest.fixture(params=range(4))
def row(request: pytest.FixtureRequest, twin_samples: list[Document]) -> Document:
    """Samples of four recipes, each the first of its own that most of the changes below change.

    None of them goes on until it is good enough: what comes of that may be the same wherever it begins.
    """
    changes = [*RIGHT.values(), *WRONG.values()]
    found = dict[str, Document]()
    for each in twin_samples:
        texts = {name: text or "" for name, text in each.texts.items()}
        if "while_loop(" in each.spec.source:
            continue
        if sum(change(texts[level]) != texts[level] for level, change in changes) > 8:
            found.setdefault(each.spec.recipe, each)
    assert len(found) >= 4, f"most of what is changed here is in samples of these alone: {', '.join(found)}"
    return found[sorted(found)[request.param]]


RIGHT: Changes = {
    "operands the other way round": ("stablehlo", binary("multiply", r"%\1 = stablehlo.multiply \3, \2 : \4")),
    "a difference as a sum": (
        "stablehlo",
        binary("subtract", r"%n\1 = stablehlo.negate \3 : \4 %\1 = stablehlo.add \2, %n\1 : \4"),
    ),
    "twice without once": (
        "stablehlo",
        binary(
            "add",
            r"%s\1 = stablehlo.add \2, \3 : \4 %d\1 = stablehlo.add %s\1, %s\1 : \4 "
            r"%\1 = stablehlo.subtract %d\1, %s\1 : \4",
        ),
    ),
    "operands of a jaxpr the other way round": (
        "jaxpr",
        lambda text: re.sub(r" = mul (\S+) (\S+)", r" = mul \2 \1", text),
    ),
    "a square as a product": (
        "jaxpr",
        lambda text: re.sub(r" = (?:square|integer_pow\[y=2\]) (\S+)", r" = mul \1 \1", text),
    ),
}


def test_a_text_that_says_the_same_in_other_words_is_worth_all(row: Document, scorer: Scorer) -> None:
    texts = changed(row, RIGHT)
    assert len(texts) >= 3, "it has little that could be said in other words"
    texts |= {f"what nobody uses in {level}": (level, named_otherwise(row, level)) for level in ("jaxpr", "stablehlo")}
    scores = dict(zip(texts, all_scored(scorer, row, [*texts.values()]), strict=True))
    assert {name: (found.value, found.step) for name, found in scores.items()} == dict.fromkeys(texts, (1.0, Step.ALL))


WRONG: Changes = {
    "zeros": ("stablehlo", returned(r"%made = stablehlo.constant dense<0.0> : \3")),
    "a little off": (
        "stablehlo",
        returned(r"%by = stablehlo.constant dense<1.02> : \3 %made = stablehlo.multiply \1, %by : \3"),
    ),
    "another operation": ("stablehlo", binary("add", r"%\1 = stablehlo.subtract \2, \3 : \4")),
    "operands exchanged": ("stablehlo", lambda text: exchange_operands(text)),
    "a constant a tenth off": (
        "jaxpr",
        lambda text: re.sub(r"(?<=[ =])(0\.\d+|\d\.\d*[1-9]):f32", lambda match: f"{1.1 * float(match[1])}:f32", text),
    ),
    "a size that is another's": ("jaxpr", lambda text: re.sub(r"(?<=[\[,])\d{3,}(?=[\],])", "64", text)),
}


def test_a_text_that_is_wrong_is_not_accepted(row: Document, scorer: Scorer) -> None:
    texts = changed(row, WRONG)
    assert len(texts) >= 4, "it has little that could be made wrong"
    for name, found in zip(texts, all_scored(scorer, row, [*texts.values()]), strict=True):
        assert not found.accepted, name
        assert found.value == 0.0 or found.step is Step.SOME, name  # another result of it is right
        assert not re.search(r"\d\.\d", found.message), name


def test_an_axis_that_is_the_other_one_is_wrong(twin_samples: list[Document], scorer: Scorer) -> None:
    row = next(each for each in twin_samples if each.name == "integrate_sir_model")
    text = row.texts["stablehlo"] or ""
    turned = re.sub(r"(%\w+) = (stablehlo\.concatenate .*dim = 1.*-> (tensor<\S+>))",
                    r"\1_o = \2 \1 = stablehlo.reverse \1_o, dims = [1] : \3", text)  # fmt: skip
    assert turned != text
    assert scored(scorer, row, "stablehlo", turned).value == 0.0


def test_python_is_run_at_the_rows_own_sizes_too(twin_samples: list[Document], scorer: Scorer) -> None:
    row = next(each for each in twin_samples if each.name == "integrate_sir_model")
    other = row.source.replace("recoveries = gamma * infected", "recoveries = infected * gamma")
    assert scored(scorer, row, "python", other).accepted
    # right where it was run
    small = row.source.replace("= gamma * infected", "= (gamma * y.shape[0] / 128) * infected")
    unrolled = row.source.replace("= gamma * infected", "= (gamma if y.shape[0] == 1024 else gamma + 0) * infected")
    assert small != row.source != unrolled
    assert scored(scorer, row, "python", small).value == 0.0
    found = scorer.score([Answer(row=row, level="python", text=unrolled)])[0]
    assert found.accepted  # it is another function at small sizes, and the same at those that were asked for


def turn(source: str) -> str:
    """A source with the factors of its products the other way round, or as it is if it has no product of two names."""
    return re.sub(r"(?<=[-:=+] )([a-z]\w*) \* ([a-z]\w*)\b(?! [*/]|[.(\[])", r"\2 * \1", source)


def test_what_is_too_dear_even_so_is_told_apart(scorer: Scorer) -> None:
    rows = (each for each in read_folder(SAMPLES / "jax") if numbers_of(each) > 1 << 24)
    row, turned = next((each, turn(each.source)) for each in rows if turn(each.source) != each.source)
    text = row.texts["stablehlo"] or ""
    assert scorer.score([Answer(row=row, level="stablehlo", text=text)])[0].same_text
    (found,) = scorer.score([Answer(row=row, level="stablehlo", text=named_otherwise(row, "stablehlo"))])
    assert (found.value, found.symptom, found.judged) == (0.0, Refusal.NOT_EXECUTED, False)
    assert re.fullmatch(r"at its own sizes its arrays have \d+ elements; the limit is \d+", found.message)
    for source, judged in ((row.source, True), (turned, False)):  # it is right at small sizes, and maybe only there
        (found,) = scorer.score([Answer(row=row, level="python", text=source + "\n\nMORE = 1\n")])
        assert (found.accepted, found.judged) == (judged, judged)


def test_the_same_seed_gives_the_same_scores(twin_samples: list[Document], scorer: Scorer) -> None:
    row = next(
        each for each in twin_samples if WRONG["zeros"][1](each.texts["stablehlo"] or "") != each.texts["stablehlo"]
    )
    answers = [Answer(row=row, level="stablehlo", text=WRONG["zeros"][1](row.texts["stablehlo"] or "")),
               Answer(row=row, level="stablehlo", text=named_otherwise(row, "stablehlo"))]  # fmt: skip
    assert scorer.score(answers, seed=7) == scorer.score(answers, seed=7)


_OF_DERIVATIVES = ("hlo", "vjp_jaxpr", "vjp_stablehlo", "vjp_hlo", "jvp_jaxpr", "jvp_stablehlo", "jvp_hlo")


def _first_of(seed: int, recipe: str) -> KernelSpec:
    generator = KernelGenerator("jax", seed)
    return generator.spec(next(generator.numbers_of(recipe)))


def _takes_numbers(spec: KernelSpec) -> bool:
    """Whether a function is run at other sizes than its own, in one step, and takes numbers that may be any."""
    numbers = [each for each in spec.signature.arguments if each.shape == () and each.dtype == "float32"]
    return spec.signature.twin is not None and bool(numbers) and not re.search(r"scan\(|_loop\(", spec.source)


@pytest.fixture(scope="session")
def control_row(tmp_path_factory: pytest.TempPathFactory) -> Document:
    """A step of a controlled system at its own sizes: it takes numbers too, and its derivatives are not dear."""
    out = tmp_path_factory.mktemp("control")
    seed = next(each for each in range(2, 100) if _takes_numbers(_first_of(each, "control")))
    run_pipeline(1, out, frontend="jax", seed=seed, recipe="control", level=list(_OF_DERIVATIVES), workers=1)
    (row,) = read_folder(out)
    assert row.spec.signature.twin is not None
    return row


@pytest.fixture(scope="session")
def usual_scorer() -> Iterator[Scorer]:
    """A scorer with the usual limits: derivatives at their own sizes take seconds to be made again."""
    with Scorer() as found:
        yield found


@pytest.mark.parametrize("level", _OF_DERIVATIVES)
def test_hlo_and_derivatives_are_judged_at_the_rows_own_sizes(
    level: str, control_row: Document, usual_scorer: Scorer
) -> None:
    assert () in [each.shape for each in control_row.spec.signature.arguments]
    text = named_otherwise(control_row, level)
    spoilt = {"jaxpr": r"(?<= = )mul\b", "stablehlo": r"stablehlo\.multiply\b", "hlo": r"\bmultiply\("}
    by = {"jaxpr": "add", "stablehlo": "stablehlo.add", "hlo": "add("}
    language = level.rpartition("_")[2]
    wrong = re.sub(spoilt[language], by[language], text)
    assert wrong != text
    right, found = all_scored(usual_scorer, control_row, [(level, text), (level, wrong)])
    assert (right.value, right.step) == (1.0, Step.ALL), right
    assert not found.accepted
    assert found.step in (Step.RAN, Step.SOME, Step.FORWARD)
