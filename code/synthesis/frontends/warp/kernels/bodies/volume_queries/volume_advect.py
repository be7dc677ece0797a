"""Bodies of volume_advect for ``recipes/applications/volume_queries.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def advect_particles(particle_life, tid, particle_x, wind, dt, settling, particle_x_out):
    #| 0.3
    # particles that are gone
    if particle_life[tid] <= 0.0:
        return
    #| end
    pos = particle_x[tid]
    v0 = wp.volume_sample_v(wind, wp.volume_world_to_index(wind, pos), wp.Volume.LINEAR)
    #| one of
    # second order: the wind half a step ahead
    mid = pos + v0 * (0.5 * dt)
    v1 = wp.volume_sample_v(wind, wp.volume_world_to_index(wind, mid), wp.Volume.LINEAR)
    step = v1 * dt
    #| or
    #? Heun: the mean of both ends
    ahead = pos + v0 * dt
    v1 = wp.volume_sample_v(wind, wp.volume_world_to_index(wind, ahead), wp.Volume.LINEAR)
    step = (v0 + v1) * (0.5 * dt)
    #| or
    # third order, of Ralston
    v1 = wp.volume_sample_v(wind, wp.volume_world_to_index(wind, pos + v0 * (0.5 * dt)), wp.Volume.LINEAR)
    v2 = wp.volume_sample_v(wind, wp.volume_world_to_index(wind, pos + v1 * (0.75 * dt)), wp.Volume.LINEAR)
    step = (v0 * 2.0 + v1 * 3.0 + v2 * 4.0) * (dt / 9.0)
    #| end
    #| 0.4
    # settling velocity
    step += settling * dt
    #| end
    #| one of
    particle_x_out[tid] = pos + step
    #| or
    #| 0.6
    particle_x_out[tid] = pos + step
    particle_life[tid] = particle_life[tid] - dt
    #| else
    particle_x_out[tid] = pos + step
    #| end
    #| end


def apply_wind_drag(particle_x, tid, wind, particle_v, min_speed, radius, air_density, drag, particle_f, viscosity):
    uvw = wp.volume_world_to_index(wind, particle_x[tid])
    u = either(wp.volume_sample_v(wind, uvw, wp.Volume.LINEAR), wp.volume_sample(wind, uvw, wp.Volume.LINEAR, dtype=wp.vec3))
    rel = u - particle_v[tid]
    #| one of
    speed = wp.length(rel)
    #| 0.5
    if speed < min_speed:
        return
    #| end
    area = wp.pi * radius[tid] * radius[tid]
    particle_f[tid] += rel * (0.5 * air_density * drag * area * speed)
    #| or
    # Stokes drag for small, slow particles
    particle_f[tid] += rel * (6.0 * wp.pi * viscosity * radius[tid])
    #| or
    # Stokes drag plus quadratic drag at high speed
    speed = wp.length(rel)
    area = wp.pi * radius[tid] * radius[tid]
    f = rel * (6.0 * wp.pi * viscosity * radius[tid])
    if speed > min_speed:
        f += rel * (0.5 * air_density * drag * area * speed)
    wp.atomic_add(particle_f, tid, f)
    #| end


def relax_to_wind(
    PARTICLE_ACTIVE, particle_flags, tid, particle_x, wind, particle_v, dt, gravity, drag, mass, particle_v_out,
    particle_x_out,
):
    #| 0.3
    if (particle_flags[tid] & PARTICLE_ACTIVE) == 0:
        return
    #| end
    uvw = wp.volume_world_to_index(wind, particle_x[tid])
    u = wp.volume_sample_v(wind, uvw, wp.Volume.LINEAR)
    v = particle_v[tid]
    #| 0.5
    v += gravity * dt
    #| end
    #| one of
    # heavy particles follow later
    blend = 1.0 - wp.exp(-dt * drag / mass[tid])
    #| or
    blend = 1.0 - wp.exp(-drag * dt)
    #| or
    # taken at the end of the step
    blend = drag * dt / (mass[tid] + drag * dt)
    #| end
    v += (u - v) * blend
    particle_v_out[tid] = v
    #| one of
    particle_x_out[tid] = particle_x[tid] + v * dt
    #| or
    #| end
