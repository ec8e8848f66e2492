"""What this follows: torchvision's release, built from no commit of it and for no CUDA."""

from . import __version__ as __version__

git_version = "Unknown"
cuda = None
