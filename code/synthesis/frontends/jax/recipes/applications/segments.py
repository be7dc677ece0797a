"""Utilities that treat an array in segments or in chunks."""

import re

from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.lines import join
from synthesis.frontends.jax.recipes.applications.modes import Array, Option
from synthesis.frontends.jax.recipes.applications.parts import with_escaped_braces
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree
from synthesis.frontends.jax.recipes.applications.written import Text

_BODIES = read_bodies("jax", "segments", margin=8)

_MASKED = """
    {?0.5 if mask is not None:
        {?0.5 # {masked rows map past the last segment and are dropped}}
        segment_ids = jnp.where(mask, segment_ids, num_segments)}
"""
_SEGMENTS = """
    {?0.4 if segment_ids.shape != x.shape[:1]:
        raise ValueError(f'expected a segment for each row, got <<segment_ids.shape>>')}
MASKED
    totals = TOTALS
"""
_SEGMENT_ENDS = {
    "by": _BODIES["by"],
    "shares": _BODIES["shares"],
}


def write_segments(p: Program) -> Text:
    """Draw a reduction of rows by segment."""
    n, width, kinds = p.size(48, 64, 96), p.size(4, 8), p.size(6, 8, 12)
    form = p.pick("by", "by", "shares")
    masked = p.choices.chance(0.6)
    flat = form == "shares"
    values = p.pick("jnp.exp(x)", "x") if flat else "x"
    first = _SEGMENTS.replace("MASKED\n", "" if flat else _MASKED.lstrip("\n"))
    totals, counts = p.choices.choice((
        ("jnp.zeros((num_segments, *x.shape[1:]), x.dtype).at[segment_ids].add(VALUES, mode='drop')",
         "jnp.zeros(num_segments, x.dtype).at[segment_ids].add(1.0, mode='drop')"),
        ("jax.ops.segment_sum(VALUES, segment_ids, num_segments=num_segments)",
         "jax.ops.segment_sum(jnp.ones(x.shape[0], x.dtype), segment_ids, num_segments=num_segments)"),
    ))  # fmt: skip
    if flat and (values == "x" or "zeros" in totals):
        totals = p.pick("jnp.zeros(num_segments, x.dtype).at[segment_ids].add(VALUES)",
                        "jnp.bincount(segment_ids, weights=VALUES, length=num_segments)")  # fmt: skip
    text = join(first, _SEGMENT_ENDS[form]).replace("TOTALS", totals).replace("COUNTS", counts)
    lines = p.choose(text.replace("VALUES", values))
    x = Leaf((n,), 0.1, 2) if flat else Leaf((n, width), -2, 2)
    known = [each for each in ("sum", "mean", "sqrt", "max", "min") if f"reduce == '{each}'" in lines]
    both = "return_totals" in lines and p.choices.chance(0.5)
    result: tuple[Tree, ...] = (Leaf((kinds, width)),)
    if flat:
        result = (Leaf((n,)), Leaf((kinds,))) if both else (Leaf((n,)),)
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "x": Array(x, "value of each row" if flat else "rows to reduce", ("values", "data", "messages")),
            "segment_ids": Array(Leaf((n,), 0, kinds - 1, "int32"), "the segment of each row",
                                 ("segment_ids", "index", "receivers")),
            "mask": Array(Leaf((n,), 0, 1, "bool"), "mask of valid rows", ("mask", "valid"), float(not masked)),
            "num_segments": Option("int", "number of segments", (str(kinds),), ("num_segments", "num_nodes"),
                                   needed=True),
            "reduce": Option("str", f"one of {', '.join(known)}", (f"'{p.choices.choice(known or ['sum'])}'",),
                             ("reduce", "aggregation", "reduction")),
            "empty": Option("float", "value of empty segments", ("0.0", "-1.0"), ("empty", "fill_value")),
            "eps": Option("float", "small constant that avoids division by zero", ("1e-6", "1e-9"), ("eps",)),
            "return_totals": Option("bool", "whether to return the sums as well", ("False",), ("return_totals",),
                                    str(both)),
        },
        result=result,
        titles=("segment_shares", "segment_normalize") if flat else ("segment_reduce", "aggregate", "scatter_reduce"),
        summary="Normalizes rows by their segment sums" if flat else "Reduces rows by segment",
        returned="one probability for each row" if flat else "one row for each segment",
    )  # fmt: skip


_CHUNKED = """
    {?0.3 if chunk < 1:
        raise ValueError(f'expected a positive chunk, got <<chunk>>')}
    n = queries.shape[0]
    {?0.35 if n <= chunk:
        {?0.5 # {all at once}}
        return ONE(queries)
    ~ {?0.4 # {chunks no longer than the array}}
    chunk = min(chunk, n) ~
    {?0.4 # {chunks no longer than the array}}
    while chunk > n:
        chunk = chunk // 2 ~}
    {missing = -n % chunk ~ num_chunks = -(-n // chunk)
    missing = num_chunks * chunk - n}
    {if missing > 0:
        {?0.4 # {fill the last chunk}}
        {queries = jnp.pad(queries, [(0, missing), (0, 0)]) ~
        fill = jnp.zeros((missing, *queries.shape[1:]), queries.dtype)
        queries = jnp.concatenate([queries, fill]) ~
        queries = jnp.concatenate([queries, jnp.zeros((missing, queries.shape[-1]), queries.dtype)])} ~
    fill = jnp.zeros((missing, *queries.shape[1:]), queries.dtype)
    queries = jnp.concatenate([queries, fill])}
    chunks = queries.reshape(-1, chunk, {queries.shape[-1] ~ *queries.shape[1:]})
    {?0.3 # {less memory than one full product}}
    out = jax.lax.map(ONE, chunks)
    {return out.reshape(-1, *out.shape[2:])[:n] ~
    out = out.reshape(-1, *out.shape[2:])
    return out if missing == 0 else out[:n]}
"""
_ONES = {
    "nearest": _BODIES["nearest"],
    "average": _BODIES["average"],
    "count": _BODIES["count"],
}


def write_chunked(p: Program) -> Text:
    """Draw a search, an average or a count over all keys for each query, computed for a few queries at a time."""
    n, m, d = p.choices.choice((100, 128, 150)), p.choices.choice((24, 32)), p.choices.choice((3, 4, 8))
    chunk = p.choices.choice((32, 64))
    form = p.pick(*_ONES)
    body = p.choose(_CHUNKED)
    beside = p.choices.chance(0.6)
    if beside:  # a function of the module; the values that all chunks share are fixed arguments of it
        rest = {"average": "table=keys, entries=values, temperature=temperature", "count": "table=keys, radius=radius"}
        given = rest.get(form, "table=keys")
        lines = join(f"search = functools.partial({form}, {given})", body.replace("ONE", "search"))
    else:
        one = re.sub(r"def (\w+)\(.*\) -> Array:", r"def \1(part):", p.choose(_ONES[form]))
        lines = join(one.replace("table", "keys").replace("entries", "values"), body.replace("ONE", form))
    lines = with_escaped_braces(lines)
    out = p.choices.choice((2, 5))
    leaf = {"nearest": Leaf((n,), dtype="int32"), "average": Leaf((n, out)), "count": Leaf((n,), dtype="int32")}[form]
    return Text(
        lines=lines,
        given={
            "queries": Array(Leaf((n, d), -1, 1), "queries, one in each row", ("queries", "points", "x")),
            "keys": Array(Leaf((m, d), -1, 1), "keys, one in each row", ("keys", "centers", "database")),
            "values": Array(Leaf((m, out), -1, 1), "values, one in each row", ("values",)),
            "chunk": Option("int", "number of queries in a chunk", (str(chunk),), ("chunk_size", "batch_size", "chunk"),
                            needed=True),
            "temperature": Option("float", "temperature of the weights", ("1.0", "0.5"), ("temperature", "bandwidth")),
            "radius": Option("float", "largest distance of a neighbour", ("1.0", "0.8"), ("radius", "cutoff")),
        },
        result=(leaf,),
        titles={"nearest": ("nearest_keys", "assign_centers", "nearest_neighbors"),
                "average": ("soft_lookup", "kernel_regression", "attend_in_chunks"),
                "count": ("count_within", "neighbors_within", "ball_counts")}[form],
        summary={"nearest": "Finds the nearest key to each query",
                 "average": "Averages values weighted by distance to queries",
                 "count": "Counts the keys near each query"}[form],
        returned="one entry for each query",
        helpers=(_ONES[form],) if beside else (),
    )  # fmt: skip
