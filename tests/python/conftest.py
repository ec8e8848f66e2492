"""Shared helpers: gradients by finite differences are in ``rushlight.autograd``; here is what leaves no trace, and on which device."""

import gc

import on_device
import pytest
import rushlight as rl
from on_device import (  # hooks of pytest
    pytest_ignore_collect as pytest_ignore_collect,
    pytest_make_collect_report as pytest_make_collect_report,
    pytest_pyfunc_call as pytest_pyfunc_call,
    pytest_runtest_setup as pytest_runtest_setup,
    pytest_terminal_summary as pytest_terminal_summary,
)
from stand_in import backend as backend, nothing as nothing  # fixtures

if on_device.ELSEWHERE:
    on_device.move()


def pytest_configure(config):
    config.addinivalue_line("markers", "cpu(why): runs on the CPU alone, whatever device the tests are run on")


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
