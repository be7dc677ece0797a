"""Kernels of Pallas's, which a CPU runs block by block."""

import functools

import jax
import jax.numpy as jnp
from jax.experimental import pallas as pl
from jax.experimental.pallas import tpu as pltpu


def matmul_kernel(x_ref, y_ref, o_ref, acc_ref, *, steps):
    @pl.when(pl.program_id(2) == 0)
    def _():
        acc_ref[...] = jnp.zeros_like(acc_ref)

    acc_ref[...] += jnp.dot(x_ref[...], y_ref[...], preferred_element_type=jnp.float32)

    @pl.when(pl.program_id(2) == steps - 1)
    def _():
        o_ref[...] = acc_ref[...].astype(o_ref.dtype)


def matmul(x, y):
    m, k = x.shape
    n = y.shape[1]
    return pl.pallas_call(
        functools.partial(matmul_kernel, steps=k // 8),
        grid=(m // 8, n // 8, k // 8),
        in_specs=[pl.BlockSpec((8, 8), lambda i, j, k: (i, k)), pl.BlockSpec((8, 8), lambda i, j, k: (k, j))],
        out_specs=pl.BlockSpec((8, 8), lambda i, j, k: (i, j)),
        out_shape=jax.ShapeDtypeStruct((m, n), x.dtype),
        scratch_shapes=[pltpu.VMEM((8, 8), jnp.float32)],
        interpret=True,
    )(x, y)


def softmax_kernel(x_ref, o_ref):
    row = x_ref[0, :]
    e = jnp.exp(row - jnp.max(row))
    o_ref[0, :] = e / jnp.sum(e)


def softmax(x):
    spec = pl.BlockSpec((1, x.shape[1]), lambda i: (i, 0))
    shape = jax.ShapeDtypeStruct(x.shape, x.dtype)
    return pl.pallas_call(
        softmax_kernel, grid=(x.shape[0],), in_specs=[spec], out_specs=spec, out_shape=shape, interpret=True
    )(x)


def scan_kernel(x_ref, o_ref):
    def body(i, total):
        total = total + x_ref[i]
        o_ref[i] = total
        return total

    jax.lax.fori_loop(0, x_ref.shape[0], body, 0.0)


def running_sum(x):
    return pl.pallas_call(scan_kernel, out_shape=jax.ShapeDtypeStruct(x.shape, x.dtype), interpret=True)(x)


def pick_kernel(table_ref, rows_ref, o_ref):
    rows = rows_ref[...]
    o_ref[...] = table_ref[rows, 1:3]
    o_ref[pl.ds(1, 2), 0] += table_ref[0, 1:3]
    o_ref[rows, 1] = table_ref[rows, 3]


def pick(table, rows):
    shape = jax.ShapeDtypeStruct((rows.shape[0], 2), table.dtype)
    return pl.pallas_call(pick_kernel, out_shape=shape, interpret=True)(table, rows)


def count_kernel(x_ref, o_ref):
    i = pl.program_id(0)
    o_ref[...] = x_ref[...] * pl.num_programs(0) + i


def count(x):
    """Blocks that reach beyond the end of what they are blocks of."""
    spec = pl.BlockSpec((4,), lambda i: (i,))
    return pl.pallas_call(
        count_kernel,
        grid=(pl.cdiv(x.shape[0], 4),),
        in_specs=[spec],
        out_specs=spec,
        out_shape=jax.ShapeDtypeStruct(x.shape, x.dtype),
        interpret=True,
    )(x)


def relu_kernel(x_ref, o_ref):
    @pl.when(x_ref[0] > 0)
    def _():
        o_ref[0] = x_ref[0]


def relu(x):
    """A kernel that leaves some of its result as the operand was."""
    spec = pl.BlockSpec((1,), lambda i: (i,))
    return pl.pallas_call(
        relu_kernel,
        grid=x.shape,
        in_specs=[spec],
        out_specs=spec,
        out_shape=jax.ShapeDtypeStruct(x.shape, x.dtype),
        input_output_aliases={0: 0},
        interpret=True,
    )(x)
