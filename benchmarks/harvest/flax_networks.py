"""Training steps of small networks of flax's layers: an MLP, a convolutional network, and a transformer block."""

import jax
import jax.numpy as jnp
from flax import linen as nn


class Mlp(nn.Module):
    @nn.compact
    def __call__(self, x):
        x = nn.LayerNorm()(nn.gelu(nn.Dense(8)(x)))
        return nn.Dense(3)(x)


class Convolutional(nn.Module):
    @nn.compact
    def __call__(self, x):
        x = nn.avg_pool(nn.relu(nn.Conv(4, (3, 3))(x)), (2, 2), strides=(2, 2))
        x = nn.max_pool(nn.GroupNorm(2)(nn.Conv(4, (3, 3), strides=2)(x)), (1, 1))
        return nn.Dense(3)(x.reshape(x.shape[0], -1))


class Block(nn.Module):
    @nn.compact
    def __call__(self, x):
        x = x + nn.MultiHeadDotProductAttention(num_heads=2)(nn.LayerNorm()(x), nn.LayerNorm()(x))
        return x + nn.Dense(x.shape[-1])(nn.swish(nn.Dense(16)(nn.RMSNorm()(x))))


def main() -> None:
    key = jax.random.key(0)
    for net, shape in ((Mlp(), (4, 6)), (Convolutional(), (2, 8, 8, 1)), (Block(), (2, 5, 8))):
        x = jax.random.normal(key, shape)
        parameters = net.init(key, x)

        @jax.jit
        def predict(parameters, x, net=net):
            return net.apply(parameters, x)

        @jax.jit
        def step(parameters, x, y, rate, net=net):
            gradients = jax.grad(lambda p: jnp.mean((net.apply(p, x) - y) ** 2))(parameters)
            return jax.tree.map(lambda p, g: p - rate * g, parameters, gradients)

        y = jnp.ones_like(predict(parameters, x))
        step(parameters, x, y, 0.1)


if __name__ == "__main__":
    main()
