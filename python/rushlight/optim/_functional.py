"""Steps over lists of tensors, at the address where optimizers of programs look for them."""

from .adam import adam
from .adamw import adamw
from .sgd import sgd

__all__ = ["adam", "adamw", "sgd"]
