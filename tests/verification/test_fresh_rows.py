"""``verify`` right after ``extract`` finds nothing, in whatever order a file's functions were lowered."""

from pathlib import Path

import pytest

from synthesis.extraction import extract_to_folder
from synthesis.reverification import verify_folder
from synthesis.settings import Extraction

HEAD = """
import jax
import jax.numpy as jnp


@jax.custom_vjp
def _square(x):
    return x * x


_square.defvjp(
    lambda x: (x * x, x),
    lambda x, g: (2.0 * x * g,),
)


@jax.jit
def _inner(x):
    return jnp.where(x > 0.5, _square(x), jnp.clip(x, 0.0, 1.0))
"""
FUNCTIONS = (
    """
def first(x):
    return jnp.tanh(_inner(x)) + jax.nn.relu(x)
""",
    """
def second(x):

    y = jnp.where(x > 1.0, _square(x), x)
    return jax.nn.relu(y) + _inner(y)
""",
    """
def third(x):
    '''Calls what the others call, on other lines.'''

    z = jnp.clip(x, 0.0, 1.0)
    return jnp.where(z > 0.2, _inner(z), z)
""",
)


@pytest.mark.needs("jax")
@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_no_row_depends_on_what_was_lowered_before_it(order: tuple[int, ...], tmp_path: Path) -> None:
    target, out = tmp_path / "mine.py", tmp_path / "out"
    target.write_text(HEAD + "\n".join(FUNCTIONS[number] for number in order))
    levels = ("jaxpr", "stablehlo", "hlo", "vjp_stablehlo")
    extract_to_folder(str(target), out, Extraction(arg=("f32[4]",), level=levels))
    found = verify_folder(out)
    assert found.rows == 3
    assert not found.failures
