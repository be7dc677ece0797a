"""Bodies of finish_sum for ``recipes/applications/singles.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def finalize_loss(
    loss_sum, num_blocks, counts, param_norm_sq, weight_decay, loss, step, running_loss, decay, best_loss, best_step,
    min_gain, num_stalled, patience, stop,
):
    total = float(0.0)
    num = int(0)
    for k in range(either(num_blocks, loss_sum.shape[0])):
        total += loss_sum[k]
        num += counts[k]
    mean = float(0.0)
    if num > 0:
        mean = total / float(num)
    #| 0.4
    mean += weight_decay * param_norm_sq[0]
    #| end
    loss[0] = mean
    #| one of
    #| one of
    if step == 0:
        running_loss[0] = mean
    else:
        running_loss[0] = decay * running_loss[0] + (1.0 - decay) * mean
    #| or
    running_loss[0] = wp.lerp(mean, running_loss[0], decay) if step > 0 else mean
    #| end
    #| or
    if mean < best_loss[0]:
        best_loss[0] = mean
        best_step[0] = step
    #| or
    #? no improvement for a while: training stops
    if mean < best_loss[0] - min_gain:
        best_loss[0] = mean
        num_stalled[0] = 0
    else:
        num_stalled[0] += 1
        if num_stalled[0] >= patience:
            stop[0] = 1
    #| end


def finish_residual_norm(
    num_blocks, residual_sq, residual_max, num_rows, residual_norm, largest_out, max_tol, tol, converged, iteration,
    first_norm, abs_tol, is_converged, rhs_norm,
):
    total = float(0.0)
    #| one of
    largest = float(0.0)
    for k in range(either(num_blocks, residual_sq.shape[0])):
        total += residual_sq[k]
        largest = wp.max(largest, residual_max[k])
    norm = wp.sqrt(total / float(num_rows))
    residual_norm[0] = norm
    largest_out[0] = largest
    #| one of
    if norm < tol and largest < max_tol:
        converged[0] = 1
    else:
        converged[0] = 0
    #| or
    converged[0] = 1 if norm < tol and largest < max_tol else 0
    #| end
    #| or
    for k in range(either(num_blocks, residual_sq.shape[0])):
        total += residual_sq[k]
    #| one of
    norm = wp.sqrt(total/ float(num_rows))
    #| or
    norm = wp.sqrt(total)
    #| end
    #| one of
    if iteration[0] == 0:
        #? later norms are compared with the first
        first_norm[0] = norm
        converged[0] = 0
    elif norm < tol * first_norm[0]:
        converged[0] = 1
    #| or
    if either(norm < wp.max(abs_tol, tol * rhs_norm[0]), is_converged(norm, rhs_norm[0], abs_tol, tol)):
        converged[0] = 1
    else:
        converged[0] = 0
    #| end
    residual_norm[0] = norm
    iteration[0] += 1
    #| end


def finalize_center_of_mass(
    block_mass, num_blocks, block_moment, block_momentum, total_mass, com, com_vel, block_angular, angular_momentum,
    kinetic_com,
):
    mass = float(0.0)
    moment = wp.vec3(0.0, 0.0, 0.0)
    momentum = wp.vec3(0.0, 0.0, 0.0)
    for k in range(either(num_blocks, block_mass.shape[0])):
        mass += block_mass[k]
        moment += block_moment[k]
        momentum += block_momentum[k]
    total_mass[0] = mass
    #| one of
    com[0] = moment / mass
    com_vel[0] = momentum / mass
    #| or
    center = moment / mass
    com[0] = center
    com_vel[0] = momentum / mass
    #| 0.7
    total_angular = wp.vec3(0.0, 0.0, 0.0)
    for k in range(either(num_blocks, block_angular.shape[0])):
        total_angular += block_angular[k]
    #? from the origin to the center of mass
    angular_momentum[0] = total_angular - wp.cross(center, momentum)
    #| end
    #| end
    #| 0.4
    kinetic_com[0] = 0.5 * wp.dot(momentum, momentum) / mass
    #| end


def merge_variance(counts, num_blocks, block_mean, block_m2, mean_out, variance, num_samples):
    num = int(0)
    mean = float(0.0)
    m2 = float(0.0)
    for k in range(either(num_blocks, counts.shape[0])):
        #| one of
        if counts[k] > 0:
            both = num + counts[k]
            shift = block_mean[k] - mean
            mean += shift * float(counts[k]) / float(both)
            m2 += block_m2[k] + shift * shift * float(num) * float(counts[k]) / float(both)
            num = both
        #| or
        if counts[k] == 0:
            continue
        n_a = float(num)
        n_b = float(counts[k])
        shift = block_mean[k] - mean
        mean = (n_a * mean + n_b * block_mean[k]) / (n_a + n_b)
        m2 += block_m2[k] + shift * shift * n_a * n_b / (n_a + n_b)
        num += counts[k]
        #| end
    mean_out[0] = mean
    #| one of
    if num > 1:
        variance[0] = m2 / float(num - 1)
    else:
        variance[0] = 0.0
    #| or
    variance[0] = m2 / float(wp.max(num - 1, 1))
    #| end
    #| 0.5
    num_samples[0] = num
    #| end


def update_loss_scale(
    bad_limit, ignores_bad, num_bad, backoff, loss_scale, num_good, num_skipped, skip_step, growth_interval,
    max_scale,
):
    if either(num_bad[0] > bad_limit, num_bad[0] > bad_limit and not ignores_bad):
        #? this step is skipped
        loss_scale[0] = wp.max(loss_scale[0] * either(backoff, 0.5), 1.0)
        num_good[0] = 0
        #| 0.5
        num_skipped[0] += 1
        #| end
        skip_step[0] = 1
    else:
        skip_step[0] = 0
        num_good[0] += 1
        #| one of
        if num_good[0] >= growth_interval and loss_scale[0] < max_scale:
            loss_scale[0] *= 2.0
            num_good[0] = 0
        #| or
        #? no overflow for some steps
        if num_good[0] >= growth_interval:
            loss_scale[0] = wp.min(2.0 * loss_scale[0], max_scale)
            num_good[0] = 0
        #| end


def finish_grad_norm(
    num_blocks, residual_sq, grad_norm, max_norm, num_clipped, clip_scale, clip_factor, mean_norm, step, decay, clips,
):
    total = float(0.0)
    for k in range(either(num_blocks, residual_sq.shape[0])):
        total += residual_sq[k]
    norm = wp.sqrt(total)
    grad_norm[0] = norm
    #| one of
    scale = float(1.0)
    if norm > max_norm:
        scale = max_norm / norm
        #| 0.5
        num_clipped[0] += 1
        #| end
    clip_scale[0] = scale
    #| or
    #? twice as long as they usually are
    if step > 0 and norm > either(2.0, clip_factor) * mean_norm[0]:
        clip_scale[0] = either(2.0, clip_factor) * mean_norm[0] / norm
        #| one of
        num_clipped[0] += 1
        #| or
        #| end
    else:
        clip_scale[0] = 1.0
    #| one of
    mean_norm[0] = wp.lerp(norm, mean_norm[0], decay)
    #| or
    mean_norm[0] += (1.0 - decay) * (norm - mean_norm[0])
    #| end
    #| or
    if norm <= max_norm or not clips:
        clip_scale[0] = 1.0
    else:
        clip_scale[0] = max_norm / norm
    #| end
