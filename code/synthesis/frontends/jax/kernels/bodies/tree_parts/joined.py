"""Bodies of joined for ``recipes/applications/tree_parts.py``."""

from synthesis.drawing.kernel_files.words import helper


@helper
def path_name(path) -> str:
    #| 0.5
    """{Path keys joined by slashes ~ Readable name of a leaf}."""
    #| end
    #| one of
    parts = [str(entry.key) for entry in path]
    return '/'.join(parts)
    #| or
    return '/'.join(str(entry.key) for entry in path)
    #| or
    name = ''
    for entry in path:
        name = f'{name}/{entry.key}' if name else str(entry.key)
    return name
    #| end
