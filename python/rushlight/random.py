"""Seeds and states of the default generator."""

from __future__ import annotations

from . import _C
from ._C import Generator, _seed_all, default_generator

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any

    from ._C import Tensor


def manual_seed(seed: int) -> Generator:
    """Sets the seed of the default generator and returns it; of all GPUs' generators, too. Negative seeds wrap into 64 bits.

    Errors: ValueError for a seed that has no 64 bits.

    Example::

        >>> import rushlight as rl
        >>> _ = rl.manual_seed(0); rl.rand(1)
        tensor([0.4963])
    """
    seed = int(seed)
    if not -(2**63) <= seed < 2**64:
        raise ValueError("Overflow when unpacking long long")
    _seed_all(seed)
    return default_generator


def seed() -> int:
    """Takes a seed from the system, sets it, for all GPUs too, and returns it.

    >>> isinstance(rl.seed(), int)
    True
    """
    drawn = default_generator.seed()
    _seed_all(drawn)
    return drawn


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


def thread_safe_generator() -> Generator | None:
    """The generator that a data loader's worker draws from in a thread of its own; ``None`` elsewhere, for the default one.

    >>> rl.randint(0, 10, (5,), generator=rl.random.thread_safe_generator()).shape
    torch.Size([5])
    """
    return None


class fork_rng:
    """A block after which the default generators are as they were before.

    Args:
        devices (iterable of int or device, optional): the GPUs whose generators are kept. Default: all
        enabled (bool): ``False`` makes it a block that keeps nothing. Default: ``True``
        device_type (str, optional): the kind of ``devices``. Default: ``"cuda"``

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
        self.devices = devices

    def __enter__(self) -> Any:
        if self.enabled:
            self.state = get_rng_state()
            self.others = [(device, self._cuda().get_rng_state(device)) for device in self._places()]

    def __exit__(self, *error: Any) -> None:
        if self.enabled:
            set_rng_state(self.state)
            for device, state in self.others:
                self._cuda().set_rng_state(state, device)

    def _places(self) -> list[Any]:
        if self.devices is not None:
            return list(self.devices)
        # to ask for devices is to load drivers: not for a build that has none
        return list(range(self._cuda().device_count())) if hasattr(_C, "_gpu_properties") else []

    @staticmethod
    def _cuda() -> Any:
        from . import cuda

        return cuda


def _reduce_generator(self):
    """As PyTorch pickles a generator: its device, then seed, offset (of devices that count) and state."""
    return Generator, (self.device,), (self.initial_seed(), None, self.get_state())


def _restore_generator(self, state):
    seed, _, numbers = state
    self.manual_seed(seed)
    self.set_state(numbers)


Generator.__reduce__ = _reduce_generator  # type: ignore[method-assign]
Generator.__setstate__ = _restore_generator  # type: ignore[attr-defined]
