"""Bodies of hit_velocity for ``recipes/applications/ray_queries.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def scan_radial_velocity(
    far, mesh, ray, start, depth, tid, range_rate, hit_mask, sensor_vel, min_rate, doppler_shift, wavelength,
):
    answer = wp.mesh_query_ray(mesh, start, ray, far)
    #| one of
    if not answer.result:
        #? no echo
        depth[tid] = either(-1.0, far)
        range_rate[tid] = 0.0
        return
    depth[tid] = answer.t
    v_s = wp.mesh_eval_velocity(mesh, answer.face, answer.u, answer.v)
    #| or
    if not answer.result:
        hit_mask[tid] = 0
        range_rate[tid] = 0.0
        return
    hit_mask[tid] = 1
    v_s = wp.mesh_eval_velocity(mesh, answer.face, answer.u, answer.v)
    #| end
    #| one of
    range_rate[tid] = wp.dot(v_s - sensor_vel, ray)
    #| or
    #? below the resolution of the sensor
    rate = wp.dot(v_s - sensor_vel, ray)
    if wp.abs(rate) < min_rate:
        rate = 0.0
    range_rate[tid] = rate
    #| or
    rate = wp.dot(v_s - sensor_vel, ray)
    range_rate[tid] = rate
    doppler_shift[tid] = -2.0 * rate / wavelength
    #| end


def raycast_moving_mesh(far, mesh, ray, start, tid, velocity_out, points, hit_mask, latency):
    answer = wp.mesh_query_ray(mesh, start, ray, far)
    #| one of
    if answer.result:
        velocity_out[tid] = wp.mesh_eval_velocity(mesh, answer.face, answer.u, answer.v)
        points[tid] = start + answer.t * ray
    else:
        velocity_out[tid] = wp.vec3(0.0, 0.0, 0.0)
        points[tid] = start + far * ray
    #| or
    if answer.result:
        velocity_out[tid] = wp.mesh_eval_velocity(mesh, answer.face, answer.u, answer.v)
        hit_mask[tid] = 1
    else:
        velocity_out[tid] = wp.vec3(0.0, 0.0, 0.0)
        hit_mask[tid] = 0
    #| or
    if not answer.result:
        points[tid] = start + far * ray
        return
    #? where the point will be when its picture arrives
    v_s = wp.mesh_eval_velocity(mesh, answer.face, answer.u, answer.v)
    points[tid] = start + answer.t * ray + latency * v_s
    #| end
