"""Wrong texts are found: the short form of ``make mutation``, and what its harness itself has to keep to."""

import random
from collections import Counter
from pathlib import Path

import pytest
from mutants.judging import Fate, judge_mutants
from mutants.table import Line, read_lines

from synthesis import Pair, SynthesisPipeline, get_frontend
from synthesis.frontends.base import Direction
from synthesis.verification.mutating.choosing import edits, mutants
from synthesis.verification.mutating.records import FRAME, Kind, Mutant
from synthesis.verification.twins import at_executed_sizes
from synthesis.verification.verifier import Verifier

LEVELS = {
    "warp": ["cpp_forward", "cpp_backward", "cuda_forward"],
    "jax": ["jaxpr", "stablehlo", "hlo", "vjp_jaxpr", "vjp_stablehlo"],
}
INDICES = {"warp": (1, 4), "jax": (2, 14)}
BOTH = [pytest.param(name, marks=pytest.mark.needs(name)) for name in LEVELS]


def pairs(frontend: str) -> list[Pair]:
    pipeline = SynthesisPipeline(frontend, seed=1, category_mix="uniform", verify="none", level=LEVELS[frontend])
    outcomes = [each for each in pipeline.outcomes(INDICES[frontend]) if isinstance(each, Pair)]
    run = [pipeline.create_pair(at_executed_sizes(each.spec)) for each in outcomes]
    return [each for each in run if isinstance(each, Pair)]


def texts_of(pair: Pair) -> dict[str, str]:
    return {name: text for name, text in pair.texts.items() if text is not None}


def chosen(pair: Pair, count: int) -> list[Mutant]:
    """Some mutants of each text; none that differs by 1 % where numbers have the eight bits of a bfloat16."""
    frontend = get_frontend(pair.spec.frontend)
    generator, seen = random.Random(1), Counter[Kind]()
    found: list[Mutant] = []
    for name, text in texts_of(pair).items():
        made = [each for each in mutants(text, frontend.level(name), generator, 2 * count, seen)
                if each.kind.sequential and each.kind is not Kind.LOOP
                and not (each.kind is Kind.PERCENT and "bf16" in text)][:count]  # fmt: skip
        seen.update(each.kind for each in made)
        found += made
    return found


@pytest.mark.parametrize("frontend", BOTH)
def test_wrong_texts_are_found(frontend: str) -> None:
    with Verifier(get_frontend(frontend), time_limit=0.5 if frontend == "warp" else 2.0) as verifier:
        judged = [
            result
            for pair in pairs(frontend)
            for result in judge_mutants(
                verifier,
                pair.spec,
                texts_of(pair),
                chosen(pair, 10 if frontend == "warp" else 7),
                inputs=20,
            )
        ]
    fates = Counter(each.fate for each in judged)
    forward = [each for each in judged if not each.mutant.level.startswith(("vjp", "cpp_backward"))]
    assert fates[Fate.FOUND] >= 40, fates
    assert not [each for each in forward if each.fate is Fate.PASSED]
    assert fates[Fate.PASSED] <= 1, [each for each in judged if each.fate is Fate.PASSED]


@pytest.mark.parametrize("frontend", BOTH)
def test_mutants_are_the_same_for_the_same_seed(frontend: str) -> None:
    pair = pairs(frontend)[0]
    assert chosen(pair, 20) == chosen(pair, 20)


@pytest.mark.needs("warp")
def test_every_part_of_the_loop_over_the_grid_is_changed() -> None:
    pair = pairs("warp")[0]
    text = pair.texts["cuda_forward"]
    assert text is not None
    changes = [each for each in edits(text, get_frontend("warp").level("cuda_forward")) if each.kind is Kind.GRID]
    changed = {text[start:end] for each in changes for start, end, _ in each.spans}
    assert changed >= {"blockDim.x", "blockIdx.x", "threadIdx.x", "gridDim.x", "<", "+=", "dim.size", "*", "+"}


@pytest.mark.needs("warp")
def test_an_atomic_that_one_thread_has_for_itself_is_left_alone() -> None:
    pipeline = SynthesisPipeline("warp", seed=1, verify="none", level=["cuda_forward"], category="atomic")
    kinds = Counter[Kind]()
    for pair in pipeline.outcomes(range(8)):
        assert isinstance(pair, Pair)
        text = pair.texts["cuda_forward"]
        assert text is not None
        made = [each for each in edits(text, pipeline.frontend.level("cuda_forward")) if each.kind is Kind.ATOMIC]
        kinds.update(each.kind for each in made)
        tid = text.partition(" = builtin_tid1d();")[0].rpartition(" ")[2]
        assert not [each for each in made if f", {tid}," in text[each.spans[0][0] : each.spans[0][1]]]
    assert kinds[Kind.ATOMIC] > 2


@pytest.mark.parametrize("frontend", BOTH)
def test_a_mutant_differs_in_one_line_or_in_two_that_change_places(frontend: str) -> None:
    compiler = get_frontend(frontend)
    for pair in pairs(frontend):
        for name, text in texts_of(pair).items():
            for edit in edits(text, compiler.level(name))[::7]:
                assert edit.applied(text) != text
                if edit.kind not in FRAME and compiler.level(name).direction is Direction.FORWARD:
                    assert len(edit.spans) <= 2 or edit.kind is Kind.EXCHANGED


@pytest.mark.needs("jax")
def test_a_log_that_was_cut_off_is_read_up_to_its_last_whole_line(tmp_path: Path) -> None:
    line = Line(index=1, category="math", level="jaxpr", derivative=False, kind=Kind.INDEX, fate=Fate.FOUND, done="",
                said="", error=0.5, inputs=3)  # fmt: skip
    path = tmp_path / "log.jsonl"
    path.write_text(line.written() + "\n" + line.written()[:-4])
    assert read_lines(path) == [line]
