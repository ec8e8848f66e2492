"""Whether operations answer with the classes of their operands."""

from __future__ import annotations

keeps_class = False


class _ReturnType:
    """What ``set_return_type`` returns: leaving its block restores what was before."""

    def __init__(self, before: bool) -> None:
        self.before = before

    def __enter__(self) -> _ReturnType:
        return self

    def __exit__(self, *error: object) -> None:
        global keeps_class
        keeps_class = self.before


def set_return_type(return_type: str) -> _ReturnType:
    """Whether operations keep these classes, from here on or, in a ``with``, in its block.

    Args:
        return_type (str): ``"Tensor"``, as it is at first, or ``"TVTensor"``.

    Raises:
        ValueError: for any other word.

    >>> from rushlight.vision import tv_tensors
    >>> picture = tv_tensors.Image(torch.zeros(1, 2, 2))
    >>> with tv_tensors.set_return_type("TVTensor"):
    ...     type(picture + 1).__name__
    'Image'
    >>> type(picture + 1).__name__
    'Tensor'
    """
    global keeps_class
    words = {"tensor": False, "tvtensor": True}
    if return_type.lower() not in words:
        raise ValueError(f"return_type must be 'TVTensor' or 'Tensor', got {return_type}")
    before, keeps_class = keeps_class, words[return_type.lower()]
    return _ReturnType(before)
