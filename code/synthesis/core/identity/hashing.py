"""Hashes of texts as 32 hexadecimal digits (blake2b). Python's own hash differs between processes."""

import hashlib
import re

_DIGITS = 16
_HEXADECIMAL = re.compile(r"[0-9a-f]{16,}")


def hash_text(*parts: str) -> str:
    """Return the hash of texts, with a separator between them."""
    return hashlib.blake2b("\x1e".join(parts).encode(), digest_size=16).hexdigest()


def digest(*labels: object) -> str:
    """Return a 32-digit hexadecimal hash of labels (blake2b of each label's ``repr``, so 1 and "1" differ)."""
    return hashlib.blake2b("\x1f".join(map(repr, labels)).encode(), digest_size=16).hexdigest()


def short_hash(digest: str) -> int:
    """Return the first 64 bits of a hash, to save memory when counting. A text that is not a hash is hashed first.

    Two of five million hashes collide with a probability of one in a million.
    """
    return int((digest if _HEXADECIMAL.fullmatch(digest) else hash_text(digest))[:_DIGITS], 16)
