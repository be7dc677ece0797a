"""Training steps of a small network with optimizers of optax's, which benchmarks/recording_jax.py records."""

import jax
import jax.numpy as jnp
import optax

OPTIMIZERS = {
    "sgd": optax.sgd(0.1),
    "momentum": optax.sgd(0.1, momentum=0.9, nesterov=True),
    "adam": optax.adam(1e-2),
    "adamw": optax.adamw(optax.cosine_decay_schedule(1e-2, 100)),
    "clipped": optax.chain(optax.clip_by_global_norm(1.0), optax.adam(1e-2)),
    "lion": optax.lion(1e-3),
    "rmsprop": optax.rmsprop(1e-3),
    "adagrad": optax.adagrad(1e-2),
    "lamb": optax.lamb(1e-2),
    "warm": optax.adam(optax.warmup_cosine_decay_schedule(0.0, 1e-2, 10, 100)),
    "factors": optax.adafactor(1e-2),
}


def initial(key, sizes):
    keys = jax.random.split(key, len(sizes))
    shapes = zip(keys, sizes[:-1], sizes[1:], strict=False)
    return [{"w": jax.random.normal(each, (a, b)) * 0.3, "b": jnp.zeros(b)} for each, a, b in shapes]


def forward(params, x):
    for layer in params[:-1]:
        x = jax.nn.relu(x @ layer["w"] + layer["b"])
    return x @ params[-1]["w"] + params[-1]["b"]


def loss_of(params, x, y):
    return optax.softmax_cross_entropy_with_integer_labels(forward(params, x), y).mean()


def train(optimizer):
    @jax.jit
    def step(params, opt_state, x, y):
        loss, grads = jax.value_and_grad(loss_of)(params, x, y)
        updates, opt_state = optimizer.update(grads, opt_state, params)
        return optax.apply_updates(params, updates), opt_state, loss

    params = initial(jax.random.key(0), [4, 8, 3])
    state = optimizer.init(params)
    x, y = jnp.linspace(-1, 1, 24).reshape(6, 4), jnp.array([0, 1, 2, 0, 1, 2])
    for _ in range(3):
        params, state, _ = step(params, state, x, y)


if __name__ == "__main__":
    for each in OPTIMIZERS.values():
        train(each)
