"""Verifies that the IR texts of a kernel compute what its Python source says.

The package draws inputs, plans the runs of a text, judges their results and gradients, measures the coverage of the
kernel, and checks claims about a row. ``judge`` is pure: it decides from the outcomes of runs. Tolerances are in
``tolerances``, ``rounding``, ``comparison``, ``gradients``, ``tangents`` and ``planning``; after changing one, run
``make mutation`` and ``make false-alarms``.
"""
