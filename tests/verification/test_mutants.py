"""Wrong texts are found: the short form of ``make mutation``, and what its harness itself has to keep to."""

import random
from collections import Counter
from pathlib import Path

import pytest
from mutants.judging import Fate, judge_mutants
from mutants.table import Line, read_lines

from synthesis import Pair, SynthesisPipeline, get_frontend
from synthesis.frontends.base import Direction
from synthesis.verification.mutating.choosing import edits, integers_are_input_independent, mutants
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


JAXPR = """let held = [0.5, 0.25]:f32[2] in
let unused = { lambda ; a:f32[2]. let b:f32[2] = cosh a in (b,) } in
let used = { lambda ; a:f32[2]. let b:f32[2] = mul a 3.0:f32[] in (b,) } in
let solved = { lambda ; a:f32[2]. let b:f32[2] = div a 7.0:f32[] in (b,) } in
{ lambda held:f32[2]; a:f32[2] i:i32[]. let
    b:f32[2] = jit[name=used jaxpr=used] a
    c:i32[] = platform_index[platforms=(('mosaic',), None)]
    d:f32[2] = cond[
      branches=(
        { lambda ; a:f32[2]. let b:f32[2] = sinh a in (b,) }
        { lambda ; a:f32[2]. let b:f32[2] = tanh a in (b,) }
      )
      branches_platforms=(('mosaic',), None)
    ] c b
    e:f32[2] = custom_linear_solve[
      const_lengths=LinearSolveTuple(matvec=0, vecmat=0, solve=0, transpose_solve=0)
      jaxprs=LinearSolveTuple(
        matvec={ lambda ; a:f32[2]. let b:f32[2] = log a in (b,) }
        solve=solved
        transpose_solve=unused
      )
    ] d
    f:bool[] = lt i 0:i32[]
    g:i32[] = add i 2:i32[]
    h:i32[] = select_n f i g
    j:f32[] = dynamic_slice[slice_sizes=(1,)] e h
  in (j,) }
"""


@pytest.mark.needs("jax")
def test_what_a_processor_does_not_come_to_is_no_place_for_an_error() -> None:
    changed = {edit.line(JAXPR).strip() for edit in edits(JAXPR, get_frontend("jax").level("jaxpr"))}
    assert any("mul a 3.0" in line for line in changed)
    assert any("tanh" in line for line in changed)
    assert any("div a 7.0" in line for line in changed)
    assert not any(word in line for line in changed for word in ("cosh", "sinh", "log a"))


UNUSED = """{ lambda ; a:f32[2]. let
    b:f32[2] = sinh a
    c:f32[2] = tan b
    _:f32[] = reduce_sum[axes=(0,) out_sharding=None] c
    d:f32[2] e:f32[2] = jit[
      name=both
      jaxpr={ lambda ; a:f32[2]. let
          b:f32[2] = sin a
          c:f32[2] = exp b
          d:f32[2] = cos a
        in (d, b) }
    ] a
    f:bool[2] = and True:bool[] True:bool[]
    g:f32[2] = mul d 3.0:f32[]
  in (g, f) }
"""


@pytest.mark.needs("jax")
def test_an_equation_that_no_result_follows_from_is_no_place_for_an_error() -> None:
    changed = {edit.line(UNUSED).strip() for edit in edits(UNUSED, get_frontend("jax").level("jaxpr"))}
    words = {line.partition(" = ")[2].partition("[")[0].split()[0] for line in changed if " = " in line}
    assert {"cos", "and", "mul"} <= words
    assert not words & {"sinh", "tan", "reduce_sum", "exp", "sin"}


UNUSED_LINES = """module @jit_f {
  func.func public @main(%arg0: tensor<2xf32>) -> (tensor<2xf32> {jax.result_info = "result"}) {
    %0 = call @used(%arg0) : (tensor<2xf32>) -> tensor<2xf32>
    %1 = call @left(%arg0) : (tensor<2xf32>) -> tensor<2xf32>
    %cst = stablehlo.constant dense<0.000000e+00> : tensor<f32>
    %2 = stablehlo.reduce(%1 init: %cst) applies stablehlo.add across dimensions = [0] : (tensor<2xf32>, tensor<f32>) -> tensor<f32>
    %3 = stablehlo.log %2 : tensor<f32>
    return %0 : tensor<2xf32>
  }
  func.func private @used(%arg0: tensor<2xf32>) -> tensor<2xf32> {
    %0 = stablehlo.tanh %arg0 : tensor<2xf32>
    %1 = stablehlo.sqrt %0 : tensor<2xf32>
    return %0 : tensor<2xf32>
  }
  func.func private @left(%arg0: tensor<2xf32>) -> tensor<2xf32> {
    %0 = stablehlo.exponential %arg0 : tensor<2xf32>
    return %0 : tensor<2xf32>
  }
}
"""  # noqa: E501


@pytest.mark.needs("jax")
def test_a_line_that_no_result_follows_from_is_no_place_for_an_error() -> None:
    level = get_frontend("jax").level("stablehlo")
    changed = {edit.line(UNUSED_LINES).strip().partition(" = ")[2] for edit in edits(UNUSED_LINES, level)}
    assert {each.split()[0] for each in changed} == {"call", "stablehlo.tanh"}
    used = UNUSED_LINES.replace(
        "return %0 : tensor<2xf32>\n  }\n  func.func private @used",
        "return %1 : tensor<2xf32>\n  }\n  func.func private @used",
    )
    changed = {edit.line(used).strip().partition(" = ")[2] for edit in edits(used, level)}
    assert {each.split()[0] for each in changed} == {"call", "stablehlo.exponential"}


@pytest.mark.needs("jax")
def test_an_index_from_the_end_is_an_error_of_its_own() -> None:
    found = edits(JAXPR, get_frontend("jax").level("jaxpr"))
    of_index = [each for each in found if each.line(JAXPR).strip()[:2] in ("f:", "g:", "h:")]
    assert {"lt", "add", "select_n"} <= {each.line(JAXPR).split("= ")[1].split()[0] for each in of_index}
    assert {each.kind for each in of_index} == {Kind.FROM_END}
    other = JAXPR.replace("select_n f i g", "select_n f g i")  # the length where the index is none
    assert Kind.FROM_END not in {each.kind for each in edits(other, get_frontend("jax").level("jaxpr"))}


@pytest.mark.needs("jax")
@pytest.mark.parametrize(
    ("equations", "alike"),
    [
        ("b:i32[2] = iota[dimension=0 dtype=int32 shape=(2,)]; c:i32[2] = add b 1:i32[]", True),
        ("b:i32[2] = convert_element_type[new_dtype=int32] a; c:i32[2] = add b 1:i32[]", False),
        ("b:f32[2] c:i32[2] = sort[num_keys=1] a a", False),
        ("b:f32[2] = sin a", False),  # nothing is moved
    ],
)
def test_whole_numbers_that_no_input_decides_on_are_alike_on_all(equations: str, alike: bool) -> None:
    text = f"{{ lambda ; a:f32[2]. let {equations} in (c,) }}"
    assert integers_are_input_independent(text, get_frontend("jax").level("jaxpr")) is alike


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
