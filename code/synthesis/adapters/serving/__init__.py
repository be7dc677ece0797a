"""The scorer over HTTP: a server that batches requests, and worker processes that score them.

Limits, routes and metrics may be changed here. ``requests`` checks the content of requests.
"""
