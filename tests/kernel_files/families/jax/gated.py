"""Multiplies features by a gate that is computed from them."""
#: frontend: jax
#: category: layers
#: names: gated glu
#: difficulty: 2 3

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import Array, either, size

batch = size(4, 6)
dim = size(8, 16)


def centred(x: Array, axis: int):
    return x - x.mean(axis, keepdims=True)


def kernel(
    x: Array[float, batch, dim],  #: -2..2, named x inputs, "inputs"
    w: Array[float, dim, dim],  #: -1..1, named w weight, "weights of the gate"
    b: Array[float, dim],  #: -1..1, "bias of the gate"
    temperature: float,  #: 0.5..2, usually 1.0
    kind: str,  #: option 'sigmoid' 'tanh', named kind activation, "how the gate is computed"
) -> tuple[Array[float, batch, dim], Array[float, batch]]:
    h = either(x @ w, jnp.dot(x, w), jnp.einsum("bi,ij->bj", x, w))
    #| 0.5
    h = h + b
    #| else
    h = centred(h, -1)
    #| end
    #| 0.5
    parts = {"gate": h / temperature}
    gate = jax.nn.sigmoid(parts["gate"])
    #| else
    if kind == "sigmoid":
        gate = jax.nn.sigmoid(h)
    elif kind == "tanh":
        gate = jnp.tanh(h)
    else:
        raise ValueError(f"unknown kind {kind}")
    #| end
    out = x * gate
    return out, either(out.sum(axis=1), jnp.sum(out, axis=-1))
