"""JAX functions in the shapes of applications: how different two draws are, how they are called, what they hold."""

import ast
import functools
import itertools
import math
import re
from collections.abc import Set
from dataclasses import replace

import pytest

from synthesis import Argument, KernelSpec, get_frontend
from synthesis.core.identity.python import structure_hash
from synthesis.drawing.lines import block
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Kernel, Recipe
from synthesis.frontends.jax import calling, functions
from synthesis.frontends.jax.discovery import signature_of
from synthesis.frontends.jax.recipes import applications
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Record, Tree, call_of, leaves_of, mapped
from synthesis.frontends.plainness import more_than_a_kernel
from synthesis.generator import draw
from synthesis.verification.claims import LARGEST_WITH_TWIN
from synthesis.verification.inputs import DRAWS, complete, draw_inputs
from synthesis.verification.tolerances import expect, poison_for

pytestmark = pytest.mark.xdist_group("applications of JAX")  # by one worker, which draws its functions once
RECIPES = [pytest.param(each, id=each.name) for each in applications.RECIPES]


_MANY, _MORE = 40, 60
"""How many functions of a recipe tests look at, and of a recipe of which they count what a part of these has."""


@functools.cache
def spec_of(recipe: Recipe, number: int) -> KernelSpec:
    """One of the functions of a recipe, which go through its difficulties and targets."""
    return draw(
        recipe,
        Stream("applications", recipe.name, number, difficulty=recipe.difficulties[number % len(recipe.difficulties)]),
        recipe.targets[number % len(recipe.targets)],
    )


def specs(recipe: Recipe, count: int = _MANY) -> list[KernelSpec]:
    """The first functions of a recipe, of every difficulty and of most targets."""
    return [spec_of(recipe, number) for number in range(count)]


def specs_but(recipe: Recipe, left_out: Set[str], count: int = _MANY) -> list[KernelSpec]:
    """Those of the first functions whose targets are not left out."""
    targets = itertools.cycle(recipe.targets)
    return [spec for spec, target in zip(specs(recipe, count), targets, strict=False) if target not in left_out]


def elements(argument: Argument) -> int:
    return math.prod(size for size in argument.shape or () if size is not None)


def finished(program: Program) -> KernelSpec:
    return program.done("layers", "some", "target", ("function",), "Does it")


@pytest.mark.parametrize("recipe", RECIPES)
def test_few_draws_have_the_structure_of_another(recipe: Recipe) -> None:
    assert len({structure_hash(spec.source) for spec in specs(recipe)}) >= _MANY - 1


@pytest.mark.parametrize("recipe", RECIPES)
def test_every_source_does_no_more_than_define_its_function(recipe: Recipe) -> None:
    for spec in specs(recipe):
        assert more_than_a_kernel(spec.source) is None, spec.source


def test_a_parameter_hides_a_helper_of_its_name() -> None:
    program = Program(Stream("hides", 1, difficulty=3))
    program.tensor("x", Leaf((4,)), "values")
    program.option("gated", "False", "bool", "whether the values are doubled", "True")
    program.add("if gated:\n    return x * 2.0\nreturn x")
    source = finished(program).source
    assert [each.name for each in ast.parse(source).body if isinstance(each, ast.FunctionDef)] == ["function"]


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_signature_is_what_tracing_gives(recipe: Recipe) -> None:
    frontend = get_frontend("jax")
    some = specs(recipe, 6)
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
        # What goes on until it is good enough cannot be gone through backwards.
        slopes = "while_loop(" not in kernel.spec.source
        assert said.differentiable == (found.differentiable if slopes else ())
        assert said.cotangents == (found.cotangents if slopes else ())
    frontend.compiler.release(kernels)


SMALL = frozenset({"link_poses", "subtree_mass", "schedule_by_name", "sampled_plan"})
"""What is small wherever it is used: a robot has a dozen links and few steps ahead, a schedule gives one number."""
OF_MODELS = frozenset({"expert_layer", "chunked_loss", "draft_check", "decoded_boxes", "feature_pyramid"})
"""Parts of models, in recipes of whole ones."""


@pytest.mark.parametrize("recipe", RECIPES)
def test_what_a_function_is_given_is_small_enough_to_be_run_and_large_enough_to_be_real(recipe: Recipe) -> None:
    run = [[elements(each) for each in spec.signature.executed.arguments] for spec in specs(recipe)]
    assert max(map(sum, run)) <= 2**20
    told = [[elements(each) for each in spec.signature.arguments] for spec in specs(recipe)]
    assert max(map(sum, told)) <= LARGEST_WITH_TWIN
    large = specs_but(recipe, SMALL)
    sizes = [[elements(each) for each in (*spec.signature.arguments, *spec.signature.results)] for spec in large]
    assert sum(max(each) >= 100 for each in sizes) >= 0.9 * len(sizes)


def test_most_functions_are_of_real_sizes() -> None:
    drawn = [spec for each in applications.RECIPES for spec in specs(each)]
    told = [elements(each) for spec in drawn for each in spec.signature.arguments if each.shape]
    assert sum(size > 500 for size in told) >= 0.65 * len(told)
    assert sum(spec.signature.twin is not None for spec in drawn) >= 0.5 * len(drawn)


def test_functions_decide_and_refuse_as_applications_do() -> None:
    trees = [ast.parse(spec.source) for each in applications.RECIPES for spec in specs(each)]
    shares = {
        kind: sum(any(isinstance(node, kind) for node in ast.walk(tree)) for tree in trees) / len(trees)
        for kind in (ast.If, ast.Raise, ast.Assert, ast.Starred, ast.JoinedStr, ast.AugAssign)
    }
    assert shares[ast.If] > 0.4
    assert shares[ast.Raise] > 0.15
    assert min(shares.values()) > 0.02


def decisions(function: ast.FunctionDef) -> dict[str, bool]:
    """Which forms of static decisions a function has."""
    inside = list(ast.walk(function))
    conditions = [each for each in inside if isinstance(each, ast.If)]
    returns = [each for each in inside if isinstance(each, ast.Return)]
    return {
        "elif": any(
            isinstance(other, ast.If) and other.col_offset == each.col_offset
            for each in conditions
            for other in each.orelse
        ),
        "nested if": any(
            isinstance(one, ast.If) for each in conditions for other in each.body for one in ast.walk(other)
        ),
        "three statements": any(len(each.body) >= 3 for each in conditions),
        "and, or": any(isinstance(each, ast.BoolOp) for each in inside),
        "not": any(isinstance(each, ast.Not) for each in inside),
        "conditional expression": any(isinstance(each, ast.IfExp) for each in inside),
        "for": any(isinstance(each, ast.For) for each in inside),
        "several returns": len(returns) > 2,
    }


def function_of(spec: KernelSpec) -> ast.FunctionDef:
    """The function of a source, without those beside it."""
    return next(
        node for node in ast.parse(spec.source).body if isinstance(node, ast.FunctionDef) and node.name == spec.name
    )


def test_functions_choose_by_names_and_flags() -> None:
    found = [decisions(function_of(spec)) for each in applications.RECIPES for spec in specs(each)]
    shares = {form: sum(each[form] for each in found) / len(found) for form in found[0]}
    assert min(shares.values()) > 0.05, shares
    assert shares["elif"] > 0.12
    assert shares["and, or"] > 0.1


def test_many_functions_say_why() -> None:
    said = [re.findall(r"(?m)^ *# (.*)$", spec.source) for each in applications.RECIPES for spec in specs(each)]
    assert 0.4 < sum(map(bool, said)) / len(said) < 0.8
    assert all(not remark.endswith(".") and remark[0].strip() for remarks in said for remark in remarks)


def recipe_named(name: str) -> Recipe:
    return next(each for each in applications.RECIPES if each.name == name)


def specs_of(name: str) -> list[KernelSpec]:
    """More functions of a recipe."""
    return specs(recipe_named(name), _MORE)


@pytest.mark.parametrize("name", ["language_model", "vision_model"])
def test_whole_models_have_trees_and_compute_in_sixteen_bits_or_not(name: str) -> None:
    drawn = specs_but(recipe_named(name), OF_MODELS, _MORE)
    half = [each for each in drawn if re.search(r"jnp\.b?float16\b", each.source)]
    assert 0.25 < len(half) / len(drawn) < 0.65
    assert all("float32" in each.source for each in half)
    leaves = sorted(len(each.signature.arguments) for each in drawn)
    assert leaves[0] >= 7
    assert leaves[len(leaves) // 2] >= 12
    assert sum("value_and_grad" in each.source for each in drawn) >= 0.45 * len(drawn)


def test_images_come_as_bytes() -> None:
    drawn = {
        "vision_model": specs_but(recipe_named("vision_model"), OF_MODELS, _MORE),
        "image_block": specs(recipe_named("image_block"), 100),
    }
    bytes_of = {
        name: sum(any(each.dtype == "uint8" for each in spec.signature.arguments) for spec in specs) / len(specs)
        for name, specs in drawn.items()
    }
    assert bytes_of["vision_model"] > 0.5
    assert 0.15 < bytes_of["image_block"] < 0.5


@pytest.mark.parametrize("name", ["transformer_block", "recurrent_layer", "gradient_step", "perceptron"])
def test_a_part_of_the_layers_computes_in_bfloat16(name: str) -> None:
    low = [
        spec
        for spec in specs_of(name)
        if "bfloat16" in spec.source or any(each.dtype == "bfloat16" for each in spec.signature.arguments)
    ]
    assert 0.15 * _MORE < len(low) < 0.65 * _MORE


@pytest.mark.parametrize(("name", "target"), [("language_model", "lm_gradient"), ("vision_model", "image_gradient")])
def test_a_gradient_in_sixteen_bits_is_told_from_its_rounding_on_all_inputs(name: str, target: str) -> None:
    frontend, tried = get_frontend("jax"), 0
    assert frontend.prover is not None
    (recipe,) = (each for each in applications.RECIPES if each.name == name)
    for number in range(24):
        difficulty = recipe.difficulties[number % len(recipe.difficulties)]
        spec = draw(recipe, Stream("sixteen bits", number, difficulty=difficulty), target)
        if "bfloat16" not in spec.source:
            continue
        signature = spec.signature.executed
        kernel = frontend.load_one(replace(spec, signature=signature))
        assert isinstance(kernel, Kernel)
        reference = frontend.prover.reference(kernel)
        for seed in (number, 1000 + number):
            runs = [complete(signature, draw_inputs(signature, each, seed=seed, edges=edges)) for each, edges in DRAWS]
            double, own = reference(runs, double=True), reference(runs, double=False)
            expected = expect(double, own, poison_for(signature), unit=reference.unit)
            assert expected.ill_conditioned is None, f"seed {seed}: {expected.ill_conditioned}\n{spec.source}"
        frontend.compiler.release([kernel])
        tried += 1
        if tried == 5:
            break
    assert tried == 5


@pytest.mark.parametrize(("name", "target"), [("training_program", "sgd"), ("training_program", "adam")])
def test_layers_of_two_widths_have_two_widths_at_both_sizes(name: str, target: str) -> None:
    widths = 0
    for number in range(40):
        signature = draw(recipe_named(name), Stream("widths", number, difficulty=4), target).signature
        told, run = ([each.shape for each in sizes.arguments] for sizes in (signature, signature.executed))
        for first, second in itertools.combinations(range(len(told)), 2):
            assert (told[first] == told[second]) == (run[first] == run[second])
        widths += signature.twin is not None
    assert widths > 13


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
    program.set_results(Leaf((4,)))
    signature = finished(program).signature

    def function(state: object) -> object:
        return state

    with pytest.raises(ValueError, match="the function's module has no class 'State'"):
        calling.rebuilt(function, signature)


# ---- programs


def test_what_no_line_names_is_no_parameter() -> None:
    program = Program(Stream("names"))
    program.tensor("x", Leaf((4,)), "input")
    program.tensor("y", Leaf((4,)), "another")
    program.add("unused = y + 1.0", "a, b = x.shape[0], x.ndim", "return x * b")
    program.set_results(Leaf((4,)))
    spec = finished(program)
    assert [each.name for each in spec.signature.arguments] == ["x"]
    assert "unused" not in spec.source
    assert "_, b = x.shape[0], x.ndim" in spec.source


def test_a_constant_that_is_given_is_part_of_the_call() -> None:
    program = Program(Stream("options"))
    program.tensor("x", Leaf((4,)), "input")
    program.option("n", "2", "int", "how often", given="3")
    program.add("return x * n")
    program.set_results(Leaf((4,)))
    assert finished(program).signature.call == {"args": [], "kwargs": {"x": "x", "n": {"value": 3}}}


def test_arrays_in_order_need_no_call() -> None:
    program = Program(Stream("plain"))
    program.tensor("x", Leaf((4,)), "input")
    program.option("n", "2", "int", "how often")
    program.add("return x * n")
    program.set_results(Leaf((4,)))
    assert finished(program).signature.call is None


def test_helpers_and_classes_that_nothing_names_are_left_out() -> None:
    program = Program(Stream("beside"))
    program.tensor("x", Leaf((4,)), "input")
    program.record("Extra", (("y", Leaf((4,))),), "More")
    program.helper(block("def other(value):", "return value + 1.0"), block("def used(value):", "return value * 2.0"))
    program.add("return used(x)")
    program.set_results(Leaf((4,)))
    source = finished(program).source
    assert "def used(" in source
    assert "def other(" not in source
    assert "Extra" not in source


def test_a_text_has_one_part_of_each_group_with_its_comments_and_braces() -> None:
    program = Program(Stream("texts"))
    program.tensor("x", Leaf((4,)), "input")
    program.write("{if x.ndim != 1:\n    raise ValueError(f'got <<x.shape>>')}\nreturn {x + 1.0 ~ 1.0 + x}")
    program.set_results(Leaf((4,)))
    source = finished(program).source
    assert "raise ValueError(f'got {x.shape}')" in source
    assert ("return x + 1.0" in source) != ("return 1.0 + x" in source)


def test_a_helper_has_names_and_annotations_of_its_own() -> None:
    program = Program(Stream("helpers"))
    program.array = "jax.Array"
    program.tensor("values", Leaf((4,)), "input", ("x",))
    program.function("def double(x: Array, times: int = 2) -> Array:\n    return x * times")
    program.add("return double(values)")
    program.set_results(Leaf((4,)))
    assert "double(x: jax.Array, times: int = 2) -> jax.Array:" in finished(program).source


def test_a_value_that_a_body_makes_itself_is_no_parameter() -> None:
    program = Program(Stream("made"))
    program.tensor("x", Leaf((4,)), "input")
    program.tensor("labels", Leaf((4,)), "more")
    program.add("labels = x + 1.0", "return labels * x")
    program.set_results(Leaf((4,)))
    assert [each.name for each in finished(program).signature.arguments] == ["x"]


def test_inner_functions_stand_apart() -> None:
    program = Program(Stream("apart"))
    program.tensor("x", Leaf((4,)), "input")
    program.add("y = x + 1.0", block("def inner(z):", "return z * 2.0"), "return inner(y)")
    program.set_results(Leaf((4,)))
    assert re.search(r"\n\n    def inner\(z\):\n        return z \* 2.0\n\n    return", finished(program).source)


@pytest.mark.parametrize(
    "recipe",
    [each for each in applications.RECIPES if each.name in ("update_by_name", "loss_by_name")],
    ids=lambda each: each.name,
)
def test_a_function_is_asked_for_what_it_knows(recipe: Recipe) -> None:
    for spec in specs(recipe):
        known = {
            side.value
            for node in ast.walk(function_of(spec))
            if isinstance(node, ast.Compare)
            for one in node.comparators
            for side in (one.elts if isinstance(one, ast.Tuple) else [one])
            if isinstance(side, ast.Constant) and isinstance(side.value, str)
        }
        assert known, spec.source


def test_leaves_of_a_live_tree_are_called_as_those_of_a_described_one() -> None:
    (recipe,) = (each for each in applications.RECIPES if each.name == "optimizer_step")
    frontend = get_frontend("jax")
    spec = next(each for each in specs(recipe) if "record" in str(each.signature.call))
    kernel = frontend.load_one(spec)
    assert isinstance(kernel, Kernel)
    found = functions.argument_leaves(kernel.live, kernel.example_args)
    assert [leaf.name for leaf in found] == [each.name for each in spec.signature.arguments]
