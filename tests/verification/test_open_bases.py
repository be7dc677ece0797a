"""Factorisations leave signs of vectors open, or phases, or bases: what depends on them is neither right nor wrong."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from synthesis import Symptom, get_frontend
from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Argument, Domain, Role, Signature
from synthesis.core.verdicts import Hindrance
from synthesis.frontends.base import Kernel, Lowered
from synthesis.frontends.jax.reference.bases import depends_on_bases, open_factors
from synthesis.frontends.jax.reference.graphs import graph_of
from synthesis.verification.judge import Judgement
from synthesis.verification.planning import make_plan
from synthesis.verification.verifier import Verifier

pytestmark = pytest.mark.needs("jax")

LEVELS = ("jaxpr", "stablehlo")
SIZE = 4
HEAD = """
import jax
import jax.numpy as jnp

def one(x):
    m = x + x.T
"""
EIGH = "    w, v = jnp.linalg.eigh(m)\n"
SVD = "    u, s, v = jnp.linalg.svd(x, full_matrices=False)\n"
PHASES = "    w, v = jnp.linalg.eigh(jax.lax.complex(m, x - x.T))\n"
SPECTRAL = f"{EIGH}    return v @ jnp.diag(jnp.tanh(w)) @ v.T"
INVERSE = f"{SVD}    return v.T @ jnp.diag(s / (s * s + 0.5)) @ u.T"
LAST = f"{EIGH}    return v[:, -1:] @ v[:, -1:].T + 0.1 * w"
COMPLEX = f"{PHASES}    return jnp.real(v @ jnp.diag(jnp.tanh(w) + 0j) @ v.T.conj())"
FREE = {
    "eigh": SPECTRAL,
    "eigh of JAX's SciPy": "    w, v = jax.scipy.linalg.eigh(m)\n    return v @ jnp.diag(jnp.tanh(w)) @ v.T",
    "eigh of lax": "    v, w = jax.lax.linalg.eigh(m)\n    return (v * jnp.tanh(w)) @ v.T",
    "one vector": LAST,
    "sizes": f"{EIGH}    return jnp.abs(v)",
    "phases": COMPLEX,
    "svd": INVERSE,
}
OPEN = {
    "eigh": f"{EIGH}    return v",
    "signs of one beside another": f"{EIGH}    return v[0, 0] * v[0, 1] * x",
    "where it is positive": f"{EIGH}    return jnp.where(v > 0, x, 2 * x)",
    "phases": f"{PHASES}    return jnp.real(v)",
    "a gradient": "    return jax.grad(lambda m: jnp.linalg.eigh(m)[1][0].sum())(m)",
    "svd": f"{SVD}    return u",
    "vectors of zero": f"{SVD.replace('x, full', 'x * jnp.arange(4), full')}    return u @ v",
}
WRONG = {
    "another eigenvector": (LAST, LAST.replace("v[:, -1:]", "v[:, :1]")),
    "another eigenvalue": (LAST, LAST.replace("* w", "* w[::-1]")),
    "a sum of fewer": (SPECTRAL, SPECTRAL.replace("jnp.tanh(w)", "jnp.tanh(w).at[0].set(0.0)")),
    "a sum without a sign": (SPECTRAL, SPECTRAL.replace("jnp.tanh(w)", "jnp.abs(jnp.tanh(w))")),
    "of the other side": (INVERSE, INVERSE.replace("v.T @", "u @").replace("@ u.T", "@ v")),
    "not conjugate": (COMPLEX, COMPLEX.replace(".conj()", "")),
}


@pytest.fixture(scope="module")
def verifier() -> Iterator[Verifier]:
    with Verifier(get_frontend("jax")) as verifier:
        yield verifier


def judged(verifier: Verifier, body: str, text_of: str | None = None) -> Judgement:
    """What is found of the texts of a function, or of those that another one has, which pass for its own."""
    frontend = verifier.frontend
    domain = Domain(low=-2.0, high=2.0)
    x = Argument(name="x", type_name=f"f32[{SIZE},{SIZE}]", dtype="float32", shape=(SIZE, SIZE), domain=domain)
    result = Argument(name="result", type_name="array", dtype="float32", shape=(SIZE, SIZE), role=Role.OUTPUT)
    signature = Signature(arguments=(x,), results=(result,))
    kernels = list[Kernel]()
    for each in (body, text_of or body):
        spec = KernelSpec(frontend="jax", name="one", category="open", source=f"{HEAD}{each}\n", signature=signature)
        kernel = frontend.load_one(spec)
        assert isinstance(kernel, Kernel), kernel
        kernels.append(kernel)
    (lowered,) = frontend.compiler.lower(kernels[1:], frontend.choose_levels(LEVELS, "cpu"), device="cpu")
    assert isinstance(lowered, Lowered), lowered
    try:
        (judgement,) = verifier.judge([make_plan(frontend, kernels[0], lowered.texts, useful=False)])
    finally:
        frontend.compiler.release(kernels)
    return judgement


@pytest.mark.parametrize("body", FREE.values(), ids=FREE)
def test_what_no_sign_changes_is_verified(verifier: Verifier, body: str) -> None:
    found = judged(verifier, body)
    assert found.verdict.verified == LEVELS, found


@pytest.mark.parametrize("body", OPEN.values(), ids=OPEN)
def test_what_a_sign_changes_is_not_verified_and_not_called_wrong(verifier: Verifier, body: str) -> None:
    found = judged(verifier, body)
    assert not found.failed
    assert not found.verdict.verified
    for level in LEVELS:
        reason = found.verdict.unverified[level]
        assert reason.hindrance is Hindrance.NO_REFERENCE
        assert "the implementation decides" in reason.detail


@pytest.mark.parametrize(("right", "wrong"), WRONG.values(), ids=WRONG)
def test_a_wrong_text_is_refused_though_signs_are_open(verifier: Verifier, right: str, wrong: str) -> None:
    found = judged(verifier, right, wrong)
    assert not found.verdict.verified
    assert {name: each.symptom for name, each in found.failed.items()} == dict.fromkeys(LEVELS, Symptom.WRONG_RESULT)


def test_equal_eigenvalues_leave_a_basis_open_and_what_is_of_all_of_it_is_known() -> None:
    jax: Any = pytest.importorskip("jax")
    matrix = np.diag([1, 2, 2, 5]).astype(np.float32)

    def dependent(function: Any) -> bool:
        return depends_on_bases(graph_of(jax.make_jaxpr(function)(matrix)), [[matrix]])

    def projection(first: int, last: int) -> Any:
        def project(x: Any) -> Any:
            chosen = jax.numpy.linalg.eigh(x)[1][:, first:last]
            return chosen @ chosen.T

        return project

    assert dependent(projection(0, 2))
    assert not dependent(projection(0, 1))
    assert not dependent(projection(1, 3))


def test_values_alone_leave_nothing_open() -> None:
    jax: Any = pytest.importorskip("jax")
    linalg, x = jax.numpy.linalg, np.eye(3, dtype=np.float32)

    def factors(function: Any) -> list[str]:
        return open_factors(graph_of(jax.make_jaxpr(function)(x)))

    def doubled(x: Any) -> Any:
        return 2 * jax.lax.linalg.eigh(x)[1]

    def scaled(row: Any) -> Any:
        return linalg.svd(row * x)[0]

    assert factors(doubled) == []
    assert factors(linalg.svdvals) == []
    assert factors(linalg.eigh) == ["eigh"]
    assert factors(jax.vmap(scaled)) == ["svd"]
