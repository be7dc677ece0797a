"""What a tool prints is told from what it never would."""

import pytest

from synthesis import Pair, SynthesisPipeline, get_frontend

PLANTED = (
    'system("ls");',
    'asm("nop");',
    "*(volatile int*)8 = 1;",
    "__builtin_trap();",
    "auto f = [] { return 1; };",
    "static int x = 3;",
    "((void(*)())var_0)();",
    "reinterpret_cast<void(*)()>(8)();",
    '::system("x");',
    "std::abort();",
    'wp::system("x");',
    "new int[3];",
    "using namespace std;",
    'extern "C" int system(const char*);',
    'printf("%n", &var_0);',
    'const wp::str var_text = "%n";',
    'auto text = "ls";',
    "var_0[5] = 1;",
    "wp::memcpy(var_0);",
    "var_0.call();",
    "#include <x>\n",
    "int a; /* x */",
    "__attribute__((x)) int y;",
    "goto *var_0;",
    "exit(0);",
    "throw 1;",
    "(exit)(0);",
    "wp::launch<system>(1);",
    "union { int a; };",
    "thread_local int z;",
    "} static int evil = 3; void g() {",
    "if (sizeof(wp::tile_register_t<float, wp::tile_layout_register_t<wp::tile_shape_t<64>>>) < 64) var_0 = 1;",
    "if (sizeof var_0 < 64) var_0 = 1;",
    "wp::tile_register_t<float, wp::tile_layout_register_t<wp::tile_shape_t<64>>> var_99; var_0 = var_99.data[63];",
)
OUTSIDE = (
    "int evil = 3;\n",
    "namespace x { }\n",
    'extern "C" int system(const char*);\n',
    "static int f() { return 1; }\nstatic int g = f();\n",
    "struct E { E() { exit(0); } } e;\n",
    "struct E { E() {} };\nstatic E e;\n",
    "template <int n> static void x() { }\n",
    "using namespace std;\n",
)


@pytest.fixture(scope="module")
def drawn() -> list[Pair]:
    return [each for each in SynthesisPipeline("warp", seed=21, verify="none").pairs(130) if isinstance(each, Pair)]


def test_what_warp_prints_is_not_foreign_and_what_a_native_snippet_brings_is(drawn: list[Pair]) -> None:
    frontend = get_frontend("warp")
    for pair in drawn:
        for name, text in pair.texts.items():
            found = text and frontend.the_prover.foreign(frontend.level(name), text)
            assert text is None or (found is not None) == (pair.spec.category == "native"), f"{found}\n{text}"


@pytest.mark.parametrize("level", ["cpp_forward", "cuda_forward", "cpp_backward", "cuda_backward"])
def test_what_warp_never_prints_is_foreign(drawn: list[Pair], level: str) -> None:
    frontend = get_frontend("warp")
    text = next(each.texts[level] for each in drawn if each.spec.category == "arithmetic")
    assert text is not None
    place = "var_0 = builtin_tid"
    assert place in text
    wrong = [text.replace(place, f"{each}\n{place}") for each in PLANTED] + [f"{each}{text}" for each in OUTSIDE]
    passed = [each for each in wrong if frontend.the_prover.foreign(frontend.level(level), each) is None]
    assert not passed


CALLS = (
    'stablehlo.custom_call @xla_python_cpu_callback(%arg0) {backend_config = "140230"} : (tensor<f32>) -> tensor<f32>',
    "%0 = stablehlo.custom_call @foo(%arg0) : (tensor<f32>) -> tensor<f32>",
    '%0 = "stablehlo.custom_call"(%arg0) <{call_target_name = "foo"}> : (tensor<f32>) -> tensor<f32>',
    '%0 = "stablehlo.custom_call"(%arg0) <{\n call_target_name = "foo"}> : (tensor<f32>) -> tensor<f32>',
    '%0:2 = "stablehlo.infeed"(%arg0) : (!stablehlo.token) -> (tensor<f32>, !stablehlo.token)',
)


def test_calls_out_of_a_jax_program_are_foreign() -> None:
    frontend = get_frontend("jax")
    for line in CALLS:
        assert frontend.the_prover.foreign(frontend.level("stablehlo"), line) is not None, line
    called = 'x = f32[] custom-call(y), custom_call_target="foo"'
    assert frontend.the_prover.foreign(frontend.level("hlo"), called) is not None
    callback = "{ lambda ; a:f32[]. let b:f32[] = pure_callback[callback=f] a in (b,) }"
    assert frontend.the_prover.foreign(frontend.level("jaxpr"), callback) is not None


def test_what_jax_prints_is_not_foreign() -> None:
    frontend = get_frontend("jax")
    for pair in SynthesisPipeline("jax", seed=21, verify="none").pairs(120):
        assert isinstance(pair, Pair)
        for name, text in pair.texts.items():
            assert text is None or frontend.the_prover.foreign(frontend.level(name), text) is None, text
