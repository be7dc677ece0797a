"""JAX functions that come to harm while they are traced, among harmless ones."""

import os
import signal

import jax.numpy as jnp
import numpy as np

from synthesis import example


@example("f32[4]")
def harmless_first(x):
    return jnp.sin(x) * 2.0


@example("f32[4]")
def leaves_the_program(x):
    raise SystemExit(3)


@example("f32[4]")
def ends_the_process(x):
    os._exit(0)
    return x


@example("f32[4]")
def harmless_second(x):
    return jnp.cos(x) + 1.0


@example("f32[4]")
def never_ends(x):
    while True:
        x = x + 0
    return x


@example("f32[4]")
def kills_the_process(x):
    os.kill(os.getpid(), signal.SIGSEGV)
    return x


@example("f32[4]")
def copies_the_process(x):
    os.fork()
    return jnp.tanh(x)


@example("f32[4]")
def holds_too_much(x):
    return x + jnp.asarray(np.random.default_rng(0).normal(size=(3_000_000, 4)))


@example("f32[4]")
def harmless_last(x):
    return jnp.exp(-x)
