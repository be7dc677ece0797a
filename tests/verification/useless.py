"""Wrong rows of strangers: texts that are wrong, on inputs that cannot tell; they name other tools than are here."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from synthesis.core.identity.python import program_id, renamed_hash, structure_hash
from synthesis.core.languages import ir_structure_hash
from synthesis.core.signatures import Argument, Domain, Role, Signature
from synthesis.core.version import __version__
from synthesis.dataset.storage.rows import packed_metadata
from synthesis.frontends.registry import levels_of

SAME = (0.1, 1.5)
"""A domain that tells well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Useless:
    """A row whose inputs tell too little.

    Attributes:
        name: what it is.
        frontend: whose kernel.
        body: what the kernel computes of ``x``.
        low: of the domain of x.
        high: likewise.
        threads: of a launch.
        right: what stands in the right text.
        wrong: what stands there instead.
    """

    name: str
    frontend: str
    body: str
    low: float
    high: float
    right: str
    wrong: str
    threads: int = 8


_NEAR_ZERO = ((0.0, 3e-4), (-2e-4, 2e-4), (1e-7, 1e-5))
_CURVES = (  # body of JAX, body of Warp, operation, and one that is alike near zero
    ("jnp.sin(x)", "wp.sin(x[i])", "sin", "tan"),
    ("jnp.tan(x)", "wp.tan(x[i])", "tan", "sin"),
    ("jnp.tanh(x)", "wp.tanh(x[i])", "tanh", "sin"),
    ("jnp.sin(x) + 0.5", "wp.sin(x[i]) + 0.5", "sin", "tan"),
    ("jnp.sin(x) * 3.0", "wp.sin(x[i]) * 3.0", "sin", "tanh"),
)
_MLIR = {"sin": "stablehlo.sine", "tan": "stablehlo.tan", "tanh": "stablehlo.tanh"}


def useless_rows() -> Iterator[Useless]:
    """The table."""
    for number, (low, high) in enumerate(_NEAR_ZERO):
        for jax, warp, right, wrong in _CURVES:
            yield Useless(
                name=f"{wrong} for {right} in jax {number}: {jax}", frontend="jax", body=jax, low=low, high=high,
                right=_MLIR[right], wrong=_MLIR[wrong],
            )  # fmt: skip
            yield Useless(
                name=f"{wrong} for {right} in warp {number}: {warp}", frontend="warp", body=warp, low=low, high=high,
                right=f"wp::{right}(", wrong=f"wp::{wrong}(",
            )  # fmt: skip
    for what in ("x[i] * 2.0", "wp.sin(x[i])", "wp.max(x[i], 0.5)", "x[i] + 1.5"):
        yield Useless(
            name=f"other threads do nothing: {what}", frontend="warp", body=what, low=SAME[0], high=SAME[1], threads=1,
            right="    wp::array_store(", wrong="    if (var_0 > 0) return;\n    wp::array_store(",
        )  # fmt: skip


def source_of(row: Useless) -> str:
    """The kernel's Python."""
    if row.frontend == "jax":
        return f"import jax.numpy as jnp\n\n\ndef f(x):\n    return {row.body}\n"
    return (
        "import warp as wp\n\n\n@wp.kernel\ndef f(x: wp.array(dtype=float), y: wp.array(dtype=float)):\n"
        f"    i = wp.tid()\n    y[i] = {row.body}\n"
    )


def signature_of(row: Useless) -> Signature:
    """What the stranger says of the kernel."""
    kind = "f32[8]" if row.frontend == "jax" else "wp.array(dtype=float)"
    domain = Domain(low=row.low, high=row.high)
    x = Argument(name="x", type_name=kind, dtype="float32", shape=(8,), domain=domain)
    y = Argument(name="y", type_name=kind, dtype="float32", shape=(8,), role=Role.OUTPUT)
    if row.frontend == "jax":
        from synthesis.frontends.jax.options import DEFAULTS

        result = Argument(name="result_0", type_name=kind, dtype="float32", shape=(8,), role=Role.OUTPUT)
        return Signature(arguments=(x,), results=(result,), differentiable=("x",), cotangents=("ct_result_0",),
                         options=dict(DEFAULTS))  # fmt: skip
    from synthesis.frontends.warp.options import DEFAULTS as WARP

    return Signature(arguments=(x, y), launch=(row.threads,), differentiable=("x", "y"), options=dict(WARP))


def write_row(folder: Path, number: int, row: Useless, text: str) -> None:
    """Write a row with one text, which is said to be verified, as of other tools."""
    level = "stablehlo" if row.frontend == "jax" else "cpp_forward"
    source, signature = source_of(row), signature_of(row)
    language = next(each.language for each in levels_of(row.frontend) if each.name == level)
    metadata: dict[str, Any] = {
        "id": program_id(row.frontend, source, signature.to_json(), dict(signature.options)),
        "frontend": row.frontend, "kernel_name": "f", "category": "extracted", "recipe": "", "target": "",
        "description": "", "difficulty": 1, "ops": [],
        "origin": {"kind": "synthetic", "package": "", "version": "", "file": "", "line": 0},
        "licence": "Apache-2.0", "compiled_from": "", "self_contained": True, "seed": None, "index": None, "config": "",
        "device": "cpu", "line_map": {}, "signature": signature.to_json(), "options": dict(signature.options),
        "verified": [level], "reached": 1.0, "gradient": "none", "unverified": {}, "proofs": {}, "version": __version__,
        "toolchain": {"other": "1"}, "renamed_hash": renamed_hash(source), "structure_hash": structure_hash(source),
        "ir_structure_hash": ir_structure_hash(text, language),
    }  # fmt: skip
    document = {"python_source": source, level: text, "metadata": packed_metadata(metadata)}
    (folder / f"{number:06d}_f.json").write_text(json.dumps(document))
