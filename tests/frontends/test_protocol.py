"""What every front end must do, the built-in ones, a toy, and any that is installed beside them.

A new front end is done when it passes here; nothing else of irsmith is edited for it.
"""

import importlib.util
import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

import pytest

from synthesis import BatchGenerator, KernelGenerator, Pair, Rejection, extract_ir, synthesize_pair
from synthesis.core.examples import ArrayType, Examples
from synthesis.core.records import KernelSpec
from synthesis.dataset.storage.reading import read_folder
from synthesis.frontends import registry
from synthesis.frontends.base import Frontend, Kernel, Lowered
from synthesis.making.runs.extraction import extract
from synthesis.making.sources.targets import load_place, places_of

NAMES = (*registry.frontend_names(), "toy")


@pytest.fixture(autouse=True)
def with_the_toy(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    installed = list(entry_points(group=registry.ENTRY_POINT_GROUP))
    toy = EntryPoint("toy", "toy:FRONTEND", registry.ENTRY_POINT_GROUP)

    def with_toy(*, group: str) -> list[EntryPoint]:
        return [*installed, toy] if group == registry.ENTRY_POINT_GROUP else []

    monkeypatch.setattr(registry, "entry_points", with_toy)
    registry.forget()
    yield
    registry.forget()


@pytest.fixture(params=NAMES)
def frontend(request: pytest.FixtureRequest, with_the_toy: None) -> Frontend:
    return registry.get_frontend(request.param)


def some(frontend: Frontend) -> list[KernelSpec]:
    """A kernel of each category that has texts on every device."""
    generator = KernelGenerator(frontend, seed=1)
    return [generator.generate(category, 0) for category in frontend.categories if category != "native"]


def test_its_names_are_in_order(frontend: Frontend) -> None:
    levels = [level.name for level in frontend.compiler.levels]
    assert len(set(levels)) == len(levels)
    assert any(level.default for level in frontend.compiler.levels)
    assert frontend.compiler.devices
    assert set(frontend.categories) == {recipe.category for recipe in frontend.drawer.recipes}
    assert len(set(frontend.categories)) == len(frontend.categories)
    assert len({(recipe.category, recipe.name) for recipe in frontend.drawer.recipes}) == len(frontend.drawer.recipes)
    assert frontend.compiler.toolchain()


def test_a_drawn_kernel_becomes_the_same_texts_every_time(frontend: Frontend) -> None:
    device = frontend.compiler.devices[0]
    levels = frontend.choose_levels(None, device)
    for spec in some(frontend):
        assert spec.frontend == frontend.name
        assert frontend.compiler.recognises(spec.source)
        texts: list[object] = []
        for _ in range(2):
            before = set(sys.modules)
            kernel = frontend.load_one(spec)
            assert isinstance(kernel, Kernel), kernel
            (lowered,) = frontend.compiler.lower([kernel], levels, device=device)
            assert isinstance(lowered, Lowered), lowered
            assert list(lowered.texts) == [level.name for level in levels]
            texts.append(lowered.texts)
            frontend.compiler.release([kernel])
            assert not [name for name in set(sys.modules) - before if name.startswith("irsmith_")]
        assert texts[0] == texts[1]
        pair = synthesize_pair(spec)
        assert isinstance(pair, Pair)
        assert pair.texts == texts[0]


def test_a_source_from_a_file_is_found_again_and_is_the_same_kernel(frontend: Frontend, tmp_path: Path) -> None:
    spec = some(frontend)[0]
    path = tmp_path / f"protocol_{frontend.name}.py"
    path.write_text(spec.source)
    (place,) = places_of(str(path))
    tables = {spec.name: _table(spec)}
    found = list(extract(load_place(place), frontend=frontend.name, examples=Examples(tables=tables), verify="none"))
    pair = next(each for each in found if isinstance(each, Pair) and each.spec.name == spec.name)
    assert pair.spec.self_contained
    drawn = synthesize_pair(spec)
    assert isinstance(drawn, Pair)
    assert pair.texts == drawn.texts
    assert pair.spec.origin.file == path.name


def _table(spec: KernelSpec) -> dict[str, Any]:
    """The shapes of a JAX function's arguments, and a launch of a Triton kernel; the others' types say it all."""
    if spec.frontend not in ("jax", "triton"):
        return {}
    shapes: dict[str, Any] = {
        each.name: ArrayType(each.dtype, tuple(size or 0 for size in each.shape or ()), each.domain)
        for each in spec.signature.arguments
    }
    if spec.frontend == "jax":
        return shapes
    constants: Any = (spec.signature.call or {})["constants"]
    return {**shapes, **constants, **spec.signature.options, "grid": list(spec.signature.launch or ())}


def test_bad_sources_are_rejections(frontend: Frontend) -> None:
    spec = some(frontend)[0]
    for source in ("def f(:\n", "raise RuntimeError('no')\n", "x = 3\n"):
        bad = KernelSpec(frontend=spec.frontend, name=spec.name, category="", source=source, signature=spec.signature)
        assert isinstance(frontend.load_one(bad), Rejection)


def test_a_run_makes_a_data_set(frontend: Frontend, tmp_path: Path) -> None:
    summary = BatchGenerator(frontend, chunk_size=5).run(len(frontend.categories), tmp_path)
    rows = list(read_folder(tmp_path))
    assert summary.rows == len(rows) > 0
    for row in rows:
        metadata = row.metadata
        assert metadata["frontend"] == frontend.name
        assert metadata["ir_structure_hash"]


def test_a_live_kernel_is_claimed(frontend: Frontend, tmp_path: Path) -> None:
    spec = some(frontend)[0]
    path = tmp_path / "live.py"
    path.write_text(spec.source)
    module_spec = importlib.util.spec_from_file_location(f"live_{frontend.name}", path)
    assert module_spec is not None
    assert module_spec.loader is not None
    module = importlib.util.module_from_spec(module_spec)
    sys.modules[module.__name__] = module
    module_spec.loader.exec_module(module)
    live = getattr(module, spec.name)
    assert frontend.compiler.claims(live)
    if frontend.name == "warp":
        assert "forward_code" in extract_ir(live)
    found = frontend.compiler.discover(live, examples=Examples(tables={spec.name: _table(spec)}))
    assert [each.spec.name for each in found if isinstance(each, Kernel)] == [spec.name]
    assert not frontend.compiler.claims(42)
