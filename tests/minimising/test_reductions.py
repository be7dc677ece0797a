"""Smaller kernels: each is Python, each is smaller, and a search ends at one that cannot be made smaller."""

import ast
from dataclasses import replace

import pytest

from synthesis.core.errors import Stage, Symptom
from synthesis.core.records import KernelSpec, Rejection
from synthesis.core.signatures import Argument, Domain, Signature
from synthesis.workbench.minimising.observing import TargetFailure
from synthesis.workbench.minimising.reductions import all_steps, normalised, size_of, smaller, tidied
from synthesis.workbench.minimising.search import shrink

SOURCE = '''
import numpy as np


def helper(x):
    return x + 1.0


def unused(x):
    return x


def kernel(x, y, n):
    """What it does."""
    a = helper(x) * 2.5
    for k in range(7):
        if y > 0.3:  # a comment
            a += y
        else:
            a -= 1.0
    b = a + n
    return np.sin(b), a
'''


def array(name: str, size: int | None, low: float = 0.0, high: float = 1.0, dtype: str = "float32") -> Argument:
    shape = None if size is None else (size,)
    return Argument(name=name, type_name="f32[8]", dtype=dtype, shape=shape, domain=Domain(low=low, high=high))


SPEC = KernelSpec(
    frontend="jax",
    name="kernel",
    category="",
    source=SOURCE,
    signature=Signature(
        arguments=(array("x", 8), array("y", 8), array("n", None, 8, 8, "int32")),
        launch=(8,),
        differentiable=("x", "y"),
    ),
)


def all_smaller(spec: KernelSpec) -> list[KernelSpec]:
    return [each for step in all_steps() for each in smaller(spec, step)]


def test_every_smaller_kernel_is_python_and_smaller() -> None:
    found = all_smaller(SPEC)
    assert len(found) > 30
    for each in found:
        ast.parse(each.source)
        assert size_of(each) < size_of(SPEC)
    assert len({(each.source, each.signature.launch) for each in found}) > 30


def test_no_smaller_kernel_reads_a_name_that_it_lacks() -> None:
    for each in all_smaller(SPEC):
        if "helper(" in each.source:
            assert "def helper" in each.source
        if "np." in each.source:
            assert "import numpy as np" in each.source


def test_comments_and_docstrings_go_first() -> None:
    source = normalised(SPEC).source
    assert "comment" not in source
    assert "What it does" not in source
    assert "def unused" in source


@pytest.mark.parametrize(
    ("text", "smallest"),
    [
        ("sin", "import numpy as np\n\ndef kernel(x, y, n):\n    return np.sin(1.0)\n"),
        ("range(", "def kernel(x, y, n):\n    for k in range(1):\n        pass\n"),
        ("raise", None),
    ],
)
def test_a_search_keeps_what_it_is_told_to_keep_and_nothing_else(text: str, smallest: str | None) -> None:
    found = shrink(SPEC, lambda each: each if text in each.source else None)
    assert found.finished
    if smallest is None:
        assert found.spec == SPEC
        return
    assert text in found.spec.source
    assert len(found.spec.source) <= len(smallest)


def test_parameters_go_with_their_arguments() -> None:
    found = shrink(SPEC, lambda each: each if "sin" in each.source else None).spec
    assert [each.name for each in found.signature.arguments] == ["x"]
    assert found.signature.differentiable == ("x",)


def test_what_nothing_reads_goes_at_once() -> None:
    source = SPEC.source.replace("return np.sin(b), a", "return np.sin(x)")
    found = tidied(replace(SPEC, source=source))
    assert "unused" not in found.source
    assert "b = " not in found.source
    assert [each.name for each in found.signature.arguments] == ["x", "y"]  # y and a are read in the loop
    found = tidied(replace(SPEC, source="import numpy as np\n\n\ndef kernel(x, y, n):\n    a = y\n    return x\n"))
    assert found.source == "def kernel(x):\n    return x\n"
    assert found.signature.differentiable == ("x",)
    assert tidied(found) == found


def test_few_kernels_are_looked_at() -> None:
    lines = "".join(f"    v{n} = {n}.5 * a{n} + v{n - 1}\n" for n in range(1, 20))
    names = ", ".join(f"a{n}" for n in range(20))
    spec = replace(
        SPEC,
        source=f"import numpy as np\n\n\ndef kernel({names}):\n    v0 = a0\n{lines}    return np.sin(a7) + v19\n",
        signature=replace(SPEC.signature, arguments=tuple(array(f"a{n}", 8) for n in range(20)), differentiable=()),
    )
    found = shrink(spec, lambda each: each if "np.sin(" in each.source else None)
    assert found.spec.source == "import numpy as np\n\ndef kernel(a7):\n    return np.sin(a7)\n"
    assert found.tried < 40


def test_sizes_shrink_together_with_what_counts_them() -> None:
    def eight_still(each: KernelSpec) -> KernelSpec | None:
        (count,) = [part for part in each.signature.arguments if part.name == "n"] or [None]
        same = count is not None and count.domain is not None and count.domain.low == (each.signature.launch or (0,))[0]
        return each if same and "sin(b)" in each.source and "b = a + n" in each.source else None

    found = shrink(SPEC, eight_still).spec
    assert found.signature.launch == (1,)
    (count,) = (each for each in found.signature.arguments if each.name == "n")
    assert count.domain == Domain(low=1, high=1)


def test_what_an_array_starts_from_shrinks_with_it() -> None:
    corners = Argument(
        name="x", type_name="wp.array2d[wp.vec2]", dtype="float32", element=(2,), shape=(4, 3),
        domain=Domain(low=-0.1, high=0.1), base=tuple(range(24)),
    )  # fmt: skip
    spec = replace(SPEC, signature=replace(SPEC.signature, arguments=(corners, *SPEC.signature.arguments[1:])))
    shapes = {each.signature.arguments[0].shape: each for each in all_smaller(spec) if each.source == spec.source}
    assert {(4, 1), (4, 2), (1, 3), (2, 3)} <= shapes.keys()
    assert shapes[2, 3].signature.arguments[0].base == tuple(range(12))
    assert shapes[4, 1].signature.arguments[0].base == (0, 1, 6, 7, 12, 13, 18, 19)


def test_a_tensor_descriptor_keeps_its_blocks() -> None:
    matrix = Argument(name="x", type_name="tensordesc<fp16[16, 32]>", dtype="float16", shape=(40, 64))
    spec = replace(SPEC, signature=replace(SPEC.signature, arguments=(matrix, *SPEC.signature.arguments[1:])))
    found = {each.signature.arguments[0] for each in all_smaller(spec) if each.source == spec.source}
    assert {(20, 64), (40, 32)} <= {each.shape for each in found}
    assert {each.type_name for each in found} == {"tensordesc<fp16[16, 32]>"}


def test_a_search_that_runs_out_of_steps_says_so() -> None:
    found = shrink(SPEC, lambda each: each if "sin" in each.source else None, steps=5)
    assert found.tried == 5
    assert not found.finished


def test_what_is_wanted_is_the_same_symptom_of_the_same_class() -> None:
    def told(detail: str, level: str | None = "cpp_backward", symptom: Symptom = Symptom.WRONG_GRADIENT) -> Rejection:
        return Rejection(stage=Stage.VERIFY, symptom=symptom, detail=detail, level=level)

    failure = TargetFailure.of(told("along x the slope is 1, the text gives 2; the kernel has a loop"))
    assert failure.holds([told("along y the slope is 3, the text gives 0; the kernel has a loop")])
    assert not failure.holds([told("along y the slope is 3, the text gives 0; the kernel has a store")])
    assert not failure.holds([told("the kernel has a loop", symptom=Symptom.WRONG_RESULT)])
    assert not failure.holds([told("x; the kernel has a loop", level="cuda_backward")])
    built = TargetFailure.of(told("error: no 'var_3' in line 7", symptom=Symptom.BUILD_ERROR))
    assert built.holds([told("error: no 'var_9' in line 2", symptom=Symptom.BUILD_ERROR)])
