"""The oracles: an interpreter of Warp's Python in NumPy, and NumPy over jaxprs, live and printed."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import warp as _warp
from conftest import kernels_module, one_kernel

from synthesis import KernelGenerator, Pair, get_frontend
from synthesis.core.verdicts import Hindrance
from synthesis.dataset.storage.rows import unpacked_metadata
from synthesis.frontends.base import Kernel, Lowered, ReferenceFaultError, ReferenceUnknownError
from synthesis.frontends.jax.jaxprs.parsing import JaxprSyntaxError, parse
from synthesis.frontends.jax.reference.evaluator import Evaluator
from synthesis.frontends.warp.reference.semantics import SEMANTICS
from synthesis.making.runs.extraction import extract
from synthesis.verification.inputs import complete, draw_inputs
from synthesis.verification.twins import at_executed_sizes

wp: Any = _warp

ROOT = Path(__file__).parents[2]
SAMPLES = sorted((ROOT / "data" / "samples" / "jax").glob("*.json"))


def test_the_interpreter_of_warp_has_its_peculiarities() -> None:
    found = {each.spec.name: each for each in extract(kernels_module(ROOT / "tests" / "kernels", "semantics"))
             if isinstance(each, Pair)}  # fmt: skip
    assert len(found) == 46
    for name, pair in found.items():
        verified = set(pair.verdict.verified)
        if name in ("thread_order", "old_values", "rows_of_a_tile"):  # a CPU has one order of threads, and a GPU none
            assert verified == {"cpp_forward"}
            assert pair.verdict.unverified["cuda_forward"].hindrance is Hindrance.DEPENDS_ON_ORDER
        else:
            assert {"cpp_forward", "cuda_forward"} <= verified, (name, pair.verdict, pair.rejections)


def warp_kernel(tmp_path: Path, body: str) -> Kernel:
    return one_kernel(
        tmp_path,
        "import warp as wp\n\n\n@wp.kernel\ndef one(a: wp.array(dtype=float), n: int, o: wp.array(dtype=float)):\n"
        f"    i = wp.tid()\n    {body}\n",
    )


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("o[i + 20] = a[i]", "an index out of bounds of 16"),
        ("o[i] = float(7 / (n - n))", "an integer division by zero"),
        ("while a[i] < 9.0:\n        o[i] = a[i]", "trips of its loops"),
    ],
)
def test_a_kernel_at_fault_is_told_and_never_run(body: str, what: str, tmp_path: Path) -> None:
    values = {"a": np.ones(16, np.float32), "n": np.array(3, np.int32), "o": np.zeros(16, np.float32)}
    kernel = warp_kernel(tmp_path, body)
    spec = kernel.spec
    object.__setattr__(spec.signature, "launch", (16,))
    with pytest.raises(ReferenceFaultError, match=what):
        get_frontend("warp").the_prover.reference(kernel)([values], double=False)


def test_edges_that_are_parallel_but_for_rounding_are_told_as_warp_tells_them(tmp_path: Path) -> None:
    kernel = one_kernel(
        tmp_path,
        "import warp as wp\n\n\n@wp.kernel\n"
        "def one(p: wp.array(dtype=wp.vec3), d: wp.array(dtype=wp.vec3), o: wp.array(dtype=wp.vec3)):\n"
        "    i = wp.tid()\n"
        "    o[i] = wp.closest_point_edge_edge(p[i], p[i] + d[i], -p[i], -p[i] - d[i] * 0.7, 1.0e-6)\n",
    )
    object.__setattr__(kernel.spec.signature, "launch", (512,))
    generator = np.random.default_rng(0)
    p, d = (generator.uniform(-1.0, 1.0, (512, 3)).astype(np.float32) for _ in range(2))
    run = {"p": p, "d": d, "o": np.zeros((512, 3), np.float32)}
    (left,) = get_frontend("warp").the_prover.reference(kernel)([run], double=False)
    kernel.live.module.options |= {"enable_backward": False, "fuse_fp": False}
    given = [wp.array(each, dtype=wp.vec3, device="cpu") for each in run.values()]
    wp.launch(kernel.live, dim=512, inputs=given, device="cpu")
    np.testing.assert_array_equal(left["o"], given[2].numpy())
    assert 0.1 < (left["o"][:, 0] == 0.0).mean() < 0.9


def test_what_is_not_modelled_is_refused_by_name(tmp_path: Path) -> None:
    values = {"a": np.ones(16, np.float32), "n": np.array(3, np.int32), "o": np.zeros(16, np.float32)}
    kernel = warp_kernel(tmp_path, "wp.volume_store_f(wp.uint64(0), i, i, i, a[i])")
    object.__setattr__(kernel.spec.signature, "launch", (16,))
    with pytest.raises(ReferenceUnknownError, match=r"no reference semantics for wp\.volume_store_f"):
        get_frontend("warp").the_prover.reference(kernel)([values], double=True)


def test_the_operations_that_are_drawn_are_modelled() -> None:
    for name in ("warp", "jax"):
        assert sum(each.modelled for each in get_frontend(name).the_prover.operations().values()) > 90
    assert {"noise", "poisson", "tile_matmul", "quat_slerp"} <= set(SEMANTICS)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_printed_jaxpr_computes_what_the_traced_one_does(path: Path) -> None:
    document: dict[str, Any] = json.loads(path.read_text())
    frontend = get_frontend("jax")
    spec = KernelGenerator("jax", 0, category_mix="uniform").spec(document["metadata"]["index"])
    kernel = frontend.load_one(at_executed_sizes(spec))
    assert isinstance(kernel, Kernel)
    signature = kernel.spec.signature
    text = document["jaxpr"]
    is_of_here = unpacked_metadata(document["metadata"])["toolchain"] == dict(frontend.compiler.toolchain())
    if spec.signature.twin is not None or not is_of_here:  # at its real sizes it takes minutes
        (lowered,) = frontend.compiler.lower([kernel], [frontend.level("jaxpr")], device=frontend.compiler.devices[0])
        assert isinstance(lowered, Lowered)
        text = lowered.texts["jaxpr"] or ""
    values = complete(signature, draw_inputs(signature, 3))
    (live,) = frontend.the_prover.reference(kernel)([values], double=True)
    printed = Evaluator(double=True).results(parse(text), list(values.values()))
    assert len(printed) == len(live)
    for left, right in zip(printed, live.values(), strict=True):
        assert np.array_equal(left, right)
    frontend.compiler.release([kernel])


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "{ lambda ; a:f32[2]. let b:f32[2] = sin a in (b,)",
            "line 1 has the end of the text, expected '}'",
        ),
        (
            "{ lambda ; a:f32[2]. let\n    b = sin a\n  in (b,) }",
            "line 2 has 'b = sin a\\n  in (b,) }', expected a name and its type",
        ),
        (
            "{ lambda ; a:f32[2]. let\n    b:f32[2] = sin a\n  in (b,) } and more",
            "line 3 has 'and more', expected the end of the text",
        ),
        ("", "line 1 has the end of the text, expected '{'"),
    ],
)
def test_a_text_that_is_no_jaxpr_is_told_where(text: str, line: str) -> None:
    with pytest.raises(JaxprSyntaxError, match=re.escape(line)):
        parse(text)
