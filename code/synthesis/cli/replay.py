"""``irsmith replay``."""

from synthesis.cli.options import Flag
from synthesis.cli.tables import plain_console, print_json, print_line
from synthesis.core.records import Rejection
from synthesis.workbench.replaying import replay as replay_candidate


def replay(folder: str, *, id: str, json: Flag = False) -> int:  # noqa: A002 (the option's name)
    """Make one candidate of a folder again, and compare the result with the recorded one.

    It is made in a new process: a drawn candidate from the settings of its run, one of your own from its file or
    module. The exit status is 1 if the result differs.

    Examples:

        irsmith replay pairs --id warp-17

        irsmith replay pairs --id 3f9ac2d01b --json

    Parameters
    ----------
    folder: str
        A folder that irsmith generate or irsmith extract wrote, or its URL.
    id: str
        The id that irsmith rejections prints first, or a row's number, name or id.
    json: bool
        Print the recorded and the new result as JSON.
    """
    found = replay_candidate(folder, id)
    if json:
        print_json(found.to_json())
        return 0 if found.same else 1
    console = plain_console()
    for word, listed in (("recorded", found.before), ("now", found.after)):
        for each in listed:
            print_line(console, f"{found.id} {word}: {_description(each)}")
        if not listed:
            print_line(console, f"{found.id} {word}: a row, nothing rejected")
    for level in found.changed:
        print_line(console, f"{found.id}: the text of {level} has changed")
    print_line(console, f"{found.id}: the result is {'the same' if found.same else 'different'}")
    return 0 if found.same else 1


def _description(rejection: Rejection) -> str:
    where = f"{rejection.level}, " if rejection.level else ""
    return f"{where}{rejection.symptom} at {rejection.stage}: {rejection.detail}"
