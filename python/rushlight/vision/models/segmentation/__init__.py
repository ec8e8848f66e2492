"""Models that say of each pixel what it shows."""

from .deeplabv3 import *
from .fcn import *
from .lraspp import *
