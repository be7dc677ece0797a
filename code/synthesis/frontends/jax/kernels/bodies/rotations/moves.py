"""Bodies of moves for ``recipes/applications/rotations.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def moves(
    force, mass, gravity, dt, state, damping, quat_inv, rotate, torque, inertia, moment, radius, rot,
    integrate_rotation,
):
    #| one of
    #? 0.4 semi-implicit Euler: velocities first
    #| one of
    acc = force / mass[:, None]
    #| or
    acc = force / mass[:, None] + gravity
    #| end
    #| one of
    vel = state.vel + dt * acc
    #| or
    vel = (1.0 - damping * dt) * state.vel + dt * acc
    #| end
    #| or
    #| one of
    vel = state.vel + dt * gravity
    #| or
    vel = state.vel + dt * force / mass[:, None]
    #| or
    vel = state.vel + dt * (gravity + force / mass[:, None])
    #| end
    #| end
    #| one of
    #? 0.4 Euler's equations in the frame of the body
    inv = jax.vmap(quat_inv)(state.rot)
    local = jax.vmap(rotate)(state.ang, inv)
    #| one of
    local_torque = jax.vmap(rotate)(torque, inv)
    gyro = jnp.cross(local, inertia * local)
    local = local + dt * (local_torque - gyro) / inertia
    #| or
    momentum = inertia * local
    rate = (jax.vmap(rotate)(torque, inv) - jnp.cross(local, momentum)) / inertia
    local = local + dt * rate
    #| end
    ang = jax.vmap(rotate)(local, state.rot)
    #| or
    #? 0.4 a sphere: the same inertia about all axes
    ang = state.ang + dt * torque / either(moment[:, None], (0.4 * mass * radius ** 2)[:, None])
    #| or
    #? 0.4 torques about the axes of the body, diagonal inertia
    def angular_acc(rot, ang, torque):
        inv = quat_inv(rot)
        local_ang, local_torque = rotate(ang, inv), rotate(torque, inv)
        gyro = jnp.cross(local_ang, inertia * local_ang)
        return rotate((local_torque - gyro) / inertia, rot)
    ang = state.ang + dt * jax.vmap(angular_acc)(state.rot, state.ang, torque)
    #| end
    pos = state.pos + dt * vel
    rot = jax.vmap(integrate_rotation)(state.rot, ang)
