"""Bodies of solved_cells for ``recipes/applications/windows.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def relax_pressure_red_black(LABEL_FLUID, i, j, k, label, color, BESIDE, AT, LABEL_OCCUPIED, pressure, rhs, omega):
    #| 0.8
    if label[i, j, k] != LABEL_FLUID:
        return
    #| end
    if (i + j + k) % 2 != color:
        return
    total = float(0.0)
    num = int(0)
    for _ in BESIDE:
            #? a wall has the pressure of the cell beside it
            if label[AT] == LABEL_OCCUPIED:
                continue
            num += 1
            if label[AT] == LABEL_FLUID:
                total += pressure[AT]
    if num == 0:
        return
    #| one of
    p_next = (total - rhs[i, j, k]) / float(num)
    pressure[i, j, k] += omega * (p_next - pressure[i, j, k])
    #| or
    pressure[i, j, k] = (total - rhs[i, j, k]) / float(num)
    #| end


def compute_divergence(
    LABEL_FLUID, i, j, k, label, rhs_out, u_in, v_in, w_in, num_particles, rest_count, drift_gain, inv_dx, largest,
):
    #| one of
    if label[i, j, k] != LABEL_FLUID:
        rhs_out[i, j, k] = 0.0
        return
    #| or
    #| end
    #| one of
    div = u_in[i + 1, j, k] - u_in[i, j, k]
    div += v_in[i, j + 1, k] - v_in[i, j, k]
    div += w_in[i, j, k + 1] - w_in[i, j, k]
    #| or
    div = u_in[i + 1, j, k] - u_in[i, j, k] + v_in[i, j + 1, k] - v_in[i, j, k]
    div += w_in[i, j, k + 1] - w_in[i, j, k]
    #| or
    flux_x = u_in[i + 1, j, k] - u_in[i, j, k]
    flux_y = v_in[i, j + 1, k] - v_in[i, j, k]
    flux_z = w_in[i, j, k + 1] - w_in[i, j, k]
    div = flux_x + flux_y + flux_z
    #| end
    #| 0.5
    #? compressed fluid should expand
    if num_particles[i, j, k] > rest_count:
        div -= drift_gain * float(num_particles[i, j, k] - rest_count)
    #| end
    rhs_out[i, j, k] = either(div * inv_dx, inv_dx * div, div)
    #| 0.4
    wp.atomic_max(largest, 0, wp.abs(div))
    #| end


def project_velocity(
    cell_active, i, j, k, label, LABEL_OCCUPIED, WALL_u, u, LABEL_FLUID, SCALE, pressure_in, WALL_v, v, WALL_w, w,
):
    #| 0.4
    if cell_active[i, j, k] == 0:
        return
    #| end
    #| one of
    here = label[i, j, k]
    if i > 0:
        before = label[i - 1, j, k]
        if here == LABEL_OCCUPIED or before == LABEL_OCCUPIED:
            u[i, j, k] = WALL_u
        elif here == LABEL_FLUID or before == LABEL_FLUID:
            u[i, j, k] -= SCALE * (pressure_in[i, j, k] - pressure_in[i - 1, j, k])
    if j > 0:
        before = label[i, j - 1, k]
        if here == LABEL_OCCUPIED or before == LABEL_OCCUPIED:
            v[i, j, k] = WALL_v
        elif here == LABEL_FLUID or before == LABEL_FLUID:
            v[i, j, k] -= SCALE * (pressure_in[i, j, k] - pressure_in[i, j - 1, k])
    if k > 0:
        before = label[i, j, k - 1]
        if here == LABEL_OCCUPIED or before == LABEL_OCCUPIED:
            w[i, j, k] = WALL_w
        elif here == LABEL_FLUID or before == LABEL_FLUID:
            w[i, j, k] -= SCALE * (pressure_in[i, j, k] - pressure_in[i, j, k - 1])
    #| or
    if label[i, j, k] != LABEL_FLUID:
        return
    #? the border of the grid is a wall
    if i > 0:
        u[i, j, k] -= SCALE * (pressure_in[i, j, k] - pressure_in[i - 1, j, k])
    else:
        u[i, j, k] = WALL_u
    if j > 0:
        v[i, j, k] -= SCALE * (pressure_in[i, j, k] - pressure_in[i, j - 1, k])
    else:
        v[i, j, k] = WALL_v
    if k > 0:
        w[i, j, k] -= SCALE * (pressure_in[i, j, k] - pressure_in[i, j, k - 1])
    else:
        w[i, j, k] = WALL_w
    #| end


def diffuse_cells(LABEL_OCCUPIED, i, j, k, label, values, values_out, BESIDE, AT, alpha, held):
    #| 0.6
    if label[i, j, k] == LABEL_OCCUPIED:
        values_out[i, j, k] = values[i, j, k]
        return
    #| end
    own = values[i, j, k]
    total = float(0.0)
    for _ in BESIDE:
            #? walls block the flow
            if label[AT] == LABEL_OCCUPIED:
                continue
            total += values[AT] - own
    #| one of
    values_out[i, j, k] = own + alpha * total
    #| or
    #? held at its previous value
    if held[i, j, k] != 0:
        values_out[i, j, k] = own
    else:
        values_out[i, j, k] = own + alpha * total
    #| end


def advect_upwind(
    LABEL_OCCUPIED, i, j, k, label, values_out, values, u_in, DX, v_in, DY, w_in, DZ, values_rate, courant, dt,
    inv_dx,
):
    #| 0.5
    if label[i, j, k] == LABEL_OCCUPIED:
        values_out[i, j, k] = 0.0
        return
    #| end
    own = values[i, j, k]
    change = float(0.0)
    speed = either(u_in[i, j, k], 0.5 * (u_in[i, j, k] + u_in[i + 1, j, k]))
    if speed > 0.0 and i > 0:
        change -= speed * (own - values[i - 1, j, k])
    elif speed < 0.0 and i + 1 < DX:
        change -= speed * (values[i + 1, j, k] - own)
    speed = either(v_in[i, j, k], 0.5 * (v_in[i, j, k] + v_in[i, j + 1, k]))
    if speed > 0.0 and j > 0:
        change -= speed * (own - values[i, j - 1, k])
    elif speed < 0.0 and j + 1 < DY:
        change -= speed * (values[i, j + 1, k] - own)
    speed = either(w_in[i, j, k], 0.5 * (w_in[i, j, k] + w_in[i, j, k + 1]))
    if speed > 0.0 and k > 0:
        change -= speed * (own - values[i, j, k - 1])
    elif speed < 0.0 and k + 1 < DZ:
        change -= speed * (values[i, j, k + 1] - own)
    #| 0.5
    change += values_rate[i, j, k]
    #| end
    values_out[i, j, k] = own + either(dt * inv_dx * change, courant * change)


def extrapolate_cells(i, j, k, known_in, values, values_out, known_out, NEIGHBORS, AT, num_changed, unknown):
    if known_in[i, j, k] != 0:
        values_out[i, j, k] = values[i, j, k]
        known_out[i, j, k] = 1
        return
    total = float(0.0)
    num = int(0)
    for _ in NEIGHBORS:
            #| one of
            if known_in[AT] == 0:
                continue
            total += values[AT]
            num += 1
            #| or
            if known_in[AT] != 0:
                total += values[AT]
                num += 1
            #| end
    #| one of
    if num > 0:
        values_out[i, j, k] = total / float(num)
        known_out[i, j, k] = 1
        #| 0.5
        wp.atomic_add(num_changed, 0, 1)
        #| end
    else:
        values_out[i, j, k] = either(unknown, 0.0)
        known_out[i, j, k] = 0
    #| or
    if num == 0:
        values_out[i, j, k] = either(unknown, 0.0)
        known_out[i, j, k] = 0
        return
    values_out[i, j, k] = total / float(num)
    known_out[i, j, k] = 1
    #| 0.5
    wp.atomic_add(num_changed, 0, 1)
    #| end
    #| end
