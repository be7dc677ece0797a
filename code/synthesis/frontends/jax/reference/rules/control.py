"""Rules of calls, branches and loops, after ``jax.lax``'s documentation."""

import numpy as np

from synthesis.frontends.jax.reference.rules.table import Array, Inputs, Machine, Parameters, Results, Types, rule


@rule("jit", "closed_call", "remat2")
def _call(evaluator: Machine, inputs: Inputs, parameters: Parameters, _: Types) -> Results:
    return evaluator.call(parameters["jaxpr"] if "jaxpr" in parameters else parameters["call_jaxpr"], inputs)


@rule("custom_jvp_call", "custom_vjp_call")
def _custom(evaluator: Machine, inputs: Inputs, parameters: Parameters, _: Types) -> Results:
    return evaluator.call(parameters["call_jaxpr"], inputs)


@rule("cond")
def _cond(evaluator: Machine, inputs: Inputs, parameters: Parameters, _: Types) -> Results:
    branches = parameters["branches"]
    return evaluator.call(branches[int(np.clip(int(inputs[0]), 0, len(branches) - 1))], inputs[1:])


@rule("platform_index")
def _platform(_: Machine, __: Inputs, parameters: Parameters, ___: Types) -> Results:
    """Return the index of the branch for a CPU."""
    platforms = parameters["platforms"]
    found = (k for k, names in enumerate(platforms) if names is None or "cpu" in names)
    return np.int32(next(found, len(platforms) - 1))


@rule("while")
def _while(evaluator: Machine, inputs: Inputs, parameters: Parameters, _: Types) -> Results:
    tested, looped = int(parameters["cond_nconsts"]), int(parameters["body_nconsts"])
    test_constants, body_constants = inputs[:tested], inputs[tested : tested + looped]
    state, trips = list(inputs[tested + looped :]), 0
    while True:
        (holds,) = evaluator.call(parameters["cond_jaxpr"], [*test_constants, *state])
        if not np.any(holds):
            return state
        new = evaluator.call(parameters["body_jaxpr"], [*body_constants, *state])
        if np.ndim(holds):  # a batch whose loops end after different numbers of trips
            new = [np.where(np.reshape(holds, (*holds.shape, *(1,) * (np.ndim(old) - holds.ndim))), each, old)
                   for each, old in zip(new, state, strict=True)]  # fmt: skip
        state, trips = new, trips + 1
        evaluator.count_trip(trips)


@rule("scan")
def _scan(evaluator: Machine, inputs: Inputs, parameters: Parameters, types: Types) -> Results:
    fixed, carried = int(parameters["num_consts"]), int(parameters["num_carry"])
    constants, carry, columns = inputs[:fixed], list(inputs[fixed : fixed + carried]), inputs[fixed + carried :]
    length = int(parameters["length"])
    steps = range(length)
    rows: list[list[Array]] = []
    for step in reversed(steps) if parameters["reverse"] else steps:
        made = evaluator.call(parameters["jaxpr"], [*constants, *carry, *(column[step] for column in columns)])
        carry = made[:carried]
        rows.append(made[carried:])
    if parameters["reverse"]:
        rows.reverse()
    if not rows:
        return [*carry, *(np.zeros(kind.shape, evaluator.format(kind.dtype)) for kind in types[carried:])]
    return [*carry, *(evaluator.stack(column) for column in zip(*rows, strict=True))]
