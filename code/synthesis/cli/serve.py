"""``irsmith serve``."""

from typing import Annotated

from synthesis.cli.options import Config, Flag, Flat
from synthesis.cli.tables import counted, plain_console, print_json, print_line
from synthesis.serving.server import Listening
from synthesis.serving.server import serve as serve_rows
from synthesis.serving.settings import Serving


def serve(
    *,
    dataset: str,
    settings: Annotated[Serving, Flat] = Serving(),  # noqa: B008 (it is frozen)
    token: str | None = None,
    config: Config = None,
    json: Flag = False,
) -> None:
    """Score models' answers for whoever asks over HTTP.

    POST /score takes {"id": row, "level": …, "text": …}, or {"answers": [answer, …]}; GET /health, /ready and /metrics
    say how it is. What comes at the same time is scored together, by --workers processes; one that is lost is replaced,
    and nothing is lost with it. On SIGTERM it ends when the requests that it has are answered.

    It listens on the loopback address unless --host says otherwise; then whoever reaches it can have texts run here, in
    processes without rights, and should have to show a token.

    Examples:

        irsmith serve --dataset pairs --workers 4

        IRSMITH_TOKEN=secret irsmith serve --dataset pairs --host 0.0.0.0 --port 9000

    Parameters
    ----------
    dataset: str
        The folder whose rows are answered, or its URL.
    token: str
        What clients have to show, as Authorization: Bearer TOKEN. Other users of the machine can see it on the command
        line; the variable IRSMITH_TOKEN of the environment is not seen.
    config: Path
        A TOML or JSON file with any of these settings; what the command line says goes before.
    json: bool
        Print where it listens as JSON, when it does.
    """

    def tell(told: Listening) -> None:
        if json:
            print_json({"url": told.url, "rows": told.rows, "workers": told.workers})
        else:
            print_line(
                plain_console(),
                f"{told.url}/score: {counted(told.rows, 'row')} of {dataset}, {counted(told.workers, 'worker')}",
            )
        if not told.is_local:
            secret = "with a token" if told.has_token else "and no token is asked for: see --token"
            print_line(plain_console(stderr=True), f"irsmith: others than this machine can ask, {secret}")

    serve_rows(dataset, token=token, settings=settings, on_ready=tell)
