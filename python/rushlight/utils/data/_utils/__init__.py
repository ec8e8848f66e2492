"""The parts of the loader: from indices to samples, from samples to batches, and who does it."""

from . import collate, fetch, pin_memory, worker

MP_STATUS_CHECK_INTERVAL = 5.0
"""Seconds after which a wait looks around: is everybody still alive?"""

__all__ = ["MP_STATUS_CHECK_INTERVAL", "collate", "fetch", "pin_memory", "worker"]
