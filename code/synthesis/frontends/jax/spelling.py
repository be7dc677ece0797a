"""The names of JAX's types in jaxprs and records: ``f32[4,3]``."""

_SHORT = {"bool": "bool", "bfloat16": "bf16", "key<fry>": "key<fry>"}


def type_name(dtype: str, shape: tuple[int, ...]) -> str:
    """Return a dtype and a shape as they are printed in a jaxpr.

    Args:
        dtype: NumPy's name of the dtype.
        shape: the dimensions; empty for a scalar.
    """
    short = _SHORT.get(dtype)
    if short is None:
        kind = dtype.rstrip("0123456789") if "_" not in dtype else "float"
        prefix = {"float": "f", "int": "i", "uint": "u", "complex": "c"}.get(kind)
        short = prefix + dtype[len(kind) :] if prefix else dtype
    return f"{short}[{','.join(map(str, shape))}]"
