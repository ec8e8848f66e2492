"""Optimizers whose states are cut over processes: with one process it holds all of them."""

from .zero_redundancy_optimizer import ZeroRedundancyOptimizer

__all__ = ["ZeroRedundancyOptimizer"]
