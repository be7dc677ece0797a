"""What every test starts from: Warp's kernel cache in a folder of the test process's own, and quick compiles."""

from pathlib import Path
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
