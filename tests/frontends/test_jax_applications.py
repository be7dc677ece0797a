"""JAX functions in the shapes of applications: how different two draws are, how they are called, what they hold."""

import ast
import functools
import math

import pytest

from synthesis import Argument, KernelSpec, get_frontend
from synthesis.frontends.base import Kernel, Recipe
from synthesis.frontends.jax import calling, functions
from synthesis.frontends.jax.discovery import signature_of
from synthesis.frontends.jax.recipes import applications
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Record, Tree, call_of, leaves_of, mapped
from synthesis.frontends.plainness import more_than_a_kernel
from synthesis.generator import draw
from synthesis.grammar.lines import block
from synthesis.grammar.streams import Stream
from synthesis.identity.python import structure_hash

RECIPES = [pytest.param(each, id=each.name) for each in applications.RECIPES]


@functools.cache
def specs(recipe: Recipe) -> list[KernelSpec]:
    """A hundred functions, of every difficulty and target."""
    return [
        draw(
            recipe,
            Stream("applications", number, difficulty=recipe.difficulties[number % len(recipe.difficulties)]),
            recipe.targets[number % len(recipe.targets)],
        )
        for number in range(100)
    ]


def elements(argument: Argument) -> int:
    return math.prod(size for size in argument.shape or () if size is not None)


def finished(program: Program) -> KernelSpec:
    return program.done("layers", "some", "target", ("function",), "Does it")


@pytest.mark.parametrize("recipe", RECIPES)
def test_few_draws_have_the_structure_of_another(recipe: Recipe) -> None:
    assert len({structure_hash(spec.source) for spec in specs(recipe)}) >= 96


@pytest.mark.parametrize("recipe", RECIPES)
def test_every_source_does_no_more_than_define_its_function(recipe: Recipe) -> None:
    for spec in specs(recipe):
        assert more_than_a_kernel(spec.source) is None, spec.source


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_signature_is_what_tracing_gives(recipe: Recipe) -> None:
    frontend = get_frontend("jax")
    some = specs(recipe)[:12]
    kernels = [each for each in frontend.compiler.load(some) if isinstance(each, Kernel)]
    assert [kernel.spec for kernel in kernels] == some
    for kernel in kernels:
        said, found = kernel.spec.signature, signature_of(kernel.live, kernel.example_args)
        assert [(each.name, each.type_name) for each in said.arguments] == [
            (each.name, each.type_name) for each in found.arguments
        ], kernel.spec.source
        assert [(each.name, each.type_name) for each in said.results] == [
            (each.name, each.type_name) for each in found.results
        ], kernel.spec.source
        assert said.differentiable == found.differentiable
        assert said.cotangents == found.cotangents
    frontend.compiler.release(kernels)


@pytest.mark.parametrize("recipe", RECIPES)
def test_what_a_function_is_given_is_small_enough_to_be_run_and_large_enough_to_be_real(recipe: Recipe) -> None:
    sizes = [[elements(each) for each in spec.signature.arguments] for spec in specs(recipe)]
    assert max(map(sum, sizes)) <= 2**20
    assert sum(max(each) >= 100 for each in sizes) >= 0.9 * len(sizes)


def test_functions_decide_and_refuse_as_applications_do() -> None:
    trees = [ast.parse(spec.source) for each in applications.RECIPES for spec in specs(each)]
    shares = {
        kind: sum(any(isinstance(node, kind) for node in ast.walk(tree)) for tree in trees) / len(trees)
        for kind in (ast.If, ast.Raise, ast.Assert, ast.Starred, ast.JoinedStr, ast.AugAssign)
    }
    assert shares[ast.If] > 0.4
    assert shares[ast.Raise] > 0.15
    assert min(shares.values()) > 0.02


def test_every_recipe_is_drawn() -> None:
    assert set(applications.RECIPES) <= set(get_frontend("jax").drawer.recipes)


# ---- trees


def tree() -> Tree:
    return {"w": [Leaf((2, 3)), (Leaf((3,)),)], "a": Record("State", (("mu", Leaf((4,))), ("nu", Leaf(()))))}


def test_leaves_stand_in_jax_order_with_jax_paths() -> None:
    assert [name for name, _ in leaves_of(tree(), "p")] == ["p['a'].mu", "p['a'].nu", "p['w'][0]", "p['w'][1][0]"]


def test_a_call_names_the_leaves_of_a_tree() -> None:
    assert call_of(tree(), "p") == {
        "dict": {
            "a": {"record": "State", "fields": {"mu": "p['a'].mu", "nu": "p['a'].nu"}},
            "w": {"list": ["p['w'][0]", {"tuple": ["p['w'][1][0]"]}]},
        }
    }


def test_a_mapped_tree_has_the_same_form() -> None:
    numbers = mapped(tree(), lambda _: Leaf(()))
    assert call_of(numbers, "p") == call_of(tree(), "p")
    assert {leaf.shape for _, leaf in leaves_of(numbers, "p")} == {()}


def test_a_call_with_a_class_that_the_source_lacks_is_an_error() -> None:
    program = Program(Stream("record"))
    program.tree("state", program.record("State", (("x", Leaf((4,))),), "Some", plain=True), "the state")
    program.add("return state.x + 1.0")
    program.gives(Leaf((4,)))
    signature = finished(program).signature

    def function(state: object) -> object:
        return state

    with pytest.raises(ValueError, match="no class 'State' beside the function"):
        calling.rebuilt(function, signature)


# ---- programs


def test_what_no_line_names_is_no_parameter() -> None:
    program = Program(Stream("names"))
    program.tensor("x", Leaf((4,)), "input")
    program.tensor("y", Leaf((4,)), "another")
    program.add("unused = y + 1.0", "a, b = x.shape[0], x.ndim", "return x * b")
    program.gives(Leaf((4,)))
    spec = finished(program)
    assert [each.name for each in spec.signature.arguments] == ["x"]
    assert "unused" not in spec.source
    assert "_, b = x.shape[0], x.ndim" in spec.source


def test_a_constant_that_is_given_is_part_of_the_call() -> None:
    program = Program(Stream("options"))
    program.tensor("x", Leaf((4,)), "input")
    program.option("n", "2", "int", "how often", given="3")
    program.add("return x * n")
    program.gives(Leaf((4,)))
    assert finished(program).signature.call == {"args": [], "kwargs": {"x": "x", "n": {"value": 3}}}


def test_arrays_in_order_need_no_call() -> None:
    program = Program(Stream("plain"))
    program.tensor("x", Leaf((4,)), "input")
    program.option("n", "2", "int", "how often")
    program.add("return x * n")
    program.gives(Leaf((4,)))
    assert finished(program).signature.call is None


def test_helpers_and_classes_that_nothing_names_are_left_out() -> None:
    program = Program(Stream("beside"))
    program.tensor("x", Leaf((4,)), "input")
    program.record("Extra", (("y", Leaf((4,))),), "More")
    program.helper(block("def other(value):", "return value + 1.0"), block("def used(value):", "return value * 2.0"))
    program.add("return used(x)")
    program.gives(Leaf((4,)))
    source = finished(program).source
    assert "def used(" in source
    assert "def other(" not in source
    assert "Extra" not in source


def test_leaves_of_a_live_tree_are_called_as_those_of_a_described_one() -> None:
    (recipe,) = (each for each in applications.RECIPES if each.name == "optimizer_step")
    frontend = get_frontend("jax")
    spec = next(each for each in specs(recipe) if "record" in str(each.signature.call))
    kernel = frontend.load_one(spec)
    assert isinstance(kernel, Kernel)
    found = functions.argument_leaves(kernel.live, kernel.example_args)
    assert [leaf.name for leaf in found] == [each.name for each in spec.signature.arguments]
