"""Why a share of drawn kernels is not that of applications, where it is meant to be so: by the line's name."""

_OBJECT = "takes an object that the oracle does not model"

REASONS = {
    **dict.fromkeys(
        (
            "mesh_eval_position",
            "mesh_get",
            "mesh_query_ray",
            "bvh_query_aabb",
            "bvh_query_next",
            "hash_grid_query",
            "volume_lookup_index",
            "texture_sample",
        ),
        _OBJECT,
    ),
    "self.x": "a row is a function of arrays: it has no object",
}
