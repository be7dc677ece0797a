"""Right derivatives that rounding moves far, or whose branches it decides, are verified, and wrong ones are not."""

import pytest

from synthesis import Pair, get_frontend
from synthesis.core.examples import Examples, parse_type
from synthesis.frontends.base import Kernel
from synthesis.making.runs.extraction import extract
from synthesis.verification.judge import Judgement
from synthesis.verification.planning import make_plan
from synthesis.verification.verifier import Verifier

pytestmark = pytest.mark.needs("jax")
SOURCE = """
import jax
import jax.numpy as jnp


@jax.custom_jvp
def bent(x):
    return jnp.tanh(x)


bent.defjvp(lambda primals, tangents: (bent(*primals), 1.25 * tangents[0] * (1 - bent(*primals) ** 2)))


def energy_of(coords, corners, rest, bend):
    i, j, l = corners.T
    u, v = coords[i] - coords[j], coords[l] - coords[j]
    sine = jnp.sqrt((jnp.cross(u, v) ** 2).sum(axis=-1) + 1e-8)
    angles = jnp.arctan2(sine, (u * v).sum(axis=-1))
    return (0.5 * (angles - rest) ** 2).sum() + (2.0 * bend(coords)).sum()


def loss_of(x, weights, labels, bend):
    h = x.astype(jnp.bfloat16)
    for w in weights.astype(h.dtype):
        h = h + bend(h @ w)
    return -(jax.nn.one_hot(labels, 32) * jax.nn.log_softmax(h.astype(jnp.float32))).sum(axis=-1).mean()


@jax.custom_jvp
def steep(x):
    return jax.nn.relu(x)


steep.defjvp(lambda primals, tangents: (steep(*primals), jnp.where(primals[0] > 0, 1.25 * tangents[0], 0)))


def layer(x, kernel):
    return jax.nn.relu(x.astype(jnp.bfloat16) @ kernel.astype(jnp.bfloat16))


def wrong_layer(x, kernel):
    return steep(x.astype(jnp.bfloat16) @ kernel.astype(jnp.bfloat16))


def energy(coords, corners, rest):
    return energy_of(coords, corners, rest, jnp.tanh)


def wrong_energy(coords, corners, rest):
    return energy_of(coords, corners, rest, bent)


def loss(x, weights, labels):
    return loss_of(x, weights, labels, jnp.tanh)


def wrong_loss(x, weights, labels):
    return loss_of(x, weights, labels, bent)
"""
ANGLES = {"coords": "f32[24,3]", "corners": "i32[28,3] in 0..23", "rest": "f32[28]"}
BATCH = {"x": "f32[16,32] in -1..1", "weights": "f32[3,32,32] in -0.3..0.3", "labels": "i32[16] in 0..31"}
DENSE = {"x": "f32[64,64] in -1..1", "kernel": "f32[64,96] in -0.05..0.05"}
LEVELS = ["stablehlo", "vjp_stablehlo", "jvp_stablehlo"]


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    tables = {
        **dict.fromkeys(("energy", "wrong_energy"), ANGLES),
        **dict.fromkeys(("loss", "wrong_loss"), BATCH),
        **dict.fromkeys(("layer", "wrong_layer"), DENSE),
        "bent": {"x": "f32[4]"},
        "steep": {"x": "f32[4]"},
    }
    shapes = {name: {key: parse_type(each) for key, each in row.items()} for name, row in tables.items()}
    path = tmp_path_factory.mktemp("rough") / "mine.py"
    path.write_text(SOURCE)
    found = extract(path, examples=Examples(tables=shapes), frontend="jax", level=LEVELS)
    return {each.spec.name: each for each in found if isinstance(each, Pair)}


@pytest.mark.parametrize(("name", "seed"), [("energy", 5), ("loss", 7), ("loss", 9), ("layer", 1), ("layer", 2)])
def test_a_right_derivative_is_verified_on_inputs_where_rounding_matters(
    pairs: dict[str, Pair], name: str, seed: int
) -> None:
    found = _judged(pairs[name], seed)
    assert not found.failed
    assert set(found.verdict.verified) == set(LEVELS)


@pytest.mark.parametrize("name", ["wrong_energy", "wrong_loss", "wrong_layer"])
def test_a_wrong_derivative_of_the_same_function_is_refused(pairs: dict[str, Pair], name: str) -> None:
    assert pairs[name].verdict.verified == ("stablehlo",)


def _judged(pair: Pair, seed: int) -> Judgement:
    """What ``irsmith verify`` says of a row with inputs of a seed."""
    frontend = get_frontend("jax")
    kernel = frontend.load_one(pair.spec)
    assert isinstance(kernel, Kernel)
    with Verifier(frontend) as verifier:
        (found,) = verifier.judge([make_plan(frontend, kernel, pair.texts, useful=False, fresh=False, seed=seed)])
    frontend.compiler.release([kernel])
    return found
