"""What every test starts from: Warp's kernel cache in a folder of the test process's own, and quick compiles."""

import importlib
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


@pytest.fixture(scope="session", autouse=True)
def own_kernel_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Warp shares one cache between processes, and its module hashes are short."""
    import warp as wp_module
    from running import quick_compiles

    wp: Any = wp_module
    wp.config.kernel_cache_dir = str(tmp_path_factory.mktemp("warp-cache"))
    quick_compiles()


@pytest.fixture
def kernels_folder() -> Path:
    return Path(__file__).parent / "kernels"


@pytest.fixture
def constructs(kernels_folder: Path) -> ModuleType:
    """Warp kernels that are hard to extract."""
    return kernels_module(kernels_folder, "constructs")


@pytest.fixture
def functions(kernels_folder: Path) -> ModuleType:
    """JAX functions that are hard to extract."""
    return kernels_module(kernels_folder, "functions")


def kernels_module(folder: Path, name: str) -> ModuleType:
    sys.path.insert(0, str(folder))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(folder))
