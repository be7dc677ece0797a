"""Wrong derivatives in rarely taken branches: how many verification rejects, and how many it reports as not reached.

    python benchmarks/arms.py > benchmarks/arms.txt

Each function has an arm, that is, one side of a branch or a selection, written in one of 38 ways. It is taken if a
number is above a limit: by a fifth of the drawn numbers, by one in a hundred, or by none. In the arm is a function
whose derivative is right, or wrong in one of three ways: half as much again, of the other sign, or zero. All functions
are extracted with default settings and the inputs in this file. A wrong text may be rejected or unverified, but not
verified. A right text must not be rejected. The exit status is 1 otherwise.
"""

import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import product
from pathlib import Path

from synthesis import Pair, Rejection, extract

RULES = {"right": "2.0", "half as much again": "3.0", "of the other sign": "-2.0", "zero": "0.0"}
"""Maps a rule to the factor of x * g in its derivative of x * x."""
JAX_ARMS = {
    "where": "jnp.where(x > LIMIT, BAD(x), x)",
    "where of an array": "jnp.where(x > jnp.full_like(x, LIMIT), BAD(x), x)",
    "where, other side": "jnp.where(x <= LIMIT, x, BAD(x))",
    "select": "lax.select(x > LIMIT, BAD(x), x)",
    "select_n": "lax.select_n(x > LIMIT, x, BAD(x))",
    "jnp.select": "jnp.select([x > LIMIT, x > 0.05], [BAD(x), x], 0.0)",
    "piecewise": "jnp.piecewise(x, [x > LIMIT], [lambda v: BAD(v), lambda v: v])",
    "mask": "(x > LIMIT) * BAD(x) + x",
    "mask as float": "(x > LIMIT).astype(x.dtype) * BAD(x) + x",
    "mask by where": "jnp.where(x > LIMIT, 1.0, 0.0) * BAD(x) + x",
    "heaviside": "jnp.heaviside(x - LIMIT, 0.0) * BAD(x) + x",
    "maximum": "jnp.maximum(BAD(x) - LIMIT * LIMIT, 0.0) + x",
    "minimum": "x - jnp.minimum(LIMIT * LIMIT - BAD(x), 0.0)",
    "relu": "jax.nn.relu(BAD(x) - LIMIT * LIMIT) + x",
    "clip": "jnp.clip(BAD(x) - LIMIT * LIMIT, 0.0, 100.0) + x",
    "cond": "jax.vmap(lambda v: lax.cond(v > LIMIT, BAD, lambda w: w, v))(x)",
    "switch": "jax.vmap(lambda v: lax.switch((v > LIMIT).astype(int), [lambda w: w, BAD], v))(x)",
    "scan": "lax.scan(lambda c, v: (c, jnp.where(v > LIMIT, BAD(v), v)), 0.0, x)[1]",
    "map": "lax.map(lambda v: jnp.where(v > LIMIT, BAD(v), v), x)",
    "loop": "lax.fori_loop(0, 2, lambda i, s: s + jnp.where(x > LIMIT, BAD(x), x), x)",
    "checkpoint": "jax.checkpoint(lambda v: jnp.where(v > LIMIT, BAD(v), v))(x)",
    "jit": "jax.jit(lambda v: jnp.where(v > LIMIT, BAD(v), v))(x)",
}
JAX_LIMITS = {"a fifth": 1.22, "one in a hundred": 1.486, "none": 3.0}
"""Maps how often an arm is taken to its limit, for numbers from 0.1 to 1.5."""
WARP_ARMS = {
    "where": "wp.where(v > LIMIT, BAD(v), v)",
    "where, other side": "wp.where(v <= LIMIT, v, BAD(v))",
    "ternary": "BAD(v) if v > LIMIT else v",
    "step": "wp.step(LIMIT - v) * BAD(v) + v",
    "mask": "wp.where(v > LIMIT, 1.0, 0.0) * BAD(v) + v",
    "truth": "float(v > LIMIT) * BAD(v) + v",
    "max": "v + wp.max(0.0, BAD(v) - LIMIT * LIMIT)",
    "min": "v - wp.min(0.0, LIMIT * LIMIT - BAD(v))",
    "clamp": "v + wp.clamp(BAD(v) - LIMIT * LIMIT, 0.0, 5000.0)",
    "lerp": "wp.lerp(v, BAD(v), wp.step(LIMIT - v))",
    "inside": "wp.where(v > LIMIT, wp.where(v > 0.2, BAD(v), v), v)",
}
WARP_STATEMENTS = {
    "where of a variable": "    far = BAD(v)\n    out[i] = wp.where(v > LIMIT, far, v)\n",
    "if": "    if v > LIMIT:\n        out[i] = BAD(v)\n    else:\n        out[i] = v\n",
    "return": "    if v <= LIMIT:\n        out[i] = v\n        return\n    out[i] = BAD(v)\n",
    "loop": "    t = v\n    for k in range(2):\n        if v > LIMIT:\n            t += BAD(v)\n    out[i] = t\n",
    "atomic": "    out[i] = v\n    if v > LIMIT:\n        wp.atomic_add(out, i, BAD(v))\n",
}
WARP_LIMITS = {"a fifth": 32.0, "one in a hundred": 39.6, "none": 50.0}
"""Maps how often an arm is taken to its limit, for numbers from 0.1 to 40."""


@dataclass(frozen=True, slots=True)
class Case:
    """A function with an arm."""

    arm: str
    taken: str
    rule: str


@dataclass(frozen=True, slots=True)
class Language:
    """Templates of functions with arms for a front end, with placeholders such as ``ARM`` and ``NAME``."""

    head: str
    part: str
    """The function in an arm, with its derivative. ``NUMBER`` and ``FACTOR`` are those of a rule in ``RULES``."""
    function: str
    inputs: str
    """The function's table in the file of inputs."""
    arms: Mapping[str, str]
    limits: Mapping[str, float]
    levels: tuple[str, ...] | None
    """The levels to make; None for the default ones."""
    derivatives: tuple[str, str]


JAX = Language(
    head="import jax\nimport jax.numpy as jnp\nfrom jax import lax\n",
    part=(
        "@jax.custom_jvp\ndef part_NUMBER(x):\n    return x * x\n\n\n"
        "@part_NUMBER.defjvp\ndef part_NUMBER_jvp(primals, tangents):\n    (x,), (t,) = primals, tangents\n"
        "    return x * x, FACTOR * x * t\n"
    ),
    function="def NAME(x):\n    return ARM\n",
    inputs='[NAME]\nx = "f32[6] in 0.1..1.5"\n',
    arms=JAX_ARMS,
    limits=JAX_LIMITS,
    levels=("stablehlo", "vjp_stablehlo", "jvp_stablehlo"),
    derivatives=("vjp_stablehlo", "jvp_stablehlo"),
)
WARP = Language(
    head="import warp as wp\n",
    part=(
        "@wp.func\ndef part_NUMBER(x: float):\n    return x * x\n\n\n"
        "@wp.func_grad(part_NUMBER)\ndef adj_part_NUMBER(x: float, adj_ret: float):\n"
        "    wp.adjoint[x] += FACTOR * x * adj_ret\n"
    ),
    function=(
        "@wp.kernel\ndef NAME(x: wp.array(dtype=float), out: wp.array(dtype=float)):\n"
        "    i = wp.tid()\n    v = x[i]\nARM"
    ),
    inputs='[NAME]\nx = "f32[32] in 0.1..40"\nout = "f32[32]"\ndim = 32\n',
    arms={**{arm: f"    out[i] = {text}\n" for arm, text in WARP_ARMS.items()}, **WARP_STATEMENTS},
    limits=WARP_LIMITS,
    levels=None,
    derivatives=("cpp_backward", "cuda_backward"),
)
LANGUAGES = {"jax": JAX, "warp": WARP}


def module_of(language: Language) -> tuple[str, str, dict[str, Case]]:
    """Return the source of a module, the file of its inputs, and the case of each function by name."""
    parts = [language.head]
    for number, factor in enumerate(RULES.values()):
        parts.append(language.part.replace("NUMBER", str(number)).replace("FACTOR", factor))
    tables, cases = list[str](), dict[str, Case]()
    for (arm, text), (taken, limit), (number, rule) in product(
        language.arms.items(), language.limits.items(), enumerate(RULES)
    ):
        name = f"f_{len(cases)}"
        body = text.replace("LIMIT", str(limit)).replace("BAD", f"part_{number}")
        parts.append(language.function.replace("NAME", name).replace("ARM", body))
        tables.append(language.inputs.replace("NAME", name))
        cases[name] = Case(arm, taken, rule)
    return "\n\n".join(parts), "".join(tables), cases


def outcomes_of(frontend: str, folder: Path) -> Iterator[tuple[Case, str, str]]:
    """Yield each case with a level of its derivatives and the outcome of the text: verified, unverified or refused."""
    language = LANGUAGES[frontend]
    source, inputs, cases = module_of(language)
    (folder / "arms.py").write_text(source)
    (folder / "arms.toml").write_text(inputs)
    for each in extract(folder / "arms.py", frontend=frontend, inputs=folder / "arms.toml", level=language.levels):
        if isinstance(each, Rejection) and each.kernel_name.startswith("part_"):
            continue  # the functions in the arms, for which no inputs are given
        assert isinstance(each, Pair), each
        refused = {rejection.level: rejection for rejection in each.rejections}
        for level in language.derivatives:
            done = "verified" if level in each.verdict.verified else "refused" if level in refused else "unverified"
            yield cases[each.spec.name], level, done


def main() -> int:
    """Print the table; return 1 if a wrong text is verified, or a right one refused."""
    today, tools = datetime.now(UTC).date(), [f"{name} {version(name)}" for name in ("warp-lang", "jax")]
    print("Derivatives that are wrong in an arm that few inputs take, and what verification says of them.")
    print(f"python benchmarks/arms.py, {today}, irsmith {version('irsmith')}, {', '.join(tools)}\n")
    failed = 0
    for frontend in LANGUAGES:
        with tempfile.TemporaryDirectory() as folder:
            found = list(outcomes_of(frontend, Path(folder)))
        wrong = [each for each in found if each[0].rule != "right"]
        arms = len({case.arm for case, _, _ in found})
        print(
            f"{frontend}: {len(wrong)} wrong texts, {len(found) - len(wrong)} right ones, {arms} ways to write an arm\n"
        )
        print(f"  {'the arm is taken by':22}{'derivative':22}{'verified':>10}{'refused':>10}{'unverified':>12}")
        for taken in JAX_LIMITS:
            for rule in RULES:
                count = Counter(done for case, _, done in found if case.taken == taken and case.rule == rule)
                row = f"{count['verified']:>10}{count['refused']:>10}{count['unverified']:>12}"
                print(f"  {taken:22}{rule:22}{row}")
        for case, level, done in found:
            if done == ("refused" if case.rule == "right" else "verified"):
                failed += 1
                print(f"  {level}, {case.arm}, taken by {case.taken}, derivative {case.rule}: {done}")
        print()
    print(f"wrong texts verified and right ones refused: {failed}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
