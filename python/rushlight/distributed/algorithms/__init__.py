"""Collectives in training loops, in a world of one process."""
