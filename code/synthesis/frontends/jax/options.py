"""The settings of JAX that shape a function's text or behaviour, as a row's ``options`` column records them."""

from collections.abc import Mapping
from typing import Any

DEFAULTS: Mapping[str, Any] = {
    "default_matmul_precision": None,
    "default_prng_impl": "threefry2x32",
    "enable_x64": False,
    "numpy_dtype_promotion": "standard",
    "numpy_rank_promotion": "allow",
    "threefry_partitionable": True,
}
"""JAX's own defaults. A drawn function has these, whatever the process that lowers it has set."""
