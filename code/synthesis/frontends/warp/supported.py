"""The supported releases of Warp; importing this module does not import Warp."""

from synthesis.frontends.support import Supported

SUPPORTED = (Supported(distribution="warp-lang", oldest="1.17.0", tested=("1.17.0", "1.18.0", "1.19.0")),)
