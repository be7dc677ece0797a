"""Bodies of texture_map for ``recipes/applications/texture_queries.py``."""

import warp as wp


def motor_power(
    joint_qd, joint_tau, tid, speed_limit, torque_limit, efficiency_map, power, regeneration, charge, dt, total,
):
    mech = joint_qd[tid] * joint_tau[tid]
    #| one of
    #? where the motor works, as shares of its limits
    speed = wp.abs(joint_qd[tid]) / speed_limit
    load = wp.abs(joint_tau[tid]) / torque_limit
    #| or
    speed = wp.min(wp.abs(joint_qd[tid]) / speed_limit, 1.0)
    load = wp.min(wp.abs(joint_tau[tid]) / torque_limit, 1.0)
    #| end
    efficiency = wp.texture_sample(efficiency_map, wp.vec2(speed, load), dtype=float)
    #| one of
    #? imperfect efficiency in both directions
    if mech >= 0.0:
        power[tid] = mech / efficiency
    else:
        #| one of
        power[tid] = mech * efficiency
        #| or
        power[tid] = mech * efficiency * regeneration
        #| end
    #| or
    p_in = mech / efficiency
    if mech < 0.0:
        p_in = mech * efficiency
    power[tid] = p_in
    #| one of
    charge[tid] -= p_in * dt
    #| or
    wp.atomic_add(total, 0, p_in)
    #| end
    #| end


def actuator_losses(
    joint_qd, speed_limit, tid, joint_tau, torque_limit, efficiency_map, heat, total, ambient_temp, cooling, dt,
    heat_capacity, temperature, max_temp, overheated, heat_limit,
):
    speed = wp.abs(joint_qd[tid]) / speed_limit
    load = wp.abs(joint_tau[tid]) / torque_limit
    efficiency = wp.texture_sample(efficiency_map, wp.vec2(speed, load), dtype=float)
    loss = wp.abs(joint_qd[tid] * joint_tau[tid]) * (1.0 - efficiency)
    #| one of
    heat[tid] = loss
    wp.atomic_add(total, 0, loss)
    #| or
    #? it cools down towards its surroundings
    temperature[tid] += dt * (loss / heat_capacity - cooling * (temperature[tid] - ambient_temp))
    #| one of
    if temperature[tid] > max_temp:
        overheated[tid] = 1
    #| or
    overheated[tid] = 1 if temperature[tid] > max_temp else 0
    #| or
    #| end
    #| or
    heat[tid] += loss * dt
    #| one of
    if heat[tid] > heat_limit:
        overheated[tid] = 1
    #| or
    #| end
    #| end


def lookup_torque_limit(
    joint_qd, speed_limit, tid, max_voltage, torque_map, voltage, torque_limit, joint_tau, tau_out, num_contacts,
):
    speed = wp.min(wp.abs(joint_qd[tid]) / speed_limit, 1.0)
    share = wp.texture_sample(torque_map, wp.vec2(speed, voltage[tid] / max_voltage), dtype=float)
    limit = share * torque_limit
    #| one of
    #? only braking torque is left
    if joint_qd[tid] * joint_tau[tid] < 0.0:
        limit = torque_limit
    #| or
    #| end
    #| one of
    tau_out[tid] = wp.clamp(joint_tau[tid], -limit, limit)
    #| or
    tau = joint_tau[tid]
    if wp.abs(tau) > limit:
        tau = wp.sign(tau) * limit
        #| one of
        wp.atomic_add(num_contacts, 0, 1)
        #| or
        #| end
    tau_out[tid] = tau
    #| end
