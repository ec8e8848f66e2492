"""What tests of programs compare and draw with."""

from __future__ import annotations

from .._lazy import on_demand

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._comparison import assert_allclose as assert_allclose, assert_close as assert_close
    from ._creation import make_tensor as make_tensor

# the file of each name
_FILES = {
    "_comparison": "assert_allclose assert_close",
    "_creation": "make_tensor",
}

if not TYPE_CHECKING:  # checkers would take any name for granted
    __getattr__, __dir__, __all__ = on_demand(__name__, _FILES, "_comparison _creation")
