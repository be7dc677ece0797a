"""The forms of an application's kernel: what they change, and that they leave what it computes."""

import ast
import itertools
import re
from textwrap import dedent
from typing import Any

import pytest

from synthesis.core.signatures import Role
from synthesis.drawing.streams import Stream
from synthesis.drawing.types import Type
from synthesis.frontends.warp.recipes.applications.forms import (
    Given,
    Sheet,
    bundles,
    chains,
    extents,
    flags,
    guards,
    idioms,
    in_place,
    listing,
    loops,
    outlining,
    prints,
    remarks,
    statics,
    switches,
    unpacking,
    words,
    worlds,
    zeros,
)
from synthesis.frontends.warp.recipes.applications.forms.kinds import kind_of
from synthesis.frontends.warp.recipes.applications.forms.sheet import unparse

FLOAT, INT, VEC = Type("float32"), Type("int32"), Type("float32", (3,))


def sheet_of(text: str, **given: Given) -> Sheet:
    """A sheet with 32 threads, the index ``tid`` and the arrays a, b (float), flag, at (int) and out."""
    known = {
        "a": Given(kind=FLOAT, domain=(-2, 2), names=("a",), shape=(32,)),
        "b": Given(kind=FLOAT, domain=(-2, 2), names=("b",), shape=(32,)),
        "flag": Given(kind=INT, domain=(0, 1), names=("flag",), shape=(32,)),
        "at": Given(kind=INT, domain=(-1, 31), names=("at",), shape=(32,)),
        "out": Given(kind=FLOAT, domain=(-1, 1), names=("out",), shape=(32,), role=Role.OUTPUT),
        "count": Given(kind=INT, domain=(0, 1), names=("count",), shape=(1,), role=Role.INOUT),
        "scale": Given(kind=FLOAT, domain=(1, 2), names=("scale",)),
    }
    return Sheet(body=ast.parse(dedent(text)).body, given=known | given, axes=[("tid", "i")], launch=(32,))


def text_of(sheet: Sheet) -> str:
    return "\n".join(map(unparse, sheet.body))


def formed(text: str, form: Any, **given: Given) -> list[Sheet]:
    """What a form makes of a text, with forty streams."""
    made: list[Sheet] = []
    for number in range(40):
        sheet = sheet_of(text, **given)
        form(sheet, Stream("forms", number))
        made.append(sheet)
    return made


BODY = """
    if flag[tid] == 0:
        return
    if a[tid] < 0.5:
        return
    total = 0.0
    best = -1
    for k in range(0, 4):
        place = at[k]
        if place < 0:
            continue
        if b[place] > 1.0:
            continue
        first = a[k]
        second = b[place]
        w = first * second
        w = w + scale * w
        if w > 0.25 and w < 3.0:
            total += w
            best = k
    if total > 2.0 or best == 2:
        total = 2.0
        best = 3
    out[tid] = total + a[best] * scale
"""
FLAGS = [list(each) for each in itertools.product((0, 1), repeat=2)]
NUMBERS = [[0.1, 1.2, -0.7, 2.0], [0.9, 0.4, 1.7, -1.1], [1.5, 1.9, 0.6, 0.8]]
PLACES = [[0, -1, 3, 2], [-1, -1, -1, -1], [1, 2, 3, 0]]


def computed(sheet: Sheet) -> list[list[float]]:
    """What the lines write, run as Python with every combination of inputs."""
    functions = (
        "\n".join(unparse(each.definition) for each in sheet.made).replace("wp.array[float]", "list").replace("wp.", "")
    )
    lines = "\n".join(f"    {line}" for line in text_of(sheet).splitlines())
    names: dict[str, Any] = {"array": {float: list, int: list}}
    exec(f"{functions}\ndef kernel(tid, a, b, flag, at, out, scale):\n{lines}", names)
    results: list[list[float]] = []
    for bits, first, second, places in itertools.product(FLAGS, NUMBERS, NUMBERS, PLACES):
        out = [99.0] * 4
        for tid in range(4):
            names["kernel"](tid, first, second, bits * 2, places, out, 1.5)
        results.append(out)
    return results


@pytest.mark.parametrize("form", [guards.rearrange, flags.turn_to_bools, outlining.outline, remarks.remark])
def test_a_form_leaves_what_a_kernel_computes(form: Any) -> None:
    plain = sheet_of(BODY)
    expected = computed(plain)
    made = formed(BODY, form)
    assert len({text_of(each) for each in made}) > 1
    assert all(computed(each) == expected for each in made)


def test_what_a_guard_says_is_not_asked_again() -> None:
    text = (
        "other = index[tid]\nif other < 0:\n    return\n{read}if other >= 0:\n    out[tid] = 1.0\n"
        "for k in range(3):\n    if other >= 0:\n        other = other - 1\n"
    )
    for sheet in formed(text.format(read=""), guards.rearrange):
        assert text_of(sheet).count("other >= 0") + text_of(sheet).count("other < 0") == 2
    for sheet in formed(text.format(read="other = index[other]\n"), guards.rearrange):
        assert text_of(sheet).count("other >= 0") + text_of(sheet).count("other < 0") == 3


def test_a_test_that_looks_up_what_another_guards_is_asked_after_it() -> None:
    text = "j = at[tid]\nif j < 0:\n    return\nif flag[j] == 0:\n    return\nout[tid] = a[j]"
    for sheet in formed(text, guards.rearrange):
        assert " or " not in text_of(sheet)
    free = "if scale < 1.0:\n    return\nif flag[tid] == 0:\n    return\nout[tid] = a[tid]"
    assert any("scale < 1.0 or flag[tid] == 0" in text_of(sheet) for sheet in formed(free, guards.rearrange))


def test_worlds_give_every_written_array_one_more_index() -> None:
    text = "slot = wp.atomic_add(count, 0, 1)\nfor k in range(a.shape[0]):\n    out[tid] = a[k] + b[at[tid]] + slot"
    spread = [each for each in formed(text, worlds.spread) if len(each.given["out"].shape or ()) == 2]
    assert 2 < len(spread) < 16
    for sheet in spread:
        worlds_count, _ = sheet.given["out"].shape or (0, 0)
        written = text_of(sheet)
        assert "out[world_, tid]" in written
        assert "wp.atomic_add(count, world_, 1)" in written
        assert sheet.given["count"].shape == (worlds_count,)
        batched = len(sheet.given["a"].shape or ()) == 2
        assert ("a.shape[1]" in written) == ("a[world_, k]" in written) == batched
        if len(sheet.launch) == 2:
            assert sheet.launch == (worlds_count, 32)
        else:
            assert sheet.launch == (worlds_count * 32,)
            assert written.startswith("world_ = thread_ // ")


def test_what_has_objects_or_whole_arrays_stays_in_one_world() -> None:
    named = sheet_of("out[tid] = look(mesh, a[tid])")
    named.objects = frozenset({"mesh"})
    for number in range(40):
        worlds.spread(named, Stream("objects", number))
    assert named.launch == (32,)
    assert all(each.launch == (32,) for each in formed("fill(out, a[tid])", worlds.spread))


def test_what_has_worlds_of_its_own_gets_no_others() -> None:
    for text in ("out[tid] = a[tid // per_world]", "out[tid] = a[tid // DOFS_PER_WORLD]"):
        sheet = sheet_of(text, per_world=Given(kind=INT, domain=(8, 8), names=("dofs_per_world",)))
        for number in range(40):
            worlds.spread(sheet, Stream("worlds", number))
        assert sheet.launch == (32,)
        assert sheet.given["per_world"].domain == (8, 8)


def test_a_value_for_all_threads_may_come_from_an_array() -> None:
    boxed = [each for each in formed("out[tid] = scale * a[tid]", worlds.spread) if each.given["scale"].shape]
    assert boxed
    for sheet in boxed:
        written = text_of(sheet)
        assert ("scale[0]" in written) == (sheet.given["scale"].shape == (1,))
        assert "scale[0]" in written or "scale[world_]" in written


def test_a_flag_that_is_used_as_a_number_stays_one() -> None:
    both = "if flag[tid] == 1:\n    out[tid] = 2.0 * float(flag[tid])"
    assert all(each.given["flag"].kind == INT for each in formed(both, flags.turn_to_bools))
    asked = {text_of(each).splitlines()[0] for each in formed("if flag[tid] != 1:\n    return", flags.turn_to_bools)}
    assert asked == {"if flag[tid] != 1:", "if not flag[tid]:"}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("1", "int"), ("0.5 * a[i]", "float"), ("wp.dot(x[i], x[i])", "float"), ("x[i][0]", "float"),
        ("2.0 * x[i]", "wp.vec3"), ("wp.normalize(x[i]) - x[i]", "wp.vec3"), ("m * x[i]", "wp.vec3"),
        ("i < 3 and a[i] > 0.0", "bool"), ("x.shape[0]", "int"), ("wp.where(b, a[i], 0.0)", "float"),
        ("wp.quat_rotate(q, x[i])", "wp.vec3"), ("x[i].y", "float"), ("unknown(a)", None), ("x", "wp.array[wp.vec3]"),
        ("m[0, 1]", "float"), ("-x[i]", "wp.vec3"), ("size(i)", "float"),
    ],
)  # fmt: skip
def test_the_type_of_an_expression(text: str, kind: str | None) -> None:
    known = {
        "i": "int", "a": "wp.array[float]", "x": "wp.array[wp.vec3]", "m": "wp.mat33", "b": "bool", "q": "wp.quat",
        "size": "float",
    }  # fmt: skip
    assert kind_of(ast.parse(text, mode="eval").body, known) == kind


def test_a_function_has_the_types_of_what_it_is_given() -> None:
    text = (
        "d = a[tid] * scale\nr = d * d + 2.0 * d\nr = r + scale * r * d\n"
        "out[tid] = r * b[tid] * b[at[tid]] * a[at[tid]] + scale * b[tid] * a[tid] - b[at[tid]] * scale * a[tid]"
    )
    made = [each.definition for sheet in formed(text, outlining.outline) for each in sheet.made]
    assert made
    kinds = {"a": "wp.array[float]", "tid": "int", "scale": "float", "d": "float", "r": "float"}
    for function in made:
        assert isinstance(function.body[-1], ast.Return)
        for each in function.args.args:
            assert each.annotation is not None
            assert ast.unparse(each.annotation) == kinds[each.arg]


def test_no_function_leaves_the_kernel_or_writes_its_arrays() -> None:
    text = "if a[tid] * a[tid] + b[tid] * b[tid] * scale > 2.0:\n    return\nout[tid] = a[tid] * b[tid] * scale + 3.0"
    assert not any(sheet.made for sheet in formed(text, outlining.outline))


def test_what_leaves_a_loop_from_inside_a_branch_still_leaves_it() -> None:
    text = """
        total = 0.0
        for k in range(0, 4):
            if at[k] == 3:
                return
            if flag[k] == 1:
                if a[k] < 0.5:
                    continue
                total += b[k]
            total += 1.0
            out[tid] = total
    """
    expected = computed(sheet_of(text))
    made = formed(text, guards.rearrange)
    assert all(computed(each) == expected for each in made)


def test_arrays_and_numbers_move_into_structs_and_are_asked_for_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundles, "_SHARE", 1.0)
    text = (
        "if at[tid] < 0:\n    return\ntotal = a[tid] * scale + b[at[tid]]\nout[tid] = total\nwp.atomic_add(count, 0, 1)"
    )
    names = {"a", "b", "at", "out", "count", "scale"}
    seen = set[int]()
    for sheet in formed(text, bundles.bundle):
        seen.add(len(sheet.bundles))
        moved = [name for each in sheet.bundles.values() for name in each.fields]
        assert len(moved) == len(set(moved)), moved
        assert not names & sheet.given.keys() & set(moved)
        assert names <= {*sheet.given, *moved}
        plain = text_of(sheet)
        for key in sheet.bundles:
            plain = plain.replace(f"{key}.", "")
        assert plain == text
        written = {
            name for each in sheet.bundles.values() for name, given in each.fields.items() if given.role != "input"
        }
        assert written <= {"out", "count"}
    assert seen >= {1, 2}


def test_what_is_queried_by_an_id_stays_an_argument(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundles, "_SHARE", 1.0)
    sheet = sheet_of("out[tid] = a[tid] + b[tid]\nwp.mesh_get(mesh)")
    sheet.objects = frozenset({"mesh"})
    bundles.bundle(sheet, Stream("forms", 0))
    assert not sheet.bundles


def test_a_function_takes_no_struct(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundles, "_SHARE", 1.0)
    monkeypatch.setattr(outlining, "_SHARES", (1.0,))
    text = (
        "energy = a[tid] * b[tid]\nrest = energy * energy + 0.5 * energy\n"
        "rest = rest * energy - 2.0 * rest\nout[tid] = rest * scale"
    )
    made = 0

    def both(sheet: Sheet, choices: Stream) -> None:
        bundles.bundle(sheet, choices)
        outlining.outline(sheet, choices)

    for sheet in formed(text, both):
        titles = {each.title for each in sheet.bundles.values()}
        given = [each for one in sheet.made for each in one.definition.args.args]
        assert titles.isdisjoint(ast.unparse(each.annotation or each) for each in given)
        made += len(sheet.made)
    assert made


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("force = a[tid] * b[tid]\nout[tid] = force", id="a short line"),
        pytest.param(
            "upper = scale * scale + 2.0 * scale\nupper = upper + scale * 3.0\n"
            "lower = scale * scale + 3.0 * scale\nlower = lower + scale * 2.0\nout[tid] = upper - lower",
            id="lines beside others of their kind",
        ),
    ],
)
def test_what_a_reader_takes_in_as_it_stands_is_no_function(text: str) -> None:
    assert not any(sheet.made for sheet in formed(text, outlining.outline))


POINTS = {
    "x": Given(kind=VEC, domain=(-1, 1), names=("x",), shape=(32,)),
    "n": Given(kind=VEC, domain=(-1, 1), names=("n",), shape=(32,)),
    "width": Given(kind=INT, domain=(8, 8), names=("width",)),
}


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ("v = x[tid] - n[tid] * wp.dot(x[tid], n[tid])", "tangential_part"),
        ("d = wp.length(x[tid] - n[tid])", "distance"),
        ("i = at[tid] * width + tid", "pixel_index"),
        ("d = a[tid] / wp.max(b[tid], 0.001)", "safe_divide"),
    ],
)
def test_a_formula_that_has_a_name_becomes_a_function_of_it(text: str, called: str) -> None:
    made = [each for each in formed(text, idioms.name, **POINTS) if each.made]
    assert len(made) > 10
    for sheet in made:
        (one,) = sheet.made
        name = one.definition.name
        assert called in sheet.roles[name]
        (line,) = text_of(sheet).splitlines()
        assert line.split(" = ")[1].startswith(f"{name}(")
        (value,) = [each.value for each in one.definition.body if isinstance(each, ast.Return)]
        call = ast.parse(line.split(" = ")[1], mode="eval").body
        assert isinstance(call, ast.Call)
        given = dict(zip((each.arg for each in one.definition.args.args), call.args, strict=True))
        assert value is not None
        written = "".join(
            ast.unparse(given[word]) if word in given else word for word in re.split(r"(\w+)", ast.unparse(value))
        )
        assert written == text.split(" = ")[1]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("d = wp.length(a[tid] - b[tid])", id="numbers, no vectors"),
        pytest.param("i = 2 * tid + 1", id="no place in a row"),
        pytest.param("v = x[tid] - n[tid] * wp.dot(n[tid], x[at[tid]])", id="two vectors where it is one"),
        pytest.param("v = x[tid] + wp.cross(n[tid], x[tid])", id="no rotation"),
    ],
)
def test_what_only_looks_like_such_a_formula_stays(text: str) -> None:
    assert {text_of(each) for each in formed(text, idioms.name, **POINTS)} == {text}


def test_a_kernel_speaks_as_one_code_base_does() -> None:
    both = {
        "a": Given(kind=FLOAT, domain=(0, 1), names=("shape_margin", "geom_margin"), shape=(32,)),
        "b": Given(kind=FLOAT, domain=(0, 1), names=("joint_q", "qpos"), shape=(32,)),
    }
    seen = {
        tuple(each.given[key].names for key in "ab")
        for each in formed("out[tid] = a[tid] + b[tid]", words.unify_vocabulary, **both)
    }
    assert (
        seen
        == {(("shape_margin",), ("joint_q",)), (("geom_margin",), ("qpos",)), (both["a"].names, both["b"].names)} & seen
    )
    assert {(("shape_margin",), ("joint_q",)), (("geom_margin",), ("qpos",))} <= seen


def test_what_only_one_code_base_has_decides_for_the_rest() -> None:
    both = {
        "a": Given(kind=FLOAT, domain=(0, 1), names=("subtree_com",), shape=(32,)),
        "b": Given(kind=FLOAT, domain=(0, 1), names=("joint_q", "qpos"), shape=(32,)),
        "scale": Given(kind=FLOAT, domain=(1, 2), names=("env_scale", "world_scale")),
        "at": Given(kind=INT, domain=(0, 1), names=("world_start",), shape=(32,)),
    }
    for sheet in formed("out[tid] = a[tid] + b[at[tid]] * scale", words.unify_vocabulary, **both):
        assert sheet.given["b"].names == ("qpos",)
        assert sheet.given["scale"].names == ("world_scale",)


def test_a_kernel_asks_for_none_in_one_way() -> None:
    text = "if at[tid] == -1:\n    return\nif flag[tid] >= 0:\n    out[tid] = 1.0\nelif not a[tid] < 0.5:\n    return"
    for sheet in formed(text, guards.rearrange):
        assert "-1" not in text_of(sheet)
        assert "not" not in text_of(sheet)


def test_a_thread_says_that_a_list_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prints, "_SHARE", 1.0)
    text = (
        "slot = wp.atomic_add(count, 0, 1)\nif slot >= 5:\n    return\nout[slot] = a[tid]\nif slot > tid:\n    return"
    )
    for sheet in formed(text, prints.warn):
        lines = text_of(sheet).split("\n")
        (line,) = [each for each in lines if "printf" in each]
        assert line.endswith(", slot, 5)")
        assert [each for each in lines if each is not line] == text.split("\n")


def test_a_switch_is_a_truth_that_adds_a_term_or_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(switches, "_SHARE", 1.0)
    text = "total = b[tid]\ntotal += a[tid] * drag\nn = b[tid]\nn += drag\nk = int(0)\nk += 1\nout[tid] = total / n"
    drag = Given(kind=FLOAT, domain=(0, 1), names=("drag",))
    for sheet in formed(text, switches.switch, drag=drag):
        assert sheet.given["switch"].kind == Type("bool")
        assert text_of(sheet) == text.replace("total +=", "if switch:\n    total +=")
        assert all("drag" in name for name in sheet.given["switch"].names)


@pytest.mark.parametrize(
    "text",
    [
        "total = 0.0\ntotal += a[tid] * drag\nout[tid] = total",
        "total = b[tid]\nfor k in range(4):\n    total += a[k] * drag\nout[tid] = total",
        "total = b[tid]\ntotal += a[tid] * scale\nout[tid] = total",
    ],
    ids=["the only term", "a sum", "a term without a name"],
)
def test_what_a_sum_is_made_of_is_not_switched(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(switches, "_SHARE", 1.0)
    drag = Given(kind=FLOAT, domain=(0, 1), names=("drag",))
    for sheet in formed(text, switches.switch, drag=drag):
        assert "switch" not in sheet.given


def test_nothing_is_switched_that_something_is_divided_by(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(switches, "_SHARE", 1.0)
    for sheet in formed("n = 0.0\nn += b[tid]\nout[tid] = a[tid] / n", switches.switch):
        assert "switch" not in sheet.given


def test_a_branch_of_a_constant_always_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statics, "_BRANCHES", 1.0)
    monkeypatch.setattr(statics, "_VECTORS", 0.0)
    text = "total = b[tid]\nfor k in range(4):\n    total += a[k]\ntotal += a[tid] * drag\nout[tid] = total"
    drag = Given(kind=FLOAT, domain=(0, 1), names=("drag",))
    for sheet in formed(text, statics.resolve, drag=drag):
        ((key, (names, value)),) = sheet.constants.items()
        assert all("DRAG" in name for name in names)
        tests = [node.test for each in sheet.body for node in ast.walk(each) if isinstance(node, ast.If)]
        (asked,) = [ast.unparse(each) for each in tests]
        assert asked.startswith("wp.static(")
        assert eval(asked.removeprefix("wp.static(").removesuffix(")"), {key: ast.literal_eval(value)})
        assert len(text_of(sheet).split("\n")) == 6


def test_vectors_of_plain_numbers_are_made_once_where_no_variable_starts_from_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(statics, "_BRANCHES", 0.0)
    monkeypatch.setattr(statics, "_VECTORS", 1.0)
    text = (
        "v = wp.vec3(0.0, 0.0, 0.0)\nv += wp.cross(wp.vec3(0.0, 1.0, -1.0), v)\n"
        "out[tid] = wp.dot(v, wp.vec3(scale, 0.0, 0.0))"
    )
    for sheet in formed(text, statics.resolve):
        made = text.replace("wp.vec3(0.0, 1.0, -1.0)", "wp.static(wp.vec3(0.0, 1.0, -1.0))")
        assert text_of(sheet) == made


STATE = {
    "v": Given(kind=FLOAT, domain=(-1, 1), names=("velocity", "joint_qd"), shape=(32,)),
    "v_out": Given(kind=FLOAT, domain=(-1, 1), names=("velocity_out", "joint_qd_new"), shape=(32,), role=Role.OUTPUT),
    "heat": Given(kind=FLOAT, domain=(-1, 1), names=("heat", "temperature"), shape=(32,)),
}


def test_state_is_updated_where_it_is() -> None:
    made = formed("v_out[tid] = v[tid] * heat[tid]", in_place.update, **STATE)
    assert {text_of(each) for each in made} == {"v_out[tid] = v[tid] * heat[tid]", "v[tid] = v[tid] * heat[tid]"}
    updated = next(each for each in made if "v_out" not in text_of(each))
    assert updated.given["v"].role is Role.INOUT
    assert updated.given["v"].names == ("velocity", "joint_qd")  # it does not say when it is


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("v_out[tid] = heat[tid] + 1.0\nv_out[tid] += heat[tid]", id="another quantity"),
        pytest.param("v_out[tid] = v[tid + 1]", id="a neighbor's element"),
        pytest.param("v_out[tid] = v[tid]", id="a copy"),
        pytest.param("v_out[tid] = 0.0 if heat[tid] > 1.0 else v[tid]", id="a copy in one case"),
        pytest.param("now = v[tid]\nnext = now\nv_out[tid] = next", id="a copy by way of variables"),
        pytest.param("v_out[tid] = 2.0 * v[tid]\ntotal = sum_of(v)", id="an array that a function takes"),
        pytest.param(
            "v_out[tid] = 2.0 * v[tid]\nheat[tid] = 1.0 if v[tid] != v_out[tid] else 0.0",
            id="what was there, asked later",
        ),
    ],
)
def test_arrays_stay_apart_where_one_would_change_more_than_its_place(text: str) -> None:
    assert {text_of(each) for each in formed(text, in_place.update, **STATE)} == {text}


@pytest.mark.parametrize(
    ("text", "updated"),
    [
        pytest.param(
            "if heat[tid] > 1.0:\n    v_out[tid] = 0.0\nelse:\n    v_out[tid] = v[tid]",
            "if heat[tid] > 1.0:\n    v[tid] = 0.0",
            id="otherwise",
        ),
        pytest.param(
            "if heat[tid] > 1.0:\n    v_out[tid] = v[tid]\nelse:\n    v_out[tid] = 0.0",
            "if heat[tid] <= 1.0:\n    v[tid] = 0.0",
            id="first",
        ),
        pytest.param(
            "now = v[tid]\nif heat[tid] > 1.0:\n    v_out[tid] = 0.0\nelse:\n    v_out[tid] = now",
            "if heat[tid] > 1.0:\n    v[tid] = 0.0",
            id="by way of a variable",
        ),
        pytest.param(
            "if heat[tid] > 1.0:\n    '# stays'\n    v_out[tid] = v[tid]\nelse:\n    v_out[tid] = 0.0",
            "if heat[tid] <= 1.0:\n    v[tid] = 0.0",
            id="with a remark on it",
        ),
        pytest.param(
            "i = at[tid]\nv_out[i] = v[i] * scale", "i = at[tid]\nv[i] = v[i] * scale", id="by an index that was read"
        ),
    ],
)
def test_what_would_give_an_element_to_itself_is_left_out(text: str, updated: str) -> None:
    assert {text_of(each) for each in formed(text, in_place.update, **STATE)} == {text, updated}


NUM = {"num": Given(kind=INT, domain=(4, 4), names=("num",))}
MANY = {"num": Given(kind=INT, domain=(8, 8), names=("num",))}


def ran(sheet: Sheet, axes: tuple[int, ...]) -> dict[str, list[float]]:
    """What the lines leave in arrays of a hundred numbers, run as Python by every thread, the last one first."""
    lines = "\n".join(f"    {line}" for line in text_of(sheet).splitlines()) or "    pass"
    arrays = {name: [float((7 * place + len(name)) % 5) for place in range(100)] for name in ("a", "b", "out")}
    names: dict[str, Any] = {key: each.domain[0] for key, each in sheet.given.items() if each.shape is None}
    names |= arrays | {"at": [place % 3 for place in range(100)]}
    exec(f"def kernel({', '.join(sheet.indices)}):\n{lines}", names)
    for thread in reversed(list(itertools.product(*map(range, axes)))):
        names["kernel"](*thread)
    return arrays


@pytest.mark.parametrize(
    "text",
    [
        "for k in range(num):\n    out[tid * 3 + k] = 1.0\n    b[k] = a[k]",
        "first = 3 * tid\nfor k in range(first, num):\n    p = first + k\n    out[p] = a[k] * scale",
        "first = 3 * tid\nfor k in range(num):\n    out[first + k] = a[k]",
    ],
)
def test_several_threads_share_a_row(text: str) -> None:
    made = formed(text, loops.share, **MANY)
    assert {text_of(each) for each in formed(text, loops.share, **NUM)} == {text}, "too few for several"
    shared = [each for each in made if len(each.axes) > 1]
    assert len(made) > len(shared) > 0 or "tid * 3" in text
    for sheet in shared:
        lanes = sheet.launch[-1]
        assert sheet.given["lanes_"].domain == (lanes, lanes)
        assert ran(sheet, (3, lanes)) == ran(sheet_of(text, **MANY), (3,))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("total = 0.0\nfor k in range(num):\n    total += a[k]\n    out[k] = total", id="what is carried"),
        pytest.param("for k in range(num):\n    out[tid] = a[k]", id="one element for all turns"),
        pytest.param("for k in range(num):\n    out[k] = out[k + 1]", id="what another turn writes"),
        pytest.param("out[tid] = 1.0\nfor k in range(num):\n    b[k] = a[k]", id="what is written before"),
        pytest.param("for k in range(num):\n    if at[k] < 0:\n        break\n    out[k] = a[k]", id="left early"),
        pytest.param("for k in range(2):\n    out[k] = a[k]", id="two turns"),
        pytest.param("for k in range(num):\n    out[at[k]] = a[k]", id="elements that may be alike"),
    ],
)
def test_turns_that_have_to_do_with_each_other_are_one_threads(text: str) -> None:
    assert {text_of(each) for each in formed(text, loops.share, **MANY)} == {text}


def test_a_thread_takes_every_so_many_things(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loops, "_STRIDED_SHARE", 0.5)
    text = "if a[tid] > 2.0:\n    return\nout[tid] = b[tid] * scale"
    made = formed(text, loops.stride)
    strode = [each for each in made if each.launch != (32,)]
    assert len(made) > len(strode) > 0
    for sheet in strode:
        assert "return" not in text_of(sheet)
        assert ran(sheet, sheet.launch) == ran(sheet_of(text), (32,))


def test_what_leaves_a_loop_inside_or_asks_for_its_range_has_a_thread_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loops, "_STRIDED_SHARE", 1.0)
    left = "for k in range(num):\n    if a[k] > 2.0:\n        return\n    out[tid] = b[k]"
    asked = "if tid >= num:\n    return\nout[tid] = b[tid]"
    for text in (left, asked):
        assert {text_of(each) for each in formed(text, loops.stride, **NUM)} == {text}


@pytest.mark.parametrize(
    "text",
    [
        "total = 0.0\nfor k in range(num):\n    total += a[k]\nout[tid] = total",
        "first = at[tid]\nfor k in range(first, num):\n    if a[k] > 2.0:\n        break\n    out[k] = b[k]",
    ],
)
def test_a_loop_may_count_by_itself(text: str) -> None:
    made = formed(text, loops.count, **NUM)
    counted = [each for each in made if "while k < num:" in text_of(each)]
    assert len(made) > len(counted) > 0
    assert all(ran(each, (3,)) == ran(sheet_of(text, **NUM), (3,)) for each in counted)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            "for k in range(num):\n    if a[k] > 2.0:\n        continue\n    out[k] = b[k]", id="goes on early"
        ),
        pytest.param("for k in range(num):\n    out[k] = b[k]\nout[tid] = a[k]", id="asked for afterwards"),
        pytest.param("end = num\nfor k in range(end):\n    end = 2\n    out[k] = b[k]", id="an end that moves"),
        pytest.param("for k in range(4):\n    out[k] = b[k]", id="a number of turns that Warp knows"),
    ],
)
def test_a_loop_that_would_be_another_counts_by_range(text: str) -> None:
    assert {text_of(each) for each in formed(text, loops.count, **NUM)} == {text}


KINDS = "if kind == BALL or kind == 7:\n    out[tid] = 1.0\nelif kind == FREE:\n    out[tid] = a[tid]"


def test_cases_are_asked_for_one_after_the_other() -> None:
    apart = KINDS.replace("elif", "if")
    assert {text_of(each) for each in formed(KINDS, chains.split)} == {KINDS, apart}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"{KINDS}\nelse:\n    out[tid] = 0.0", id="something for the rest"),
        pytest.param(KINDS.replace("FREE", "BALL"), id="the same twice"),
        pytest.param(KINDS.replace("kind == FREE", "kind > FREE"), id="more than one value"),
        pytest.param(KINDS.replace("kind == FREE", "flag[tid] == FREE"), id="something else"),
        pytest.param(KINDS.replace("out[tid] = 1.0", "kind = FREE"), id="what a branch changes"),
        pytest.param(KINDS.replace("FREE", "scale"), id="what is no constant"),
    ],
)
def test_cases_of_which_two_may_hold_are_asked_for_otherwise(text: str) -> None:
    assert {text_of(each) for each in formed(text, chains.split)} == {text}


def test_sizes_of_a_grid_are_numbers_where_only_they_are_asked_for() -> None:
    size = Given(kind=Type("int32", (3,)), domain=(2, 4), names=("grid_dims", "resolution"))
    made = formed("out[tid] = a[tid % dims[0]] * b[dims[2] - 1]", unpacking.unpack, dims=size)
    unpacked = [each for each in made if "dims_0_" in text_of(each)]
    assert len(made) > len(unpacked) > 0
    for sheet in unpacked:
        assert text_of(sheet) == "out[tid] = a[tid % dims_0_] * b[dims_2_ - 1]"
        assert sheet.given["dims_2_"].names == ("grid_dim_z", "resolution_z")
        assert sheet.given["dims_2_"].kind == INT
    whole = "cell = cell_of(dims, a[tid])\nout[tid] = b[dims[0]]"
    assert {text_of(each) for each in formed(whole, unpacking.unpack, dims=size)} == {whole}


def test_a_kernel_may_be_told_whether_to_write_its_last_array(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(switches, "_LAST_WRITE_SHARE", 0.5)
    text = "now = v[tid] * 2.0\nout[tid] = now\nv_out[tid] = now + heat[tid]"
    made = formed(text, switches.switch, **STATE)
    told = text.replace("v_out", "if switch:\n    v_out")
    assert {text_of(each) for each in made} == {text, told}
    sheet = next(each for each in made if text_of(each) == told)
    assert sheet.given["switch"].kind == Type("bool")
    assert all("velocity" in name and "out" not in name.split("_") for name in sheet.given["switch"].names)
    alone = "v_out[tid] = v[tid] * 2.0"
    assert {text_of(each) for each in formed(alone, switches.switch, **STATE)} == {alone}


def test_threads_are_for_what_a_list_names_or_for_what_lies_behind_an_offset() -> None:
    text = "out[tid] = a[tid] * scale"
    listed = [each for each in formed(text, listing.choose_threads) if "listed" in each.given]
    assert listed
    for sheet in listed:
        first, *rest = text_of(sheet).splitlines()
        assert first == "tid = listed[thread_]"
        places = sheet.given["listed"].base
        named = [each for each in places if each >= 0]
        assert sheet.given["listed"].domain == (0, 0)
        assert (len(places), sheet.launch) == (32, (32,))
        assert len(set(named)) == len(named)
        assert set(named) <= set(range(32))
        guarded = rest[0] in ("if tid < 0:", "if tid == -1:")
        assert guarded == (len(named) < 32)
        assert rest[2 * guarded :] == [text]
    behind = [each for each in formed(text, listing.choose_threads) if "behind" in each.given]
    assert behind
    for sheet in behind:
        first, *rest = text_of(sheet).splitlines()
        assert first in ("tid = behind + thread_", "tid = thread_ + behind")
        assert rest == [text]
        assert sheet.given["behind"].domain[1] + sheet.launch[0] == 32


def test_what_has_two_indices_in_one_is_not_listed() -> None:
    flat = [each for each in formed("out[tid] = a[tid]", worlds.spread) if each.indices == ("thread_",)]
    assert flat
    for sheet in flat:
        before = text_of(sheet)
        for number in range(20):
            listing.choose_threads(sheet, Stream("listing", number))
        assert text_of(sheet) == before


def test_sizes_are_asked_of_arrays_that_have_them() -> None:
    size = {
        "points": Given(kind=FLOAT, domain=(-1, 1), names=("points",), shape=(8, 6)),
        "n": Given(kind=INT, domain=(6, 6), names=("n",)),
        "limit": Given(kind=INT, domain=(3, 6), names=("limit",)),
    }
    made = formed(
        "for k in range(n):\n    if k < limit:\n        points[tid, k] = 0.0", extents.read_from_shapes, **size
    )
    first = {line for each in made for line in text_of(each).splitlines() if line.startswith("for")}
    assert first == {"for k in range(n):", "for k in range(points.shape[1]):"}
    assert all("k < limit" in text_of(each) for each in made)


def test_a_size_is_asked_of_what_is_counted_and_of_nothing_that_is_as_long_by_chance() -> None:
    given = {
        "points": Given(kind=FLOAT, domain=(-1, 1), names=("points",), shape=(32, 6)),
        "masses": Given(kind=FLOAT, domain=(-1, 1), names=("masses",), shape=(6,)),
        "n": Given(kind=INT, domain=(6, 6), names=("n",)),
    }
    text = "total = masses[at[tid]]\nfor k in range({}):\n    total += points[tid, k]\nout[tid] = total"
    for bound in ("n", "6"):
        made = formed(text.format(bound), extents.read_from_shapes, **given)
        asked = {line for each in made for line in text_of(each).splitlines() if line.startswith("for")}
        assert asked == {f"for k in range({bound}):", "for k in range(points.shape[1]):"}
    assert all("range(5)" in text_of(each) for each in formed(text.format(5), extents.read_from_shapes, **given))


def test_threads_beyond_the_end_of_an_array_are_left_out_once() -> None:
    made = [text_of(each) for each in formed("out[tid] = a[tid] + b[at[tid]]", extents.read_from_shapes)]
    guards_made = {each.partition("\n")[0] for each in made if each.startswith("if")}
    assert guards_made
    assert guards_made <= {f"if tid >= {name}.shape[0]:" for name in ("out", "a", "at")}
    for each in formed("if tid >= most:\n    return\nout[tid] = a[tid]", extents.read_from_shapes):
        assert text_of(each).count("if") == 1


def test_an_index_is_known_to_be_in_range_before_anything_is_looked_up_by_it() -> None:
    text = "if tid >= most:\n    return\nif flag[tid] == 0:\n    return\nout[tid] = 1.0\nout[tid] += 1.0"
    most = Given(kind=INT, domain=(16, 32), names=("most",))
    lines = {line for each in formed(text, guards.rearrange, most=most) for line in text_of(each).splitlines()}
    assert "if tid >= most or flag[tid] == 0:" in lines
    assert not any("flag" in line.partition("most")[0] for line in lines if "most" in line)


def test_vectors_of_one_number_are_short_and_others_are_not() -> None:
    text = "a[tid] = wp.length(wp.vec3(0.0, 0.0, 0.0))\nb[tid] = wp.dot(wp.vec3(2.0, 2.0, 2.0), wp.vec3(0.0, 0.0, 1.0))"
    first, second = zip(*(text_of(each).splitlines() for each in formed(text, zeros.shorten)), strict=True)
    assert set(first) == {f"a[tid] = wp.length(wp.vec3({inner}))" for inner in ("", "0.0", "0.0, 0.0, 0.0")}
    two = {f"b[tid] = wp.dot(wp.vec3({inner}), wp.vec3(0.0, 0.0, 1.0))" for inner in ("2.0", "2.0, 2.0, 2.0")}
    assert set(second) == two
