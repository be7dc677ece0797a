"""Bodies of episode for ``recipes/applications/events.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def check_termination(
    episode_length, tid, goal_distance, goal_radius, goal_steps, hold_steps, RUNNING, base_contact_force, base_height,
    has_fallen, max_contact_force, max_tilt, min_height, tilt, FAILED, SUCCESS, max_episode_length, TIMEOUT,
    reset_buf, terminated, truncated, episode_status,
):
    length = episode_length[tid] + 1
    #| one of
    at_goal = goal_distance[tid] < goal_radius
    #| or
    # it has to stay there
    held = goal_steps[tid] + 1 if goal_distance[tid] < goal_radius else 0
    goal_steps[tid] = held
    at_goal = held >= hold_steps
    #| end
    s = int(RUNNING)
    if either(base_height[tid] < min_height or tilt[tid] > max_tilt, base_height[tid] < min_height or base_contact_force[tid] > max_contact_force, has_fallen(base_height[tid], tilt[tid], min_height, max_tilt)):
        # a fall
        s = FAILED
    elif at_goal:
        s = SUCCESS
    elif length >= max_episode_length:
        s = TIMEOUT
    #| one of
    if s == RUNNING:
        reset_buf[tid] = 0
        episode_length[tid] = length
    else:
        reset_buf[tid] = 1
        episode_length[tid] = 0
    #| or
    terminated[tid] = 1 if s == FAILED or s == SUCCESS else 0
    truncated[tid] = 1 if s == TIMEOUT else 0
    episode_length[tid] = length
    #| end
    episode_status[tid] = s


def advance_episodes(
    RUNNING, episode_status, tid, episode_return, episode_length, reward, base_height, max_tilt, min_height, tilt,
    FAILED, goal_distance, goal_radius, SUCCESS, max_episode_length, TIMEOUT, num_finished, return_sum, last_return,
    last_length,
):
    #| one of
    if episode_status[tid] != RUNNING:
        # the first step after a reset
        episode_return[tid] = 0.0
        episode_length[tid] = 0
    #| or
    fresh = episode_status[tid] != RUNNING
    if fresh:
        episode_return[tid] = 0.0
        episode_length[tid] = 0
    #| end
    episode_return[tid] = episode_return[tid] + reward[tid]
    episode_length[tid] = episode_length[tid] + 1
    s = int(RUNNING)
    #| one of
    #| one of
    if base_height[tid] < min_height or tilt[tid] > max_tilt:
    #| or
    #: if base_height[tid] < min_height:
    #| end
    #| or
    #: if has_fallen(base_height[tid], tilt[tid], min_height, max_tilt):
    #| end
        s = FAILED
    #| one of
    elif goal_distance[tid] < goal_radius:
        s = SUCCESS
    #| or
    #| end
    elif episode_length[tid] >= max_episode_length:
        s = TIMEOUT
    if s != RUNNING:
        # for the averages that are logged
        #| one of
        wp.atomic_add(num_finished, 0, 1)
        wp.atomic_add(return_sum, 0, episode_return[tid])
        #| or
        last_return[tid] = episode_return[tid]
        last_length[tid] = episode_length[tid]
        #| end
    episode_status[tid] = s


def compute_terminations(
    episode_length, grace_steps, tid, terminated, truncated, base_height, has_fallen, max_tilt, min_height, min_up,
    tilt, up_z, base_contact_force, max_contact_force, base_speed, max_speed, max_episode_length, death_cost, reward,
):
    #| 0.5
    if episode_length[tid] < grace_steps:
        # a new episode has time to settle
        episode_length[tid] = episode_length[tid] + 1
        terminated[tid] = 0
        truncated[tid] = 0
        return
    #| end
    length = episode_length[tid] + 1
    fallen = either(base_height[tid] < min_height or up_z[tid] < min_up, has_fallen(base_height[tid], tilt[tid], min_height, max_tilt))
    #| 0.5
    # damaged by the collision
    if base_contact_force[tid] > max_contact_force:
        fallen = True
    #| else
    if not fallen and wp.abs(base_speed[tid]) > max_speed:
        # the simulation has diverged
        fallen = True
    #| end
    #| one of
    if fallen:
        terminated[tid] = 1
        truncated[tid] = 0
    elif length >= max_episode_length:
        terminated[tid] = 0
        truncated[tid] = 1
    else:
        terminated[tid] = 0
        truncated[tid] = 0
    #| or
    #? a fall is not a timeout
    terminated[tid] = 1 if fallen else 0
    truncated[tid] = 1 if length >= max_episode_length and not fallen else 0
    #| end
    #| 0.4
    if fallen:
        reward[tid] = reward[tid] - death_cost
    #| end
    episode_length[tid] = length
