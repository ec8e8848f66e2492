"""The rows of pictures: transforms of bytes and floats in both orders of memory, boxes, regions, moved taps. Beside them stands
torchvision, where it is installed."""

from __future__ import annotations

import importlib
from typing import Any

from row import add, lines, made

_SIZES = {"224": (224, 224), "500": (500, 375), "1080": (1080, 1920)}


def vision(t, path: str) -> Any:
    """A module of the package for pictures that belongs to the package under test."""
    return importlib.import_module(("rushlight.vision" if t.__name__ == "rushlight" else "torchvision") + path)


def picture(t, size: str, dtype: str, last: bool):
    x = t.randint(0, 256, (3, *_SIZES[size]), dtype=t.uint8)
    x = x if dtype == "uint8" else x / 255
    return x.permute(1, 2, 0).contiguous().permute(2, 0, 1) if last else x


# ---- transforms: what is called of `transforms.v2.functional`, and of which dtypes
_TRANSFORMS = {
    "resize": ("uint8 float32", lambda F, x: F.resize(x, [256, 256], antialias=True)),
    "resize_bicubic": ("uint8 float32", lambda F, x: F.resize(x, [160, 160], interpolation=F.InterpolationMode.BICUBIC, antialias=True)),
    "resize_larger": ("uint8 float32", lambda F, x: F.resize(x, [x.shape[-2] * 3 // 2, x.shape[-1] * 3 // 2], antialias=True)),
    "resize_nearest": ("uint8 float32", lambda F, x: F.resize(x, [256, 256], interpolation=F.InterpolationMode.NEAREST)),
    "rotate": ("uint8 float32", lambda F, x: F.rotate(x, 13.0)),
    "perspective": ("uint8", lambda F, x: F.perspective(x, [[0, 0], [200, 0], [200, 200], [0, 200]], [[10, 5], [190, 8], [198, 180], [4, 199]])),
    "grey": ("uint8 float32", lambda F, x: F.rgb_to_grayscale(x)),
    "brightness": ("uint8 float32", lambda F, x: F.adjust_brightness(x, 1.3)),
    "contrast": ("uint8 float32", lambda F, x: F.adjust_contrast(x, 1.3)),
    "saturation": ("uint8 float32", lambda F, x: F.adjust_saturation(x, 1.3)),
    "hue": ("uint8 float32", lambda F, x: F.adjust_hue(x, 0.1)),
    "gamma": ("uint8", lambda F, x: F.adjust_gamma(x, 1.7)),
    "equalize": ("uint8", lambda F, x: F.equalize(x)),
    "autocontrast": ("uint8 float32", lambda F, x: F.autocontrast(x)),
    "sharpness": ("uint8 float32", lambda F, x: F.adjust_sharpness(x, 1.5)),
    "blur": ("uint8 float32", lambda F, x: F.gaussian_blur(x, [5, 5], [1.0, 1.0])),
    "normalize": ("float32", lambda F, x: F.normalize(x, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225])),
}
for _name, (_dtypes, _f) in _TRANSFORMS.items():
    for _dtype in _dtypes.split():
        for _size, _last in (("224", False), ("500", False), ("500", True), ("1080", False)):

            def _make(t, f=_f, dtype=_dtype, size=_size, last=_last):
                F = vision(t, ".transforms.v2.functional")
                return (lambda x: f(F, x)), (picture(t, size, dtype, last),)

            add(f"vision/{_name}/{_dtype}/{'last' if _last else 'dense'}/{_size}", _make, streams=True)
lines("vision", {
    "first_resize": lambda t: (lambda x: vision(t, ".transforms.functional").resize(x, [256, 256]), (picture(t, "500", "uint8", False),)),
    "to_float_and_normalize": lambda t: (lambda x: vision(t, ".transforms.v2.functional").normalize(
        vision(t, ".transforms.v2.functional").to_dtype(x, t.float32, scale=True), [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
        (picture(t, "500", "uint8", False),)),
})  # fmt: skip


# ---- boxes
def boxes(t, n: int):
    corner, size = t.rand(n, 2) * t.tensor([800.0, 600.0]), t.rand(n, 2) * 100 + 1
    return t.cat([corner, corner + size], 1)


for _n in (100, 1000, 4000):
    add(f"vision/nms/{_n}", lambda t, n=_n: (lambda b, s: vision(t, ".ops").nms(b, s, 0.5), (boxes(t, n), t.rand(n))))
    add(f"vision/batched_nms/{_n}", lambda t, n=_n: (lambda b, s, i: vision(t, ".ops").batched_nms(b, s, i, 0.5),
        (boxes(t, n), t.rand(n), t.randint(0, 20, (n,)))))  # fmt: skip
for _name in ("box_iou", "generalized_box_iou", "distance_box_iou", "complete_box_iou"):
    add(f"vision/{_name}", lambda t, name=_name: (getattr(vision(t, ".ops"), name), (boxes(t, 1000), boxes(t, 500))))


# ---- regions of maps, and moved taps
def regions(t, k: int):
    return t.cat([t.randint(0, 2, (k, 1)).float(), boxes(t, k)], 1)


lines("vision", {
    "roi_align": lambda t: (lambda x, r: vision(t, ".ops").roi_align(x, r, 7, 0.125, 2), (made(t, (2, 64, 88, 116)), regions(t, 200))),
    "roi_align_few": lambda t: (lambda x, r: vision(t, ".ops").roi_align(x, r, 7, 0.125, 2), (made(t, (2, 64, 88, 116)), regions(t, 4))),
    "roi_align_adaptive": lambda t: (lambda x, r: vision(t, ".ops").roi_align(x, r, 7, 0.125), (made(t, (2, 64, 88, 116)), regions(t, 100))),
    "roi_pool": lambda t: (lambda x, r: vision(t, ".ops").roi_pool(x, r, 7, 0.125), (made(t, (2, 64, 88, 116)), regions(t, 200))),
    "ps_roi_align": lambda t: (lambda x, r: vision(t, ".ops").ps_roi_align(x, r, 7, 0.125, 2), (made(t, (2, 98, 88, 116)), regions(t, 200))),
    "ps_roi_pool": lambda t: (lambda x, r: vision(t, ".ops").ps_roi_pool(x, r, 7, 0.125), (made(t, (2, 98, 88, 116)), regions(t, 200))),
    "deform_conv2d": lambda t: (lambda x, o, w, m: vision(t, ".ops").deform_conv2d(x, o, w, padding=1, mask=m),
        (made(t, (2, 64, 28, 28)), made(t, (2, 18, 28, 28)), made(t, (64, 64, 3, 3)), t.rand(2, 9, 28, 28))),
}, grad="roi_align roi_align_few roi_align_adaptive roi_pool ps_roi_align ps_roi_pool deform_conv2d")  # fmt: skip
