"""The supported releases of Triton; importing this module does not import Triton."""

from synthesis.frontends.support import Supported

SUPPORTED = (Supported(distribution="triton", oldest="3.9.0", tested=("3.9.0",)),)
