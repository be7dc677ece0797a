"""``irsmith verify`` decides by execution, on edited data sets too."""

import contextlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from synthesis import run_pipeline
from synthesis.cli import run
from synthesis.identity.python import program_id, renamed_hash, structure_hash
from synthesis.languages import ir_structure_hash
from synthesis.output.rows import packed_metadata, unpacked_metadata
from synthesis.registry import get_frontend
from synthesis.reverification import verify_folder

Edit = Callable[[dict[str, Any]], None]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("verified")
    run_pipeline(6, out / "warp", frontend="warp", seed=6, category=["math", "vector", "struct", "stencil"])
    run_pipeline(4, out / "jax", frontend="jax", seed=4, category=["math", "linalg"])
    return out


class NothingToEditError(Exception):
    """A text without what an edit looks for."""


def edited_somewhere(source: Path, target: Path, edit: Edit) -> str:
    """As ``edited``, of the first pair that has what the edit looks for."""
    for number in range(len(list(source.glob("*.json")))):
        with contextlib.suppress(NothingToEditError):
            return edited(source, target / str(number), number, edit)
    raise AssertionError("no pair has what the edit looks for")


def edited(source: Path, target: Path, number: int, edit: Edit) -> str:
    """A copy of a folder with one pair edited and all its hashes made again; the name of the pair's file."""
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
    name = edited_somewhere(folder / frontend, tmp_path, edit)
    (changed,) = [each for each in tmp_path.iterdir() if list(each.glob(f"{name}.json"))][-1:]
    assert run(["verify", str(changed)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if line.startswith(f"{name}, {level}: ")], lines
    found = verify_folder(changed)
    assert {(each.file, each.level) for each in found.failures} == {(name, level)}
    assert found.failing_rows == 1


def spaced(document: dict[str, Any]) -> None:
    for level, text in document.items():
        if level in ("cpp_forward", "cpp_backward", "cuda_forward", "cuda_backward"):
            document[level] = "\n\n" + text.replace("    ", "\t ").replace("(", "( ").replace(";\n", " ;\n\n")
        if level in ("jaxpr", "stablehlo"):
            document[level] = text.replace("\n", "\n  ").rstrip() + "\n\n"


@pytest.mark.parametrize("frontend", ["warp", "jax"])
def test_white_space_does_no_harm(frontend: str, folder: Path, tmp_path: Path) -> None:
    for number in (0, 1):
        edited(folder / frontend, tmp_path / str(number), number, spaced)
        assert not verify_folder(tmp_path / str(number)).failures


def test_another_source_fails(folder: Path, tmp_path: Path) -> None:
    def edit(document: dict[str, Any]) -> None:
        changed = re.sub(r"(?<=\n    )return (.*)", r"return 2 * (\1)", document["python_source"])
        assert changed != document["python_source"]
        document["python_source"] = changed

    name = edited(folder / "jax", tmp_path / "edited", 0, edit)
    assert {(each.file, each.symptom) for each in verify_folder(tmp_path / "edited").failures} == {
        (name, "wrong_result")
    }


def test_a_claim_that_cannot_be_kept_fails(folder: Path, tmp_path: Path) -> None:
    def without_domains(document: dict[str, Any]) -> None:
        for argument in document["metadata"]["signature"]["arguments"]:
            argument["domain"] = None

    name = edited(folder / "jax", tmp_path / "edited", 0, without_domains)
    failures = verify_folder(tmp_path / "edited").failures
    assert {(each.file, each.level) for each in failures} == {(name, "jaxpr"), (name, "stablehlo")}
    assert all("says that it is verified, but the domain of" in each.detail for each in failures)


def test_no_words_of_the_row_help_a_wrong_text(folder: Path, tmp_path: Path) -> None:
    def edit(document: dict[str, Any]) -> None:
        replaced("stablehlo", r"stablehlo\.(add|multiply|subtract)", "stablehlo.maximum")(document)
        document["metadata"] |= {"verified": [], "gradient": "not_checked", "unverified": {"stablehlo": "trust me"}}

    edited(folder / "jax", tmp_path / "edited", 0, edit)
    assert [each.level for each in verify_folder(tmp_path / "edited").failures] == ["stablehlo"]


def test_no_folder_is_a_usage_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", str(tmp_path / "none")]) == 2
    assert "no such folder" in capsys.readouterr().err
