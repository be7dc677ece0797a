"""Bodies of row_states for ``recipes/applications/assembly.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def row_states(
    nefc_in, u, worldid, njmax, efc_type, efc_Jaref, efc_Ja, efc_aref, efc_D, STATE_SATISFIED, EFC_EQUALITY,
    STATE_QUADRATIC, EFC_FRICTION, frictionloss, STATE_LINEARNEG, STATE_LINEARPOS, previous_state, num_changed,
    row_force, row_state, cost, num_quadratic,
):
    #| one of
    if u >= nefc_in[worldid]:
        return
    #| or
    if u >= wp.min(nefc_in[worldid], njmax):
        return
    #| end
    kind = efc_type[worldid, u]
    #| one of
    Jaref = efc_Jaref[worldid, u]
    #| or
    Jaref = efc_Ja[worldid, u] - efc_aref[worldid, u]
    #| end
    D = efc_D[worldid, u]
    state = STATE_SATISFIED
    force = float(0.0)
    if kind == EFC_EQUALITY:
        state = STATE_QUADRATIC
        force = -D * Jaref
    elif kind == EFC_FRICTION:
        floss = frictionloss[worldid, u]
        rf = floss / D
        if Jaref <= -rf:
            # saturated below
            state = STATE_LINEARNEG
            force = floss
        elif Jaref >= rf:
            state = STATE_LINEARPOS
            force = -floss
        else:
            state = STATE_QUADRATIC
            force = -D * Jaref
    else:
        # limits and contacts only push
        if Jaref < 0.0:
            state = STATE_QUADRATIC
            force = -D * Jaref
    #| 0.3
    # the solver factorizes again if any has changed
    if state != previous_state[worldid, u]:
        wp.atomic_add(num_changed, worldid, 1)
    #| end
    #| one of
    row_force[worldid, u] = force
    row_state[worldid, u] = state
    #| or
    row_state[worldid, u] = state
    row_force[worldid, u] = force
    #| end
    #| 0.7
    #| one of
    if state == STATE_QUADRATIC:
        wp.atomic_add(cost, worldid, either(0.5 * D * Jaref * Jaref, -0.5 * force * Jaref))
    #| one of
    elif state != STATE_SATISFIED:
    #| or
    #: elif state == STATE_LINEARNEG or state == STATE_LINEARPOS:
    #| end
        wp.atomic_add(cost, worldid, frictionloss[worldid, u] * (wp.abs(Jaref) - 0.5 *                     frictionloss[worldid, u] / D))
    #| or
    if state == STATE_QUADRATIC:
        wp.atomic_add(num_quadratic, worldid, 1)
    #| end
    #| end
