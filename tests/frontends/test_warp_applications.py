"""Recipes in the shapes of applications: how different two draws are, and what they are made of."""

import ast
import functools
import re
from collections import Counter

import pytest
from running import load

from synthesis import get_frontend
from synthesis.core.identity.python import structure_hash
from synthesis.drawing.lines import block, chain
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Lowered, Recipe
from synthesis.frontends.warp.introspection import options_of
from synthesis.frontends.warp.recipes import applications
from synthesis.generator import draw
from synthesis.verification.planning import make_plan

pytestmark = pytest.mark.xdist_group("applications of Warp")  # by one worker, which draws its kernels once
RECIPES = [pytest.param(each, id=each.name) for each in applications.RECIPES]
_JUMPS = (ast.Return, ast.Break, ast.Continue)


_MANY = 30
"""How many kernels of a recipe tests look at."""


@functools.cache
def source(recipe: Recipe, number: int) -> str:
    """One of the kernels of a recipe, which go through its difficulties and targets."""
    return draw(
        recipe,
        Stream("applications", number, difficulty=recipe.difficulties[number % len(recipe.difficulties)]),
        recipe.targets[number % len(recipe.targets)],
    ).source


def skeleton(body: list[ast.stmt]) -> str:
    """The statements of a body that decide, loop or jump, and how they are nested."""
    made: list[str] = []
    for each in body:
        if isinstance(each, ast.If):
            made.append(f"if({skeleton(each.body)})({skeleton(each.orelse)})")
        elif isinstance(each, ast.For | ast.While):
            made.append(f"{type(each).__name__}({skeleton(each.body)})")
        elif isinstance(each, _JUMPS):
            made.append(type(each).__name__)
    return " ".join(made)


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_recipe_has_ten_control_skeletons(recipe: Recipe) -> None:
    found: set[str] = set()
    for number in range(60):  # no more are drawn than it takes
        *_, kernel = (each for each in ast.parse(source(recipe, number)).body if isinstance(each, ast.FunctionDef))
        found.add(skeleton(kernel.body))
        if len(found) == 10:
            break
    assert len(found) == 10


@pytest.mark.parametrize("recipe", RECIPES)
def test_few_draws_have_the_structure_of_another(recipe: Recipe) -> None:
    drawn = {structure_hash(source(recipe, number)) for number in range(_MANY)}
    assert len(drawn) >= 0.93 * _MANY


_MEANT = {
    **dict.fromkeys(("episodes", "volumes", "ray_boxes", "mesh_overlap", "csr"), frozenset({"exp"})),
    "images": frozenset({"sin", "cos", "exp"}),
    "singles": frozenset({"sin"}),
}
"""What formulas are of by nature: rewards, light and weights of neighbours fall off, and cameras have angles."""


@pytest.mark.parametrize("recipe", RECIPES)
def test_nothing_is_squashed(recipe: Recipe) -> None:
    meant = _MEANT.get(recipe.name, frozenset[str]())
    named = "|".join(sorted({"sin", "cos", "tanh", "exp", "atan"} - meant))
    for number in range(_MANY):
        text = source(recipe, number)
        assert not re.search(rf"wp\.({named})\(", text), text


SNAPSHOTS = next(each for each in applications.RECIPES if each.name == "snapshots")
STACKED = next(each for each in applications.RECIPES if each.name == "stacked")


@pytest.mark.parametrize(
    ("recipe", "target", "count"),
    [
        *((STACKED, each, 20) for each in ("vector_update", "matrix_vector", "check_status")),
        *((SNAPSHOTS, each, 6) for each in SNAPSHOTS.targets),
    ],
)
def test_whatever_a_kernel_of_many_arrays_is_given_matters(recipe: Recipe, target: str, count: int) -> None:
    frontend = get_frontend("warp")
    level = frontend.level("cpp_forward")
    for number in range(count):
        difficulty = recipe.difficulties[number % len(recipe.difficulties)]
        kernel = load(draw(recipe, Stream(recipe.name, target, number, difficulty=difficulty), target))
        (lowered,) = frontend.compiler.lower([kernel], (level,), device="cpu")
        assert isinstance(lowered, Lowered)
        problem = make_plan(frontend, kernel, lowered.texts, useful=True).problem
        frontend.compiler.release([kernel])
        assert problem is None, f"{problem}\n{kernel.spec.source}"


def test_every_one_of_them_is_drawn() -> None:
    assert set(applications.RECIPES) <= set(get_frontend("warp").drawer.recipes)


def test_a_fifth_of_them_take_one_element_a_thread() -> None:
    drawn = [
        draw(recipe, Stream("frames", recipe.name, number), recipe.targets[number % len(recipe.targets)]).source
        for recipe in applications.RECIPES
        for number in range(4)
    ]
    lean = [each for each in drawn if "grid_stride" in each.rpartition("@wp.kernel")[2].partition("def ")[0]]
    assert 0.15 <= len(lean) / len(drawn) <= 0.3


def test_the_frame_that_a_kernel_declares_is_in_its_text_and_its_options() -> None:
    frontend = get_frontend("warp")
    level = frontend.level("cuda_forward")
    forms = Counter[str]()
    for number in range(400):
        if len(forms) == 3:
            break
        spec = draw(SNAPSHOTS, Stream("frames", number), SNAPSHOTS.targets[number % len(SNAPSHOTS.targets)])
        declared = spec.source.rpartition("@wp.kernel")[2].partition("def ")[0]
        form = "module" if "default_grid_stride" in declared else "kernel" if "grid_stride" in declared else "none"
        forms[form] += 1
        if forms[form] > 10:
            continue
        kernel = load(spec)
        (lowered,) = frontend.compiler.lower([kernel], (level,), device="cuda")
        frontend.compiler.release([kernel])
        assert isinstance(lowered, Lowered)
        text = lowered.texts["cuda_forward"]
        assert text is not None
        assert ("_idx += " in text) == (form == "none"), spec.source
        assert spec.signature.options["default_grid_stride"] == (form == "none")
        assert options_of(kernel.live)["default_grid_stride"] == (form == "none")
    assert set(forms) == {"none", "kernel", "module"}


def test_a_chain_is_an_elif_for_each_further_case() -> None:
    made = chain(("a == 0", "b = 1"), ("a == 1", block("if c:", "b = 2")), otherwise="b = 3")
    assert made == "if a == 0:\n    b = 1\nelif a == 1:\n    if c:\n        b = 2\nelse:\n    b = 3"
