"""Models of videos (N, 3, T, H, W)."""

from .mvit import *
from .resnet import *
from .s3d import *
from .swin_transformer import *
