"""A constant that Warp reads where it has not assigned it: such a text is right by chance, and no row has it."""

import re
from dataclasses import replace

import pytest
from checking import judged

from synthesis import Pair, Rejection, Symptom, get_frontend
from synthesis.frontends.base import Kernel
from synthesis.frontends.warp.unassigned import find_unassigned
from synthesis.making.runs.extraction import extract
from synthesis.verification.verifier import Verifier

STATE = """\
    state = s[i]
    if state == CLOSED:
        if p[i] > 2.0:
            state = OPEN
    elif p[i] > 3.0:
        state = wp.where(RATIO * p[i] > 1.75, OPEN, CLOSED)
    else:
        state = wp.where(RATIO * p[i] > 0.25, OPEN, CLOSED)
"""
TOTAL = """\
    total = float(0.0)
    for k in range({}):
        if p[k] > 2.0:
            total += RATIO * p[k]
        else:
            total += RATIO
"""
INNER = """\
        if p[i] > 3.0:
            flow[i] = RATIO * p[i]
        else:
            flow[i] = 1.0 - RATIO * p[i]
"""
KERNELS = f"""
import warp as wp

RATIO = wp.constant(0.5)
CLOSED = wp.constant(0)
OPEN = wp.constant(1)


@wp.kernel
def reads_behind(p: wp.array(dtype=float), s: wp.array(dtype=int), flow: wp.array(dtype=float)):
    i = wp.tid()
{STATE}    if state == OPEN:
        flow[i] = RATIO * p[i]
    else:
        flow[i] = -1.0


@wp.kernel
def reads_behind_a_loop(p: wp.array(dtype=float), s: wp.array(dtype=int), flow: wp.array(dtype=float)):
    i = wp.tid()
{TOTAL.format("s[i]")}    flow[i] = total - RATIO * p[i]


@wp.kernel
def reads_behind_a_loop_that_turns(p: wp.array(dtype=float), s: wp.array(dtype=int), flow: wp.array(dtype=float)):
    i = wp.tid()
{TOTAL.format(20)}    flow[i] = total - RATIO * p[i] * float(s[i])


@wp.kernel
def reads_before(p: wp.array(dtype=float), s: wp.array(dtype=int), flow: wp.array(dtype=float)):
    i = wp.tid()
    half = RATIO * p[i]
{STATE}    flow[i] = half + RATIO * float(state)


@wp.kernel
def reads_inside(p: wp.array(dtype=float), s: wp.array(dtype=int), flow: wp.array(dtype=float)):
    i = wp.tid()
    if s[i] == CLOSED:
        flow[i] = p[i]
    else:
{INNER}        flow[i] += RATIO


@wp.kernel
def reads_on_both_sides(p: wp.array(dtype=float), s: wp.array(dtype=int), flow: wp.array(dtype=float)):
    i = wp.tid()
    if s[i] == CLOSED:
        flow[i] = RATIO + p[i]
    else:
{INNER}    flow[i] += RATIO
"""
INPUTS = "".join(
    f'[{name}]\np = "f32[32] in 0..4"\ns = "i32[32] in 0..1"\nflow = "f32[32]"\ndim = 32\n'
    for name in re.findall(r"^def (\w+)", KERNELS, re.MULTILINE)
)
CPP = """static void f(
    size_t task_index)
{
    bool var_1;
    const wp::float32 var_2 = 0.5;
    const wp::float32 var_3 = 0.5;
    wp::float32 var_4;
    wp::float32 var_5;
    if (var_0) {
        var_1 = wp::gt(var_0, var_0);
        var_4 = wp::where(var_1, var_2, var_3);
INSIDE    }
BEHIND}
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair | Rejection]:
    folder = tmp_path_factory.mktemp("unassigned")
    (folder / "mine.py").write_text(KERNELS)
    (folder / "mine.toml").write_text(INPUTS)
    outcomes = extract(folder / "mine.py", frontend="warp", inputs=folder / "mine.toml")
    return {each.spec.name if isinstance(each, Pair) else each.kernel_name or "": each for each in outcomes}


def test_a_kernel_whose_text_is_right_by_chance_becomes_no_row(found: dict[str, Pair | Rejection]) -> None:
    assert len(found) == 6
    for name, each in found.items():
        if name in ("reads_behind", "reads_behind_a_loop"):
            assert isinstance(each, Rejection)
            assert each.symptom is Symptom.UNASSIGNED
            assert "wp::mul(" in each.detail
        else:
            assert isinstance(each, Pair), each
            assert each.verdict.verified


def test_a_row_with_such_a_text_is_not_verified(found: dict[str, Pair | Rejection]) -> None:
    right = found["reads_before"]
    assert isinstance(right, Pair)
    frontend = get_frontend("warp")
    source = right.spec.source.replace("half + RATIO", "RATIO * p[i] + RATIO").replace("    half = RATIO * p[i]\n", "")
    spec = replace(right.spec, source=source)
    kernel = frontend.load_one(spec)
    assert isinstance(kernel, Kernel)
    text = frontend.compiler.describe(kernel, device="cpu", include_backward=False)["forward_code"]
    frontend.compiler.release([kernel])
    with Verifier(frontend) as verifier:
        (judgement,) = judged(verifier, spec, {"cpp_forward": text})
    assert judgement.failed["cpp_forward"].symptom is Symptom.UNASSIGNED


@pytest.mark.parametrize(
    ("inside", "behind", "wrong"),
    [
        ("var_5 = wp::add(var_4, var_4);", "", False),
        ("", "var_5 = wp::add(var_4, var_4);", True),
        ("", "var_5 = wp::where(var_0, var_4, var_3);", False),
        ("", "var_5 = wp::where(var_0, var_3, var_4);\n    var_6 = wp::add(var_5, var_5);", True),
        ("", "var_5 = wp::where(var_0, var_4, var_3);\n    var_6 = wp::add(var_5, var_5);", False),
        ("", "wp::adj_where(var_1, var_2, var_3, adj_1, adj_2, adj_3, adj_4);\n    wp::adj_add(var_4, var_4);", False),
        ("", "var_5 = wp::where(var_0, var_4, var_7);", False),
    ],
)
def test_what_is_merged_is_read_where_it_is_assigned(inside: str, behind: str, wrong: bool) -> None:
    text = CPP.replace("INSIDE", f"        {inside}\n").replace("BEHIND", f"    {behind}\n")
    assert (find_unassigned(text) is not None) == wrong
    assert find_unassigned(text.replace("var_3 = 0.5", "var_3 = 0.25")) is None


@pytest.mark.parametrize(
    ("numbers", "given", "wrong"),
    [
        (("20",), "var_10", False),
        (("0",), "var_10", True),
        (("3", "1"), "var_10, var_11", True),
        (("3", "1", "-1"), "var_10, var_11, var_12", False),
        (("3", "1", "0"), "var_10, var_11, var_12", True),
        (("3.0",), "var_10", True),
        ((), "var_0", True),
    ],
)
def test_a_loop_of_constant_trips_has_one_whatever_its_head_is(
    numbers: tuple[str, ...], given: str, wrong: bool
) -> None:
    """Warp 1.17 and 1.18 write the head of each loop as that of one that may have no trip."""
    constants = "".join(f"    const wp::int32 var_{10 + place} = {each};\n" for place, each in enumerate(numbers))
    loop = (
        f"    var_9 = wp::range({given});\n    start_for_0:;\n        if (iter_cmp(var_9) == 0) goto end_for_0;\n"
        "        var_4 = wp::where(var_1, var_2, var_3);\n        goto start_for_0;\n    end_for_0:;\n"
    )
    text = re.sub(r"    if \(var_0\) \{\n.*INSIDE    \}\n", loop, CPP, flags=re.DOTALL)
    assert text != CPP
    assert (
        find_unassigned(constants + text.replace("BEHIND", "    var_5 = wp::add(var_4, var_4);\n")) is not None
    ) == wrong
