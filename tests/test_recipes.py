"""The one test that every recipe must pass: what it draws is pure, valid, uses its target and nothing twice."""

import ast
from collections.abc import Iterator
from dataclasses import replace

import pytest
from running import needs_gpu, shortcomings

from synthesis import KernelGenerator, KernelSpec, Pair, Rejection, Role, SynthesisPipeline, get_frontend
from synthesis.frontends.base import Kernel, Lowered, Recipe
from synthesis.frontends.jax import functions
from synthesis.grammar.streams import Stream
from synthesis.grammar.weaving import DrawError

RECIPES = [
    pytest.param(name, recipe, id=f"{name}-{recipe.name}")
    for name in ("warp", "jax")
    for recipe in get_frontend(name).drawer.recipes
]
# Targets that are spelled by control flow or by an operator rather than by a catalogue name.
_RENAMED_TARGETS = {"mat_vec": "matmul", "mat_mat": "matmul"}


def drawn(recipe: Recipe, per_target: int) -> Iterator[tuple[str, KernelSpec]]:
    for target in recipe.targets:
        found = 0
        for number in range(per_target * 4):
            try:
                spec = recipe.draw(Stream("test", recipe.name, target, number), target)
            except DrawError:
                continue
            yield target, spec
            found += 1
            if found == per_target:
                break
        assert found == per_target, f"{target}: {found} of {per_target * 4} starts led anywhere"


@pytest.mark.parametrize(("name", "recipe"), RECIPES)
def test_draws_are_pure(name: str, recipe: Recipe) -> None:
    assert list(drawn(recipe, 2)) == list(drawn(recipe, 2))


@pytest.mark.parametrize(("name", "recipe"), RECIPES)
def test_draws_are_valid_kernels_of_their_category(name: str, recipe: Recipe) -> None:
    frontend = get_frontend(name)
    levels = frontend.choose_levels(None, frontend.compiler.devices[0])
    for target, spec in drawn(recipe, 3):
        assert spec.category == recipe.category
        assert spec.recipe == recipe.name
        assert _RENAMED_TARGETS.get(target, target) in spec.ops, spec.source
        assert 1 <= spec.difficulty <= 5
        assert all(len(line) <= 160 for line in spec.source.splitlines()), spec.source
        kernel = frontend.load_one(spec)
        assert isinstance(kernel, Kernel), kernel
        (lowered,) = frontend.compiler.lower([kernel], levels, device=frontend.compiler.devices[0])
        assert isinstance(lowered, Lowered), f"{lowered}\n{spec.source}"
        unavailable = {rejection.level for rejection in lowered.rejections}
        assert unavailable == ({"cpp_forward", "cpp_backward"} if recipe.category == "native" else set()), spec.source
        if name == "jax":
            with functions.settings(spec.signature.options):
                results = functions.result_leaves(kernel.live, kernel.example_args)
            said = [(result.dtype, result.shape) for result in spec.signature.results]
            assert said == [(result.dtype, result.shape) for result in results], spec.source
        frontend.compiler.release([kernel])


def is_literal(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize(("name", "recipe"), RECIPES)
def test_no_operation_has_two_identical_operands(name: str, recipe: Recipe) -> None:
    for _, spec in drawn(recipe, 12):
        for node in ast.walk(ast.parse(spec.source)):
            operands: list[ast.expr] = []
            if isinstance(node, ast.BinOp):
                operands = [node.left, node.right]
            elif isinstance(node, ast.Compare):
                operands = [node.left, *node.comparators]
            elif isinstance(node, ast.Call):
                operands = [each for each in node.args if not is_literal(each)]
            written = [ast.dump(operand) for operand in operands]
            assert len(set(written)) == len(written), f"{ast.unparse(node)}\n{spec.source}"


@pytest.mark.parametrize(("name", "recipe"), RECIPES)
def test_every_name_is_read(name: str, recipe: Recipe) -> None:
    for _, spec in drawn(recipe, 12):
        written_only = {argument.name for argument in spec.signature.arguments if argument.role is not Role.INPUT}
        for function in ast.walk(ast.parse(spec.source)):
            if (
                not isinstance(function, ast.FunctionDef) or ast.unparse(function.body[-1]) == "..."
            ):  # native code reads
                continue
            nodes = [node for node in ast.walk(function) if isinstance(node, ast.Name)]
            read = {node.id for node in nodes if isinstance(node.ctx, ast.Load)}
            bound = {node.id for node in nodes if isinstance(node.ctx, ast.Store)}
            bound |= {argument.arg for argument in function.args.args} - written_only
            assert bound <= read | {"i", "j", "_"}, f"{bound - read}\n{spec.source}"


@pytest.mark.parametrize("name", ["warp", "jax"])
def test_the_sampled_kernels_are_useful(name: str) -> None:
    generator = KernelGenerator(name, seed=0)
    specs = [generator.spec(index) for index in range(180)]
    short = {spec.index: found for spec in specs if not needs_gpu(spec) and (found := shortcomings(spec))}
    assert len(short) <= 1, short


DTYPES = {
    "warp": "float32 int32 float64 float16 bfloat16 int8 int16 int64 uint8 uint16 uint32 uint64 bool",
    "jax": "float32 int32 float16 bfloat16 int8 int16 uint8 uint32 bool",
}


@pytest.mark.parametrize("name", ["warp", "jax"])
def test_numbers_of_every_format_are_drawn(name: str) -> None:
    generator = KernelGenerator(name, seed=2)
    found = {argument.dtype for index in range(3000) for argument in generator.spec(index).signature.arguments}
    assert set(DTYPES[name].split()) <= found


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "int8", "uint16", "uint64", "bool"])
def test_small_formats_are_verified(dtype: str) -> None:
    pipeline = SynthesisPipeline("warp", seed=2)
    specs = (pipeline.generate_kernel(index) for index in range(20_000))
    spec = next(each for each in specs if any(argument.dtype == dtype for argument in each.signature.arguments))
    pair = pipeline.create_pair(spec)
    assert isinstance(pair, Pair), pair
    assert "cpp_forward" in pair.verdict.verified


def test_kernels_for_any_type_are_verified_for_one() -> None:
    pipeline = SynthesisPipeline("warp", seed=2)
    specs = (pipeline.generate_kernel(index) for index in range(2000))
    spec = next(each for each in specs if "wp.overload(" in each.source and not needs_gpu(each))
    assert "dtype=Any" in spec.source
    pair = pipeline.create_pair(spec)
    assert isinstance(pair, Pair), pair
    assert "float32" in (pair.texts["cpp_forward"] or "")


def test_multiplying_loops_have_few_constant_trips() -> None:
    (recipe,) = [each for each in get_frontend("warp").drawer.recipes if each.name == "loop_product"]
    for _, spec in drawn(recipe, 40):
        (loop,) = [node for node in ast.walk(ast.parse(spec.source)) if isinstance(node, ast.For)]
        trips = loop.iter.args[0] if isinstance(loop.iter, ast.Call) else None
        assert isinstance(trips, ast.Constant)
        assert isinstance(trips.value, int)
        assert trips.value <= 16


def test_rejections_are_not_silent() -> None:
    frontend = get_frontend("warp")
    spec = KernelGenerator("warp").spec(0)
    assert isinstance(frontend.load_one(replace(spec, name="somebody_else")), Rejection)
