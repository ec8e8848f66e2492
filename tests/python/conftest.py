"""Shared helpers: gradients by finite differences are in ``rushlight.autograd``; here is what leaves no trace."""

import gc

import pytest
import rushlight as rl


@pytest.fixture(autouse=True)
def settings_stay():
    """No test may leave a mode, dtype or print option behind."""
    yield
    assert rl.is_grad_enabled() and not rl.is_inference_mode_enabled()
    assert rl.get_default_dtype() is rl.float32


@pytest.fixture
def no_new_nodes():
    """The test's graphs must be gone when it ends."""
    gc.collect()
    before = rl._C._live_nodes()
    yield
    gc.collect()
    assert rl._C._live_nodes() == before
