"""Evaluations in float64 with random errors, as large as those of rounding, which show how rounding changes slopes.

The errors of a sample are the same in all its runs. So the differences between the runs are the slopes of a function
whose numbers are all rounded. The error of a factor changes the slopes of a product in proportion, as rounding the
slope itself does. The copies of a number that operations read have errors of their own, since derivatives add what
belongs to each copy.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from synthesis.frontends.jax.graphs import Equation, Graph
from synthesis.frontends.jax.reference.formats import UNITS
from synthesis.frontends.jax.reference.primitives import CALLS, EXACT, INSIDE, decides
from synthesis.frontends.jax.reference.rules.table import Array, Inputs
from synthesis.frontends.jax.reference.stacks import Stack, of_run
from synthesis.frontends.jax.reference.together import Together

_FINE = {np.dtype(np.float32): 2.0**-23}
"""The unit in the last place at 1 of the format whose numbers get errors if a function has no numbers of 16 bits."""
_OPERANDS = 1 << 16
"""Added to the place of an operand, so that its errors are not those of a result."""
_OF_DECISIONS = 3.0
"""Factor of the errors in runs that decide by themselves, so that a few samples show most of what a text may decide."""
_COPYING = frozenset({"broadcast_in_dim", "dynamic_slice", "gather", "slice", "split"})
"""Exact primitives whose results are copies of parts of their operands."""


class RoughEvaluator(Together):
    """An evaluator in float64 of runs without errors, followed by the same runs with errors, once for each sample.

    Unless they decide by themselves, runs with errors make the decisions of those without: integers and truth values
    that are computed from floating-point numbers are copied.

    Args:
        seed: the seed of the errors.
        group: the number of runs.
        held: the identities of the equations that hold something of the first of the runs.
        coarse: whether only numbers of 16 bits get errors, beside which those of other numbers do not matter.
        decide: whether each run decides by itself, with larger errors.
    """

    def __init__(self, seed: int, *, group: int, held: frozenset[int], coarse: bool, decide: bool = False) -> None:
        super().__init__(double=True, group=group, held=held)
        self._seed, self._decide = seed % (1 << 64), decide
        larger = _OF_DECISIONS if decide else 1.0
        self._units: dict[Any, float] = {kind: larger * unit for kind, unit in (UNITS if coarse else _FINE).items()}
        self._numbers: dict[int, int] = {}
        """The number of each equation, by its identity, in the order of the first evaluation."""
        self._evaluated = Counter[tuple[int, int]]()
        """How often each run has evaluated each equation."""

    def samples(self, graph: Graph, several: Sequence[Inputs], count: int) -> list[list[list[Array]]]:
        """Return a function's results on several inputs with errors, once for each of ``count`` samples.

        Raises:
            ReferenceUnknownError: for a primitive that is not modelled.
            ValueError: if runs take different paths.
        """
        size = len(several)
        self.running = range(size * (1 + count))
        with np.errstate(all="ignore"):
            columns = zip(*([self.promoted(each) for each in inputs] for inputs in several), strict=True)
            given: list[Any] = [Stack(np.concatenate([np.stack(column)] * (1 + count))) for column in columns]
            made: list[Any] = self.call(graph, given)
        return [
            [[np.asarray(of_run(each, size * sample + run)) for each in made] for run in range(size)]
            for sample in range(1, 1 + count)
        ]

    def apply(self, equation: Equation, inputs: Sequence[Any]) -> list[Any]:
        """Return the results of one equation: decisions of the runs without errors, or numbers with errors."""
        name, unit = equation.primitive, self._units.get(equation.types[0].dtype) if equation.types else None
        if name in INSIDE and unit is not None:  # a text may round each term of a sum
            inputs = [
                self._off(equation, _OPERANDS + place, each, unit)
                if type(each) is Stack and each.data.dtype.kind == "f"
                else each
                for place, each in enumerate(inputs)
            ]
        made = super().apply(equation, inputs)
        if decides(equation, inputs):
            return made if self._decide else [self._of_first_runs(each) for each in made]
        if name in CALLS or (name in EXACT and name not in _COPYING):
            return made
        return [
            self._off(equation, place, each, self._units[kind.dtype])
            if type(each) is Stack and kind.dtype in self._units
            else each
            for place, (each, kind) in enumerate(zip(made, equation.types, strict=True))
        ]

    def _of_first_runs(self, value: Any) -> Any:
        """Return a stack in which each run with errors has the value of the same run without errors."""
        if type(value) is not Stack:
            return value
        place = {run: number for number, run in enumerate(self.running)}
        return Stack(value.data[[place[run % self._size] for run in self.running]])

    def _off(self, equation: Equation, place: int, value: Stack, unit: float) -> Stack:
        """Return numbers with relative errors of up to half a unit; integers such as 0 and 1 stay exact."""
        count = max(self._evaluated[id(equation), run] for run in self.running)
        self._evaluated.update({
            (id(equation), run): count + 1 - self._evaluated[id(equation), run] for run in self.running
        })  # fmt: skip
        number = self._numbers.setdefault(id(equation), len(self._numbers))
        data = value.data.copy()
        rows: dict[int, list[int]] = {}
        for row, run in enumerate(self.running):
            rows.setdefault(run // self._size, []).append(row)
        for sample, own in rows.items():
            if sample:
                generator = np.random.default_rng((self._seed, sample, number, count, place))
                errors = unit * (generator.random(value.shape, np.float32) - np.float32(0.5))
                part = slice(own[0], own[-1] + 1) if own[-1] - own[0] + 1 == len(own) else own
                data[part] += data[part] * errors * (data[part] != np.rint(data[part]))
        return Stack(data)
