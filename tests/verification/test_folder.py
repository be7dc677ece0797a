"""``irsmith verify`` believes nothing: it compares bytes where it can, and executes what it can."""

import contextlib
import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from synthesis import run_pipeline
from synthesis.cli import run
from synthesis.core.identity.python import program_id, renamed_hash, structure_hash
from synthesis.core.languages import ir_structure_hash
from synthesis.core.sandbox.confinement import Protection
from synthesis.dataset.storage.rows import packed_metadata, unpacked_metadata
from synthesis.frontends.registry import get_frontend
from synthesis.making.runs.reverification import verify_folder

Edit = Callable[[dict[str, Any]], None]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("verified")
    run_pipeline(
        6, out / "warp", frontend="warp", seed=6, category=["math", "vector", "struct", "stencil"], format="json"
    )
    run_pipeline(4, out / "jax", frontend="jax", seed=4, category=["math", "linalg"], format="json")
    return out


class NothingToEditError(Exception):
    """A text without what an edit looks for."""


def edited_somewhere(source: Path, target: Path, edit: Edit, *, elsewhere: bool) -> str:
    """As ``edited``, of the first pair that has what the edit looks for."""
    for number in range(len(list(source.glob("*.json")))):
        with contextlib.suppress(NothingToEditError):
            return edited(source, target / str(number), number, edit, elsewhere=elsewhere)
    raise AssertionError("no pair has what the edit looks for")


def edited(source: Path, target: Path, number: int, edit: Edit, *, elsewhere: bool = True) -> str:
    """A copy of a folder with one pair edited and all its hashes made again; the name of the pair's file.

    ``elsewhere``: whether the pair says that other tools made it, so that execution alone decides.
    """
    target.mkdir(parents=True)
    name = ""
    for position, path in enumerate(sorted(source.glob("*.json"))):
        document = json.loads(path.read_text())
        if position == number:
            name = path.stem
            metadata = document["metadata"] = unpacked_metadata(document["metadata"])
            edit(document)
            text = document["python_source"]
            levels = get_frontend(metadata["frontend"]).choose_levels(None, metadata["device"])
            first = next(level for level in levels if document.get(level.name))
            metadata |= {
                "renamed_hash": renamed_hash(text),
                "structure_hash": structure_hash(text),
                "ir_structure_hash": ir_structure_hash(document[first.name], first.language),
                "id": program_id(metadata["frontend"], text, metadata["signature"], metadata["options"]),
            }
            metadata["toolchain"] = {"some-tool": "1.0"} if elsewhere else metadata["toolchain"]
            document["metadata"] = packed_metadata(metadata)
        (target / path.name).write_text(json.dumps(document))
    return name


def replaced(level: str, pattern: str, replacement: str) -> Edit:
    def edit(document: dict[str, Any]) -> None:
        changed, count = re.subn(pattern, replacement, document[level], count=1)
        if not count:
            raise NothingToEditError
        document[level] = changed

    return edit


@pytest.mark.parametrize("frontend", ["warp", "jax"])
def test_a_finished_data_set_passes(frontend: str, folder: Path) -> None:
    found = verify_folder(folder / frontend)
    assert not found.failures
    assert found.rows == len(list((folder / frontend).glob("*.json")))
    assert found.texts >= 2 * found.rows
    assert run(["verify", str(folder / frontend), "--json"]) == 0


@pytest.mark.parametrize(
    ("frontend", "edit", "level"),
    [
        ("warp", replaced("cpp_forward", r"= (-?\d+\.\d+);", "= 7.25;"), "cpp_forward"),
        ("warp", replaced("cuda_forward", r"(?<=\n)\s*var_\w+ = wp::(add|mul|sub)\(.*\n", "\n"), "cuda_forward"),
        ("warp", replaced("cpp_backward", r"(?<=\n)\s*wp::adj_(mul|sub|add)\(.*\n", "\n"), "cpp_backward"),
        ("warp", replaced("cuda_backward", r"wp::adj_(\w+)\((\w+),", r"wp::adj_\1(2.0f * \2,"), "cuda_backward"),
        ("jax", replaced("stablehlo", r"stablehlo\.(add|multiply|subtract)", "stablehlo.maximum"), "stablehlo"),
        ("jax", replaced("jaxpr", r" = (add|mul|sub|sin|cos|div|tanh|neg) ", " = max "), "jaxpr"),
        ("warp", replaced("cpp_forward", r"\bfor\b|\bvar_0 =", "no such name; var_0 ="), "cpp_forward"),
    ],
)
def test_a_changed_text_fails_though_its_hashes_are_right(
    frontend: str, edit: Edit, level: str, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = edited_somewhere(folder / frontend, tmp_path, edit, elsewhere=True)
    (changed,) = [each for each in tmp_path.iterdir() if list(each.glob(f"{name}.json"))][-1:]
    assert run(["verify", str(changed)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if line.startswith(f"{name}, {level}: ")], lines
    found = verify_folder(changed)
    with_forward = {level, level.replace("forward", "backward")}  # a derivative is refused with its forward text
    failed = {each.level for each in found.failures}
    assert {each.file for each in found.failures} == {name}
    assert {level} <= failed <= with_forward
    assert found.failing_rows == 1


def spaced(document: dict[str, Any]) -> None:
    for level, text in document.items():
        if level in ("cpp_forward", "cpp_backward"):  # CUDA's frame has to be Warp's to the letter
            document[level] = "\n\n" + text.replace("    ", "\t ").replace("(", "( ").replace(";\n", " ;\n\n")
        if level in ("jaxpr", "stablehlo"):
            document[level] = text.replace("\n", "\n  ").rstrip() + "\n\n"


@pytest.mark.parametrize("frontend", ["warp", "jax"])
def test_white_space_does_no_harm(frontend: str, folder: Path, tmp_path: Path) -> None:
    for number in (0, 1):
        edited(folder / frontend, tmp_path / str(number), number, spaced)
        assert not verify_folder(tmp_path / str(number)).failures


def test_another_source_fails(folder: Path, tmp_path: Path) -> None:
    numbers: list[int] = []

    def edit(document: dict[str, Any]) -> None:
        numbers.append(document["metadata"]["index"])
        changed = re.sub(r"(?<=\n    )return (.*)", r"return 2 * (\1)", document["python_source"])
        assert changed != document["python_source"]
        document["python_source"] = changed

    name = edited(folder / "jax", tmp_path / "edited", 0, edit)
    failures = verify_folder(tmp_path / "edited").failures
    assert {(each.file, each.symptom) for each in failures} == {(name, "wrong_result"), (name, "other_metadata")}
    assert [each.detail for each in failures if not each.level] == [
        f"index: drawn again, kernel {numbers[0]} of seed 4 has another source"
    ]


def test_a_claim_that_cannot_be_kept_fails(folder: Path, tmp_path: Path) -> None:
    def without_domains(document: dict[str, Any]) -> None:
        for argument in document["metadata"]["signature"]["arguments"]:
            argument["domain"] = None

    name = edited(folder / "jax", tmp_path / "edited", 0, without_domains)
    failures = verify_folder(tmp_path / "edited").failures
    assert {(each.file, each.level) for each in failures} == {(name, "jaxpr"), (name, "stablehlo"), (name, "")}
    assert all("says that it is verified, but the domain of" in each.detail for each in failures if each.level)


def test_no_words_of_the_row_help_a_wrong_text(folder: Path, tmp_path: Path) -> None:
    def edit(document: dict[str, Any]) -> None:
        replaced("stablehlo", r"stablehlo\.(add|multiply|subtract)", "stablehlo.maximum")(document)
        document["metadata"] |= {"verified": [], "gradient": "not_checked", "unverified": {"stablehlo": "trust me"}}

    edited(folder / "jax", tmp_path / "edited", 0, edit)
    assert [each.level for each in verify_folder(tmp_path / "edited").failures] == ["stablehlo"]


def test_no_folder_is_a_usage_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", str(tmp_path / "none")]) == 2
    assert "no such folder" in capsys.readouterr().err


def last_line_spaced(level: str) -> Edit:
    def edit(document: dict[str, Any]) -> None:
        if not document.get(level):
            raise NothingToEditError
        document[level] = document[level].rstrip("\n") + " \n"

    return edit


@pytest.mark.parametrize(("frontend", "level"), [("warp", "cuda_backward"), ("jax", "jaxpr")])
def test_a_byte_more_than_the_source_gives_fails(frontend: str, level: str, folder: Path, tmp_path: Path) -> None:
    name = edited_somewhere(folder / frontend, tmp_path, last_line_spaced(level), elsewhere=False)
    (changed,) = [each for each in tmp_path.iterdir() if list(each.glob(f"{name}.json"))][-1:]
    (failure,) = [each for each in verify_folder(changed).failures if each.level]
    assert (failure.file, failure.level, failure.symptom) == (name, level, "other_bytes")
    assert "where the source gives" in failure.detail


@pytest.mark.parametrize(
    ("column", "value"),
    [("category", "simulation"), ("ops", ["sin"]), ("difficulty", 5), ("line_map", {}), ("recipe", "x"),
     ("renamed_hash", "0"), ("structure_hash", "0"), ("ir_structure_hash", "0"), ("id", "0"), ("kernel_name", "other")],
)  # fmt: skip
def test_what_a_row_says_is_computed_again(column: str, value: Any, folder: Path, tmp_path: Path) -> None:
    path = sorted((folder / "jax").glob("*.json"))[0]
    document = json.loads(path.read_text())
    metadata = unpacked_metadata(document["metadata"]) | {column: value}
    (tmp_path / path.name).write_text(json.dumps({**document, "metadata": packed_metadata(metadata)}))
    found = verify_folder(tmp_path)
    assert found.failing_rows == 1
    assert any(column in each.detail or each.symptom == "no_kernel" for each in found.failures), found.failures


def test_texts_of_other_tools_that_cannot_run_here_are_counted_apart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_pipeline(
        1, tmp_path, frontend="jax", seed=1, level=["jaxpr", "stablehlo"], device="cuda", category="nn", format="json"
    )
    (path,) = tmp_path.glob("*.json")
    assert run(["verify", str(tmp_path)]) == 0
    document = json.loads(path.read_text())
    document["stablehlo_unknown"] = document["stablehlo"]
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / path.name).write_text(json.dumps(document))
    assert run(["verify", str(tmp_path / "other")]) == 1
    assert "no level 'stablehlo_unknown'" in capsys.readouterr().out


def test_missing_and_altered_rows_of_a_run_are_noticed_and_made_again(folder: Path, tmp_path: Path) -> None:
    run_pipeline(4, tmp_path, frontend="jax", seed=4, category=["math", "linalg"], format="json")
    first, second, *others = sorted(tmp_path.glob("*.json"))
    before = {path: path.read_bytes() for path in (first, second, *others)}
    first.unlink()
    second.write_text(second.read_text().replace("jnp", "np"))
    found = verify_folder(tmp_path)
    assert {each.file for each in found.failures} == {first.stem, second.stem}
    assert {(first.stem, "missing"), (second.stem, "altered")} <= {(each.file, each.symptom) for each in found.failures}
    run_pipeline(4, tmp_path, frontend="jax", seed=4, category=["math", "linalg"], format="json")
    assert {path: path.read_bytes() for path in before} == before
    assert verify_folder(tmp_path).status == 0


def test_files_that_are_no_rows_cost_themselves(folder: Path, tmp_path: Path) -> None:
    rows = list((folder / "jax").glob("*.json"))
    for each in rows:
        (tmp_path / each.name).write_bytes(each.read_bytes())
    path = rows[0]
    (tmp_path / "100_deep.json").write_text("[" * 100_000)
    (tmp_path / "101_truncated.json").write_bytes(path.read_bytes()[:400])
    (tmp_path / "102_binary.json").write_bytes(bytes(range(256)))
    (tmp_path / "103_empty.json").write_text("")
    (tmp_path / "104_list.json").write_text("[1, 2]")
    (tmp_path / "105_folder.json").mkdir()
    os.mkfifo(tmp_path / "106_pipe.json")
    (tmp_path / "107_zero.json").symlink_to("/dev/zero")
    (tmp_path / "108_gone.json").symlink_to(tmp_path / "nowhere")
    (tmp_path / "109_strange.json").write_text(json.dumps({**json.loads(path.read_text()), "jaxpr": 3}))
    found = verify_folder(tmp_path)
    assert found.rows == len(rows) + 10
    assert found.failing_rows == 10
    assert {each.symptom for each in found.failures} == {"unreadable"}


def test_another_seed_runs_on_other_inputs_and_says_so(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", str(folder / "jax"), "--seed", "77"]) == 0
    assert "inputs of seed 77; sandbox: limits" in capsys.readouterr().out
    assert run(["verify", str(folder / "jax"), "--sandbox", "sometimes"]) == 2
    assert "sandbox must be one of require, auto, off, got 'sometimes'" in capsys.readouterr().err


def test_a_proof_that_was_not_made_is_no_claim(folder: Path, tmp_path: Path) -> None:
    path = sorted((folder / "jax").glob("*.json"))[0]
    document = json.loads(path.read_text())
    metadata = unpacked_metadata(document["metadata"]) | {"gradient": "agrees"}
    (tmp_path / path.name).write_text(json.dumps({**document, "metadata": packed_metadata(metadata)}))
    (failure,) = verify_folder(tmp_path).failures
    assert failure.detail.endswith("gradient: it is said to agree, but no text of a derivative is verified")


@pytest.mark.parametrize(
    ("frontend", "line"),
    [("jax", "jnp.sin = jnp.cos"), ("jax", "open('canary', 'w')"), ("warp", "wp.config.mode = 'debug'")],
)
def test_a_source_that_does_more_than_define_a_kernel_proves_nothing(
    frontend: str, line: str, folder: Path, tmp_path: Path
) -> None:
    def edit(document: dict[str, Any]) -> None:
        document["python_source"] += f"\n{line}\n"
        document["metadata"] |= {"index": None, "seed": None, "config": ""}

    name = edited(folder / frontend, tmp_path / "edited", 0, edit, elsewhere=False)
    found = verify_folder(tmp_path / "edited")
    assert {each.file for each in found.failures} == {name}
    told = [each for each in found.failures if each.symptom == "not_verified"]
    assert told
    assert all("does more than define a kernel: line" in each.detail for each in told)

    def honest(document: dict[str, Any]) -> None:
        edit(document)
        document["metadata"] |= {"verified": [], "gradient": "not_checked", "reached": 0.0}

    edited(folder / frontend, tmp_path / "honest", 0, honest, elsewhere=False)
    found = verify_folder(tmp_path / "honest")
    assert (found.failures, found.unproved > 0, found.status) == ([], True, 3)


@pytest.mark.needs("warp")
def test_what_a_program_makes_is_not_proved_without_the_right_to_start_one(tmp_path: Path) -> None:
    from synthesis.frontends.warp.binaries import find_nvdisasm

    if find_nvdisasm() is None:
        pytest.skip("nvdisasm is not installed")
    run_pipeline(1, tmp_path, frontend="warp", level=["cuda_forward", "ptx", "cubin_sass"], format="json")
    found = verify_folder(tmp_path)
    if Protection.SECCOMP in (found.protections or ()):
        assert (found.failures, found.remade, found.unproved, found.status) == ([], 1, 1, 3)
    found = verify_folder(tmp_path, sandbox="off")
    assert (found.failures, found.remade, found.unproved, found.status) == ([], 2, 0, 0)
    (path,) = tmp_path.glob("*.json")
    path.write_text(path.read_text().replace("IMAD", "IMUL", 1))
    found = verify_folder(tmp_path, sandbox="off")
    assert {(each.level, each.symptom) for each in found.failures} >= {("cubin_sass", "other_bytes")}
