"""Why a share of drawn kernels is not that of applications, where it is meant to be so: by front end and line."""

from collections.abc import Mapping

_OBJECT = "one of many questions to meshes, trees, grids and images, of which each is in some rows"
_COVERED = "one kernel in four is of operations that applications seldom use, so that each is in ten of 20,000 rows"
_MATTERS = "all that a row is given changes what it computes"
_TREES = "what libraries keep in objects of their own, a row is given as a tree"
RARE = "rare in both"
"""Of a share that is below one in 200 in both populations, whatever the line."""

_OBJECTS = """
    mesh_eval_position mesh_get mesh_query_ray bvh_query_aabb bvh_query_next hash_grid_query volume_lookup_index
    texture_sample
"""
_RARE_OPERATIONS = "sin cos exp tanh atan tile_map rand_init func_native abs normalize"
"""What drawn applications have about as often as people's: of 1,438 0.1 % have sin, none tanh, 1.1 % rand_init. Of
2,211 5.7 % have abs and 4.1 % normalize, where single operations have 8.5 % and 6.8 %."""
REASONS: Mapping[str, Mapping[str, str]] = {
    "warp": {
        **dict.fromkeys(_OBJECTS.split(), _OBJECT),
        **dict.fromkeys((*_RARE_OPERATIONS.split(), "floats of 16 bits", "float64, 16 and 8 bits, mat22"), _COVERED),
        "unused argument": _MATTERS,
        "wp.add(a, b) spelled out": "an operator says the same",
        "block_dim": "what a thread does must not depend on a block, whose size is another on a CPU",
        "tile": "a tile of what threads have is as large as a block, whose size is another on a CPU",
        "nan": "what a row computes is finite",
    },
    "jax": {
        **dict.fromkeys(("fori_loop", "sigmoid"), _COVERED),
        "relu": "libraries are handed the activations of networks, which those who use them call",
        "unused argument": _MATTERS,
        "self.x": "a row is a function of arrays: it has no object",
        "an argument's entry, w['x']": _TREES,
        "*args or **kwargs": "a row says what each of its arguments is",
    },
}
