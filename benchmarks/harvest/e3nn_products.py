"""Equivariant operations of e3nn-jax."""

import e3nn_jax as e3nn
import jax
import jax.numpy as jnp

V = jnp.array([[0.3, -0.5, 0.8], [1.0, 0.2, -0.1], [0.1, 0.9, 0.4]])


def harmonics(v):
    return e3nn.spherical_harmonics("0e + 1o + 2e", v, True).array


def product(a, b):
    return e3nn.tensor_product(e3nn.IrrepsArray("1o", a), e3nn.IrrepsArray("1o", b)).array


def norm(a):
    return e3nn.norm(e3nn.IrrepsArray("1o", a)).array


def gated(a):
    return e3nn.gate(e3nn.IrrepsArray("2x0e + 1o", jnp.concatenate([a[:, :2], a], axis=1))).array


def bessel(r):
    return e3nn.bessel(r, 5, 2.0)


def envelope(r):
    return e3nn.poly_envelope(5, 2)(r)


def soft(r):
    return e3nn.soft_one_hot_linspace(r, start=0.0, end=2.0, number=5, basis="gaussian", cutoff=True)


def wigner(a, b, c):
    return e3nn.Irrep("2e").D_from_angles(a, b, c)


def rotated(a, q):
    return e3nn.IrrepsArray("1o", a).transform_by_quaternion(q).array


def scattered(a, i):
    return e3nn.scatter_sum(a, dst=i, output_size=4)


def torque(v):
    return jax.grad(lambda each: jnp.sum(e3nn.spherical_harmonics("2e", each, True).array ** 3))(v)


def quaternion(q):
    return e3nn.quaternion_to_matrix(q)


def angles(r):
    return e3nn.matrix_to_angles(r)


R = jnp.abs(V[:, 0]) + 0.2
Q = jnp.array([0.5, 0.5, -0.5, 0.5])
for each, arguments in (
    (harmonics, (V,)),
    (product, (V, V[::-1])),
    (norm, (V,)),
    (gated, (V,)),
    (bessel, (R,)),
    (envelope, (R / 2,)),
    (soft, (R,)),
    (wigner, (R[0], R[1], R[2])),
    (rotated, (V, Q)),
    (scattered, (V, jnp.array([0, 2, 2]))),
    (torque, (V,)),
    (quaternion, (Q,)),
    (angles, (V @ V.T * 0.3,)),
):
    jax.jit(each)(*arguments)
