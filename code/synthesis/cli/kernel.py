"""``irsmith kernel``."""

from synthesis.cli.options import Flag
from synthesis.cli.tables import plain_console, print_json, print_line
from synthesis.core.errors import UsageError
from synthesis.workbench.kernel_checking import KernelCheck, check_kernel, new_kernel

_ACTIONS = ("check", "new")


def kernel(
    action: str,
    name: str,
    /,
    *,
    frontend: str | None = None,
    out: str = ".",
    count: int = 50,
    seed: int = 0,
    json: Flag = False,
) -> int:
    """Check a kernel file, or write the start of one.

    `irsmith kernel check FILE` draws variants of the file's kernels, lowers and verifies them, and says how many are
    useful, which alternatives no variant has, and which arguments have no effect. Exits with 1 if fewer than nine of
    ten variants become rows, or an alternative is in none.

    `irsmith kernel new NAME --frontend warp` writes NAME.py, a small kernel file to change.

    Examples:

        irsmith kernel new blend --frontend warp --out my_kernels

        irsmith kernel check my_kernels/blend.py

        irsmith generate --frontend warp --kernels my_kernels --count 100 --out pairs

    Parameters
    ----------
    action: str
        check or new.
    name: str
        The file to check; the name of the new one.
    frontend: str
        new: warp, jax or triton.
    out: str
        new: the folder to write to.
    count: int
        check: how many variants to draw.
    seed: int
        check: any integer; with another one, other variants are drawn.
    json: bool
        Print the result as JSON.
    """
    if action not in _ACTIONS:
        raise UsageError(f"irsmith kernel: unknown action {action!r}; allowed: {', '.join(_ACTIONS)}")
    if action == "new":
        _write_start(name, frontend, out, as_json=json)
        return 0
    if not json:
        print_line(plain_console(stderr=True), f"irsmith: drawing and verifying {count} variants")
    found = check_kernel(name, count=count, seed=seed)
    if json:
        print_json(found.to_json())
    else:
        console = plain_console()
        for line in _described(found):
            print_line(console, line)
    return 0 if found.is_good else 1


def _write_start(name: str, frontend: str | None, out: str, *, as_json: bool) -> None:
    if frontend is None:
        raise UsageError("irsmith kernel new needs --frontend")
    path = new_kernel(name, frontend, out)
    if as_json:
        print_json({"path": str(path)})
    else:
        print_line(plain_console(), f"{path} is written; check it with: irsmith kernel check {path}")


def _described(found: KernelCheck) -> list[str]:
    lines = [
        f"{found.path}: {found.variants} variants, {found.different} different programs after renaming",
        f"rows: {found.rows} ({found.share:.0%}), every text verified in {found.verified} of them; "
        f"runs execute {found.reached:.0%} of their statements",
        *(f"rejected: {count} {reason}" for reason, count in found.rejected.items()),
        *(f"line {each.line}: {each.message}" for each in found.findings),
    ]
    return lines if found.rejected or found.findings else [*lines, "every alternative and every argument has an effect"]
