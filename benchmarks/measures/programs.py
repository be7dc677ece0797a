"""Programs such as people write with installed libraries of JAX's, lowered on abstract shapes: nothing is computed."""

# pyright: basic, reportMissingImports=false
# The libraries are installed for this benchmark alone, and not where the types are checked.

from collections.abc import Callable, Iterator
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import optax
from flax import linen as nn

_KEY = jax.ShapeDtypeStruct((2,), jnp.uint32)
_Lowered = Callable[[], tuple[Callable[..., Any], tuple[Any, ...]]]


def lower_programs() -> Iterator[tuple[str, str]]:
    """The name and the StableHLO of every program."""
    for make in _PROGRAMS:
        function, arguments = make()
        yield make.__name__, jax.jit(function).lower(*arguments).as_text()


def _floats(*shape: int, dtype: Any = jnp.float32) -> jax.ShapeDtypeStruct:
    return jax.ShapeDtypeStruct(shape, dtype)


def _whole(*shape: int) -> jax.ShapeDtypeStruct:
    return jax.ShapeDtypeStruct(shape, jnp.int32)


def _weights(model: nn.Module, *inputs: Any) -> Any:
    """The abstract variables of a model of flax's."""
    return jax.eval_shape(model.init, _KEY, *inputs)


def _split(make: Callable[[Any], Any]) -> tuple[Any, Any]:
    """The abstract weights of a model of equinox's, and the rest of it."""
    return eqx.partition(eqx.filter_eval_shape(make, _KEY), lambda leaf: isinstance(leaf, jax.ShapeDtypeStruct))


class _Perceptron(nn.Module):
    @nn.compact
    def __call__(self, x: Any) -> Any:
        for width in (512, 256):
            x = nn.relu(nn.Dense(width)(x))
        return nn.Dense(10)(x)


class _Convolutions(nn.Module):
    @nn.compact
    def __call__(self, x: Any) -> Any:
        for width in (32, 64, 128):
            x = nn.relu(nn.GroupNorm(num_groups=8)(nn.Conv(width, (3, 3))(x)))
            x = nn.max_pool(x, (2, 2), strides=(2, 2))
        return nn.Dense(10)(jnp.mean(x, axis=(1, 2)))


class _Transformer(nn.Module):
    layers: int = 2
    width: int = 512
    heads: int = 8
    words: int = 8192

    @nn.compact
    def __call__(self, tokens: Any) -> Any:
        half = jnp.bfloat16
        x = nn.Embed(self.words, self.width, dtype=half)(tokens)
        x = x + nn.Embed(tokens.shape[-1], self.width, dtype=half)(jnp.arange(tokens.shape[-1]))
        mask = nn.make_causal_mask(tokens)
        for _ in range(self.layers):
            y = nn.LayerNorm(dtype=half)(x)
            x = x + nn.MultiHeadDotProductAttention(num_heads=self.heads, dtype=half)(y, mask=mask)
            y = nn.Dense(4 * self.width, dtype=half)(nn.LayerNorm(dtype=half)(x))
            x = x + nn.Dense(self.width, dtype=half)(nn.gelu(y))
        return nn.Dense(self.words, dtype=half, use_bias=False)(nn.LayerNorm(dtype=half)(x))


def _classify(model: nn.Module) -> Callable[[Any, Any, Any], Any]:
    def loss(weights: Any, x: Any, labels: Any) -> Any:
        scores: Any = model.apply(weights, x)
        return optax.softmax_cross_entropy_with_integer_labels(scores.astype(jnp.float32), labels).mean()

    return loss


def perceptron_gradient() -> Any:
    """The loss of a perceptron and its gradient."""
    model, x = _Perceptron(), _floats(128, 784)
    return jax.value_and_grad(_classify(model)), (_weights(model, x), x, _whole(128))


def convolutions_step() -> Any:
    """A step of gradient descent with momentum, on images."""
    model, x = _Convolutions(), _floats(64, 32, 32, 3)
    weights, optimizer = _weights(model, x), optax.sgd(0.1, momentum=0.9)

    def step(weights: Any, state: Any, x: Any, labels: Any) -> Any:
        loss, slopes = jax.value_and_grad(_classify(model))(weights, x, labels)
        updates, state = optimizer.update(slopes, state)
        return optax.apply_updates(weights, updates), state, loss

    return step, (weights, jax.eval_shape(optimizer.init, weights), x, _whole(64))


def transformer_step() -> Any:
    """A step of AdamW on a transformer that computes in bfloat16, clipped, with a schedule."""
    model, tokens = _Transformer(), _whole(8, 256)
    weights = _weights(model, tokens)
    rate = optax.warmup_cosine_decay_schedule(0.0, 3e-4, 1000, 100_000)
    optimizer = optax.chain(optax.clip_by_global_norm(1.0), optax.adamw(rate, weight_decay=0.1))

    def step(weights: Any, state: Any, tokens: Any, labels: Any) -> Any:
        loss, slopes = jax.value_and_grad(_classify(model))(weights, tokens, labels)
        updates, state = optimizer.update(slopes, state, weights)
        return optax.apply_updates(weights, updates), state, loss

    return step, (weights, jax.eval_shape(optimizer.init, weights), tokens, _whole(8, 256))


def transformer_scores() -> Any:
    """What a transformer says of a batch of texts."""
    model, tokens = _Transformer(), _whole(4, 128)
    return model.apply, (_weights(model, tokens), tokens)


def adamw_update() -> Any:
    """AdamW on a few matrices that are bfloat16 themselves."""
    half = jnp.bfloat16
    weights = {
        "up": _floats(512, 2048, dtype=half),
        "down": _floats(2048, 512, dtype=half),
        "scale": _floats(512, dtype=half),
    }
    optimizer = optax.adamw(1e-3, mu_dtype=half)

    def update(slopes: Any, state: Any, weights: Any) -> Any:
        updates, state = optimizer.update(slopes, state, weights)
        return optax.apply_updates(weights, updates), state

    return update, (weights, jax.eval_shape(optimizer.init, weights), weights)


def memory_over_time() -> Any:
    """An LSTM over sequences, with the gradient of a squared error."""
    model, x = nn.RNN(nn.OptimizedLSTMCell(256)), _floats(32, 100, 64)

    def loss(weights: Any, x: Any, wanted: Any) -> Any:
        told: Any = model.apply(weights, x)
        return optax.l2_loss(told, wanted).mean()

    return jax.grad(loss), (_weights(model, x), x, _floats(32, 100, 256))


def gated_over_time() -> Any:
    """A GRU of equinox's over sequences, by a scan of its own."""
    weights, rest = _split(lambda key: eqx.nn.GRUCell(32, 128, key=key))

    def run(weights: Any, xs: Any) -> Any:
        cell: Any = eqx.combine(weights, rest)

        def step(state: Any, x: Any) -> Any:
            state = cell(x, state)
            return state, state

        return jax.vmap(lambda each: jax.lax.scan(step, jnp.zeros(128), each)[1])(xs)

    return run, (weights, _floats(16, 200, 32))


def rollout() -> Any:
    """A system whose rates a network of equinox's gives, over time, by the midpoint method, and its gradient."""
    weights, rest = _split(lambda key: eqx.nn.MLP(16, 16, 128, 2, activation=jnp.tanh, key=key))

    def loss(weights: Any, starts: Any, wanted: Any) -> Any:
        rates: Any = jax.vmap(eqx.combine(weights, rest))

        def step(y: Any, _: Any) -> Any:
            y = y + 0.01 * rates(y + 0.005 * rates(y))
            return y, y

        path = jax.lax.scan(step, starts, None, length=100)[1]
        return jnp.mean(optax.huber_loss(path, wanted))

    return jax.value_and_grad(loss), (weights, _floats(256, 16), _floats(100, 256, 16))


def attention_block() -> Any:
    """Attention of equinox's over a batch, after a norm, and a network after it."""

    def make(key: Any) -> Any:
        one, two = jax.random.split(key)
        return (
            eqx.nn.LayerNorm(384),
            eqx.nn.MultiheadAttention(6, 384, key=one),
            eqx.nn.MLP(384, 384, 1536, 1, activation=jax.nn.gelu, key=two),
        )

    weights, rest = _split(make)

    def run(weights: Any, xs: Any) -> Any:
        norm, attention, network = eqx.combine(weights, rest)

        def each(x: Any) -> Any:
            y = jax.vmap(norm)(x)
            x = x + attention(y, y, y)
            return x + jax.vmap(network)(x)

        return jax.vmap(each)(xs)

    return run, (weights, _floats(8, 197, 384))


def sampling() -> Any:
    """Words sampled of a network's scores, of the five best, one after the other."""
    model, state = _Perceptron(), _floats(16, 784)

    def run(weights: Any, key: Any, state: Any) -> Any:
        def step(carry: Any, key: Any) -> Any:
            scores: Any = model.apply(weights, carry) / 0.8
            best, places = jax.lax.top_k(scores, 5)
            chosen = jnp.take_along_axis(places, jax.random.categorical(key, best)[:, None], axis=-1)[:, 0]
            carry = jnp.roll(carry, 1, axis=-1).at[:, 0].set(chosen.astype(carry.dtype))
            return carry, chosen

        return jax.lax.scan(step, state, jax.random.split(key, 64))[1]

    return run, (_weights(model, state), _KEY, state)


def dropout_autoencoder() -> Any:
    """The reconstruction of noisy pictures by convolutions of equinox's, with dropout."""

    def make(key: Any) -> Any:
        one, two = jax.random.split(key)
        return eqx.nn.Conv2d(3, 32, 3, stride=2, padding=1, key=one), eqx.nn.ConvTranspose2d(
            32, 3, 4, stride=2, padding=1, key=two
        )

    weights, rest = _split(make)

    def loss(weights: Any, pictures: Any, key: Any) -> Any:
        inner, outer = eqx.combine(weights, rest)
        keys = jax.random.split(key, pictures.shape[0])

        def each(picture: Any, key: Any) -> Any:
            found = eqx.nn.Dropout(0.1)(jax.nn.silu(inner(picture)), key=key)
            return outer(found)

        return jnp.mean((jax.vmap(each)(pictures, keys) - pictures) ** 2)

    return jax.grad(loss), (weights, _floats(32, 3, 64, 64), _KEY)


_PROGRAMS: tuple[_Lowered, ...] = (
    perceptron_gradient,
    convolutions_step,
    transformer_step,
    transformer_scores,
    adamw_update,
    memory_over_time,
    gated_over_time,
    rollout,
    attention_block,
    sampling,
    dropout_autoencoder,
)
