"""Who makes the chunks of a run: this process, worker processes of this machine, or a Ray cluster.

Add a module for another engine. No row may depend on the engine, the number of workers or the order of chunks.
"""
