"""Checkpoints that several processes write at once, which one process needs not: see :func:`rushlight.save`."""
