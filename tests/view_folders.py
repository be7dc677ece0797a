"""Folders to export from: fixtures of tests/views."""

import shutil
from pathlib import Path

import pytest

from synthesis import run_pipeline


@pytest.fixture(scope="session")
def warp_rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a run of unverified Warp kernels."""
    out = tmp_path_factory.mktemp("rows") / "warp"
    run_pipeline(120, out, frontend="warp", seed=5, verify="none", workers=1)
    return out


@pytest.fixture(scope="session")
def jax_rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a run of unverified JAX functions, with derivatives and the levels below StableHLO."""
    out = tmp_path_factory.mktemp("rows") / "jax"
    levels = ["jaxpr", "stablehlo", "hlo", "vjp_jaxpr", "vjp_stablehlo", "jvp_jaxpr", "jvp_stablehlo"]
    run_pipeline(60, out, frontend="jax", seed=5, verify="none", level=levels, workers=1)
    return out


@pytest.fixture(scope="session")
def split_rows(jax_rows: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder whose rows are in two splits."""
    out = tmp_path_factory.mktemp("rows") / "split"
    other = tmp_path_factory.mktemp("rows") / "other"
    for seed, count, folder in ((6, 6, other), (5, 14, out)):
        run_pipeline(count, folder, frontend="jax", seed=seed, verify="none", workers=1, validation=0, test=0)
    shutil.rmtree(out / "_irsmith")
    shutil.copy(other / "jax" / "train-00000-of-00001.parquet", out / "jax" / "test-00000-of-00001.parquet")
    return out
