"""Packs data as scripts that a page loads on demand, because a page opened from a file can only load scripts.

A script is one call with a name and a Base64 string of deflated JSON. A row's content is never in a script literally,
so no row can break out of one, and rows take a sixth of their size. The stored text is plain, and the page highlights
the displayed pair. With highlighting markup it would be eight times as long, and twice as long when deflated
(``benchmarks/explorer.txt``).
"""

import base64
import json
import math
import zlib
from typing import Any

_DEEPEST = 40
_EXACT = 1 << 53
"""Smallest integer from which on a browser does not represent every integer exactly."""


def pack(name: str, document: object) -> bytes:
    """Return the script that passes a document to the page under a name. The same document gives the same bytes."""
    text = json.dumps(document, separators=(",", ":"), allow_nan=False)
    deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
    data = deflate.compress(text.encode("ascii")) + deflate.flush()
    return b'irsmith.take("%s","%s");\n' % (name.encode("ascii"), base64.b64encode(data))


def unpack(script: bytes) -> Any:
    """Return the document in a script made by ``pack``."""
    return json.loads(zlib.decompress(base64.b64decode(script.rpartition(b',"')[2].rpartition(b'"')[0]), -15))


def plain(value: Any, depth: int = 0) -> Any:
    """Return untrusted JSON for a browser: numbers that JSON lacks, or that are too large, become strings."""
    if depth > _DEEPEST:
        return "…"
    if isinstance(value, dict):
        return {str(key): plain(each, depth + 1) for key, each in value.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if isinstance(value, list | tuple):
        return [plain(each, depth + 1) for each in value]  # pyright: ignore[reportUnknownVariableType]
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return value if abs(value) < _EXACT else str(value)[:_DEEPEST]
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    return str(value)
