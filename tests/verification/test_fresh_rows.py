"""``verify`` right after ``extract`` finds nothing, in whatever order a file's functions were lowered."""

from dataclasses import replace
from pathlib import Path

import pytest

from synthesis import Rejection, Symptom, generate
from synthesis.core.records import KernelSpec
from synthesis.core.run_settings import Extraction
from synthesis.core.signatures import Domain
from synthesis.generator import KernelGenerator
from synthesis.making.runs.extraction import extract_to_folder
from synthesis.making.runs.reverification import verify_folder

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
    assert found.rows == 5  # two of them are _square and _inner
    assert not found.failures


@pytest.mark.needs("jax")
@pytest.mark.parametrize(
    ("argument", "why"),
    [
        ("f32[8] in 2..2", "the inputs tell too little"),
        ("f32[8] in 1000..1000.5", "the inputs tell too little"),
        ("f32[2049,2048]", "too dear to run"),
        ("f32[5000,5000]", "too dear to run"),
    ],
)
def test_of_inputs_that_prove_nothing_a_row_says_so_and_does_not_fail(argument: str, why: str, tmp_path: Path) -> None:
    target, out = tmp_path / "mine.py", tmp_path / "out"
    target.write_text("import jax.numpy as jnp\n\n\ndef curve(x):\n    return jnp.sin(x) * 2.0\n")
    extract_to_folder(str(target), out, Extraction(arg=(argument,), level=("stablehlo",)))
    found = verify_folder(out)
    assert (found.rows, found.texts) == (1, 0)
    assert not found.failures
    (reason,) = found.unverified
    assert why in reason


@pytest.mark.needs("jax")
def test_a_drawn_kernel_of_which_its_recipe_says_what_is_not_so_is_no_row(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = KernelGenerator.spec

    def spec(self: KernelGenerator, index: int) -> KernelSpec:
        drawn = draw(self, index)
        first, *others = drawn.signature.arguments
        still = replace(first, domain=Domain(low=1.0, high=1.0))
        return replace(drawn, signature=replace(drawn.signature, arguments=(still, *others)))

    monkeypatch.setattr(KernelGenerator, "spec", spec)
    lost: list[Rejection] = []
    assert not list(generate("jax", 1, category=("math",), level=("stablehlo",), on_rejection=lost.append))
    (found,) = lost
    assert found.symptom is Symptom.INTERNAL_ERROR
    assert "a recipe of irsmith describes the signature wrongly: " in found.detail
