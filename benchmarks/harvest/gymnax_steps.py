"""A few steps of gymnax's classic environments."""

import gymnax
import jax

NAMES = (
    "CartPole-v1", "Pendulum-v1", "Acrobot-v1", "MountainCar-v0", "MountainCarContinuous-v0", "Catch-bsuite",
    "DeepSea-bsuite", "Breakout-MinAtar", "SpaceInvaders-MinAtar", "FourRooms-misc", "PointRobot-misc",
)  # fmt: skip


def main() -> None:
    for name in NAMES:
        try:
            env, parameters = gymnax.make(name)
        except (KeyError, ValueError) as error:
            print(f"{name}: {error}", flush=True)
            continue
        key = jax.random.PRNGKey(0)

        @jax.jit
        def reset(key, env=env, parameters=parameters):
            return env.reset_env(key, parameters)

        @jax.jit
        def step(key, state, action, env=env, parameters=parameters):
            return env.step_env(key, state, action, parameters)

        _, state = reset(key)
        for _ in range(3):
            key, one, two = jax.random.split(key, 3)
            _, state, *_ = step(one, state, env.action_space(parameters).sample(two))
        print(f"{name}: 3 steps", flush=True)


if __name__ == "__main__":
    main()
