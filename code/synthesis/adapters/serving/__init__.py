"""The scorer over HTTP: a server that batches requests, and worker processes that score them.

Limits, routes and metrics may be changed here. What a request may hold is checked in ``requests``.
"""
