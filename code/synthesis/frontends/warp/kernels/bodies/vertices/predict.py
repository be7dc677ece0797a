"""Bodies of predict for ``recipes/applications/vertices.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def predict(
    tid, v, dt, kd, f_in, gravity, inv_mass_of, drag, wind, limit, x0, ground, radius, friction, bounce, x_out, v_out,
    x_prev_out,
):
    v0 = v[tid]
    #| 0.4
    # damped first
    v0 = v0 * either((1.0 - kd * dt), (1.0 / (1.0 + kd * dt)))
    #| end
    #| one of
    v1 = v0 + (gravity[0] + f_in[tid] * inv_mass_of[tid]) * dt
    #| or
    acc = gravity[0] + f_in[tid] * inv_mass_of[tid]
    v1 = v0 + acc * dt
    #| end
    #| 0.5
    # dragged by the wind
    v1 += (wind - v1) * (drag * dt)
    #| end
    #| 0.5
    speed = wp.length(v1)
    if speed > limit:
        v1 *= limit / speed
    #| end
    x1 = x0 + v1 * dt
    #| 0.5
    if x1[2] < ground + radius[tid]:
        x1[2] = ground + radius[tid]
        #? only downward velocity is removed
        if v1[2] < 0.0:
            #| one of
            v1 = wp.vec3(v1[0] * friction, v1[1] * friction, 0.0)
            #| or
            v1[2] = 0.0
            #| or
            v1 = wp.vec3(v1[0], v1[1], -bounce * v1[2])
            #| end
    #| end
    #| one of
    x_out[tid] = x1
    v_out[tid] = v1
    #| or
    v_out[tid] = v1
    x_out[tid] = x1
    #| or
    # for the velocity after the projections
    x_prev_out[tid] = x0
    v_out[tid] = v1
    x_out[tid] = x1
    #| end
