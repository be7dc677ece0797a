"""Kernels that read and write voxels one by one."""

import warp as wp


@wp.kernel
def numbers(volume: wp.uint64, first: wp.vec3i, out: wp.array3d[float]):
    i, j, k = wp.tid()
    out[i, j, k] = wp.volume_lookup_f(volume, first[0] + i, first[1] + j, first[2] + k)


@wp.kernel
def vectors(volume: wp.uint64, first: wp.vec3i, out: wp.array3d[wp.vec3]):
    i, j, k = wp.tid()
    out[i, j, k] = wp.volume_lookup_v(volume, first[0] + i, first[1] + j, first[2] + k)


@wp.kernel
def labels(volume: wp.uint64, first: wp.vec3i, out: wp.array3d[int]):
    i, j, k = wp.tid()
    out[i, j, k] = wp.volume_lookup_i(volume, first[0] + i, first[1] + j, first[2] + k)


@wp.kernel
def put_numbers(volume: wp.uint64, voxels: wp.array2d[int]):
    i = wp.tid()
    wp.volume_store_f(volume, voxels[i, 0], voxels[i, 1], voxels[i, 2], float(i) + 0.5)


@wp.kernel
def put_vectors(volume: wp.uint64, voxels: wp.array2d[int]):
    i = wp.tid()
    wp.volume_store_v(volume, voxels[i, 0], voxels[i, 1], voxels[i, 2], wp.vec3(float(i), 0.5, -float(i)))


@wp.kernel
def put_labels(volume: wp.uint64, voxels: wp.array2d[int]):
    i = wp.tid()
    wp.volume_store_i(volume, voxels[i, 0], voxels[i, 1], voxels[i, 2], i + 3)
