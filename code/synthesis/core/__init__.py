"""What every other folder uses: records, errors, settings, formats, files, hashes, and processes without rights.

A record or a setting that stands in rows or in ``run.json`` changes their format; change its readers with it. Nothing
here knows kernels, front ends or rows of a data set.
"""
