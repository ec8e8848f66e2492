"""Samplers of clips."""

from .clip_sampler import DistributedSampler, RandomClipSampler, UniformClipSampler

__all__ = ("DistributedSampler", "RandomClipSampler", "UniformClipSampler")
