"""A program with kernels of many kinds, and a few ways to launch them; prints what came out, and exits with 3."""

import sys
from typing import Any

import numpy as np
import warp as wp

from synthesis.frontends.warp.volumes import fill

GRAVITY = wp.constant(wp.vec3(0.0, -9.8, 0.0))
COUNT = 6


@wp.struct
class Inner:
    scale: float
    offset: wp.vec2


@wp.struct
class State:
    positions: wp.array(dtype=wp.vec3)
    inner: Inner
    count: int


@wp.struct
class Body:
    mass: float
    spin: wp.vec3
    kind: int


@wp.kernel
def fall(state: State, velocities: wp.array(dtype=wp.vec3), dt: float, out: wp.array(dtype=wp.vec3)):
    i = wp.tid()
    if i < state.count:
        out[i] = state.positions[i] * state.inner.scale + (velocities[i] + GRAVITY * dt) * state.inner.offset[1]


def make_scaled(factor: float):
    home = f"scaled_by_{int(factor)}"

    @wp.func(module=home)
    def times(x: float):
        return x * factor

    @wp.kernel(module="unique")
    def scaled(values: wp.array(dtype=float), out: wp.array(dtype=float)):
        i = wp.tid()
        out[i] = times(values[i])

    return scaled


class Tools:
    @wp.kernel
    def weigh(bodies: wp.array(dtype=Body), out: wp.array(dtype=float)):
        i = wp.tid()
        if bodies[i].kind == 1:
            out[i] = bodies[i].mass * wp.length(bodies[i].spin)
        else:
            out[i] = -bodies[i].mass


@wp.kernel
def relax(values: wp.array(dtype=float), rate: float):
    i = wp.tid()
    values[i] = values[i] * (1.0 - rate) + rate


@wp.kernel
def pick(numbers: wp.array(dtype=wp.int64), places: wp.array(dtype=int), out: wp.array(dtype=wp.int64)):
    i = wp.tid()
    out[i] = numbers[places[i]]


@wp.kernel
def generic(values: wp.array(dtype=Any), out: wp.array(dtype=Any)):
    i = wp.tid()
    out[i] = values[i] + values[i]


@wp.kernel
def tiled(values: wp.array2d(dtype=float), out: wp.array2d(dtype=float)):
    i, j = wp.tid()
    tile = wp.tile_load(values, shape=(4, 4), offset=(i * 4, j * 4))
    wp.tile_store(out, tile * 2.0, offset=(i * 4, j * 4))


@wp.kernel
def chosen(values: wp.indexedarray(dtype=float, ndim=2), out: wp.array(dtype=float)):
    i = wp.tid()
    values[i, 0] = values[i, 0] + 1.0
    out[i] = values[i, 0] - values[i, 1]


@wp.kernel
def nearest(mesh: wp.uint64, points: wp.array(dtype=wp.vec3), out: wp.array(dtype=float)):
    i = wp.tid()
    found = wp.mesh_query_point(mesh, points[i], 100.0)
    if found.result:
        out[i] = wp.length(points[i] - wp.mesh_eval_position(mesh, found.face, found.u, found.v))


@wp.kernel
def boxed(bvh: wp.uint64, points: wp.array(dtype=wp.vec3), out: wp.array(dtype=int)):
    i = wp.tid()
    query = wp.bvh_query_aabb(bvh, points[i] - wp.vec3(1.0, 1.0, 1.0), points[i] + wp.vec3(1.0, 1.0, 1.0))
    index = int(0)
    count = int(0)
    while wp.bvh_query_next(query, index):
        count += 1
    out[i] = count


@wp.kernel
def neighbours(grid: wp.uint64, points: wp.array(dtype=wp.vec3), out: wp.array(dtype=int)):
    i = wp.tid()
    query = wp.hash_grid_query(grid, points[i], 1.0)
    index = int(0)
    count = int(0)
    while wp.hash_grid_query_next(query, index):
        if wp.length(points[index] - points[i]) < 1.0:
            count += 1
    out[i] = count


@wp.kernel
def sunk(volume: wp.uint64, points: wp.array(dtype=wp.vec3), out: wp.array(dtype=float)):
    i = wp.tid()
    at = wp.volume_world_to_index(volume, points[i])
    depth = wp.volume_sample_f(volume, at, wp.Volume.LINEAR)
    out[i] = depth + wp.volume_lookup_f(volume, i - 4, 0, 0)


KERNELS = {"relax": relax}


def main() -> None:
    random = np.random.default_rng(1)
    points = wp.array(random.normal(size=(COUNT, 3)).astype(np.float32), dtype=wp.vec3)
    state = State()
    state.positions, state.count = points, COUNT
    state.inner.scale, state.inner.offset = 0.5, wp.vec2(1.0, 2.0)
    out = wp.zeros(COUNT, dtype=wp.vec3)
    wp.launch(fall, dim=COUNT, inputs=[state, points, 0.1], outputs=[out])
    numbers = wp.array(np.array([1.5, -0.0, 3.25e-45, 30.0, -2.0, 0.1], np.float32), dtype=float)
    results = wp.zeros(COUNT, dtype=float)
    for factor in (2.0, 3.0):
        wp.launch(make_scaled(factor), dim=COUNT, inputs=[numbers], outputs=[results])
    bodies = np.zeros(COUNT, Body.numpy_dtype())
    bodies["mass"], bodies["kind"], bodies["spin"] = np.arange(1, COUNT + 1), np.arange(COUNT) % 2, 0.5
    wp.launch(Tools.weigh, dim=COUNT, inputs=[wp.array(bodies, dtype=Body)], outputs=[results])
    again = wp.launch(KERNELS["relax"], dim=COUNT, inputs=[results, 0.25], record_cmd=True)
    for _ in range(20):
        again.launch()
    extremes = wp.array(np.array([2**63 - 1, -(2**63), 5, -7, 2**53 + 1, 0]), dtype=wp.int64)
    places = wp.array(np.array([5, 4, 3, 2, 1, 0], np.int32), dtype=int)
    moved = wp.zeros(COUNT, dtype=wp.int64)
    wp.launch(pick, dim=COUNT, inputs=[extremes, places], outputs=[moved])
    wp.launch(generic, dim=COUNT, inputs=[numbers], outputs=[results])
    square = wp.array(random.normal(size=(8, 8)).astype(np.float32), dtype=float)
    doubled = wp.zeros_like(square)
    wp.launch_tiled(tiled, dim=[2, 2], inputs=[square], outputs=[doubled], block_dim=32)
    some = wp.array(np.array([5, 0, 2], np.int32), dtype=int)
    wp.launch(chosen, dim=3, inputs=[wp.indexedarray(square, [some, None])], outputs=[results])
    corners = wp.array(np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], np.float32), dtype=wp.vec3)
    mesh = wp.Mesh(points=corners, indices=wp.array([0, 2, 1, 0, 1, 3, 0, 3, 2, 1, 2, 3], dtype=int))
    wp.launch(nearest, dim=COUNT, inputs=[mesh.id, points], outputs=[results])
    counts = wp.zeros(COUNT, dtype=int)
    bvh = wp.Bvh(points, wp.array(points.numpy() + 0.5, dtype=wp.vec3))
    wp.launch(boxed, dim=COUNT, inputs=[bvh.id, points], outputs=[counts])
    grid = wp.HashGrid(8, 8, 8)
    grid.build(points, 1.0)
    wp.launch(neighbours, dim=COUNT, inputs=[grid.id, points], outputs=[counts])
    volume = wp.Volume.allocate([-8, 0, 0], [7, 7, 7], 0.5, bg_value=3.0, translation=(0.1, -1.0, -1.5))
    fill(volume, random.normal(size=(16, 8, 8)).astype(np.float32), np.array([-8, 0, 0], np.int32))
    wp.launch(sunk, dim=COUNT, inputs=[volume.id, points], outputs=[results])
    for each in (out, results, moved, doubled, counts):
        sys.stdout.write(f"{each.numpy().tolist()}\n")


if __name__ == "__main__":
    wp.config.log_level = wp.LOG_ERROR
    main()
    sys.exit(3)
