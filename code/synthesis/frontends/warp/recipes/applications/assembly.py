"""Constraints in many worlds: rows that are added where something has to hold, and what is read of sparse rows.

Addresses lead from one thing to the next: from an equality to its joint, from that to its velocity, from a tendon to
the row of its moments.
"""

from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.program import FLAG, FLOAT, FOUR, INT, PAIR, SPATIAL, VEC, Program
from synthesis.grammar.streams import Stream
from synthesis.grammar.types import Type
from synthesis.records import KernelSpec

_MAT, _TWO = Type("float32", (3, 3)), Type("float32", (2,))
_ROW = 6
"""Entries that a row of a sparse matrix has room for."""
_ADDRESS = 4
"""Numbers that each sensor or data entry has room for."""

_ROWS = {
    "equality_joint": """
        {if not eq_active[worldid, u]:
            return ~
        if eq_type[u] != EQ_JOINT:
            return ~
        if not eq_active[worldid, u] or eq_type[u] != EQ_JOINT:
            return}
        {?0.6 # one row of the world more
        wp.atomic_add(nefc, worldid, 1)}
        joint1 = eq_obj1id[u]
        joint2 = eq_obj2id[u]
        dofadr1 = jnt_dofadr[joint1]
        pos = qpos[worldid, jnt_qposadr[joint1]] - qpos0[jnt_qposadr[joint1]]
        deriv = float(0.0)
        if joint2 >= 0:
            dif = qpos[worldid, jnt_qposadr[joint2]] - qpos0[jnt_qposadr[joint2]]
            {# polynomial in the other joint
            rhs = eq_data[u, 0] + dif * (eq_data[u, 1] + dif * eq_data[u, 2])
            pos -= rhs
            {deriv = eq_data[u, 1] + 2.0 * dif * eq_data[u, 2] ~} ~
            pos -= eq_data[u, 0] + eq_data[u, 1] * dif}
        else:
            pos -= eq_data[u, 0]
        {row_pos[worldid, u] = pos ~ row_pos[worldid, u] = pos
        row_vel[worldid, u] = qvel[worldid, dofadr1] {- deriv * qvel[worldid, jnt_dofadr[wp.max(joint2, 0)]] ~}}
        {?0.5 aref[worldid, u] = -eq_solref[u][0] * pos {- eq_solref[u][1] * qvel[worldid, dofadr1] ~}}
    """,
    "equality_connect": """
        if {not eq_active[worldid, u] ~ eq_type[u] == EQ_JOINT ~ not eq_active[worldid, u] or eq_type[u] == EQ_JOINT}:
            return
        obj1 = {eq_obj1id[u] ~ eq_obj1id[u]}
        obj2 = wp.max(eq_obj2id[u], 0)
        {if is_site[u]:
            body1 = site_bodyid[obj1]
            body2 = site_bodyid[obj2]
            pos1 = site_xpos[worldid, obj1]
            pos2 = site_xpos[worldid, obj2]
        else:
            body1 = obj1
            body2 = obj2
            pos1 = xpos[worldid, obj1] + xmat[worldid, obj1] * eq_anchor[u]
            pos2 = xpos[worldid, obj2] + xmat[worldid, obj2] * eq_anchor2[u] ~
        body1 = obj1
        body2 = obj2
        {if is_site[u]:
            body1 = site_bodyid[obj1]
            body2 = site_bodyid[obj2] ~}
        pos1 = xpos[worldid, body1] + xmat[worldid, body1] * eq_anchor[u]
        pos2 = xpos[worldid, body2] + xmat[worldid, body2] * eq_anchor2[u]}
        {?0.4 # welded together or to the world
        if body_weldid[body1] == body_weldid[body2]:
            return}
        dif = pos1 - pos2
        {# three rows, one a direction
        wp.atomic_add(nefc, worldid, 3)
        for k in range(3):
            row_dif[worldid, u, k] = dif[k] ~
        for k in range(3):
            row_dif[worldid, u, k] = {dif[k] ~ eq_solref[u][0] * dif[k]}}
        {?0.5 row_bodies[worldid, u] = wp.vec2i(body1, body2)}
        {?0.4 row_pos[worldid, u] = {wp.length(dif) ~ wp.sqrt(wp.dot(dif, dif))}}
    """,
    "tendon_length": """
        {wrapnum = tendon_num[u]
        adr = tendon_adr[u] ~ adr = tendon_adr[u]
        wrapnum = tendon_num[u]}
        {?0.4 if wrapnum == 0:
            {ten_length[worldid, u] = 0.0
            return ~ return}}
        length = {float(0.0) ~ float(tendon_length0[u])}
        {kind = wrap_type[adr]
        if kind == WRAP_JOINT:
            # fixed: a sum of joints
            for k in range(wrapnum):
                wrap = wrap_objid[adr + k]
                length += wrap_prm[adr + k] * qpos[worldid, jnt_qposadr[wrap]]
                {ten_J[worldid, ten_J_rowadr[u] + k] = wrap_prm[adr + k] ~}
        else:
            for k in range(wrapnum - 1):
                {p0 = site_xpos[worldid, wrap_objid[adr + k]]
                p1 = site_xpos[worldid, wrap_objid[adr + k + 1]]
                length += wp.length(p1 - p0) ~
                length += wp.length(site_xpos[worldid, wrap_objid[adr + k + 1]] - site_xpos[worldid, wrap_objid[adr \
                        + k]])} ~
        for k in range(adr, adr + wrapnum):
            if wrap_type[k] == WRAP_JOINT:
                length += wrap_prm[k] * qpos[worldid, jnt_qposadr[wrap_objid[k]]]
            {elif wrap_type[k] == WRAP_SITE:
                length += wp.length(site_xpos[worldid, wrap_objid[k]]) ~ else:
                length += 0.5 * wrap_prm[k]}}
        ten_length[worldid, u] = length
        {?0.5 {vel = float(0.0)
        rowadr = ten_J_rowadr[u]
        for k in range(ten_J_rownnz[u]):
            vel += ten_J_in[worldid, rowadr + k] * qvel[worldid, ten_J_colind[rowadr + k]]
        ten_velocity[worldid, u] = vel ~
        vel = float(0.0)
        for sparseid in range(ten_J_rowadr[u], ten_J_rowadr[u] + ten_J_rownnz[u]):
            vel += ten_J_in[worldid, sparseid] * qvel[worldid, ten_J_colind[sparseid]]
        ten_velocity[worldid, u] = vel}}
    """,
    "sparse_rows": """
        rownnz = efc_rownnz[worldid, u]
        rowadr = {efc_rowadr[u] ~ efc_rowadr[u]}
        {?0.6 if {u >= nefc_in[worldid] ~ rownnz == 0}:
            return}
        {force = efc_force[worldid, u]
        {?0.5 # rows that push nothing
        if force == 0.0 or not efc_active[worldid, u]:
            return}
        for k in range(rownnz):
            sparseid = rowadr + k
            colind = efc_colind[sparseid]
            wp.atomic_add(qfrc, worldid, colind, efc_J[worldid, sparseid] * force) ~
        Jqvel = float(0.0)
        for k in range(rownnz):
            {sparseid = rowadr + k
            Jqvel += efc_J[worldid, sparseid] * qvel[worldid, efc_colind[sparseid]] ~
            Jqvel += efc_J[worldid, rowadr + k] * qvel[worldid, efc_colind[rowadr + k]]}
        row_vel[worldid, u] = Jqvel
        {row_cost[worldid, u] = {Jqvel - efc_aref[worldid, u] ~ 0.5 * efc_D[u] * Jqvel * Jqvel} ~} ~
        total = float(0.0)
        {i = int(0)
        while i < rownnz:
            total += efc_J[worldid, rowadr + i] * efc_J[worldid, rowadr + i] / dof_M[efc_colind[rowadr + i]]
            i += 1 ~
        for i in range(rowadr, rowadr + rownnz):
            total += efc_J[worldid, i] * efc_J[worldid, i] / dof_M[efc_colind[i]]}
        row_diag[worldid, u] = {1.0 / total if total > 0.5 else 1.0 ~ total}}
    """,
    "row_states": """
        {if u >= nefc_in[worldid]:
            return ~
        if u >= wp.min(nefc_in[worldid], njmax):
            return}
        kind = efc_type[worldid, u]
        Jaref = {efc_Jaref[worldid, u] ~ efc_Jaref[worldid, u] - efc_aref[worldid, u]}
        D = efc_D[u]
        {state = STATE_SATISFIED ~ state = int(0)}
        force = float(0.0)
        if kind == EFC_EQUALITY:
            state = STATE_QUADRATIC
            force = -D * Jaref
        elif kind == EFC_FRICTION:
            floss = frictionloss[u]
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
        {row_force[worldid, u] = force
        row_state[worldid, u] = state ~
        row_state[worldid, u] = state
        row_force[worldid, u] = force ~ row_force[worldid, u] = force}
        {?0.5 if state != STATE_SATISFIED:
            wp.atomic_add(cost, worldid, {-0.5 * force * Jaref ~ 0.5 * D * Jaref * Jaref})}
        {?0.4 if state != previous_state[worldid, u]:
            wp.atomic_add(num_changed, worldid, 1)}
    """,
    "sensor_values": """
        kind = sensor_type[u]
        objid = sensor_objid[u]
        adr = sensor_adr[u]
        {?0.5 if sensor_skip[u]:
            return}
        if kind == SENSOR_JOINTPOS:
            sensordata[worldid, adr] = qpos[worldid, jnt_qposadr[objid]]
        elif kind == SENSOR_JOINTVEL:
            sensordata[worldid, adr] = qvel[worldid, jnt_dofadr[objid]]
        elif kind == SENSOR_FRAMEPOS:
            {vec = xpos[worldid, objid]
            {refid = sensor_refid[u]
            if refid >= 0:
                vec = wp.transpose(xmat[worldid, refid]) * (vec - xpos[worldid, refid]) ~}
            for k in range(3):
                sensordata[worldid, adr + k] = vec[k] ~
            sensordata[worldid, adr + 0] = xpos[worldid, objid][0]
            sensordata[worldid, adr + 1] = xpos[worldid, objid][1]
            sensordata[worldid, adr + 2] = xpos[worldid, objid][2]}
        elif kind == SENSOR_FRAMEQUAT:
            quat = xquat[worldid, objid]
            {for k in range(4):
                sensordata[worldid, adr + k] = quat[k] ~
            sensordata[worldid, adr + 0] = quat[3]
            sensordata[worldid, adr + 1] = quat[0]
            sensordata[worldid, adr + 2] = quat[1]
            sensordata[worldid, adr + 3] = quat[2]}
        {elif kind == SENSOR_VELOCIMETER or kind == SENSOR_GYRO:
            # in the frame of the site
            cvel = body_cvel[worldid, site_bodyid[objid]]
            vec = wp.spatial_top(cvel) if kind == SENSOR_GYRO else wp.spatial_bottom(cvel)
            vec = wp.transpose(xmat[worldid, objid]) * vec
            for k in range(3):
                sensordata[worldid, adr + k] = {vec[k] ~ vec[k] * 0.5} ~
        elif kind == SENSOR_TOUCH:
            total = float(0.0)
            for k in range(nefc_in[worldid]):
                if efc_type[worldid, k] == EFC_CONTACT and efc_active[worldid, k]:
                    total += efc_force[worldid, k]
            sensordata[worldid, adr] = total ~}
        {?0.5 if sensor_cutoff[u] > 0.0:
            {for k in range(sensor_dim[u]):
                sensordata[worldid, adr + k] = wp.clamp(sensordata[worldid, adr + k], -sensor_cutoff[u], \
                        sensor_cutoff[u]) ~
            sensordata[worldid, adr] = wp.min(sensordata[worldid, adr], sensor_cutoff[u])}}
    """,
    "transmission": """
        trntype = actuator_trntype[u]
        {trnid = actuator_trnid[u]
        objid = trnid[0] ~ objid = actuator_trnid[u][0]}
        gear = actuator_gear[u]
        rowadr = moment_rowadr[u]
        if trntype == TRN_JOINT:
            act_length[worldid, u] = gear * qpos[worldid, jnt_qposadr[objid]]
            {nnz_out[worldid, u] = 1
            colind_out[worldid, rowadr] = jnt_dofadr[objid] ~ colind_out[worldid, rowadr] = jnt_dofadr[objid]
            moment_out[worldid, rowadr] = gear}
        elif trntype == TRN_TENDON:
            act_length[worldid, u] = gear * ten_length_in[worldid, objid]
            ten_rowadr = ten_J_rowadr[objid]
            {for k in range(ten_J_rownnz[objid]):
                sparseid = ten_rowadr + k
                colind_out[worldid, rowadr + k] = ten_J_colind[sparseid]
                moment_out[worldid, rowadr + k] = gear * ten_J_in[worldid, sparseid] ~
            for k in range(ten_J_rownnz[objid]):
                moment_out[worldid, rowadr + k] = gear * ten_J_in[worldid, ten_rowadr + k]
                colind_out[worldid, rowadr + k] = ten_J_colind[ten_rowadr + k]}
            {nnz_out[worldid, u] = ten_J_rownnz[objid] ~}
        {elif trntype == TRN_SITE:
            refid = actuator_trnid[u][1]
            d_ref = site_xpos[worldid, objid] - site_xpos[worldid, refid]
            act_length[worldid, u] = gear * wp.dot(d_ref, site_axis[u])
            for k in range(3):
                moment_out[worldid, rowadr + k] = gear * site_axis[u][k]
            {nnz_out[worldid, u] = 3 ~} ~
        else:
            act_length[worldid, u] = 0.0
            {nnz_out[worldid, u] = 0 ~}}
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
        condim = contact_dim[worldid, u]
        {?0.5 if contact_dist[worldid, u] >= {margin ~ contact_margin[worldid, u]}:
            return}
        frame = contact_frame[worldid, u]
        {con_pos = contact_pos[worldid, u] ~ con_pos = contact_pos[worldid, u]}
        for dof in range({nv ~ cdof.shape[1]}):
            {if dof_bodyid[dof] != body1 and dof_bodyid[dof] != body2:
                continue ~}
            cdof_dof = cdof[worldid, dof]
            jacp = wp.vec3(0.0, 0.0, 0.0)
            {# what each body adds
            if isdofancestor[body2, dof] == 1:
                offset2 = con_pos - subtree_com[worldid, body_rootid[body2]]
                jacp += wp.spatial_bottom(cdof_dof) + wp.cross(wp.spatial_top(cdof_dof), offset2)
            if isdofancestor[body1, dof] == 1:
                offset1 = con_pos - subtree_com[worldid, body_rootid[body1]]
                jacp -= wp.spatial_bottom(cdof_dof) + wp.cross(wp.spatial_top(cdof_dof), offset1) ~
            sign = float(isdofancestor[body2, dof] - isdofancestor[body1, dof])
            if sign != 0.0:
                offset = con_pos - subtree_com[worldid, body_rootid[body2]]
                jacp = sign * (wp.spatial_bottom(cdof_dof) + wp.cross(wp.spatial_top(cdof_dof), offset))}
            {for k in range(condim):
                con_J[worldid, u * 3 + k, dof] = wp.dot(wp.vec3(frame[k, 0], frame[k, 1], frame[k, 2]), jacp) ~
            jac_c = frame * jacp
            for k in range(wp.min(condim, 3)):
                con_J[worldid, u * 3 + k, dof] = jac_c[k]}
    """,
    "tree_states": """
        tree = {dof_treeid[u] ~ body_treeid[dof_bodyid[u]]}
        {?0.5 if {tree < 0 ~ tree == -1}:
            {dof_island[worldid, u] = -1
            return ~ return}
        ~
        tree = wp.max(tree, 0)}
        {awake = tree_awake[worldid, tree]
        if awake == 0:
            {sleep_count[worldid, u] = sleep_count[worldid, u] + 1
            return ~ sleep_count[worldid, u] = 0
        else:
            sleep_count[worldid, u] = sleep_count[worldid, u] + 1} ~
        if tree_awake[worldid, tree]:
            sleep_count[worldid, u] = sleep_count[worldid, u] + 1}
        island = tree_island[worldid, tree]
        {* dof_island[worldid, u] = {island ~ island if island >= 0 else -1} ~
            if island >= 0:
                slot = wp.atomic_add(island_nv, worldid, {1 ~ 1})
                {if slot < nv:
                    island_used[worldid, slot] = 1 ~ island_used[worldid, wp.min(slot, nv - 1)] = 1}
        ~
            # the body above, if its tree is the same
            parent = dof_parentid[u]
            {if parent >= 0 and dof_treeid[parent] == tree:
                dof_root[worldid, u] = dof_root_in[parent]
            else:
                dof_root[worldid, u] = u ~ dof_root[worldid, u] = parent if parent >= 0 else u}
        }
    """,
    "mass_rows": """
        {rowadr = M_rowadr[u]
        rownnz = M_rownnz[u] ~ rownnz = M_rownnz[u]
        rowadr = M_rowadr[u]}
        {?0.4 if skip[worldid]:
            return}
        total = {float(0.0) ~ float(dof_M[u] * qvel[worldid, u])}
        {for k in range(rownnz):
            sparseid = rowadr + k
            total += M[worldid, sparseid] * qvel[worldid, M_colind[sparseid]]
            {if M_colind[sparseid] != u and symmetric:
                wp.atomic_add(res, worldid, M_colind[sparseid], M[worldid, sparseid] * qvel[worldid, u]) ~} ~
        for sparseid in range(rowadr, rowadr + rownnz):
            {col = M_colind[sparseid]
            if col == u:
                continue
            total += M[worldid, sparseid] * qvel[worldid, col] ~
            total += M[worldid, sparseid] * qvel[worldid, M_colind[sparseid]]} ~
        dofid = int(u)
        k = int(0)
        while dofid >= 0 and k < rownnz:
            # along the branch to the root
            total += M[worldid, rowadr + k] * qvel[worldid, dofid]
            dofid = dof_parentid[dofid]
            k += 1}
        {row_product[worldid, u] = {total ~ total + dof_damping[u] * qvel[worldid, u]} ~ wp.atomic_add(res, \
                worldid, u, total)}
        {?0.4 wp.atomic_add(energy, worldid, 0.5 * qvel[worldid, u] * total)}
    """,
}


def _declare_model(p: Program, n: int) -> None:
    """The arguments that are the same in all worlds."""
    entries = n * _ROW
    for key, low, names in (
        ("eq_obj1id", 0, ("eq_obj1id",)), ("eq_obj2id", -1, ("eq_obj2id",)), ("site_bodyid", 0, ("site_bodyid",)),
        ("jnt_qposadr", 0, ("jnt_qposadr",)), ("jnt_dofadr", 0, ("jnt_dofadr",)), ("geom_bodyid", 0, ("geom_bodyid",)),
        ("sensor_objid", 0, ("sensor_objid",)), ("sensor_refid", -1, ("sensor_refid",)),
        ("body_rootid", 0, ("body_rootid",)), ("body_weldid", 0, ("body_weldid",)), ("dof_bodyid", 0, ("dof_bodyid",)),
        ("body_treeid", -1, ("body_treeid",)), ("dof_treeid", -1, ("dof_treeid",)),
        ("dof_root_in", 0, ("dof_rootid",)),
    ):  # fmt: skip
        p.array(key, INT, (low, n - 1), (n,), names)
    p.parents("dof_parentid", 1, n, ("dof_parentid",))
    p.array("eq_type", INT, (0, 2), (n,), ("eq_type",))
    p.array("is_site", FLAG, (0, 1), (n,), ("eq_is_site", "is_site"))
    p.array("wrap_type", INT, (0, 1), (entries,), ("wrap_type",))
    p.array("wrap_objid", INT, (0, n - 1), (entries,), ("wrap_objid",))
    p.array("sensor_type", INT, (0, 5), (n,), ("sensor_type",))
    p.array("sensor_dim", INT, (1, 3), (n,), ("sensor_dim",))
    p.array("sensor_skip", FLAG, (0, 1), (n,), ("sensor_disabled", "sensor_skip"))
    p.array("actuator_trntype", INT, (0, 2), (n,), ("actuator_trntype",))
    p.array("actuator_trnid", PAIR, (0, n - 1), (n,), ("actuator_trnid",))
    p.array("isdofancestor", INT, (0, 1), (n, n), ("body_isdofancestor", "isdofancestor"))
    for key, names in (("tendon_num", ("tendon_num",)), ("ten_J_rownnz", ("ten_J_rownnz",)),
                       ("M_rownnz", ("M_rownnz",))):  # fmt: skip
        p.array(key, INT, (0, _ROW - 1), (n,), names)
    for key, names in (
        ("tendon_adr", ("tendon_adr",)), ("ten_J_rowadr", ("ten_J_rowadr",)), ("M_rowadr", ("M_rowadr",)),
        ("efc_rowadr", ("efc_J_rowadr",)), ("moment_rowadr", ("moment_rowadr", "actuator_moment_rowadr")),
    ):  # fmt: skip
        p.starts(key, n, _ROW, 1, names)
    p.starts("sensor_adr", n, _ADDRESS, 0, ("sensor_adr",))
    for key, names in (("ten_J_colind", ("ten_J_colind",)), ("M_colind", ("M_colind",)),
                       ("efc_colind", ("efc_J_colind",))):  # fmt: skip
        p.array(key, INT, (0, n - 1), (entries,), names)
    for key, bounds, names in (
        ("qpos0", (-1, 1), ("qpos0", "qpos_spring")), ("tendon_length0", (0, 1), ("tendon_length0",)),
        ("actuator_gear", (0.5, 2), ("actuator_gear", "gear")), ("efc_D", (0.5, 2), ("efc_D",)),
        ("frictionloss", (0.2, 1), ("dof_frictionloss", "efc_frictionloss")),
        ("dof_M", (0.5, 2), ("dof_M0", "qM_diag")),
        ("dof_damping", (0.1, 1), ("dof_damping",)), ("sensor_cutoff", (-0.5, 1), ("sensor_cutoff",)),
    ):  # fmt: skip
        p.array(key, FLOAT, bounds, (n,), names)
    p.array("wrap_prm", FLOAT, (-1, 1), (entries,), ("wrap_prm",))
    p.array("eq_data", FLOAT, (-1, 1), (n, 3), ("eq_data",))
    p.array("eq_solref", _TWO, (0.5, 2), (n,), ("eq_solref",))
    for key, names in (("eq_anchor", ("eq_anchor1",)), ("eq_anchor2", ("eq_anchor2",)), ("site_axis", ("site_axis",))):
        p.array(key, VEC, (-1, 1), (n,), names)
    p.scalar("symmetric", FLAG, (0, 1), ("symmetric", "is_symmetric"))
    p.scalar("njmax", INT, (1, 5), ("njmax", "max_rows"))
    p.scalar("naconmax", INT, (3, 6), ("naconmax", "max_contacts"))
    p.number("margin", (0, 0.5), ("margin", "contact_gap"), ("0.5", "0.0"))
    p.sizes(nv=n)
    for prefix, names in (
        ("EQ_", ("JOINT", "CONNECT", "WELD")), ("WRAP_", ("JOINT", "SITE")),
        ("EFC_", ("EQUALITY", "FRICTION", "CONTACT")),
        ("TRN_", ("JOINT", "TENDON", "SITE")), ("STATE_", ("SATISFIED", "QUADRATIC", "LINEARNEG", "LINEARPOS")),
        ("SENSOR_", ("JOINTPOS", "JOINTVEL", "FRAMEPOS", "FRAMEQUAT", "GYRO", "VELOCIMETER")),
    ):  # fmt: skip
        p.constants({prefix + name: number for number, name in enumerate(names)})
    p.constants({"SENSOR_TOUCH": 4})


def _declare_data(p: Program, worlds: int, n: int) -> None:
    """The arguments that each world has its own of, and what is written."""
    each, entries = (worlds, n), (worlds, n * _ROW)
    for key, names in (
        ("qpos", ("qpos_in", "qpos")), ("qvel", ("qvel_in", "qvel")), ("efc_force", ("efc_force_in", "efc_force")),
        ("efc_aref", ("efc_aref_in",)), ("efc_Jaref", ("efc_Jaref_in", "ctx_Jaref_in")),
        ("ten_length_in", ("ten_length_in",)), ("contact_dist", ("contact_dist_in",)),
        ("contact_margin", ("contact_includemargin_in",)),
    ):  # fmt: skip
        p.array(key, FLOAT, (-1, 1), each, names)
    for key, names in (("ten_J_in", ("ten_J_in",)), ("efc_J", ("efc_J_in",)), ("M", ("M_in", "qM_in"))):
        p.array(key, FLOAT, (-1, 1), entries, names)
    for key, names in (("xpos", ("xpos_in", "xipos_in")), ("site_xpos", ("site_xpos_in",)),
                       ("contact_pos", ("contact_pos_in",)), ("subtree_com", ("subtree_com_in",))):  # fmt: skip
        p.array(key, VEC, (-1, 1), each, names)
    for key, names in (("xmat", ("xmat_in", "ximat_in")), ("contact_frame", ("contact_frame_in",))):
        p.array(key, _MAT, (-1, 1), each, names)
    p.array("xquat", FOUR, (-1, 1), each, ("xquat_in",), element="wp.quat")
    for key, names in (("body_cvel", ("cvel_in",)), ("cdof", ("cdof_in",))):
        p.array(key, SPATIAL, (-1, 1), each, names, element="wp.spatial_vector")
    p.array("contact_geom", PAIR, (0, n - 1), each, ("contact_geom_in",))
    for key, bounds, names in (
        ("contact_dim", (1, 3), ("contact_dim_in",)), ("efc_rownnz", (0, _ROW - 1), ("efc_J_rownnz_in",)),
        ("efc_type", (0, 2), ("efc_type_in",)),
        ("previous_state", (0, 3), ("efc_state_in", "previous_state")), ("tree_island", (-1, 3), ("tree_island_in",)),
        ("tree_awake", (0, 1), ("tree_awake_in",)),
    ):  # fmt: skip
        p.array(key, INT, bounds, each, names)
    for key, names in (("eq_active", ("eq_active_in", "eq_active")), ("efc_active", ("efc_active_in",))):
        p.array(key, FLAG, (0, 1), each, names)
    p.array("skip", FLAG, (0, 1), (worlds,), ("skip", "ctx_done_in"))
    p.array("nefc_in", INT, (1, n), (worlds,), ("nefc_in",))
    p.array("ncon", INT, (1, n), (worlds,), ("ncon_in", "nacon_in"))
    p.output("nefc", INT, (worlds,), ("nefc_out", "nefc"), (0, 1))
    for key, names in (
        ("row_pos", ("efc_pos_out",)), ("row_vel", ("efc_vel_out",)), ("aref", ("efc_aref_out",)),
        ("row_cost", ("efc_cost_out",)), ("row_diag", ("efc_D_out",)), ("row_force", ("efc_force_out",)),
        ("ten_length", ("ten_length_out",)), ("ten_velocity", ("ten_velocity_out",)),
        ("act_length", ("actuator_length_out",)), ("row_product", ("res_out", "mv_out")),
    ):  # fmt: skip
        p.output(key, FLOAT, each, names)
    p.output("row_dif", FLOAT, (worlds, n, 3), ("efc_dif_out", "eq_pos_out"))
    p.output("row_bodies", PAIR, each, ("efc_bodies_out",))
    p.output("ten_J", FLOAT, entries, ("ten_J_out",))
    p.output("moment_out", FLOAT, entries, ("actuator_moment_out", "moment_out"))
    p.output("colind_out", INT, entries, ("moment_colind_out",))
    p.output("nnz_out", INT, each, ("moment_rownnz_out",))
    p.output("row_state", INT, each, ("efc_state_out",))
    p.output("qfrc", FLOAT, each, ("qfrc_constraint_out", "qfrc_out"), (-1, 1))
    p.output("res", FLOAT, each, ("res_out", "qfrc_inertia_out"), (-1, 1))
    p.output("con_J", FLOAT, (worlds, 3 * n, n), ("efc_J_out", "contact_J_out"))
    p.output("sensordata", FLOAT, (worlds, n * _ADDRESS), ("sensordata_out", "sensordata"), (-1, 1))
    for key, names in (("cost", ("cost_out", "ctx_cost_out")), ("energy", ("energy_out",))):
        p.output(key, FLOAT, (worlds,), names, (0, 1))
    p.output("num_changed", INT, (worlds,), ("changed_out",), (0, 1))
    p.output("dof_island", INT, each, ("dof_island_out",))
    p.output("dof_root", INT, each, ("dof_root_out",))
    p.output("island_nv", INT, (worlds,), ("island_nv_out", "nidof_out"), (0, 1))
    p.output("island_used", INT, each, ("map_used_out", "island_dof_out"), (0, 0))
    p.output("sleep_count", INT, each, ("sleep_count_out", "tree_asleep_out"), (0, 4))


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
    _declare_data(p, worlds, n)
    p.write(_ROWS[target])
    titles = {
        "equality_joint": ("equality_joint", "efc_equality_joint", "joint_coupling_rows"),
        "equality_connect": ("equality_connect", "efc_equality_connect", "anchor_rows"),
        "tendon_length": ("fixed_tendon", "tendon_length", "tendon_velocity"),
        "sparse_rows": ("efc_sparse_rows", "mul_jac_vec", "constraint_velocity"),
        "row_states": ("update_constraint_efc", "efc_state", "constraint_forces"),
        "sensor_values": ("sensor_pos", "sensor_vel", "read_sensors"),
        "transmission": ("transmission", "actuator_transmission", "actuator_moment"),
        "contact_jacobian": ("contact_jacobian", "efc_contact_jac", "fill_contact_rows"),
        "tree_states": ("island_dofs", "update_tree_sleep", "map_island_dofs"),
        "mass_rows": ("mul_m_sparse", "mass_vector_product", "qm_rows"),
    }[target]
    return p.done("constraints", "assembly", target, "Constraints in many worlds", titles, (
        "Launched over (worlds, items).", "Rows are added in no order.", "Addresses are of flat arrays.",
    ))  # fmt: skip


RECIPES = (Recipe(name="assembly", category="constraints", targets=tuple(_ROWS), draw=_draw_assembly),)
