"""How pictures are prepared for published weights."""

from __future__ import annotations

from ... import float as float_, nn
from ..._C import Tensor
from . import functional as F
from .functional import InterpolationMode


def _float_tensor(img) -> Tensor:
    return F.convert_image_dtype(img if isinstance(img, Tensor) else F.pil_to_tensor(img), float_)


class ObjectDetection(nn.Module):
    """Floats in [0, 1]."""

    def forward(self, img) -> Tensor:
        return _float_tensor(img)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    def describe(self) -> str:
        """What is done, in words."""
        return "Accepts ``PIL.Image``, batched ``(B, C, H, W)`` and single ``(C, H, W)`` image ``torch.Tensor`` objects. The images are rescaled to ``[0.0, 1.0]``."


class ImageClassification(nn.Module):
    """Resized, cropped in the middle, and normalised."""

    def __init__(
        self,
        *,
        crop_size: int,
        resize_size: int = 256,
        mean: tuple[float, ...] = (0.485, 0.456, 0.406),
        std: tuple[float, ...] = (0.229, 0.224, 0.225),
        interpolation: InterpolationMode = InterpolationMode.BILINEAR,
        antialias: bool | None = True,
    ) -> None:
        super().__init__()
        self.crop_size = [crop_size]
        self.resize_size = [resize_size]
        self.mean = list(mean)
        self.std = list(std)
        self.interpolation = interpolation
        self.antialias = antialias

    def forward(self, img) -> Tensor:
        img = F.resize(img, self.resize_size, interpolation=self.interpolation, antialias=self.antialias)
        img = F.center_crop(img, self.crop_size)
        return F.normalize(_float_tensor(img), mean=self.mean, std=self.std)

    def __repr__(self) -> str:
        rows = ("crop_size", "resize_size", "mean", "std", "interpolation")
        return f"{type(self).__name__}(" + "".join(f"\n    {row}={getattr(self, row)}" for row in rows) + "\n)"


class VideoClassification(nn.Module):
    """Frames (..., T, C, H, W) resized, cropped in the middle, normalised, and turned to (..., C, T, H, W)."""

    def __init__(
        self,
        *,
        crop_size: tuple[int, int],
        resize_size: tuple[int] | tuple[int, int],
        mean: tuple[float, ...] = (0.43216, 0.394666, 0.37645),
        std: tuple[float, ...] = (0.22803, 0.22145, 0.216989),
        interpolation: InterpolationMode = InterpolationMode.BILINEAR,
    ) -> None:
        super().__init__()
        self.crop_size = list(crop_size)
        self.resize_size = list(resize_size)
        self.mean = list(mean)
        self.std = list(std)
        self.interpolation = interpolation

    def forward(self, vid: Tensor) -> Tensor:
        single = vid.ndim < 5
        if single:
            vid = vid.unsqueeze(dim=0)
        n, t, c, h, w = vid.shape
        frames = F.resize(vid.reshape(-1, c, h, w), self.resize_size, interpolation=self.interpolation, antialias=False)
        frames = F.center_crop(frames, self.crop_size)
        frames = F.normalize(F.convert_image_dtype(frames, float_), mean=self.mean, std=self.std)
        h, w = self.crop_size
        out = frames.view(n, t, c, h, w).permute(0, 2, 1, 3, 4)
        return out.squeeze(dim=0) if single else out

    def __repr__(self) -> str:
        rows = ("crop_size", "resize_size", "mean", "std", "interpolation")
        return f"{type(self).__name__}(" + "".join(f"\n    {row}={getattr(self, row)}" for row in rows) + "\n)"


class SemanticSegmentation(nn.Module):
    """Resized, and normalised."""

    def __init__(
        self,
        *,
        resize_size: int | None,
        mean: tuple[float, ...] = (0.485, 0.456, 0.406),
        std: tuple[float, ...] = (0.229, 0.224, 0.225),
        interpolation: InterpolationMode = InterpolationMode.BILINEAR,
        antialias: bool | None = True,
    ) -> None:
        super().__init__()
        self.resize_size = [resize_size] if resize_size is not None else None
        self.mean = list(mean)
        self.std = list(std)
        self.interpolation = interpolation
        self.antialias = antialias

    def forward(self, img) -> Tensor:
        if isinstance(self.resize_size, list):
            img = F.resize(img, self.resize_size, interpolation=self.interpolation, antialias=self.antialias)
        return F.normalize(_float_tensor(img), mean=self.mean, std=self.std)

    def __repr__(self) -> str:
        rows = ("resize_size", "mean", "std", "interpolation")
        return f"{type(self).__name__}(" + "".join(f"\n    {row}={getattr(self, row)}" for row in rows) + "\n)"


class OpticalFlow(nn.Module):
    """Two pictures as floats in [-1, 1]."""

    def forward(self, img1, img2) -> tuple[Tensor, Tensor]:
        def prepared(img):
            return F.normalize(_float_tensor(img), mean=[0.5, 0.5, 0.5], std=[0.5, 0.5, 0.5]).contiguous()

        return prepared(img1), prepared(img2)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"
