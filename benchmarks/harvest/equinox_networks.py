"""Calls and gradients of equinox's layers under its own jit."""

import equinox as eqx
import jax
import jax.numpy as jnp


def main() -> None:
    keys = jax.random.split(jax.random.key(0), 12)
    vector, image, sequence = jnp.linspace(-1.0, 1.0, 6), jnp.ones((2, 8, 8)) * 0.3, jnp.linspace(-1.0, 1.0, 20)
    layers = [
        (eqx.nn.MLP(6, 3, 8, 2, key=keys[0]), (vector,)),
        (eqx.nn.MLP(6, "scalar", 8, 1, jax.nn.softplus, key=keys[1]), (vector,)),
        (eqx.nn.Linear(6, 4, use_bias=False, key=keys[2]), (vector,)),
        (eqx.nn.Conv2d(2, 3, 3, key=keys[3]), (image,)),
        (eqx.nn.ConvTranspose2d(2, 3, 3, stride=2, key=keys[4]), (image,)),
        (eqx.nn.AvgPool2d(2, 2), (image,)),
        (eqx.nn.MaxPool2d(3, 2), (image,)),
        (eqx.nn.LayerNorm(6), (vector,)),
        (eqx.nn.RMSNorm(6), (vector,)),
        (eqx.nn.GroupNorm(1, 2), (image,)),
        (eqx.nn.GRUCell(6, 4, key=keys[5]), (vector, jnp.zeros(4))),
        (eqx.nn.LSTMCell(6, 4, key=keys[6]), (vector, (jnp.zeros(4), jnp.ones(4)))),
        (eqx.nn.MultiheadAttention(2, 4, key=keys[7]), (sequence.reshape(5, 4),) * 3),
        (eqx.nn.Embedding(7, 4, key=keys[8]), (jnp.array(3),)),
        (eqx.nn.PReLU(0.2), (vector,)),
        (eqx.nn.RotaryPositionalEmbedding(4), (sequence.reshape(5, 4),)),
    ]
    for layer, given in layers:

        @eqx.filter_jit
        def call(layer, *given):
            return layer(*given)

        @eqx.filter_jit
        def gradient(layer, *given):
            return eqx.filter_grad(lambda each: sum(jnp.sum(leaf**2) for leaf in jax.tree.leaves(each(*given))))(layer)

        call(layer, *given)
        if jax.tree.leaves(eqx.filter(layer, eqx.is_inexact_array)):
            gradient(layer, *given)


if __name__ == "__main__":
    main()
