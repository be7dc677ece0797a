"""Interfaces of the scorer for other libraries: trainers, environments, benchmarks, and HTTP (``serving``).

Each library is imported on first use. Add a module to support another library. ``scoring`` decides the score of an
answer.
"""
