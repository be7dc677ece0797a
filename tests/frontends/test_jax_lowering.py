"""Texts of library functions and awkward ones, compared with JAX's own output."""

import json
import re
from types import ModuleType
from typing import Any

import jax as jax_module
import jax.numpy as jnp_module
import jax.scipy as scipy_module
import numpy as np
import pytest
from processes import output_of

from synthesis import ConfigError, KernelError, Rejection, Symptom, extract_ir, get_frontend
from synthesis.core.examples import ArrayType, Examples
from synthesis.frontends.base import Kernel, Lowered
from synthesis.frontends.jax.functions import function_behind

jax: Any = jax_module
jnp: Any = jnp_module
scipy: Any = scipy_module
FRONTEND = get_frontend("jax")
X = np.zeros((4, 3), np.float32)


def five_classes(x: Any) -> Any:
    return jax.nn.one_hot(x, 5)


LIBRARY: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "relu": (jax.nn.relu, (X,)),
    "gelu": (jax.nn.gelu, (X,)),
    "silu": (jax.nn.silu, (X,)),
    "softmax": (jax.nn.softmax, (X,)),
    "glu": (jax.nn.glu, (np.zeros((4, 6), np.float32),)),
    "one_hot": (five_classes, (np.zeros(4, np.int32),)),
    "logsumexp": (scipy.special.logsumexp, (X,)),
    "erf": (scipy.special.erf, (X,)),
    "logpdf": (scipy.stats.norm.logpdf, (X,)),
    "solve": (scipy.linalg.solve, (np.eye(3, dtype=np.float32), X[:3])),
    "dot_product_attention": (jax.nn.dot_product_attention, (np.zeros((1, 4, 2, 8), np.float32),) * 3),
}


def kernel_of(function: Any, *example_args: Any) -> Kernel:
    (kernel,) = FRONTEND.compiler.discover(function, examples=Examples(arguments=example_args))
    assert isinstance(kernel, Kernel), kernel
    return kernel


def lowered(kernel: Kernel, *levels: str, device: str = "cpu") -> Lowered:
    chosen = FRONTEND.choose_levels(levels or None, device)
    (result,) = FRONTEND.compiler.lower([kernel], chosen, device=device)
    assert isinstance(result, Lowered), result
    return result


def texts_of(kernel: Kernel, *levels: str, device: str = "cpu") -> dict[str, str]:
    return {name: text for name, text in lowered(kernel, *levels, device=device).texts.items() if text is not None}


@pytest.mark.parametrize("name", LIBRARY)
def test_library_functions_say_what_jax_says(name: str) -> None:
    function, example_args = LIBRARY[name]
    texts = texts_of(kernel_of(function, *example_args))
    traced = jax.jit(function, keep_unused=True).trace(*example_args)
    with np.printoptions(legacy="1.25"):
        assert texts["jaxpr"].strip() == str(traced.jaxpr)
    own = traced.lower(lowering_platforms=("cpu",)).as_text()
    own = re.sub(r"^module @\S+ attributes \{.*?\} \{", "module {", own)
    own = re.sub(r" \{jax\.result_info = \"[^\"]*\"\}", "", own)
    # MLIR writes a single result in brackets only where it has attributes.
    own = re.sub(r"-> \((tensor<[^<>()]*>)\) \{", r"-> \1 {", own)
    assert texts["stablehlo"].strip() == own.strip()


def test_texts_carry_no_addresses_paths_and_module_names(functions: ModuleType) -> None:
    for function, example_args in [*LIBRARY.values(), (functions.uses_custom_rule, (X,))]:
        levels = [level.name for level in FRONTEND.compiler.levels if level.device is None]
        for text in texts_of(kernel_of(function, *example_args), *levels).values():
            assert not re.search(r"0x[0-9a-f]{8,}\b(?!>)", text.replace("0xFF800000", ""))
            assert ".py" not in text
            assert "jax.result_info" not in text
            assert "mhlo.num_" not in text
            assert "@jit_" not in text
            assert "metadata=" not in text


def widened(x: Any) -> Any:
    return jax.lax.broadcast_in_dim(x, (np.int64(4), 3, 2), (np.int64(0), np.int64(1)))


def test_numbers_of_numpy_are_printed_as_numbers() -> None:
    jaxpr = texts_of(kernel_of(widened, X), "jaxpr")["jaxpr"]
    assert "np." not in jaxpr
    assert "broadcast_dimensions=(0, 1)" in jaxpr


def test_an_argument_that_nothing_reads_stays(functions: ModuleType) -> None:
    kernel = kernel_of(functions.with_helper, X, np.float32(1))
    texts = texts_of(kernel, "jaxpr", "stablehlo", "hlo")
    assert texts["stablehlo"].count("%arg1: tensor<f32>") == 1
    assert "parameter(1)" in texts["hlo"]
    assert [argument.name for argument in kernel.spec.signature.arguments] == ["x", "unused"]


def test_helpers_constants_and_imports_are_collected(functions: ModuleType) -> None:
    kernel = kernel_of(functions.with_helper, X, np.float32(1))
    assert kernel.spec.self_contained
    assert "SLOPE = 0.25" in kernel.spec.source
    assert kernel.spec.source.index("def helper") < kernel.spec.source.index("def with_helper")
    again = FRONTEND.load_one(kernel.spec)
    assert isinstance(again, Kernel)
    assert texts_of(again) == texts_of(kernel)


def test_what_source_cannot_hold_is_said(functions: ModuleType) -> None:
    held = np.zeros((20, 20), np.float32)

    class Model:
        def apply(self, x: Any) -> Any:
            return x + 1.0

    def captures(x: Any) -> Any:
        return x + held

    assert not kernel_of(captures, held).spec.self_contained
    assert not kernel_of(Model().apply, X).spec.self_contained


def reloaded(kernel: Kernel, *levels: str) -> None:
    """The kernel's source and signature alone give the same texts."""
    assert kernel.spec.self_contained, kernel.spec.source
    again = FRONTEND.load_one(kernel.spec)
    assert isinstance(again, Kernel), again
    assert texts_of(again, *levels) == texts_of(kernel, *levels)
    FRONTEND.compiler.release([again])


@pytest.mark.parametrize("name", ["clipped", "uses_custom_rule", "soft", "steep", "uses_rules", "doubled"])
def test_a_source_holds_the_derivative_rules(name: str, functions: ModuleType) -> None:
    kernel = kernel_of(getattr(functions, name), X)
    assert kernel.spec.name == name
    reloaded(kernel, "jaxpr", "stablehlo", "vjp_stablehlo")


def test_small_captured_arrays_are_written_out(functions: ModuleType) -> None:
    kernel = kernel_of(functions.captures_an_array, X)
    assert "TABLE = np.arange(3.0, dtype=np.float32)" in kernel.spec.source
    reloaded(kernel, "stablehlo")


@pytest.mark.parametrize("kind", ["threefry2x32", "rbg", None])
def test_keys_of_random_numbers_are_arguments(kind: str | None) -> None:
    def noisy(key: Any, x: Any) -> Any:
        return x + jax.random.normal(key, x.shape)

    key = jax.random.PRNGKey(0) if kind is None else jax.random.key(0, impl=kind)
    kernel = kernel_of(noisy, key, X)
    expected = {"threefry2x32": "key<fry>[]", "rbg": "key<rbg>[]", None: "u32[2]"}[kind]
    assert kernel.spec.arg_types == {"key": expected, "x": "f32[4,3]"}
    reloaded(kernel, "jaxpr", "stablehlo")


def test_calls_are_written_down_in_the_signature(functions: ModuleType) -> None:
    params = {"w": np.zeros((3, 2), np.float32), "b": (np.zeros(2, np.float32), None)}

    def with_tuple(params: Any, batch: Any, scale: Any) -> Any:
        return batch @ params["w"] + params["b"][0] * scale

    kernel = kernel_of(with_tuple, params, X, 2)
    assert kernel.spec.signature.call == {
        "args": [
            {"dict": {"b": {"tuple": ["params['b'][0]", None]}, "w": "params['w']"}},
            "batch",
            {"weak": "scale"},
        ],
        "kwargs": {},
    }
    reloaded(kernel, "jaxpr", "stablehlo", "vjp_jaxpr")

    table = {"ordered": {"n": 1, "x": ArrayType("float32", (4,)), "mode": "edge"}}
    for function in (functions.ordered, functions.twice_padded):
        (kernel,) = FRONTEND.compiler.discover(function, examples=Examples(tables=table))
        assert isinstance(kernel, Kernel)
        assert kernel.spec.signature.call == {
            "args": [{"value": 1}, "x"],
            "kwargs": {"mode": {"value": "edge"}},
        }
        reloaded(kernel, "jaxpr", "stablehlo")
    (kernel,) = FRONTEND.compiler.discover(
        functions.twice_padded, examples=Examples(arguments=(np.zeros(4, np.float32),))
    )
    assert isinstance(kernel, Kernel)
    assert kernel.spec.signature.results[0].shape == (8,)
    reloaded(kernel, "jaxpr", "stablehlo")


def test_a_jaxpr_whose_arrays_are_not_printed_is_no_level(functions: ModuleType) -> None:
    result = lowered(kernel_of(functions.captures_an_array, X))
    if result.texts["jaxpr"] is None:
        assert [each.symptom for each in result.rejections] == [Symptom.UNPRINTED_CONSTANTS]
    else:
        assert "0.0" in result.texts["jaxpr"]


def test_pytrees_are_flattened_with_names(functions: ModuleType) -> None:
    params = {"w": np.zeros((3, 2), np.float32), "b": np.zeros(2, np.float32)}
    kernel = kernel_of(functions.of_pytrees, params, X)
    signature = kernel.spec.signature
    assert [argument.name for argument in signature.arguments] == ["params['b']", "params['w']", "batch"]
    assert [result.type_name for result in signature.results] == ["f32[4,2]", "f32[]"]
    text = texts_of(kernel, "vjp_stablehlo")["vjp_stablehlo"]
    main = text[text.index("@main(") : text.index("{\n", text.index("@main("))]
    assert main.count("%arg") == 5
    assert main.partition("->")[2].count("tensor<") == 3


@pytest.mark.parametrize("device", ["cpu", "cuda", "tpu"])
def test_texts_for_absent_platforms(device: str) -> None:
    texts = texts_of(kernel_of(jax.nn.softmax, X), "jaxpr", "stablehlo", "vjp_stablehlo", "hlo", device=device)
    assert all(texts.values())


def test_optimised_hlo_is_for_the_cpu_alone() -> None:
    texts = texts_of(kernel_of(jax.nn.softmax, X), "optimized_hlo", "vjp_optimized_hlo", "stablehlo")
    assert "fusion" in texts["optimized_hlo"]
    assert texts["optimized_hlo"].startswith("HloModule softmax,")
    with pytest.raises(ConfigError, match="does not exist for device 'tpu'"):
        FRONTEND.choose_levels(["optimized_hlo"], "tpu")


def test_integers_have_no_gradient(functions: ModuleType) -> None:
    kernel = kernel_of(functions.picks, X, np.zeros(2, np.int32))
    assert kernel.spec.signature.differentiable == ("x",)
    assert kernel.spec.signature.cotangents == ("ct_result",)
    text = texts_of(kernel, "vjp_jaxpr")["vjp_jaxpr"]
    assert text.startswith("{ lambda ; a:f32[4,3] b:i32[2] c:f32[2,3]. let")


def test_a_while_loop_has_no_vjp(functions: ModuleType) -> None:
    result = lowered(kernel_of(functions.counts, X, np.int32(3)), "stablehlo", "vjp_stablehlo")
    assert result.texts["stablehlo"]
    assert result.texts["vjp_stablehlo"] is None
    assert [each.symptom for each in result.rejections] == [Symptom.NOT_DIFFERENTIABLE]
    assert extract_ir(functions.counts, example_args=(X, np.int32(3)))["vjp_stablehlo"] is None


def test_a_jvp_gives_results_and_their_tangents(functions: ModuleType) -> None:
    kernel = kernel_of(functions.picks, X, np.zeros(2, np.int32))
    texts = texts_of(kernel, "jvp_jaxpr", "jvp_stablehlo")
    assert texts["jvp_jaxpr"].startswith("{ lambda ; a:f32[4,3] b:i32[2] c:f32[4,3]. let")
    assert "-> (tensor<2x3xf32>, tensor<2x3xf32>)" in texts["jvp_stablehlo"]
    # What a while loop has no cotangents for, it has tangents for.
    assert texts_of(kernel_of(functions.counts, X, np.int32(3)), "jvp_stablehlo")


def test_llvm_ir_is_what_xla_hands_to_llvm() -> None:
    text = texts_of(kernel_of(jax.nn.softmax, X), "llvm_ir")["llvm_ir"]
    assert "define" in text
    assert "fsub" in text
    assert ";" not in text
    assert "source_filename" not in text
    nothing = lowered(kernel_of(same, X), "llvm_ir")
    assert [(each.symptom, each.level) for each in nothing.rejections] == [(Symptom.NOT_AVAILABLE, "llvm_ir")]


def same(x: Any) -> Any:
    return x


def tile(x_ref: Any, o_ref: Any) -> None:
    o_ref[...] = jnp.tanh(x_ref[...]) + 1.0


def tiled(x: Any) -> Any:
    from jax.experimental import pallas

    def index(i: Any) -> Any:
        return (i, 0)

    block = pallas.BlockSpec((64, 128), index)
    shape = jax.ShapeDtypeStruct((256, 128), jnp.float32)
    params = triton_parameters() if jax.sharding.get_abstract_mesh().abstract_device else None
    call = pallas.pallas_call(
        tile, out_shape=shape, grid=(4,), in_specs=[block], out_specs=block, name="tile", compiler_params=params
    )
    return call(x) * 2.0


def triton_parameters() -> Any:
    from jax.experimental.pallas import triton

    return triton.CompilerParams(num_warps=4, num_stages=2)


@pytest.mark.filterwarnings("ignore:The Pallas Triton backend is deprecated:DeprecationWarning")
@pytest.mark.parametrize(("level", "device", "dialect"), [("mosaic", "tpu", "vector"), ("triton", "cuda", "tt")])
def test_pallas_kernels_as_mosaic_and_triton(level: str, device: str, dialect: str) -> None:
    kernel = kernel_of(tiled, np.zeros((256, 128), np.float32))
    result = lowered(kernel, level, device=device)
    text = result.texts[level]
    assert text, result.rejections
    assert re.search(r"func (public )?@tile\(|func.func @tile\(", text)
    assert f"{dialect}." in text
    assert ".py" not in text
    number = next(number for number, line in enumerate(text.splitlines(), start=1) if "tanh" in line)
    (origin,) = [line for line, first, last in result.line_map[level] if first <= number <= last]
    assert "jnp.tanh(x_ref[...])" in kernel.spec.source.splitlines()[origin - 1]
    plain = lowered(kernel_of(jax.nn.softmax, X), level, device=device)
    assert [(each.symptom, each.detail) for each in plain.rejections] == [
        (Symptom.NOT_AVAILABLE, "no Pallas kernel in it")
    ]


def test_texts_do_not_depend_on_which_others_are_asked_for() -> None:
    kernel = kernel_of(jax.nn.dot_product_attention, *(np.zeros((1, 4, 2, 8), np.float32),) * 3)
    alone = texts_of(kernel, "jaxpr", "stablehlo", device="cuda")
    assert texts_of(kernel, "jaxpr", "stablehlo", "triton", device="cuda") == alone


def test_extract_ir_gives_the_names_that_were_asked_for() -> None:
    ir = extract_ir(jax.nn.softmax, example_args=(X,))
    assert set(ir) == {"python_source", "jaxpr", "stablehlo", "vjp_stablehlo", "metadata"}
    assert "def softmax" in ir["python_source"]
    assert "stablehlo.exponential" in ir["vjp_stablehlo"]
    assert extract_ir(jax.nn.softmax, include_backward=False, example_args=(X,))["vjp_stablehlo"] is None


def test_functions_that_fail_say_how(functions: ModuleType) -> None:
    with pytest.raises(KernelError, match="trace_error: ValueError: not today"):
        extract_ir(functions.fails, example_args=(X,))
    with pytest.raises(KernelError, match="no_example_arguments"):
        extract_ir(functions.fails)


def test_a_module_without_example_arguments_is_all_rejections(functions: ModuleType) -> None:
    found = FRONTEND.compiler.discover(functions)
    assert all(isinstance(each, Rejection) for each in found)
    names = [each.kernel_name for each in found if isinstance(each, Rejection)]
    assert names[:3] == ["helper", "with_helper", "jitted"]


PROGRAM = """
import json, sys
import jax, jax.numpy as jnp
if {warm}:
    jax.nn.softplus(jnp.ones((4, 3)))
    jax.jit(lambda x: jnp.where(x > 0, jax.nn.sigmoid(x), jnp.clip(x, 0, 1)))(jnp.ones((4, 3)))
    jax.config.update("jax_enable_x64", True)
    jax.config.update("jax_default_matmul_precision", "highest")
from synthesis import KernelGenerator, get_frontend
from synthesis.core.examples import ArrayType, Examples
generator, frontend = KernelGenerator("jax", 5), get_frontend("jax")
levels = [level for level in frontend.compiler.levels if level.device is None]
texts = dict()
for index in (range(30)[::-1] if {warm} else range(30)):
    kernel = frontend.load_one(generator.spec(index))
    texts[index] = dict(frontend.compiler.lower([kernel], levels, device="cpu")[0].texts)
    frontend.compiler.release([kernel])
print(json.dumps(texts, sort_keys=True))
"""


def test_another_process_gives_the_same_bytes() -> None:
    outputs = [output_of(PROGRAM.format(warm=warm), seed) for warm, seed in ((False, "1"), (True, "99"))]
    assert json.loads(outputs[0]) == json.loads(outputs[1])


def test_the_function_behind_a_wrapper_is_found() -> None:
    assert function_behind(jax.jit(jax.nn.softmax)) is function_behind(jax.nn.softmax)


def test_double_precision_stays_what_it_is() -> None:
    with jax.enable_x64(True):
        kernel = kernel_of(jax.nn.softmax, np.zeros((4, 3)))
    assert kernel.spec.signature.options["enable_x64"] is True
    assert kernel.spec.arg_types == {"x": "f64[4,3]"}
    assert "tensor<4x3xf64>" in texts_of(kernel)["stablehlo"]
    again = FRONTEND.load_one(kernel.spec)
    assert isinstance(again, Kernel)
    assert texts_of(again) == texts_of(kernel)


def test_partials_and_methods_are_functions() -> None:
    import functools

    class Scaled:
        def apply(self, x: Any) -> Any:
            return x * 2.0

    method = kernel_of(Scaled().apply, X)
    assert method.spec.arg_types == {"x": "f32[4,3]"}
    assert not method.spec.self_contained
    assert "reduce" in texts_of(kernel_of(functools.partial(jax.nn.softmax, axis=0), X))["stablehlo"]
