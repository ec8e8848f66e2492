"""Steps over lists of tensors, at the address where optimizers of programs look for them."""

from .adam import adam, adamw
from .sgd import sgd

__all__ = ["adam", "adamw", "sgd"]
