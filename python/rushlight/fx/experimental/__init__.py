"""Transformations of graphs that PyTorch ships as examples."""
