"""Names that people give the variables of Triton kernels."""

import builtins
import keyword

RESERVED = frozenset(keyword.kwlist) | frozenset(dir(builtins)) | {"tl", "triton", "libdevice"}
"""Names that no variable may have."""

_SYNONYMS = {
    "pid": ("pid", "pid", "pid", "program_id", "block_id", "prog"),
    "row": ("row", "row_idx", "row_id", "pid", "r"),
    "offs": ("offs", "offsets", "offs", "idx", "offset", "index"),
    "cols": ("cols", "col_offsets", "offs_n", "offs", "col", "cols"),
    "rows": ("rows", "row_offsets", "offs_m", "row_ids"),
    "mask": ("mask", "mask", "mask", "m", "valid", "in_bounds"),
    "x": ("x", "x", "a", "v", "val", "inp", "x_val"),
    "y": ("y", "b", "other", "y_val", "y"),
    "out": ("out", "output", "result", "res", "o", "y_out"),
    "acc": ("acc", "accumulator", "acc", "total", "partial", "sums"),
    "start": ("start", "block_start", "begin", "base"),
    "offs_m": ("offs_m", "rm", "rows", "offs_am"),
    "offs_n": ("offs_n", "rn", "cols", "offs_bn"),
    "offs_k": ("offs_k", "rk", "ks"),
    "mean": ("mean", "mu", "avg", "mean"),
    "var": ("var", "variance", "var"),
    "rstd": ("rstd", "inv_std", "rstd", "rsigma"),
    "scale": ("scale", "s", "factor"),
    "total": ("total", "sum_", "s", "denom"),
    "top": ("top", "row_max", "x_max", "largest", "mx"),
    "num": ("num", "numerator", "e", "exps"),
    "grad": ("grad", "g", "dy", "grad_out"),
    "i": ("i", "i", "k", "it", "block"),
    "j": ("j", "j", "jj", "n_block"),
    "idx": ("idx", "index", "ids", "indices", "tok"),
}


def synonyms_of(name: str) -> tuple[str, ...]:
    """Return the names that a variable may have, the more usual ones several times; empty if it keeps its name."""
    return tuple(dict.fromkeys(_SYNONYMS.get(name, ())))
