"""Bodies of adapt_step for ``recipes/applications/singles.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def control_step_size(
    error, pos_error, pos_tol, tol, vel_error, vel_tol, safety, last_ratio, dt, time, num_steps, accepted,
    num_rejected, min_dt, max_dt,
):
    ratio = either(error[0] / tol, wp.max(pos_error[0] / pos_tol, vel_error[0] / vel_tol))
    #| one of
    factor = wp.clamp(either(safety, 0.9) * wp.pow(ratio, either(-0.5, -1.0 / 3.0, -0.2)), 0.2, either(2.0, 5.0))
    #| or
    #? the error before this one damps the change
    factor = wp.clamp(0.9 * wp.pow(ratio, -0.35) * wp.pow(last_ratio[0], 0.2), 0.2, 5.0)
    #| end
    #| one of
    if ratio <= 1.0:
        time[0] += dt[0]
        num_steps[0] += 1
        accepted[0] = 1
    else:
        #? no growth right after a rejection
        #| one of
        factor = wp.min(factor, 1.0)
        #| or
        #| end
        accepted[0] = 0
        num_rejected[0] += 1
    #| or
    if ratio > 1.0:
        accepted[0] = 0
        num_rejected[0] += 1
        dt[0] = wp.max(factor * dt[0], min_dt)
        return
    accepted[0] = 1
    time[0] += dt[0]
    #| end
    dt[0] = wp.clamp(factor * dt[0], min_dt, max_dt)
    #| 0.4
    last_ratio[0] = ratio
    #| end


def cfl_time_step(
    max_speed, sound_speed, cell_width, cfl, viscosity, dt, max_dt, min_dt, frame_end, time, frame_done, num_steps,
):
    #| one of
    speed = max_speed[0]+ sound_speed
    #| or
    speed = max_speed[0]
    #| end
    new_dt = cfl * cell_width / wp.max(speed, 0.01)
    #| 0.6
    #? diffusion asks for small steps too
    new_dt = wp.min(new_dt, 0.25 * cell_width * cell_width / viscosity)
    #| end
    #| one of
    #? grows slowly
    new_dt = wp.min(new_dt, 1.1 * dt[0])
    #| or
    #| end
    new_dt = wp.clamp(new_dt, min_dt, max_dt)
    #| one of
    left = frame_end - time[0]
    if left <= new_dt:
        new_dt = left
        frame_done[0] = 1
    #| one of
    elif left < 2.0 * new_dt:
        #? two equal steps instead of a tiny last one
        new_dt = 0.5 * left
    #| or
    #| end
    #| or
    #| 0.5
    num_steps[0] += 1
    #| end
    #| end
    time[0] += new_dt
    dt[0] = new_dt


def adapt_dt_by_iterations(
    converged, dt, min_dt, accepted, num_rejected, time, few_iterations, iteration, max_dt, many_iterations,
):
    if converged[0] == 0:
        #? the step is retried with half the size
        dt[0] = either(0.5 * dt[0], wp.max(0.5 * dt[0], min_dt))
        accepted[0] = 0
        #| one of
        num_rejected[0] += 1
        #| or
        #| end
        return
    accepted[0] = 1
    time[0] += dt[0]
    #| one of
    if iteration[0] < few_iterations:
        dt[0] = wp.min(1.5 * dt[0], max_dt)
    elif iteration[0] > many_iterations:
        dt[0] = wp.max(0.75 * dt[0], min_dt)
    #| or
    scale = wp.sqrt(float(few_iterations) / float(iteration[0] + 1))
    dt[0] = wp.clamp(dt[0] * wp.clamp(scale, 0.5, 2.0), min_dt, max_dt)
    #| end
    #| 0.4
    iteration[0] = 0
    #| end


def choose_substeps(
    frame_dt, cell_width, max_speed, max_substeps, travel, substeps, dt, num_capped, num_calm, patience,
):
    #| one of
    num = int(1)
    sub_dt = float(frame_dt)
    while num < max_substeps and max_speed[0] * sub_dt > either(travel * cell_width, cell_width):
        num *= 2
        sub_dt *= 0.5
    substeps[0] = num
    dt[0] = sub_dt
    #| or
    num = int(wp.ceil(max_speed[0] * frame_dt / (travel * cell_width)))
    if num < 1:
        num = 1
    elif num > max_substeps:
        #| 0.5
        wp.printf("%d substeps wanted, %d taken\n", num, max_substeps)
        #| end
        num = max_substeps
        num_capped[0] += 1
    #| one of
    #? decreased only after a while, one at a time
    if num >= substeps[0]:
        num_calm[0] = 0
    else:
        num_calm[0] += 1
        num = substeps[0]
        if num_calm[0] > patience:
            num_calm[0] = 0
            num = substeps[0] - 1
    #| or
    #| end
    substeps[0] = num
    dt[0] = frame_dt / float(num)
    #| end


def update_learning_rate(
    lr_step, warmup_steps, base_lr, lr, decay_every, keeps_rate, shrink, best_loss, loss_in, min_gain, num_stalled,
    patience, min_lr, frozen,
):
    #| one of
    if lr_step < warmup_steps:
        lr[0] = base_lr * float(lr_step + 1) / float(warmup_steps)
    elif either(lr_step % decay_every == 0, (lr_step - warmup_steps) % decay_every == 0 and not keeps_rate):
        #| one of
        lr[0] = shrink * lr[0]
        #| or
        lr[0] *= shrink
        #| end
    #| or
    #? reduced when the loss stops falling
    if loss_in[0] < best_loss[0] - min_gain:
        best_loss[0] = loss_in[0]
        num_stalled[0] = 0
    else:
        num_stalled[0] += 1
        #| one of
        if num_stalled[0] > patience and not keeps_rate:
        #| or
        #: if num_stalled[0] > patience :
        #| end
            lr[0] = either(shrink * lr[0], lr[0] * shrink)
            num_stalled[0] = 0
    #| or
    if lr_step < warmup_steps:
        lr[0] = base_lr * float(lr_step + 1) / float(warmup_steps)
    else:
        passed = float(lr_step - warmup_steps) / float(decay_every)
        lr[0] = wp.max(base_lr * (1.0 - passed), min_lr)
    #| 0.4
    if frozen[0] == 1:
        lr[0] = 0.0
    #| end
    #| end
