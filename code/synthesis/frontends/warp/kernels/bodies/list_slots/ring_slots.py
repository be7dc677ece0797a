"""Bodies of ring_slots for ``recipes/applications/list_slots.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def record_events(
    last_trigger, repeat_events, tid, triggered, last_time, min_interval, now, head, RING, ring_index, ring_id, delay,
    ring_time, ring_value, strength,
):
    #| one of
    if triggered[tid] == 0 or (last_trigger[tid] == 1 and not repeat_events):
        return
    #| or
    if triggered[tid] == 0 or last_trigger[tid] == 1:
        #? only where it begins
        return
    #| or
    if triggered[tid] == 0:
        return
    if now - last_time[tid] < min_interval:
        #? too soon after the last
        return
    #| end
    place = wp.atomic_add(head, 0, 1)
    #? the oldest are written over
    slot = ring_index(place, RING)
    ring_id[slot] = tid
    ring_time[slot] = either(now, now + delay[tid])
    #| 0.6
    ring_value[slot] = strength[tid]
    #| end


def fire_timers(due_time, now, tid, kind_of, EVENT_NONE, EVENT_REPEAT, period, EVENT_ONCE, num_missed, count, line):
    if due_time[tid] > now:
        return
    #| one of
    kind = kind_of[tid]
    if kind == EVENT_NONE:
        return
    if kind == EVENT_REPEAT:
        due_time[tid] = due_time[tid] + period[tid]
    else:
        #? a one-time event is not rescheduled
        kind_of[tid] = EVENT_NONE
    #| or
    if kind_of[tid] == EVENT_ONCE:
        kind_of[tid] = EVENT_NONE
    elif kind_of[tid] == EVENT_REPEAT:
        # the next due time in the future
        missed = wp.floor((now - due_time[tid]) / period[tid])
        due_time[tid] = due_time[tid] + (missed + 1.0) * period[tid]
        #| 0.5
        wp.atomic_add(num_missed, 0, int(missed))
        #| end
    else:
        return
    #| end
    slot = wp.atomic_add(count, 0, 1)
    if slot < line.shape[0]:
        line[slot] = tid
