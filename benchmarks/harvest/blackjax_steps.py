"""A step of several of blackjax's samplers, on a small density."""

import blackjax
import jax
import jax.numpy as jnp


def log_density(x):
    return -0.5 * jnp.sum((x - 0.3) ** 2) - 0.1 * jnp.sum(x**4)


def main() -> None:
    x, key = jnp.array([0.1, -0.4, 0.7]), jax.random.PRNGKey(0)
    mass = jnp.ones(3)
    samplers = {
        "hmc": lambda: blackjax.hmc(log_density, 0.1, mass, 3),
        "nuts": lambda: blackjax.nuts(log_density, 0.1, mass, max_num_doublings=2),
        "mala": lambda: blackjax.mala(log_density, 0.1),
        "rmh": lambda: blackjax.additive_step_random_walk(log_density, blackjax.mcmc.random_walk.normal(mass * 0.1)),
        "barker": lambda: blackjax.barker_proposal(log_density, 0.1),
        "dynamic_hmc": lambda: blackjax.dynamic_hmc(log_density, 0.1, mass),
        "ghmc": lambda: blackjax.ghmc(log_density, 0.1, mass, 0.5, 0.1),
        "mclmc": lambda: blackjax.mclmc(log_density, L=1.0, step_size=0.1),
    }
    for name, make in samplers.items():
        try:
            sampler = make()
            state = sampler.init(x, key) if name in ("dynamic_hmc", "ghmc", "mclmc") else sampler.init(x)

            @jax.jit
            def step(key, state, sampler=sampler):
                return sampler.step(key, state)[0]

            step(key, state)
        except (TypeError, AttributeError) as error:
            print(f"{name}: {error}", flush=True)
        else:
            print(f"{name}: a step", flush=True)


if __name__ == "__main__":
    main()
