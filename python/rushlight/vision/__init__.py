"""Pictures: data sets, transforms, models and the arithmetic of boxes, by torchvision's names.

    from rushlight.vision import datasets, models, transforms

The package lies beside the engine: ``import rushlight`` leaves it alone, and its parts are imported when asked for.
Pillow reads and changes pictures (``pip install rushlight[vision]``).
"""

from __future__ import annotations

from .._lazy import on_demand

__version__ = "0.28.0"  # of torchvision, whose names these are

_BACKENDS = ("PIL", "accimage")
_video_backend = "pyav"
_image_backend = "PIL"


def set_image_backend(backend: str) -> None:
    """Names the package that reads pictures.

    Args:
        backend (str): ``"PIL"``; ``"accimage"`` is a name only, no reader here uses it.

    Raises:
        ValueError: for any other name.
    """
    global _image_backend
    if backend not in _BACKENDS:
        raise ValueError(f"Invalid backend '{backend}'. Options are 'PIL' and 'accimage'")
    _image_backend = backend


def get_image_backend() -> str:
    """The name of the package that reads pictures.

    >>> from rushlight import vision
    >>> vision.get_image_backend()
    'PIL'
    """
    return _image_backend


def get_video_backend() -> str:
    """The name of the package that would read videos."""
    return _video_backend


def set_video_backend(backend: str) -> None:
    """Names the package that reads videos: there is one, whatever is said."""


def disable_beta_transforms_warning() -> None:
    """Nothing is left to disable: the second transforms are no beta."""


__getattr__, __dir__, _later = on_demand(__name__, {}, "_utils datasets extension io models ops transforms tv_tensors utils version")
__all__ = [name for name in _later if name not in ("_utils", "extension", "version")]
__all__ += ["disable_beta_transforms_warning", "get_image_backend", "get_video_backend", "set_image_backend", "set_video_backend"]
