"""Counts the verified Triton kernels, and their structures, that Inductor makes of drawn PyTorch functions.

    python benchmarks/inductor.py draw 500 7 build/inductor/functions.py   # 500 functions of seed 7
    irsmith extract build/inductor/functions.py --via inductor --out build/inductor/pairs
    python benchmarks/inductor.py table build/inductor/pairs >> benchmarks/inductor.txt

A function is a chain of two to six steps on one tensor: elementwise functions, operations with another argument, norms,
softmax, reductions, products of matrices, gathers and masks, in float32, or in bfloat16 in one of eight. Its last step
may be a loss. Each step is chosen by the shape of its input, so that every function is valid.
"""

import json
import random
import sys
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from synthesis.dataset.storage.reading import read_folder

HEAD = '''"""Drawn PyTorch functions: python benchmarks/inductor.py draw {count} {seed}."""

import torch
import torch.nn.functional as F

from synthesis import example
'''
STEPS_OF: dict[str, list[str]] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
"""Templates of steps by kind."""
SIZES = (3, 4, 5, 6, 7, 8, 12, 16, 24, 32, 33, 48, 64)
NAMES = ("x", "y", "w", "b", "z", "u", "v", "scale", "bias", "mask", "other", "target", "h", "k")


@dataclass(slots=True)
class Drawing:
    """A function while it is drawn."""

    random: random.Random
    kind: str
    arguments: dict[str, str] = field(default_factory=dict[str, str])
    lines: list[str] = field(default_factory=list[str])
    shape: tuple[int, ...] = ()

    def argument(self, name: str, shape: tuple[int, ...], kind: str = "", domain: str = "") -> str:
        """Add an argument under a free name, and return the name."""
        names = (name, *NAMES, *(f"a{number}" for number in range(99)))
        free = next(each for each in names if each not in self.arguments)
        self.arguments[free] = f"{kind or self.kind}[{','.join(map(str, shape))}]{domain}"
        return free

    def step(self, text: str, **names: str) -> None:
        """Add an assignment to ``x``."""
        r = self.random
        numbers = {
            "small": r.choice(("0.01", "0.1", "0.25", "1e-3")), "number": r.choice(("0.5", "1.5", "2.0", "3.0", "0.7")),
            "shift": str(r.randint(1, 3)),
        }  # fmt: skip
        self.lines.append(f"x = {text.format(x='x', **names, **numbers)}")


def elementwise(d: Drawing) -> None:
    for _ in range(d.random.randint(1, 2)):
        d.step(d.random.choice(STEPS_OF["elementwise"]))


def with_another(d: Drawing) -> None:
    shape = d.random.choice((d.shape, d.shape[-1:], (*d.shape[:-1], 1)))
    d.step(d.random.choice(STEPS_OF["with_another"]), y=d.argument("y", shape))


def along(d: Drawing) -> None:
    d.step(d.random.choice(STEPS_OF["along"]))


def norm(d: Drawing) -> None:
    size = d.shape[-1:]
    w = d.argument("w", size)
    if d.random.random() < 0.5:
        d.step(f"F.layer_norm(x, ({size[0]},), {w}, {d.argument('b', size)})")
    else:
        d.step(f"F.rms_norm(x, ({size[0]},), {w})")


def product(d: Drawing) -> None:
    size = d.random.choice(SIZES)
    w = d.argument("w", (size, d.shape[-1]))
    d.step(f"F.linear(x, {w}, {d.argument('b', (size,))})" if d.random.random() < 0.6 else f"x @ {w}.T")
    d.shape = (*d.shape[:-1], size)


def gather(d: Drawing) -> None:
    count = d.random.choice(SIZES)
    index = d.argument("index", (count,), "i64", f" in 0..{d.shape[0] - 1}")
    d.step(f"x[{index}]")
    d.shape = (count, *d.shape[1:])


def halves(d: Drawing) -> None:
    if d.shape[-1] % 2:
        along(d)
        return
    gate = d.random.choice(("torch.sigmoid", "F.gelu", "F.silu", "torch.tanh", "F.relu"))
    d.lines += ["first, second = x.chunk(2, dim=-1)", f"x = first * {gate}(second)"]
    d.shape = (*d.shape[:-1], d.shape[-1] // 2)


def residual(d: Drawing) -> None:
    text = d.random.choice(STEPS_OF["elementwise"]).format(x="x", small="0.1", number="1.5")
    d.step("x + " + d.random.choice(("", "0.5 * ")) + text)


def reduced(d: Drawing) -> None:
    d.step(d.random.choice(STEPS_OF["reduced"]))
    d.shape = d.shape[:-1]


def loss(d: Drawing) -> None:
    d.step(d.random.choice(STEPS_OF["losses"]), y=d.argument("target", d.shape))
    d.shape = ()


STEPS: tuple[tuple[Callable[[Drawing], None], float], ...] = (
    (elementwise, 3.0), (with_another, 3.0), (along, 2.0), (norm, 1.0), (product, 0.7), (gather, 0.4), (halves, 0.6),
    (residual, 1.0),
)  # fmt: skip


def drawn(seed: int, number: int) -> str:
    """Return the source of one function, with its example inputs."""
    r = random.Random(f"{seed} {number}")
    d = Drawing(r, "bf16" if r.random() < 0.125 else "f32")
    d.shape = tuple(r.choice(SIZES) for _ in range(r.choice((1, 2, 2, 2, 3))))
    d.argument("x", d.shape)
    for _ in range(r.randint(2, 6)):
        step = r.choices([each for each, _ in STEPS], [weight for _, weight in STEPS])[0]
        if len(d.shape) > 1 or step in (elementwise, with_another, residual):
            step(d)
    if d.shape and r.random() < 0.45:
        r.choice((reduced, loss))(d)
    types = ", ".join(f'"{each}"' for each in d.arguments.values())
    body = "".join(f"    {line}\n" for line in d.lines)
    return f"\n\n@example({types})\ndef function_{number}({', '.join(d.arguments)}):\n{body}    return x\n"


def table(folder: Path) -> Iterator[str]:
    """Yield the table of outcomes of a data set's functions."""
    places = sorted((folder / "_irsmith" / "compiled" / "functions").iterdir())
    notes = [json.loads(path.read_text()) for path in places]
    rows = list(read_folder(folder))
    verified = [row for row in rows if "ttir" in row.metadata["verified"]]
    tools = " ".join(f"{name} {version(name)}" for name in ("torch", "triton"))
    yield f"{datetime.now(UTC):%Y-%m-%d} {tools}, irsmith {version('irsmith')}"
    backward = sum(each["name"].endswith("_backward") for each in notes)
    without = sum(bool(each["why"]) for each in notes)
    yield f"  {len(notes) - backward} functions and {backward} derivatives, {without} of them without kernels"
    for why, count in Counter(str(each["why"]).partition(":")[0] for each in notes if each["why"]).most_common():
        yield f"    {count} {why}"
    structures = len({row.metadata["structure_hash"] for row in verified})
    yield f"  {len(rows)} rows, {len(verified)} verified at ttir, of {structures} structures"
    whys = Counter(str(row.metadata["unverified"].get("ttir", ""))[:70] for row in rows if row not in verified)
    yield from (f"    {count} {why}" for why, count in whys.most_common())


if __name__ == "__main__":
    if sys.argv[1] == "draw":
        count, seed, path = int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(HEAD.format(count=count, seed=seed) + "".join(drawn(seed, each) for each in range(count)))
    else:
        print("\n".join(table(Path(sys.argv[2]))))
