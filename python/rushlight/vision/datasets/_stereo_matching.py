"""Stereo matching: what two eyes see, and by how much each pixel of the left moved."""

from __future__ import annotations

import json
import os
import random
import shutil
from abc import ABC, abstractmethod
from collections.abc import Callable
from glob import glob
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from .utils import _read_pfm, download_and_extract_archive, verify_str_arg
from .vision import VisionDataset

__all__ = ()

_Pair = tuple[str, "str | None"]


def _disparity_of_pfm(path: Any) -> np.ndarray:
    """Disparities (1, H, W), without sign."""
    return np.abs(_read_pfm(path, slice_channels=1))


def _scaled(path: Any, scale: float, dtype: Any = np.float32) -> np.ndarray:
    """A picture's numbers (1, H, W) over ``scale``."""
    return np.asarray(Image.open(path), dtype=dtype)[None] / scale


class StereoMatchingDataset(ABC, VisionDataset):
    """What all share: pairs of pictures, and files of disparities.

    An item is the left picture, the right one and the left disparities (1, H, W), or None; and a mask (H, W) of where they are
    known, if the format or the transforms have one. ``transforms`` takes and returns pairs of pictures, disparities and masks.
    """

    _has_built_in_disparity_mask = False

    def __init__(self, root: Any, transforms: Callable | None = None) -> None:
        super().__init__(root=root)
        self.transforms = transforms
        self._images: list[Any] = []
        self._disparities: list[Any] = []

    def _read_img(self, file_path: Any) -> Any:
        return Image.open(file_path).convert("RGB")

    def _scan_pairs(self, left: Any, right: Any = None) -> list[_Pair]:
        """The files that match two patterns, in order and in pairs; with one pattern the second of each pair is None.

        Raises:
            FileNotFoundError: if none match.
            ValueError: if there are not as many of both.
        """
        pairs = [None if pattern is None else sorted(glob(str(pattern))) for pattern in (left, right)]
        for found, pattern in zip(pairs, (left, right)):
            if found is not None and not found:
                raise FileNotFoundError(f"Could not find any files matching the patterns: {pattern}")
        one = pairs[0] or []
        other = pairs[1]
        if other is None:
            return [(path, None) for path in one]
        if len(one) != len(other):
            raise ValueError(f"Found {len(one)} left files but {len(other)} right files using:\n left pattern: {left}\nright pattern: {right}\n")
        return list(zip(one, other))

    @abstractmethod
    def _read_disparity(self, file_path: Any) -> tuple[Any, Any]:
        """The disparities in a file, and where they are known; None for no file."""

    def __getitem__(self, index: int) -> Any:
        pictures = tuple(self._read_img(path) for path in self._images[index])
        read = [self._read_disparity(path) if path is not None else (None, None) for path in self._disparities[index]]
        disparities, masks = tuple(zip(*read))
        if self.transforms is not None:
            pictures, disparities, masks = self.transforms(pictures, disparities, masks)
        item = (pictures[0], pictures[1], disparities[0])
        return (*item, masks[0]) if self._has_built_in_disparity_mask or masks[0] is not None else item

    def __len__(self) -> int:
        return len(self._images)


class CarlaStereo(StereoMatchingDataset):
    """Streets drawn by a simulator of driving (Deschaud, 2021).

    Args:
        root (str or path): the folder with ``carla-highres``.
        transforms (callable, optional): of pairs of pictures, disparities and masks.

    Raises:
        FileNotFoundError: if the files are not there.
    """

    def __init__(self, root: Any, transforms: Callable | None = None) -> None:
        super().__init__(root, transforms)
        scenes = Path(root) / "carla-highres" / "trainingF" / "*"
        self._images = self._scan_pairs(scenes / "im0.png", scenes / "im1.png")
        self._disparities = self._scan_pairs(scenes / "disp0GT.pfm", scenes / "disp1GT.pfm")

    def _read_disparity(self, file_path: Any) -> tuple[Any, Any]:
        return _disparity_of_pfm(file_path), None


class _KittiStereo(StereoMatchingDataset):
    _has_built_in_disparity_mask = True
    _YEAR: str
    _SIDES: tuple[str, str]
    _TRUTH: tuple[str, str | None]
    _ENDS = "*.png"

    def __init__(self, root: Any, split: str = "train", transforms: Callable | None = None) -> None:
        super().__init__(root, transforms)
        verify_str_arg(split, "split", ("train", "test"))
        home = Path(root) / f"Kitti{self._YEAR}" / f"{split}ing"
        left, right = (home / side / self._ENDS for side in self._SIDES)
        self._images = self._scan_pairs(left, right)
        if split == "train":
            self._disparities = self._scan_pairs(*(None if side is None else home / side / "*.png" for side in self._TRUTH))
        else:
            self._disparities = [(None, None)] * len(self._images)

    def _read_disparity(self, file_path: Any) -> tuple[Any, Any]:
        return _scaled(file_path, 256.0, None), None


class Kitti2012Stereo(_KittiStereo):
    """Streets seen from a car (Geiger et al., 2012).

    Args:
        root (str or path): the folder with ``Kitti2012``.
        split (str): ``train`` or ``test``.
        transforms (callable, optional): of pairs of pictures, disparities and masks.

    Raises:
        FileNotFoundError: if the files are not there.
    """

    _YEAR, _SIDES, _TRUTH, _ENDS = "2012", ("colored_0", "colored_1"), ("disp_noc", None), "*_10.png"


class Kitti2015Stereo(_KittiStereo):
    """Streets seen from a car (Menze and Geiger, 2015); arguments as of ``Kitti2012Stereo``, the folder is ``Kitti2015``."""

    _YEAR, _SIDES, _TRUTH = "2015", ("image_2", "image_3"), ("disp_occ_0", "disp_occ_1")


class Middlebury2014Stereo(StereoMatchingDataset):
    """Still lifes (Scharstein et al., 2014).

    Args:
        root (str or path): the folder with ``Middlebury2014``.
        split (str): ``train``, ``test`` or ``additional``.
        calibration (str, optional): ``perfect``, ``imperfect`` or ``both``; None of ``test``, which has no choice.
        use_ambient_views (bool): whether the right picture may be one in other light, drawn by Python's ``random``.
        transforms (callable, optional): of pairs of pictures, disparities and masks.
        download (bool): whether to download what is not there.

    Raises:
        ValueError: for a calibration that the split has not.
        FileNotFoundError: if the files are not there.
    """

    splits = {
        "train": "Adirondack Jadeplant Motorcycle Piano Pipes Playroom Playtable Recycle Shelves Vintage".split(),
        "additional": "Backpack Bicycle1 Cable Classroom1 Couch Flowers Mask Shopvac Sticks Storage Sword1 Sword2 Umbrella".split(),
        "test": """Plants Classroom2E Classroom2 Australia DjembeL CrusadeP Crusade Hoops Bicycle2 Staircase Newkuba AustraliaP Djembe
            Livingroom Computer""".split(),
    }
    _has_built_in_disparity_mask = True

    def __init__(
        self,
        root: Any,
        split: str = "train",
        calibration: str | None = "perfect",
        use_ambient_views: bool = False,
        transforms: Callable | None = None,
        download: bool = False,
    ) -> None:
        super().__init__(root, transforms)
        self.split = verify_str_arg(split, "split", ("train", "test", "additional"))
        if calibration:
            verify_str_arg(calibration, "calibration", ("perfect", "imperfect", "both", None))
            if split == "test":
                raise ValueError("Split 'test' has only no calibration settings, please set `calibration=None`.")
        elif split != "test":
            raise ValueError(f"Split '{split}' has calibration settings, however None was provided as an argument.\nSetting calibration to 'perfect' for split '{split}'. Available calibration settings are: 'perfect', 'imperfect', 'both'.")
        if download:
            self._download_dataset(root)
        home = Path(root) / "Middlebury2014" / split
        if not home.exists():
            raise FileNotFoundError(f"The {split} directory was not found in the provided root directory")
        if not any(name.startswith(scene) for name in os.listdir(home) for scene in self.splits[split]):
            raise FileNotFoundError(f"Provided root folder does not contain any scenes from the {split} split.")
        kinds = {None: [""], "both": ["-perfect", "-imperfect"]}.get(calibration, [f"-{calibration}"])
        for kind in kinds:
            scenes = home / f"*{kind}"
            self._images += self._scan_pairs(scenes / "im0.png", scenes / "im1.png")
            if split == "test":
                self._disparities = [(None, None)] * len(self._images)
            else:
                self._disparities += self._scan_pairs(scenes / "disp0.pfm", scenes / "disp1.pfm")
        self.use_ambient_views = use_ambient_views

    def _read_img(self, file_path: Any) -> Any:
        path: Any = Path(file_path)
        if path.name == "im1.png" and self.use_ambient_views:
            others = [path.parent / name for name in ("im1E.png", "im1L.png")]
            path = random.choice([*(other for other in others if other.exists()), path])
        return super()._read_img(path)

    def _read_disparity(self, file_path: Any) -> tuple[Any, Any]:
        disparity = _disparity_of_pfm(file_path)
        disparity[disparity == np.inf] = 0  # not known
        return disparity, (disparity > 0).squeeze(0)

    def _download_dataset(self, root: Any) -> None:
        home = Path(root) / "Middlebury2014"
        if self.split != "test":
            for scene in self.splits[self.split]:
                for kind in ("perfect", "imperfect"):
                    name = f"{scene}-{kind}"
                    if not (home / self.split / name).exists():
                        url = f"https://vision.middlebury.edu/stereo/data/scenes2014/zip/{name}.zip"
                        download_and_extract_archive(url, str(home / self.split), filename=f"{name}.zip", remove_finished=True)
            return
        target = home / "test"
        target.mkdir(parents=True, exist_ok=True)
        if all((target / scene).exists() for scene in self.splits["test"]):
            return
        url = "https://vision.middlebury.edu/stereo/submit3/zip/MiddEval3-data-F.zip"
        download_and_extract_archive(url, str(home), remove_finished=True)
        for folder in (home / "MiddEval3" / "testF").iterdir():
            shutil.move(str(folder), str(target))
        shutil.rmtree(home / "MiddEval3")


class CREStereo(StereoMatchingDataset):
    """Drawn scenes of four sorts (Li et al., 2022).

    Args:
        root (str or path): the folder with ``CREStereo``.
        transforms (callable, optional): of pairs of pictures, disparities and masks.

    Raises:
        FileNotFoundError: if the files are not there.
    """

    _has_built_in_disparity_mask = True

    def __init__(self, root: Any, transforms: Callable | None = None) -> None:
        super().__init__(root, transforms)
        for sort in ("shapenet", "reflective", "tree", "hole"):
            home = Path(root) / "CREStereo" / sort
            self._images += self._scan_pairs(home / "*_left.jpg", home / "*_right.jpg")
            self._disparities += self._scan_pairs(home / "*_left.disp.png", home / "*_right.disp.png")

    def _read_disparity(self, file_path: Any) -> tuple[Any, Any]:
        return _scaled(file_path, 32.0), None


class FallingThingsStereo(StereoMatchingDataset):
    """Things of a household that fall through drawn rooms (Tremblay et al., 2018).

    Args:
        root (str or path): the folder with ``FallingThings``.
        variant (str): ``single``, ``mixed`` or ``both``.
        transforms (callable, optional): of pairs of pictures, disparities and masks.

    Raises:
        FileNotFoundError: if the files are not there.
    """

    def __init__(self, root: Any, variant: str = "single", transforms: Callable | None = None) -> None:
        super().__init__(root, transforms)
        verify_str_arg(variant, "variant", ("single", "mixed", "both"))
        for sort in ("single", "mixed") if variant == "both" else (variant,):
            home = Path(root) / "FallingThings" / sort / ("*/*" if sort == "single" else "*")
            self._images += self._scan_pairs(home / "*.left.jpg", home / "*.right.jpg")
            self._disparities += self._scan_pairs(home / "*.left.depth.png", home / "*.right.depth.png")

    def _read_disparity(self, file_path: Any) -> tuple[Any, Any]:
        depth = np.asarray(Image.open(file_path))
        with open(Path(file_path).parent / "_camera_settings.json") as file:
            focal = json.load(file)["camera_settings"][0]["intrinsic_settings"]["fx"]
        baseline, scale = 6, 100  # centimetres between the eyes, and steps of depth in one
        return (baseline * focal * scale / depth.astype(np.float32))[None], None


class SceneFlowStereo(StereoMatchingDataset):
    """Drawn scenes (Mayer et al., 2016).

    Args:
        root (str or path): the folder with ``SceneFlow``.
        variant (str): ``FlyingThings3D``, ``Driving`` or ``Monkaa``.
        pass_name (str): ``clean``, ``final`` or ``both``.
        transforms (callable, optional): of pairs of pictures, disparities and masks.

    Raises:
        FileNotFoundError: if the files are not there.
    """

    def __init__(self, root: Any, variant: str = "FlyingThings3D", pass_name: str = "clean", transforms: Callable | None = None) -> None:
        super().__init__(root, transforms)
        verify_str_arg(variant, "variant", ("FlyingThings3D", "Driving", "Monkaa"))
        verify_str_arg(pass_name, "pass_name", ("clean", "final", "both"))
        home, below = Path(root) / "SceneFlow" / variant, "*" if variant == "Monkaa" else "*/*/*"
        for name in ("clean", "final") if pass_name == "both" else (pass_name,):
            frames, truth = home / f"frames_{name}pass" / below, home / "disparity" / below
            self._images += self._scan_pairs(frames / "left" / "*.png", frames / "right" / "*.png")
            self._disparities += self._scan_pairs(truth / "left" / "*.pfm", truth / "right" / "*.pfm")

    def _read_disparity(self, file_path: Any) -> tuple[Any, Any]:
        return _disparity_of_pfm(file_path), None


class SintelStereo(StereoMatchingDataset):
    """A drawn film (Butler et al., 2012).

    Args:
        root (str or path): the folder with ``Sintel``.
        pass_name (str): ``final`` (with fog and blur), ``clean`` or ``both``.
        transforms (callable, optional): of pairs of pictures, disparities and masks.

    Raises:
        FileNotFoundError: if the files are not there.
    """

    _has_built_in_disparity_mask = True

    def __init__(self, root: Any, pass_name: str = "final", transforms: Callable | None = None) -> None:
        super().__init__(root, transforms)
        verify_str_arg(pass_name, "pass_name", ("final", "clean", "both"))
        home = Path(root) / "Sintel" / "training"
        for name in ("final", "clean") if pass_name == "both" else (pass_name,):
            left, right = (home / f"{name}_{side}" / "*" / "*.png" for side in ("left", "right"))
            self._images += self._scan_pairs(left, right)
            self._disparities += self._scan_pairs(home / "disparities" / "*" / "*.png")

    def _get_occlussion_mask_paths(self, file_path: Any) -> tuple[str, str]:
        """What is hidden from the other eye, and what lies outside its picture."""
        path = Path(file_path)
        found = []
        for folder, said in (("occlusions", "Occlusion mask"), ("outofframe", "Out of frame mask")):
            mask = path.parent.parent.parent / folder / path.parent.name / path.name
            if not mask.exists():
                raise FileNotFoundError(f"{said} {mask} does not exist")
            found.append(str(mask))
        return found[0], found[1]

    def _read_disparity(self, file_path: Any) -> tuple[Any, Any]:
        red, green, blue = np.asarray(Image.open(file_path), dtype=np.float32).transpose(2, 0, 1)
        seen = [np.asarray(Image.open(path)) == 0 for path in self._get_occlussion_mask_paths(file_path)]
        return (red * 4 + green / 2**6 + blue / 2**14)[None], np.logical_and(*seen)


class InStereo2k(StereoMatchingDataset):
    """Rooms (Bao et al., 2020).

    Args:
        root (str or path): the folder with ``InStereo2k``.
        split (str): ``train`` or ``test``.
        transforms (callable, optional): of pairs of pictures, disparities and masks.

    Raises:
        FileNotFoundError: if the files are not there.
    """

    def __init__(self, root: Any, split: str = "train", transforms: Callable | None = None) -> None:
        super().__init__(root, transforms)
        scenes = Path(root) / "InStereo2k" / verify_str_arg(split, "split", ("train", "test")) / "*"
        self._images = self._scan_pairs(scenes / "left.png", scenes / "right.png")
        self._disparities = self._scan_pairs(scenes / "left_disp.png", scenes / "right_disp.png")

    def _read_disparity(self, file_path: Any) -> tuple[Any, Any]:
        return _scaled(file_path, 1024.0), None


class ETH3DStereo(StereoMatchingDataset):
    """Buildings and rooms, in grey (Schöps et al., 2017).

    Args:
        root (str or path): the folder with ``ETH3D``.
        split (str): ``train`` or ``test``.
        transforms (callable, optional): of pairs of pictures, disparities and masks.

    Raises:
        FileNotFoundError: if the files are not there.
    """

    _has_built_in_disparity_mask = True

    def __init__(self, root: Any, split: str = "train", transforms: Callable | None = None) -> None:
        super().__init__(root, transforms)
        verify_str_arg(split, "split", ("train", "test"))
        home = Path(root) / "ETH3D"
        scenes = home / ("two_view_training" if split == "train" else "two_view_test") / "*"
        self._images = self._scan_pairs(scenes / "im0.png", scenes / "im1.png")
        if split == "test":
            self._disparities = [(None, None)] * len(self._images)
        else:
            self._disparities = self._scan_pairs(home / "two_view_training_gt" / "*" / "disp0GT.pfm")

    def _read_disparity(self, file_path: Any) -> tuple[Any, Any]:
        known = np.asarray(Image.open(Path(file_path).parent / "mask0nocc.png")).astype(bool)
        return _disparity_of_pfm(file_path), known
