"""Whether a text does what its kernel says: inputs, plans of runs, judging, gradients, coverage, claims of rows.

``judge`` is pure: it decides from what was run. Tolerances are in ``comparison`` and ``plan``; after changing one,
run ``make mutation`` and ``make false-alarms``.
"""
