"""Blocks that look for the origin of nan in gradients."""

from . import detect_anomaly as detect_anomaly, set_detect_anomaly as set_detect_anomaly

__all__ = ["detect_anomaly", "set_detect_anomaly"]
