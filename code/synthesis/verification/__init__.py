"""Verifies that a kernel's texts compute what the kernel says.

The folder has inputs, plans of runs, judging, gradients, coverage, usefulness and claims of rows. ``judge`` is pure: it
decides from the outcomes of runs. Tolerances are in ``tolerances``, ``rounding``, ``comparison``, ``gradients``,
``tangents`` and ``planning``; after changing one, run ``make mutation`` and ``make false-alarms``.
"""
