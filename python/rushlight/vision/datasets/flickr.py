"""Flickr8k and Flickr30k: pictures, and five sentences about each."""

from __future__ import annotations

import glob
import os
from collections import defaultdict
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

from .folder import default_loader
from .vision import VisionDataset


class Flickr8kParser(HTMLParser):
    """Reads the page of sentences: a table of links to pictures and lists of sentences.

    Args:
        root (str or path): the folder of pictures, whose names begin with the last part of a link.
    """

    def __init__(self, root: Any) -> None:
        super().__init__()
        self.root = root
        self.annotations: dict[str, list[str]] = {}
        self.in_table = False
        self.current_tag: str | None = None
        self.current_img: str | None = None

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.current_tag = tag
        self.in_table |= tag == "table"

    def handle_endtag(self, tag: str) -> None:
        self.current_tag = None
        self.in_table &= tag != "table"

    def handle_data(self, data: str) -> None:
        if not self.in_table:
            return
        if data == "Image Not Found":
            self.current_img = None
        elif self.current_tag == "a":
            pattern = os.path.join(self.root, data.split("/")[-2] + "_*.jpg")
            found = glob.glob(pattern)
            if not found:
                raise FileNotFoundError(f"there is no picture {pattern}, which the annotations name")
            self.current_img = found[0]
            self.annotations[self.current_img] = []
        elif self.current_tag == "li" and self.current_img:
            self.annotations[self.current_img].append(data.strip())


class _Flickr(VisionDataset):
    """What both share: sentences by picture."""

    def __init__(self, root: Any, ann_file: Any, transform: Callable | None, target_transform: Callable | None, loader: Callable) -> None:
        super().__init__(root, transform=transform, target_transform=target_transform)
        self.ann_file = os.path.expanduser(ann_file)
        self.annotations = self._read()
        self.ids = sorted(self.annotations)
        self.loader = loader

    def _read(self) -> dict[str, list[str]]:
        raise NotImplementedError

    def _path(self, name: str) -> str:
        return name

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        name = self.ids[index]
        return self._transformed(self.loader(self._path(name)), self.annotations[name])

    def __len__(self) -> int:
        return len(self.ids)


class Flickr8k(_Flickr):
    """Eight thousand pictures with five sentences each (Hodosh et al., 2013).

    Args:
        root (str or path): the folder of pictures.
        ann_file (str or path): the HTML page of sentences.
        transform, target_transform (callable, optional): of the picture, and of the list of sentences.
        loader (callable): reads a path.

    Raises:
        FileNotFoundError: if the page is not there, or a picture that it names.
    """

    def __init__(
        self,
        root: Any,
        ann_file: str,
        transform: Callable | None = None,
        target_transform: Callable | None = None,
        loader: Callable[[str], Any] = default_loader,
    ) -> None:
        super().__init__(root, ann_file, transform, target_transform, loader)

    def _read(self) -> dict[str, list[str]]:
        parser = Flickr8kParser(self.root)
        with open(self.ann_file) as file:
            parser.feed(file.read())
        return parser.annotations


class Flickr30k(_Flickr):
    """Thirty thousand pictures with five sentences each (Young et al., 2014).

    Args:
        root (str or path): the folder of pictures.
        ann_file (str or path): the file of lines ``name.jpg#0``, a tab, and a sentence.
        transform, target_transform (callable, optional): of the picture, and of the list of sentences.
        loader (callable): reads a path.
    """

    def __init__(
        self,
        root: str,
        ann_file: str,
        transform: Callable | None = None,
        target_transform: Callable | None = None,
        loader: Callable[[str], Any] = default_loader,
    ) -> None:
        super().__init__(root, ann_file, transform, target_transform, loader)

    def _read(self) -> dict[str, list[str]]:
        found = defaultdict(list)
        with open(self.ann_file) as file:
            for line in file:
                name, sentence = line.strip().split("\t")
                found[name[:-2]].append(sentence)
        return found

    def _path(self, name: str) -> str:
        return os.path.join(self.root, name)
