"""Optical flow: two pictures of a scene, and where each pixel went."""

from __future__ import annotations

import itertools
import os
from abc import ABC, abstractmethod
from collections.abc import Callable
from glob import glob
from pathlib import Path
from typing import Any

import numpy as np

from ... import float32
from ...utils.data import ConcatDataset
from ..io.image import decode_png, read_file
from .folder import default_loader
from .utils import _read_pfm, verify_str_arg
from .vision import VisionDataset

__all__ = ("KittiFlow", "Sintel", "FlyingThings3D", "FlyingChairs", "HD1K")

_PASSES = {"clean": ["clean"], "final": ["final"], "both": ["clean", "final"]}


def _sorted(*parts: Any) -> list[str]:
    """The paths that match a pattern, in order."""
    return sorted(glob(os.path.join(*map(str, parts))))


class FlowDataset(ABC, VisionDataset):
    """What all share: pairs of pictures, and a file of flow for each where it is known.

    An item is two pictures and the flow (2, H, W), or None; with a mask (H, W) of where it is known, if the format or the
    transforms have one. ``transforms`` takes and returns all four. Times a number it is itself as often, to mix data sets.
    """

    _has_builtin_flow_mask = False

    def __init__(self, root: Any, transforms: Callable | None = None, loader: Callable[[str], Any] = default_loader) -> None:
        super().__init__(root=root)
        self.transforms = transforms
        self._flow_list: list[str] = []
        self._image_list: list[list[str]] = []
        self._loader = loader

    def _read_img(self, file_name: str) -> Any:
        return self._loader(file_name)

    @abstractmethod
    def _read_flow(self, file_name: str) -> Any:
        """The flow in a file, with its mask if the format has one."""

    def __getitem__(self, index: int) -> Any:
        one, other = (self._read_img(path) for path in self._image_list[index])
        flow = mask = None
        if self._flow_list:
            flow = self._read_flow(self._flow_list[index])
            if self._has_builtin_flow_mask:
                flow, mask = flow
        if self.transforms is not None:
            one, other, flow, mask = self.transforms(one, other, flow, mask)
        if self._has_builtin_flow_mask or mask is not None:
            return one, other, flow, mask
        return one, other, flow

    def __len__(self) -> int:
        return len(self._image_list)

    def __rmul__(self, v: int) -> ConcatDataset:
        return ConcatDataset([self] * v)


class _Streets(FlowDataset):
    """Flow that is known in places, as KITTI writes it. A subclass lists the files of a part."""

    _has_builtin_flow_mask = True

    def __init__(
        self, root: Any, split: str = "train", transforms: Callable | None = None, loader: Callable[[str], Any] = default_loader
    ) -> None:
        super().__init__(root, transforms, loader)
        self._list(Path(root), verify_str_arg(split, "split", ("train", "test")))

    @abstractmethod
    def _list(self, root: Path, split: str) -> None:
        """Fills the lists of pictures and of flows."""

    def _read_flow(self, file_name: str) -> tuple[np.ndarray, np.ndarray]:
        return _read_16bits_png_with_flow_and_valid_mask(file_name)


class Sintel(FlowDataset):
    """A drawn film (Butler et al., 2012).

    Args:
        root (str or path): the folder with ``Sintel``.
        split (str): ``train`` or ``test``.
        pass_name (str): ``clean``, ``final`` (with fog and blur) or ``both``.
        transforms (callable, optional): of both pictures, flow and mask.
        loader (callable): reads a path.

    Raises:
        FileNotFoundError: if the folders are not there.
    """

    def __init__(
        self,
        root: Any,
        split: str = "train",
        pass_name: str = "clean",
        transforms: Callable | None = None,
        loader: Callable[[str], Any] = default_loader,
    ) -> None:
        super().__init__(root, transforms, loader)
        verify_str_arg(split, "split", ("train", "test"))
        verify_str_arg(pass_name, "pass_name", tuple(_PASSES))
        home = Path(root) / "Sintel"
        for name in _PASSES[pass_name]:
            pictures = home / ("training" if split == "train" else "test") / name
            for scene in os.listdir(pictures):
                frames = _sorted(pictures, scene, "*.png")
                self._image_list += [list(pair) for pair in itertools.pairwise(frames)]
                if split == "train":
                    self._flow_list += _sorted(home, "training", "flow", scene, "*.flo")

    def _read_flow(self, file_name: str) -> np.ndarray:
        return _read_flo(file_name)


class KittiFlow(_Streets):
    """Streets seen from a car, 2015 (Menze and Geiger, 2015); flow is known in places.

    Args:
        root (str or path): the folder with ``KittiFlow``.
        split (str): ``train`` or ``test``.
        transforms (callable, optional): of both pictures, flow and mask.
        loader (callable): reads a path.

    Raises:
        FileNotFoundError: if the pictures are not there.
    """

    def _list(self, root: Path, split: str) -> None:
        home = root / "KittiFlow" / f"{split}ing"
        first, second = _sorted(home, "image_2", "*_10.png"), _sorted(home, "image_2", "*_11.png")
        if not first or not second:
            raise FileNotFoundError("Could not find the Kitti flow images. Please make sure the directory structure is correct.")
        self._image_list = [list(pair) for pair in zip(first, second)]
        if split == "train":
            self._flow_list = _sorted(home, "flow_occ", "*_10.png")


class FlyingChairs(FlowDataset):
    """Chairs drawn over photographs (Dosovitskiy et al., 2015).

    Args:
        root (str or path): the folder with ``FlyingChairs``, which has ``FlyingChairs_train_val.txt``.
        split (str): ``train`` or ``val``.
        transforms (callable, optional): of both pictures, flow and mask.

    Raises:
        FileNotFoundError: if that file is not there.
    """

    def __init__(self, root: Any, split: str = "train", transforms: Callable | None = None) -> None:
        super().__init__(root, transforms)
        verify_str_arg(split, "split", ("train", "val"))
        home = Path(root) / "FlyingChairs"
        pictures, flows = _sorted(home, "data", "*.ppm"), _sorted(home, "data", "*.flo")
        list_of_parts = home / "FlyingChairs_train_val.txt"
        if not list_of_parts.exists():
            raise FileNotFoundError("The FlyingChairs_train_val.txt file was not found - please download it from the dataset page.")
        parts = list_of_parts.read_text().split()
        for i, path in enumerate(flows):
            if int(parts[i]) == (1 if split == "train" else 2):
                self._flow_list.append(path)
                self._image_list.append([pictures[2 * i], pictures[2 * i + 1]])

    def _read_flow(self, file_name: str) -> np.ndarray:
        return _read_flo(file_name)


class FlyingThings3D(FlowDataset):
    """Things that fly through drawn rooms (Mayer et al., 2016).

    Args:
        root (str or path): the folder with ``FlyingThings3D``.
        split (str): ``train`` or ``test``.
        pass_name (str): ``clean``, ``final`` or ``both``.
        camera (str): ``left``, ``right`` or ``both``.
        transforms (callable, optional): of both pictures, flow and mask.
        loader (callable): reads a path.

    Raises:
        FileNotFoundError: if the folders are not there.
    """

    def __init__(
        self,
        root: Any,
        split: str = "train",
        pass_name: str = "clean",
        camera: str = "left",
        transforms: Callable | None = None,
        loader: Callable[[str], Any] = default_loader,
    ) -> None:
        super().__init__(root, transforms, loader)
        part = verify_str_arg(split, "split", ("train", "test")).upper()
        verify_str_arg(pass_name, "pass_name", tuple(_PASSES))
        verify_str_arg(camera, "camera", ("left", "right", "both"))
        home = Path(root) / "FlyingThings3D"
        cameras = ["left", "right"] if camera == "both" else [camera]
        for name, side, direction in itertools.product(_PASSES[pass_name], cameras, ("into_future", "into_past")):
            scenes = sorted(Path(path) / side for path in _sorted(home, f"frames_{name}pass", part, "*/*"))
            flows = sorted(Path(path) / direction / side for path in _sorted(home, "optical_flow", part, "*/*"))
            if not scenes or not flows:
                raise FileNotFoundError("Could not find the FlyingThings3D flow images. Please make sure the directory structure is correct.")
            for scene, folder in zip(scenes, flows):
                frames, files = _sorted(scene, "*.png"), _sorted(folder, "*.pfm")
                for i in range(len(files) - 1):
                    ahead = direction == "into_future"
                    self._image_list.append([frames[i], frames[i + 1]] if ahead else [frames[i + 1], frames[i]])
                    self._flow_list.append(files[i] if ahead else files[i + 1])

    def _read_flow(self, file_name: str) -> np.ndarray:
        return _read_pfm(file_name)


class HD1K(_Streets):
    """Streets seen from a car, with much light and rain (Kondermann et al., 2016).

    Args:
        root (str or path): the folder with ``hd1k``.
        split (str): ``train`` or ``test``.
        transforms (callable, optional): of both pictures, flow and mask.
        loader (callable): reads a path.

    Raises:
        FileNotFoundError: if the pictures are not there.
    """

    def _list(self, root: Path, split: str) -> None:
        home = root / "hd1k"
        if split == "train":
            for scene in range(36):
                flows = _sorted(home, "hd1k_flow_gt", "flow_occ", f"{scene:06d}_*.png")
                frames = _sorted(home, "hd1k_input", "image_2", f"{scene:06d}_*.png")
                self._flow_list += flows[:-1]
                self._image_list += [[frames[i], frames[i + 1]] for i in range(len(flows) - 1)]
        else:
            challenge = home / "hd1k_challenge" / "image_2"
            self._image_list = [list(pair) for pair in zip(_sorted(challenge, "*10.png"), _sorted(challenge, "*11.png"))]
        if not self._image_list:
            raise FileNotFoundError("Could not find the HD1K images. Please make sure the directory structure is correct.")


def _read_flo(file_name: Any) -> np.ndarray:
    """The flow (2, H, W) in a file of Middlebury's format.

    Raises:
        ValueError: if it is in no such format, or broken.
    """
    with open(file_name, "rb") as file:
        content = file.read()
    if content[:4] != b"PIEH":
        raise ValueError(f"Magic number incorrect. Invalid .flo file: {file_name}")
    if len(content) < 12:
        raise ValueError(f"{file_name} is broken: it ends before its sizes")
    width, height = (int(side) for side in np.frombuffer(content, "<i4", 2, 4))
    if len(content) != 12 + 8 * width * height:
        raise ValueError(f"{file_name} is broken: {len(content)} bytes where {height} x {width} places need {12 + 8 * width * height}")
    return np.frombuffer(content, "<f4", 2 * width * height, 12).reshape(height, width, 2).transpose(2, 0, 1)


def _read_16bits_png_with_flow_and_valid_mask(file_name: Any) -> tuple[np.ndarray, np.ndarray]:
    """The flow (2, H, W) and where it is known (H, W), of KITTI's format: 64 steps a pixel, around the middle of 16 bits."""
    channels = decode_png(read_file(os.fspath(file_name))).to(float32)
    return ((channels[:2] - 2**15) / 64).numpy(), channels[2].bool().numpy()
