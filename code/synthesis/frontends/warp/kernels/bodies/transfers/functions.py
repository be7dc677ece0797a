"""Bodies of functions for ``recipes/applications/transfers.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either, helper


@helper
def pack_key(high: int, low: int) -> wp.uint64:
    #| one of
    return (wp.uint64(high) << wp.uint64(32)) | wp.uint64(low)
    #| or
    key = wp.uint64(high) << wp.uint64(32)
    return key | wp.uint64(low)
    #| end


@helper
def starts_run(keys: wp.array[int], i: int) -> bool:
    #| one of
    if i == 0:
        return True
    return keys[i] != keys[i - 1]
    #| or
    if i > 0 and keys[i - 1] == keys[i]:
        return False
    return True
    #| or
    return i == 0 or keys[i - 1] != keys[i]
    #| end


@helper
def find_root(parents: wp.array[int], node: int) -> int:
    #| one of
    root = int(node)
    while parents[root] >= 0:
        root = parents[root]
    return root
    #| or
    root = int(node)
    above = int(parents[node])
    while above >= 0:
        root = above
        above = parents[above]
    return root
    #| end


@helper
def lower_bound(keys: wp.array[int], num: int, key: int) -> int:
    low = int(0)
    high = int(num)
    while low < high:
        mid = either((low + high) // 2, low + (high - low) // 2)
        #| one of
        if keys[mid] < key:
            low = mid + 1
        else:
            high = mid
        #| or
        if keys[mid] >= key:
            high = mid
        else:
            low = mid + 1
        #| end
    return low


@helper
def round_up(n: int, block: int) -> int:
    #| one of
    return (n + block - 1) // block * block
    #| or
    over = n % block
    if over == 0:
        return n
    return n + block - over
    #| end


@helper
def spread_bits(v: wp.uint32) -> wp.uint32:
    #| one of
    out = wp.uint32(0)
    for k in range(10):
        bit = (v >> wp.uint32(k)) & wp.uint32(1)
        out = out | (bit << wp.uint32(3 * k))
    return out
    #| or
    out = wp.uint32(0)
    for k in range(10):
        #? two empty bits between each of them
        out = out | ((v & (wp.uint32(1) << wp.uint32(k))) << wp.uint32(2 * k))
    return out
    #| end


@helper
def blended(a: wp.quat, b: wp.quat, t: float) -> wp.quat:
    #| one of
    if wp.dot(a, b) < 0.0:
        return wp.normalize(a * (1.0 - t) - b * t)
    return wp.normalize(a * (1.0 - t) + b * t)
    #| or
    s = either(1.0 if wp.dot(a, b) >= 0.0 else -1.0, -1.0 if wp.dot(a, b) < 0.0 else 1.0)
    return wp.normalize(a * (1.0 - t) + b * (s * t))
    #| end


@helper
def swapped(v: wp.spatial_vector) -> wp.spatial_vector:
    return wp.spatial_vector(wp.spatial_bottom(v), wp.spatial_top(v))


@helper
def shifted(X: wp.transform, origin: wp.vec3) -> wp.transform:
    return wp.transform(wp.transform_get_translation(X) - origin, wp.transform_get_rotation(X))


@helper
def yaw_rotation(angle: float) -> wp.quat:
    #| one of
    return wp.quat_from_axis_angle(wp.vec3(0.0, 0.0, 1.0), angle)
    #| or
    return wp.quat(0.0, 0.0, wp.sin(0.5 * angle), wp.cos(0.5 * angle))
    #| end


@helper
def cell_coord(x: float, origin: float, size: float) -> int:
    #| one of
    return int(wp.floor((x - origin) / size))
    #| or
    inv_size = 1.0 / size
    return int(wp.floor((x - origin) * inv_size))
    #| end
