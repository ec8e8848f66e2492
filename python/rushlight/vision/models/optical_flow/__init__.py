"""Models that say where each pixel of one picture went in the next."""

from .raft import *
