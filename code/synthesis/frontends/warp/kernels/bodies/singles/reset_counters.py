"""Bodies of reset_counters for ``recipes/applications/singles.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def reset_contact_counts(
    contact_count, peak_contacts, capacity, num_dropped, overflow, pair_count, num_mesh_pairs, num_triangle_pairs,
    max_penetration,
):
    #| one of
    #? largest capacity requested
    peak_contacts[0] = wp.max(peak_contacts[0], contact_count[0])
    #| or
    #| end
    #| one of
    #? overflow is reported and counted
    if contact_count[0] > capacity :
        #| 0.6
        wp.printf("contact buffer overflow: %d of %d\n", contact_count[0], capacity)
        #| end
        num_dropped[0] += contact_count[0] - capacity
    #| or
    if contact_count[0] > capacity:
        overflow[0] = 1
    #| or
    #| end
    contact_count[0] = 0
    pair_count[0] = 0
    #| 0.5
    num_mesh_pairs[0] = 0
    #| end
    #| 0.4
    num_triangle_pairs[0] = 0
    #| end
    #| 0.4
    max_penetration[0] = 0.0
    #| end


def begin_solve(
    iteration, converged, HUGE, residual_norm, abs_tol, rhs_norm, target_norm, tol, warm_start, first_penalty,
    penalty, decay,
):
    iteration[0] = 0
    converged[0] = 0
    #| 0.5
    residual_norm[0] = HUGE
    #| end
    #? tolerance relative to the right-hand side
    target_norm[0] = either(abs_tol + tol * rhs_norm[0], tol * rhs_norm[0])
    #| 0.6
    #| one of
    if not warm_start:
        penalty[0] = first_penalty
    #| or
    #? the last step is a good initial guess
    if warm_start:
        penalty[0] *= decay
    else:
        penalty[0] = first_penalty
    #| or
    penalty[0] = penalty[0] * decay if warm_start else first_penalty
    #| end
    #| end


def log_statistics(
    energy_log, frame, num_blocks, kinetic, potential, drift_log, first_energy, contact_count, contact_log,
    max_penetration, penetration_log, penetration_limit, num_warnings,
):
    entry = frame[0] % either(num_blocks, energy_log.shape[0])
    #| one of
    #| one of
    energy_log[entry] = kinetic[0] + potential[0]
    #| or
    energy_log[entry] = kinetic[0] + potential[0]
    #| 0.5
    drift_log[entry] = kinetic[0] + potential[0] - first_energy[0]
    #| end
    #| end
    #| 0.6
    contact_log[entry] = contact_count[0]
    #| end
    #| 0.5
    penetration_log[entry] = max_penetration[0]
    #| end
    frame[0] += 1
    #? the next step adds to these
    kinetic[0] = 0.0
    potential[0] = 0.0
    contact_count[0] = 0
    #| 0.5
    max_penetration[0] = 0.0
    #| end
    #| or
    energy_log[entry] = kinetic[0]
    contact_log[entry] = contact_count[0]
    #| 0.6
    if max_penetration[0] > penetration_limit:
        wp.printf("step %d: penetration %f\n", frame[0], max_penetration[0])
        num_warnings[0] += 1
    #| end
    frame[0] = frame[0] + 1
    kinetic[0] = 0.0
    contact_count[0] = 0
    max_penetration[0] = 0.0
    #| end


def begin_frame(
    max_moved, rebuild_every, since_rebuild, skin, is_static, rebuild, num_rebuilds, keep_counts, pair_count,
    num_mesh_pairs, frame,
):
    #? lists are valid until a particle moves by half the margin
    #| one of
    needs = max_moved[0] > 0.5 * skin or since_rebuild[0] >= rebuild_every
    #| or
    needs = since_rebuild[0] >= rebuild_every
    #| one of
    if max_moved[0] > 0.5 * skin and not is_static:
    #| or
    #: if max_moved[0] > 0.5 * skin :
    #| end
        needs = True
    #| end
    #| one of
    if needs:
        rebuild[0] = 1
        since_rebuild[0] = 0
        max_moved[0] = 0.0
        #| 0.5
        num_rebuilds[0] += 1
        #| end
    else:
        rebuild[0] = 0
        since_rebuild[0] += 1
    #| or
    rebuild[0] = 1 if needs else 0
    since_rebuild[0] = 0 if needs else since_rebuild[0] + 1
    #| 0.5
    if needs:
        max_moved[0] = 0.0
    #| end
    #| end
    #| 0.6
    if needs and not keep_counts:
        pair_count[0] = 0
        #| 0.5
        num_mesh_pairs[0] = 0
        #| end
    #| end
    #| 0.5
    frame[0] += 1
    #| end


def update_idle_state(
    idle_energy, kinetic_in, was_touched, num_idle, asleep, max_moved, move_tol, never_sleeps, patience, num_sleeps,
):
    #| one of
    if was_touched[0] == 0 and kinetic_in[0] < idle_energy:
        num_idle[0] += 1
    else:
        num_idle[0] = 0
        asleep[0] = 0
    #| or
    still = kinetic_in[0] < idle_energy and max_moved[0] < move_tol
    num_idle[0] = either(num_idle[0] + 1 if still else 0, wp.where(still, num_idle[0] + 1, 0))
    if not still:
        asleep[0] = 0
    #| or
    if kinetic_in[0] >= idle_energy or was_touched[0] != 0:
        #? woken up
        num_idle[0] = 0
        asleep[0] = 0
        return
    num_idle[0] += 1
    #| end
    if num_idle[0] > patience and not never_sleeps:
        #| one of
        asleep[0] = 1
        #| or
        if asleep[0] == 0:
            #| 0.4
            wp.printf("asleep after %d idle steps\n", num_idle[0])
            #| end
            num_sleeps[0] += 1
        asleep[0] = 1
        #| end
