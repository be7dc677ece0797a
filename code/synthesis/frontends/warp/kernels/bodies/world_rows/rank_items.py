"""Bodies of rank_items for ``recipes/applications/world_rows.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def rank_worlds(score, world, num_worlds, rank_out, is_elite, num_elites, elite_ids):
    #? small enough for brute force
    here = score[world]
    rank = int(0)
    for other in range(either(num_worlds, score.shape[0])):
        #? equal ones in the order of their numbers
        #| one of
        if score[other] > here or (score[other] == here and other < world):
            rank += 1
        #| or
        if score[other] > here:
            rank += 1
        elif score[other] == here and other < world:
            rank += 1
        #| end
    #| one of
    rank_out[world] = rank
    #| or
    rank_out[world] = rank
    is_elite[world] = rank < num_elites
    #| or
    if rank < num_elites:
        elite_ids[rank] = world
    #| end


def pick_parents(
    down_score, failed, reset_of, score, world, parent_out, first_candidate, second_candidate, seed, num_worlds,
):
    #? a failed world restarts from the better of two others
    if either(not failed[world], not failed[world] and score[world] > down_score, not reset_of[world]):
        parent_out[world] = world
        return
    #| one of
    a = first_candidate[world]
    b = second_candidate[world]
    #| or
    rng = wp.rand_init(seed, world)
    a = wp.randi(rng, 0, either(num_worlds, score.shape[0]))
    b = wp.randi(rng, 0, either(num_worlds, score.shape[0]))
    #| or
    rng = wp.rand_init(seed, world)
    a = first_candidate[world]
    b = wp.randi(rng, 0, either(num_worlds, score.shape[0]))
    #| end
    #| one of
    if score[a] >= score[b]:
        parent_out[world] = a
    else:
        parent_out[world] = b
    #| or
    parent_out[world] = a if score[a] >= score[b] else b
    #| or
    parent_out[world] = wp.where(score[a] >= score[b], a, b)
    #| end


def check_termination(
    is_base, num_items, touching, world, contact_dist, max_depth, height, min_height, episode_age, max_length,
    terminated, truncated, num_done, age_out, DONE_FAILED, done_out, DONE_TIMEOUT, DONE_NOT,
):
    #| one of
    dead = bool(False)
    for i in range(either(num_items, is_base.shape[0])):
        #| one of
        if is_base[i] and touching[world, i]:
            dead = True
            break
        #| or
        if not is_base[i]:
            continue
        #| one of
        if touching[world, i] or contact_dist[world, i] < -max_depth:
        #| or
        #: if touching[world, i] :
        #| end
            dead = True
            break
        #| end
    #| or
    num_base = int(0)
    for i in range(either(num_items, is_base.shape[0])):
        if is_base[i] and touching[world, i]:
            num_base += 1
    #| one of
    dead = num_base > 0 or height[world] < min_height
    #| or
    dead = num_base > 0
    #| end
    #| end
    #| one of
    late = episode_age[world] >= max_length
    terminated[world] = dead
    truncated[world] = late and not dead
    #| 0.5
    #| one of
    if dead or late:
        wp.atomic_add(num_done, 0, 1)
    #| or
    # continued, or restarted for the next one
    if dead or late:
        age_out[world] = 0
    else:
        age_out[world] = episode_age[world] + 1
    #| end
    #| end
    #| or
    if dead:
        done_out[world] = DONE_FAILED
    elif episode_age[world] >= max_length:
        done_out[world] = DONE_TIMEOUT
    else:
        done_out[world] = DONE_NOT
    #| end


def update_curriculum(
    episode_age, failed, max_length, world, reset_of, level, score, top_level, up_score, down_score, only_up, seed,
):
    #| one of
    if not failed[world] and episode_age[world] < max_length:
        return
    #| or
    if not reset_of[world]:
        return
    #| end
    #| one of
    if score[world] > up_score and level[world] < top_level:
        level[world] += 1
    elif score[world] < down_score and level[world] > 0:
        level[world] -= 1
    #| or
    here = level[world]
    if score[world] > up_score:
        here += 1
    #| one of
    elif score[world] < down_score and not only_up:
    #| or
    #: elif score[world] < down_score :
    #| end
        here -= 1
    #| one of
    # after the last level, a random one
    if here > top_level:
        rng = wp.rand_init(seed, world)
        here = wp.randi(rng, 0, top_level + 1)
    level[world] = wp.max(here, 0)
    #| or
    level[world] = wp.clamp(here, 0, top_level)
    #| end
    #| end
