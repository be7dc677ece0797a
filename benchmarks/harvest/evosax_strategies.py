"""One step of evosax's evolution strategies."""

import jax
import jax.numpy as jnp
from evosax.algorithms import algorithms
from evosax.algorithms.population_based.base import PopulationBasedAlgorithm

SOLUTION = jnp.zeros(4)
OTHERS = ("RandomSearch", "SV_CMA_ES", "SV_Open_ES")
"""Strategies that need further arguments."""


def main() -> None:
    key = jax.random.key(0)
    for name, kind in algorithms.items():
        if name in OTHERS:
            continue
        strategy = kind(population_size=8, solution=SOLUTION)
        parameters = strategy.default_params
        if issubclass(kind, PopulationBasedAlgorithm):
            state = strategy.init(key, jnp.zeros((8, 4)), jnp.arange(8.0), parameters)
        else:
            state = strategy.init(key, SOLUTION, parameters)
        population, state = jax.jit(strategy.ask)(key, state, parameters)
        jax.jit(strategy.tell)(key, population, jnp.sum(population**2, axis=-1), state, parameters)


if __name__ == "__main__":
    main()
