"""Drawn Triton kernels: they compile, are the same in every process, and are what their records say."""

import ast
from typing import Any

import pytest
from triton_parts import COMPILER, FRONTEND, RECIPES, drawn, texts_of

from synthesis import KernelGenerator, Rejection
from synthesis.core.identity.python import renamed_hash
from synthesis.core.signatures import Role
from synthesis.frontends.plainness import more_than_a_kernel

FAMILIES = sorted(name for name in RECIPES if name not in ("map", "reduce"))


@pytest.mark.parametrize("recipe", FAMILIES)
def test_kernels_of_a_file_lower_to_every_default_level(recipe: str) -> None:
    for number in range(2):
        assert set(texts_of(drawn(recipe, number))) == {"ttir", "ttgir", "ptx"}


@pytest.mark.parametrize("recipe", ["map", "reduce"])
def test_kernels_of_the_grammar_lower(recipe: str) -> None:
    for number in range(20):
        assert set(texts_of(drawn(recipe, number), ["ttir", "ttgir"])) == {"ttir", "ttgir"}


def test_no_value_has_the_name_of_a_loops_variable() -> None:
    """After the loop, Python and Triton would take another number for it."""
    looping = 0
    for number in range(150):
        for function in ast.walk(ast.parse(drawn("map", number).source)):
            if not isinstance(function, ast.FunctionDef):
                continue
            inside = list(ast.walk(function))
            targets = [each.target for each in inside if isinstance(each, ast.For)]
            stored = [each for each in inside if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)]
            names = {each.id for each in targets if isinstance(each, ast.Name)}
            assert names.isdisjoint(each.id for each in stored if each not in targets), ast.unparse(function)
            looping += bool(names)
    assert looping > 10


def test_a_draw_is_a_pure_function() -> None:
    for recipe in RECIPES:
        assert drawn(recipe, 5) == drawn(recipe, 5)


@pytest.mark.parametrize("recipe", sorted(RECIPES))
def test_roles_are_those_of_the_texts(recipe: str) -> None:
    spec = drawn(recipe, 1)
    kernel = FRONTEND.load_one(spec)
    assert not isinstance(kernel, Rejection)
    declared: Any = COMPILER.declared(kernel)
    for said, real in zip(spec.signature.arguments, declared.arguments, strict=True):
        assert said.name == real.name
        # what is read and never used is not read in the text
        assert said.role is real.role or (said.role, real.role) == (Role.INOUT, Role.OUTPUT), (said, spec.source)
    COMPILER.release([kernel])


def test_sources_do_no_more_than_define_a_kernel() -> None:
    generator = KernelGenerator("triton", 3)
    for index in range(60):
        source = generator.spec(index).source
        assert more_than_a_kernel(source) is None, source


def test_few_programs_repeat() -> None:
    generator = KernelGenerator("triton", 4)
    hashes = [renamed_hash(generator.spec(index).source) for index in range(300)]
    assert len(set(hashes)) >= 0.97 * len(hashes)


def test_arrays_are_small_and_blocks_powers_of_two() -> None:
    generator = KernelGenerator("triton", 5)
    for index in range(60):
        signature = generator.spec(index).signature
        for argument in signature.arguments:
            size = 1
            for extent in argument.shape or ():
                size *= extent or 0
            assert 0 < size <= 20_000, argument
        for name, value in (signature.call or {})["constants"].items():
            if name.startswith(("BLOCK", "BM", "BN", "BK", "XBLOCK")):
                assert value & (value - 1) == 0, (name, value)
