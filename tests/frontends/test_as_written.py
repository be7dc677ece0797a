"""Constants stand in an extracted source as their module writes them, where that gives the same value."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from synthesis.frontends.as_written import written
from synthesis.frontends.definitions import Definition
from synthesis.frontends.sources import SourceCollector

OTHER = """
WIDTH = 0.25 * 3.0
DEEP = (1 << 5) - 1
"""
MODULE = """
import math
import numpy as np
from other_constants import WIDTH, DEEP as MASK

DT = 1.0 / 60.0
HALF = 0.5 * WIDTH
ANGLE = math.pi / 180.0 * 30.0
TYPED: float = 2.0 ** -3
ROW = np.array([0.1, 0.2], np.float32)
WIDE = list(range(3))
READ = float(np.deg2rad(30.0))
if True:
    EITHER = 3.5 + 0.5
COUNT = 4
COUNT = COUNT + 1
CHANGED = 2.0 * 3.0
SHADOWED = 7 * 6
FIRST, SECOND = 1 + 1, 2 + 2


def change():
    global CHANGED
    CHANGED = 1.0


def other():
    SHADOWED = 1
    return SHADOWED


def kernel():
    return DT + HALF + ANGLE + TYPED + ROW + READ + EITHER + COUNT + CHANGED + SHADOWED + MASK + FIRST + len(WIDE)
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    (tmp_path / "other_constants.py").write_text(OTHER)
    (tmp_path / "its_constants.py").write_text(MODULE)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    yield importlib.import_module("its_constants")
    for name in ("its_constants", "other_constants"):
        sys.modules.pop(name)


def source_of(module: ModuleType) -> str:
    def literal(value: object) -> str | None:
        return repr(value) if type(value).__module__ == "numpy" else None

    collector = SourceCollector(unwrap=lambda _: None, literal=literal, is_library=lambda _: False)
    return collector.collect(Definition(module.kernel))


@pytest.mark.parametrize("line", [
    "DT = 1.0 / 60.0",
    "WIDTH = 0.25 * 3.0\nHALF = 0.5 * WIDTH",
    "ANGLE = math.pi / 180.0 * 30.0",
    "TYPED = 2.0 ** (-3)",
    "ROW = np.array([0.1, 0.2], np.float32)",
    "SHADOWED = 7 * 6",
    "MASK = (1 << 5) - 1",
])  # fmt: skip
def test_a_constant_stands_as_it_is_written(line: str, module: ModuleType) -> None:
    assert f"\n{line}\n" in source_of(module)


@pytest.mark.parametrize("line", [
    "READ = 0.5235987755982988",  # a call that a source may not make
    "EITHER = 4.0",  # under a condition
    "COUNT = 5",  # two assignments
    "CHANGED = 6.0",  # a function assigns to it
    "FIRST = 2",  # one of two on the left
    "WIDE = [0, 1, 2]",
])  # fmt: skip
def test_or_by_its_value(line: str, module: ModuleType) -> None:
    assert f"\n{line}\n" in source_of(module)


def test_a_value_that_the_program_has_changed_is_told_by_itself(module: ModuleType) -> None:
    vars(module)["DT"] = 0.5
    assert "\nDT = 0.5\n" in source_of(module)


def test_the_source_gives_the_same_value(module: ModuleType) -> None:
    namespace: dict[str, object] = {}
    exec(source_of(module), namespace)
    for name in ("DT", "HALF", "ANGLE", "TYPED", "READ", "EITHER", "COUNT", "CHANGED", "SHADOWED", "MASK", "FIRST"):
        assert namespace[name] == vars(module)[name], name


def test_another_value_of_the_name_is_not_what_the_module_writes(module: ModuleType) -> None:
    assert written("DT", vars(module)["DT"], "its_constants") is not None
    assert written("DT", 0.25, "its_constants") is None
    assert written("DT", 0.25, "no_module") is None
