"""Bodies of csr_graph for ``recipes/applications/matrix_rows.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def color_rows_step(row, row_color, color_out, LOOP, col, outranks, priority, current_color, num_kept):
    if row_color[row] >= 0:
        #| 0.5
        color_out[row] = row_color[row]
        #| end
        return
    #? the largest of its neighbours that have no color yet
    #| one of
    is_largest = bool(True)
    for _ in LOOP:
        if col != row and row_color[col] < 0 and outranks(priority[col], col, priority[row], row):
            is_largest = False
            #| 0.6
            break
            #| end
    if is_largest:
        color_out[row] = current_color
    #| one of
    else:
        color_out[row] = -1
        wp.atomic_add(num_kept, 0, 1)
    #| or
    #: else:
    #:     color_out[row] = -1
    #| end
    #| or
    color_out[row] = -1
    for _ in LOOP:
        if col == row or row_color[col] >= 0:
            continue
        if priority[col] > priority[row] or (priority[col] == priority[row] and col > row):
            #| one of
            wp.atomic_add(num_kept, 0, 1)
            #| or
            #| end
            return
    color_out[row] = current_color
    #| end


def smallest_free_color(recolor, row, row_color, color_out, LOOP, col, widest):
    #| one of
    if row_color[row] >= 0 and not recolor:
        return
    #| or
    if row_color[row] >= 0:
        color_out[row] = row_color[row]
        return
    #| end
    used = int(0)
    for _ in LOOP:
        if col != row and row_color[col] >= 0:
            used = used | (1 << row_color[col])
    #? the lowest bit that is not set
    free = int(0)
    while (used & (1 << free)) != 0:
        free += 1
    color_out[row] = free
    #| one of
    wp.atomic_max(widest, 0, free + 1)
    #| or
    #| end


def bfs_pull_step(depth_of, row, LOOP, col, current_depth, depth_out, parent_out, num_kept, drop, k, mask, values):
    #| one of
    if depth_of[row] >= 0:
        return
    for _ in LOOP:
        if depth_of[col] == current_depth:
            depth_out[row] = current_depth + 1
            #| one of
            parent_out[row] = col
            #| or
            #| end
            wp.atomic_add(num_kept, 0, 1)
            break
    #| or
    #? from the frontier outwards
    if depth_of[row] != current_depth:
        return
    for _ in LOOP:
        if depth_of[col] < 0:
            wp.atomic_max(depth_out, col, current_depth + 1)
    #| or
    if depth_of[row] < 0:
        for _ in LOOP:
            if depth_of[col] == current_depth and either(mask[col] == 1, values[k] > drop):
                depth_out[row] = current_depth + 1
                #| one of
                parent_out[row] = col
                #| or
                #| end
                break
    #| end


def relax_distances(distance, row, LOOP, col, mask, k, values, y, parent_out, num_kept, drop):
    nearest = distance[row]
    #| one of
    via = int(-1)
    for _ in LOOP:
        #| one of
        if mask[col] == 0:
            continue
        #| or
        #| end
        through = distance[col] + wp.abs(values[k])
        if through < nearest:
            nearest = through
            via = col
    if via >= 0:
        y[row] = nearest
        parent_out[row] = via
        wp.atomic_add(num_kept, 0, 1)
    else:
        y[row] = distance[row]
        #| one of
        parent_out[row] = -1
        #| or
        #| end
    #| or
    for _ in LOOP:
        nearest = wp.min(nearest, distance[col] + wp.abs(values[k]))
    y[row] = nearest
    if nearest < distance[row] - drop:
        wp.atomic_add(num_kept, 0, 1)
    #| end


def pagerank_step(LOOP, col, out_degree, x, damping, num_rows, row, y, change_out, largest_change):
    total = float(0.0)
    for _ in LOOP:
        #| one of
        if out_degree[col] > 0:
            total += x[col] / float(out_degree[col])
        #| or
        total += x[col] / float(wp.max(out_degree[col], 1))
        #| end
    new = (1.0 - damping) / float(num_rows) + damping * total
    y[row] = new
    #| one of
    wp.atomic_add(change_out, 0, wp.abs(new - x[row]))
    #| or
    wp.atomic_max(largest_change, 0, wp.abs(new - x[row]))
    #| or
    #| end


def match_neighbors(aggregate, row, partner, LOOP, col, k, values, drop, num_weak):
    #| one of
    if aggregate[row] >= 0:
        partner[row] = -1
        return
    #| or
    #| end
    strongest = float(0.0)
    found = int(-1)
    for _ in LOOP:
        #| one of
        if col == row or aggregate[col] >= 0:
            continue
        w = wp.abs(values[k])
        if w > strongest or (w == strongest and col < found):
        #| or
        #: w = wp.abs(values[k])
        #: if col != row and aggregate[col] < 0 and w > strongest:
        #| end
            strongest = w
            found = col
    #? too weak to count as a contact
    #| one of
    if found >= 0 and strongest < drop:
        found = -1
    #| or
    #| end
    partner[row] = found
    #| one of
    if found < 0:
        wp.atomic_add(num_weak, 0, 1)
    #| or
    #| end


def graph_laplacian_smooth(LOOP, col, mask, row, k, values, x, omega, y):
    total = float(0.0)
    weight_sum = float(0.0)
    for _ in LOOP:
        #| one of
        if col != row and mask[col] == 1:
        #| or
        #: if col != row:
        #| end
            w = either(wp.abs(values[k]), wp.exp(-values[k] * values[k]))
            total += w * (x[col] - x[row])
            weight_sum += w
    #| one of
    if weight_sum > 0.0:
        y[row] = x[row] + omega * total / weight_sum
    else:
        y[row] = x[row]
    #| or
    #? as it is at the end of the step, so that no weight makes it unstable
    y[row] = x[row] + omega * total / (1.0 + omega * weight_sum)
    #| or
    if mask[row] == 0 or weight_sum == 0.0:
        y[row] = x[row]
        return
    y[row] = x[row] + omega * total / weight_sum
    #| end
