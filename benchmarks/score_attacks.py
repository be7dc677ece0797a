"""Scores hostile answers among good ones, and reports the outcome of each.

    make attacks        writes benchmarks/score_attacks.txt, beside benchmarks/attacks.txt
    python benchmarks/score_attacks.py triton     prints the same for one front end, or several

Each attack is a text that answers a sample row (``tests/attacks/answers.py``). Attacks on JAX also answer a row that
was verified with a twin. Attacks on Triton answer rows that are drawn for them. An equivalent of a right answer is
scored with every eight. Files outside, a listening socket, processes and temporary folders are checked before and
after.
"""

import datetime
import os
import platform
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from attacks.answers import AnswerAttack  # noqa: E402
from attacks.running import Found  # noqa: E402
from attacks.scoring import Scored, all_answer_attacks, carry_out, good_rows, triton_rows, twin_rows  # noqa: E402

_WIDTH = 130


def main() -> int:
    """Write the report to standard output, and return 1 if an attack succeeded, else 0."""
    names = sys.argv[1:] or ["warp", "jax", "triton"]
    attacks = [each for each in all_answer_attacks() if each.frontend in names]
    rows = [each for each in (*good_rows(), *(triton_rows() if "triton" in names else ())) if each.frontend in names]
    with tempfile.TemporaryDirectory(prefix="attacks-") as place:
        scored = carry_out(attacks, rows, Path(place) / "answers")
        _head()
        _report(attacks, scored)
        found = [scored.found]
        if "jax" in names:
            found.append(_at_own_sizes(Path(place) / "twins"))
    return 1 if any(each.accepted or each.effects or each.lost for each in found) else 0


def _at_own_sizes(folder: Path) -> Found:
    large = [each for each in all_answer_attacks(own_sizes=True) if each.frontend == "jax"]
    scored = carry_out(large, twin_rows(), folder, source_time_limit=10.0, text_time_limit=2.0)
    print("\n\nAnswers to rows that were run at other sizes than their own\n")
    _report(large, scored)
    return scored.found


def _head() -> None:
    today = datetime.datetime.now(tz=datetime.UTC).date()
    tools = ", ".join(f"{name} {version(name)}" for name in ("warp-lang", "jax", "triton", "numpy"))
    kernel = ".".join(os.uname().release.split(".")[:2])
    print(f"{today}, Linux {kernel} on {platform.machine()}, Python {platform.python_version()}, {tools}")


def _report(attacks: list[AnswerAttack], scored: Scored) -> None:
    kinds = sorted({each.kind for each in attacks})
    print(f"{len(attacks)} attacks of {len(kinds)} kinds, {scored.found.seconds:.0f} s\n")
    for title, entries in (
        ("worth anything", scored.found.accepted),
        ("effects outside", scored.found.effects),
        ("good answers lost", scored.found.lost),
    ):
        print(f"{title}: {len(entries)}")
        for each in entries:
            print(f"    {each}")
    for kind in kinds:
        print(f"\n{kind}")
        for attack in attacks:
            if attack.kind == kind:
                score = scored.scores[attack.title]
                said = f"{score.step}, {score.symptom}: {score.message}"[:_WIDTH]
                print(f"  {attack.title}: {said.encode('unicode_escape').decode('ascii')}")


if __name__ == "__main__":
    sys.exit(main())
