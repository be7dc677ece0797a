import ast
import pickle
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from processes import output_of

from synthesis import KernelGenerator, Rejection, synthesize_pair
from synthesis.core.identity.ir import canonical_text
from synthesis.core.identity.python import program_id, renamed_hash, structure_hash
from synthesis.core.languages import (
    CPP,
    CUDA,
    HLO,
    JAXPR,
    LLVM,
    MLIR,
    PTX,
    SASS,
    Language,
    ir_structure_hash,
    renamed_ir_hash,
)

WARP = """
import warp as wp

@wp.struct
class Body:
    mass: float
    speed: wp.vec3

@wp.func
def energy(b: Body, k: float):
    return k * b.mass * wp.dot(b.speed, b.speed)

@wp.kernel
def total(bodies: wp.array(dtype=Body), out: wp.array(dtype=float)):
    i = wp.tid()
    out[i] = energy(bodies[i], k=0.5)
"""

JAX = """
import jax.numpy as jnp
from jax import lax

def f(x, y):
    def step(carry, item):
        z = carry * 0.5 + item
        return z, jnp.sin(z)
    final, _ = lax.scan(step, x, y)
    return final
"""


def swapped(source: str, *pairs: tuple[str, str]) -> str:
    for old, new in pairs:
        assert old in source
        source = re.sub(rf"\b{old}\b", new, source)
    return source


SAME = {
    "struct and fields": (WARP, swapped(WARP, ("Body", "Thing"), ("mass", "weight"), ("speed", "velocity"))),
    "helper and its keyword": (WARP, swapped(WARP, ("energy", "work"), ("k", "c"))),
    "kernel, arguments, locals": (WARP, swapped(WARP, ("total", "main"), ("bodies", "xs"), ("out", "y"), ("i", "tid"))),
    "import style": (WARP, WARP.replace("import warp as wp", "import warp").replace("wp.", "warp.")),
    "no imports": (WARP, WARP.replace("import warp as wp", "")),
    "from import": (JAX, JAX.replace("from jax import lax", "import jax").replace("lax.scan", "jax.lax.scan")),
    "comments and docstrings": (JAX, JAX.replace("    def step", '    """Doc."""\n    # why\n    def step')),
    "docstring of a struct": (WARP, WARP.replace("    mass: float", '    """A thing."""\n\n    mass: float')),
    "nested names": (JAX, swapped(JAX, ("carry", "c"), ("item", "v"), ("step", "body"), ("z", "w"))),
}

DIFFERENT = {
    "another operator": (JAX, JAX.replace("+ item", "- item")),
    "another function": (JAX, JAX.replace("jnp.sin", "jnp.cos")),
    "operands exchanged": (JAX, JAX.replace("carry * 0.5 + item", "item * 0.5 + carry")),
    "another type": (WARP, WARP.replace("wp.vec3", "wp.vec2")),
    "another result": (JAX, JAX.replace("return final", "return _")),
    "another component": (WARP.replace("b.mass", "b.speed.x"), WARP.replace("b.mass", "b.speed.y")),
}


@pytest.mark.parametrize("case", SAME)
def test_renaming_changes_no_hash(case: str) -> None:
    first, second = SAME[case]
    assert first != second
    ast.parse(second)
    assert renamed_hash(first) == renamed_hash(second)
    assert structure_hash(first) == structure_hash(second)


@pytest.mark.parametrize("case", DIFFERENT)
def test_what_behaves_otherwise_hashes_otherwise(case: str) -> None:
    first, second = DIFFERENT[case]
    assert first != second
    assert renamed_hash(first) != renamed_hash(second)
    assert structure_hash(first) != structure_hash(second)


@given(st.floats(-100, 100, allow_nan=False))
def test_a_structure_has_no_numbers_and_no_signs(value: float) -> None:
    other = JAX.replace("0.5", repr(value))
    assert structure_hash(other) == structure_hash(JAX)
    assert (renamed_hash(other) == renamed_hash(JAX)) == (repr(value) == "0.5")


def test_numbers_in_annotations_are_types() -> None:
    source = "def f(x: wp.array(dtype=float, ndim=2)):\n    return x[1]\n"
    assert structure_hash(source) == structure_hash(source.replace("x[1]", "x[2]"))
    assert structure_hash(source) != structure_hash(source.replace("ndim=2", "ndim=3"))


def test_a_name_shadowed_inside_is_another_name() -> None:
    outer = "def f(x, y):\n    def g(x):\n        return x\n    return g(y) + x\n"
    assert renamed_hash(outer) == renamed_hash(
        outer.replace("def g(x):\n        return x", "def g(z):\n        return z")
    )
    assert renamed_hash(outer) != renamed_hash(outer.replace("        return x", "        return y"))


def renamed(source: str, name: str, other: str) -> str:
    """Return the source with a variable renamed, except in strings, keywords and attributes."""
    parts = re.split(r"('[^']*')", source)
    return "".join(
        re.sub(rf"(?<![\w.]){name}\b(?!=)", other, part) if not part.startswith("'") else part for part in parts
    )


class Renaming(ast.NodeTransformer):
    """Renames variables, parameters and functions, but not keywords, attributes and strings."""

    def __init__(self, names: set[str]) -> None:
        self.others = {name: f"renamed_{number}" for number, name in enumerate(sorted(names))}

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(self.others.get(node.id, node.id), node.ctx)

    def visit_arg(self, node: ast.arg) -> ast.arg:
        self.generic_visit(node)
        return ast.arg(self.others.get(node.arg, node.arg), node.annotation)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        self.generic_visit(node)
        node.name = self.others.get(node.name, node.name)
        return node


def bound_names(tree: ast.AST) -> set[str]:
    """Return the names that a source binds, except those that are also keywords or fields."""
    bound = set[str]()
    fields = {"_"}
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name) | ast.FunctionDef(name=name):
                bound.add(name)
            case ast.keyword(arg=str(name)) | ast.AnnAssign(target=ast.Name(id=name)):
                fields.add(name)
            case _:
                pass
    return bound - fields


def test_names_given_out_in_bulk_keep_the_hash() -> None:
    """Rename every name that a drawn kernel binds, independently of the code that makes canonical forms."""
    for frontend in ("warp", "jax"):
        generator = KernelGenerator(frontend, 11)
        for index in range(60):
            spec = generator.spec(index)
            if spec.category == "native":
                continue  # its native code uses the Python names
            tree = ast.parse(spec.source)
            other = ast.unparse(Renaming(bound_names(tree)).visit(ast.parse(spec.source)))
            assert other != ast.unparse(tree)
            assert renamed_hash(other) == renamed_hash(spec.source), spec.source


def test_the_id_depends_on_the_signature_but_not_on_names() -> None:
    signature = {"arguments": [{"name": "x", "shape": [3]}], "results": [], "differentiable": ["x"], "cotangents": []}
    renamed = {"arguments": [{"name": "y", "shape": [3]}], "results": [], "differentiable": ["y"], "cotangents": []}
    wider = {**signature, "arguments": [{"name": "x", "shape": [4]}]}
    first = program_id("jax", "def f(x):\n    return x\n", signature, {})
    assert first == program_id("jax", "def g(y):\n    return y\n", renamed, {})
    assert first != program_id("jax", "def f(x):\n    return x\n", wider, {})
    assert first != program_id("warp", "def f(x):\n    return x\n", signature, {})


def another_number(found: re.Match[str]) -> str:
    """Return a number that differs from the matched one. Different numbers stay different."""
    return f"{float(found[0]) + 0.013:.6g}"


@pytest.mark.parametrize("frontend", ["warp", "jax"])
def test_ir_structure_ignores_names_and_numbers_but_not_operations(frontend: str) -> None:
    levels = {
        "warp": {"cpp_backward": CPP, "cuda_forward": CUDA},
        "jax": {"jaxpr": JAXPR, "stablehlo": MLIR, "hlo": HLO},
    }
    generator = KernelGenerator(frontend, 4, category_mix="uniform")
    compared = 0
    for index in range(18):
        spec = generator.spec(index)
        pair = synthesize_pair(spec, level=list(levels[frontend]))
        assert not isinstance(pair, Rejection)
        if spec.signature.call is not None:
            continue  # the leaves of a pytree have no names of their own
        names = [argument.name for argument in spec.signature.arguments]
        if "wp.struct" in spec.source and {"a", "b", "p", "t", "rhs"} & set(names):
            continue  # Warp's text of a struct also has these names, and canonical forms ignore scopes
        again_named = spec.source
        for number, name in enumerate([*names, spec.name]):
            again_named = renamed(again_named, name, f"other_{number}")
        again_named = re.sub(r"(?<![\w.\"])(0\.\d+|[1-9]\.\d+)(?![\w.])", another_number, again_named)
        arguments = tuple(replace(each, name=f"other_{number}") for number, each in enumerate(spec.signature.arguments))
        other = synthesize_pair(
            replace(
                spec,
                source=again_named,
                name=f"other_{len(names)}",
                signature=replace(spec.signature, arguments=arguments),
            ),
            level=list(levels[frontend]),
        )
        assert not isinstance(other, Rejection), other
        for level, language in levels[frontend].items():
            text, again = pair.texts[level], other.texts[level]
            asked = spec.signature.options.get("enable_backward", True)
            if level == "cpp_backward" and (spec.category == "native" or not asked):
                assert text is again is None
                continue
            assert text is not None
            assert again is not None
            if text.count("\n") == again.count("\n"):  # some numbers change the traced operations, as in x ** 2.0
                compared += 1
                assert language.canonical(text) == language.canonical(again), spec.source
            for operation in ("wp::add", "stablehlo.multiply", " mul ", " multiply("):
                if operation in text:
                    changed = text.replace(operation, operation.replace("add", "sub").replace("mul", "max"), 1)
                    assert ir_structure_hash(text, language) != ir_structure_hash(changed, language)
    assert compared > 25


def test_shapes_belong_to_an_ir_structure() -> None:
    text = "%0 = stablehlo.constant dense<[1.0, 2.0]> : tensor<2xf32>"
    assert ir_structure_hash(text, MLIR) == ir_structure_hash(text.replace("1.0", "3.0").replace("%0", "%cst"), MLIR)
    assert ir_structure_hash(text, MLIR) != ir_structure_hash(text.replace("2xf32", "4xf32"), MLIR)


@pytest.mark.parametrize("name", ["token_ids", "predictions", "f32_weights", "bool_mask"])
def test_a_name_that_begins_as_a_type_is_a_name(name: str) -> None:
    text = "ENTRY main { x.1 = f32[4] parameter(0)  ROOT y = f32[4] negate(x.1) }"
    assert HLO.canonical(text.replace("x.1", f"{name}.1")) == HLO.canonical(text)


def test_texts_of_one_program_share_their_renamed_form_and_those_of_one_structure_need_not() -> None:
    text = "{ lambda ; a:f32[4]. let b:f32[4] = mul a 2.0:f32[] in (b,) }"
    renamed_text = text.replace("a", "z").replace("lzmbdz", "lambda")
    assert renamed_ir_hash(text, JAXPR) == renamed_ir_hash(renamed_text, JAXPR)
    assert renamed_ir_hash(text, JAXPR) != renamed_ir_hash(text.replace("2.0", "3.0"), JAXPR)
    assert ir_structure_hash(text, JAXPR) == ir_structure_hash(text.replace("2.0", "3.0"), JAXPR)
    dense = "%0 = stablehlo.constant dense<[1.0, 2.0]> : tensor<2xf32>"
    assert renamed_ir_hash(dense, MLIR) != renamed_ir_hash(dense.replace("2.0", "5.0"), MLIR)


@pytest.mark.parametrize("language", [CPP, CUDA, PTX, SASS, JAXPR, MLIR, HLO, LLVM], ids=lambda each: each.name)
def test_a_language_is_itself_in_another_process_too(language: Language) -> None:
    assert pickle.loads(pickle.dumps(language)) == language


def test_of_an_unknown_language_all_but_numbers_is_kept() -> None:
    assert canonical_text("LOAD x\nPUSH 2.5\nADD x2 -1") == "LOAD x PUSH # ADD x2 #"


def test_hashes_are_the_same_in_every_process() -> None:
    program = f"from synthesis.core.identity.python import renamed_hash; print(renamed_hash({JAX!r}))"
    for seed in ("0", "5"):
        assert output_of(program, seed).strip() == renamed_hash(JAX)
