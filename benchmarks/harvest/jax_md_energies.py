"""Energies, forces and steps of jax-md."""

import jax
import jax.numpy as jnp
from jax_md import energy, quantity, simulate, space

N = 6
R = jax.random.uniform(jax.random.PRNGKey(1), (N, 3)) * 3.0
box = 4.0
displacement, shift = space.periodic(box)
free, move = space.free()


for maker in (energy.lennard_jones_pair, energy.soft_sphere_pair, energy.morse_pair, energy.stillinger_weber):
    made = maker(displacement)

    def total(r, made=made):
        return made(r)

    def force(r, made=made):
        return quantity.force(made)(r)

    jax.jit(total)(R)
    jax.jit(force)(R)


def apart(a, b):
    return space.map_product(displacement)(a, b)


def stepped(r, v):
    made = energy.soft_sphere_pair(displacement)
    init, apply = simulate.nve(made, shift, 1e-3)
    state = init(jax.random.PRNGKey(0), r, 0.1)
    return apply(state).position


def langevin(r):
    made = energy.soft_sphere_pair(displacement)
    init, apply = simulate.nvt_langevin(made, shift, 1e-3, 0.3)
    return apply(init(jax.random.PRNGKey(3), r)).position


def distances(r):
    return space.distance(space.map_product(displacement)(r, r))


def spring(r, bonds):
    return energy.simple_spring_bond(displacement, jnp.array([[0, 1], [2, 3], [1, 4]]))(r)


def temperature(v):
    return quantity.temperature(momentum=v)


def pressure(r):
    return quantity.pressure(energy.soft_sphere_pair(displacement), r, box)


for each, arguments in (
    (apart, (R, R[:4])),
    (stepped, (R, R)),
    (langevin, (R,)),
    (distances, (R,)),
    (spring, (R, R)),
    (temperature, (R,)),
    (pressure, (R,)),
):
    jax.jit(each)(*arguments)
