"""Data as scripts that a page loads on demand: a file's address lets a page load scripts, and nothing else.

A script is one call with a name and a text in Base64, of JSON that was deflated. Nothing that a row holds is in a
script as it is, so no row can end one; and rows take a sixth of their size. What is stored is plain text, and the page
colours the one pair that is looked at: with the markup of colours it would be eight times the text, and twice as much
deflated (``benchmarks/explorer.txt``).
"""

import base64
import json
import math
import zlib
from typing import Any

_DEEPEST = 40
_EXACT = 1 << 53
"""From here on a browser's numbers are not those of Python."""


def pack(name: str, document: object) -> bytes:
    """The script that hands a document to the page under a name; the same document gives the same bytes."""
    text = json.dumps(document, separators=(",", ":"), allow_nan=False)
    deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
    data = deflate.compress(text.encode("ascii")) + deflate.flush()
    return b'irsmith.take("%s","%s");\n' % (name.encode("ascii"), base64.b64encode(data))


def unpack(script: bytes) -> Any:
    """The document of a script that ``pack`` made."""
    return json.loads(zlib.decompress(base64.b64decode(script.rpartition(b',"')[2].rpartition(b'"')[0]), -15))


def plain(value: Any, depth: int = 0) -> Any:
    """A value of somebody's JSON as a browser can have it: numbers that JSON lacks, or that are too large, as texts."""
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
