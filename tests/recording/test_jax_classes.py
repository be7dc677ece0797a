"""Functions of classes with bases: methods that call a base class's, and classes whose bases have the same name."""

from pathlib import Path

import pytest
from recorded_rows import rows_of_text

pytestmark = pytest.mark.needs("jax")
PROGRAM = """
import enum
from functools import partial
import jax
import jax.numpy as jnp


class Base:
    def __init__(self, scale):
        self.scale, self.bias = scale, 0.5

    def norm(self, x):
        return x / self.scale

    def run(self, x, power: int = 2):
        return self.norm(x) ** power + self.bias


class Middle(Base):
    def run(self, x, power: int = 2):
        return super().run(x, power=power) * 3.0


class Kind(enum.Enum):
    SINE = "sine"
    COSINE = "cosine"


class Model(Middle):
    def __init__(self, scale, shift, kind=Kind.COSINE):
        super().__init__(scale)
        self.kind = kind
        self.shift = shift

    def norm(self, x):
        return super().norm(x) + self.shift

    @partial(jax.jit, static_argnames=("self",))
    def run(self, x):
        return jnp.sin(
            super().run(
                x, 3
            )
        )

    def plain(self, x):
        return super().run(x) - x

    def waves(self, x):
        return jnp.sin(x) if self.kind is Kind.SINE else jnp.cos(x)



x = jnp.linspace(0.1, 0.9, 6)
model = Model(2.0, 0.25)
model.run(x)
jax.jit(model.plain)(x)
jax.jit(model.waves)(x)
"""


def test_methods_that_call_those_of_a_base_class_are_rows(tmp_path: Path) -> None:
    rows = rows_of_text(PROGRAM, tmp_path)
    assert set(rows) == {"run", "plain", "waves"}
    for name, row in rows.items():
        assert row.verdict is not None
        assert set(row.verdict.verified) >= {"jaxpr", "stablehlo"}, (name, row.spec.source, row.proofs)
    assert "middle_run(self, x) - x" in rows["plain"].spec.source


LOWEST = """
import dataclasses
import jax.numpy as jnp


@dataclasses.dataclass(frozen=True)
class State:
    x: object

    def total(self):
        return jnp.sum(self.x) * 2.0
"""
ABOVE = """
import dataclasses
from lowest_states import State as BaseState


@dataclasses.dataclass(frozen=True)
class State(BaseState):
    def scaled(self):
        return self.total() * 0.5
"""
STATES = """
import dataclasses
import jax
import jax.numpy as jnp
from states import State as BaseState


@dataclasses.dataclass(frozen=True)
class State(BaseState):
    shift: float = 0.5


@jax.jit
def spread(x):
    return State(x).scaled() - x


spread(jnp.linspace(0.1, 0.9, 6))
"""


def test_classes_whose_bases_have_the_same_name_keep_their_bases(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modules = tmp_path / "modules"
    modules.mkdir()
    (modules / "lowest_states.py").write_text(LOWEST)
    (modules / "states.py").write_text(ABOVE)
    monkeypatch.setenv("PYTHONPATH", str(modules), prepend=":")
    rows = rows_of_text(STATES, tmp_path)
    source = rows["spread"].spec.source
    assert "class BaseState_2:" in source
    assert "class BaseState(BaseState_2):" in source
    assert "class State(BaseState):" in source
    verdict = rows["spread"].verdict
    assert verdict is not None
    assert set(verdict.verified) >= {"jaxpr", "stablehlo"}, (source, rows["spread"].proofs)
