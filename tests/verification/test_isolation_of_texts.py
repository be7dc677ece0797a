"""A text that hangs, crashes or does not compile costs itself, and the others' outcomes stand."""

import re
from dataclasses import replace

import numpy as np
import pytest

from synthesis import ConfigError, Rejection, Symptom, get_frontend
from synthesis.core.settings import Share
from synthesis.core.signatures import Argument, Domain, Role, Signature
from synthesis.frontends.base import Program, Purpose, RunKey
from synthesis.verification.verifier import Verifier

WARP = """
struct wp_args_k {{
    wp::array_t<wp::float32> a;
    wp::array_t<wp::float32> o;
}};
template <bool wp_linear_contiguous>
static void k_cpu_kernel_forward(
    wp::launch_bounds_t<1> dim,
    size_t task_index,
    wp_args_k *_wp_args)
{{
    wp::array_t<wp::float32> var_a = _wp_args->a;
    wp::array_t<wp::float32> var_o = _wp_args->o;
    wp::int32 var_0 = task_index;
    {}
    wp::array_store(var_o, var_0, wp::load(wp::address(var_a, var_0)));
}}
"""
DOMAIN = Domain(low=0, high=1)
SIGNATURE = Signature(
    arguments=(
        Argument(name="a", type_name="", dtype="float32", shape=(4,), domain=DOMAIN),
        Argument(name="o", type_name="", dtype="float32", shape=(4,), role=Role.OUTPUT),
    ),
    launch=(4,),
)
A = np.arange(4, dtype=np.float32)
FIRST = RunKey(Purpose.DRAW)


def warp_program(inside: str) -> Program:
    level = get_frontend("warp").level("cpp_forward")
    runs = {FIRST: {"a": A, "o": np.zeros(4, np.float32)}}
    return Program(name="k", level=level, text=WARP.format(inside), signature=SIGNATURE, runs=runs)


def test_harm_is_blamed_on_the_text_that_did_it() -> None:
    texts = {
        "good": "",
        "crashes": "*(volatile int*)8 = 1;",
        "aborts": "__builtin_trap();",
        "hangs": "for (volatile int i = 0; i < 1;) {}",
        "writes beyond": "var_o.data[5] = 1.0f;",
        "no such name": "var_9 = 1;",
        "closes the namespace": "} } namespace other { static void f() {",
        "good too": "",
    }
    with Verifier(get_frontend("warp"), time_limit=1.0) as verifier:
        outcomes = dict(zip(texts, verifier.run([warp_program(each) for each in texts.values()]), strict=True))
    for name in ("good", "good too"):
        outcome = outcomes.pop(name)
        assert not isinstance(outcome, Rejection), outcome
        assert np.array_equal(outcome[FIRST]["o"], A)
    symptoms = {name: each.symptom for name, each in outcomes.items() if isinstance(each, Rejection)}
    assert symptoms == {
        "crashes": Symptom.CRASH,
        "aborts": Symptom.CRASH,
        "hangs": Symptom.TIMEOUT,
        "writes beyond": Symptom.CRASH,
        "no such name": Symptom.BUILD_ERROR,
        "closes the namespace": Symptom.BUILD_ERROR,
    }


CUDA = """
extern "C" __global__ void k_cuda_kernel_forward(
    wp::launch_bounds_t<1> dim,
    wp::array_t<wp::float32> var_a,
    wp::array_t<wp::float32> var_o)
{
    wp::tile_shared_storage_t tile_mem;
    for (size_t _idx = static_cast<size_t>(blockDim.x) * static_cast<size_t>(blockIdx.x) + static_cast<size_t>(threadIdx.x);
         _idx < dim.size;
         _idx += static_cast<size_t>(blockDim.x) * static_cast<size_t>(gridDim.x))
    {
        wp::tile_shared_storage_t::init();
        wp::int32 var_0 = builtin_tid1d();
        wp::array_store(var_o, var_0, wp::load(wp::address(var_a, var_0)));
    }
}
"""  # noqa: E501


def test_a_text_that_breaks_the_code_of_watched_texts_costs_those_before_it_nothing() -> None:
    plain = replace(warp_program(""), level=get_frontend("warp").level("cuda_forward"), text=CUDA)
    breaking = replace(plain, text=f"#define conflict no such name\n{CUDA}")
    watched = replace(plain, separate=frozenset({"o"}))
    with Verifier(get_frontend("warp")) as verifier:
        outcomes = verifier.run([breaking, plain, watched])
    for outcome in outcomes[1:]:
        assert not isinstance(outcome, Rejection), outcome
        assert np.array_equal(outcome[FIRST]["o"], A)


@pytest.mark.parametrize("between", ["", "*(volatile int*)8 = 1;", "for (volatile int i = 0; i < 1;) {}"])
def test_a_text_finds_what_the_one_it_follows_has_left_whatever_came_between(between: str) -> None:
    add_what_was_left = (
        "wp::array_store(var_a, var_0, wp::add(wp::load(wp::address(var_a, var_0)), "
        "wp::load(wp::address(var_o, var_0))));"
    )
    last = replace(warp_program(add_what_was_left), follows=0)
    with Verifier(get_frontend("warp"), time_limit=1.0) as verifier:
        *_, outcome = verifier.run([warp_program(""), warp_program(between), last])
    assert not isinstance(outcome, Rejection), outcome
    assert np.array_equal(outcome[FIRST]["o"], A + A)


JAX = """module {{
  func.func public @main(%arg0: tensor<4xf32>) -> tensor<4xf32> {{
    {}
    return %0 : tensor<4xf32>
  }}
}}
"""


def jax_program(line: str) -> Program:
    level = get_frontend("jax").level("stablehlo")
    value = Argument(name="a", type_name="f32[4]", dtype="float32", shape=(4,), domain=DOMAIN)
    signature = Signature(arguments=(value,), results=(Argument(name="r", type_name="", dtype="float32", shape=(4,)),))
    return Program(name="f", level=level, text=JAX.format(line), signature=signature, runs={FIRST: {"a": A}})


def test_a_stablehlo_text_that_aborts_the_interpreter_costs_itself() -> None:
    lines = (
        "%0 = stablehlo.add %arg0, %arg0 : tensor<4xf32>",
        "%1 = stablehlo.constant dense<0> : tensor<4xi32>\n    %2 = stablehlo.divide %1, %1 : tensor<4xi32>\n"
        "    %0 = stablehlo.convert %2 : (tensor<4xi32>) -> tensor<4xf32>",
        "%0 = stablehlo.add %arg0, %nothing : tensor<4xf32>",
        "%0 = stablehlo.multiply %arg0, %arg0 : tensor<4xf32>",
    )
    with Verifier(get_frontend("jax")) as verifier:
        first, second, third, last = verifier.run([jax_program(line) for line in lines])
    assert not isinstance(first, Rejection)
    assert np.array_equal(first[FIRST]["r"], A + A)
    assert not isinstance(last, Rejection)
    assert np.array_equal(last[FIRST]["r"], A * A)
    assert isinstance(second, Rejection)
    assert second.symptom is Symptom.CRASH
    assert isinstance(third, Rejection)
    assert third.symptom is Symptom.BUILD_ERROR


@pytest.mark.parametrize("text", ["some", "sample:0", "sample:2", "sample:x", ""])
def test_another_share_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(f"cannot read {text!r} as what to verify")):
        Share.parse(text)


def test_a_share_is_a_pure_choice_of_about_so_many() -> None:
    share = Share.parse("sample:0.2")
    chosen = [share.has(3, index) for index in range(2000)]
    assert chosen == [Share.parse(str(share)).has(3, index) for index in range(2000)]
    assert 300 < sum(chosen) < 500
    assert all(Share.parse("all").has(0, index) for index in range(9))
    assert not any(Share.parse("none").has(0, index) for index in range(9))
