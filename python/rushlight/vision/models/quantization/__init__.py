"""Quantized models by name, with the weights that were published for them.

Quantized tensors are not there: constructors raise and say which model to use instead.
"""

from .googlenet import *
from .inception import *
from .mobilenetv2 import *
from .mobilenetv3 import *
from .resnet import *
from .shufflenetv2 import *
