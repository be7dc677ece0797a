import gc
import importlib
import json
import re
import resource
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from folders import contents
from lacking import lacking

from synthesis import (
    BatchGenerator,
    ConfigError,
    KernelError,
    KernelGenerator,
    KernelSpec,
    OutputError,
    Pair,
    Rejection,
    Stage,
    Symptom,
    SynthesisPipeline,
    UnknownNameError,
    UsageError,
    compile_kernel_from_source,
    extract_ir,
    extract_ir_from_kernel,
    generate,
    run_pipeline,
    synthesize_pair,
)
from synthesis.dataset.storage.naming import file_stem
from synthesis.dataset.storage.reading import read_folder
from synthesis.making.sources.drawn import DrawnKernels

LEVELS = {
    "warp": ["cpp_forward", "cpp_backward", "cuda_forward", "cuda_backward"],
    "jax": ["jaxpr", "stablehlo"],
}
FRONTENDS = pytest.mark.parametrize("frontend", ["warp", "jax"])

WARP_SOURCE = """
import warp as wp

@wp.kernel
def first(a: wp.array(dtype=float)):
    a[wp.tid()] = 1.0

@wp.kernel
def second(a: wp.array(dtype=float)):
    a[wp.tid()] = 2.0
"""


@FRONTENDS
def test_a_run_writes_a_file_a_pair(frontend: str, tmp_path: Path) -> None:
    generator = KernelGenerator(frontend, 3, category_mix="uniform")
    count = 2 * len(generator.categories)
    summary = run_pipeline(
        count, tmp_path, frontend=frontend, seed=3, verify="none", category_mix="uniform", format="json"
    )
    files = sorted(path.name for path in tmp_path.glob("*.json"))
    specs = [generator.spec(index) for index in range(count)]
    made = [index for index, spec in enumerate(specs) if not lacking(spec.source)]
    assert len(made) > 0.9 * count
    assert summary.rows == len(files) == len(made)
    assert {name: count for name, count in summary.categories.items() if count} == Counter(
        specs[index].category for index in made
    )
    assert files == [f"{file_stem(index, specs[index].name)}.json" for index in made]
    document = json.loads((tmp_path / files[5]).read_text())
    assert list(document) == ["python_source", *LEVELS[frontend], "metadata"]
    assert document["metadata"]["index"] == 5


@FRONTENDS
def test_the_same_settings_make_the_same_bytes(frontend: str, tmp_path: Path) -> None:
    run_pipeline(12, tmp_path / "a", frontend=frontend)
    run_pipeline(5, tmp_path / "b", frontend=frontend)
    (tmp_path / "b" / "000002_half_written.tmp").unlink(missing_ok=True)
    run_pipeline(12, tmp_path / "b", frontend=frontend)
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def test_a_category_filter_never_changes_a_kernel(tmp_path: Path) -> None:
    run_pipeline(40, tmp_path / "all", frontend="jax", category_mix="uniform", format="json")
    run_pipeline(
        4, tmp_path / "some", frontend="jax", category_mix="uniform", category=["linalg", "array"], format="json"
    )
    names = {path.name for path in (tmp_path / "some").glob("*.json")}
    assert len(names) == 4
    everything = contents(tmp_path / "all")
    for name, text in contents(tmp_path / "some").items():
        if "/" not in name and name != "README.md":
            assert text == everything[name]


def test_fewer_candidates_are_refused(tmp_path: Path) -> None:
    run_pipeline(4, tmp_path, frontend="jax")
    before = contents(tmp_path)
    with pytest.raises(ConfigError, match="holds a run of 4 candidates, and 3 are asked for"):
        run_pipeline(3, tmp_path, frontend="jax")
    assert contents(tmp_path) == before


class Sabotaged(DrawnKernels):
    """A source in which some candidates are replaced by ones that cannot become rows."""

    def kernel(self, number: int) -> KernelSpec:
        if number == 5:
            return replace(super().kernel(1), index=number)
        spec = super().kernel(number)
        sources = {
            2: "import warp as wp\n\n\ndef broken(:\n",
            3: spec.source.replace("wp.tid()", "wp.no_such_builtin()"),
        }
        return replace(spec, source=sources.get(number, spec.source))


def test_a_kernel_that_fails_is_recorded_and_the_batch_goes_on(tmp_path: Path) -> None:
    batch = BatchGenerator("warp", kernels_per_module=3)
    batch.source = Sabotaged(batch.settings, batch.settings)
    summary = batch.run(8, tmp_path, workers=1)  # in this process, because the source is not known to others
    assert summary.rows == 5
    assert summary.rows + sum(summary.rejections.values()) == summary.candidates == 8
    lines = (tmp_path / "_irsmith" / "rejections.jsonl").read_text().splitlines()
    ledger = [entry for entry in map(json.loads, lines) if entry["level"] is None]
    assert [(entry["index"], entry["stage"], entry["symptom"]) for entry in ledger] == [
        (2, "load", "syntax_error"),
        (3, "lower", "build_error"),
        (5, "deduplicate", "renamed_repeat"),
    ]
    assert ledger[2]["detail"] == "the same program as index 1 after renaming"
    pipeline = SynthesisPipeline("warp")
    pipeline.source = batch.source
    outcomes = list(pipeline.pairs(8))
    assert pipeline.statistics.rejections == summary.rejections
    assert pipeline.statistics.rows == sum(isinstance(outcome, Pair) for outcome in outcomes) == 5


def test_stages_can_be_taken_one_by_one() -> None:
    pipeline = SynthesisPipeline("jax", level=["stablehlo", "vjp_stablehlo"], device="tpu")
    spec = next(spec for spec in map(pipeline.generate_kernel, range(2000)) if spec.recipe == "while_loop")
    lowered = pipeline.extract_ir(spec)
    assert not isinstance(lowered, Rejection)
    pair = pipeline.create_pair(spec)
    assert isinstance(pair, Pair)
    assert pair.texts == lowered.texts
    assert pair.device == "tpu"
    assert pair.texts["vjp_stablehlo"] is None
    assert [rejection.symptom for rejection in pair.rejections] == [Symptom.NOT_DIFFERENTIABLE]


@FRONTENDS
def test_one_pair(frontend: str) -> None:
    spec = KernelGenerator(frontend).spec(7)
    pair = synthesize_pair(spec)
    assert isinstance(pair, Pair)
    assert list(pair.texts) == LEVELS[frontend]
    bad = synthesize_pair(replace(spec, source="1/0"))
    assert isinstance(bad, Rejection)
    assert (bad.stage, bad.symptom, bad.index) == (Stage.LOAD, Symptom.IMPORT_ERROR, 7)


def test_devices_choose_levels() -> None:
    spec = KernelGenerator("warp").spec(0)
    for device, levels in (("cpu", LEVELS["warp"][:2]), ("cuda", LEVELS["warp"][2:]), ("cpu+cuda", LEVELS["warp"])):
        pair = synthesize_pair(spec, device=device)
        assert isinstance(pair, Pair)
        assert list(pair.texts) == levels
        assert pair.device == device


def test_compiling_from_source_finds_the_kernel() -> None:
    assert compile_kernel_from_source(WARP_SOURCE, "first").key == "first"
    assert compile_kernel_from_source(WARP_SOURCE).key == "second"
    double = compile_kernel_from_source("import jax.numpy as jnp\n\ndef double(x):\n    return jnp.add(x, x)\n")
    assert double(3) == 6
    with pytest.raises(KernelError, match="load: no_kernel: no kernel named 'third'"):
        compile_kernel_from_source(WARP_SOURCE, "third")
    with pytest.raises(KernelError, match="syntax_error"):
        compile_kernel_from_source("import jax\ndef f(:", frontend="jax")
    with pytest.raises(ConfigError, match="no front end recognises the source"):
        compile_kernel_from_source("def f(x):\n    return x\n")


def test_extracting_from_a_kernel_gives_levels() -> None:
    kernel = compile_kernel_from_source(WARP_SOURCE, "first")
    texts = extract_ir_from_kernel(kernel)
    assert list(texts) == ["cpp_forward", "cpp_backward"]
    assert list(extract_ir_from_kernel(kernel, "cuda", include_backward=False)) == ["cuda_forward"]
    assert texts["cpp_forward"] == extract_ir(kernel)["forward_code"]
    function = compile_kernel_from_source("import jax.numpy as jnp\n\ndef f(x):\n    return jnp.sin(x)\n")
    assert list(extract_ir_from_kernel(function, example_args=[np.zeros(3, np.float32)])) == ["jaxpr", "stablehlo"]


BAD: dict[str, tuple[dict[str, Any], type[Exception], str]] = {
    "count": ({"count": -1}, ConfigError, "count must be an integer from 0, got -1"),
    "front end": ({"frontend": "numba"}, UnknownNameError, "unknown front end 'numba'; allowed: warp, jax"),
    "category": ({"category": ["tiles"]}, UnknownNameError, "unknown category 'tiles' for front end jax"),
    "no category": ({"category": []}, ConfigError, "category: nothing was named"),
    "level": ({"level": ["ptx"]}, UnknownNameError, "unknown level 'ptx' for front end jax; allowed: jaxpr"),
    "device": ({"device": "npu"}, UnknownNameError, "unknown device 'npu' for front end jax; allowed: cpu, cuda, tpu"),
    "level of a device": ({"level": ["optimized_hlo"], "device": "cuda"}, ConfigError, "does not exist for device"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_settings_are_clear_errors_and_write_nothing(case: str, tmp_path: Path) -> None:
    change, kind, message = BAD[case]
    settings: dict[str, Any] = {"count": 3, "frontend": "jax", **change}
    with pytest.raises(kind, match=message.replace("+", r"\+")):
        run_pipeline(out=tmp_path / "out", **settings)
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_made_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot make the output folder"):
        run_pipeline(1, tmp_path / "file" / "out", frontend="jax")


@FRONTENDS
def test_kernels_that_share_a_module_are_what_they_are_alone(frontend: str) -> None:
    alone = list(SynthesisPipeline(frontend, seed=6, kernels_per_module=1).outcomes(range(13)))
    together = list(SynthesisPipeline(frontend, seed=6, kernels_per_module=6).outcomes(range(13)))
    assert together == alone
    assert sum(isinstance(outcome, Pair) for outcome in alone) >= 12


def test_memory_stays_flat_over_many_kernels() -> None:
    importlib.import_module("synthesis.frontends.warp.execution").start_quietly()  # kernels of 16-bit numbers start it
    for frontend in ("warp", "jax"):
        pipeline = SynthesisPipeline(frontend, verify="none")
        modules = set(sys.modules)
        for _ in pipeline.outcomes(range(120)):
            pass
        gc.collect()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for _ in pipeline.outcomes(range(120, 320)):
            pass
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 200
        assert grown < (60 if frontend == "warp" else 400), f"{frontend}: {grown:.0f} kB a kernel"
        assert not [name for name in set(sys.modules) - modules if name.startswith("irsmith_")]


def test_pairs_one_by_one() -> None:
    rejections: list[Rejection] = []
    generator = KernelGenerator("warp", 3, category_mix="uniform")
    count = len(generator.categories)
    pairs = list(generate("warp", count, seed=3, category_mix="uniform", on_rejection=rejections.append))
    indices = [pair.spec.index or 0 for pair in pairs]
    assert indices == sorted(set(indices))
    assert len(indices) >= count - 1  # about one in several hundred kernels is useless
    assert [pair.spec for pair in pairs] == [generator.spec(index) for index in indices]
    known = [each for each in rejections if not lacking(generator.spec(each.index or 0).source)]
    assert {(each.level, each.symptom) for each in known if each.stage == "lower"} == {
        ("cpp_forward", Symptom.NOT_AVAILABLE),
        ("cpp_backward", Symptom.NOT_AVAILABLE),
        ("cuda_backward", Symptom.NOT_AVAILABLE),
    }
    assert {each.level for each in rejections if each.stage == "verify" and each.level} == {
        "cpp_backward",
        "cuda_backward",
    }
    (pair,) = generate("jax", 1, category=["nn"], level=["hlo"], device="tpu")
    assert (pair.spec.category, list(pair.texts), pair.device) == ("nn", ["hlo"], "tpu")
    with pytest.raises(UsageError, match="got -1"):
        generate("jax", -1)
    with pytest.raises(UsageError, match="unknown category 'tile'"):
        generate("jax", 1, category=["tile"])


def test_native_kernels_are_for_cuda_alone() -> None:
    outcomes: list[Rejection] = []
    assert not list(generate("warp", 3, category=["native"], device="cpu", on_rejection=outcomes.append))
    assert {each.detail for each in outcomes} == {"a native snippet that needs a GPU: it uses blocks of threads"}
    for pair in generate("warp", 12, category=["native"], level=["cuda_forward", "ptx"], device="cuda"):
        cuda, ptx = pair.texts["cuda_forward"], pair.texts["ptx"]
        assert cuda is not None
        assert ptx is not None
        assert "__shared__" in cuda
        assert "__syncthreads();" in cuda
        assert "bar.sync" in ptx
        snippet_lines = {line for line, _, _ in pair.line_map["cuda_forward"]}
        assert any("__shared__" in pair.spec.source.splitlines()[line - 1] for line in snippet_lines)


def test_kernels_of_every_category_compile_to_ptx() -> None:
    categories = KernelGenerator("warp").categories
    pairs = list(
        generate(
            "warp", len(categories), seed=6, category_mix="uniform", level=["cuda_forward", "ptx"], device="cuda",
            verify="none",
        )
    )  # fmt: skip
    assert len(pairs) == len(categories)
    for pair in pairs:
        ptx = pair.texts["ptx"]
        assert ptx is not None, pair.rejections
        assert f".entry {pair.spec.name}_cuda_kernel_forward(" in ptx
        assert pair.line_map["ptx"]


@FRONTENDS
def test_a_recipe_filter_never_changes_a_kernel(frontend: str) -> None:
    generator = KernelGenerator(frontend, 3)
    drawn = [generator.spec(index) for index in range(150)]
    names = sorted({spec.recipe for spec in drawn})[::9]
    wanted = [spec for spec in drawn if spec.recipe in names]
    pipeline = SynthesisPipeline(frontend, seed=3, recipe=names, verify="none")
    assert [pipeline.generate_kernel(number) for number in range(len(wanted))] == wanted
    one = SynthesisPipeline(frontend, seed=3, recipe=wanted[0].recipe, category=wanted[0].category)
    assert {one.generate_kernel(number).category for number in range(5)} == {wanted[0].category}
    with pytest.raises(UnknownNameError, match="unknown recipe 'soup'"):
        SynthesisPipeline(frontend, recipe="soup")


def test_a_line_of_the_ledger_says_what_was_drawn(tmp_path: Path) -> None:
    run_pipeline(8, tmp_path, frontend="warp", category="native", level="cpp_forward", verify="none")
    lines = [json.loads(line) for line in (tmp_path / "_irsmith" / "rejections.jsonl").read_text().splitlines()]
    assert len(lines) == 8
    for line in lines:
        spec = KernelGenerator("warp").spec(line["index"])
        assert (line["category"], line["recipe"], line["target"]) == ("native", spec.recipe, spec.target)
        assert line["ops"] == list(spec.ops)
        assert spec.target


@pytest.mark.needs("jax")
def test_a_candidate_with_a_longer_text_than_is_asked_for_is_left_out(tmp_path: Path) -> None:
    run_pipeline(12, tmp_path, frontend="jax", seed=4, verify="none", level=["jaxpr", "hlo"], max_lines=40)
    lines = [json.loads(line) for line in (tmp_path / "_irsmith" / "rejections.jsonl").read_text().splitlines()]
    assert {(line["stage"], line["symptom"]) for line in lines} == {("lower", "too_long")}
    assert all(re.match(r"jaxpr has \d+ lines; at most 40 are allowed", line["detail"]) for line in lines)
    rows = list(read_folder(tmp_path))
    assert len(rows) + len(lines) == 12
    assert all((row.texts["jaxpr"] or "").count("\n") <= 40 for row in rows)
    assert any((row.texts["hlo"] or "").count("\n") > 40 for row in rows)  # hlo is no default level
