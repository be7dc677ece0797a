"""Tests that every recipe must pass: its kernels are reproducible and valid, and use their target."""

import ast
import builtins
import functools
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple, cast

import pytest
from conftest import other_release
from lacking import lacking
from running import needs_gpu, shortcomings

from synthesis import KernelGenerator, KernelSpec, Pair, Rejection, Role, get_frontend
from synthesis.core.errors import Symptom
from synthesis.core.settings import Making
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Kernel, Lowered, Recipe
from synthesis.frontends.jax import functions
from synthesis.generator import draw
from synthesis.making.candidate import Candidate
from synthesis.making.sources.drawn import TERMS
from synthesis.making.workshop import Workshop

RECIPES = [
    pytest.param(name, recipe, id=f"{name}-{recipe.name}")
    for name in ("warp", "jax")
    for recipe in get_frontend(name).drawer.recipes
]
# The tests of one recipe are run by one worker, which draws its kernels once.
TOGETHER = [
    pytest.param(*each.values, id=each.id, marks=pytest.mark.xdist_group(f"recipe {each.id}")) for each in RECIPES
]
# Maps a target that is not itself an operation of the catalogue to the operation that kernels then list.
_RENAMED_TARGETS = {"mat_vec": "matmul", "mat_mat": "matmul"}
_BACKWARD = {"cpp_backward", "cuda_backward"}


class Drawn(NamedTuple):
    """A kernel and the target that it was drawn for."""

    target: str
    spec: KernelSpec


def draw_all(recipe: Recipe, per_target: int) -> list[Drawn]:
    return [
        Drawn(target, draw_one(recipe, target, number)) for target in recipe.targets for number in range(per_target)
    ]


def draw_one(recipe: Recipe, target: str, number: int) -> KernelSpec:
    return draw(recipe, Stream("test", recipe.name, target, number), target)


_SEVERAL = 2
"""Number of kernels of each target that the tests share which do not change them."""


@functools.cache
def several_of(recipe: Recipe) -> list[Drawn]:
    """Return ``_SEVERAL`` kernels of each target of a recipe, ordered by target."""
    return draw_all(recipe, _SEVERAL)


_DRAWN_AGAIN = 3
"""Number of targets of a recipe for which a kernel is drawn twice."""


@pytest.mark.parametrize(("name", "recipe"), TOGETHER)
def test_draws_are_pure(name: str, recipe: Recipe) -> None:
    firsts = several_of(recipe)[::_SEVERAL]
    for target, spec in firsts[:: math.ceil(len(firsts) / _DRAWN_AGAIN)]:
        assert draw_one(recipe, target, 0) == spec


@pytest.mark.parametrize(("name", "recipe"), TOGETHER)
def test_draws_are_valid_kernels_of_their_category(name: str, recipe: Recipe) -> None:
    for target, spec in several_of(recipe):
        assert spec.category == recipe.category
        assert spec.recipe == recipe.name
        assert _RENAMED_TARGETS.get(target, target) in spec.ops, spec.source
        assert 1 <= spec.difficulty <= 5
        assert max(map(len, spec.source.splitlines())) <= 120, spec.source
    frontend = get_frontend(name)
    levels = frontend.choose_levels(None, frontend.compiler.devices[0])
    specs = [spec for _, spec in several_of(recipe)[::_SEVERAL]]
    kernels = [each for each in frontend.compiler.load(specs) if isinstance(each, Kernel)]
    assert [kernel.spec for kernel in kernels] == specs
    texts = frontend.compiler.lower(kernels, levels, device=frontend.compiler.devices[0])
    for spec, kernel, lowered in zip(specs, kernels, texts, strict=True):
        if lacking(spec.source):
            assert isinstance(lowered, Rejection)
            continue
        assert isinstance(lowered, Lowered), f"{lowered}\n{spec.source}"
        unavailable = {"cpp_forward", "cpp_backward"} if recipe.category == "native" else set[str]()
        unavailable |= set() if spec.signature.options.get("enable_backward", True) else _BACKWARD
        assert {rejection.level for rejection in lowered.rejections} == unavailable, spec.source
        if name == "jax":
            with functions.settings(spec.signature.options):
                results = functions.result_leaves(kernel.live, kernel.example_args)
            said = [(result.dtype, result.shape) for result in spec.signature.results]
            assert said == [(result.dtype, result.shape) for result in results], spec.source
    frontend.compiler.release(kernels)


# Symptoms for which a correctly drawn kernel may be rejected, since uselessness is only detected by running it.
_BAD_LUCK = (Symptom.ILL_CONDITIONED, Symptom.USELESS)
_TRIES = 4


def verify_together(specs: Sequence[KernelSpec]) -> list[Pair | Rejection]:
    """Return the outcomes of drawn kernels of one front end, verified together."""
    frontend = get_frontend(specs[0].frontend)
    device = frontend.compiler.devices[0]
    levels = frontend.choose_levels(None, device)
    candidates = [Candidate(spec=spec, device=device, levels=levels) for spec in specs]
    with Workshop(Making(), TERMS, kernels_per_module=20) as workshop:
        return list(workshop.pairs(candidates))


class Tried(NamedTuple):
    """The kernels drawn from a recipe until one was verified, and the outcome of each."""

    specs: list[KernelSpec]
    outcomes: list[Pair | Rejection]

    @property
    def settled(self) -> bool:
        return any(isinstance(each, Pair) for each in self.outcomes)


@pytest.fixture(scope="module")
def tried(request: pytest.FixtureRequest) -> dict[tuple[str, Recipe], Tried]:
    """Return the kernels tried for each recipe under test. Those of a front end are verified together."""
    asked = [
        cast(tuple[str, Recipe], (item.callspec.params["name"], item.callspec.params["recipe"]))
        for item in request.session.items
        if isinstance(item, pytest.Function) and item.originalname == test_what_is_drawn_is_verified.__name__
    ]
    found = {each: Tried([], []) for each in asked}
    for number in range(_TRIES):
        for name in dict.fromkeys(name for name, _ in asked):
            open_ones = [each for each in asked if each[0] == name and not found[each].settled]
            specs = [draw_some(recipe, number) for _, recipe in open_ones]
            for each, spec, outcome in zip(open_ones, specs, verify_together(specs) if specs else [], strict=True):
                found[each].specs.append(spec)
                found[each].outcomes.append(outcome)
    return found


def draw_some(recipe: Recipe, number: int) -> KernelSpec:
    """Return a kernel of a random target of a recipe, with a random difficulty up to 3."""
    stream = Stream("verified", recipe.name, number)
    target = stream.pick(recipe.targets)
    difficulty = stream.choice([each for each in recipe.difficulties if each <= 3])
    return draw(recipe, Stream("verified", recipe.name, number, difficulty=difficulty), target)


@pytest.mark.xdist_group("verified recipes")
@pytest.mark.parametrize(("name", "recipe"), RECIPES)
def test_what_is_drawn_is_verified(name: str, recipe: Recipe, tried: dict[tuple[str, Recipe], Tried]) -> None:
    specs, outcomes = tried[name, recipe]
    for spec, outcome in zip(specs[:-1], outcomes[:-1], strict=True):
        assert isinstance(outcome, Rejection)
        assert outcome.symptom in _BAD_LUCK or lacking(spec.source), f"{outcome}\n{spec.source}"
    last = outcomes[-1]
    assert isinstance(last, Pair), f"{last}\n{specs[-1].source}"
    assert bool(last.verdict.verified) != needs_gpu(specs[-1]), specs[-1].source


def is_literal(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except ValueError:
        return False
    return True


_TAKE_ONE_TWICE = ["dot", "ddot", "vdot", "outer", "matmul", "einsum", "vec2", "vec3", "vec3f", "reduce_window",
                   "reshape", "beta"]  # fmt: skip


def may_repeat(node: ast.AST) -> bool:
    """Return whether people commonly pass one operand twice to an operation: c * c, dot(v, v), a helper."""
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Mult | ast.MatMult)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr in _TAKE_ONE_TWICE
    return isinstance(node, ast.Call)


@pytest.mark.parametrize(("name", "recipe"), TOGETHER)
def test_no_operation_has_two_identical_operands(name: str, recipe: Recipe) -> None:
    for _, spec in several_of(recipe):
        for node in ast.walk(ast.parse(spec.source)):
            operands: list[ast.expr] = []
            if isinstance(node, ast.BinOp):
                operands = [node.left, node.right]
            elif isinstance(node, ast.Compare):
                operands = [node.left, *node.comparators]
            elif isinstance(node, ast.Call):
                operands = [each for each in node.args if not is_literal(each)]
            if recipe.usual_mix is not None and may_repeat(node):
                continue
            written = [ast.dump(operand) for operand in operands]
            assert len(set(written)) == len(written), f"{ast.unparse(node)}\n{spec.source}"


@pytest.mark.parametrize(("name", "recipe"), TOGETHER)
def test_every_name_is_defined(name: str, recipe: Recipe) -> None:
    for _, spec in several_of(recipe):
        known, read = set(dir(builtins)), set[str]()
        for node in ast.walk(ast.parse(spec.source)):
            match node:
                case ast.Name(id=named, ctx=ast.Load()):
                    read.add(named)
                case ast.Name(id=named) | ast.arg(arg=named) | ast.FunctionDef(name=named) | ast.ClassDef(name=named):
                    known.add(named)
                case ast.alias(name=named, asname=short):
                    known.add(short or named)
                case _:
                    pass
        assert read <= known, f"{read - known}\n{spec.source}"


@pytest.mark.parametrize(("name", "recipe"), TOGETHER)
def test_every_name_is_read(name: str, recipe: Recipe) -> None:
    for _, spec in several_of(recipe):
        written_only = {argument.name for argument in spec.signature.arguments if argument.role is not Role.INPUT}
        for function in ast.walk(ast.parse(spec.source)):
            if (
                not isinstance(function, ast.FunctionDef) or ast.unparse(function.body[-1]) == "..."
            ):  # native code reads the names
                continue
            nodes = [node for node in ast.walk(function) if isinstance(node, ast.Name)]
            read = {node.id for node in nodes if isinstance(node.ctx, ast.Load)}
            bound = {node.id for node in nodes if isinstance(node.ctx, ast.Store)}
            bound -= {each.target.id for each in ast.walk(function)
                      if isinstance(each, ast.For) and isinstance(each.target, ast.Name)}  # fmt: skip
            bound |= {argument.arg for argument in function.args.args} - written_only
            assert bound <= read | {"i", "j", "t", "_"}, f"{bound - read}\n{spec.source}"


@pytest.mark.parametrize("name", ["warp", "jax"])
def test_the_sampled_kernels_are_useful(name: str) -> None:
    generator = KernelGenerator(name, seed=0)
    drawn = [generator.spec(index) for index in range(60)]
    specs = [spec for spec in drawn if spec.signature.call is None]  # ``shortcomings`` calls functions with arrays only
    specs = [spec for spec in specs if not lacking(spec.source)]
    short = {spec.index: found for spec in specs if not needs_gpu(spec) and (found := shortcomings_here(spec))}
    short = {index: left for index, found in short.items() if (left := without_spare(found, drawn[index].source))}
    assert len(short) <= 1, short


def shortcomings_here(spec: KernelSpec) -> list[str]:
    """Return the shortcomings of a kernel; none if only an older release of Warp cannot compile it."""
    try:
        return shortcomings(spec)
    except Exception as error:
        if "CPU kernel build failed" in str(error) and other_release("warp"):
            return []
        raise


def without_spare(found: list[str], source: str) -> list[str]:
    """Return the shortcomings without those that are acceptable.

    Acceptable are unused fields of a struct, an initial value that a maximum always exceeds, a constant output of a
    kernel that resets some elements, and values that a traversal of a tree overwrites before it reads them.
    """
    idle = [re.match(r"(?:\w+\.)?(\w+) changes nothing", each) for each in found]
    left = [each for each, name in zip(found, idle, strict=True) if name is None or not is_spare(name[1], each, source)]
    return [
        each for each in left if not (name := re.match(r"(\w+) is constant", each)) or not is_reset(name[1], source)
    ]


def is_reset(name: str, source: str) -> bool:
    """Return whether a kernel with branches writes only constants to an array."""
    tree = ast.parse(source)
    stored = [
        each.value
        for each in ast.walk(tree)
        if isinstance(each, ast.Assign)
        and isinstance(each.targets[0], ast.Subscript)
        and ast.unparse(each.targets[0].value) == name
    ]
    used = {each.id for value in stored for each in ast.walk(value) if isinstance(each, ast.Name)}
    return bool(stored) and used <= {"wp", "float"} and any(isinstance(each, ast.If) for each in ast.walk(tree))


def is_spare(name: str, found: str, source: str) -> bool:
    """Return whether a field or an array may have no effect.

    The source never reads the field, or it only takes maxima or minima into the array, or fills the array from the
    roots of a tree.
    """
    if found.startswith(name):
        filled = f"{name}[child] = " in source and f"{name}[parent]" in source
        return filled or re.search(rf"wp\.atomic_(?:max|min)\({name},", source) is not None
    return f".{name}" not in source


DTYPES = {
    "warp": "float32 int32 float64 float16 bfloat16 int8 int16 int64 uint8 uint16 uint32 uint64 bool",
    "jax": "float32 int32 float16 bfloat16 int8 int16 uint8 uint32 bool",
}


class Kernels:
    """The kernels of the usual mix in which tests look for number formats, each drawn once."""

    def __init__(self, name: str) -> None:
        self._generator, self._drawn = KernelGenerator(name, seed=2), list[KernelSpec]()

    def first(self, count: int) -> Iterator[KernelSpec]:
        for index in range(count):
            if index == len(self._drawn):
                self._drawn.append(self._generator.spec(index))
            yield self._drawn[index]


kernels_of = functools.cache(Kernels)


@pytest.mark.xdist_group("numbers of every format")
@pytest.mark.parametrize("name", ["warp", "jax"])
def test_numbers_of_every_format_are_drawn(name: str) -> None:
    wanted = set(DTYPES[name].split())
    for spec in kernels_of(name).first(5000):
        wanted.difference_update(argument.dtype for argument in spec.signature.arguments)
        if not wanted:
            break
    assert not wanted


@pytest.mark.xdist_group("numbers of every format")
def test_small_formats_and_kernels_for_any_type_are_verified() -> None:
    wanted = {"float16", "bfloat16", "int8", "uint16", "uint64", "bool", "Any"}
    specs: list[KernelSpec] = []
    for spec in kernels_of("warp").first(20_000):
        found = {argument.dtype for argument in spec.signature.arguments}
        found |= {"Any"} if "wp.overload(" in spec.source and "[Any]" in spec.source else set()
        if wanted & found and not needs_gpu(spec) and not lacking(spec.source):
            specs.append(spec)
            wanted -= found
        if not wanted:
            break
    assert not wanted
    for spec, outcome in zip(specs, verify_together(specs), strict=True):
        assert isinstance(outcome, Pair), f"{outcome}\n{spec.source}"
        assert "cpp_forward" in outcome.verdict.verified, spec.source
        if "[Any]" in spec.source:
            assert "float32" in (outcome.texts["cpp_forward"] or "")


def test_multiplying_loops_have_few_constant_trips() -> None:
    (recipe,) = [each for each in get_frontend("warp").drawer.recipes if each.name == "loop_product"]
    for _, spec in draw_all(recipe, 40):
        (loop,) = [node for node in ast.walk(ast.parse(spec.source)) if isinstance(node, ast.For)]
        trips = loop.iter.args[0] if isinstance(loop.iter, ast.Call) else None
        assert isinstance(trips, ast.Constant)
        assert isinstance(trips.value, int)
        assert trips.value <= 16


def test_rejections_are_not_silent() -> None:
    frontend = get_frontend("warp")
    spec = KernelGenerator("warp").spec(0)
    assert isinstance(frontend.load_one(replace(spec, name="somebody_else")), Rejection)
