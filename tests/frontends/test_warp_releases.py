"""Each difference between Warp's releases that ``frontends/warp/releases.py`` knows."""

from types import SimpleNamespace

import numpy as np
import pytest

from synthesis.frontends.warp import releases

TEMPLATE = "template <bool wp_linear_contiguous>\nstatic void k_cpu_kernel_forward(\n"
PLAIN = "static void k_cpu_kernel_forward(\n"


def test_a_kernel_is_called_as_its_text_declares_it() -> None:
    assert releases.is_specialized(TEMPLATE)
    assert not releases.is_specialized(PLAIN)


@pytest.mark.needs("warp")
def test_the_statements_of_a_kernel_are_the_same_in_either_form() -> None:
    from synthesis import get_frontend
    from synthesis.frontends.warp.statements import statements_of

    start = (
        "k_cpu_kernel_forward(\n    wp::launch_bounds_t<1> dim,\n    size_t task_index,\n    wp_args_k *_wp_args)\n{\n"
    )
    fields = "struct wp_args_k {\n    wp::array_t<wp::float32> x;\n};\n"
    body = (
        "    wp::array_t<wp::float32> var_x = _wp_args->x;\n    wp::int32 var_0;\n    var_0 = builtin_tid1d();\n"
        "    wp::array_store(var_x, var_0, 1.0f);\n}\n"
    )
    older = f"{fields}void {start}{body}"
    line = "    static constexpr bool wp_linear_tid = wp_linear_contiguous;\n"
    newer = f"{fields}template <bool wp_linear_contiguous>\nstatic void {start}{line}{body}"
    level = get_frontend("warp").level("cpp_forward")
    assert statements_of(level, older) is not None
    assert statements_of(level, older) == statements_of(level, newer)


@pytest.mark.parametrize("index", ["wp::tid(task_index, dim)", "wp::linear_tid<wp_linear_tid>(task_index, dim)"])
def test_the_index_of_a_thread_is_what_warps_header_says(index: str) -> None:
    header = (
        f"#include <x>\n#define builtin_tid1d() {index}\n#define builtin_tid2d(x, y) wp::tid(x, y, task_index, dim)\n"
    )
    assert releases.own_index(header) == index


def test_a_header_without_an_index_is_an_error() -> None:
    with pytest.raises(ValueError, match="builtin_tid1d"):
        releases.own_index("#include <x>\n")


@pytest.mark.parametrize(
    ("given", "turns"),
    [("var_1", True), ("var_0", False), ("var_0, var_1", True), ("var_1, var_0", False),
     ("var_1, var_0, var_2", True), ("var_0, var_1, var_0", False), ("var_9", False)],
)  # fmt: skip
def test_a_range_of_written_numbers_has_trips_or_none(given: str, turns: bool) -> None:
    body = f"    var_5 = wp::range({given});\n"
    found = releases.ranges_with_trips(body, {"var_0": "0", "var_1": "20", "var_2": "-1"})
    assert found == ({"var_5"} if turns else set())


@pytest.mark.parametrize(
    ("line", "floors"),
    [("inline int32 floordiv(int32 a, int32 b) { return floordiv_signed(a, b); }", True),
     ("inline T floordiv(T a, T b) { return a/b; }", False)],
)  # fmt: skip
def test_the_quotient_of_whole_numbers_is_rounded_as_warps_header_says(line: str, floors: bool) -> None:
    assert releases.rounds_down(f"#pragma once\n{line}\n") == floors


@pytest.mark.needs("warp")
def test_the_oracle_divides_as_the_installed_warp_does() -> None:
    import warp as wp

    from synthesis.frontends.warp.reference import operators

    left, right = np.array([-7, 7, -8, -7], np.int32), np.array([2, -2, 2, -2], np.int32)
    machine = SimpleNamespace(mask=np.ones(4, bool))
    quotients = operators._divided(machine, "FloorDiv", left, right)  # pyright: ignore[reportPrivateUsage, reportArgumentType]
    assert quotients.tolist() == [wp.floordiv(wp.int32(a), wp.int32(b)) for a, b in zip(left, right, strict=True)]
