"""Texts of Triton kernels, compared with what Triton's own compiler makes and with themselves in other processes."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import triton as triton_module
from triton.backends.compiler import GPUTarget
from triton_parts import FRONTEND, SOURCE, drawn, lower, pointer, spec_of, texts_of

from synthesis import ConfigError, Rejection
from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Role, Signature
from synthesis.frontends.base import Lowered
from synthesis.frontends.linemap import origins_of

triton: Any = triton_module
ALL = ("ttir", "ttgir", "llir", "ptx")
KERNELS = ("softmax", "matmul", "flash_attention", "cumsum", "atomic_sum", "dropout", "hosted_matmul")


def kernels() -> list[KernelSpec]:
    return [spec_of(), *map(drawn, KERNELS)]


@pytest.fixture
def compiled_by_triton(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What ``triton.compile`` makes of a file, without line information."""
    monkeypatch.setenv("TRITON_CACHE_DIR", str(tmp_path / "cache"))

    def compiled(text: str, options: Any) -> dict[str, str]:
        path = tmp_path / "kernel.ttir"
        path.write_text(text)
        kept = {name: options[name] for name in ("num_warps", "num_stages") if name in options}
        with triton.knobs.compilation.scope():
            triton.knobs.compilation.disable_line_info = True
            made = triton.compile(
                str(path), target=GPUTarget("cuda", 90, 32), options={**kept, "enable_fp_fusion": True}
            )
        return made.asm

    return compiled


def bare(text: str) -> str:
    """A text of Triton without comments, empty lines and the name of its module."""
    lines = (re.sub(r"\s*//.*|\s+$", "", line) for line in text.splitlines())
    return "".join(f"{line}\n" for line in lines if line and not line.startswith(("; ", "source_filename", "#loc")))


@pytest.mark.parametrize("spec", kernels(), ids=lambda spec: spec.name)
def test_the_clean_ttir_compiles_to_the_other_clean_texts(spec: KernelSpec, compiled_by_triton: Any) -> None:
    texts = texts_of(spec, ALL)
    made = compiled_by_triton(texts["ttir"], spec.signature.options)
    assert bare(made["ptx"]) == texts["ptx"]
    assert bare(made["llir"]) == bare(texts["llir"])
    assert re.sub(r" loc\(.*?\)$", "", bare(made["ttgir"]), flags=re.MULTILINE).count("\n") == texts["ttgir"].count(
        "\n"
    )


@pytest.mark.parametrize("spec", kernels(), ids=lambda spec: spec.name)
def test_texts_name_no_places(spec: KernelSpec) -> None:
    places = re.compile(r"loc\(|#loc|\.loc\b|\.file\b|debug|irsmith|\.py|!dbg|DILocation|/home|/tmp|/root")
    for level, text in texts_of(spec, ALL).items():
        assert places.search(text.replace('"Debug Info Version"', "")) is None, (level, text)


def test_a_line_of_a_text_has_its_line_of_the_source() -> None:
    result = lower(spec_of(), ALL)
    assert isinstance(result, Lowered)
    lines = SOURCE.splitlines()
    for level, marks in {
        "ttir": {"tt.load": "tl.load", "math.exp": "tl.exp", "tt.store": "tl.store", "arith.select": "tl.where"},
        "ttgir": {"tt.load": "tl.load", "math.exp": "tl.exp", "tt.store": "tl.store"},
        "ptx": {"ex2.approx": "tl.exp", "st.global": "tl.store", "setp.gt": "tl.where|if x", "ctaid": "program_id"},
        "llir": {"ex2.approx.f32(float %": "tl.exp", "st.global": "tl.store", "read.ptx.sreg.ctaid.x()$": "program_id"},
    }.items():
        origins = origins_of(result.line_map[level])
        for number, line in enumerate((result.texts[level] or "").splitlines(), 1):
            for mark, meant in marks.items():
                if mark in line and number in origins:
                    assert re.search(meant, lines[origins[number] - 1]), (level, line, lines[origins[number] - 1])
        text = result.texts[level] or ""
        seen = {mark for mark in marks for number, line in enumerate(text.splitlines(), 1)
                if mark in line and number in origins}  # fmt: skip
        assert len(seen) >= len(marks) - 1, (level, seen)


SCRIPT = """
import json, os, sys
sys.path[:] = {path!r}
os.chdir({folder!r})
from triton_parts import drawn, spec_of, texts_of
for name in {before!r}:
    texts_of(drawn(name, 7))
specs = [spec_of(), *(drawn(name) for name in {kernels!r})]
order = reversed(specs) if {back} else specs
print(json.dumps({{spec.name: texts_of(spec, {levels!r}) for spec in order}}, sort_keys=True))
"""


def texts_of_another_process(number: int, folder: Path) -> Any:
    """The texts that a process makes with other settings, in another order and in another folder."""
    folder.mkdir()
    script = SCRIPT.format(
        path=sys.path, folder=str(folder), kernels=KERNELS, levels=ALL, back=bool(number), before=list(KERNELS[:number])
    )
    environment = {
        "PYTHONHASHSEED": str(number),
        "TRITON_CACHE_DIR": str(folder),
        "TRITON_DISABLE_LINE_INFO": str(number),
        "TRITON_F32_DEFAULT": "ieee" if number else "tf32x3",
    }
    command = [sys.executable, "-W", "error", "-c", script]
    return json.loads(subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout)


def test_other_processes_make_the_same_texts(tmp_path: Path) -> None:
    first, second = (texts_of_another_process(number, tmp_path / str(number)) for number in range(2))
    assert first == second
    assert first["scale_kernel"] == texts_of(spec_of(), ALL)


def test_options_and_hints_are_in_the_texts() -> None:
    texts = texts_of(spec_of())
    assert '"ttg.num-warps" = 2 : i32' in texts["ttgir"]
    first, second = re.findall(r"%arg[01]: !tt\.ptr<f32>( \{tt\.divisibility = 16 : i32\})?", texts["ttir"])
    assert first
    assert not second
    assert ".reqntid 64" in texts["ptx"]


@pytest.mark.parametrize("device", ["cuda:80", "cuda:100", "hip:gfx942"])
def test_texts_are_for_the_device(device: str) -> None:
    levels = ("ttir", "ttgir", "llir", "amdgcn") if device.startswith("hip") else None
    texts = texts_of(spec_of(), levels, device)
    assert f'ttg.target = "{device}"' in texts["ttgir"]
    lowest = texts["amdgcn" if device.startswith("hip") else "ptx"]
    assert {"cuda:80": "sm_80", "cuda:100": "sm_100a", "hip:gfx942": "gfx942"}[device] in lowest
    assert all(
        "irsmith" not in text and "debug" not in text.lower().replace('"debug info version"', "")
        for text in texts.values()
    )
    assert texts == texts_of(spec_of(), levels, device)


def test_levels_exist_for_kinds_of_devices() -> None:
    assert [each.name for each in FRONTEND.choose_levels(None, "cuda:80")] == ["ttir", "ttgir", "ptx"]
    assert [each.name for each in FRONTEND.choose_levels(None, "hip:gfx942")] == ["ttir", "ttgir"]
    for level, device in (("ptx", "hip:gfx942"), ("sass", "hip:gfx942"), ("amdgcn", "cuda:90")):
        with pytest.raises(ConfigError, match="does not exist"):
            FRONTEND.choose_levels([level], device)


def test_sass_is_disassembled_machine_code() -> None:
    text = texts_of(spec_of(), ["sass"])["sass"]
    assert re.search(r"\bMUFU\.EX2\b", text)
    assert "//##" not in text


def test_a_type_that_a_device_lacks_is_a_rejection() -> None:
    source = (
        "import triton\nimport triton.language as tl\n\n\n@triton.jit\ndef cast(x_ptr, out_ptr):\n"
        "    offs = tl.arange(0, 64)\n    tl.store(out_ptr + offs, tl.load(x_ptr + offs).to(tl.float8e4nv))\n"
    )
    signature = Signature(
        arguments=(pointer("x_ptr"), pointer("out_ptr", "fp8e4nv", "float8_e4m3fn", Role.OUTPUT)), launch=(1,)
    )
    spec = KernelSpec(frontend="triton", name="cast", category="tests", source=source, signature=signature)
    assert texts_of(spec)["ttir"]
    result = lower(spec, device="cuda:80")
    assert isinstance(result, Rejection)
    assert "fp8e4nv" in result.detail
    assert len(result.detail) <= 400
    assert "/" not in result.detail.replace("at 3:", "")


def test_a_kernel_that_does_not_compile_is_a_rejection_with_its_error() -> None:
    result = lower(spec_of(SOURCE.replace("tl.exp(x)", "tl.exp(n)")))
    assert isinstance(result, Rejection)
    assert "CompilationError" in result.detail
