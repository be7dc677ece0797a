"""How a Warp kernel is launched, as lines of a prompt. Warp is not needed."""

from collections.abc import Iterator, Mapping
from typing import Any

from synthesis.core.signatures import Signature, in_brackets


def call_facts(_: str, signature: Signature, options: Mapping[str, Any]) -> Iterator[str]:
    """Yield the dimensions of a kernel's launch, and the size of a block if the options give it."""
    if signature.launch is None:
        return
    block = f", {options['block_dim']} threads a block" if "block_dim" in options else ""
    kind = "wp.launch_tiled, a block for each" if signature.tiled else "wp.launch, a thread for each"
    yield f"Launch: dim {in_brackets(signature.launch)} ({kind}{block})"
