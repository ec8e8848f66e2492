"""The parts of :mod:`rushlight.utils.benchmark`, at PyTorch's addresses."""
