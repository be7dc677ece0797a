"""Texts of real and awkward kernels, compared with Warp's own output."""

import importlib
import json
import re
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import warp as wp_module
import warp._src.build as build_module  # noqa: TID251 (Warp's own compiler is the judge of its texts)
import warp._src.context as context_module  # noqa: TID251 (which modules Warp knows)
from processes import output_of

from synthesis import KernelGenerator, Rejection, Symptom, extract_ir, get_frontend
from synthesis.frontends.base import Kernel, Lowered
from synthesis.frontends.plainness import more_than_a_kernel
from synthesis.frontends.warp import binaries, lowering
from synthesis.frontends.warp.releases import is_specialized
from synthesis.frontends.warp.texts import clean
from synthesis.making.confirmation import confirm_source
from synthesis.making.sources.targets import load_place, places_of

wp: Any = wp_module
build: Any = build_module
FRONTEND = get_frontend("warp")
LEVELS = FRONTEND.choose_levels(None, "cpu+cuda")
EXAMPLES = ("example_dem", "example_sph", "example_mesh")


def kernels_of(module: ModuleType) -> list[Kernel]:
    return [found for found in FRONTEND.compiler.discover(module) if isinstance(found, Kernel)]


def named(module: ModuleType, name: str) -> Kernel:
    return next(kernel for kernel in kernels_of(module) if kernel.spec.name == name)


def texts_of(kernel: Kernel) -> dict[str, str]:
    lowered = FRONTEND.compiler.lower([kernel], LEVELS, device="cpu+cuda")[0]
    assert isinstance(lowered, Lowered), lowered
    return {name: text for name, text in lowered.texts.items() if text is not None}


def without_noise(text: str) -> str:
    """Warp's own text without comments, kernel and struct hashes, and with each helper's number left out."""
    text = clean(text, {})
    text = re.sub(r"\b(\w+?)_[0-9a-f]{8}(?=\b|_cpu_|_cuda_)", r"\1", text)
    return re.sub(
        r"\b((?:adj_|replay_)?(?:sq|nested|contact_force|native|raise_it|with_gradient))_\d+(?=\()", r"\1", text
    )


def squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def example(name: str) -> ModuleType:
    return importlib.import_module(f"warp.examples.core.{name}")


@pytest.mark.parametrize("name", EXAMPLES)
def test_shipped_examples_say_what_warp_says(name: str) -> None:
    kernels = kernels_of(example(name))
    assert kernels
    for kernel in kernels:
        texts = texts_of(kernel)
        for device, language in (("cpu", "cpp"), ("cuda", "cuda")):
            whole = squeezed(without_noise(lowering.whole_unit(kernel.live, device)))
            for direction in ("forward", "backward"):
                definitions = re.split(r"^\};?\n", without_noise(texts[f"{language}_{direction}"]), flags=re.MULTILINE)
                assert len(definitions) > 1
                for definition in definitions:
                    assert squeezed(definition).strip() in whole


@pytest.mark.parametrize("name", [*EXAMPLES, "constructs"])
def test_the_collected_source_is_the_kernel(name: str, constructs: ModuleType) -> None:
    for kernel in kernels_of(constructs if name == "constructs" else example(name)):
        assert kernel.spec.self_contained
        again = FRONTEND.load_one(kernel.spec)
        assert isinstance(again, Kernel), again
        assert texts_of(again) == texts_of(kernel)
        assert again.live.func.__module__ not in sys.modules or FRONTEND.compiler.release([again]) is None


def test_texts_hold_no_comments_hashes_and_file_names(constructs: ModuleType) -> None:
    for kernel in kernels_of(constructs):
        for text in texts_of(kernel).values():
            outside = re.sub(r'"(?:\\.|[^"\\])*"', '""', text)
            assert "//" not in outside
            assert "/*" not in outside
            assert "#line" not in outside
            assert not re.search(r"_[0-9a-f]{8}\b", outside)
            assert ".py" not in outside


def test_strings_and_compiler_like_names_survive(constructs: ModuleType) -> None:
    strings = texts_of(named(constructs, "strings"))
    assert all(r'"value // %f /* not a comment */ sq_0 strings_1a2b3c4d\n"' in text for text in strings.values())
    native = texts_of(named(constructs, "with_native"))["cpp_forward"]
    assert 'const char* text = "kept // as it is"; (void)text;' in native
    assert "float sq_0 = sq_1 * 2.0f;" in native
    assert "remark" not in native
    overloads = texts_of(named(constructs, "overloads"))["cpp_backward"]
    assert "wp::float32 sq_1;" in overloads
    assert "_wp_args->sq_1" in overloads
    structs = texts_of(named(constructs, "structs"))["cuda_forward"]
    assert "wp::float32 sq_0;" in structs
    assert "struct Particle\n" in structs


def test_structs_of_one_name_are_told_apart(tmp_path: Path) -> None:
    source = """
import warp as wp

def make(kind):
    @wp.struct
    class Pair:
        a: kind
        Pair_1: kind
    return Pair

One, Two = make(float), make(wp.vec3)

@wp.kernel
def both(x: One, y: Two, out: wp.array(dtype=wp.vec3)):
    out[wp.tid()] = y.a * x.a
"""
    text = texts_of(kernels_of(imported(tmp_path, source))[0])["cpp_forward"]
    assert re.findall(r"^struct (\w+)$", text, re.MULTILINE) == ["Pair", "Pair_2"]


def test_a_kernel_without_backward_has_no_backward_level(constructs: ModuleType) -> None:
    lowered = FRONTEND.compiler.lower([named(constructs, "with_native")], LEVELS, device="cpu+cuda")[0]
    assert isinstance(lowered, Lowered)
    assert lowered.texts["cpp_backward"] is None
    assert {rejection.level for rejection in lowered.rejections} == {"cpp_backward", "cuda_backward"}
    assert {rejection.symptom for rejection in lowered.rejections} == {Symptom.NOT_AVAILABLE}


def test_a_generic_kernel_counts_once_an_instance(constructs: ModuleType) -> None:
    instances = [kernel for kernel in kernels_of(constructs) if kernel.spec.name == "generic_kernel"]
    assert [kernel.spec.arg_types["x"] for kernel in instances] == ["wp.array[float]", "wp.array[wp.vec2f]"]
    rejections = [found for found in FRONTEND.compiler.discover(constructs) if isinstance(found, Rejection)]
    assert [(each.kernel_name, each.symptom) for each in rejections] == [
        ("never_given_types", Symptom.NO_CONCRETE_TYPES)
    ]


PRELUDE = """
#define WP_TILE_BLOCK_DIM 256
#define WP_NO_CRT
#include "builtin.h"
#include "deterministic.h"
#define builtin_block_dim() wp::block_dim()
#define float(x) cast_float(x)
#define adj_float(x, adj_x, adj_ret) adj_cast_float(x, adj_x, adj_ret)
#define int(x) cast_int(x)
#define adj_int(x, adj_x, adj_ret) adj_cast_int(x, adj_x, adj_ret)
"""
CPU = """
#define builtin_tid1d() wp::linear_tid<wp_linear_tid>(task_index, dim)
#define builtin_tid2d(x, y) wp::tid(x, y, task_index, dim)
#define builtin_tid4d(x, y, z, w) wp::tid(x, y, z, w, task_index, dim)
"""
CUDA_ON_CPU = """
#define builtin_tid1d() wp::tid(_idx, dim)
#define builtin_tid2d(x, y) wp::tid(x, y, _idx, dim)
#define builtin_tid4d(x, y, z, w) wp::tid(x, y, z, w, _idx, dim)
#define __global__
struct launch_size { unsigned x, y, z; };
static const launch_size blockDim = {1, 1, 1}, gridDim = {1, 1, 1}, blockIdx = {0, 0, 0}, threadIdx = {0, 0, 0};
"""


@pytest.mark.parametrize(("language", "prelude"), [("cpp", CPU), ("cuda", CUDA_ON_CPU)])
def test_every_text_compiles_on_its_own(
    language: str, prelude: str, constructs: ModuleType, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    kernels = [*kernels_of(constructs), *(kernel for name in EXAMPLES for kernel in kernels_of(example(name)))]
    parts: list[str] = []
    for kernel in kernels:
        for direction in ("forward", "backward"):
            text = texts_of(kernel).get(f"{language}_{direction}")
            if text is not None:
                text = text.replace('extern "C" __global__ void', "__global__ void")
                instance = "<false>" if is_specialized(text) else ""
                use = f"auto use = &{kernel.spec.name}_cpu_kernel_{direction}{instance};" if language == "cpp" else ""
                parts.append(f"namespace part{len(parts)} {{\n{text}\n{use}\n}}\n")
    if not any(map(is_specialized, parts)):  # by Warp 1.18 and before
        prelude = prelude.replace("wp::linear_tid<wp_linear_tid>(", "wp::tid(")
    unit = tmp_path / "unit.cpp"
    unit.write_text(PRELUDE + prelude + "".join(parts))
    wp.init()
    try:
        build.build_cpu(str(tmp_path / "unit.o"), str(unit), extra_flags="-w", optimization_level=0)
    except Exception as error:  # noqa: BLE001
        pytest.fail(f"{error}\n{capfd.readouterr().err[:3000]}")


def in_another_process(program: str, hash_seed: str, *arguments: str) -> Any:
    return json.loads(output_of(program, hash_seed, *arguments).splitlines()[-1])


OTHER_PROCESS = """
import json, sys
sys.path.insert(0, sys.argv[1])
import warp as wp
wp.config.max_unroll, wp.config.enable_backward, wp.config.verify_fp = {settings}
from importlib.util import module_from_spec, spec_from_file_location
for number in range({declared}):  # the same helpers, declared before
    spec = spec_from_file_location("copy" + str(number), sys.argv[1] + "/constructs.py")
    sys.modules[spec.name] = module_from_spec(spec)
    spec.loader.exec_module(sys.modules[spec.name])
import constructs
from synthesis import get_frontend
frontend = get_frontend("warp")
kernels = [found for found in frontend.compiler.discover(constructs) if hasattr(found, "live")]
kernels = kernels[::-1] if {backwards} else kernels
texts = dict()
for kernel in kernels:
    again = frontend.load_one(kernel.spec) if {reload} else kernel
    levels = [level for level in frontend.compiler.levels if level.default]
    lowered = frontend.compiler.lower([again], levels, device="cpu+cuda")[0]
    texts[kernel.spec.name + str(kernel.spec.arg_types)] = dict(lowered.texts)
print(json.dumps(texts, sort_keys=True))
"""


def test_another_process_gives_the_same_bytes(kernels_folder: Path) -> None:
    program = OTHER_PROCESS.format(settings="16, True, False", declared=0, backwards=False, reload=False)
    first = in_another_process(program, "1", str(kernels_folder))
    program = OTHER_PROCESS.format(settings="16, True, False", declared=5, backwards=True, reload=True)
    assert in_another_process(program, "77", str(kernels_folder)) == first


def test_drawn_kernels_do_not_depend_on_the_settings_of_the_process() -> None:
    program = """
import json, warp as wp
wp.config.max_unroll, wp.config.enable_backward, wp.config.verify_fp = {settings}
from synthesis import KernelGenerator, synthesize_pair
generator = KernelGenerator("warp")
print(json.dumps([dict(synthesize_pair(generator.spec(index)).texts) for index in range(24)]))
"""
    plain = in_another_process(program.format(settings="16, True, False"), "3")
    assert in_another_process(program.format(settings="0, False, True"), "4") == plain


def test_lowering_leaves_warp_as_it_was(constructs: ModuleType) -> None:
    kernel = named(constructs, "overloads").live
    before = lowering.whole_unit(kernel, "cpu")
    texts_of(named(constructs, "overloads"))
    assert lowering.whole_unit(kernel, "cpu") == before
    assert re.search(r"struct wp_args_overloads_[0-9a-f]{8} ", before)


def test_extract_ir_gives_the_names_that_were_asked_for(constructs: ModuleType) -> None:
    ir = extract_ir(constructs.overloads)
    assert set(ir) == {"python_source", "cpp_code", "forward_code", "backward_code", "metadata"}
    assert ir["cpp_code"] == lowering.whole_unit(constructs.overloads, "cpu")
    assert ir["forward_code"] == texts_of(named(constructs, "overloads"))["cpp_forward"]
    assert "overloads_cpu_kernel_backward" in ir["backward_code"]
    cuda = extract_ir(constructs.overloads, device="cuda", include_backward=False)
    assert "__global__" in cuda["cpp_code"]
    assert cuda["forward_code"] == texts_of(named(constructs, "overloads"))["cuda_forward"]
    assert cuda["backward_code"] is None


def test_written_arrays_are_told_from_those_only_read() -> None:
    kernel = named(example("example_dem"), "apply_forces")
    roles = {argument.name: str(argument.role) for argument in kernel.spec.signature.arguments}
    assert roles["particle_f"] == "inout"
    assert roles["particle_x"] == roles["radius"] == "input"
    assert kernel.spec.origin.to_json() == {
        "kind": "extracted",
        "package": "warp-lang",
        "version": wp.config.version,
        "file": "warp/examples/core/example_dem.py",
        "line": kernel.live.adj.fun_lineno,
    }
    assert kernel.spec.licence == "Apache-2.0"


def stands_alone(kernel: Kernel) -> bool:
    (lowered,) = FRONTEND.compiler.lower([kernel], LEVELS, device="cpu+cuda")
    assert isinstance(lowered, Lowered)
    return confirm_source(FRONTEND, kernel, lowered, LEVELS, "cpu+cuda")[0].self_contained


def test_a_source_that_is_another_kernel_is_not_called_self_contained(constructs: ModuleType) -> None:
    kernel = named(constructs, "structs")
    assert stands_alone(kernel)
    for old, new in (("mass: float", "mass: wp.float64"), ("AXIS =", "AXES ="), ("+ AXIS", "- AXIS")):
        assert old in kernel.spec.source
        spec = replace(kernel.spec, source=kernel.spec.source.replace(old, new, 1))
        assert not stands_alone(replace(kernel, spec=spec))


LISTED = """
import enum
import warp as wp

class Mode(enum.IntEnum):
    OFF = 0
    ON = 3

    @staticmethod
    @wp.func
    def of(x: float) -> wp.int32:
        if x > 0.5:
            return wp.int32(Mode.ON)
        return wp.int32(Mode.OFF)

    @property
    def title(self) -> str:
        return self.name

@wp.kernel
def switched(x: wp.array(dtype=float), out: wp.array(dtype=int)):
    i = wp.tid()
    out[i] = Mode.of(x[i]) + int(Mode.ON)
"""


def test_functions_of_a_class_of_names_are_declared_beside_it(tmp_path: Path) -> None:
    (kernel,) = kernels_of(imported(tmp_path, LISTED))
    again = FRONTEND.load_one(kernel.spec)
    assert isinstance(again, Kernel), again
    assert texts_of(again) == texts_of(kernel)
    assert more_than_a_kernel(kernel.spec.source) is None
    assert kernel.places.line(str(tmp_path / "written_kernels.py"), 12) == line_of(kernel.spec.source, "if x > 0.5:")


def line_of(source: str, text: str) -> int:
    return next(number for number, line in enumerate(source.splitlines(), 1) if line.strip() == text)


def test_what_kernels_of_warps_own_modules_refer_to_is_copied() -> None:
    kernel = named(importlib.import_module("warp._src.sparse"), "_bsr_get_block_row")
    assert kernel.spec.self_contained
    assert more_than_a_kernel(kernel.spec.source) is None
    assert "def bsr_row_index(" in kernel.spec.source


def test_kernels_made_by_hand_and_by_factories_are_complete(tmp_path: Path) -> None:
    source = """
import warp as wp

def make(dtype, length):
    vec = wp.types.vector(length=length, dtype=dtype)

    def scaled(x: wp.array(dtype=vec), type: dtype, out: wp.array(dtype=vec)):
        i = wp.tid()
        out[i] = vec(x[i][0]) * type

    return wp.Kernel(func=scaled, key=f"scaled_{length}", options={"enable_backward": False})

half, double = make(wp.float16, 2), make(wp.float64, 5)
"""
    for kernel in kernels_of(imported(tmp_path, source)):
        assert stands_alone(kernel), kernel.spec.source
        again = FRONTEND.load_one(kernel.spec)
        assert isinstance(again, Kernel)
        assert texts_of(again) == texts_of(kernel)
        assert list(texts_of(again)) == ["cpp_forward", "cuda_forward"]


BAD = {
    "syntax": ("import warp as wp\n@wp.kernel\ndef k(:\n", Symptom.SYNTAX_ERROR),
    "raises": ("import warp as wp\nraise RuntimeError('no')\n", Symptom.IMPORT_ERROR),
    "exits": ("import sys\nsys.exit(3)\n", Symptom.IMPORT_ERROR),
    "empty": ("import warp as wp\n", Symptom.NO_KERNEL),
}


@pytest.mark.parametrize("name", BAD)
def test_sources_that_do_not_load_are_rejections(name: str, constructs: ModuleType) -> None:
    source, symptom = BAD[name]
    before = set(sys.modules)
    rejection = FRONTEND.load_one(replace(named(constructs, "strings").spec, source=source, name="k"))
    assert isinstance(rejection, Rejection)
    assert rejection.symptom is symptom
    assert not [name for name in set(sys.modules) - before if name.startswith("irsmith_")]


def test_a_kernel_that_warp_rejects_is_a_rejection(tmp_path: Path) -> None:
    source = "import warp as wp\n@wp.kernel\ndef k(a: wp.array(dtype=float)):\n    a[0] = a[0] + 1\n"
    (kernel,) = kernels_of(imported(tmp_path, source))
    (rejection,) = FRONTEND.compiler.lower([kernel], LEVELS, device="cpu")
    assert isinstance(rejection, Rejection)
    assert rejection.symptom is Symptom.BUILD_ERROR
    assert "written_kernels.py:4" in rejection.detail
    assert str(tmp_path) not in rejection.detail


def test_a_kernel_in_deterministic_mode_is_built(tmp_path: Path) -> None:
    source = (
        "import warp as wp\n"
        "@wp.kernel(module='unique', module_options={'deterministic': wp.DeterministicMode.RUN_TO_RUN})\n"
        "def k(counter: wp.array(dtype=int), out: wp.array(dtype=int)):\n"
        "    i = wp.tid()\n    out[wp.atomic_add(counter, 0, 1)] = i\n"
    )
    (kernel,) = kernels_of(imported(tmp_path, source))
    assert kernel.spec.signature.options["deterministic"] == "RUN_TO_RUN"
    assert "det_ctx" in texts_of(kernel)["cpp_forward"]


TILES = """
import warp as wp

@wp.func
def total(x: float) -> float:
    return wp.tile_sum(wp.tile(x))[0]

@wp.kernel
def added(x: wp.array(dtype=float), out: wp.array(dtype=float)):
    i = wp.tid()
    out[i] = total(x[i] * 2.0)

@wp.kernel
def waves(x: wp.array2d(dtype=wp.vec2), y: wp.array2d(dtype=wp.vec2)):
    t = wp.tile_load(x, shape=(4, 8))
    wp.tile_fft(t)
    wp.tile_store(y, t)

@wp.kernel
def loaded(x: wp.array(dtype=float), y: wp.array(dtype=float)):
    wp.tile_store(y, wp.tile_load(x, shape=8))
"""


def test_tiles_that_depend_on_the_block_are_those_of_one_thread_on_a_cpu(tmp_path: Path) -> None:
    added, waves, loaded = kernels_of(imported(tmp_path, TILES))
    texts = texts_of(added)
    assert "tile_shape_t<256>" in texts["cuda_forward"]
    assert "tile_shape_t<256>" not in texts["cpp_forward"]
    assert FRONTEND.the_prover.unavailable(FRONTEND.level("cuda_forward"), texts["cuda_forward"]) is not None
    assert FRONTEND.the_prover.unavailable(FRONTEND.level("cpp_forward"), texts["cpp_forward"]) is None
    (lowered,) = FRONTEND.compiler.lower([waves], LEVELS, device="cpu+cuda")
    assert isinstance(lowered, Lowered)
    assert {name for name, text in lowered.texts.items() if text is not None} == {"cpp_forward", "cpp_backward"}
    assert {each.level for each in lowered.rejections} == {"cuda_forward", "cuda_backward"}
    # Others are built as they were: with one thread a block Warp frames a CPU's text in another way.
    assert "wp_contiguous_args" not in texts_of(loaded)["cpp_forward"]


def imported(folder: Path, source: str) -> ModuleType:
    path = folder / "written_kernels.py"
    path.write_text(source)
    (place,) = places_of(str(path))
    module = load_place(place)
    assert isinstance(module, ModuleType)
    return module


def test_ptx_and_sass_are_made_without_a_gpu(constructs: ModuleType) -> None:
    levels = FRONTEND.choose_levels(["ptx", "cubin_sass", "cuda_forward"], "cuda")
    for name in ("overloads", "with_native"):
        (lowered,) = FRONTEND.compiler.lower([named(constructs, name)], levels, device="cuda")
        assert isinstance(lowered, Lowered)
        ptx, sass = lowered.texts["ptx"], lowered.texts["cubin_sass"]
        assert ptx is not None
        assert re.findall(r"\.entry (\w+)\(", ptx) == [
            f"{name}_cuda_kernel_{direction}" for direction in ("forward", "backward")[: 1 + (name == "overloads")]
        ]
        assert "//" not in ptx
        assert "pnanovdb" not in ptx
        if binaries.find_nvdisasm() is None:
            assert [each.symptom for each in lowered.rejections if each.level == "cubin_sass"] == [
                Symptom.NOT_AVAILABLE
            ]
        else:
            assert sass is not None
            assert f".text.{name}_cuda_kernel_forward:" in sass
            assert "EXIT ;" in sass
            assert "/*" not in sass
        (again,) = FRONTEND.compiler.lower([named(constructs, name)], levels, device="cuda")
        assert again == lowered


UNIQUE = """import warp as wp


@wp.kernel(module="unique")
def doubled(a: wp.array[float], out: wp.array[float]):
    i = wp.tid()
    out[i] = 2.0 * a[i]
"""


def test_a_kernel_with_a_module_of_its_own_is_not_an_equal_one_that_is_known(tmp_path: Path) -> None:
    (tmp_path / "mine_unique.py").write_text(f"# a line more\n\n{UNIQUE}", encoding="utf-8")
    mine = load_place(places_of(str(tmp_path / "mine_unique.py"))[0])
    spec = replace(KernelGenerator("warp").spec(0), source=UNIQUE, name="doubled")
    known: Any = context_module.user_modules
    before = dict(known)
    for _ in range(2):
        kernel = FRONTEND.load_one(spec)
        assert isinstance(kernel, Kernel), kernel
        lowered = FRONTEND.compiler.lower([kernel], LEVELS, device="cpu+cuda")[0]
        assert isinstance(lowered, Lowered), lowered
        assert all(lowered.line_map[name] for name in ("cpp_forward", "cuda_forward"))
        FRONTEND.compiler.release([kernel])
    assert dict(known) == before, "the user's own module is in its place again"
    assert mine is not None
