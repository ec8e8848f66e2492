"""Seeds and states of the default generator."""

from __future__ import annotations

from ._C import Generator, _seed_all, default_generator

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any

    from ._C import Tensor


def manual_seed(seed: int) -> Generator:
    """Sets the seed of the default generator and returns it. Negative seeds wrap into 64 bits.

    Errors: RuntimeError for a seed that has no 64 bits.

    Example::

        >>> import rushlight as rl
        >>> _ = rl.manual_seed(0); rl.rand(1)
        tensor([0.4963])
    """
    seed = int(seed)
    if not -(2**63) <= seed < 2**64:
        raise RuntimeError("Overflow when unpacking long long")
    _seed_all(seed)
    return default_generator


def seed() -> int:
    """Takes a seed from the system, sets it and returns it.

    >>> isinstance(rl.seed(), int)
    True
    """
    return default_generator.seed()


def initial_seed() -> int:
    """The seed that was last set.

    >>> _ = rl.manual_seed(7)
    >>> rl.initial_seed()
    7
    """
    return default_generator.initial_seed()


def get_rng_state() -> Tensor:
    """The state of the default generator, a uint8 tensor in PyTorch's layout.

    >>> state = rl.get_rng_state()
    >>> x = rl.rand(2)
    >>> rl.set_rng_state(state)
    >>> rl.equal(x, rl.rand(2))
    True
    """
    return default_generator.get_state()


def set_rng_state(new_state: Tensor) -> None:
    """Puts the default generator into a state that :func:`get_rng_state` returned.

    >>> state = rl.get_rng_state()
    >>> x = rl.rand(2)
    >>> rl.set_rng_state(state)
    >>> rl.equal(x, rl.rand(2))
    True
    """
    default_generator.set_state(new_state)


class fork_rng:
    """A block after which the default generator is as it was before.

    >>> with rl.random.fork_rng(): x = rl.rand(3)
    >>> rl.equal(x, rl.rand(3))
    True
    """

    def __init__(
        self,
        devices: Any = None,
        enabled: bool = True,
        _caller: str = "fork_rng",
        _devices_kw: str = "devices",
        device_type: Any = None,
    ) -> None:
        self.enabled = enabled

    def __enter__(self) -> Any:
        self.state = get_rng_state()

    def __exit__(self, *error: Any) -> None:
        if self.enabled:
            set_rng_state(self.state)


def _reduce_generator(self):
    """As PyTorch pickles a generator: its device, then seed, offset (of devices that count) and state."""
    return Generator, (self.device,), (self.initial_seed(), None, self.get_state())


def _restore_generator(self, state):
    seed, _, numbers = state
    self.manual_seed(seed)
    self.set_state(numbers)


Generator.__reduce__ = _reduce_generator  # type: ignore[method-assign]
Generator.__setstate__ = _restore_generator  # type: ignore[attr-defined]
