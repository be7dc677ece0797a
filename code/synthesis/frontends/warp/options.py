"""The compiler options that determine a Warp kernel's text or behaviour, as recorded in a row's ``options`` column."""

from collections.abc import Mapping
from typing import Any

from synthesis.frontends.options import Allowed, one_of, whole

DEFAULTS: Mapping[str, Any] = {
    "block_dim": 256,
    "default_grid_stride": True,
    "deterministic": "NOT_GUARANTEED",
    "enable_backward": True,
    "enable_vector_component_overwrites": False,
    "fast_math": False,
    "max_unroll": 16,
    "mode": "release",
    "verify_fp": False,
}
"""Warp's own defaults. A drawn kernel has these, whatever the process that lowers it has set."""

ALLOWED: Mapping[str, Allowed] = {
    "block_dim": whole(1, 1024),
    "default_grid_stride": one_of(False, True),
    "deterministic": one_of("NOT_GUARANTEED", "RUN_TO_RUN", "GPU_TO_GPU"),
    "enable_backward": one_of(False, True),
    "enable_vector_component_overwrites": one_of(False, True),
    "fast_math": one_of(False, True),
    "max_unroll": whole(0, 1024),
    "mode": one_of("release"),
    "verify_fp": one_of(False, True),
}
"""The allowed values of each option of a row. Texts are made and run in release mode only."""
