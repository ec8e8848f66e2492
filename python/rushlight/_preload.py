"""Imported by the server of ``forkserver`` before a program's modules, so that those find ``torch`` here too."""

import sys

from .torch import install

if "multiprocessing.forkserver" in sys.modules:  # nowhere else has anybody asked
    install()
