"""The oracle: computes the results of a Triton kernel in NumPy from its Python source, to compare its texts with.

It shares no code with Triton or with the interpreter of texts. The source is parsed and never executed: an evaluator in
this package interprets its syntax tree. The functions of ``triton.language`` are implemented here from its
documentation and type rules. Anything that is not modelled is refused, never guessed.

- ``oracle.py`` has the class that other folders use. ``lanes.py`` evaluates several programs at once, and ``order.py``
  determines whether their order matters.
- ``sources.py`` reads a source; ``expressions.py``, ``statements.py`` and ``calls.py`` turn functions into closures.
- ``types.py``, ``values.py`` and ``casting.py`` have the types and values; ``machine.py`` has the state of one
  evaluation.
- ``operations.py`` lists every function of the language. To model one, write it in the module of its topic and add it
  to this list.
- ``perturbing.py`` measures the effect of rounding; ``coverage.py`` determines which statements and arms are reached.
"""
