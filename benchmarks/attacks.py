"""Verifies hostile rows among good ones, and reports the outcome of each.

    make attacks        writes benchmarks/attacks.txt
    python benchmarks/attacks.py triton     prints the same for one front end, or several

Each attack is a small edit of a drawn row (``tests/attacks``). The rows of one front end are in one folder, with a good
row after every eight. Files outside, a listening socket, processes and temporary folders are checked before and after.
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

from attacks.records import Attack  # noqa: E402
from attacks.running import Found, all_attacks, carry_out, make_good_rows  # noqa: E402

_WIDTH = 150


def main() -> int:
    """Write the report to standard output, and return 1 if an attack succeeded, else 0."""
    found = Found()
    with tempfile.TemporaryDirectory(prefix="attacks-") as place:
        good = make_good_rows(Path(place) / "good", sys.argv[1:])
        attacks = all_attacks(good)
        for frontend in good:
            chosen = [each for each in attacks if each.frontend == frontend]
            found.add(carry_out(chosen, good, Path(place) / frontend))
    _report(attacks, found)
    return 1 if found.accepted or found.effects or found.lost else 0


def _report(attacks: list[Attack], found: Found) -> None:
    today = datetime.datetime.now(tz=datetime.UTC).date()
    tools = ", ".join(f"{name} {version(name)}" for name in ("warp-lang", "jax", "triton", "numpy"))
    kernel = ".".join(os.uname().release.split(".")[:2])
    system = f"Linux {kernel} on {platform.machine()}, Python {platform.python_version()}"
    print(f"{today}, {system}, {tools}")
    print(f"protections: {', '.join(found.protections)}")
    print(f"{len(attacks)} attacks of {len({each.kind for each in attacks})} kinds, {found.seconds:.0f} s\n")
    for title, entries in (
        ("accepted as verified though wrong", found.accepted),
        ("effects outside", found.effects),
        ("other rows lost", found.lost),
    ):
        print(f"{title}: {len(entries)}")
        for each in entries:
            print(f"    {each}")
    for kind in sorted({each.kind for each in attacks}):
        print(f"\n{kind}")
        for attack in attacks:
            if attack.kind == kind:
                title = f"{attack.frontend}, {attack.title}"
                said = found.said.get(title, "not looked at")
                may = ", as it may: its text is right" if said == "passed" and attack.harmless else ""
                print(f"  {title}: {said[:_WIDTH].encode('unicode_escape').decode('ascii')}{may}")


if __name__ == "__main__":
    sys.exit(main())
