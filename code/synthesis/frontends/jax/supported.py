"""The supported releases of JAX; importing this module does not import JAX."""

from synthesis.frontends.support import Supported

_OLDEST = "0.10.2"
_TESTED = ("0.10.2", "0.11.2", "0.12.0.1")

SUPPORTED = (
    Supported(distribution="jax", oldest=_OLDEST, tested=_TESTED),
    Supported(distribution="jaxlib", oldest=_OLDEST, tested=_TESTED, part_of="jax"),
)
