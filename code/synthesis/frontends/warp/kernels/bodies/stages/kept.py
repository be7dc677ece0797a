"""Bodies of kept for ``recipes/applications/stages.py``."""

from synthesis.drawing.kernel_files.words import either


def kept(eq_active, neq, eq_active0, u, nsensordata, sensordata, ntree, tree_asleep, tree_asleep0):
    #| 0.6
    for k in range(either(neq, eq_active.shape[1])):
        eq_active[u, k] = eq_active0[k]
    #| end
    #| 0.6
    for k in range(either(nsensordata, sensordata.shape[1])):
        sensordata[u, k] = 0.0
    #| end
    #| 0.5
    for k in range(either(ntree, tree_asleep.shape[1])):
        tree_asleep[u, k] = tree_asleep0[k]
    #| end


def kept_2(action_buffer, nu, u):
    #| 0.5
    #? the delayed actions of the last episode
    for lag in range(action_buffer.shape[1]):
        for k in range(either(nu, action_buffer.shape[2])):
            action_buffer[u, lag, k] = 0.0
    #| end
