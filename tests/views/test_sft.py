"""Prompts say what decides the answer, and completions are the stored texts."""

import os
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from synthesis import ConfigError, view_records
from synthesis.core.run_settings import Extraction, Running
from synthesis.core.signatures import Argument
from synthesis.core.stores.places import store_of
from synthesis.dataset.storage.documents import Document
from synthesis.dataset.storage.reading import read_folder
from synthesis.making.runs.extraction import extract_to_folder
from synthesis.views.directions import Direction, directions_of
from synthesis.views.exporting import records_of
from synthesis.views.facts import facts_of
from synthesis.views.keeping import Keeping
from synthesis.views.selection import Selection
from synthesis.views.settings import Export
from synthesis.views.sft import sources_of
from synthesis.views.words import PYTHON, Words, fence

SAMPLES = Path(__file__).parents[2] / "data" / "samples"


def questions(document: Document) -> Iterator[tuple[Direction, str, str]]:
    """Each direction of a row with what its prompt is made of, whatever the wording, and its answer."""
    words, selection = Words(document), Selection(unverified=True)
    for direction in directions_of(document.frontend):
        if all(document.texts.get(name) is not None for name in direction.levels):
            given = [words.fenced(name) for name in sources_of(document, direction, selection)]
            yield (
                direction,
                "\n".join([facts_of(document, document.spec.signature, direction.about), *given]),
                words.text(direction.target),
            )


@pytest.fixture(scope="module")
def documents(request: pytest.FixtureRequest) -> list[Document]:
    """All samples, and some hundred drawn rows."""
    folders = [SAMPLES / "warp", SAMPLES / "jax"]
    folders += [request.getfixturevalue(name) for name in ("warp_rows", "jax_rows")]
    return [document for folder in folders for document in read_folder(folder)]


def test_facts_have_the_constants_and_the_grid_of_a_triton_kernel() -> None:
    row = next(iter(read_folder(SAMPLES / "triton")))
    call = {"constants": {"BLOCK": 64, "ACT": "relu", "OUT": {"dtype": "bf16"}, "SIZES": [4], "bias_ptr": None}}
    facts = facts_of(row, replace(row.spec.signature, call=call, launch=(3, 2)), ()).splitlines()
    assert "Grid: [3, 2], a program for each" in facts
    assert "Constants: BLOCK=64, ACT='relu', OUT=bf16, SIZES=(4,), bias_ptr=None" in facts
    assert "Constants: none" in facts_of(row, replace(row.spec.signature, call={"constants": {}}), ()).splitlines()


@pytest.mark.needs("warp", "jax")
def test_equal_questions_have_equal_answers(documents: list[Document]) -> None:
    assert len(documents) > 540
    answers: dict[tuple[str, str], set[str]] = defaultdict(set)
    for document in documents:
        for direction, question, answer in questions(document):
            answers[direction.name, question].add(answer)
    assert len(answers) > 4000
    assert [key for key, found in answers.items() if len(found) > 1] == []


@pytest.mark.needs("jax")
def test_what_changes_a_text_changes_the_question(tmp_path: Path) -> None:
    """The same source, called otherwise, lowers to other texts: each prompt is one of its own."""
    (tmp_path / "scaled.py").write_text(
        "import jax.numpy as jnp\n\n\ndef scaled(x, y, n=2, mode='edge'):\n"
        "    return jnp.pad(x * y ** n, 1, mode=mode).sum()\n"
    )
    calls = [
        'x = "f32[4]"\ny = "f32[4]"',
        'x = "f32[5]"\ny = "f32[5]"',
        'x = "f16[4]"\ny = "f16[4]"',
        'x = "f32[4]"\ny = "f32[1]"',
        'x = "f32[4]"\ny = "f32[4]"\nn = 3',
        'x = "f32[4]"\ny = "f32[4]"\nmode = "\'wrap\'"',
    ]
    found: dict[str, str] = {}
    for number, call in enumerate(calls):
        (tmp_path / "inputs.toml").write_text(f"[scaled]\n{call}\n")
        out = tmp_path / str(number)
        settings = Extraction(inputs=tmp_path / "inputs.toml", verify="none", level=("jaxpr", "stablehlo"))
        extract_to_folder(str(tmp_path / "scaled.py"), out, settings, Running(progress="none", workers=1))
        (document,) = read_folder(out)
        found |= {f"{direction.name} {question}": answer for direction, question, answer in questions(document)}
    compiled = [answer for key, answer in found.items() if key.startswith("python-to-jaxpr ")]
    assert len(compiled) == len(set(compiled)) == len(calls)


def flat(arguments: tuple[Argument, ...]) -> Iterator[Argument]:
    for each in arguments:
        yield each
        yield from flat(each.fields)


@pytest.mark.needs("warp", "jax")
def test_every_argument_is_in_the_prompt_with_its_dtype_and_shape(documents: list[Document]) -> None:
    for document in documents:
        signature = document.spec.signature
        for direction, question, _ in questions(document):
            for each in (*flat(signature.arguments), *signature.results):
                # two structs may have fields of one name, each on a line of its own
                lines = re.findall(rf"^ *- {re.escape(each.name)}: (.*)$", question, re.MULTILINE)
                shape = "a plain value" if each.shape is None else f"shape {list(each.shape)}".replace("None", "?")
                assert any(each.dtype in line and shape in line for line in lines), (
                    document.stem,
                    direction.name,
                    each.name,
                )


@pytest.mark.needs("warp", "jax")
def test_the_launch_options_and_versions_are_in_the_prompt(documents: list[Document]) -> None:
    for document in documents[::5]:
        metadata, launch = document.metadata, document.spec.signature.launch
        for _, question, _ in questions(document):
            assert all(f"{name}=" in question for name in metadata["options"])
            assert all(f"{name} {version}" in question for name, version in metadata["toolchain"].items())
            assert launch is None or f"Launch: dim {list(launch)}".replace("None", "?") in question
            assert f"Made for: {document.device}" in question


@pytest.mark.parametrize("frontend", ["warp", "jax"])
def test_a_completion_is_the_stored_text(frontend: str) -> None:
    stored = {each.metadata["id"]: each for each in read_folder(SAMPLES / frontend)}
    levels = set[str]()
    for record in view_records(SAMPLES / frontend):
        document, target = stored[record["id"]], record["direction"].rpartition("-to-")[2]
        levels.add(target)
        (message,) = record["completion"]
        assert message == {"role": "assistant", "content": Words(document).text(target)}
        given = record["direction"].rpartition("-to-")[0]
        assert Words(document).text(given) in record["prompt"][-1]["content"]
    first = "cpp_forward" if frontend == "warp" else "jaxpr"
    assert levels >= {PYTHON, first}


@pytest.mark.parametrize("frontend", ["warp", "jax"])
def test_a_level_that_is_not_verified_is_left_out_and_counted(frontend: str) -> None:
    verified = {each.metadata["id"]: each.metadata["verified"] for each in read_folder(SAMPLES / frontend)}
    for unverified in (False, True):
        selection = Selection(unverified)
        settings = Export(unverified=unverified)
        _, rows = records_of(settings, store_of(SAMPLES / frontend), selection, Keeping(None))
        records = [record for _, found in rows for record in found]
        claims = [record["level"] in verified[record["id"]] for record in records]
        assert all(claims) or unverified
        assert selection.left_out["not verified"] == 0 or not unverified
    if frontend == "warp":
        assert not all(claims)  # kernels of the category native


def test_wordings_are_varied_and_the_same_each_time() -> None:
    for task in ("python-to-jaxpr", "jaxpr-to-stablehlo", "stablehlo-to-python"):
        firsts = [
            record["prompt"][0]["content"].splitlines()[0][:20]
            for record in view_records(SAMPLES / "jax", direction=task)
        ]
        assert len(set(firsts)) >= 3
        assert max(firsts.count(each) for each in set(firsts)) < 0.6 * len(firsts)


@pytest.mark.needs("jax")
def test_files_are_the_same_bytes_from_any_process(tmp_path: Path) -> None:
    found: list[dict[str, bytes]] = []
    for number in range(2):
        out = tmp_path / str(number)
        command = ["export", str(SAMPLES / "jax"), "--out", str(out), "--progress", "none"]
        subprocess.run(
            [sys.executable, "-m", "synthesis", *command],
            env={**os.environ, "PYTHONHASHSEED": str(number)}, check=True, capture_output=True,
        )  # fmt: skip
        found.append({path.name: path.read_bytes() for path in out.glob("*.*")})
    assert found[0] == found[1]
    assert set(found[0]) == {"train-00000-of-00001.parquet", "README.md"}


@pytest.mark.needs("jax")
def test_a_derivative_whose_rules_only_the_python_has_is_asked_for_with_the_python(tmp_path: Path) -> None:
    (tmp_path / "ruled.py").write_text(
        "import jax\nimport jax.numpy as jnp\n\n\n@jax.custom_jvp\ndef soft(x):\n    return jnp.log1p(jnp.exp(x))\n\n\n"
        "@soft.defjvp\ndef soft_jvp(primals, tangents):\n    return soft(*primals), 2.0 * tangents[0]\n\n\n"
        "def plain(x):\n    return x * 2.0\n\n\ndef ruled(x):\n    return soft(x) * 2.0\n"
    )
    settings = Extraction(arg=("f32[4]",), verify="none", level=("jaxpr", "jvp_jaxpr"))
    extract_to_folder(str(tmp_path / "ruled.py"), tmp_path / "out", settings, Running(progress="none", workers=1))
    records = view_records(tmp_path / "out", direction="jaxpr-to-jvp_jaxpr", unverified=True)
    prompts = {record["kernel_name"]: record["prompt"][0]["content"] for record in records}
    assert "defjvp" in prompts["ruled"]
    assert "```python" not in prompts["plain"]


@pytest.mark.needs("jax")
def test_hlo_is_asked_for_with_what_its_names_come_from(jax_rows: Path) -> None:
    for record in view_records(jax_rows, direction="stablehlo-to-hlo", unverified=True):
        prompt = record["prompt"][0]["content"]
        assert "```mlir" in prompt
        assert "```jaxpr" in prompt
        assert "```python" in prompt


def words_in(text: str) -> set[str]:
    """The words and fractions of a text; of Warp's variables and adjoints their names in the source."""
    return {re.sub("^(?:adj|var)_", "", each) for each in re.findall(r"[A-Za-z_]+|\d+\.\d+", text)}


RARE = {"wp_contiguous_args", "wp_contiguous_adj_args", "strides", "sizeof", "if", "const", "return"}
"""What Warp writes around kernels of a certain form, of which few are drawn; the form shows in what is given."""


@pytest.mark.needs("warp")
def test_between_warps_texts_every_word_of_an_answer_is_in_the_question_or_the_tools_own(
    documents: list[Document],
) -> None:
    """Words that some kernels' answers have and their questions lack are those that most answers have."""
    rare = defaultdict[tuple[str, str], set[str]](set)
    asked = defaultdict[str, int](int)
    for document in documents:
        for direction, question, answer in questions(document) if document.frontend == "warp" else ():
            if direction.task in ("port", "derive"):
                asked[direction.name] += 1
                for each in words_in(answer.replace(document.name, "")) - words_in(question):
                    rare[direction.name, each].add(document.metadata["id"])
    assert len(asked) == 6
    assert min(asked.values()) > 150
    assert [key for key, ids in rare.items() if len(ids) < 4 and key[1] not in RARE] == []


def test_a_system_message_comes_first() -> None:
    record = next(view_records(SAMPLES / "jax", system="You are a compiler."))
    assert [each["role"] for each in record["prompt"]] == ["system", "user"]
    assert record["prompt"][0]["content"] == "You are a compiler."


def test_a_text_with_backticks_stays_in_its_fence() -> None:
    assert fence("a ```` b", "python") == "`````python\na ```` b\n`````"


WORDING = '[[prompt]]\ntext = "{{ {name} }} {facts} {code}"\n'


def test_wordings_of_a_file_take_the_place_of_the_built_in_ones(tmp_path: Path) -> None:
    path = tmp_path / "wordings.toml"
    path.write_text(WORDING)
    for record in view_records(SAMPLES / "jax", templates=path):
        assert record["prompt"][0]["content"].startswith(f"{{ {record['kernel_name']} }}")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[[prompt]]\ntext = "{code}"', "lacks {facts}"),
        ('[[prompt]]\ntext = "{facts} {code} {answer}"', "unknown placeholder: {answer}"),
        ('[[prompt]]\ntext = "{facts} {code} {name.x}"', "unknown placeholder"),
        ('[[prompt]]\ntext = "{facts} {code} {"', "a brace that belongs to the text must be doubled"),
        ('[[prompt]]\ntask = "guess"\ntext = "{facts} {code}"', "no such task: 'guess'"),
        ('[[prompt]]\ntask = "repair"\ntext = "{facts} {code}"', "lacks {symptom}"),
        ('[[prompt]]\nwords = "{facts} {code}"', "it needs a text"),
        ('[[prompt]]\ntext = "{facts} {code}"\nfor = 3', "no such key: for"),
        ('[[prompt]]\ntext = "{facts} {code}"\ntask = "port"', "no wording for the task compile"),
        ("prompt = 3", "[[prompt]] tables"),
        ("[[", "cannot read"),
    ],
)
def test_a_file_of_wordings_that_cannot_be_used_is_refused(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "wordings.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=re.escape(words)):
        list(view_records(SAMPLES / "jax", templates=path, **({"view": "repair"} if "repair" in text else {})))


def test_directions_are_chosen_by_name_or_pattern() -> None:
    def found(**settings: Any) -> set[str]:
        return {record["direction"] for record in view_records(SAMPLES / "warp", **settings)}

    assert found(direction="python-to-cuda_forward") == {"python-to-cuda_forward"}
    assert found(direction=["python-to-cuda_*", "cpp_forward-to-python"]) == {
        "python-to-cuda_forward", "python-to-cuda_backward", "cpp_forward-to-python",
    }  # fmt: skip
    assert found() == {
        f"{given}-to-{asked}"
        for given, asked in (
            *((PYTHON, each) for each in ("cpp_forward", "cpp_backward", "cuda_forward", "cuda_backward")),
            *((each, PYTHON) for each in ("cpp_forward", "cpp_backward", "cuda_forward", "cuda_backward")),
            *((f"{kind}_forward", f"{kind}_backward") for kind in ("cpp", "cuda")),
        )
    }
    ports = ("cpp_forward-to-cuda_forward", "cuda_backward-to-cpp_backward")  # of most lines the same: by name only
    assert found(direction=ports) == set(ports)
