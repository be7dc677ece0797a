"""``irsmith replay``."""

from synthesis.cli.options import Flag
from synthesis.cli.tables import plain_console, print_json, print_line
from synthesis.records import Rejection
from synthesis.replaying import replay as replay_candidate


def replay(folder: str, *, id: str, json: Flag = False) -> int:  # noqa: A002 (the option's name)
    """Make one candidate of a folder again, and say whether the same came out.

    It is made in a fresh process: a drawn one from the settings of its run, one of your own from the file or module it
    was found in. Exits with 1 if something else came out.

    Examples:

        irsmith replay pairs --id warp-17

        irsmith replay pairs --id 3f9ac2d01b --json

    Parameters
    ----------
    folder: str
        A folder that irsmith generate or irsmith extract wrote, or its URL.
    id: str
        What irsmith rejections prints first, or a row's number, name or id.
    json: bool
        Print what was recorded and what came out as JSON.
    """
    found = replay_candidate(folder, id)
    if json:
        print_json(found.to_json())
        return 0 if found.same else 1
    console = plain_console()
    for word, listed in (("recorded", found.before), ("now", found.after)):
        for each in listed:
            print_line(console, f"{found.id} {word}: {_told(each)}")
        if not listed:
            print_line(console, f"{found.id} {word}: a row, nothing rejected")
    for level in found.changed:
        print_line(console, f"{found.id}: the text of {level} is another one")
    print_line(console, f"{found.id}: {'the same' if found.same else 'something else'} came out")
    return 0 if found.same else 1


def _told(rejection: Rejection) -> str:
    where = f"{rejection.level}, " if rejection.level else ""
    return f"{where}{rejection.symptom} at {rejection.stage}: {rejection.detail}"
