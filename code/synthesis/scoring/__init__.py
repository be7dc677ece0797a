"""Scores a model's text for a row, from 0 to 1 with a reason, and computes pass@k of many answers (``evaluation``).

Credits and reasons may be changed in ``verdicts`` and ``agreement``, together with ``docs/scoring.md``. A wrong text
must never score 1: run ``make attacks`` after a change.
"""
