"""No wrong row of a stranger is verified on inputs that tell too little."""

from pathlib import Path

import pytest
from useless import Useless, signature_of, source_of, useless_rows, write_row

from synthesis import get_frontend
from synthesis.core.records import KernelSpec
from synthesis.frontends.base import Kernel, Lowered
from synthesis.making.runs.reverification import verify_folder

ROWS = list(useless_rows())


def text_of(row: Useless) -> str:
    """The right text."""
    frontend = get_frontend(row.frontend)
    spec = KernelSpec(
        frontend=row.frontend, name="f", category="extracted", source=source_of(row), signature=signature_of(row)
    )
    kernel = frontend.load_one(spec)
    assert isinstance(kernel, Kernel), kernel
    level = frontend.level("stablehlo" if row.frontend == "jax" else "cpp_forward")
    (lowered,) = frontend.compiler.lower([kernel], [level], device="cpu")
    frontend.compiler.release([kernel])
    assert isinstance(lowered, Lowered)
    text = lowered.texts[level.name]
    assert text is not None
    return text


def test_there_are_enough_of_them() -> None:
    assert len(ROWS) >= 30


@pytest.mark.parametrize("frontend", ["jax", "warp"])
def test_no_wrong_row_is_verified_on_inputs_that_tell_too_little(frontend: str, tmp_path: Path) -> None:
    rows = [each for each in ROWS if each.frontend == frontend]
    for number, row in enumerate(rows):
        right = text_of(row)
        wrong = right.replace(row.right, row.wrong)
        assert wrong != right, (row.name, right)
        write_row(tmp_path, number, row, wrong)
    found = verify_folder(tmp_path)
    assert found.texts == 0, found.failures
    told = [each.file for each in found.failures if "the inputs tell too little" in each.detail]
    assert len(told) >= len(rows) - 4, found.failures  # a few are wrong there too
    assert {each.file for each in found.failures} == {f"{number:06d}_f" for number in range(len(rows))}
