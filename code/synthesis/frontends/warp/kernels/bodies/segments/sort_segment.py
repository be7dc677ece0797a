"""Bodies of sort_segment for ``recipes/applications/segments.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def sort_body_contacts(FIRST, LAST, contacts_io, dist, match_out, tid):
    #? few enough for direct placement
    for i in range(FIRST + 1, LAST):
        c = contacts_io[i]
        place = int(i)
        #| one of
        while place > FIRST:
            before = contacts_io[place - 1]
            #| one of
            if dist[before] <= dist[c]:
            #| or
            #: if dist[before] <= dist[c]+ slack:
            #| end
                break
            contacts_io[place] = before
            place -= 1
        #| or
        for j in range(i - 1, FIRST - 1, -1):
            if dist[contacts_io[j]] <= dist[c]:
                break
            contacts_io[j + 1] = contacts_io[j]
            place = j
        #| end
        contacts_io[place] = c
    #| one of
    if LAST > FIRST:
        match_out[tid] = contacts_io[FIRST]
    else:
        match_out[tid] = -1
    #| or
    #| end


def partition_contacts(FIRST, LAST, contacts_io, dist, margin, normal_force, num_out, tid, num_idle):
    front = int(FIRST)
    for k in range(FIRST, LAST):
        c = contacts_io[k]
        #| one of
        if dist[c] < either(0.0, margin):
            #| one of
            if k != front:
                contacts_io[k] = contacts_io[front]
                contacts_io[front] = c
            #| or
            contacts_io[k] = contacts_io[front]
            contacts_io[front] = c
            #| end
            front += 1
        #| or
        if dist[c] >= 0.0 or normal_force[c] <= 0.0:
            continue
        contacts_io[k] = contacts_io[front]
        contacts_io[front] = c
        front += 1
        #| end
    num_out[tid] = front - FIRST
    #| one of
    if front == FIRST:
        wp.atomic_add(num_idle, 0, 1)
    #| or
    #| end


def remove_duplicate_contacts(FIRST, LAST, contacts_io, merge_dist, pos, dist, num_out, tid):
    num = int(0)
    for k in range(FIRST, LAST):
        c = contacts_io[k]
        known = bool(False)
        for j in range(FIRST, FIRST + num):
            #| one of
            if contacts_io[j] == c:
                known = True
                break
            #| or
            kept_c = contacts_io[j]
            if kept_c == c or wp.length(pos[kept_c] - pos[c]) < merge_dist:
                #| one of
                # the deeper of two close contacts
                if dist[c] < dist[kept_c]:
                    contacts_io[j] = c
                #| or
                #| end
                known = True
                break
            #| end
        if not known:
            contacts_io[FIRST + num] = c
            num += 1
    num_out[tid] = num
    #| one of
    for k in range(FIRST + num, LAST):
        contacts_io[k] = -1
    #| or
    #| end


def remaining_path_length(tid, waypoint_start, remaining, waypoint_pos, slack, body_pos, distance_out):
    first = waypoint_start[tid]
    last = waypoint_start[tid + 1] - 1
    left = float(0.0)
    remaining[last] = 0.0
    #? from the end back
    for k in range(last - 1, first - 1, -1):
        #| one of
        left += wp.length(waypoint_pos[k + 1] - waypoint_pos[k])
        remaining[k] = left
        #| or
        step = wp.length(waypoint_pos[k + 1] - waypoint_pos[k])
        #| one of
        if step < slack:
            #? practically one point
            remaining[k] = left
            continue
        #| or
        #| end
        left += step
        remaining[k] = left
        #| end
    #| one of
    distance_out[tid] = left + wp.length(waypoint_pos[first] - body_pos[tid])
    #| or
    distance_out[tid] = left
    #| end


def estimate_path_times(tid, waypoint_start, remaining, max_speed, waypoint_pos):
    first = waypoint_start[tid]
    last = waypoint_start[tid + 1] - 1
    #| one of
    seconds = float(0.0)
    remaining[last] = 0.0
    #? from the end back
    for k in range(last - 1, first - 1, -1):
        seconds += wp.length(waypoint_pos[k + 1] - waypoint_pos[k]) / max_speed[tid]
        remaining[k] = seconds
    #| or
    remaining[last] = 0.0
    for k in range(last - 1, first - 1, -1):
        step = wp.length(waypoint_pos[k + 1] - waypoint_pos[k])
        remaining[k] = remaining[k + 1] + step / max_speed[tid]
    #| end
