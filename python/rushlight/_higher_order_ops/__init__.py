"""Functions that take functions on tensors."""

from .associative_scan import associative_scan as associative_scan
