"""What a difference touches: operations of lines that only one text has, whatever values are called."""

import pickle

import pytest

from synthesis.core.languages import CPP, CUDA, HLO, JAXPR, LLVM, MLIR, PTX, SASS, Language
from synthesis.dataset.comparing.texts import touched, unified

JAXPR_TEXT = """{ lambda ; a:f32[4] b:f32[4]. let
    c:f32[4] = add a b
    d:f32[2,2] = reshape[
      dimensions=None
      new_sizes=(2, 2)
    ] c
    e:f32[2,2] = jit[name=sin jaxpr={ lambda ; f:f32[2,2]. let g:f32[2,2] = sin f in (g,) }] d
  in (e,) }
"""
JAXPR_OTHER = """{ lambda ; a:f32[4] b:f32[4]. let
    c:f32[4] = mul a a
    d:f32[4] = add a b
    e:f32[2,2] = reshape[
      dimensions=None
      new_sizes=(2, 2)
      sharding=None
    ] d
    f:f32[2,2] = jit[name=sin jaxpr={ lambda ; g:f32[2,2]. let h:f32[2,2] = sin g in (h,) }] e
  in (f,) }
"""
CASES: dict[str, tuple[Language, str, str, tuple[str, ...]]] = {
    "one statement more changes no other": (JAXPR, JAXPR_TEXT, JAXPR_OTHER, ("mul", "reshape")),
    "mlir": (
        MLIR,
        "%0 = stablehlo.add %arg0, %arg1 : tensor<4xf32>\n%1 = stablehlo.sine %0 : tensor<4xf32>\nreturn %1",
        "%cst = stablehlo.constant dense<1.0>\n%2 = stablehlo.add %arg0, %arg1 : tensor<4xf32>\n"
        "%3 = stablehlo.sine %2 : tensor<4xf32>\nreturn %3",
        ("stablehlo.constant",),
    ),
    "hlo": (
        HLO,
        "ENTRY main.1 {\n  x.1 = f32[4]{0} parameter(0)\n  ROOT add.2 = f32[4]{0} add(x.1, x.1)\n}",
        "ENTRY main.7 {\n  y.9 = f32[4]{0} parameter(0)\n  ROOT add.3 = (f32[4]{0}, f32[]) tuple(y.9, y.9)\n}",
        ("add", "tuple"),
    ),
    "llvm": (
        LLVM,
        "define void @f(ptr %0) {\nloop.body:\n  %2 = load float, ptr %0\n  ret void\n}",
        "define void @f(ptr %0) {\nloop.body:\n  %9 = load double, ptr %0\n  ret void\n}",
        ("load",),
    ),
    "c++": (
        CPP,
        "var_3 = wp::add(var_1, var_2);\nwp::adj_add(var_1, var_2, adj_1, adj_2, adj_3);",
        "var_7 = wp::add(var_1, var_5);\nwp::adj_sub(var_1, var_5, adj_1, adj_5, adj_7);",
        ("adj_add", "adj_sub"),
    ),
    "cuda": (
        CUDA,
        'extern "C" __global__ void move_cuda_kernel_forward(\n    wp::launch_bounds_t<1> dim)',
        'extern "C" __global__ void move_cuda_kernel_forward(\n    wp::launch_bounds_t<2> dim)',
        (),
    ),
    "ptx": (PTX, "add.f32 %f3, %f1, %f2;\n@%p1 bra $L__BB0_2;", "add.f32 %f9, %f1, %f2;\nret;", ("bra", "ret")),
    "sass": (SASS, "FADD R3, R1, R2 ;\nEXIT ;", "FMUL R4, R1, R2 ;\nEXIT ;", ("FADD", "FMUL")),
}


@pytest.mark.parametrize("name", CASES)
def test_the_operations_of_lines_that_differ_are_found(name: str) -> None:
    language, old, new, operations = CASES[name]
    assert touched(old, new, language).operations == operations
    assert touched(new, old, language).operations == operations
    assert touched(old, old, language).operations == ()


def test_what_differs_in_names_alone_touches_no_operation() -> None:
    renamed = JAXPR_TEXT.replace("c:f32", "q:f32").replace("] c", "] q")
    assert renamed != JAXPR_TEXT
    found = touched(JAXPR_TEXT, renamed, JAXPR)
    assert (found.operations, found.removed, found.added) == ((), 2, 2)


def test_lines_are_counted_as_the_difference_shows_them() -> None:
    for language, old, new, _ in CASES.values():
        lines = unified(old, new, "old", "new").splitlines()[2:]
        found = touched(old, new, language)
        assert found.removed == sum(line.startswith("-") for line in lines)
        assert found.added == sum(line.startswith("+") for line in lines)


def test_a_language_that_nothing_is_known_of_has_lines_and_no_operations() -> None:
    found = touched("a\nb\n", "a\nc\n", Language(name="other", suffix="txt"))
    assert (found.removed, found.added, found.operations) == (1, 1, ())


def test_languages_travel_between_processes() -> None:
    for language, *_ in CASES.values():
        assert pickle.loads(pickle.dumps(language)) == language
