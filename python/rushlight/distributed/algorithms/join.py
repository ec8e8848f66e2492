"""Training with inputs that run out earlier in some processes: with one process they run out once."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class JoinHook:
    """What a process does for the others after its own inputs have run out."""

    def main_hook(self) -> None:
        """In the place of each further step of the others."""

    def post_hook(self, is_last_joiner: bool) -> None:
        """When all have ended."""


class Joinable:
    """What takes part in a :class:`Join`: an object with hooks."""

    def join_hook(self, **kwargs: Any) -> JoinHook:
        """The hooks of the object."""
        raise NotImplementedError

    @property
    def join_device(self) -> Any:
        """Where its collectives run."""
        raise NotImplementedError

    @property
    def join_process_group(self) -> Any:
        """Among which processes."""
        raise NotImplementedError


class Join:
    """A block in which objects are trained with uneven inputs.

    Args:
        joinables (list of Joinable): the objects.
        enable (bool): whether they need it. Default: ``True``
        throw_on_early_termination (bool): raise as soon as one process has ended. Default: ``False``
    """

    def __init__(
        self,
        joinables: list[Any],
        enable: bool = True,
        throw_on_early_termination: bool = False,
        **kwargs: Any,
    ) -> None:
        if not joinables:
            raise ValueError("The join context manager requires at least one joinable")
        self._hooks = [joinable.join_hook(**kwargs) for joinable in joinables] if enable else []

    def __enter__(self) -> Join:
        return self

    def __exit__(self, kind: Any, value: Any, trace: Any) -> None:
        if kind is None:
            for hook in self._hooks:
                hook.post_hook(True)

    @staticmethod
    def notify_join_context(joinable: Any) -> None:
        """Called before the first collective of a step: there is nobody to wait for."""


__all__ = ["Join", "JoinHook", "Joinable"]
