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
