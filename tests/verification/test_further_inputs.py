"""Inputs for kernels that the common inputs do not suit: less common domains, and matrices with a large diagonal."""

from pathlib import Path

import pytest
from checking import judged, pairs_of

from synthesis import Pair, Symptom, get_frontend
from synthesis.core.signatures import Argument, Domain
from synthesis.core.verdicts import Hindrance
from synthesis.verification.verifier import Verifier

pytestmark = pytest.mark.needs("jax")

LEVELS = {"jaxpr", "stablehlo"}
JAX = """
import jax
import jax.numpy as jnp

import synthesis

@synthesis.example("f32[6]")
def above_one(x):
    return jnp.acosh(x)

@synthesis.example("i8[6]")
def within_one(x):
    return jnp.acos(x)

@synthesis.example("u8[6]")
def unsigned(x):
    return jnp.acos(x)

@synthesis.example("f32[6]", "f32[6]")
def diverging(x, q):
    return jax.scipy.special.zeta(x, q)

@synthesis.example("f32[4]", "f32[4]")
def each_its_own(x, y):
    return jnp.log(1.0 - x) + jnp.acosh(y) * y

@synthesis.example("f32[4]", "f32[4]", "f32[4]")
def between(x, low, high):
    return jnp.log(x - low) + jnp.log(high - x)

@synthesis.example("f32[4,4]")
def factored(m):
    return jnp.linalg.cholesky(m)

@synthesis.example("c64[2,3,3]")
def factored_all(m):
    return jnp.linalg.cholesky(m)

@synthesis.example("f32[4] in 0.1..0.5")
def known(x):
    return jnp.acosh(x)

@synthesis.example("f32[4]")
def hopeless(x):
    return jnp.log(-1.0 - x * x)

@synthesis.example("f32[4]")
def common(x):
    return jnp.sin(x) * x
"""


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("further") / "further.py"
    path.write_text(JAX)
    return path


@pytest.fixture(scope="module")
def inferred(path: Path) -> dict[str, Pair]:
    return pairs_of(path, frontend="jax", level=tuple(sorted(LEVELS)))


def arguments_of(pair: Pair) -> dict[str, Argument]:
    return {each.name: each for each in pair.spec.signature.arguments}


@pytest.mark.parametrize(
    "name",
    [
        "above_one",
        "within_one",
        "unsigned",
        "diverging",
        "each_its_own",
        "between",
        "factored",
        "factored_all",
        "common",
    ],
)
def test_inputs_are_inferred_on_which_a_kernel_can_be_verified(name: str, inferred: dict[str, Pair]) -> None:
    assert set(inferred[name].verdict.verified) == LEVELS, inferred[name].verdict.unverified


def test_the_row_states_the_domains(inferred: dict[str, Pair]) -> None:
    domains = {name: [each.domain for each in arguments_of(pair).values()] for name, pair in inferred.items()}
    assert domains["above_one"] == [Domain(low=1.1, high=2.0)]
    assert domains["within_one"] == [Domain(low=-1, high=1)]
    assert domains["unsigned"] == [Domain(low=0, high=1)]
    assert domains["diverging"] == [Domain(low=1.1, high=2.0)] * 2
    assert domains["each_its_own"] == [Domain(low=-0.9, high=0.9), Domain(low=1.1, high=2.0)]
    assert domains["between"] == [Domain(low=1.1, high=2.0), Domain(low=-0.9, high=0.9), Domain(low=3.0, high=8.0)]
    assert domains["common"] == [Domain(low=-1.5, high=1.5)]


def test_matrices_get_a_large_diagonal_only_where_others_have_no_factor(inferred: dict[str, Pair]) -> None:
    (matrix,) = arguments_of(inferred["factored"]).values()
    assert matrix.base == tuple(5.0 + 2 * row if row == column else 0.0 for row in range(4) for column in range(4))
    (matrices,) = arguments_of(inferred["factored_all"]).values()
    assert (
        matrices.base == tuple(4.0 + 2 * row if row == column else 0.0 for row in range(3) for column in range(3)) * 2
    )
    assert not any(each.base for name in ("above_one", "common") for each in arguments_of(inferred[name]).values())


def test_what_is_known_is_kept_and_what_no_domain_suits_is_unverified(inferred: dict[str, Pair]) -> None:
    (known,) = arguments_of(inferred["known"]).values()
    assert known.domain == Domain(low=0.1, high=0.5)
    (hopeless,) = arguments_of(inferred["hopeless"]).values()
    assert hopeless.domain is None
    for name, hindrance in (("known", Hindrance.OUTSIDE_DOMAIN), ("hopeless", Hindrance.NO_INPUTS)):
        verdict = inferred[name].verdict
        assert not verdict.verified
        assert {each.hindrance for each in verdict.unverified.values()} == {hindrance}


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("above_one", "acosh a", "asinh a"),
        ("diverging", "zeta d e", "zeta e d"),
        ("factored", "cholesky e", "cholesky d"),
        ("factored", "ge h i", "le h i"),
    ],
)
def test_a_wrong_text_fails_on_these_inputs(name: str, right: str, wrong: str, inferred: dict[str, Pair]) -> None:
    pair = inferred[name]
    text = str(pair.texts["jaxpr"])
    assert right in text
    with Verifier(get_frontend("jax")) as verifier:
        (good, bad) = judged(verifier, pair.spec, [{"jaxpr": text}, {"jaxpr": text.replace(right, wrong)}])
    assert good.verdict.verified == ("jaxpr",)
    assert bad.failed["jaxpr"].symptom is Symptom.WRONG_RESULT
