"""Triton's lower levels are verified by their bytes: the row's verified TTIR text is lowered to them again."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from test_triton_proving import ORDER, REFUSED, WRONG, added_spec, before
from triton_parts import FRONTEND, drawn, texts_of

from synthesis import Pair, Rejection, Symptom, SynthesisPipeline
from synthesis.core.verdicts import Hindrance
from synthesis.frontends.base import LOWERED, Program, Purpose, RunKey, Values
from synthesis.frontends.triton import proving
from synthesis.frontends.triton.lowering import lower_again
from synthesis.making.runs.reverification import verify_folder
from synthesis.pipeline import run_pipeline
from synthesis.verification.judge import Judgement
from synthesis.verification.planning import make_plan
from synthesis.verification.verifier import Verifier

pytestmark = pytest.mark.needs("triton")

LEVELS = ("ttir", "ttgir", "ptx", "llir")
BY_BYTES = [
    ("cuda:90", "ptx"),
    ("cuda:90", "llir"),
    ("cuda:80", "ptx"),
    ("cuda:100", "ptx"),
    ("hip:gfx942", "llir"),
    ("hip:gfx942", "amdgcn"),
]


RUNS: Mapping[RunKey, Values] = {RunKey(Purpose.LOWERED): {}}


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    return texts_of(added_spec(), LEVELS)


@pytest.fixture(scope="module")
def verifier() -> Iterator[Verifier]:
    with Verifier(FRONTEND, untrusted=True) as found:
        yield found


def judged(verifier: Verifier, texts: Mapping[str, str], device: str | None = "cuda:90") -> Judgement:
    """The judgement of texts that somebody else may have made."""
    kernel = FRONTEND.load_one(added_spec())
    assert not isinstance(kernel, Rejection)
    try:
        plan = make_plan(FRONTEND, kernel, texts, useful=False, fresh=False, device=device)
    finally:
        FRONTEND.compiler.release([kernel])
    (found,) = verifier.judge([plan])
    return found


@pytest.mark.parametrize(("device", "level"), BY_BYTES)
def test_a_ttir_text_is_lowered_to_the_bytes_of_the_row(device: str, level: str, tmp_path: Path) -> None:
    spec = drawn("softmax")
    made = texts_of(spec, ["ttir", level], device)
    by = FRONTEND.level(level).made_by
    again = {lower_again(made["ttir"], by, spec.signature, device, tmp_path) for _ in range(2)}
    assert again == {made[level]}
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("recipe", ["map", "softmax", "matmul", "atomics"])
def test_the_row_says_which_texts_were_lowered_again(recipe: str) -> None:
    pair = SynthesisPipeline(FRONTEND, level=LEVELS, verify="all").create_pair(drawn(recipe))
    assert isinstance(pair, Pair), pair
    assert set(pair.verdict.verified) == set(LEVELS)
    assert pair.verdict.lowered == {"ptx": "ttir", "llir": "ttir"}


def test_options_of_the_row_are_those_it_is_lowered_with(verifier: Verifier, texts: dict[str, str]) -> None:
    other = texts_of(replace(spec := added_spec(), signature=replace(spec.signature, options={"num_warps": 8})), LEVELS)
    assert other["ttir"] == texts["ttir"]
    assert judged(verifier, {"ttir": texts["ttir"], "ptx": texts["ptx"]}).verdict.lowered == {"ptx": "ttir"}
    found = judged(verifier, {"ttir": texts["ttir"], "ptx": other["ptx"]})
    assert found.failed["ptx"].symptom is Symptom.OTHER_BYTES


@pytest.mark.parametrize("level", ["ptx", "llir"])
def test_a_changed_byte_is_refused(verifier: Verifier, texts: dict[str, str], level: str) -> None:
    text = texts[level]
    place = text.index("mul")
    wrong = f"{text[:place]}n{text[place + 1 :]}"
    found = judged(verifier, {**texts, level: wrong})
    assert found.failed[level].symptom is Symptom.OTHER_BYTES
    assert f"line {text[:place].count(chr(10)) + 1} is " in found.failed[level].detail
    assert level not in found.verdict.verified
    assert set(found.verdict.verified) == set(LEVELS) - {level}


def test_a_missing_end_of_the_text_is_refused(verifier: Verifier, texts: dict[str, str]) -> None:
    assert judged(verifier, {**texts, "ptx": texts["ptx"][:-1]}).failed["ptx"].symptom is Symptom.OTHER_BYTES


def test_what_a_wrong_ttir_text_is_lowered_to_is_wrong(
    verifier: Verifier, texts: dict[str, str], tmp_path: Path
) -> None:
    wrong = texts["ttir"].replace(*WRONG["a constant"])
    ptx = lower_again(wrong, "ptx", added_spec().signature, "cuda:90", tmp_path)
    for each in (ptx, texts["ptx"]):
        found = judged(verifier, {"ttir": wrong, "ttgir": texts["ttgir"], "ptx": each})
        assert found.verdict.verified == ("ttgir",)
        assert {name: problem.symptom for name, problem in found.failed.items()} == {
            "ttir": Symptom.WRONG_RESULT,
            "ptx": Symptom.WRONG_RESULT,
        }


def test_what_an_unreadable_ttir_text_is_lowered_to_is_not_verified(verifier: Verifier, texts: dict[str, str]) -> None:
    found = judged(verifier, {**texts, "ttir": before(texts["ttir"], REFUSED["assembly"])})
    assert found.verdict.verified == ("ttgir",)
    assert set(found.failed) == {"ttir"}
    assert {found.verdict.unverified[name].hindrance for name in ("ptx", "llir")} == {Hindrance.NOT_EXECUTED}


def test_a_text_that_may_not_run_is_not_compiled_either(
    texts: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> str:
        raise AssertionError("it was compiled")

    monkeypatch.setattr(proving, "lower_again", refuse)
    program = Program(
        name="added", level=FRONTEND.level("ptx"), text=texts["ptx"], signature=added_spec().signature, runs=RUNS,
        source=before(texts["ttir"], REFUSED["assembly"]), device="cuda:90",
    )  # fmt: skip
    ((_, started), (_, found)) = FRONTEND.the_prover.run([program], tmp_path)
    assert started is None
    assert isinstance(found, Rejection)
    assert found.symptom is Symptom.BUILD_ERROR
    assert "is not allowed" in found.detail


def test_the_process_returns_the_text_and_no_verdict(texts: dict[str, str], tmp_path: Path) -> None:
    program = Program(
        name="added", level=FRONTEND.level("ptx"), text="another text", signature=added_spec().signature, runs=RUNS,
        source=texts["ttir"], device="cuda:90",
    )  # fmt: skip
    (_, (_, found)) = FRONTEND.the_prover.run([program], tmp_path)
    assert found is not None
    assert not isinstance(found, Rejection)
    assert np.array_equal(found[RunKey(Purpose.LOWERED)][LOWERED], np.frombuffer(texts["ptx"].encode(), np.uint8))


def test_what_is_lowered_from_an_unverified_text_has_its_reason() -> None:
    """The last program decides what is left in the first element, and a GPU has no last one."""
    source = added_spec().source.replace(
        "tl.store(out_ptr + offs,",
        "tl.store(out_ptr, tl.load(x_ptr + tl.program_id(0)))\n    tl.store(out_ptr + offs + 1,",
    )
    spec = replace(added_spec(), source=source)
    arguments = [replace(each, shape=(101,)) if each.name == "out_ptr" else each for each in spec.signature.arguments]
    spec = replace(spec, signature=replace(spec.signature, arguments=tuple(arguments)))
    found = SynthesisPipeline(FRONTEND, level=["ttir", "ptx"], verify="all").create_pair(spec)
    assert isinstance(found, Pair), found
    assert {name: str(reason) for name, reason in found.verdict.unverified.items()} == {"ttir": ORDER, "ptx": ORDER}


def test_without_the_ttir_text_or_a_device_nothing_is_lowered(verifier: Verifier, texts: dict[str, str]) -> None:
    for found in (judged(verifier, {"ttgir": texts["ttgir"], "ptx": texts["ptx"]}), judged(verifier, texts, None)):
        assert "ptx" not in found.verdict.verified
        assert found.verdict.unverified["ptx"].hindrance is Hindrance.NOT_EXECUTED


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("lowered") / "rows"
    run_pipeline(3, path, frontend="triton", format="json", workers=1)
    return path


def test_verify_lowers_the_texts_of_a_folder_again(folder: Path) -> None:
    found = verify_folder(folder, workers=1)
    assert (found.rows, found.texts, found.lowered, found.failing_rows, found.status) == (3, 9, 3, 0, 0)


FALSE = {
    "a text": ("ptx", "ld.global", "ld.shared"),
    "executed": ("proofs", '{"ptx": "lowered from ttir"}', "{}"),
    "another level": ("proofs", "from ttir", "from ttgir"),
    "no verified level": ("proofs", "ptx", "llir"),
}
"""What is changed in a row: the text or column, and a part of it by another."""


@pytest.mark.parametrize("what", FALSE)
def test_verify_finds_what_is_false(folder: Path, tmp_path: Path, what: str) -> None:
    name, right, wrong = FALSE[what]
    path = next(folder.glob("triton/*.json"), None) or next(folder.glob("*.json"))
    row = json.loads(path.read_text())
    at = row if name == "ptx" else row["metadata"]
    assert right in at[name]
    at[name] = at[name].replace(right, wrong, 1)
    (tmp_path / "row.json").write_text(json.dumps(row))
    found = verify_folder(tmp_path, workers=1)
    assert found.failing_rows == 1
    assert ("other_bytes" if name == "ptx" else "proofs") in str(found.failures)
