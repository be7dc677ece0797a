"""What runs in parts on the devices of a mesh, of which there is one here; after ``jax.shard_map`` and ``jax.lax``.

A part is then all there is, and what devices tell each other is what the one has.
"""

import math
from typing import Any

import numpy as np

from synthesis.frontends.jax.reference.rules.table import Inputs, Machine, Parameters, Results, Types, rule


@rule("shard_map")
def _shard_map(evaluator: Machine, inputs: Inputs, parameters: Parameters, _: Types) -> Results:
    mesh: Any = parameters["mesh"]
    devices = math.prod(mesh.axis_sizes)
    if devices != 1:
        raise NotImplementedError(f"a mesh of {devices} devices")
    return evaluator.call(parameters["jaxpr"], inputs)


@rule("psum", "psum_invariant", "pmax", "pmin", "pvary", "sharding_constraint")
def _same(_: Machine, inputs: Inputs, __: Parameters, ___: Types) -> Results:
    return list(inputs)


@rule("axis_index")
def _axis_index(_: Machine, __: Inputs, ___: Parameters, ____: Types) -> Results:
    return np.int32(0)


@rule("all_gather")
def _all_gather(_: Machine, inputs: Inputs, parameters: Parameters, __: Types) -> Results:
    if parameters["tiled"]:
        return inputs[0]
    return np.expand_dims(inputs[0], int(parameters["all_gather_dimension"]))


@rule("reduce_scatter")
def _reduce_scatter(_: Machine, inputs: Inputs, parameters: Parameters, __: Types) -> Results:
    if parameters["tiled"]:
        return inputs[0]
    return np.squeeze(inputs[0], int(parameters["scatter_dimension"]))


@rule("ppermute")
def _ppermute(_: Machine, inputs: Inputs, parameters: Parameters, __: Types) -> Results:
    return [each if parameters["perm"] else np.zeros_like(each) for each in inputs]
