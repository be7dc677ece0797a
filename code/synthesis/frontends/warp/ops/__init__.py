"""The catalogue of operations from which Warp kernels are drawn.

Their semantics are those of the built-ins page of Warp's documentation (https://nvidia.github.io/warp/, "Kernel
Reference").
"""

from synthesis.frontends.warp.ops.elements import LINEAR, MATRIX, SCALAR, VECTOR, call, squared
from synthesis.frontends.warp.ops.integers import BITWISE, INTEGER
from synthesis.frontends.warp.ops.numeric import NUMERIC

__all__ = ["BITWISE", "INTEGER", "LINEAR", "MATRIX", "NUMERIC", "SCALAR", "VECTOR", "call", "squared"]
