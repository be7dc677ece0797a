"""Bodies of free_slots for ``recipes/applications/list_slots.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def retire_particles(
    alive, tid, age, dt, in_bounds, lifetime, lower_bound, pos, upper_bound, KILLED, flags, has_flag, num_free,
    free_list,
):
    if alive[tid] == 0:
        return
    age[tid] = age[tid] + dt
    #| one of
    #| one of
    if age[tid] < lifetime[tid] and in_bounds(pos[tid], lower_bound, upper_bound):
    #| or
    #: if age[tid] < lifetime[tid]:
    #| end
        return
    #| or
    if age[tid] < lifetime[tid] and not has_flag(flags[tid], KILLED):
        return
    #| or
    expired = age[tid] >= lifetime[tid]
    if not expired and in_bounds(pos[tid], lower_bound, upper_bound):
        return
    #| end
    #? its slot is free for a new one
    alive[tid] = 0
    #| one of
    slot = wp.atomic_add(num_free, 0, 1)
    if slot < free_list.shape[0]:
        free_list[slot] = tid
    #| or
    slot = wp.atomic_add(num_free, 0, 1)
    free_list[slot] = tid
    #| end


def emit_particles(
    emit, tid, num_free, num_failed, free_ids, emit_pos, pos_out, emit_vel, jitter, spread, vel_out, alive_out,
    age_out,
):
    #| one of
    if emit[tid] == 0:
        return
    #| or
    #| end
    #? taken from the end of the list of free slots
    place = wp.atomic_sub(num_free, 0, 1) - 1
    if place < 0:
        #| one of
        # none
        wp.atomic_add(num_failed, 0, 1)
        #| or
        #| end
        return
    slot = free_ids[place]
    pos_out[slot] = emit_pos[tid]
    vel_out[slot] = either(emit_vel[tid], emit_vel[tid] + spread * jitter[tid])
    #| one of
    alive_out[slot] = 1
    age_out[slot] = 0.0
    #| or
    age_out[slot] = 0.0
    alive_out[slot] = 1
    #| or
    alive_out[slot] = 1
    #| end


def claim_cells(cell_of, tid, alive, won, KILLED, flags, has_flag, owner, num_failed):
    here = cell_of[tid]
    #| one of
    if here < 0 or alive[tid] == 0:
        won[tid] = 0
        return
    #| or
    if alive[tid] == 0 or has_flag(flags[tid], KILLED):
        won[tid] = 0
        return
    #| end
    #? the first thread claims the cell
    last = wp.atomic_cas(owner, here, -1, tid)
    #| one of
    won[tid] = 1 if last == -1 else 0
    #| or
    if last == -1:
        won[tid] = 1
    else:
        won[tid] = 0
        wp.atomic_add(num_failed, 0, 1)
    #| end
