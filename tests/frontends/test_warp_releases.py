"""Each difference between Warp's releases that ``frontends/warp/releases.py`` knows."""

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
