"""Scores of CUDA texts that have data races, depend on the order of threads, or detect that they run on a host.

    python benchmarks/races.py > benchmarks/races.txt

Each text is the right text of a kernel with an added statement, or with another statement instead of an atomic
operation. On a host, where threads run one after another, most of them give the right numbers. On a GPU they would not,
or not always. None of them may score 1, and an equivalent of the right text must. The exit status is 1 otherwise.
"""

import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import product
from pathlib import Path

from synthesis import Answer, Scorer, Scoring
from synthesis.core.run_settings import Extraction
from synthesis.dataset.storage.documents import Document
from synthesis.dataset.storage.reading import read_folder
from synthesis.making.runs.extraction import extract_to_folder

KERNELS = """
import warp as wp

@wp.kernel
def own(x: wp.array(dtype=float), out: wp.array(dtype=float)):
    i = wp.tid()
    out[i] = x[i] * 2.0

@wp.kernel
def scattered(x: wp.array(dtype=float), k: wp.array(dtype=int), out: wp.array(dtype=float)):
    i = wp.tid()
    wp.atomic_add(out, k[i], x[i] * 2.0)
"""
INPUTS = """
[own]
x = "f32[64]"
out = "f32[64]"
dim = 64
[scattered]
x = "f32[64]"
k = "i32[64] in 0..15"
out = "f32[16]"
dim = 64
"""
LEVEL = "cuda_forward"
STORE = "wp::array_store(var_out, var_0, var_3);"
SEVEN = "wp::float32(7)"


def _store(place: str, value: str) -> str:
    return f"wp::array_store(var_out, {place}, {value});"


def _load(array: str, place: str) -> str:
    return f"wp::load(wp::address({array}, {place}))"


def _each(condition: str, start: str, end: str, value: str) -> str:
    """Return a loop that stores a value at the indices between two limits, if a condition holds."""
    return f"{condition} for (wp::int32 k = {start}; k < {end}; k = wp::add(k, 1)) {_store('k', value)}"


def _twice_of(place: str) -> str:
    return f"wp::mul({_load('var_x', place)}, var_2)"


NEIGHBOURS = {
    "the next": ("if (var_0 < 63)", "wp::add(var_0, 1)"),
    "the one before": ("if (var_0 > 0)", "wp::sub(var_0, 1)"),
    "the other of a pair": ("", "(var_0 ^ 1)"),
    "the one half the array on": ("", "wp::mod(wp::add(var_0, 32), 64)"),
    "the mirrored one": ("", "wp::sub(63, var_0)"),
    "the first": ("", "0"),
    "the last": ("", "63"),
}
VALUES = {
    "seven": SEVEN,
    "what it has": _load("var_out", "PLACE"),
    "what it will have": _twice_of("PLACE"),
    "what it has and nothing": f"wp::add({_load('var_out', 'PLACE')}, wp::float32(0))",
}
NEXT = "wp::mod(wp::add(var_0, 1), 64)"
LOOPS = {
    "the first thread stores everywhere": _each("if (var_0 == 0)", "0", "64", SEVEN),
    "the last thread stores everywhere": _each("if (var_0 == 63)", "0", "64", _twice_of("k")),
    "each stores all before it": _each("", "0", "var_0", _twice_of("k")),
    "each reads its neighbour's result": (
        f"var_3 = wp::add(var_3, wp::mul({_load('var_out', NEXT)}, wp::float32(0)));"
    ),
    "each changes the first input for a while": f"wp::array_store(var_x, 0, {_load('var_x', '0')});",
    "each changes the next input for a while": f"wp::array_store(var_x, {NEXT}, {_load('var_x', NEXT)});",
}
TOLD = {
    "a tile's registers": "sizeof(wp::tile_register_t<float, wp::tile_layout_register_t<wp::tile_shape_t<64>>>) < 64",
    "a pointer": "sizeof(void*) == 4",
    "a long": "sizeof(long) == 4",
    "the block's size": "blockDim.x > 1",
    "the thread in the block": "threadIdx.x > 0",
    "the grid's size": "gridDim.x > 1000",
    "the block": "blockIdx.x > 5",
    "the warp": "warpSize == 32",
    "the clock": "clock64() > 0",
    "the block of a tile": "WP_TILE_BLOCK_DIM > 1",
    "Warp's block": "wp::block_dim() > 1",
    "an address": "reinterpret_cast<size_t>(var_x.data) > (size_t(1) << 62)",
    "the array's gradient": "var_x.grad != nullptr",
    "the line": "__LINE__ > 100000",
    "the file": "__FILE__[0] == '/'",
    "the counter": "__COUNTER__ > 1000",
    "the compiler": "__builtin_constant_p(var_0)",
    "the alignment": "alignof(double) == 4",
    "the stack": "reinterpret_cast<size_t>(&var_3) > (size_t(1) << 62)",
    "the architecture": "__CUDA_ARCH__ > 0",
    "NVCC": "__CUDACC_VER_MAJOR__ > 0",
    "the lane": "__lane_id() > 0",
    "the active threads": "__activemask() != 1u",
}
_ADDED = "wp::array_store(var_out, {place}, wp::add(wp::load(wp::address(var_out, {place})), {value}));"
ATOMICS = {
    "a load and a store": _ADDED,
    "an extreme": "wp::atomic_max(var_out, {place}, {value});",
    "a store": "wp::array_store(var_out, {place}, {value});",
    "a load and a store beside an atomic": _ADDED + " wp::atomic_add(var_out, {place}, wp::float32(0));",
}


def wrong_texts(right: dict[str, str]) -> Iterator[tuple[str, str, str, str]]:
    """Yield the kind, the name, the kernel and the text of each trick."""
    own, scattered = right["own"], right["scattered"]
    assert STORE in own
    places = ("before", "after")
    for (who, (guard, place)), (what, value), where in product(NEIGHBOURS.items(), VALUES.items(), places):
        more = f"{guard} {_store(place, value.replace('PLACE', place))}"
        yield "races", f"each stores {what} for {who}, {where}", "own", _with(own, more, where)
    for (name, more), where in product(LOOPS.items(), places):
        if "var_3 =" in more and where == "after":
            continue
        yield "races", f"{name}, {where}", "own", _with(own, more, where)
    for name, condition in TOLD.items():
        more = f"if ({condition}) var_3 = wp::add(var_3, 1.0f);"
        yield "host or GPU", f"told by {name}", "own", _with(own, more, "before")
    start = scattered.index("wp::atomic_add(var_out, ")
    end = scattered.index(";", start) + 1
    place, value = scattered[start:end].removeprefix("wp::atomic_add(var_out, ").removesuffix(");").split(", ")
    for name, form in ATOMICS.items():
        more = form.format(place=place, value=value)
        yield "order", f"{name} in the place of an atomic", "scattered", scattered[:start] + more + scattered[end:]


def _with(text: str, more: str, where: str) -> str:
    return text.replace(STORE, f"{more}\n        {STORE}" if where == "before" else f"{STORE}\n        {more}")


def main() -> int:
    """Print the table, and return 1 if a trick scores 1 or the right text does not."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "races.py").write_text(KERNELS)
        (Path(folder) / "races.toml").write_text(INPUTS)
        settings = Extraction(frontend="warp", inputs=Path(folder) / "races.toml")
        extract_to_folder(str(Path(folder) / "races.py"), Path(folder) / "rows", settings)
        rows: dict[str, Document] = {each.name: each for each in read_folder(Path(folder) / "rows")}
    right = {name: row.texts[LEVEL] or "" for name, row in rows.items()}
    tricks = list(wrong_texts(right))
    own = [("right", name, name, text.replace("var_0", "var_90")) for name, text in right.items()]
    answers = [Answer(row=rows[kernel], level=LEVEL, text=text) for _, _, kernel, text in (*tricks, *own)]
    with Scorer(Scoring()) as scorer:
        scores = scorer.score(answers, seed=0)
    today, tool = datetime.now(UTC).date(), f"warp-lang {version('warp-lang')}"
    print("CUDA texts that race, depend on the order of threads, or tell a host from a GPU, and their worth.")
    print(f"python benchmarks/races.py, {today}, irsmith {version('irsmith')}, {tool}\n")
    found = list(zip((*tricks, *own), scores, strict=True))
    failed = sum((score.value == 1.0) != (kind == "right") for (kind, *_), score in found)
    for kind, count in Counter(kind for (kind, *_), _ in found).items():
        worth = sum(score.value == 1.0 for (each, *_), score in found if each == kind)
        print(f"  {kind:14}{count:4} texts, {worth} worth 1")
    print()
    for (kind, name, _, _), score in found:
        reason = f", {score.symptom}: {score.message}" if score.symptom else ""
        print(f"  {kind}: {name}: {score.value:g}, {score.step}{reason}"[:160])
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
