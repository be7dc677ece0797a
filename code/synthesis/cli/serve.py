"""``irsmith serve``."""

from typing import Annotated

from synthesis.adapters.serving.server import Listening
from synthesis.adapters.serving.server import serve as serve_rows
from synthesis.adapters.serving.settings import Serving
from synthesis.cli.options import Config, Flag, Flat
from synthesis.cli.tables import counted, plain_console, print_json, print_line


def serve(
    *,
    dataset: str,
    settings: Annotated[Serving, Flat] = Serving(),  # noqa: B008 (it is frozen)
    token: str | None = None,
    config: Config = None,
    json: Flag = False,
) -> None:
    """Score answers of a model over HTTP.

    POST /score takes {"id": row, "level": …, "text": …}, or {"answers": [answer, …]}. GET /health, /ready and /metrics
    give the state of the server. Requests that arrive together are scored together, by --workers processes. A process
    that dies is replaced, and its answers are scored again. On SIGTERM the server answers its requests and ends.

    By default it listens on the loopback address only. With another --host, anyone who reaches it can have texts run on
    this machine, in processes without rights, so set a token.

    Examples:

        irsmith serve --dataset pairs --workers 4

        IRSMITH_TOKEN=secret irsmith serve --dataset pairs --host 0.0.0.0 --port 9000

    Parameters
    ----------
    dataset: str
        The folder with the rows, or its URL.
    token: str
        Token that clients must send, as Authorization: Bearer TOKEN. Other users of the machine can see the command
        line; they cannot see the environment variable IRSMITH_TOKEN.
    config: Path
        A TOML or JSON file with any of these settings. The command line has precedence.
    json: bool
        Print the address as JSON when the server is ready.
    """

    def announce(server: Listening) -> None:
        if json:
            print_json({"url": server.url, "rows": server.rows, "workers": server.workers})
        else:
            print_line(
                plain_console(),
                f"{server.url}/score: {counted(server.rows, 'row')} of {dataset}, {counted(server.workers, 'worker')}",
            )
        if not server.is_local:
            secret = "with a token" if server.has_token else "and no token is required: see --token"
            print_line(plain_console(stderr=True), f"irsmith: other machines can send requests, {secret}")

    serve_rows(dataset, token=token, settings=settings, on_ready=announce)
