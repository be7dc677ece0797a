"""Cases of the built-ins that a signature alone does not say how to call: with types, shapes, states, arrays."""

from collections.abc import Iterator, Sequence

from synthesis.frontends.warp.reference.values import (
    BOOL,
    FLOAT32,
    INT32,
    UINT32,
    ValueType,
    matrix_type,
    scalar_type,
    value_type,
    vector_type,
)
from warp_rules.cases import Case, Given, output
from warp_rules.signatures import FLOATS, WHOLES

_SCALARS = (*WHOLES, *FLOATS)
_SEED = Given(name="a", kind=INT32, low=0, high=2**30, policy="inside")


def quaternion(scalar: str) -> ValueType:
    """A quaternion's type."""
    return value_type("quaternion", scalar, (4,))


def transform(scalar: str) -> ValueType:
    """A transform's type."""
    return value_type("transform", scalar, (7,))


def _case(
    built_in: str, label: str, body: Sequence[str], arrays: Sequence[Given], *, tolerance: float = 16, size: float = 0
) -> Case:
    return Case(
        built_in=built_in, label=label, body=tuple(body), arrays=tuple(arrays), tolerance=tolerance, size=size
    )  # fmt: skip


def _made(built_in: str, label: str, call: str, given: Sequence[Given], kind: ValueType) -> Case:
    return _case(built_in, label, [f"o[i] = {call}"], [*given, output("o", kind)])


def _given(kind: ValueType, count: int = 1) -> list[Given]:
    return [Given(name="abcdefgh"[number], kind=kind) for number in range(count)]


def makers() -> Iterator[Case]:
    """What makes vectors, matrices, quaternions and transforms of parts."""
    for scalar in _SCALARS:
        one = scalar_type(scalar)
        for size in (2, 3, 4):
            parts = ", ".join(f"{name}[i]" for name in "abcd"[:size])
            yield _made(
                "vector", f"{size}_{scalar}", f"wp.vector({parts})", _given(one, size), vector_type(scalar, size)
            )
        of_one = f"wp.vector(a[i], length=3, dtype=wp.{scalar})"
        yield _made("vector", f"filled_{scalar}", of_one, _given(one), vector_type(scalar, 3))
        parts = ", ".join(f"{name}[i]" for name in "abcdef")
        for shape in ((2, 3), (3, 2)):
            called = f"wp.matrix({parts}, shape={shape}, dtype=wp.{scalar})"
            label = f"{shape[0]}x{shape[1]}_{scalar}"
            yield _made("matrix", label, called, _given(one, 6), matrix_type(scalar, *shape))
        rows = _given(vector_type(scalar, 3), 2)
        yield _made("matrix_from_rows", scalar, "wp.matrix_from_rows(a[i], b[i])", rows, matrix_type(scalar, 2, 3))
        yield _made("matrix_from_cols", scalar, "wp.matrix_from_cols(a[i], b[i])", rows, matrix_type(scalar, 3, 2))
        # A dtype has to be a constant, so the number beside it makes the result depend on an argument.
        yield _made(
            "identity", scalar, f"a[i] * wp.identity(n=3, dtype=wp.{scalar})", _given(one), matrix_type(scalar, 3, 3)
        )
        yield _made(
            "transpose",
            f"2x3_{scalar}",
            "wp.transpose(a[i])",
            _given(matrix_type(scalar, 2, 3)),
            matrix_type(scalar, 3, 2),
        )
    for scalar in FLOATS:
        yield from _makers_of_floats(scalar)


def _makers_of_floats(scalar: str) -> Iterator[Case]:
    one, three = scalar_type(scalar), vector_type(scalar, 3)
    turn, frame = quaternion(scalar), transform(scalar)
    numbers = "a[i], b[i], c[i], d[i]"
    axis, angle = _given(three, 2)[0], Given(name="b", kind=one)
    if scalar != "bfloat16":
        yield _made("quaternion", f"numbers_{scalar}", f"wp.quaternion({numbers})", _given(one, 4), turn)
        yield _made("quaternion", f"parts_{scalar}", "wp.quaternion(a[i], b[i])", [axis, angle], turn)
        yield _made("quaternion", f"zero_{scalar}", f"b[i] * wp.quaternion(dtype=wp.{scalar})", [angle], turn)
        given = [axis, Given(name="b", kind=turn)]
        yield _made("transformation", f"parts_{scalar}", "wp.transformation(a[i], b[i])", given, frame)
        whole = f"wp.transformation({', '.join(f'{name}[i]' for name in 'abcdefg')}, dtype=wp.{scalar})"
        yield _made("transformation", f"numbers_{scalar}", whole, _given(one, 7), frame)
        halves, sixth = _given(three, 2), vector_type(scalar, 6)
        if scalar == "float32":
            # Of float32 alone: see docs/findings/005-spatial-vector.md.
            yield _made("vector", "spatial_zero", "b[i] * wp.spatial_vector()", [angle], sixth)
            yield _made("vector", "spatial_parts", "wp.spatial_vector(a[i], b[i])", halves, sixth)
            six = f"wp.spatial_vector({', '.join(f'{name}[i]' for name in 'abcdef')})"
            yield _made("vector", "spatial_numbers", six, _given(one, 6), sixth)
        yield _made("quat_identity", scalar, f"a[i] * wp.quat_identity(dtype=wp.{scalar})", _given(turn), turn)
        called = f"wp.transform_multiply(a[i], wp.transform_identity(dtype=wp.{scalar}))"
        yield _made("transform_identity", scalar, called, [Given(name="a", kind=frame, policy="inside")], frame)
        for name, part in (("translation", three), ("rotation", turn)):
            body = ("t = a[i]", f"wp.transform_set_{name}(t, b[i])", "o[i] = t")
            arrays = [Given(name="a", kind=frame), Given(name="b", kind=part), output("o", frame)]
            yield _case(f"transform_set_{name}", scalar, body, arrays)
    if scalar == "float32":  # types, called by their names
        yield _made("quaternion", "short", f"wp.quat({numbers})", _given(one, 4), turn)
        yield _made("transformation", "short", "wp.transform(a[i], b[i])", [axis, Given(name="b", kind=turn)], frame)


def choices() -> Iterator[Case]:
    """What takes any type, or tells types apart."""
    kinds = [scalar_type(each) for each in _SCALARS]
    kinds += [vector_type("float32", 3), matrix_type("float64", 2, 2), quaternion("float32"), BOOL]
    for number, kind in enumerate(kinds):
        for condition in ("bool", *WHOLES) if number == 0 else ("bool", WHOLES[number % len(WHOLES)]):
            given = [Given(name="c", kind=scalar_type(condition), low=0, high=1), *_given(kind, 2)]
            label = f"{condition}_{kind.form}_{kind.scalar}"
            yield _made("where", label, "wp.where(c[i], a[i], b[i])", given, kind)
        label = f"{kind.form}_{kind.scalar}"
        body = ("x = a[i]", "y = wp.copy(x)", "y += y", "o[i] = x", "p[i] = y")
        if kind is not BOOL:
            yield _case("copy", label, body, [*_given(kind), output("o", kind), output("p", kind)])
        yield _made("tuple", label, "wp.tuple(a[i], b[i])[1]", _given(kind, 2), kind)
        if kind.form == "scalar" and kind is not BOOL:
            yield _made("unot", label, "wp.unot(a[i])", _given(kind), BOOL) if kind.scalar in WHOLES else _kept(kind)
    yield _made("unot", "bool", "wp.unot(a[i])", _given(BOOL), BOOL)
    for source, target in (("int32", "float32"), ("float32", "uint32"), ("uint32", "int32"), ("float64", "int64")):
        call = f"wp.cast(a[i], dtype=wp.{target})"
        given = [Given(name="a", kind=scalar_type(source), low=-100, high=100)]
        yield _made("cast", f"{source}_{target}", call, given, scalar_type(target))


def _kept(kind: ValueType) -> Case:
    """A check that passes leaves everything as it was."""
    body = ("wp.expect_eq(a[i], a[i])", "o[i] = a[i]")
    given = Given(name="a", kind=kind, policy="inside")
    return _case("expect_eq", kind.scalar, body, [given, output("o", kind)])


def checks() -> Iterator[Case]:
    """What prints or stops where something is wrong, where nothing is."""
    given = Given(name="a", kind=FLOAT32, low=1, policy="inside")
    for name, call in (
        ("expect_neq", "wp.expect_neq(i, i + 1)"),
        ("expect_near", "wp.expect_near(a[i], a[i], 0.1)"),
        ("print", "wp.print(i)"),
        ("printf", 'wp.printf("%d\\n", i)'),
    ):
        body = ("if a[i] < 0.0:", f"    {call}", "o[i] = a[i]") if "print" in name else (call, "o[i] = a[i]")
        yield _case(name, "own", body, [given, output("o", FLOAT32)])


def arrays() -> Iterator[Case]:
    """What works on whole arrays."""
    for scalar in _SCALARS:
        kind = scalar_type(scalar)
        sorted_row = Given(name="a", kind=kind, inner=(9,), policy="ascending", low=0, high=20)
        value = Given(name="b", kind=kind, low=-2, high=22, policy="inside")
        yield _made("lower_bound", scalar, "wp.lower_bound(a[i], b[i])", [sorted_row, value], INT32)
        call = "wp.lower_bound(a[i], 2, 7, b[i])"
        yield _made("lower_bound", f"part_{scalar}", call, [sorted_row, value], INT32)
        body = (f"z = wp.zeros(shape=4, dtype=wp.{scalar})", "z[i % 4] = a[i]", "o[i] = z[1]", "p[i] = z[2]")
        yield _case("zeros", scalar, body, [*_given(kind), output("o", kind), output("p", kind)])
    for scalar in ("int32", "float32", "float64"):
        row = Given(name="a", kind=scalar_type(scalar), inner=(2, 3), policy="inside")
        body = (f"m = wp.array(ptr=a.ptr, shape=(48, 6), dtype=wp.{scalar})", "o[i] = m[i, 4]", "p[i] = m[47 - i, 1]")
        yield _case("array", scalar, body, [row, output("o", row.kind), output("p", row.kind)])
    row = Given(name="a", kind=FLOAT32, inner=(5,), policy="inside")
    yield _made("block_dim", "host", "a[i] / 2 + wp.block_dim()", _given(INT32), INT32)
    yield _made("len", "array", "wp.len(a) + wp.len(a[i])", [row], INT32)
    for kind in (vector_type("float16", 3), matrix_type("int8", 2, 3), quaternion("float64"), transform("float32")):
        yield _made("len", kind.form, "wp.len(a[i])", _given(kind), INT32)


_ROUND = {
    "sample_triangle": 2, "sample_unit_ring": 2, "sample_unit_disk": 2, "sample_unit_sphere_surface": 3,
    "sample_unit_sphere": 3, "sample_unit_hemisphere_surface": 3, "sample_unit_hemisphere": 3, "sample_unit_square": 2,
    "sample_unit_cube": 3,
}  # fmt: skip


def randoms() -> Iterator[Case]:
    """What draws: its value, and the state that it leaves."""
    seeds = Given(name="a", kind=INT32)
    yield _made("rand_init", "seed", "wp.rand_init(a[i])", [seeds], UINT32)
    yield _made("rand_init", "offset", "wp.rand_init(a[i], b[i])", [seeds, Given(name="b", kind=INT32)], UINT32)
    low, high = (Given(name=name, kind=FLOAT32, low=ends[0], high=ends[1], policy="inside")
                 for name, ends in (("b", (-3, -1)), ("c", (2, 5))))  # fmt: skip
    yield _drawn("randf", "unit", "wp.randf(s)", [], FLOAT32)
    yield _drawn("randf", "between", "wp.randf(s, b[i], c[i])", [low, high], FLOAT32)
    yield _drawn("randn", "own", "wp.randn(s)", [], FLOAT32, size=1.0)
    for name, kind in (("randi", INT32), ("randu", UINT32)):
        yield _drawn(name, "any", f"wp.{name}(s)", [], kind)
        start = Given(name="b", kind=kind, low=-9 if kind is INT32 else 0, high=3, policy="inside")
        end = Given(name="c", kind=kind, low=5, high=2000, policy="inside")
        yield _drawn(name, "between", f"wp.{name}(s, b[i], c[i])", [start, end], kind)
    mean = Given(name="b", kind=FLOAT32, low=0, high=9, policy="inside")
    yield _drawn("poisson", "own", "wp.poisson(s, b[i])", [mean], UINT32)
    table = Given(name="b", kind=FLOAT32, inner=(7,), low=0, high=1, policy="ascending")
    yield _drawn("sample_cdf", "own", "wp.sample_cdf(s, b[i])", [table], INT32)
    for name, size in _ROUND.items():
        yield _drawn(name, "own", f"wp.{name}(s)", [], vector_type("float32", size), size=1.0)
    for size, made in ((2, 2), (3, 3), (4, 3)):
        place = Given(name="b", kind=vector_type("float32", size), low=-9, high=9, policy="inside")
        given = [Given(name="a", kind=UINT32), place]
        for label, rest in (("one", ""), ("three", ", wp.uint32(3), 2.0, 0.4")):
            body = (f"o[i] = wp.curlnoise(a[i], b[i]{rest})",)
            arrays_of = [*given, output("o", vector_type("float32", made))]
            yield _case("curlnoise", f"{size}_{label}", body, arrays_of, tolerance=64, size=4.0)


def _drawn(
    built_in: str, label: str, call: str, given: Sequence[Given], kind: ValueType, *, size: float = 0
) -> Case:  # fmt: skip
    body = ("s = wp.rand_init(a[i])", f"o[i] = {call}", "p[i] = s", f"q[i] = {call}")
    outputs = [output("o", kind), output("p", UINT32), output("q", kind)]
    return _case(built_in, label, body, [_SEED, *given, *outputs], size=size)


def singular() -> Iterator[Case]:
    """Matrices without an inverse, of whole numbers, in every format that has them."""
    for scalar in FLOATS:
        for size in (2, 3, 4):
            row = Given(name="a", kind=vector_type(scalar, size), policy="apart")
            rows = ", ".join(["a[i]"] * size)
            kind = matrix_type(scalar, size, size)
            made = _made(
                "inverse", f"singular_{size}_{scalar}", f"wp.inverse(wp.matrix_from_rows({rows}))", [row], kind
            )
            yield made
            zero = f"wp.determinant(wp.matrix_from_rows({rows}))"
            yield _made("determinant", f"singular_{size}_{scalar}", zero, [row], scalar_type(scalar))


def dense() -> Iterator[Case]:
    """Matrices in arrays, which one thread works on: of 3 rows and 4 columns, or 4 by 4."""
    a, b = (Given(name=name, kind=FLOAT32, policy="inside") for name in "ab")
    o, p = (output(name, FLOAT32) for name in "op")
    for first in (0, 1):
        for second in (0, 1):
            call = f"wp.dense_gemm(3, 4, 2 + i, {first}, {second}, a, b, o)"
            label = f"{first}{second}"
            yield _case("dense_gemm", label, ("if i == 3:", f"    {call}"), [a, b, o], tolerance=64)
    unknown = "wp.dense_gemm(3, 4, 2, 2, 0, a, b, o)"
    yield _case("dense_gemm", "20", ("o[i] = a[i]", "if i == 3:", f"    {unknown}"), [a, b, o])
    factor = "wp.dense_chol(4, a, 25.0, o)"
    yield _case("dense_chol", "own", ("if i == 0:", f"    {factor}"), [a, o], tolerance=64)
    for name, given in (("dense_subs", "o, b, p"), ("dense_solve", "a, o, b, p")):
        body = ("if i == 0:", f"    {factor}", f"    wp.{name}(4, {given})")
        yield _case(name, "own", body, [a, b, o, p], tolerance=64)


def cases() -> Iterator[Case]:
    """All of them."""
    for group in (makers, choices, checks, arrays, randoms, singular, dense):
        yield from group()
