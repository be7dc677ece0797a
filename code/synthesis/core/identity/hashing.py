"""Hashes of texts: 32 hexadecimal characters of blake2b, never Python's own, which differs between processes."""

import hashlib
import re

_DIGITS = 16
_HEXADECIMAL = re.compile(r"[0-9a-f]{16,}")


def hash_text(*parts: str) -> str:
    """The hash of texts, each kept apart from the next."""
    return hashlib.blake2b("\x1e".join(parts).encode(), digest_size=16).hexdigest()


def digest(*labels: object) -> str:
    """Return a 32-character hexadecimal hash of labels (blake2b); ``repr`` tells 1 from "1"."""
    return hashlib.blake2b("\x1f".join(map(repr, labels)).encode(), digest_size=16).hexdigest()


def short_hash(digest: str) -> int:
    """The first 64 bits of a hash, for counting by the million; of a text that is none, of the text's hash.

    Two of five million hashes share them with a probability of one in a million.
    """
    return int((digest if _HEXADECIMAL.fullmatch(digest) else hash_text(digest))[:_DIGITS], 16)
