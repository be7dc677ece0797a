"""Bodies of world_reset for ``recipes/applications/events.py``."""


def reset_worlds(done, wid, BEGIN, START_RATE, rate_out, tid):
    #| one of
    if done[wid] == 0:
        return
    OUT = BEGIN
    rate_out[tid] = START_RATE
    #| or
    #| one of
    if done[wid] != 0:
    #| or
    #: if done[wid] == 1:
    #| end
        OUT = BEGIN
        rate_out[tid] = START_RATE
    #| end


def reset_worlds_from_source(
    done, wid, source, BEGIN, START_RATE, rate_out, tid, active, DOFS_PER_WORLD, dof, old, velocity,
):
    if done[wid] == 0:
        return
    s = source[wid]
    # no world to start from
    #| one of
    if s < 0:
    #| or
    #: if s == -1:
    #| end
        OUT = BEGIN
        rate_out[tid] = START_RATE
    #| one of
    elif s != wid and active[s]:
    #| or
    #: elif s != wid:
    #| end
        OUT = old[s * DOFS_PER_WORLD + dof]
        rate_out[tid] = velocity[s * DOFS_PER_WORLD + dof]


def clone_worlds(source, wid, DOFS_PER_WORLD, amount, dof, noise, old, tid, rate_out, velocity):
    s = source[wid]
    if s < 0 or s == wid:
        return
    #| one of
    OUT = old[s * DOFS_PER_WORLD + dof]+ amount * noise[tid]
    #| or
    OUT = old[s * DOFS_PER_WORLD + dof]
    #| end
    rate_out[tid] = velocity[s * DOFS_PER_WORLD + dof]
