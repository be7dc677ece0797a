"""Recipes of kernels that branch and look up values as applications do.

The kernels have guards, flags, enums, -1 for none, rows, slots and searches.

A module holds the source templates of one subject and the functions that choose among them. A template that is added to
a family is drawn as well.
"""

from dataclasses import replace

from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications import (
    articulations,
    assembly,
    bodies,
    box_queries,
    collisions,
    contacts,
    deformables,
    events,
    fields,
    graphs,
    images,
    joints,
    kinematics,
    mesh_faces,
    mesh_queries,
    meshes,
    multibody,
    neighbor_queries,
    particles,
    ray_queries,
    records,
    robots,
    rows,
    shape_frames,
    singles,
    snapshots,
    stacked,
    stages,
    texture_queries,
    topology,
    transfers,
    vertices,
    volume_queries,
    voxels,
    windows,
)

_MIX = {2: 0.12, 3: 0.2, 4: 0.3, 5: 0.38}
"""Share of each difficulty. Kernels of applications are long: a quarter of them have 20 or more statements."""

RECIPES: tuple[Recipe, ...] = tuple(
    replace(recipe, usual_mix=_MIX, difficulties=tuple(_MIX))
    for module in (
        articulations,
        assembly,
        bodies,
        box_queries,
        collisions,
        contacts,
        deformables,
        events,
        fields,
        graphs,
        joints,
        kinematics,
        mesh_faces,
        mesh_queries,
        meshes,
        multibody,
        neighbor_queries,
        particles,
        ray_queries,
        records,
        robots,
        rows,
        shape_frames,
        singles,
        snapshots,
        stacked,
        stages,
        texture_queries,
        topology,
        transfers,
        vertices,
        volume_queries,
        voxels,
        windows,
        images,
    )
    for recipe in module.RECIPES
)
