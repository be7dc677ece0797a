"""Bodies of volume_force for ``recipes/applications/volume_queries.py``."""

import warp as wp


def eval_potential_force(
    PARTICLE_ACTIVE, particle_flags, tid, particle_x, potential, inv_voxel, mass, particle_f, total_energy, energy,
):
    #| 0.3
    if (particle_flags[tid] & PARTICLE_ACTIVE) == 0:
        return
    #| end
    uvw = wp.volume_world_to_index(potential, particle_x[tid])
    grad = wp.vec3()
    #| one of
    value = wp.volume_sample_grad_f(potential, uvw, wp.Volume.LINEAR, grad)
    #| or
    value = wp.volume_sample_grad(potential, uvw, wp.Volume.LINEAR, grad, dtype=float)
    #| end
    #? down the gradient, which is per voxel
    #| one of
    particle_f[tid] -= grad * (mass[tid] * inv_voxel)
    #| or
    #| one of
    wp.atomic_add(particle_f, tid, -grad * (mass[tid] * inv_voxel))
    #| or
    wp.atomic_sub(particle_f, tid, grad * (mass[tid] * inv_voxel))
    #| end
    #| or
    wp.atomic_add(particle_f, tid, -mass[tid] * inv_voxel * grad)
    #| end
    #| one of
    wp.atomic_add(total_energy, 0, mass[tid] * value)
    #| or
    energy[tid] = mass[tid] * value
    #| end


def obstacle_cost(particle_x, sdf, tid, radius, margin, cost_out, weight, gradient, inv_voxel, total_cost):
    uvw = wp.volume_world_to_index(sdf, particle_x[tid])
    grad = wp.vec3()
    #| one of
    d = wp.volume_sample_grad_f(sdf, uvw, wp.Volume.LINEAR, grad) - radius[tid]
    #| or
    d = wp.volume_sample_grad_f(sdf, uvw, wp.Volume.LINEAR, grad)
    d -= radius[tid]
    #| end
    cost = float(0.0)
    slope = float(0.0)
    if d < 0.0:
        # inside, the steepest slope
        cost = 0.5 * margin - d
        slope = -1.0
    elif d < margin:
        cost = 0.5 * (d - margin) * (d - margin) / margin
        slope = (d - margin) / margin
    #| one of
    cost_out[tid] = weight * cost
    gradient[tid] = grad * (weight * slope * inv_voxel)
    #| or
    wp.atomic_add(total_cost, 0, weight * cost)
    gradient[tid] = grad * (weight * slope * inv_voxel)
    #| end


def project_to_isosurface(
    particle_x, tid, iterations, sdf, hit_eps, iso, inv_voxel, limit_length, max_step, particle_x_out, moved,
):
    pos = particle_x[tid]
    for step in range(iterations):
        grad = wp.vec3()
        value = wp.volume_sample_grad_f(sdf, wp.volume_world_to_index(sdf, pos), wp.Volume.LINEAR, grad)
        #| one of
        if wp.abs(value - iso) < hit_eps:
            break
        #| or
        #| end
        #? along the gradient, which is per voxel
        slope = grad * inv_voxel
        steep = wp.length_sq(slope)
        if steep < 0.05:
            break
        pos -= limit_length(slope * ((value - iso) / steep), max_step)
    particle_x_out[tid] = pos
    #| 0.5
    moved[tid] = wp.length(pos - particle_x[tid])
    #| end


def sample_potential_gradient(
    particle_life, tid, value_out, gradient, particle_x, potential, inv_voxel, limit_length, max_slope, steepest,
):
    #| 0.4
    if particle_life[tid] <= 0.0:
        value_out[tid] = 0.0
        gradient[tid] = wp.vec3()
        return
    #| end
    uvw = wp.volume_world_to_index(potential, particle_x[tid])
    grad = wp.vec3()
    #| one of
    value = wp.volume_sample_grad_f(potential, uvw, wp.Volume.LINEAR, grad)
    #| or
    value = wp.volume_sample_grad(potential, uvw, wp.Volume.LINEAR, grad, dtype=float)
    #| end
    value_out[tid] = value
    #| one of
    # per voxel there
    gradient[tid] = grad * inv_voxel
    #| or
    slope = grad * inv_voxel
    #| one of
    # limited slope
    gradient[tid] = limit_length(slope, max_slope)
    #| or
    gradient[tid] = slope
    wp.atomic_max(steepest, 0, wp.length(slope))
    #| end
    #| end
