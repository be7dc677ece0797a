"""Distributes the chunks of a run: to this process, to worker processes on this machine, or to a Ray cluster.

Add a module to add an engine. No row may depend on the engine, the number of workers or the order of chunks.
"""
