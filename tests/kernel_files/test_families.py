"""Kernel files: how they are read, what is drawn from them, and what a run keeps of them."""

import json
import shutil
from pathlib import Path

import pytest

from synthesis import BatchGenerator, KernelGenerator, get_frontend
from synthesis.cli import run
from synthesis.core.errors import ConfigError, OutputError, UnknownNameError
from synthesis.core.identity.python import renamed_hash
from synthesis.dataset.storage.reading import read_folder
from synthesis.drawing.kernel_files import KernelFileError, KernelFolder, read_family
from synthesis.drawing.kernel_files.expressions import size_of
from synthesis.drawing.streams import Stream
from synthesis.generator import draw
from synthesis.workbench.kernel_checking import check_kernel, new_kernel

FAMILIES = Path(__file__).parent / "families"
START = '"""Doubles."""\n#: frontend: FRONTEND\n#: category: simple\n'
WARP = START.replace("FRONTEND", "warp") + (
    "n = size(8, 16)\n\n\ndef kernel(\n    i: Thread[n],\n    x: Array[float, n],  #: -1..1\n"
    "    y: Array[float, n],  #: output\n):\n    y[i] = 2.0 * x[i]\n"
)
JAX = START.replace("FRONTEND", "jax") + (
    "n = size(8, 16)\n\n\ndef kernel(\n    x: Array[float, n],  #: -1..1\n) -> Array[float, n]:\n    return 2.0 * x\n"
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "one").mkdir()
    return tmp_path / "one" / "doubled.py"


@pytest.mark.needs("warp", "jax")
@pytest.mark.parametrize("frontend", ["warp", "jax"])
def test_every_alternative_of_a_family_is_drawn_and_verified(frontend: str) -> None:
    (path,) = (FAMILIES / frontend).glob("*.py")
    found = check_kernel(path, count=24)
    assert found.rows == found.verified == 24, found
    assert not found.findings
    assert found.different > 15
    assert found.is_good


@pytest.mark.parametrize("frontend", ["warp", "jax"])
def test_a_kernel_depends_on_the_files_seed_and_index_alone(frontend: str, tmp_path: Path) -> None:
    shutil.copytree(FAMILIES, tmp_path / "elsewhere")
    here = KernelGenerator(frontend, seed=3, kernels=str(FAMILIES))
    there = KernelGenerator(frontend, seed=3, kernels=str(tmp_path / "elsewhere"))
    sources = [here.spec(index).source for index in range(20)]
    assert sources == [there.spec(index).source for index in range(20)]
    assert len({renamed_hash(source) for source in sources}) > 12
    (path,) = (tmp_path / "elsewhere" / frontend).glob("*.py")
    path.write_text(path.read_text().replace("0.5..2", "0.5..3"))
    other = KernelGenerator(frontend, seed=3, kernels=str(tmp_path / "elsewhere"))
    assert other.config != here.config
    assert here.config != KernelGenerator(frontend, seed=3).config


@pytest.mark.parametrize(("text", "frontend"), [(WARP, "warp"), (JAX, "jax")])
def test_a_run_keeps_the_files_that_it_draws_from(text: str, frontend: str, file: Path, tmp_path: Path) -> None:
    file.write_text(text)
    out, again = tmp_path / "out", tmp_path / "again"
    batch = BatchGenerator(frontend, kernels=str(file.parent), chunk_size=2)
    assert batch.run(5, out, workers=1).rows >= 1
    shutil.rmtree(file.parent)
    assert run(["verify", str(out)]) == 0
    assert run(["generate", "--config", str(out / "_irsmith" / "run.json"), "--out", str(again)]) == 0
    kept = [path for path in (out / frontend).rglob("*") if path.is_file()]
    assert kept
    assert all(path.read_bytes() == (again / path.relative_to(out)).read_bytes() for path in kept)


def test_other_files_are_another_run(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(JAX)
    given = ["generate", "--frontend", "jax", "--kernels", str(file.parent), "--count", "1", "--verify", "none"]
    given += ["--out", str(tmp_path / "out"), "--workers", "1"]
    assert run(given) == 0
    file.write_text(JAX.replace("2.0", "3.0"))
    capsys.readouterr()
    assert run(given) == 2
    said = capsys.readouterr().err
    assert "holds another run: kernels was" in said
    assert len(said) < 500


def test_a_packed_folder_is_read_as_the_folder_and_damage_is_seen(file: Path) -> None:
    file.write_text(JAX)
    folder = KernelFolder.of(str(file.parent))
    assert KernelFolder.of(folder.packed) == folder
    assert folder.name == str(file.parent)
    with pytest.raises(ConfigError, match="do not match their digest"):
        KernelFolder.of(folder.packed.replace("2.0", "4.0"))


BAD = {
    "no docstring": ('"""Doubles."""\n', "", 1, "begins with no docstring"),
    "no category": ("#: category: simple\n", "", 1, "the head '#: category: …' is missing"),
    "unknown head": ("#: category: simple", "#: kind: simple", 3, "unknown head 'kind'; allowed: frontend, category"),
    "head given twice": ("#: category: simple", "#: category: a\n#: category: b", 4, "'category' is given again"),
    "category": ("category: simple", "category: a b", 3, "'a b' is not a name"),
    "difficulty": ("#: category: simple", "#: category: simple\n#: difficulty: 6", 4, "allowed: numbers from 1 to 5"),
    "title": ("#: category: simple", "#: category: simple\n#: names: a-b", 4, "'a-b' is not a Python name"),
    "size": ("size(8, 16)", "size(0)", 4, "a size is one of several positive integers"),
    "no comment": ("  #: -1..1", "", 8, "x has no '#:' comment"),
    "no range": ("#: -1..1", "#: named x", 8, "x has no range of values"),
    "empty range": ("#: -1..1", "#: 1..-1", 8, "the range 1..-1 is empty"),
    "clause": ("#: -1..1", "#: -1..1, sometimes", 8, "cannot read 'sometimes'; allowed: LOW..HIGH"),
    "empty clause": ("#: -1..1", "#: -1..1, , named y", 8, "a clause is empty"),
    "endless range": ("#: -1..1", "#: -1..1e999", 8, "the range -1..1e999 is not finite"),
    "keyword": ("#: -1..1", "#: -1..1, named for", 8, "cannot read 'named for'"),
    "array of usual values": ("#: -1..1", "#: usually 1.0", 8, "are for single values; x is an array"),
    "start of nothing": (
        "x: Array[float, n],  #: -1..1",
        "x: int,  #: starts 4 2",
        8,
        "are for arrays; x is not an array",
    ),
    "blocks": ("#: -1..1", "#: -1..1, blocks 4 4", 8, "'blocks' has an expression for each dimension"),
    "blocks of nothing": ("x: Array[float, n],  #: -1..1", "x: float,  #: -1..1, blocks 4", 8, "'blocks' has an"),
    "unknown blocks": ("#: -1..1", "#: -1..1, blocks k", 8, "unknown size k in 'k'; sizes: n"),
    "unknown size": ("Array[float, n],  #: -1", "Array[float, m],  #: -1", 8, "unknown size m in 'm'; sizes: n"),
    "type": ("x: Array[float, n]", "x: Array[complex, n]", 8, "unknown type 'complex'; allowed: float"),
    "unused": ("2.0 * x", "2.0", 8, "no line of 'kernel' uses the argument x"),
    "no type": ("x: Array[float, n]", "x", 8, "x has no type"),
    "default": ("n],  #:", "n] = 1,  #:", 7, "takes plain parameters with a type"),
    "docstring": ("    return", "    'Doubles.'\n    return", 10, "'kernel' has no docstring"),
    "declared twice": ("n = size(8, 16)\n", "n = size(8, 16)\nn = size(4)\n", 5, "the size n is declared twice"),
    "undefined": ("2.0 *", "2.0 * z *", None, "nothing defines 'z'"),
    "not Python": ("2.0 *", "2.0 * *", None, "not Python"),
    "statement": ("n = size(8, 16)", "n = size(8, 16)\nk = 3", 5, "a statement that a kernel file cannot have"),
    "no kernel": ("def kernel", "def other", 1, "the file defines 'kernel' 0 times"),
    "directive": ("    return", "    #| often\n    return", None, "cannot read '#| often'"),
}


@pytest.mark.needs("jax")
@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_with_a_file_is_said_with_its_line(name: str, file: Path) -> None:
    old, new, line, message = BAD[name]
    text = JAX.replace(old, new, 1)
    assert text != JAX
    file.write_text(text)
    with pytest.raises(KernelFileError) as caught:
        KernelGenerator("jax", kernels=str(file.parent))
    place = f"{file}, line " if line is None else f"{file}, line {line}: "
    assert str(caught.value).startswith(place)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("frontend", "old", "new", "message"),
    [
        ("warp", "):", ") -> Array[float, n]:", "a Warp kernel returns nothing"),
        (
            "warp",
            WARP[WARP.index("    x:") : WARP.index(" * x[i]")],
            "    a: float,  #: option 1.0 2.0\n"
            + WARP[WARP.index("    x:") : WARP.index(" * x[i]")].replace("2.0", "a"),
            "'option' is for JAX",
        ),
        ("warp", "Thread[n]", "Thread[k]", "unknown size k"),
        ("jax", " -> Array[float, n]", "", "say what 'kernel' returns"),
        ("jax", "    x: Array", "    i: Thread[n],\n    x: Array", "a JAX function has no thread indices"),
        ("jax", "#: -1..1", "#: -1..1, blocks 4", "'blocks' is not for jax"),
        ("warp", "#: -1..1", "#: -1..1, blocks 4", "'blocks' is not for warp"),
        ("jax", "#: -1..1", "#: -1..1, inout", "'output', 'inout', 'starts' and 'distinct' are for Warp"),
    ],
)
def test_a_front_end_refuses_what_its_kernels_do_not_have(
    frontend: str, old: str, new: str, message: str, file: Path
) -> None:
    file.write_text((WARP if frontend == "warp" else JAX).replace(old, new, 1))
    with pytest.raises(KernelFileError, match=r"doubled\.py, line") as caught:
        KernelGenerator(frontend, kernels=str(file.parent))
    assert message in str(caught.value)


def test_a_folder_without_files_for_the_front_end_is_refused(file: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no file in .* ends in \.py"):
        KernelGenerator("jax", kernels=str(file.parent))
    with pytest.raises(ConfigError, match="is not a folder"):
        KernelGenerator("jax", kernels=str(tmp_path / "nowhere"))
    file.write_text(WARP)
    with pytest.raises(ConfigError, match="is for jax, only for warp"):
        KernelGenerator("jax", kernels=str(file.parent))
    (file.parent / "more").mkdir()
    (file.parent / "more" / file.name).write_text(WARP)
    with pytest.raises(KernelFileError, match="another file has the name doubled"):
        KernelGenerator("warp", kernels=str(file.parent))


def test_an_alternative_that_no_variant_has_is_found(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(JAX.replace("    return 2.0 * x", "    #| 0.001\n    x = x + 1.0\n    #| end\n    return 2.0 * x"))
    assert run(["kernel", "check", str(file), "--count", "4", "--json"]) == 1
    (finding,) = json.loads(capsys.readouterr().out)["findings"]
    assert finding == {"line": 10, "message": "alternative 1 of 2 is in no variant"}


def test_an_argument_without_an_effect_is_found(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = JAX.replace("2.0 * x", "jnp.minimum(x, limit)")
    file.write_text(text.replace("    x: Array", "    limit: float,  #: 50..90\n    x: Array"))
    assert run(["kernel", "check", str(file), "--count", "3"]) == 1
    said = capsys.readouterr().out
    assert "rows: 0 (0%)" in said
    assert "line 8: limit changes nothing in 3 variants" in said


@pytest.mark.parametrize("frontend", ["warp", "jax"])
def test_the_start_of_a_file_is_in_order(frontend: str, tmp_path: Path) -> None:
    path = new_kernel("blend", frontend, tmp_path / "mine")
    assert read_family(path).titles == ("blend",)
    assert check_kernel(path, count=12).is_good
    with pytest.raises(OutputError, match="already exists"):
        new_kernel("blend", frontend, tmp_path / "mine")


def test_a_start_needs_a_name_and_a_front_end(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="a Python name, got 'a-b'"):
        new_kernel("a-b", "jax", tmp_path)
    with pytest.raises(UnknownNameError, match="allowed: warp, jax, triton"):
        new_kernel("blend", "numba", tmp_path)


def test_more_of_what_is_optional_is_drawn_at_a_higher_difficulty(file: Path) -> None:
    body = "".join(f"    #| 0.4\n    x = x + {number}.0\n    #| end\n" for number in range(8))
    file.write_text(JAX.replace("    return", f"{body}    return").replace("simple\n", "simple\n#: difficulty: 2 5\n"))
    recipe_of = get_frontend("jax").drawer.recipe_of
    assert recipe_of is not None
    taken = dict[int, int]()
    for difficulty in (2, 5):
        parts = list[frozenset[int]]()
        recipe = recipe_of(read_family(file), parts.append)
        for number in range(20):
            draw(recipe, Stream("more", number, difficulty=difficulty), "doubled")
        taken[difficulty] = sum(number % 2 == 0 for each in parts for number in each)
    assert taken[5] > 2 * taken[2]


@pytest.mark.parametrize(
    ("expression", "value"), [("n", 8), ("2 * n + 4", 20), ("n // 3", 2), ("(n - 1) * k", 21), ("5", 5)]
)
def test_sizes_are_computed(expression: str, value: int) -> None:
    assert size_of(expression, {"n": 8, "k": 3}) == value


@pytest.mark.parametrize("expression", ["n - 8", "2.5", "n ** 2", "n // 0", "f(n)", "m", "n / 2"])
def test_what_is_no_size_is_refused(expression: str) -> None:
    with pytest.raises(ValueError, match="size"):
        size_of(expression, {"n": 8})


def test_inputs_that_a_file_chooses_have_to_tell_enough(file: Path, tmp_path: Path) -> None:
    file.write_text(JAX.replace("2.0 * x", "jnp.sin(x)").replace("-1..1", "0..0.0003"))
    batch = BatchGenerator("jax", kernels=str(file.parent))
    batch.run(1, tmp_path / "out", workers=1)
    (row,) = read_folder(tmp_path / "out")
    told = dict(row.metadata["unverified"])
    assert told.keys() == {"jaxpr", "stablehlo"}
    assert all("the inputs tell too little" in reason for reason in told.values())
    assert run(["verify", str(tmp_path / "out")]) == 0


@pytest.mark.parametrize("text", ["x = 1\0", "(" * 3000 + ")" * 3000, "x = " + "-" * 100_000 + "1"])
def test_a_file_that_python_cannot_read_is_a_message(text: str, file: Path) -> None:
    file.write_text(text)
    with pytest.raises(KernelFileError, match=r"doubled\.py, line 1: "):
        read_family(file)


def test_an_array_that_is_too_large_is_refused(file: Path) -> None:
    file.write_text(JAX.replace("size(8, 16)", "size(2000000)"))
    with pytest.raises(KernelFileError, match="x may have 2,000,000 elements; allowed: up to 1,048,576"):
        KernelGenerator("jax", kernels=str(file.parent)).spec(0)
