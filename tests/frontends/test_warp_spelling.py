"""Ways to write Warp's types: each kernel keeps to one, and Warp makes the same texts of all of them."""

import ast
import re

import pytest

from synthesis import KernelGenerator, compile_kernel_from_source, extract_ir_from_kernel, get_frontend
from synthesis.frontends.base import Kernel
from synthesis.frontends.plainness import more_than_a_kernel
from synthesis.frontends.warp.spelling import Style, array_annotation
from synthesis.records import KernelSpec

ARRAYS = ("array2d[]", "array2d(dtype=)", "array(dtype=, ndim=)")
ELEMENTS = (
    "float", "int", "bool", "wp.float32", "wp.float16", "wp.bfloat16", "wp.float64", "wp.int8", "wp.uint64", "wp.vec2",
    "wp.vec3", "wp.vec4h", "wp.vec3i", "wp.mat22", "wp.mat33d", "wp.quat", "wp.transform", "wp.spatial_vector", "Pair",
    "wp.types.vector(length=5, dtype=wp.float32)", "Any",
)  # fmt: skip
STRUCT = "@wp.struct\nclass Pair:\n    first: float\n    second: wp.vec3\n"


def copies(element: str, style: Style) -> str:
    """A kernel that copies arrays of one to four dimensions."""
    ranks = range(1, 5)
    listed = [f"{name}{rank}: {array_annotation(element, rank, style)}" for name in "ao" for rank in ranks]
    indices = ["i", "i, j", "i, j, k", "i, j, k, l"]
    body = [f"    o{rank}[{index}] = a{rank}[{index}]" for rank, index in zip(ranks, indices, strict=True)]
    kernel = ["@wp.kernel", f"def copy({', '.join(listed)}):", "    i, j, k, l = wp.tid()", *body, ""]
    types = ", ".join(array_annotation("float", rank, style) for _ in "ao" for rank in ranks)
    overload = f"\nwp.overload(copy, [{types}])\n" if element == "Any" else ""
    return "\n".join(["from typing import Any\nimport warp as wp", STRUCT, *kernel]) + overload


@pytest.mark.parametrize("element", ELEMENTS)
def test_every_way_to_write_an_array_makes_the_same_texts(element: str) -> None:
    sources = [copies(element, Style(arrays=arrays)) for arrays in ARRAYS]
    assert len(set(sources)) == 3
    assert not any(map(more_than_a_kernel, sources))
    made = [extract_ir_from_kernel(compile_kernel_from_source(each, "copy"), "cpu+cuda") for each in sources]
    assert made[0]["cpp_forward"]
    assert made[0] == made[1] == made[2]


def test_what_is_extracted_is_written_as_people_write_it_today() -> None:
    (kernel,) = get_frontend("warp").compiler.discover(
        compile_kernel_from_source(copies("float", Style(arrays=ARRAYS[2])), "copy")
    )
    assert isinstance(kernel, Kernel)
    assert [each.type_name for each in kernel.spec.signature.arguments[:2]] == [
        "wp.array[float]",
        "wp.array2d[float]",
    ]


def annotations(spec: KernelSpec) -> list[str]:
    found = [node for node in ast.walk(ast.parse(spec.source)) if isinstance(node, ast.arg | ast.AnnAssign)]
    return [ast.unparse(each.annotation) for each in found if each.annotation is not None]


def test_a_kernel_writes_all_its_arrays_in_one_way_and_most_write_them_as_today() -> None:
    generator = KernelGenerator("warp", seed=3)
    ways = {"subscript": 0, "call": 0}
    for spec in map(generator.spec, range(600)):
        spelled = [each for each in annotations(spec) if each.startswith("wp.array")]
        used = {"subscript" if re.match(r"wp\.array\w*\[", each) else "call" for each in spelled}
        assert len(used) == 1, spec.source
        ways[used.pop()] += 1
        types = {each.type_name for each in spec.signature.arguments}
        assert types <= {*annotations(spec)} or "Any" in annotations(spec) or "[Any]" in spec.source
    assert 0.88 < ways["subscript"] / 600 < 0.96
