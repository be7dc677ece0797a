"""The files of a data set: their names, the schema of tables, writing and reading.

``schema`` and ``layout`` define the format. A change of either must keep older folders readable or reject them.
"""
