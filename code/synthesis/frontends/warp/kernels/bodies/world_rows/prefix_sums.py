"""Bodies of prefix_sums for ``recipes/applications/world_rows.py``."""

from synthesis.drawing.kernel_files.words import either


def discounted_returns(num_steps, finished, world, gamma, rewards, returns, last_value, advantages, values):
    #| one of
    ret = float(0.0)
    #| one of
    for k in range(num_steps):
        #? from the last step back to the first
        t = num_steps - 1 - k
    #| or
    #: for t in range(num_steps - 1, -1, -1):
    #| end
        #? no value carries over from a finished episode
        #| one of
        if finished[t, world]:
            ret = 0.0
        ret = rewards[t, world] + gamma * ret
        #| or
        ret = rewards[t, world] + gamma * ret * (0.0 if finished[t, world] else 1.0)
        #| end
        returns[t, world] = ret
    #| or
    ret = last_value[world]
    for t in range(num_steps - 1, -1, -1):
        if finished[t, world]:
            ret = 0.0
        ret = rewards[t, world] + gamma * ret
        returns[t, world] = ret
        #| one of
        advantages[t, world] = ret - values[t, world]
        #| or
        #| end
    #| end


def compute_gae(last_value, world, num_steps, done_float, finished, gamma, rewards, values, lam, advantages, returns):
    advantage = float(0.0)
    next_value = last_value[world]
    #| one of
    for k in range(num_steps):
        t = num_steps - 1 - k
    #| or
    #: for t in range(num_steps - 1, -1, -1):
    #| end
        alive = either(0.0 if finished[t, world] else 1.0, 1.0 - float(done_float[t, world]))
        delta = rewards[t, world] + gamma * next_value * alive - values[t, world]
        advantage = delta + gamma * lam * alive * advantage
        advantages[t, world] = advantage
        #| one of
        returns[t, world] = advantage + values[t, world]
        #| or
        #| end
        next_value = values[t, world]


def assign_constraint_rows(
    num_contacts_of, world, row_start, contact_rows, contact_gap, max_rows, num_dropped, num_rows,
):
    row = int(0)
    for k in range(num_contacts_of[world]):
        #| one of
        #? a normal row and two rows for each friction direction
        row_start[world, k] = row
        row += contact_rows[world, k]
        #| or
        if contact_gap[world, k] > 0.0:
            row_start[world, k] = -1
            continue
        row_start[world, k] = row
        row += contact_rows[world, k]
        #| or
        #? items that do not fit are dropped
        if row + contact_rows[world, k] > max_rows:
            row_start[world, k] = -1
            num_dropped[world] += 1
            continue
        row_start[world, k] = row
        row += contact_rows[world, k]
        #| end
    num_rows[world] = row
