"""Cases of tiles: a block loads rows of its own, calls one built-in, and stores what it gives."""

from collections.abc import Iterator, Sequence

from synthesis.core.signatures import Role
from synthesis.frontends.warp.reference.values import (
    BOOL,
    FLOAT32,
    INT32,
    UINT32,
    ValueType,
    scalar_type,
    vector_type,
)
from warp_rules.cases import Case, Given, output
from warp_rules.signatures import FLOATS

_SIZE = 8
_SCALARS = ("int8", "uint16", "int32", "uint32", "uint64", "float16", "float32", "float64")
_WIDE = ("float32", "float64")
_PLUS = "@wp.func\ndef rule_plus(a: {0}, b: {0}):\n    return a + b + a * b\n\n"
_TWICE = "@wp.func\ndef rule_twice(a: {0}):\n    return a + a\n\n"


def row(name: str, kind: ValueType, *sizes: int, policy: str = "inside", low: float = -4, high: float = 4) -> Given:
    """An array of which each block has a row of these sizes."""
    return Given(name=name, kind=kind, inner=sizes or (_SIZE,), policy=policy, low=low, high=high)


def _load(name: str, target: str, *sizes: int) -> str:
    shape = str(sizes) if len(sizes) > 1 else str(sizes[0] if sizes else _SIZE)
    return f"{target} = wp.tile_load({name}[i], shape={shape})"


def _case(
    built_in: str, label: str, body: Sequence[str], arrays: Sequence[Given], *, helpers: str = "", units: float = 16
) -> Case:  # fmt: skip
    return Case(
        built_in=built_in, label=f"tile_{label}", body=tuple(body), arrays=tuple(arrays), tiled=True,
        helpers=helpers.replace("rule_", f"rule_{built_in}_{label}_"), tolerance=units,
    )  # fmt: skip


def _one(
    built_in: str, label: str, call: str, kind: ValueType, made: ValueType, sizes: tuple[int, ...], *rest: str,
    given: tuple[int, ...] = (_SIZE,), helpers: str = "", policy: str = "inside",
) -> Case:  # fmt: skip
    """A call of a tile ``t`` that gives a tile."""
    body = (_load("a", "t", *given), *rest, f"r = {call}", "wp.tile_store(o[i], r)")
    return _case(
        built_in, label, body, [row("a", kind, *given, policy=policy), output("o", made, sizes)], helpers=helpers
    )


def reductions() -> Iterator[Case]:
    """Over all elements."""
    for scalar in _SCALARS:
        kind = scalar_type(scalar)
        for name in ("tile_sum", "tile_min", "tile_max"):
            yield _one(name, scalar, f"wp.{name}(t)", kind, kind, (1,))
        for name in ("tile_argmin", "tile_argmax"):
            yield _one(name, scalar, f"wp.{name}(t)", kind, INT32, (1,), policy="apart")
        for name in ("inclusive", "exclusive", "max_inclusive", "min_inclusive"):
            if scalar in ("int32", "uint32", "float32"):
                yield _one(f"tile_scan_{name}", scalar, f"wp.tile_scan_{name}(t)", kind, kind, (_SIZE,))
        yield _one("tile_reduce", scalar, "wp.tile_reduce(wp.mul, t)", kind, kind, (1,))
        for axis, left in ((0, (4,)), (1, (2,))):
            call = f"wp.tile_reduce(wp.max, t, axis={axis})"
            yield _one("tile_reduce", f"axis_{axis}_{scalar}", call, kind, kind, left, given=(2, 4))
        plus = f"rule_tile_reduce_own_{scalar}_plus"
        helpers = _PLUS.format(f"wp.{scalar}")
        yield _one("tile_reduce", f"own_{scalar}", f"wp.tile_reduce({plus}, t)", kind, kind, (1,), helpers=helpers)
        if scalar in _WIDE:
            yield _one("tile_sum", f"axis_{scalar}", "wp.tile_sum(t, axis=0)", kind, kind, (4,), given=(2, 4))
            body = (_load("a", "t"), _load("b", "u"), "wp.tile_store(o[i], wp.tile_dot(t, u))")
            yield _case("tile_dot", scalar, body, [row("a", kind), row("b", kind), output("o", kind, (1,))])
    three = vector_type("float32", 3)
    yield _one("tile_sum", "vectors", "wp.tile_sum(t)", three, three, (1,))


def maps() -> Iterator[Case]:
    """Element by element."""
    for scalar in _SCALARS:
        kind = scalar_type(scalar)
        twice = f"rule_tile_map_own_{scalar}_twice"
        helpers = _TWICE.format(f"wp.{scalar}")
        yield _one("tile_map", f"own_{scalar}", f"wp.tile_map({twice}, t)", kind, kind, (_SIZE,), helpers=helpers)
        yield _one("tile_map", scalar, "wp.tile_map(wp.abs, t)", kind, kind, (_SIZE,))
        for name, mark in (("add", "+"), ("sub", "-")):
            body = (_load("a", "t"), _load("b", "u"), f"wp.tile_store(o[i], t {mark} u)")
            yield _case(name, scalar, body, [row("a", kind), row("b", kind), output("o", kind, (_SIZE,))])
        if scalar in FLOATS:
            yield _one("neg", scalar, "-t", kind, kind, (_SIZE,))
            yield _one("mul", scalar, f"t * wp.{scalar}(1.5)", kind, kind, (_SIZE,))
            yield _one("div", scalar, f"t / wp.{scalar}(1.5)", kind, kind, (_SIZE,))
    for source, target in (("float32", "int32"), ("int32", "float64"), ("float64", "float32"), ("uint8", "int16")):
        call = f"wp.tile_astype(t, dtype=wp.{target})"
        yield _one("tile_astype", f"{source}_{target}", call, scalar_type(source), scalar_type(target), (_SIZE,))
    for scalar in _WIDE:
        kind = scalar_type(scalar)
        body = (_load("a", "t"), _load("b", "u"), "wp.tile_axpy(c[i], t, u)", "wp.tile_store(o[i], u)")
        arrays = [
            row("a", kind),
            row("b", kind),
            Given(name="c", kind=kind, policy="inside"),
            output("o", kind, (_SIZE,)),
        ]
        yield _case("tile_axpy", scalar, body, arrays)


def shapes() -> Iterator[Case]:
    """Tiles made, cut, and laid out otherwise."""
    for scalar in ("int16", "uint32", "float16", "float64"):
        kind = scalar_type(scalar)
        whole = (_SIZE,)
        made = [
            ("tile_zeros", f"t + wp.tile_zeros(shape=8, dtype=wp.{scalar})"),
            ("tile_ones", f"t + wp.tile_ones(shape=8, dtype=wp.{scalar})"),
            ("tile_full", f"t + wp.tile_full(shape=8, value=wp.{scalar}(3), dtype=wp.{scalar})"),
            ("tile_arange", f"t + wp.tile_arange(1, 17, 2, dtype=wp.{scalar})"),
        ]
        for name, call in made[:3] if scalar == "float16" else made:  # see docs/findings/006-tile-arange.md
            yield _one(name, scalar, call, kind, kind, whole)
        empty = f"e = wp.tile_empty(shape=8, dtype=wp.{scalar})"
        yield _one("tile_empty", scalar, "e", kind, kind, whole, empty, "wp.tile_assign(e, t)")
        body = ("wp.tile_store(o[i], wp.tile_from_thread(shape=8, value=a[i], thread_idx=0))",)
        given = Given(name="a", kind=kind, policy="inside")
        yield _case("tile_from_thread", scalar, body, [given, output("o", kind, whole)])
        yield _case("tile", scalar, ("x = a[i]", "wp.tile_store(o[i], wp.tile(x))"), [given, output("o", kind, (1,))])
        yield _case("untile", scalar, ("x = a[i]", "o[i] = wp.untile(wp.tile(x))"), [given, output("o", kind)])
        matrix = (2, 4)
        yield _one("tile_transpose", scalar, "wp.tile_transpose(t)", kind, kind, (4, 2), given=matrix)
        yield _one("tile_reshape", scalar, "wp.tile_reshape(t, shape=(2, 4))", kind, kind, matrix)
        yield _one("tile_squeeze", scalar, "wp.tile_squeeze(t)", kind, kind, (4,), given=(1, 4))
        yield _one("tile_squeeze", f"axis_{scalar}", "wp.tile_squeeze(t, axis=(-2,))", kind, kind, (4,), given=(1, 4))
        yield _one("tile_broadcast", scalar, "wp.tile_broadcast(t, shape=(3, 8))", kind, kind, (3, _SIZE))
        view = "wp.tile_view(t, offset=(1, 1), shape=(1, 3))"
        yield _one("tile_view", scalar, view, kind, kind, (1, 3), given=matrix)
        yield _one("tile_view", f"rows_{scalar}", "wp.tile_view(t, offset=(1,))", kind, kind, (4,), given=matrix)
        yield _one("tile_view", f"window_{scalar}", "wp.tile_view(t, offset=(2,), shape=(5,))", kind, kind, (5,))
        body = (_load("a", "t", *matrix), "o[i] = wp.tile_extract(t, 1, 2)")
        yield _case("tile_extract", scalar, body, [row("a", kind, *matrix), output("o", kind)])
        body = (
            _load("a", "t", *matrix),
            _load("b", "u", 1, 2),
            "wp.tile_assign(t, u, offset=(1, 1))",
            "wp.tile_store(o[i], t)",
        )
        yield _case(
            "tile_assign", scalar, body, [row("a", kind, *matrix), row("b", kind, 1, 2), output("o", kind, matrix)]
        )
    three = vector_type("float32", 3)
    given = Given(name="a", kind=three, policy="inside")
    yield _case(
        "tile", "vector", ("x = a[i]", "wp.tile_store(o[i], wp.tile(x))"), [given, output("o", FLOAT32, (3, 1))]
    )
    body = ("x = a[i]", "wp.tile_store(o[i], wp.tile(x, preserve_type=True))")
    yield _case("tile", "kept", body, [given, output("o", three, (1,))])
    yield _case("untile", "vector", ("x = a[i]", "o[i] = wp.untile(wp.tile(x))"), [given, output("o", three)])


def memory() -> Iterator[Case]:
    """From arrays and to them, whole, in part and by index."""
    for scalar in ("int32", "uint8", "float32", "float64", "float16"):
        kind = scalar_type(scalar)
        body = ("t = wp.tile_load(a[i], shape=5, offset=2)", "wp.tile_store(o[i], t, offset=3)")
        start = Given(name="o", kind=kind, inner=(_SIZE,), role=Role.INOUT, policy="inside")
        yield _case("tile_load", scalar, body, [row("a", kind), start])
        beyond = ("t = wp.tile_load(a[i], shape=8, offset=4)", "wp.tile_store(o[i], t)")
        yield _case("tile_load", f"beyond_{scalar}", beyond, [row("a", kind), output("o", kind, (_SIZE,))])
        yield _case(
            "tile_store", scalar, (_load("a", "t"), "wp.tile_store(o[i], t, offset=4)"), [row("a", kind), start]
        )
        indices = row("b", INT32, 4, policy="apart", low=0, high=3)
        rows = "n = wp.tile_load(b[i], shape=4)"
        loaded = (rows, "t = wp.tile_load_indexed(a[i], indices=n, shape=(4,))", "wp.tile_store(o[i], t)")
        yield _case("tile_load_indexed", scalar, loaded, [row("a", kind), indices, output("o", kind, (4,))])
        stored = (rows, _load("a", "t", 4), "wp.tile_store_indexed(o[i], indices=n, t=t)")
        yield _case("tile_store_indexed", scalar, stored, [row("a", kind, 4), indices, start])
        if scalar in ("int32", *_WIDE):
            body = (_load("a", "t"), "wp.tile_atomic_add(o[i], t)")
            yield _case("tile_atomic_add", scalar, body, [row("a", kind), start])
            added = (rows, _load("a", "t", 4), "wp.tile_atomic_add_indexed(o[i], indices=n, t=t)")
            yield _case("tile_atomic_add_indexed", scalar, added, [row("a", kind, 4), indices, start])
            for name in ("tile_scatter_add", "tile_scatter_masked"):
                body = (_load("a", "t"), f"wp.{name}(t, c[i], b[i], d[i])", "wp.tile_store(o[i], t)")
                where = Given(name="c", kind=INT32, low=0, high=_SIZE - 1, policy="inside")
                arrays = [row("a", kind), Given(name="b", kind=kind, policy="inside"), where,
                          Given(name="d", kind=BOOL), output("o", kind, (_SIZE,))]  # fmt: skip
                yield _case(name, scalar, body, arrays)


def algebra() -> Iterator[Case]:
    """Products, factors, systems, transforms, orders."""
    for scalar in _WIDE:
        kind = scalar_type(scalar)
        square, side = (4, 4), (4,)
        matrix = row("a", kind, *square, policy="definite")
        loaded, right = _load("a", "t", *square), _load("b", "u", *side)
        body = (_load("a", "t", 2, 3), _load("b", "u", 3, 4), "wp.tile_store(o[i], wp.tile_matmul(t, u))")
        yield _case(
            "tile_matmul", scalar, body, [row("a", kind, 2, 3), row("b", kind, 3, 4), output("o", kind, (2, 4))]
        )
        body = (*body[:2], _load("c", "r", 2, 4), "wp.tile_matmul(t, u, r)", "wp.tile_store(o[i], r)")
        arrays = [row("a", kind, 2, 3), row("b", kind, 3, 4), row("c", kind, 2, 4), output("o", kind, (2, 4))]
        yield _case("tile_matmul", f"onto_{scalar}", body, arrays)
        body = (loaded, right, "wp.tile_store(o[i], wp.tile_diag_add(t, u))")
        yield _case(
            "tile_diag_add", scalar, body, [row("a", kind, *square), row("b", kind, *side), output("o", kind, square)]
        )
        for mode in ("lower", "upper"):
            chosen = f'fill_mode="{mode}"'
            body = (loaded, f"wp.tile_store(o[i], wp.tile_cholesky(t, {chosen}))")
            yield _case("tile_cholesky", f"{mode}_{scalar}", body, [matrix, output("o", kind, square)], units=64)
            body = (loaded, f"wp.tile_cholesky_inplace(t, {chosen})", "wp.tile_store(o[i], t)")
            yield _case(
                "tile_cholesky_inplace", f"{mode}_{scalar}", body, [matrix, output("o", kind, square)], units=64
            )
            given = [matrix, row("b", kind, *side), output("o", kind, side)]
            factor = f"f = wp.tile_cholesky(t, {chosen})"
            body = (loaded, right, factor, f"wp.tile_store(o[i], wp.tile_cholesky_solve(f, u, {chosen}))")
            yield _case("tile_cholesky_solve", f"{mode}_{scalar}", body, given, units=64)
            body = (loaded, right, factor, f"wp.tile_cholesky_solve_inplace(f, u, {chosen})", "wp.tile_store(o[i], u)")
            yield _case("tile_cholesky_solve_inplace", f"{mode}_{scalar}", body, given, units=64)
            body = (loaded, right, f"wp.tile_store(o[i], wp.tile_{mode}_solve(t, u))")
            yield _case(f"tile_{mode}_solve", scalar, body, given, units=64)
            body = (loaded, right, f"wp.tile_{mode}_solve_inplace(t, u)", "wp.tile_store(o[i], u)")
            yield _case(f"tile_{mode}_solve_inplace", scalar, body, given, units=64)
        pair = vector_type(scalar, 2)
        for name in ("tile_fft", "tile_ifft"):
            body = (_load("a", "t", 2, 8), f"wp.{name}(t)", "wp.tile_store(o[i], t)")
            yield _case(name, scalar, body, [row("a", pair, 2, 8), output("o", pair, (2, 8))], units=64)
    for scalar in ("int32", "uint32", "float32", "int64"):
        kind = scalar_type(scalar)
        body = (
            _load("a", "t"),
            _load("b", "u"),
            "wp.tile_sort(t, u)",
            "wp.tile_store(o[i], t)",
            "wp.tile_store(p[i], u)",
        )
        arrays = [
            row("a", kind, policy="apart"),
            row("b", INT32),
            output("o", kind, (_SIZE,)),
            output("p", INT32, (_SIZE,)),
        ]
        yield _case("tile_sort", scalar, body, arrays)


def drawn() -> Iterator[Case]:
    """Tiles of random numbers, each drawn twice, for the state stays as it was."""
    seed = Given(name="a", kind=UINT32)
    for name, kind, ends in (("tile_randf", FLOAT32, "-1.5, 2.0"), ("tile_randi", INT32, "-3, 1000")):
        for label, rest in (("any", ""), ("between", f", {ends}"), ("named", f", min={ends.replace(', ', ', max=')}")):
            call = f"wp.{name}((2, 4), s{rest})"
            body = ("s = a[i]", f"wp.tile_store(o[i], {call})", f"wp.tile_store(p[i], {call})")
            yield _case(name, label, body, [seed, output("o", kind, (2, 4)), output("p", kind, (2, 4))])


def stacks() -> Iterator[Case]:
    """Stacks of three that get four values, and give five, or are cleared between."""
    for scalar in ("int32", "float32", "float64", "uint8"):
        kind = scalar_type(scalar)
        given, slots, counts = row("a", kind, 4), output("n", INT32, (9,)), output("m", INT32, (3,))
        start = f"s = wp.tile_stack(capacity=3, dtype=wp.{scalar})"
        has = ("True", "a[i, 0] > a[i, 1]", "True", "True")
        push = [f"n[i, {k}] = wp.tile_stack_push(s, a[i, {k}], {has[k]})" for k in range(4)]
        pop = [line for k in range(5)
               for line in (f"v{k}, t{k} = wp.tile_stack_pop(s)", f"n[i, {4 + k}] = t{k}", f"if t{k} >= 0:",
                            f"    o[i, {k}] = v{k}", "else:", f"    o[i, {k}] = wp.{scalar}(7)")]  # fmt: skip
        counted = [start, *push[:2], "m[i, 0] = wp.tile_stack_count(s)", *push[2:], "m[i, 1] = wp.tile_stack_count(s)"]
        cleared = ["if a[i, 2] > a[i, 3]:", "    wp.tile_stack_clear(s)", "m[i, 2] = wp.tile_stack_count(s)"]
        made = [slots, counts, output("o", kind, (5,))]
        for name, body in (
            ("tile_stack", [*counted, *cleared, *pop]),
            ("tile_stack_push", [*counted, "m[i, 2] = 0", *pop]),
            ("tile_stack_pop", [*counted, "m[i, 2] = 0", *pop]),
            ("tile_stack_clear", [*counted, *cleared, *pop]),
            ("tile_stack_count", [*counted, *cleared, *pop]),
        ):
            yield _case(name, scalar, body, [given, *made])


def cases() -> Iterator[Case]:
    """All of them."""
    for group in (reductions, maps, shapes, memory, algebra, drawn, stacks):
        yield from group()
