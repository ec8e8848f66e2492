"""Says what to install where Pillow is missing; imported first by whatever reads or changes pictures."""

try:
    import PIL as PIL
except ImportError as error:
    raise ImportError("rushlight.vision reads and changes pictures with Pillow: pip install 'rushlight[vision]'") from error
