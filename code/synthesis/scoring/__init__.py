"""The value of a model's text for a row: a score from 0 to 1 with a reason; and pass@k of many (``evaluation``).

Values and their reasons may be changed in ``verdicts`` and ``agreement``, with ``docs/scoring.md``. A wrong text must
never be worth 1: run ``make attacks`` after a change.
"""
