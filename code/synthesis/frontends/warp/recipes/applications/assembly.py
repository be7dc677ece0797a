"""Constraints in many worlds: rows that are added where something has to hold, and what is read of sparse rows.

Addresses lead from one thing to the next: from an equality to its joint, from that to its velocity, from a tendon to
the row of its moments.
"""

from synthesis.core.records import KernelSpec
from synthesis.drawing.streams import Stream
from synthesis.drawing.types import Type
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.program import FLAG, FLOAT, FOUR, INT, PAIR, SPATIAL, VEC, Program

_MAT, _TWO = Type("float32", (3, 3)), Type("float32", (2,))
_ROW = 6
"""Entries that a row of a sparse matrix has room for."""
_ADDRESS = 4
"""Numbers that each sensor or data entry has room for."""
_ISLANDS = 4
"""Islands of trees in a world, at most."""

_JACDIF = """\
            # how this joint moves either anchor
            cdof_dof = cdof[worldid, dof]
            jacdif = wp.vec3(0.0, 0.0, 0.0)
            if isdofancestor[body1, dof] == 1:
                jacdif += wp.spatial_bottom(cdof_dof) + wp.cross(wp.spatial_top(cdof_dof), offset1)
            if isdofancestor[body2, dof] == 1:
                jacdif -= wp.spatial_bottom(cdof_dof) + wp.cross(wp.spatial_top(cdof_dof), offset2)
"""
_ROWS = {
    "equality_joint": """
        {?0.7 # some other kind of equality
        if eq_type[u] != EQ_JOINT:
            return}
        if not eq_active[worldid, u]:
            return
        efcid = wp.atomic_add(nefc, worldid, 1)
        if efcid >= {njmax_in ~ row_pos.shape[1]}:
            return
        {?0.6 efc_kind[worldid, efcid] = EFC_EQUALITY
        efc_source[worldid, efcid] = u}
        joint1 = eq_obj1id[u]
        joint2 = eq_obj2id[u]
        dofadr1 = jnt_dofadr[joint1]
        pos = qpos[worldid, jnt_qposadr[joint1]] - qpos0[jnt_qposadr[joint1]]
        vel = qvel[worldid, dofadr1]
        {# all other joints are left alone
        ~}
        for dof in range({nv ~ qvel.shape[1]}):
            eq_J[worldid, efcid, dof] = 0.0
        eq_J[worldid, efcid, dofadr1] = 1.0
        {if joint2 >= 0:
            dofadr2 = jnt_dofadr[joint2]
            dif = qpos[worldid, jnt_qposadr[joint2]] - qpos0[jnt_qposadr[joint2]]
            # polynomial in the other joint
            pos -= eq_data[u, 0] + dif * (eq_data[u, 1] + dif * eq_data[u, 2])
            {deriv = eq_data[u, 1] + 2.0 * dif * eq_data[u, 2]
            vel -= deriv * qvel[worldid, dofadr2]
            eq_J[worldid, efcid, dofadr2] = -deriv ~
            eq_J[worldid, efcid, dofadr2] = -(eq_data[u, 1] + 2.0 * dif * eq_data[u, 2])
            vel += eq_J[worldid, efcid, dofadr2] * qvel[worldid, dofadr2]} ~
        if joint2 >= 0:
            # linear in the other joint
            dif = qpos[worldid, jnt_qposadr[joint2]] - qpos0[jnt_qposadr[joint2]]
            pos -= eq_data[u, 0] + eq_data[u, 1] * dif
            dofadr2 = jnt_dofadr[joint2]
            vel -= eq_data[u, 1] * qvel[worldid, dofadr2]
            eq_J[worldid, efcid, dofadr2] = -eq_data[u, 1]}
        else:
            pos -= eq_data[u, 0]
        {row_pos[worldid, efcid] = pos
        row_vel[worldid, efcid] = vel ~ row_pos[worldid, efcid] = pos
        {?0.5 row_vel[worldid, efcid] = vel}
        {# critically damped for a damping ratio of one
        timeconst = eq_solref[u][0]
        dampratio = eq_solref[u][1] ~ timeconst = eq_solref[u][0]
        dampratio = eq_solref[u][1]}
        stiff = 1.0 / (timeconst * timeconst * dampratio * dampratio)
        aref[worldid, efcid] = -2.0 / timeconst * vel - stiff * pos}
    """,
    "equality_connect": """
        {?0.7 if eq_type[u] != EQ_CONNECT:
            return}
        if not eq_active[worldid, u]:
            return
        efcid = wp.atomic_add(nefc, worldid, 3)
        if efcid + 3 > {njmax_in ~ row_pos.shape[1]}:
            return
        {obj1 = eq_obj1id[u]
        obj2 = eq_body2id[u]
        if is_site[u]:
            body1 = site_bodyid[obj1]
            body2 = site_bodyid[obj2]
            pos1 = site_xpos[worldid, obj1]
            pos2 = site_xpos[worldid, obj2]
        else:
            body1 = obj1
            body2 = obj2
            pos1 = xpos[worldid, obj1] + xmat[worldid, obj1] * eq_anchor[u]
            pos2 = xpos[worldid, obj2] + xmat[worldid, obj2] * eq_anchor2[u] ~
        body1 = eq_obj1id[u]
        body2 = eq_body2id[u]
        pos1 = xpos[worldid, body1] + xmat[worldid, body1] * eq_anchor[u]
        pos2 = xpos[worldid, body2] + xmat[worldid, body2] * eq_anchor2[u] ~
        # the same point, seen from either body
        body1 = eq_obj1id[u]
        body2 = eq_body2id[u]
        pos1 = xpos[worldid, body1] + wp.quat_rotate(xquat[worldid, body1], eq_anchor[u])
        pos2 = xpos[worldid, body2] + wp.quat_rotate(xquat[worldid, body2], eq_anchor2[u])}
        dif = pos1 - pos2
        # three rows, one a direction
        for k in range(3):
            {?0.6 efc_kind[worldid, efcid + k] = EFC_EQUALITY
            efc_source[worldid, efcid + k] = u}
            row_pos[worldid, efcid + k] = dif[k]
        offset1 = pos1 - subtree_com[worldid, body_rootid[body1]]
        offset2 = pos2 - subtree_com[worldid, body_rootid[body2]]
        {# stiffer the farther they are apart
        solimp = eq_solimp[u]
        {imp = solimp[0] + wp.min(wp.length(dif) / solimp[2], 1.0) * (solimp[1] - solimp[0]) ~
        x = wp.min(wp.length(dif) / solimp[2], 1.0)
        imp = solimp[0] + x * (solimp[1] - solimp[0])}
        invweight = body_invweight[body1] + body_invweight[body2]
        rate = solimp[1] * eq_solref[u][0]
        kd = 2.0 / rate
        kp = imp / (rate * rate * eq_solref[u][1] * eq_solref[u][1])
        for k in range(3):
            connect_D[worldid, efcid + k] = imp / ((1.0 - imp) * invweight) ~
        # as a damped spring would bring them together
        timeconst = eq_solref[u][0]
        dampratio = eq_solref[u][1]
        kd = 2.0 / timeconst
        kp = 1.0 / (timeconst * timeconst * dampratio * dampratio)}
        {dif_vel = wp.vec3(0.0, 0.0, 0.0)
        for dof in range({nv ~ cdof.shape[1]}):
            JACDIF
            dif_vel += jacdif * qvel[worldid, dof]
            for k in range(3):
                eq_J[worldid, efcid + k, dof] = jacdif[k] ~
        for dof in range({nv ~ cdof.shape[1]}):
            JACDIF
            for k in range(3):
                eq_J[worldid, efcid + k, dof] = jacdif[k]
        cvel1 = body_cvel[worldid, body1]
        cvel2 = body_cvel[worldid, body2]
        vel1 = wp.spatial_bottom(cvel1) + wp.cross(wp.spatial_top(cvel1), offset1)
        vel2 = wp.spatial_bottom(cvel2) + wp.cross(wp.spatial_top(cvel2), offset2)
        dif_vel = vel1 - vel2}
        for k in range(3):
            {?0.6 row_vel[worldid, efcid + k] = dif_vel[k]}
            aref[worldid, efcid + k] = -kd * dif_vel[k] - kp * dif[k]
    """.replace("            JACDIF\n", _JACDIF),
    "tendon_length": """
        {wrapnum = tendon_num[u]
        adr = tendon_adr[u] ~ adr = tendon_adr[u]
        wrapnum = tendon_num[u]}
        length = float(0.0)
        {if wrap_type[adr] == WRAP_JOINT:
            # fixed: a sum of joints
            for k in range(wrapnum):
                joint = wrap_objid[adr + k]
                length += wrap_prm[adr + k] * qpos[worldid, jnt_qposadr[joint]]
        else:
            # spatial: straight from site to site
            for k in range(wrapnum - 1):
                {p0 = site_xpos[worldid, wrap_objid[adr + k]]
                p1 = site_xpos[worldid, wrap_objid[adr + k + 1]]
                length += {distance_between(p0, p1) ~ distance_between(p0, p1) ~ wp.length(p1 - p0)} ~
                length += wp.length(site_xpos[worldid, wrap_objid[adr + k + 1]] - site_xpos[worldid, wrap_objid[adr \
                        + k]])} ~
        {divisor = float(1.0)
        for k in range(adr, adr + wrapnum - 1):
            # lengths behind a pulley count in part
            if wrap_type[k] == WRAP_PULLEY:
                divisor = wrap_divisor[k]
                continue
            if wrap_type[k + 1] == WRAP_PULLEY:
                continue
            dif = site_xpos[worldid, wrap_objid[k + 1]] - site_xpos[worldid, wrap_objid[k]]
            length += wp.length(dif) / divisor ~
        for k in range(adr, adr + wrapnum - 1):
            {# from site to site; what comes after a pulley is another piece
            ~}
            if wrap_type[k] != WRAP_SITE or wrap_type[k + 1] != WRAP_SITE:
                continue
            length += distance_between(site_xpos[worldid, wrap_objid[k]], site_xpos[worldid, wrap_objid[k + 1]]) ~
        for k in range(adr, adr + wrapnum - 1):
            if wrap_type[k] == WRAP_SITE and wrap_type[k + 1] == WRAP_SITE:
                length += distance_between(site_xpos[worldid, wrap_objid[k]], site_xpos[worldid, wrap_objid[k + 1]])}}
        ten_length[worldid, u] = length
        {?0.6 vel = float(0.0)
        {rowadr = ten_J_rowadr[u]
        for k in range(ten_J_rownnz[u]):
            vel += ten_J_in[worldid, rowadr + k] * qvel[worldid, ten_J_colind[rowadr + k]] ~
        for sparseid in range(ten_J_rowadr[u], ten_J_rowadr[u] + ten_J_rownnz[u]):
            vel += ten_J_in[worldid, sparseid] * qvel[worldid, ten_J_colind[sparseid]]}
        ten_velocity[worldid, u] = vel
        {?0.4 # a spring with a damper along the tendon
        ten_force[worldid, u] = tendon_stiffness[u] * (tendon_length0[u] - length) - tendon_damping[u] * vel} ~
        {?0.6 # slack tendons pull nothing
        stretch = wp.max(length - tendon_length0[u], 0.0)
        ten_force[worldid, u] = -tendon_stiffness[u] * stretch}}
    """,
    "row_states": """
        {if u >= nefc_in[worldid]:
            return ~
        if u >= wp.min(nefc_in[worldid], njmax):
            return}
        kind = efc_type[worldid, u]
        {Jaref = efc_Jaref[worldid, u] ~ Jaref = efc_Ja[worldid, u] - efc_aref[worldid, u]}
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
        {?0.3 # the solver factorizes again if any has changed
        if state != previous_state[worldid, u]:
            wp.atomic_add(num_changed, worldid, 1)}
        {row_force[worldid, u] = force
        row_state[worldid, u] = state ~
        row_state[worldid, u] = state
        row_force[worldid, u] = force}
        {?0.7 {if state == STATE_QUADRATIC:
            wp.atomic_add(cost, worldid, {0.5 * D * Jaref * Jaref ~ -0.5 * force * Jaref})
        {elif state != STATE_SATISFIED: ~ elif state == STATE_LINEARNEG or state == STATE_LINEARPOS:}
            wp.atomic_add(cost, worldid, frictionloss[worldid, u] * (wp.abs(Jaref) - 0.5 * \
                    frictionloss[worldid, u] / D)) ~
        if state == STATE_QUADRATIC:
            wp.atomic_add(num_quadratic, worldid, 1)}}
    """,
    "sensor_values": """
        kind = sensor_type[u]
        objid = sensor_objid[u]
        adr = sensor_adr[u]
        if kind == SENSOR_JOINTPOS:
            sensordata[worldid, adr] = qpos[worldid, jnt_qposadr[objid]]
        elif kind == SENSOR_JOINTVEL:
            sensordata[worldid, adr] = qvel[worldid, jnt_dofadr[objid]]
        elif kind == SENSOR_FRAMEPOS:
            {vec = xpos[worldid, objid]
            {# as another frame sees it
            refid = sensor_refid[u]
            if refid >= 0:
                vec = wp.transpose(xmat[worldid, refid]) * (vec - xpos[worldid, refid]) ~}
            for k in range(3):
                sensordata[worldid, adr + k] = vec[k] ~
            sensordata[worldid, adr + 0] = xpos[worldid, objid][0]
            sensordata[worldid, adr + 1] = xpos[worldid, objid][1]
            sensordata[worldid, adr + 2] = xpos[worldid, objid][2]}
        {elif kind == SENSOR_FRAMEQUAT:
            # scalar first
            quat = xquat[worldid, objid]
            sensordata[worldid, adr + 0] = quat[3]
            sensordata[worldid, adr + 1] = quat[0]
            sensordata[worldid, adr + 2] = quat[1]
            sensordata[worldid, adr + 3] = quat[2] ~
        elif kind == SENSOR_FRAMEXAXIS:
            for k in range(3):
                sensordata[worldid, adr + k] = xmat[worldid, objid][k, 0]}
        {elif kind == SENSOR_VELOCIMETER or kind == SENSOR_GYRO:
            body = site_bodyid[objid]
            cvel = body_cvel[worldid, body]
            vec = wp.spatial_top(cvel)
            if kind == SENSOR_VELOCIMETER:
                offset = site_xpos[worldid, objid] - subtree_com[worldid, body_rootid[body]]
                vec = wp.spatial_bottom(cvel) + wp.cross(wp.spatial_top(cvel), offset)
            # in the frame of the site
            vec = wp.transpose(site_xmat[worldid, objid]) * vec
            for k in range(3):
                sensordata[worldid, adr + k] = vec[k] ~ elif kind == SENSOR_GYRO:
            vec = wp.transpose(site_xmat[worldid, objid]) * wp.spatial_top(body_cvel[worldid, site_bodyid[objid]])
            for k in range(3):
                sensordata[worldid, adr + k] = vec[k] ~
        elif kind == SENSOR_TOUCH:
            # normal forces on the body of the site
            total = float(0.0)
            for k in range(ncon[worldid]):
                geoms = contact_geom[worldid, k]
                if geom_bodyid[geoms[0]] == site_bodyid[objid] or geom_bodyid[geoms[1]] == site_bodyid[objid]:
                    total += contact_normal_force[worldid, k]
            sensordata[worldid, adr] = total}
        {?0.5 cutoff = sensor_cutoff[u]
        if cutoff > 0.0 {and kind != SENSOR_FRAMEQUAT ~ and sensor_datatype[u] == DATATYPE_REAL}:
            for k in range(sensor_dim[u]):
                sensordata[worldid, adr + k] = clamp_symmetric(sensordata[worldid, adr + k], cutoff)}
    """,
    "transmission": """
        trntype = actuator_trntype[u]
        {trnid = actuator_trnid[u]
        objid = trnid[0] ~ objid = actuator_trnid[u][0]}
        gear = actuator_gear[u]
        rowadr = moment_rowadr[u]
        {length = float(0.0)
        nnz = int(0) ~ nnz = int(0)
        length = float(0.0)}
        {?0.6 velocity = float(0.0)
        if trntype == TRN_JOINT:
            nnz = 1
            length = gear * qpos[worldid, jnt_qposadr[objid]]
            velocity = gear * qvel[worldid, jnt_dofadr[objid]]
            {colind_out[worldid, rowadr] = jnt_dofadr[objid]
            moment_out[worldid, rowadr] = gear ~ moment_out[worldid, rowadr] = gear
            colind_out[worldid, rowadr] = jnt_dofadr[objid]}
        elif trntype == TRN_TENDON:
            nnz = ten_J_rownnz[objid]
            length = gear * ten_length_in[worldid, objid]
            ten_rowadr = ten_J_rowadr[objid]
            for k in range(nnz):
                {colind = ten_J_colind[ten_rowadr + k]
                moment = gear * ten_J_in[worldid, ten_rowadr + k]
                colind_out[worldid, rowadr + k] = colind
                moment_out[worldid, rowadr + k] = moment
                velocity += moment * qvel[worldid, colind] ~
                colind_out[worldid, rowadr + k] = ten_J_colind[ten_rowadr + k]
                moment_out[worldid, rowadr + k] = gear * ten_J_in[worldid, ten_rowadr + k]
                velocity += gear * ten_J_in[worldid, ten_rowadr + k] * qvel[worldid, ten_J_colind[ten_rowadr + k]]}
        act_velocity[worldid, u] = velocity ~
        if trntype == TRN_JOINT:
            nnz = 1
            length = gear * qpos[worldid, jnt_qposadr[objid]]
            {colind_out[worldid, rowadr] = jnt_dofadr[objid]
            moment_out[worldid, rowadr] = gear ~ moment_out[worldid, rowadr] = gear
            colind_out[worldid, rowadr] = jnt_dofadr[objid]}
        elif trntype == TRN_TENDON:
            nnz = ten_J_rownnz[objid]
            length = gear * ten_length_in[worldid, objid]
            ten_rowadr = ten_J_rowadr[objid]
            {for k in range(nnz):
                sparseid = ten_rowadr + k
                colind_out[worldid, rowadr + k] = ten_J_colind[sparseid]
                moment_out[worldid, rowadr + k] = gear * ten_J_in[worldid, sparseid] ~
            for k in range(nnz):
                moment_out[worldid, rowadr + k] = gear * ten_J_in[worldid, ten_rowadr + k]
                colind_out[worldid, rowadr + k] = ten_J_colind[ten_rowadr + k]}}
        {act_length[worldid, u] = length
        nnz_out[worldid, u] = nnz ~ nnz_out[worldid, u] = nnz
        act_length[worldid, u] = length}
    """,
    "contact_jacobian": """
        {if u >= ncon[worldid]:
            return ~
        if u >= wp.min(ncon[worldid], naconmax):
            return}
        geoms = contact_geom[worldid, u]
        {body1 = geom_bodyid[geoms[0]]
        body2 = geom_bodyid[geoms[1]] ~ body2 = geom_bodyid[geoms[1]]
        body1 = geom_bodyid[geoms[0]]}
        {?0.8 condim = contact_dim[worldid, u]
        frame = contact_frame[worldid, u]
        con_pos = contact_pos[worldid, u] ~
        condim = contact_dim[worldid, u]
        con_pos = contact_pos[worldid, u]
        frame = contact_frame[worldid, u]}
        for dof in range({nv ~ cdof.shape[1]}):
            cdof_dof = cdof[worldid, dof]
            {jacp = wp.vec3(0.0, 0.0, 0.0)
            # what each body adds
            if isdofancestor[body2, dof] == 1:
                offset2 = con_pos - subtree_com[worldid, body_rootid[body2]]
                jacp += wp.spatial_bottom(cdof_dof) + wp.cross(wp.spatial_top(cdof_dof), offset2)
            if isdofancestor[body1, dof] == 1:
                offset1 = con_pos - subtree_com[worldid, body_rootid[body1]]
                jacp -= wp.spatial_bottom(cdof_dof) + wp.cross(wp.spatial_top(cdof_dof), offset1) ~
            # a joint that moves both bodies moves them alike
            if isdofancestor[body1, dof] == isdofancestor[body2, dof]:
                for k in range(wp.min(condim, 3)):
                    con_J[worldid, u * 3 + k, dof] = 0.0
                continue
            {body = body2 if isdofancestor[body2, dof] == 1 else body1
            sign = 1.0 if body == body2 else -1.0 ~
            sign = float(isdofancestor[body2, dof] - isdofancestor[body1, dof])
            body = body2 if sign > 0.0 else body1}
            offset = con_pos - subtree_com[worldid, body_rootid[body]]
            jacp = sign * (wp.spatial_bottom(cdof_dof) + wp.cross(wp.spatial_top(cdof_dof), offset))}
            {for k in range(wp.min(condim, 3)):
                con_J[worldid, u * 3 + k, dof] = wp.dot(wp.vec3(frame[k, 0], frame[k, 1], frame[k, 2]), jacp) ~
            # rows of the frame: the normal and two tangents
            jac_c = frame * jacp
            for k in range(wp.min(condim, 3)):
                con_J[worldid, u * 3 + k, dof] = jac_c[k]}
    """,
    "tree_states": """
        tree = {dof_treeid[u] ~ body_treeid[dof_bodyid[u]]}
        {# degrees of freedom of a tree that nothing holds are in no island
        island = tree_island[worldid, tree]
        dof_island[worldid, u] = island
        if island >= 0:
            {wp.atomic_add(island_nv, worldid, island, 1) ~ # a place of its own among those of the island
            dof_rank[worldid, u] = wp.atomic_add(island_nv, worldid, island, 1)
        else:
            dof_rank[worldid, u] = -1} ~
        {awake = tree_awake[worldid, tree]
        # a push wakes a tree up
        if awake == 0 and wp.abs(qfrc_in[worldid, u]) > wake_force:
            awake = 1
        if awake == 0: ~ if tree_awake[worldid, tree] == 0:}
            qvel_out[worldid, u] = 0.0
            {?0.5 sleep_count[worldid, u] = sleep_count[worldid, u] + 1}
        else:
            qvel_out[worldid, u] = qvel[worldid, u]
            {?0.5 sleep_count[worldid, u] = 0} ~
        # the fastest velocity decides whether a tree may sleep
        if tree_awake[worldid, tree] == 1:
            wp.atomic_max(tree_speed, worldid, tree, wp.abs(qvel[worldid, u]) * dof_length[u])
            {?0.5 wp.atomic_add(nv_awake, worldid, 1)}}
    """,
    "mass_rows": """
        {?0.6 # worlds that the solver is done with
        if skip[worldid]:
            return}
        {rowadr = M_rowadr[u]
        rownnz = M_rownnz[u] ~ rownnz = M_rownnz[u]
        rowadr = M_rowadr[u]}
        {total = float(0.0) ~ total = float(dof_armature[u] * x_vec[worldid, u])}
        {{for k in range(rownnz):
            sparseid = rowadr + k
            total += M[worldid, sparseid] * x_vec[worldid, M_colind[sparseid]] ~
        for sparseid in range(rowadr, rowadr + rownnz):
            total += M[worldid, sparseid] * x_vec[worldid, M_colind[sparseid]] ~
        for sparseid in range(rowadr, rowadr + rownnz):
            col = M_colind[sparseid]
            if col == u:
                continue
            total += M[worldid, sparseid] * x_vec[worldid, col]
        # the diagonal apart from the rest
        total += dof_M[u] * x_vec[worldid, u] ~
        dofid = int(u)
        k = int(0)
        while dofid >= 0 and k < rownnz:
            # along the branch to the root
            total += M[worldid, rowadr + k] * x_vec[worldid, dofid]
            dofid = dof_parentid[dofid]
            k += 1}
        row_product[worldid, u] = total
        {?0.3 # the quadratic form of the whole matrix
        wp.atomic_add(vMv, worldid, x_vec[worldid, u] * total)} ~
        {# only the lower triangle is stored
        for k in range(rownnz):
            sparseid = rowadr + k
            col = M_colind[sparseid]
            total += M[worldid, sparseid] * x_vec[worldid, col]
            if col != u:
                wp.atomic_add(res, worldid, col, M[worldid, sparseid] * x_vec[worldid, u]) ~
        dofid = dof_parentid[u]
        k = int(1)
        total += M[worldid, rowadr] * x_vec[worldid, u]
        while dofid >= 0 and k < rownnz:
            # both halves of the matrix
            total += M[worldid, rowadr + k] * x_vec[worldid, dofid]
            wp.atomic_add(res, worldid, dofid, M[worldid, rowadr + k] * x_vec[worldid, u])
            dofid = dof_parentid[dofid]
            k += 1}
        wp.atomic_add(res, worldid, u, total)}
    """,
}


_GUARD = """
    {if u >= nefc_in[worldid]:
        return ~
    if u >= wp.min(nefc_in[worldid], njmax):
        return}
    rownnz = efc_rownnz[worldid, u]
"""
_SPARSE = {
    "constraint_force": """
        {?0.7 # rows that push nothing
        if not efc_active[worldid, u]:
            return}
        force = efc_force[worldid, u]
        {for k in range(rownnz):
            colind = efc_colind[worldid, u, k]
            wp.atomic_add(qfrc, worldid, colind, efc_J[worldid, u, k] * force) ~
        if force != 0.0:
            for k in range(rownnz):
                wp.atomic_add(qfrc, worldid, efc_colind[worldid, u, k], efc_J[worldid, u, k] * force)}
    """,
    "constraint_velocity": """
        Jqvel = float(0.0)
        for k in range(rownnz):
            {colind = efc_colind[worldid, u, k]
            Jqvel += efc_J[worldid, u, k] * qvel[worldid, colind] ~
            Jqvel += efc_J[worldid, u, k] * qvel[worldid, efc_colind[worldid, u, k]]}
        row_vel[worldid, u] = Jqvel
        {?0.6 # what a spring and a damper would ask for
        aref[worldid, u] = -efc_kb[worldid, u][1] * Jqvel - efc_kb[worldid, u][0] * efc_pos[worldid, u]}
    """,
    "constraint_residual": """
        Jaref = -efc_aref[worldid, u]
        {for k in range(rownnz):
            Jaref += efc_J[worldid, u, k] * qacc[worldid, efc_colind[worldid, u, k]] ~
        k = int(0)
        while k < rownnz:
            Jaref += efc_J[worldid, u, k] * qacc[worldid, efc_colind[worldid, u, k]]
            k += 1}
        row_Jaref[worldid, u] = Jaref
        {?0.75 if efc_active[worldid, u]:
            wp.atomic_add(cost, worldid, 0.5 * efc_D[worldid, u] * Jaref * Jaref)}
    """,
    "constraint_diagonal": """
        # diagonal of J M^-1 J^T for a diagonal mass matrix
        total = float(0.0)
        {i = int(0)
        while i < rownnz:
            J_i = efc_J[worldid, u, i]
            total += J_i * J_i / dof_M[efc_colind[worldid, u, i]]
            i += 1 ~
        for i in range(rownnz):
            total += efc_J[worldid, u, i] * efc_J[worldid, u, i] / dof_M[efc_colind[worldid, u, i]]}
        {row_invdiag[worldid, u] = total ~
        # a soft constraint has some compliance of its own
        row_diag[worldid, u] = 1.0 / (total + regularization) ~
        row_invdiag[worldid, u] = total
        row_diag[worldid, u] = 1.0 / (total + regularization)}
    """,
}
"""What is made of the rows of a sparse Jacobian, by what kernels that do it are called."""


def _declare_model(p: Program, n: int) -> None:
    """The arguments that are the same in all worlds."""
    entries = n * _ROW
    for key, low, names in (
        ("eq_obj1id", 0, ("eq_obj1id",)), ("eq_obj2id", -1, ("eq_obj2id",)), ("site_bodyid", 0, ("site_bodyid",)),
        ("jnt_qposadr", 0, ("jnt_qposadr",)), ("jnt_dofadr", 0, ("jnt_dofadr",)), ("geom_bodyid", 0, ("geom_bodyid",)),
        ("sensor_objid", 0, ("sensor_objid",)), ("sensor_refid", -1, ("sensor_refid",)),
        ("body_rootid", 0, ("body_rootid",)), ("dof_bodyid", 0, ("dof_bodyid",)),
        ("body_treeid", 0, ("body_treeid",)), ("dof_treeid", 0, ("dof_treeid",)),
        ("eq_body2id", 0, ("eq_obj2id",)),
    ):  # fmt: skip
        p.array(key, INT, (low, n - 1), (n,), names)
    p.parents("dof_parentid", 1, n, ("dof_parentid",))
    p.array("eq_type", INT, (0, 1), (n,), ("eq_type",))
    p.array("is_site", FLAG, (0, 1), (n,), ("eq_is_site", "is_site"))
    p.array("wrap_type", INT, (0, 2), (entries,), ("wrap_type",))
    p.array("wrap_objid", INT, (0, n - 1), (entries,), ("wrap_objid",))
    p.array("sensor_type", INT, (0, 7), (n,), ("sensor_type",))
    p.array("sensor_datatype", INT, (0, 2), (n,), ("sensor_datatype",))
    p.array("sensor_dim", INT, (1, 3), (n,), ("sensor_dim",))
    p.array("actuator_trntype", INT, (0, 2), (n,), ("actuator_trntype",))
    p.array("actuator_trnid", PAIR, (0, n - 1), (n,), ("actuator_trnid",))
    p.array("isdofancestor", INT, (0, 1), (n, n), ("body_isdofancestor", "isdofancestor"))
    for key, names in (("tendon_num", ("tendon_num",)), ("ten_J_rownnz", ("ten_J_rownnz",)),
                       ("M_rownnz", ("M_rownnz",))):  # fmt: skip
        p.array(key, INT, (0, _ROW - 1), (n,), names)
    for key, names in (
        ("tendon_adr", ("tendon_adr",)), ("ten_J_rowadr", ("ten_J_rowadr",)), ("M_rowadr", ("M_rowadr",)),
        ("moment_rowadr", ("moment_rowadr", "actuator_moment_rowadr")),
    ):  # fmt: skip
        p.starts(key, n, _ROW, 1, names)
    p.starts("sensor_adr", n, _ADDRESS, 0, ("sensor_adr",))
    for key, names in (("ten_J_colind", ("ten_J_colind",)), ("M_colind", ("M_colind",))):
        p.array(key, INT, (0, n - 1), (entries,), names)
    for key, bounds, names in (
        ("qpos0", (-1, 1), ("qpos0",)), ("tendon_length0", (0, 1), ("tendon_length0",)),
        ("tendon_stiffness", (1, 10), ("tendon_stiffness",)), ("tendon_damping", (0.1, 1), ("tendon_damping",)),
        ("dof_length", (0.2, 1), ("dof_length",)), ("dof_armature", (0.05, 0.3), ("dof_armature",)),
        ("actuator_gear", (0.5, 2), ("actuator_gear", "gear")),
        ("dof_M", (0.5, 2), ("dof_M0", "qM_diag")),
        ("sensor_cutoff", (-0.5, 1), ("sensor_cutoff",)),
    ):  # fmt: skip
        p.array(key, FLOAT, bounds, (n,), names)
    p.array("wrap_divisor", FLOAT, (1, 3), (entries,), ("wrap_prm", "wrap_divisor"))
    p.array("wrap_prm", FLOAT, (-1, 1), (entries,), ("wrap_prm",))
    p.array("eq_data", FLOAT, (-1, 1), (n, 3), ("eq_data",))
    p.array("eq_solref", _TWO, (0.5, 2), (n,), ("eq_solref",))
    p.array("eq_solimp", VEC, (0.5, 0.95), (n,), ("eq_solimp",))
    p.array("body_invweight", FLOAT, (0.2, 1), (n,), ("body_invweight0",))
    for key, names in (("eq_anchor", ("eq_anchor1",)), ("eq_anchor2", ("eq_anchor2",))):
        p.array(key, VEC, (-1, 1), (n,), names)
    p.scalar("njmax", INT, (1, 5), ("njmax", "max_rows"))
    p.scalar("naconmax", INT, (3, 6), ("nconmax", "max_contacts"))
    p.number("regularization", (0.1, 0.5), ("regularization", "compliance"), ("0.1", "0.01"))
    p.number("wake_force", (0.2, 0.6), ("wake_force", "wake_threshold"), ("0.5",))
    p.sizes(nv=n)
    for prefix, names in (
        ("EQ_", ("JOINT", "CONNECT", "WELD")), ("WRAP_", ("JOINT", "SITE", "PULLEY")),
        ("EFC_", ("EQUALITY", "FRICTION", "CONTACT")),
        ("TRN_", ("JOINT", "TENDON", "BODY")), ("STATE_", ("SATISFIED", "QUADRATIC", "LINEARNEG", "LINEARPOS")),
        ("SENSOR_", (
            "JOINTPOS", "JOINTVEL", "FRAMEPOS", "FRAMEQUAT", "GYRO", "VELOCIMETER", "TOUCH", "FRAMEXAXIS",
        )), ("DATATYPE_", ("REAL", "POSITIVE", "AXIS")),
    ):  # fmt: skip
        p.constants({prefix + name: number for number, name in enumerate(names)})


def _declare_data(p: Program, worlds: int, n: int, rows_each: int) -> None:
    """The arguments that each world has its own of, and what is written; each item has some rows of constraints."""
    each, rows, entries = (worlds, n), (worlds, n, _ROW), (worlds, n * _ROW)
    for key, names in (
        ("qpos", ("qpos_in", "qpos")), ("qvel", ("qvel_in", "qvel")), ("efc_force", ("efc_force_in", "efc_force")),
        ("x_vec", ("vec_in", "qacc_in")), ("rhs", ("rhs_in", "qfrc_smooth_in")), ("qacc", ("qacc_in", "qacc")),
        ("qfrc_in", ("qfrc_applied_in",)), ("efc_Ja", ("efc_Ja_in",)), ("efc_pos", ("efc_pos_in",)),
        ("contact_normal_force", ("contact_force_in",)), ("efc_aref", ("efc_aref_in",)),
        ("efc_Jaref", ("efc_Jaref_in", "ctx_Jaref_in")),
        ("ten_length_in", ("ten_length_in",)), ("contact_dist", ("contact_dist_in",)),
        ("contact_margin", ("contact_includemargin_in",)),
    ):  # fmt: skip
        p.array(key, FLOAT, (-1, 1), each, names)
    for key, names in (("ten_J_in", ("ten_J_in",)), ("M", ("M_in", "qM_in"))):
        p.array(key, FLOAT, (-1, 1), entries, names)
    p.array("efc_D", FLOAT, (0.5, 2), each, ("efc_D_in",))
    p.array("frictionloss", FLOAT, (0.2, 1), each, ("efc_frictionloss_in",))
    p.array("efc_kb", _TWO, (0.5, 2), each, ("efc_KBIP_in", "efc_kb_in"))
    p.array("efc_J", FLOAT, (-1, 1), rows, ("efc_J_in",))
    p.array("efc_colind", INT, (0, n - 1), rows, ("efc_J_colind_in",))
    for key, names in (("xpos", ("xpos_in",)), ("site_xpos", ("site_xpos_in",)),
                       ("contact_pos", ("contact_pos_in",)), ("subtree_com", ("subtree_com_in",))):  # fmt: skip
        p.array(key, VEC, (-1, 1), each, names)
    for key, names in (("xmat", ("xmat_in",)), ("contact_frame", ("contact_frame_in",)),
                       ("site_xmat", ("site_xmat_in",))):  # fmt: skip
        p.array(key, _MAT, (-1, 1), each, names)
    p.array("xquat", FOUR, (-1, 1), each, ("xquat_in",), element="wp.quat")
    for key, names in (("body_cvel", ("cvel_in",)), ("cdof", ("cdof_in",))):
        p.array(key, SPATIAL, (-1, 1), each, names, element="wp.spatial_vector")
    p.array("contact_geom", PAIR, (0, n - 1), each, ("contact_geom_in",))
    for key, bounds, names in (
        ("contact_dim", (1, 3), ("contact_dim_in",)), ("efc_rownnz", (0, _ROW - 1), ("efc_J_rownnz_in",)),
        ("efc_type", (0, 2), ("efc_type_in",)),
        ("previous_state", (0, 3), ("efc_state_in", "previous_state")),
        ("tree_island", (-1, _ISLANDS - 1), ("tree_island_in",)),
        ("tree_awake", (0, 1), ("tree_awake_in",)),
    ):  # fmt: skip
        p.array(key, INT, bounds, each, names)
    for key, names in (("eq_active", ("eq_active_in", "eq_active")), ("efc_active", ("efc_active_in",))):
        p.array(key, FLAG, (0, 1), each, names)
    p.array("skip", FLAG, (0, 1), (worlds,), ("skip", "ctx_done_in"))
    p.array("nefc_in", INT, (1, n), (worlds,), ("nefc_in",))
    p.array("ncon", INT, (1, n), (worlds,), ("ncon_in", "nacon_in"))
    p.output("nefc", INT, (worlds,), ("nefc_out",), (0, 1))
    row = (worlds, n * rows_each + 1)
    for key, shape, names in (
        ("row_pos", row, ("efc_pos_out",)), ("row_vel", row, ("efc_vel_out",)), ("aref", row, ("efc_aref_out",)),
        ("connect_D", row, ("efc_D_out",)),
        ("row_diag", each, ("efc_D_out",)), ("row_invdiag", each, ("efc_diagA_out",)),
        ("row_force", each, ("efc_force_out",)), ("row_Jaref", each, ("efc_Jaref_out",)),
        ("ten_length", each, ("ten_length_out",)), ("ten_velocity", each, ("ten_velocity_out",)),
        ("ten_force", each, ("ten_force_out",)), ("act_length", each, ("actuator_length_out",)),
        ("act_velocity", each, ("actuator_velocity_out",)), ("row_product", each, ("res_out", "mv_out")),

        ("qvel_out", each, ("qvel_out",)),
    ):  # fmt: skip
        p.output(key, FLOAT, shape, names)
    p.output("efc_kind", INT, row, ("efc_type_out",))
    p.output("efc_source", INT, row, ("efc_id_out",))
    p.scalar("njmax_in", INT, (rows_each, 3 * rows_each - 1), ("njmax",))
    p.output("eq_J", FLOAT, (*row, n), ("efc_J_out",), (0, 1))
    p.output("moment_out", FLOAT, entries, ("actuator_moment_out", "moment_out"))
    p.output("colind_out", INT, entries, ("moment_colind_out",))
    p.output("nnz_out", INT, each, ("moment_rownnz_out",))
    p.output("row_state", INT, each, ("efc_state_out",))
    p.output("qfrc", FLOAT, each, ("qfrc_constraint_out", "qfrc_out"), (-1, 1))
    p.output("res", FLOAT, each, ("res_out", "mv_out"), (-1, 1))
    p.output("con_J", FLOAT, (worlds, 3 * n, n), ("efc_J_out", "contact_J_out"))
    p.output("sensordata", FLOAT, (worlds, n * _ADDRESS), ("sensordata_out", "sensordata"), (-1, 1))
    for key, names in (("cost", ("cost_out", "ctx_cost_out")), ("vMv", ("quad_out", "vMv_out"))):
        p.output(key, FLOAT, (worlds,), names, (0, 1))
    for key, names in (
        ("num_changed", ("changed_out",)), ("num_quadratic", ("nactive_out",)),
        ("nv_awake", ("nv_awake_out",)), ("moment_nnz", ("moment_nnz_out",)),
    ):  # fmt: skip
        p.output(key, INT, (worlds,), names, (0, 1))
    p.output("dof_island", INT, each, ("dof_island_out",))
    p.output("dof_rank", INT, each, ("dof_islandrank_out",))
    p.output("island_nv", INT, (worlds, _ISLANDS), ("island_nv_out",), (0, 1))
    p.output("tree_speed", FLOAT, each, ("tree_maxvel_out",), (0, 0.2))
    p.output("sleep_count", INT, each, ("sleep_count_out",), (0, 4))


_TARGETS = (*_ROWS, "sparse_rows")
_THREADS = {
    "equality_joint": ("eqid", "eq"), "equality_connect": ("eqid", "eq_id"), "tendon_length": ("tenid", "tendonid"),
    "sparse_rows": ("efcid", "row"), "row_states": ("efcid", "row"), "sensor_values": ("sensorid", "sid"),
    "transmission": ("actid", "uid"), "contact_jacobian": ("conid", "cid"), "tree_states": ("dofid", "i"),
    "mass_rows": ("dofid", "row"),
}  # fmt: skip


def _draw_assembly(stream: Stream, target: str) -> KernelSpec:
    """Something that constrains, drives or measures in many worlds, a thread for each of each world."""
    worlds, n = stream.child("sizes").choice(((4, 12), (4, 16), (6, 12), (3, 16), (3, 20)))
    p = Program(stream, ("worldid", "world"), ("u", *_THREADS[target]), launch=(worlds, n))
    _declare_model(p, n)
    _declare_data(p, worlds, n, 3 if target == "equality_connect" else 1)
    purpose = p.choices.choice(tuple(_SPARSE))
    p.write(*((_GUARD, _SPARSE[purpose]) if target == "sparse_rows" else (_ROWS[target],)))
    titles = {
        "equality_joint": ("equality_joint", "efc_equality_joint", "joint_coupling_rows"),
        "equality_connect": ("equality_connect", "efc_equality_connect", "anchor_rows"),
        "tendon_length": ("tendon_length", "tendon_lengths", "update_tendons"),
        "sparse_rows": (purpose, f"{purpose}_sparse", f"efc_{purpose}"),
        "row_states": ("update_constraint_efc", "efc_state", "constraint_forces"),
        "sensor_values": ("eval_sensors", "update_sensors", "read_sensors"),
        "transmission": ("transmission", "actuator_transmission", "actuator_moment"),
        "contact_jacobian": ("contact_jacobian", "efc_contact_jac", "fill_contact_rows"),
        "tree_states": ("update_dof_trees", "tree_dof_states", "update_dof_islands"),
        "mass_rows": ("mul_m_sparse", "mass_vector_product", "qm_rows"),
    }[target]
    return p.done("constraints", "assembly", target, "Constraints in many worlds", titles, (
        "Launched over (worlds, items).",
    ))  # fmt: skip


_WEIGHTS = {
    "tree_states": 0.3,
    "sensor_values": 0.7,
    "mass_rows": 0.5,
    "equality_joint": 0.8,
    "row_states": 0.5,
    "sparse_rows": 0.5,
    "transmission": 0.5,
    "contact_jacobian": 0.5,
}
RECIPES = (
    Recipe(name="assembly", category="constraints", targets=_TARGETS, draw=_draw_assembly, target_weights=_WEIGHTS),
)
