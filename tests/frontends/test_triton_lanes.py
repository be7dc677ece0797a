"""Triton's reference runs several programs at once, with the results of one program after another."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from triton_cases import HEAD, spec_of

from synthesis.frontends.base import OutOfBoundsError, Trace
from synthesis.frontends.triton.reference import machine, perturbing
from synthesis.frontends.triton.reference.machine import Lanes, Machine
from synthesis.frontends.triton.reference.oracle import TritonReference

PROGRAMS, WIDTH = 16, 8
Arrays = npt.NDArray[Any]


# ---- whole kernels


def _reference(body: str) -> tuple[TritonReference, dict[str, Arrays]]:
    """Return the reference of a kernel of several programs, and its inputs."""
    source = (
        HEAD
        + f"""@triton.jit
def kernel(x_ptr, out_ptr, n):
    pid = tl.program_id(0)
    offs = pid * {WIDTH} + tl.arange(0, {WIDTH})
    x = tl.load(x_ptr + offs)
    {body}
"""
    )
    random = np.random.default_rng(2)
    values: dict[str, Arrays] = {
        "x_ptr": random.normal(size=PROGRAMS * WIDTH).astype(np.float32),
        "out_ptr": np.zeros(PROGRAMS * WIDTH, np.float32),
        "n": np.array(PROGRAMS, np.int32),
    }
    return TritonReference(spec_of(source, values, launch=(PROGRAMS,))), values


def _noted_groups(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that gets the number of lanes of each group that is begun."""
    groups, begin = list[int](), Machine.begin

    def noted(m: Machine, lanes: Lanes) -> None:
        groups.append(len(lanes))
        begin(m, lanes)

    monkeypatch.setattr(Machine, "begin", noted)
    return groups


def _run(body: str, monkeypatch: pytest.MonkeyPatch) -> tuple[list[Arrays], list[Arrays], list[int]]:
    """Return the rows of ``x`` and ``out`` by program, and the number of lanes of each group that was begun."""
    reference, values = _reference(body)
    groups = _noted_groups(monkeypatch)
    (own,) = reference([values], double=False)
    return list(values["x_ptr"].reshape(-1, WIDTH)), list(own["out_ptr"].reshape(-1, WIDTH)), groups


def test_programs_that_do_the_same_are_evaluated_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    x, out, groups = _run("tl.store(out_ptr + offs, x * 2 + pid)", monkeypatch)
    assert groups == [PROGRAMS]
    for program in range(PROGRAMS):
        assert np.array_equal(out[program], x[program] * np.float32(2) + np.float32(program))


def test_lanes_that_differ_in_a_branch_are_evaluated_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    body = "if pid % 3 == 1:\n        x = x * 2\n    tl.store(out_ptr + offs, tl.load(out_ptr + offs) + x)"
    x, out, groups = _run(body, monkeypatch)
    assert groups[-2:] == [11, 5]
    for program in range(PROGRAMS):
        assert np.array_equal(out[program], x[program] * np.float32(2 if program % 3 == 1 else 1))


def test_lanes_that_differ_in_the_trips_of_a_loop_are_evaluated_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    body = "for i in range(pid // 8, 2 + pid // 4):\n        x += i\n    tl.store(out_ptr + offs, x)"
    x, out, groups = _run(body, monkeypatch)
    assert groups == [PROGRAMS, 4, 8, 4]
    for program in range(PROGRAMS):
        added = np.float32(sum(range(program // 8, 2 + program // 4)))
        assert np.allclose(out[program], x[program] + added, rtol=1e-5)


def test_lanes_that_leave_a_loop_at_different_trips_are_evaluated_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    body = "i = pid\n    while i > 0:\n        x += 1.0\n        i = i // 2\n    tl.store(out_ptr + offs, x)"
    x, out, groups = _run(body, monkeypatch)
    assert max(groups[1:]) > 1
    for program in range(PROGRAMS):
        assert np.allclose(out[program], x[program] + program.bit_length(), rtol=1e-5)


@pytest.mark.parametrize("body", [
    "if pid > 0:\n        x += tl.load(out_ptr + offs - 8)\n    tl.store(out_ptr + offs, x)",
    "x += tl.load(out_ptr + offs - 8, mask=pid > 0, other=0.0)\n    tl.store(out_ptr + offs, x)",
    "if pid % 2 == 1:\n        x += tl.load(out_ptr + offs - 8)\n        tl.store(x_ptr + offs, x)\n"
    "    else:\n        x += tl.load(x_ptr + offs - 8, mask=pid > 0, other=0.0)\n    tl.store(out_ptr + offs, x)",
    "tl.atomic_add(out_ptr + offs, x)\n    x = tl.load(out_ptr + offs)\n"
    "    tl.atomic_add(out_ptr + offs + 8, x, mask=pid < 15)",
])  # fmt: skip
def test_a_program_reads_what_an_earlier_one_wrote(body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    x, out, groups = _run(body, monkeypatch)
    assert groups[-PROGRAMS:] == [1] * PROGRAMS
    total = np.zeros(WIDTH, np.float32)
    for program in range(PROGRAMS):
        total = x[program] + total
        assert np.array_equal(out[program], total)


def test_a_program_reads_what_one_of_another_part_wrote(monkeypatch: pytest.MonkeyPatch) -> None:
    body = """if pid % 2 == 0:
        tl.store(x_ptr + offs, tl.load(out_ptr + offs - 8, mask=pid > 0, other=9.0))
    else:
        tl.store(out_ptr + offs, x)"""
    reference, values = _reference(body)
    groups = _noted_groups(monkeypatch)
    (own,) = reference([values], double=False)
    assert groups[-PROGRAMS:] == [1] * PROGRAMS
    x, found = values["x_ptr"].reshape(-1, WIDTH), own["x_ptr"].reshape(-1, WIDTH)
    assert np.array_equal(found[2::2], x[1:-1:2])


def test_programs_take_tickets_in_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    body = "t = tl.atomic_add(out_ptr, 1.0)\n    tl.store(out_ptr + 8 + pid, t)"
    _, out, groups = _run(body, monkeypatch)
    assert groups[-1] == 1
    assert np.array_equal(np.concatenate(out)[8 : 8 + PROGRAMS], np.arange(PROGRAMS))


def test_a_later_program_overwrites_what_an_earlier_one_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    _, out, groups = _run("tl.store(out_ptr + pid // 8, pid)", monkeypatch)
    assert groups == [PROGRAMS]
    assert out[0][:2].tolist() == [7, 15]
    _, out, groups = _run("tl.store(out_ptr + pid, pid)\n    tl.store(out_ptr + pid + 1, -pid)", monkeypatch)
    assert groups[-1] == 1
    assert np.concatenate(out)[: PROGRAMS + 1].tolist() == [*range(PROGRAMS), -PROGRAMS + 1]


def _added(terms: list[Arrays], start: Arrays) -> Arrays:
    total = start.copy()
    for each in terms:
        total = total + each
    return total


def test_programs_add_to_an_element_in_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    x, out, groups = _run("tl.atomic_add(out_ptr + tl.arange(0, 8), x)", monkeypatch)
    assert groups == [PROGRAMS]
    assert np.array_equal(out[0], _added(x, np.zeros(WIDTH, np.float32)))
    assert not np.array_equal(out[0], _added(x[::-1], np.zeros(WIDTH, np.float32)))
    x, out, groups = _run("tl.atomic_add(out_ptr + offs * 0, x)", monkeypatch)
    assert groups == [PROGRAMS]
    assert out[0][:1] == _added(np.split(np.concatenate(x), PROGRAMS * WIDTH), np.zeros(1, np.float32))


def test_programs_that_add_several_times_do_so_one_after_another(monkeypatch: pytest.MonkeyPatch) -> None:
    body = "for i in range(2):\n        tl.atomic_add(out_ptr + tl.arange(0, 8), x + i)"
    x, out, groups = _run(body, monkeypatch)
    assert groups[-1] == 1
    assert np.array_equal(out[0], _added([each + np.float32(i) for each in x for i in range(2)], np.zeros(8, "f")))


def test_large_blocks_are_computed_in_few_lanes(monkeypatch: pytest.MonkeyPatch) -> None:
    body = "i = tl.arange(0, 256)\n    y = i[:, None] + i[None, :] * pid\n    tl.store(out_ptr + pid, tl.max(y))"
    _, out, groups = _run(body, monkeypatch)
    assert groups == [PROGRAMS, 4, 4, 4, 4]
    assert np.array_equal(np.concatenate(out)[:PROGRAMS], 255 * np.arange(1, PROGRAMS + 1))


def test_many_records_are_made_in_few_lanes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_MOST_LOGGED", 2 * WIDTH * 5)
    reference, values = _reference(
        "for i in range(4):\n        x += tl.load(x_ptr + offs)\n    tl.store(out_ptr, x.sum())"
    )
    groups = _noted_groups(monkeypatch)
    assert reference.separate([values]) == {"x_ptr"}
    assert 2 in groups


def test_the_limit_counts_the_statements_of_all_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    reference, values = _reference("if pid % 2 == 0:\n        x = x * 2\n    tl.store(out_ptr + offs, x)")
    statements = PROGRAMS * 5 + PROGRAMS // 2
    monkeypatch.setattr(machine, "_MOST_STEPS", statements)
    reference([values], double=False)
    monkeypatch.setattr(machine, "_MOST_STEPS", statements - 1)
    with pytest.raises(machine.ReferenceFaultError, match="statements"):
        reference([values], double=False)


# ---- several runs


def _drawn(values: dict[str, Arrays], number: int, n: int) -> dict[str, Arrays]:
    random = np.random.default_rng(number)
    x = random.normal(size=values["x_ptr"].shape).astype(np.float32)
    return {"x_ptr": x, "out_ptr": values["out_ptr"].copy(), "n": np.array(n, np.int32)}


@pytest.mark.parametrize("body", [
    "s = tl.sum(x * x)\n    while s > n:\n        s = s * 0.5\n        x += 1.0\n"
    "    tl.store(out_ptr + offs, x * n + s)",
    "x += tl.load(out_ptr + offs - 8, mask=pid > 0, other=n)\n    tl.store(out_ptr + offs, x)",
    "tl.atomic_add(out_ptr + tl.arange(0, 8), x * n)",
    "t = tl.atomic_add(out_ptr, 1.0)\n    if t == n:\n        tl.store(out_ptr + 8, tl.sum(x) + pid)",
    "i = tl.arange(0, 256)\n    y = i[:, None] + i[None, :] * tl.sum(x)\n    tl.store(out_ptr + pid, tl.max(y) * n)",
    "d = tl.make_tensor_descriptor(out_ptr, [n, 8], [8, 1], [4, 8])\n"
    "    d.store([pid + n // 4, 0], tl.broadcast_to((x + n)[None, :], [4, 8]))",
])  # fmt: skip
def test_each_of_several_runs_gives_what_it_gives_alone(body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    reference, values = _reference(body)
    runs = [_drawn(values, number, n) for number, n in enumerate((1, 2, 5, 16))]
    alone = [reference([run], double=double)[0]["out_ptr"] for double in (False, True) for run in runs]
    groups = _noted_groups(monkeypatch)
    fresh = _reference(body)[0]
    together = [each["out_ptr"] for double in (False, True) for each in fresh(runs, double=double)]
    assert groups[0] == len(runs) * PROGRAMS
    assert [each.tobytes() for each in together] == [each.tobytes() for each in alone]
    assert len({each.tobytes() for each in together}) == 2 * len(runs)


def test_runs_of_other_shapes_or_with_shared_arrays_are_evaluated_apart() -> None:
    reference, values = _reference(
        "tl.store(out_ptr + offs, x + 1)\n    tl.store(out_ptr + offs, tl.load(x_ptr + offs))"
    )
    large = {**values, "out_ptr": np.full(PROGRAMS * WIDTH + 1, 7, np.float32)}
    shared = {**values, "out_ptr": values["x_ptr"]}
    found = [each["out_ptr"] for each in reference([values, large, shared, values], double=False)]
    assert [each.size for each in found] == [128, 129, 128, 128]
    for each, added in zip(found, (0, 0, 1, 0), strict=True):
        assert np.array_equal(each[:128], values["x_ptr"] + np.float32(added))
    assert found[1][128] == 7


def test_a_fault_of_one_of_several_runs_is_raised() -> None:
    reference, values = _reference("tl.store(out_ptr + offs + n, x)")
    runs = [_drawn(values, number, n) for number, n in enumerate((0, 0, 1, -1))]
    with pytest.raises(OutOfBoundsError) as error:
        reference(runs, double=False, trace=Trace())
    assert error.value.needed == PROGRAMS * WIDTH + 1


def test_the_first_run_that_reaches_a_place_or_an_arm_is_told() -> None:
    body = """if n > 4:
        x = x + 1
        if n > 9:
            x = x + 2
    x = tl.where((x > 99) & (pid == 3), x * 2, x)
    tl.store(out_ptr + offs, x)"""
    reference, values = _reference(body)
    runs = [_drawn(values, number, n) for number, n in enumerate((1, 10, 5, 12))]
    runs[2]["x_ptr"][-1] = 200.0
    runs[3]["x_ptr"][3 * WIDTH] = 300.0
    trace, alone = Trace(), Trace()
    reference(runs, double=False, trace=trace)
    for number, run in enumerate(runs):
        own = Trace()
        reference([run], double=False, trace=own)
        for place in own.first:
            alone.first.setdefault(place, number)
        for arm in own.arms:
            alone.arms.setdefault(arm, number)
    assert (trace.first, trace.arms) == (alone.first, alone.arms)
    assert sorted(set(trace.first.values())) == [0, 1]
    assert 3 in trace.arms.values()


def test_what_an_earlier_call_reached_keeps_its_run() -> None:
    reference, values = _reference("if n > 4:\n        x = x + 1\n    tl.store(out_ptr + offs, tl.where(x > n, x, n))")
    low, high = (values | {"n": np.array(n, np.int32)} for n in (-9, 9))
    trace = Trace()
    reference([low, high], double=False, trace=trace)
    first, arms = dict(trace.first), dict(trace.arms)
    assert set(first.values()) == set(arms.values()) == {0, 1}
    reference([high, low], double=False, trace=trace)
    assert (trace.first, trace.arms) == (first, arms)


def test_rounding_turns_decisions_of_one_of_several_runs() -> None:
    reference, values = _reference("y = x * 0.1 * 10.0\n    tl.store(out_ptr + offs, tl.where(y >= 0.7, 1.0, 20.0))")
    runs = [values | {"x_ptr": np.full(PROGRAMS * WIDTH, each, np.float32)} for each in (5.0, 6.0, 7.0)]
    runs[1]["x_ptr"][[3, 77]] = 0.7
    perturbed, owns = reference.perturbed(runs, seed=1), reference(runs, double=False)
    assert [len(each.inverted) for each in perturbed] == [0, 3, 0]
    moved = [np.flatnonzero(each["out_ptr"] != owns[1]["out_ptr"]).tolist() for each in perturbed[1].inverted]
    assert moved == [[3, 77], [3], [77]]
    assert all(np.array_equal(each.off["out_ptr"], own["out_ptr"]) for each, own in zip(perturbed, owns, strict=True))


def test_a_run_in_which_rounding_changes_the_path_leaves_the_others_alone() -> None:
    reference, values = _reference("""s = tl.sum(x * 0.3).to(tl.int32, bitcast=True)
    if (s % 2 == 0) & (n > 0):
        x = tl.floor(tl.floor(x * 0.3) * 1.1)
    tl.store(out_ptr + offs, tl.where(x > 0.5, x * 0.3, 1.0))""")
    runs = [_drawn(values, number, n) for number, n in enumerate((0, 1, 0))]
    perturbed, owns = reference.perturbed(runs, seed=1), reference(runs, double=False)
    assert [each.unsettled for each in perturbed] == [False, True, False]
    again = reference.perturbed_results(runs, seed=1)
    for number, own in enumerate(owns):
        same = number == 1
        for off in (perturbed[number].off["out_ptr"], again[number]["out_ptr"]):
            assert np.array_equal(off, own["out_ptr"]) is same
            assert np.allclose(off, own["out_ptr"], rtol=1e-6)


def test_the_order_of_programs_matters_in_one_of_several_runs() -> None:
    reference, values = _reference("tl.store(out_ptr + offs % n, x)")
    runs = [_drawn(values, number, n) for number, n in enumerate((PROGRAMS * WIDTH, PROGRAMS * WIDTH, 8))]
    for some, order in ((runs[:2], None), (runs, "out_ptr")):
        trace = Trace()
        reference(some, double=False, trace=trace)
        assert trace.order == order
        assert reference.separate(some) == ({"x_ptr"} if order else {"x_ptr", "out_ptr"})


# ---- records


def test_a_program_that_no_other_follows_into_a_branch_is_covered() -> None:
    reference, values = _reference("y = 5 if pid == 7 else pid\n    if pid == 9:\n        y = 3\n    "
                                   "tl.store(out_ptr + offs, tl.where(x + y > n - 3, x, y))")  # fmt: skip
    trace = Trace()
    reference([values | {"n": np.array(99, np.int32)}, values], double=False, trace=trace)
    assert reference.reached(trace).missed == ()
    assert reference.reached(trace).untaken == ()
    assert set(trace.first.values()) == {0}
    assert sorted(trace.arms.values()) == [0, 0, 0, 0, 0, 1]


def test_a_group_that_is_evaluated_again_leaves_no_record() -> None:
    body = "t = tl.load(out_ptr)\n    if (t == 0.0) & (pid > 0):\n        x = x + 1\n    tl.store(out_ptr + offs, x)"
    reference, values = _reference(body)
    trace = Trace()
    reference([values], double=False, trace=trace)
    assert reference.reached(trace).missed == ("x = x + 1",)
    assert trace.order == "out_ptr"
    assert reference.separate([values]) == {"x_ptr"}
    assert reference.accumulated(values) == frozenset()


def test_decisions_of_lanes_are_those_of_the_same_programs_alone() -> None:
    body = """total = tl.sum(tl.where(x > 0, x, 0.0))
    if pid % 2 == 0:
        total = tl.floor(total * 3.0)
    while total > 1.5:
        total = total * 0.5
    tl.store(out_ptr + offs, x * total)"""
    found = list[tuple[list[tuple[str, int]], list[bytes]]]()
    for lanes in (256, 1):
        reference, values = _reference(body)
        hints = machine.EvaluationHints(lanes=lanes)
        recording = perturbing.Recording(hints)
        made = [*reference._evaluated(recording, [values])]  # pyright: ignore[reportPrivateUsage]
        alike = perturbing.Inverted(
            recording, [None] * len(recording.decisions), [np.ones(1)] * len(recording.decisions)
        )
        made += reference._evaluated(alike, [values])  # pyright: ignore[reportPrivateUsage]
        each = [(decision.kind, decision.outcome.size) for decision in recording.decisions]
        found.append((sorted(each), [one["out_ptr"].tobytes() for one in made]))
    assert found[0][1] == found[1][1]
    assert found[0][1][0] == found[0][1][1]
    kinds = [{kind: sum(size for name, size in each if name == kind) for kind, _ in each} for each, _ in found]
    assert kinds[0] == kinds[1]


def test_the_median_of_each_lane_is_that_of_its_positive_numbers() -> None:
    moved = np.array([[0.0, 1.0, 0.0], [3.0, 0.0, 0.0], [1.0, 4.0, 0.0], [9.0, 2.0, 0.0]])
    assert np.array_equal(perturbing._medians(moved), [3.0, 2.0, np.nan], equal_nan=True)  # pyright: ignore[reportPrivateUsage]


def test_doubts_are_left_out_in_lanes_that_have_many() -> None:
    outcome = np.zeros((200, 2), bool)
    measure = np.ones((200, 2))
    measure[:, 1] = 0.0
    measure[3, 0] = 0.0
    decision = perturbing.Decision("compare", outcome, measure)
    moved = np.full((200, 2), 1e-3)
    (few,) = perturbing.doubts_of([decision], [moved], few=True)
    (every,) = perturbing.doubts_of([decision], [moved], few=False)
    assert few is not None
    assert every is not None
    assert (few.sum(axis=0).tolist(), every.sum(axis=0).tolist()) == ([1, 0], [1, 200])
