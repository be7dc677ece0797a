"""Verification of single kernels, for tests."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from synthesis import Pair, Rejection, get_frontend
from synthesis.core.records import KernelSpec
from synthesis.frontends.base import Kernel
from synthesis.making.runs.extraction import extract
from synthesis.verification.judge import Judgement
from synthesis.verification.planning import make_plan
from synthesis.verification.verifier import Verifier


def pairs_of(target: ModuleType | Path, **options: Any) -> dict[str, Pair]:
    """The verified pairs of all kernels of a module, by name."""
    found = list(extract(target, **options))
    assert not [each for each in found if isinstance(each, Rejection)], found
    return {each.spec.name: each for each in found if isinstance(each, Pair)}


def pairs_of_source(folder: Path, source: str, **options: Any) -> dict[str, Pair]:
    """The verified pairs of all kernels of a source that is written into a folder, by name."""
    (folder / "mine.py").write_text(source)
    return pairs_of(folder / "mine.py", **options)


def pairs_of_texts(folder: Path, kernels: str, inputs: str) -> dict[str, Pair]:
    """The verified pairs of Warp kernels and a table of their inputs, both written into a folder, by name."""
    (folder / "mine.toml").write_text(inputs)
    return pairs_of_source(folder, kernels, frontend="warp", inputs=folder / "mine.toml")


def judged(
    verifier: Verifier, spec: KernelSpec, texts: Mapping[str, str | None] | Sequence[Mapping[str, str | None]]
) -> list[Judgement]:
    """What is established of a kernel with these texts, or with each of several sets of them."""
    several = [texts] if isinstance(texts, Mapping) else list(texts)
    frontend = get_frontend(spec.frontend)
    kernel = frontend.load_one(spec)
    assert isinstance(kernel, Kernel)
    try:
        plans = [make_plan(frontend, kernel, each, useful=False, fresh=False) for each in several]
        return verifier.judge(plans)
    finally:
        frontend.compiler.release([kernel])


def judged_with(pair: Pair, level: str, wrong: str) -> tuple[Judgement, Judgement]:
    """What is established of a pair's own text of a level, and of a wrong one in its place."""
    text = pair.texts[level] or ""
    assert wrong != text
    with Verifier(get_frontend(pair.spec.frontend)) as verifier:
        right, changed = judged(verifier, pair.spec, [{level: text}, {level: wrong}])
    return right, changed
