"""Collective operations on the devices of a mesh, after ``jax.shard_map`` and ``jax.lax``. The mesh has one device.

So a device's shard is the whole array, and communication returns the device's own data.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from synthesis.frontends.jax.reference.rules.reductions import comparable
from synthesis.frontends.jax.reference.rules.table import Array, Inputs, Machine, Parameters, Results, Rule, Types, rule


@rule("shard_map")
def _shard_map(evaluator: Machine, inputs: Inputs, parameters: Parameters, _: Types) -> Results:
    mesh: Any = parameters["mesh"]
    devices = math.prod(mesh.axis_sizes)
    if devices != 1:
        raise NotImplementedError(f"a mesh of {devices} devices")
    return evaluator.call(parameters["jaxpr"], inputs)


def _combining(function: Callable[..., Array]) -> Rule:
    """Return a rule that reduces over axes given by number, as ``jax.vmap`` writes them, and ignores mesh axes.

    A mesh axis has only one device, so a reduction over it changes nothing.
    """

    def compute(_: Machine, inputs: Inputs, parameters: Parameters, __: Types) -> Results:
        axes = tuple(each for each in parameters["axes"] if isinstance(each, int))
        if not axes:
            return list(inputs)
        if parameters.get("axis_index_groups") is not None:
            raise NotImplementedError("groups along an axis of jax.vmap's")
        return [np.asarray(function(comparable(each), axis=axes)).astype(each.dtype) for each in inputs]

    return compute


rule("psum", "psum_invariant")(_combining(np.sum))
rule("pmax")(_combining(np.max))
rule("pmin")(_combining(np.min))


@rule("pvary", "sharding_constraint")
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
