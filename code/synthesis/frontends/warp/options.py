"""The compiler options that shape a Warp kernel's text or behaviour, as a row's ``options`` column records them."""

from collections.abc import Mapping
from typing import Any

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
