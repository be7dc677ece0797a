"""Hashes of texts: 32 hexadecimal characters of blake2b, never Python's own, which differs between processes."""

import hashlib


def hash_text(*parts: str) -> str:
    """The hash of texts, each kept apart from the next."""
    return hashlib.blake2b("\x1e".join(parts).encode(), digest_size=16).hexdigest()
