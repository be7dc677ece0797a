"""The commands as users type them: what they write, print and return."""

import json
import signal
import subprocess
import sys
import time
import weakref
from pathlib import Path

import pytest

from synthesis import __version__
from synthesis.cli import run
from synthesis.cli.interrupts import keep_interrupts

AS_JSON = ("--format", "json")


@pytest.mark.needs("warp")
def test_generate_writes_pairs_and_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [
        "generate",
        "--frontend",
        "warp",
        "--count",
        "12",
        "--out",
        str(tmp_path / "pairs"),
        "--device",
        "cuda",
        *AS_JSON,
    ]
    assert run([*arguments, "--category", "vector", "--category", "atomic"]) == 0
    output = capsys.readouterr().out
    assert "warp: 12 rows of 12 candidates" in output
    assert "vector" in output
    assert "matrix" not in output
    files = sorted((tmp_path / "pairs").glob("*.json"))
    assert len(files) == 12
    document = json.loads(files[0].read_text())
    assert list(document) == ["python_source", "cuda_forward", "cuda_backward", "metadata"]


@pytest.mark.needs("jax")
def test_generate_prints_json_when_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["generate", "--frontend", "jax", "--category-mix", "uniform", "--count", "23", "--seed", "3", "--json"]
    assert run([*arguments, "--level", "hlo", "--out", str(tmp_path)]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert summary["rows"] == summary["candidates"] == 23
    assert set(summary["categories"].values()) == {1}


@pytest.mark.needs("jax")
def test_show_puts_python_beside_ir(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["generate", "--frontend", "jax", "--count", "1", *AS_JSON, "--out", str(tmp_path)]) == 0
    capsys.readouterr()
    (file,) = tmp_path.glob("*.json")
    assert run(["show", str(file)]) == 0
    output = capsys.readouterr().out
    assert "import jax.numpy as jnp" in output
    assert "lambda" in output
    assert "stablehlo" in output
    assert run(["show", str(file), "--level", "jaxpr"]) == 0
    assert "func.func" not in capsys.readouterr().out
    assert run(["show", str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(file.read_text())


@pytest.mark.needs("jax")
def test_show_finds_a_pair_of_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["generate", "--frontend", "jax", "--count", "3", *AS_JSON, "--out", str(tmp_path)]) == 0
    document = json.loads(min(tmp_path.glob("000001_*.json")).read_text())
    own, name = document["metadata"]["id"], document["metadata"]["kernel_name"]
    for key in ("1", "jax-1", own, own[:6], name):
        capsys.readouterr()
        assert run(["show", str(tmp_path), "--id", key, "--json"]) == 0
        assert json.loads(capsys.readouterr().out) == document
    for arguments, message in (
        (["show", str(tmp_path)], "is a folder; choose a pair with --id"),
        (["show", str(tmp_path), "--id", "nobody"], "no pair 'nobody'"),
        (["show", str(min(tmp_path.glob("*.json"))), "--id", "1"], ", but "),
        (["show", str(tmp_path / "none"), "--id", "1"], "is not a folder"),
    ):
        assert run(arguments) == 2
        assert message in capsys.readouterr().err


@pytest.mark.needs("jax")
def test_summaries_say_what_was_proved_and_why_the_rest_was_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "two.py").write_text(
        "import os\n\nimport jax.numpy as jnp\n\n\ndef plain(x):\n    return jnp.sin(x) * 2.0\n\n\n"
        "def odd(x):\n    return jnp.exp(jnp.cos(x)) - (1.0 if os.sep else 2.0)\n\n\ndef whole(x):\n    return x // 2\n"
    )
    (tmp_path / "two.toml").write_text('[plain]\nx = "f32[8]"\n[odd]\nx = "f32[8]"\n[whole]\nx = "i32[8]"\n')
    words = ["extract", str(tmp_path / "two.py"), "--inputs", str(tmp_path / "two.toml")]
    words += ["--level", "jaxpr", "--level", "vjp_jaxpr"]
    assert run([*words, "--frontend", "jax", "--out", str(tmp_path / "rows"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    why = "its source does more than define a kernel"
    assert found["texts"] == {"jaxpr": 3, "vjp_jaxpr": 2}
    assert found["verified"] == {"jaxpr": 2, "vjp_jaxpr": 1}
    assert found["unverified"] == {"jaxpr": {why: 1}, "vjp_jaxpr": {why: 1}}
    assert found["dropped"] == {"vjp_jaxpr": {"not_differentiable": 1}}
    assert run([*words, "--frontend", "jax", "--out", str(tmp_path / "rows")]) == 0
    again = capsys.readouterr().out
    assert run(["stats", str(tmp_path / "rows")]) == 0
    counted = capsys.readouterr().out
    for printed in (again, counted):
        rows = [line.split("\u2502") for line in printed.splitlines() if "jaxpr" in line]
        cells = [[cell.strip() for cell in row if cell.strip()] for row in rows]
        assert ["jaxpr", "3", "2", "0", f"not verified: {why} 1"] in cells
        assert ["vjp_jaxpr", "2", "1", "1", f"not verified: {why} 1; absent: not_differentiable 1"] in cells
    assert "jax: 3 rows of 3 candidates" in again


@pytest.mark.needs("warp")
def test_stats_count_what_a_folder_holds(
    tmp_path: Path, kernels_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--frontend", "warp", "--category-mix", "uniform", "--count", "46", "--level", "cpp_forward", *AS_JSON]
    assert run(["generate", *arguments, "--out", str(tmp_path / "drawn")]) == 0
    capsys.readouterr()
    assert run(["stats", str(tmp_path / "drawn"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    # One of the forty-five categories is for CUDA alone, so its candidate has no text at all at this level.
    assert (found["rows"], found["programs"], found["structures"]) == (45, 45, 45)
    assert found["rejections"] == {"lower/not_available": 1}
    assert sum(found["categories"]["warp"].values()) == 45
    assert found["categories"]["warp"]["arithmetic"] == 2
    assert found["levels"] == {"cpp_forward": 45}
    lengths = found["lengths"]["cpp_forward"]
    texts = [json.loads(path.read_text())["cpp_forward"] for path in (tmp_path / "drawn").glob("*.json")]
    assert lengths["characters"] == sum(map(len, texts))
    assert lengths["lines"]["max"] == max(text.count("\n") for text in texts)
    assert run(["stats", str(tmp_path / "drawn")]) == 0
    printed = capsys.readouterr().out
    assert "45 different programs" in printed
    assert "warp  arithmetic" in printed
    assert "▇" in printed

    target = str(kernels_folder / "constructs.py")
    assert run(["extract", target, "--out", str(tmp_path / "text"), "--format", "text"]) == 0
    capsys.readouterr()
    assert run(["stats", str(tmp_path / "text"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["rows"] == len(list((tmp_path / "text").glob("*.py")))
    assert found["lengths"]["python_source"]["texts"] == found["rows"]
    assert run(["show", str(tmp_path / "text"), "--id", "structs", "--level", "cuda_forward"]) == 0

    (tmp_path / "empty").mkdir()
    for folder, message in (("empty", "no pairs in"), ("absent", "no such folder")):
        assert run(["stats", str(tmp_path / folder)]) == 2
        assert message in capsys.readouterr().err


@pytest.mark.needs("jax")
def test_an_interrupt_says_how_to_continue(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "synthesis",
        "generate",
        "--frontend",
        "jax",
        "--count",
        "5000",
        "--chunk-size",
        "3",
    ]
    process = subprocess.Popen(
        [*command, "--out", str(tmp_path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    while process.poll() is None and not list(tmp_path.glob("_irsmith/parts/*.parquet")):
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert errors.splitlines()[-1] == "irsmith: interrupted; the same command continues where it stopped"
    assert "Traceback" not in errors


def test_an_interrupt_in_a_callback_comes_again() -> None:
    class Thing:
        pass

    def lose(_: object) -> None:
        raise KeyboardInterrupt

    def work() -> None:
        thing = Thing()
        reference = weakref.ref(thing, lose)
        del thing
        assert reference() is None
        time.sleep(20)

    with pytest.raises(KeyboardInterrupt), keep_interrupts():
        work()


@pytest.mark.needs("warp")
def test_extract_a_file(tmp_path: Path, kernels_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        run(["extract", str(kernels_folder / "constructs.py"), "--format", "json", "--out", str(tmp_path / "out")]) == 0
    )
    captured = capsys.readouterr()
    names = [path.name.partition("_")[2] for path in sorted((tmp_path / "out").glob("*.json"))]
    assert names[:3] == ["overloads.json", "structs.json", "strings.json"]
    assert "never_given_types: no_concrete_types" in captured.err
    assert "with_native, cpp_backward: not_available" in captured.err
    document = json.loads((tmp_path / "out" / "000000_overloads.json").read_text())
    assert document["metadata"]["origin"]["file"] == "constructs.py"
    assert document["metadata"]["category"] == "extracted"


@pytest.mark.needs("warp")
def test_extract_a_module_of_warp(tmp_path: Path) -> None:
    arguments = ["extract", "warp.examples.core.example_dem", "--out", str(tmp_path), "--device", "cpu", "--json"]
    assert run([*arguments, "--format", "json"]) == 0
    assert [path.name for path in sorted(tmp_path.glob("*.json"))] == [
        "000000_apply_forces.json",
        "000001_integrate.json",
    ]


@pytest.mark.needs("jax")
def test_extract_a_function_of_jax(tmp_path: Path) -> None:
    arguments = ["extract", "jax.nn:softmax", "--arg", "f32[4,8]", "--level", "stablehlo", "--out", str(tmp_path)]
    assert run([*arguments, "--format", "json"]) == 0
    document = json.loads((tmp_path / "000000_softmax.json").read_text())
    assert "tensor<4x8xf32>" in document["stablehlo"]
    assert document["metadata"]["licence"] == "Apache-2.0"


USAGE_ERRORS = {
    "no command's options": (["generate", "--frontend", "warp"], "--count"),
    "unknown option": (["generate", "--fronted", "warp"], "--fronted"),
    "unknown command": (["generat"], "generat"),
    "not a number": (["generate", "--frontend", "warp", "--count", "many", "--out", "x"], "many"),
    "negative": (["generate", "--frontend", "warp", "--count", "-3", "--out", "x"], "got -3"),
    "front end": (["generate", "--frontend", "cuda", "--count", "3", "--out", "x"], "allowed: warp, jax"),
    "category": (["generate", "--frontend", "jax", "--count", "3", "--out", "x", "--category", "tile"], "reduction"),
    "chunk size": (["generate", "--frontend", "jax", "--count", "3", "--out", "x", "--chunk-size", "0"], "got 0"),
    "module size": (
        ["generate", "--frontend", "jax", "--count", "3", "--out", "x", "--kernels-per-module", "-2"],
        "kernels_per_module must be an integer from 1, got -2",
    ),
    "device": (["generate", "--frontend", "jax", "--count", "3", "--out", "x", "--device", "npu"], "cpu, cuda, tpu"),
    "level": (["generate", "--frontend", "jax", "--count", "3", "--out", "x", "--level", "ptx"], "allowed: jaxpr"),
    "stats of nothing": (["stats", "nowhere"], "no such folder: nowhere"),
    "no such file": (["extract", "missing.py", "--out", "x"], "no such file: missing.py"),
    "no such module": (["extract", "no.such.module", "--out", "x"], "no module named 'no.such.module'"),
    "no such function": (["extract", "jax.nn:nothing", "--out", "x"], "jax.nn has no attribute 'nothing'"),
    "no kernels": (["extract", "json", "--frontend", "warp", "--out", "x"], "no warp kernels in json"),
    "shape": (["extract", "jax.nn:relu", "--arg", "f32(3)", "--out", "x"], "expected something like f32[4,8]"),
    "show what is not there": (["show", "missing.json"], "cannot read missing.json"),
}


@pytest.mark.needs("warp", "jax")
@pytest.mark.parametrize("case", USAGE_ERRORS)
def test_usage_errors_exit_with_2_and_one_message(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    arguments, expected = USAGE_ERRORS[case]
    assert run(arguments) == 2
    captured = capsys.readouterr()
    assert expected in captured.err
    assert "Traceback" not in captured.err
    assert not list(tmp_path.iterdir())


def test_files_that_do_not_import_say_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for source, reason in (
        ("import no_such_package\n", "ModuleNotFoundError"),
        ("def f(:\n", "SyntaxError"),
        ("import sys\nsys.exit('bye')\n", "SystemExit: bye"),
    ):
        (tmp_path / "broken.py").write_text(source)
        assert run(["extract", str(tmp_path / "broken.py"), "--out", str(tmp_path / "out")]) == 2
        assert reason in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.needs("jax")
def test_nothing_extracted_exits_with_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "plain.py").write_text("import jax.numpy as jnp\n\ndef f(x):\n    return jnp.sin(x)\n")
    arguments = ["extract", str(tmp_path / "plain.py"), "--frontend", "jax", "--out", str(tmp_path / "out")]
    assert run(arguments) == 1
    assert "f: no_example_arguments" in capsys.readouterr().err


def test_a_pair_that_is_none_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.json").write_text("{}")
    (tmp_path / "b.json").write_text("{")
    assert run(["show", str(tmp_path / "a.json")]) == 2
    assert "is not a pair" in capsys.readouterr().err
    assert run(["show", str(tmp_path / "b.json")]) == 2
    assert "is not JSON" in capsys.readouterr().err


@pytest.mark.needs("jax")
def test_ctrl_c_exits_with_130(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("synthesis.making.chunk_maker.write_rows", interrupt)
    assert run(["generate", "--frontend", "jax", "--count", "2", "--out", str(tmp_path)]) == 130
    assert "the same command continues where it stopped" in capsys.readouterr().err


@pytest.mark.needs("jax")
def test_a_full_disk_is_a_clear_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    assert run(["generate", "--frontend", "jax", "--count", "2", "--out", str(tmp_path)]) == 2
    assert "No space left on device" in capsys.readouterr().err
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.parametrize("command", [["irsmith"], [sys.executable, "-m", "synthesis"]])
def test_both_ways_to_start_it(command: list[str]) -> None:
    if command == ["irsmith"]:
        command = [str(Path(sys.executable).with_name("irsmith"))]
    result = subprocess.run([*command, "--version"], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == __version__
    helped = subprocess.run([*command, "generate", "--help"], capture_output=True, text=True, check=True)
    assert "irsmith generate --frontend warp --count 120" in helped.stdout


@pytest.mark.needs("warp", "jax", "triton")
def test_operations_are_listed_with_what_is_known_of_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["ops", "--missing", "--json"]) == 0
    missing = json.loads(capsys.readouterr().out)
    assert missing.keys() == {"warp", "jax", "triton"}
    assert missing["warp"]["volume_store"]["excluded"]
    assert not any(entry["modelled"] for entries in missing.values() for entry in entries.values())
    samples = Path(__file__).parents[2] / "data" / "samples" / "jax"
    assert run(["ops", "--frontend", "jax", "--coverage", str(samples), "--json"]) == 0
    counted = json.loads(capsys.readouterr().out)["jax"]
    assert counted["add"]["rows"] > 40
    assert counted["psum"] == {
        "modelled": True, "differentiable": True, "excluded": "is for several devices, and modelled for one", "rows": 0,
    }  # fmt: skip
    assert missing["jax"]["all_to_all"]["excluded"] == "needs several devices"
    assert run(["ops", "--frontend", "jax", "--coverage", str(samples)]) == 0
    assert "operations are in at least 10 verified rows" in capsys.readouterr().out


@pytest.mark.needs("jax")
def test_rows_without_the_text_that_operations_are_read_from_are_not_counted_as_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "pairs"
    settings = ["--frontend", "jax", "--count", "2", "--level", "stablehlo", "--verify", "all", "--out", str(out)]
    assert run(["generate", *settings]) == 0
    capsys.readouterr()
    assert run(["ops", "--frontend", "jax", "--coverage", str(out / "jax")]) == 2
    assert "2 verified rows of jax has a text that operations are read from" in capsys.readouterr().err


def test_windows_is_refused_in_a_sentence(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.platform", "win32")
    assert run(["list"]) == 2
    assert capsys.readouterr().err == (
        "irsmith: irsmith runs on Linux and macOS, which can fork processes; on Windows use WSL\n"
    )


@pytest.mark.needs("jax")
def test_raw_prints_one_text_and_nothing_else(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        run(["generate", "--frontend", "jax", "--count", "1", "--verify", "none", *AS_JSON, "--out", str(tmp_path)])
        == 0
    )
    (file,) = tmp_path.glob("*.json")
    document = json.loads(file.read_text())
    for arguments, text in ((["--level", "jaxpr"], document["jaxpr"]), ([], document["python_source"])):
        capsys.readouterr()
        assert run(["show", str(file), *arguments, "--raw"]) == 0
        assert capsys.readouterr().out == text
    assert run(["show", str(file), "--level", "jaxpr", "--level", "stablehlo", "--raw"]) == 2
    assert "--raw prints one text" in capsys.readouterr().err


@pytest.mark.needs("warp")
def test_stats_count_all_but_what_cannot_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--frontend", "warp", "--count", "8", "--category", "native", "--category", "math",
                 "--category-mix", "uniform", *AS_JSON, "--out"]  # fmt: skip
    assert run(["generate", *arguments, str(tmp_path), "--level", "cpp_forward", "--verify", "none"]) == 0
    rows = sorted(tmp_path.glob("*.json"))
    rows[1].write_text('{"python_source": ')
    ledger = tmp_path / "_irsmith" / "rejections.jsonl"
    lines = ledger.read_text().splitlines()
    ledger.write_text("\n".join([lines[0], "{]", *lines[1:]]) + "\n")
    capsys.readouterr()
    assert run(["stats", str(tmp_path), "--json"]) == 1
    captured = capsys.readouterr()
    found = json.loads(captured.out)
    assert found["rows"] == len(rows) - 1 == 3
    told = [*found["rejections"].values(), *(count for each in found["dropped"].values() for count in each.values())]
    assert sum(told) == len(lines) == 4
    assert [part in captured.err for part in (rows[1].name, "rejections.jsonl, line 2")] == [True, True]
    assert run(["verify", str(tmp_path)]) == 1
    assert f"{rows[1].stem}: unreadable: " in capsys.readouterr().out


@pytest.mark.needs("jax")
def test_a_dry_run_says_what_it_would_come_to_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["generate", "--frontend", "jax", "--category", "math", "--verify", "none", "--chunk-size", "20"]
    out = ["--out", str(tmp_path / "out")]
    assert run([*arguments, "--count", "50", *out, "--workers", "2", "--dry-run", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["candidates"], found["missing"], found["chunks"], found["workers"]) == (50, 50, 10, 2)
    assert 20 <= found["sample"] <= 40
    assert found["rows"] == found["sample"]
    assert found["seconds_left"] == pytest.approx(50 * found["seconds_a_candidate"] / 2, abs=0.1)
    assert found["bytes_left"] == pytest.approx(2 * 50 * found["bytes_a_row"], rel=0.01)
    assert not (tmp_path / "out").exists()
    assert run([*arguments, "--count", "20", *out]) == 0
    capsys.readouterr()
    assert run([*arguments, "--count", "50", *out, "--dry-run"]) == 0
    assert "50 candidates, 30 of them to be made, in 6 chunks" in capsys.readouterr().out
    assert run([*arguments, "--count", "20", *out, "--dry-run"]) == 0
    assert "0 of them to be made, in 0 chunks" in capsys.readouterr().out


@pytest.mark.needs("jax")
def test_progress_is_an_object_a_line_when_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["generate", "--frontend", "jax", "--category", "math", "--count", "3", "--out", str(tmp_path)]
    assert run([*arguments, "--progress", "json"]) == 0
    events = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [each["work"] for each in events] == sorted(
        (each["work"] for each in events), key=["jax", "jax, files"].index
    )
    made = [each for each in events if each["work"] == "jax"][-1]
    assert (made["done"], made["total"], made["rows"], made["rejected"], made["workers"]) == (3, 3, 3, 0, 1)
    assert set(made["stages"]) == {"lower", "plan", "prove"}
    assert run([*arguments, "--progress", "none"]) == 0
    assert not capsys.readouterr().err
    assert run([*arguments, "--progress", "loud"]) == 2
    assert "progress is one of auto, plain, json, none, got 'loud'" in capsys.readouterr().err
