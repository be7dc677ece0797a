"""Ways to write Warp's types: each kernel keeps to one, and Warp makes the same texts of all of them."""

import ast
import re
from collections import Counter
from collections.abc import Callable

import pytest

from synthesis import KernelGenerator, compile_kernel_from_source, extract_ir_from_kernel, get_frontend
from synthesis.core.records import KernelSpec
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Kernel
from synthesis.frontends.plainness import more_than_a_kernel
from synthesis.frontends.warp.recipes import drafting
from synthesis.frontends.warp.spelling import Style, array_annotation

ARRAYS = ("array2d[]", "array2d(dtype=)", "array(dtype=, ndim=)")
ELEMENTS = (
    "float", "int", "bool", "wp.float32", "wp.float16", "wp.bfloat16", "wp.float64", "wp.int8", "wp.uint64", "wp.vec2",
    "wp.vec3", "wp.vec4h", "wp.vec3i", "wp.mat22", "wp.mat33d", "wp.quat", "wp.transform", "wp.spatial_vector", "Pair",
    "wp.types.vector(length=5, dtype=wp.float32)", "Any",
)  # fmt: skip
SUFFIXED = {
    f"wp.{name}": f"wp.{name}f"
    for name in ("vec2", "vec3", "vec4", "mat22", "mat33", "mat44", "quat", "transform", "spatial_vector")
}
OF_PARTS = {"wp.spatial_vector"}
"""Types that are made of vectors under their short names alone."""
LONG = {"float": "wp.float32", "int": "wp.int32"}
STRUCT = "@wp.struct\nclass Pair:\n    first: float\n    second: wp.vec3\n"


def copies(element: str, arrays: str) -> str:
    """A kernel that copies arrays of one to four dimensions."""
    style, ranks = Style(arrays=arrays), range(1, 5)
    listed = [
        f"{name}{rank}: {style.respell_annotation(array_annotation(element, rank))}" for name in "ao" for rank in ranks
    ]
    indices = ["i", "i, j", "i, j, k", "i, j, k, l"]
    body = [f"    o{rank}[{index}] = a{rank}[{index}]" for rank, index in zip(ranks, indices, strict=True)]
    kernel = ["@wp.kernel", f"def copy({', '.join(listed)}):", "    i, j, k, l = wp.tid()", *body, ""]
    types = ", ".join(style.respell_annotation(array_annotation("float", rank)) for _ in "ao" for rank in ranks)
    overload = f"\nwp.overload(copy, [{types}])\n" if element == "Any" else ""
    return "\n".join(["from typing import Any\nimport warp as wp", STRUCT, *kernel]) + overload


@pytest.mark.parametrize("element", ELEMENTS)
def test_every_way_to_write_an_array_makes_the_same_texts(element: str) -> None:
    sources = [copies(element, arrays) for arrays in ARRAYS]
    assert len(set(sources)) == 3
    assert not any(map(more_than_a_kernel, sources))
    made = [extract_ir_from_kernel(compile_kernel_from_source(each, "copy"), "cpu+cuda") for each in sources]
    assert made[0]["cpp_forward"]
    assert made[0] == made[1] == made[2]


def test_what_is_extracted_is_written_as_people_write_it_today() -> None:
    (kernel,) = get_frontend("warp").compiler.discover(compile_kernel_from_source(copies("float", ARRAYS[2]), "copy"))
    assert isinstance(kernel, Kernel)
    assert [each.type_name for each in kernel.spec.signature.arguments[:2]] == [
        "wp.array[float]",
        "wp.array2d[float]",
    ]


def annotations(spec: KernelSpec) -> list[str]:
    found = [node for node in ast.walk(ast.parse(spec.source)) if isinstance(node, ast.arg | ast.AnnAssign)]
    return [ast.unparse(each.annotation) for each in found if each.annotation is not None]


def types_in(texts: list[str]) -> set[str]:
    """The names that annotations or a source are made of, those of Warp's with ``wp.`` before them."""
    nodes = [node for text in texts for node in ast.walk(ast.parse(text))]
    return {ast.unparse(node) for node in nodes if isinstance(node, ast.Name | ast.Attribute)}


@pytest.fixture(scope="module")
def drawn() -> list[KernelSpec]:
    generator = KernelGenerator("warp", seed=3)
    return [generator.spec(index) for index in range(800)]


def test_a_kernel_writes_all_its_arrays_in_one_way_and_most_write_them_as_today(drawn: list[KernelSpec]) -> None:
    ways = {"subscript": 0, "call": 0}
    for spec in drawn:
        spelled = [each for each in annotations(spec) if each.startswith("wp.array")]
        used = {"subscript" if re.match(r"wp\.array\w*\[", each) else "call" for each in spelled}
        assert len(used) == 1, spec.source
        ways[used.pop()] += 1
    assert 0.92 < ways["subscript"] / len(drawn) < 0.99  # 96 % of the annotations of applications


def test_a_kernel_writes_each_type_in_one_way(drawn: list[KernelSpec]) -> None:
    ways: Counter[str] = Counter()
    for spec in drawn:
        written, declared = types_in([spec.source]), types_in(annotations(spec))
        suffixed, plain = written & set(SUFFIXED.values()), written & (set(SUFFIXED) - OF_PARTS)
        assert not (suffixed and plain), spec.source
        ways["suffixed"] += bool(suffixed)
        ways["plain"] += bool(plain)
        for short, long in LONG.items():
            assert not {short, long} <= declared, spec.source
            ways[short] += short in declared
            ways[long] += long in declared
    assert 0.1 < ways["suffixed"] / (ways["suffixed"] + ways["plain"]) < 0.25
    assert 0.2 < ways["wp.float32"] / (ways["wp.float32"] + ways["float"]) < 0.35
    assert 0.25 < ways["wp.int32"] / (ways["wp.int32"] + ways["int"]) < 0.5


def in_short(source: str) -> str:
    """A source with every type written in the shortest way, without its layout."""
    short = {other: name for names in (SUFFIXED, LONG) for name, other in names.items()}
    source = re.sub(r"wp\.\w+", lambda found: short.get(found[0], found[0]), source)
    return ast.dump(ast.parse(re.sub(r"(wp\.array\w*)\(dtype=([\w.]+)\)", r"\1[\2]", source)))


def always(style: Style) -> Callable[[Stream], Style]:
    return lambda _: style


def test_a_style_changes_nothing_but_how_types_are_written(monkeypatch: pytest.MonkeyPatch) -> None:
    style = Style(arrays=ARRAYS[1], long=("float", "int"), long_casts=True, suffixed=True)
    generator = KernelGenerator("warp", seed=4)
    for index in range(150):
        monkeypatch.setattr(drafting, "draw_style", always(Style()))
        plain = generator.spec(index)
        monkeypatch.setattr(drafting, "draw_style", always(style))
        other = generator.spec(index)
        # what a built-in gives is asked for in short, as people do
        spelled = re.sub(r", dtype=(float|int)\)", ")", other.source)
        assert not types_in([spelled]) & ({*SUFFIXED, "float", "int"} - OF_PARTS), other.source
        assert {each.type_name for each in other.signature.arguments} <= types_said(other)
        assert in_short(other.source) == in_short(plain.source), other.source


def types_said(spec: KernelSpec) -> set[str]:
    """The types of a kernel's arguments as its source has them: of one for any type, where it is made for some."""
    calls = [node for node in ast.walk(ast.parse(spec.source)) if isinstance(node, ast.List)]
    return {*annotations(spec), *(ast.unparse(each) for call in calls for each in call.elts)}


def test_the_circle_has_its_name(drawn: list[KernelSpec]) -> None:
    named = [spec for spec in drawn if "wp.pi" in types_in([spec.source])]
    assert 1 <= len(named) < 0.03 * len(drawn)


def test_kernels_without_a_derivative_ask_for_no_backward_text(drawn: list[KernelSpec]) -> None:
    shares: dict[bool, list[bool]] = {True: [], False: []}
    for spec in drawn:
        declared = re.search(r'enable_backward(=|": )False', spec.source) is not None
        assert spec.signature.options["enable_backward"] is not declared
        shares[bool(spec.signature.differentiable)].append(declared)
    assert 0.1 < sum(shares[True]) / len(shares[True]) < 0.25
    assert 0.8 < sum(shares[False]) / len(shares[False]) < 1.0
