"""Bodies of cell_update for ``recipes/applications/voxels.py``."""

import warp as wp


def cell_update(
    cell_active, i, j, k, velocity, CELL_SOLID, cell_type, dt, gravity, nx, ny, clamp_symmetric, limit, keep, field,
    min_mass, momentum, fastest,
):
    #| 0.2
    if not cell_active[i, j, k]:
        return
    #| end
    #| one of
    v = velocity[i, j, k]
    #| one of
    if cell_type[i, j, k] == CELL_SOLID:
        v = wp.vec3(0.0, 0.0, 0.0)
    #| or
    v += gravity[0] * dt
    #| end
    #| one of
    # no flux through the walls
    if i == 0 and v[0] < 0.0:
        v[0] = 0.0
    if i == nx - 1 and v[0] > 0.0:
        v[0] = 0.0
    if j == 0 and v[1] < 0.0:
        v[1] = 0.0
    if j == ny - 1 and v[1] > 0.0:
        v[1] = 0.0
    #| one of
    if k == 0 and v[2] < 0.0:
        v[2] = 0.0
    #| or
    # sticks to the floor
    if k == 0:
        v = wp.vec3(0.0, 0.0, 0.0)
    #| end
    #| or
    for axis in range(3):
        #| one of
        v[axis] = clamp_symmetric(v[axis], limit)
        #| or
        if v[axis] > limit:
            v[axis] = limit
        elif v[axis] < -limit:
            v[axis] = -limit
        #| end
    #| or
    if k == 0 and v[2] < 0.0:
        #? friction of the floor
        v = wp.vec3(v[0] * keep, v[1] * keep, 0.0)
    #| end
    velocity[i, j, k] = v
    #| or
    mass = field[i, j, k]
    if mass <= min_mass:
        velocity[i, j, k] = wp.vec3(0.0, 0.0, 0.0)
        return
    v = momentum[i, j, k] / mass
    #| one of
    v += gravity[0] * dt
    #| or
    v = v + dt * gravity[0]
    #| end
    #| 0.5
    if k == 0 and v[2] < 0.0:
        v[2] = 0.0
    #| end
    #| 0.4
    speed = wp.length(v)
    if speed > limit:
        v *= limit / speed
    #| end
    velocity[i, j, k] = v
    #| end
    #| 0.3
    #? for the next time step
    wp.atomic_max(fastest, 0, wp.length(v))
    #| end
