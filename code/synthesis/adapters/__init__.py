"""Interfaces of the scorer for other libraries: trainers, environments, benchmarks, and HTTP (``serving``).

Each library is imported when it is first used. Add a module for another library; the value of an answer is decided in
``scoring``.
"""
