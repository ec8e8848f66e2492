"""Data sets on files made here, in the published formats; image files; pictures for people."""

import gzip
import hashlib
import http.server
import pickle
import struct
import sys
import threading

import numpy as np
import pytest
import rushlight as torch
from PIL import Image
from rushlight.utils.data import DataLoader
from rushlight.vision import _download, datasets, io, transforms, utils


def idx(values: np.ndarray) -> bytes:
    """Bytes in the IDX format."""
    return struct.pack(f">HBB{values.ndim}I", 0, 8, values.ndim, *values.shape) + values.tobytes()


def write_mnist(root, name="MNIST", count=5):
    folder = root / name / "raw"
    folder.mkdir(parents=True)
    pictures = np.random.default_rng(0).integers(0, 256, (count, 28, 28), dtype=np.uint8)
    labels = np.arange(count, dtype=np.uint8)
    for kind in ("train", "t10k"):
        (folder / f"{kind}-images-idx3-ubyte").write_bytes(idx(pictures))
        (folder / f"{kind}-labels-idx1-ubyte").write_bytes(idx(labels))
    return pictures


@pytest.mark.parametrize("name", ["MNIST", "FashionMNIST", "KMNIST"])
def test_mnist_and_its_kin(tmp_path, name):
    pictures = write_mnist(tmp_path, name)
    data = getattr(datasets, name)(tmp_path, train=False, transform=transforms.ToTensor())
    assert len(data) == 5
    image, label = data[3]
    assert label == 3
    assert torch.allclose(image[0], torch.from_numpy(pictures[3]) / 255)
    images, labels = next(iter(DataLoader(data, batch_size=5)))
    assert tuple(images.shape) == (5, 1, 28, 28)
    assert labels.tolist() == [0, 1, 2, 3, 4]
    assert "Split: Test" in repr(data)


def test_a_missing_file_is_named(tmp_path):
    write_mnist(tmp_path)
    (tmp_path / "MNIST" / "raw" / "t10k-labels-idx1-ubyte").unlink()
    with pytest.raises(RuntimeError, match="t10k-labels-idx1-ubyte is not there"):
        datasets.MNIST(tmp_path)


def test_a_truncated_idx_file_is_refused(tmp_path):
    write_mnist(tmp_path)
    path = tmp_path / "MNIST" / "raw" / "train-images-idx3-ubyte"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ValueError, match="broken"):
        datasets.MNIST(tmp_path)


def write_cifar(root):
    folder = root / "cifar-10-batches-py"
    folder.mkdir()
    draw = np.random.default_rng(0)

    def write(name, content):
        data = pickle.dumps(content, protocol=2)
        (folder / name).write_bytes(data)
        return hashlib.md5(data).hexdigest()

    def batch(name):
        pixels = draw.integers(0, 256, (4, 3072), dtype=np.uint8)
        return [name, write(name, {"data": pixels, "labels": [0, 1, 2, 3]})]

    tables = {"train_list": [batch(f"data_batch_{i}") for i in range(1, 6)], "test_list": [batch("test_batch")]}
    meta = write("batches.meta", {"label_names": list("abcd")})
    return type("CIFAR10", (datasets.CIFAR10,), {**tables, "meta": {**datasets.CIFAR10.meta, "md5": meta}})


def test_cifar(tmp_path):
    data = write_cifar(tmp_path)(tmp_path)
    assert (len(data), data.classes, data[5][1]) == (20, list("abcd"), 1)
    assert data[0][0].size == (32, 32)


def test_a_broken_batch_is_named(tmp_path):
    kind = write_cifar(tmp_path)
    path = tmp_path / "cifar-10-batches-py" / "data_batch_3"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(RuntimeError, match="data_batch_3 has another MD5"):
        kind(tmp_path)


def test_pickles_that_run_code_are_refused(tmp_path):
    class Evil:
        def __reduce__(self):
            return (print, ("run",))

    path = tmp_path / "x"
    path.write_bytes(pickle.dumps(Evil()))
    with path.open("rb") as file, pytest.raises(pickle.UnpicklingError):
        datasets.utils.load_pickled_arrays(file)


def test_folders_of_pictures(tmp_path):
    for name in ("dog/b.png", "dog/sub/a.JPG", "cat/c.bmp", "cat/notes.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".txt":
            path.write_text("no picture")
        else:
            Image.new("L", (4, 3)).save(path)
    data = datasets.ImageFolder(tmp_path)
    assert data.classes == ["cat", "dog"]
    assert data.targets == [0, 1, 1]
    assert data[2][0].mode == "RGB"
    (tmp_path / "empty").mkdir()
    with pytest.raises(FileNotFoundError, match="empty"):
        datasets.ImageFolder(tmp_path)
    with pytest.raises(FileNotFoundError):
        datasets.ImageFolder(tmp_path / "nowhere")


def test_fake_data_leaves_the_stream_alone():
    data = datasets.FakeData(4, (3, 8, 8), transform=transforms.ToTensor())
    torch.manual_seed(1)
    expected = torch.rand(1)
    torch.manual_seed(1)
    first = data[2][0]
    assert torch.equal(torch.rand(1), expected)
    assert torch.equal(data[2][0], first)


class Server(http.server.BaseHTTPRequestHandler):
    """Breaks off the first answer in its middle; goes on where it is asked to."""

    content = bytes(range(256)) * 400
    calls: list = []

    def do_GET(self):
        start = int(self.headers.get("Range", "bytes=0-")[6:-1])
        self.calls.append(start)
        rest = self.content[start:]
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(rest)))
        self.end_headers()
        self.wfile.write(rest[: len(rest) // 2] if len(self.calls) == 1 else rest)

    def log_message(self, *args):
        pass


def test_a_download_is_shown_on_terminals_alone(tmp_path, monkeypatch, capsys):
    source = tmp_path / "a.bin"
    source.write_bytes(bytes(200_000))
    for terminal, shown in ((False, ""), (True, "100% of 0.2 MiB")):
        monkeypatch.setattr(sys.stderr, "isatty", lambda t=terminal: t)
        _download.fetch(source.as_uri(), str(tmp_path / "out"))
        said = capsys.readouterr().err
        assert shown in said and bool(said) == terminal


def test_a_download_goes_on_where_it_broke_off(tmp_path):
    Server.calls = []
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/data.bin"
        md5 = hashlib.md5(Server.content).hexdigest()
        datasets.utils.download_url(url, tmp_path, md5=md5)
        assert (tmp_path / "data.bin").read_bytes() == Server.content
        assert Server.calls[0] == 0
        assert Server.calls[1] > 0
        with pytest.raises(RuntimeError, match="not the file"):
            datasets.utils.download_url(url, tmp_path, "other.bin", md5="0" * 32)
        server.shutdown()
    assert [path.name for path in tmp_path.iterdir()] == ["data.bin"]


def test_archives(tmp_path):
    (tmp_path / "x.txt.gz").write_bytes(gzip.compress(b"hello"))
    datasets.utils.extract_archive(tmp_path / "x.txt.gz", remove_finished=True)
    assert (tmp_path / "x.txt").read_bytes() == b"hello"
    assert not (tmp_path / "x.txt.gz").exists()
    (tmp_path / "y.txt.gz").write_bytes(gzip.compress(b"hello" * 1000)[:-12])
    with pytest.raises(EOFError):
        datasets.utils.extract_archive(tmp_path / "y.txt.gz")
    assert not (tmp_path / "y.txt").exists()
    with pytest.raises(RuntimeError, match="archive type"):
        datasets.utils.extract_archive(tmp_path / "z.abc")


def test_fetching_from_nowhere_leaves_nothing(tmp_path):
    with pytest.raises(OSError):
        _download.fetch((tmp_path / "none").as_uri(), str(tmp_path / "out"), progress=False)
    assert list(tmp_path.iterdir()) == []


# ---- image files and pictures for people --------------------------------------------------------------------------------
def noise(c=3, h=6, w=8):
    return torch.from_numpy(np.random.default_rng(0).integers(0, 256, (c, h, w), dtype=np.uint8))


@pytest.mark.parametrize("channels", [1, 3])
def test_png_keeps_every_byte(tmp_path, channels):
    img = noise(channels)
    io.write_png(img, str(tmp_path / "a.png"))
    assert torch.equal(io.read_image(str(tmp_path / "a.png")), img)
    assert torch.equal(io.decode_png(io.encode_png(img)), img)


def test_jpeg_is_near():
    smooth = (torch.arange(32.0)[None, :, None] * 4 + torch.arange(32.0)[None, None, :] * 3).expand(3, 32, 32).to(torch.uint8)
    out = io.decode_jpeg(io.encode_jpeg(smooth, quality=95))
    assert int((out.int() - smooth.int()).abs().max()) <= 6
    assert tuple(io.decode_jpeg(io.encode_jpeg(smooth), mode="GRAY").shape) == (1, 32, 32)


@pytest.mark.parametrize("mode", ["GRAY", "GRAY_ALPHA", "RGB", "RGB_ALPHA"])
def test_channels_are_those_that_are_asked_for(mode):
    out = io.decode_image(io.encode_png(noise()), mode)
    assert out.shape[0] == {"GRAY": 1, "GRAY_ALPHA": 2, "RGB": 3, "RGB_ALPHA": 4}[mode]


@pytest.mark.parametrize(
    "call",
    [
        lambda: io.read_image("/nowhere/a.png"),
        lambda: io.decode_image(torch.arange(20, dtype=torch.uint8)),
        lambda: io.decode_jpeg(io.encode_jpeg(noise())[:200]),
        lambda: io.decode_png(io.encode_jpeg(noise())),
        lambda: io.encode_png(torch.zeros(3, 4, 4)),
        lambda: io.encode_png(torch.zeros(2, 4, 4, dtype=torch.uint8)),
        lambda: io.decode_image(torch.zeros(3)),
    ],
)
def test_every_failure_of_io_is_a_runtime_error(call):
    with pytest.raises(RuntimeError):
        call()


@pytest.mark.parametrize("kind, channels", [(0, 1), (2, 3), (4, 2), (6, 4)])
def test_sixteen_bits_keep_every_bit(kind, channels):
    import struct
    import zlib

    values = np.random.default_rng(kind).integers(0, 65536, (5, 7, channels), dtype=np.uint16)

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    # each row as its difference to the one above, so that the filters of the format are undone too
    rows = values.astype(">u2").view(np.uint8).reshape(5, -1)
    up = np.vstack([rows[:1], rows[1:] - rows[:-1]])
    raw = b"".join(bytes([2]) + row.tobytes() for row in up)
    header = struct.pack(">IIBBBBB", 7, 5, 16, kind, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b"")
    data = torch.from_numpy(np.frombuffer(png, np.uint8).copy())
    read = io.decode_png(data)
    assert read.dtype == torch.uint16
    np.testing.assert_array_equal(read.numpy(), values.transpose(2, 0, 1))
    full = io.decode_png(data, "RGB_ALPHA")
    assert full.shape == (4, 5, 7) and full.dtype == torch.uint16
    if channels in (1, 3):
        assert (full[3].numpy() == 65535).all()


def test_wrapped_data_sets_say_what_their_targets_are(tmp_path):
    from rushlight.vision import datasets, tv_tensors

    base = tmp_path / "VOCdevkit" / "VOC2012"
    for folder in ("Annotations", "JPEGImages", "SegmentationClass", "ImageSets/Main", "ImageSets/Segmentation"):
        (base / folder).mkdir(parents=True)
    for kind in ("Main", "Segmentation"):
        (base / "ImageSets" / kind / "train.txt").write_text("one\n")
    Image.new("RGB", (20, 10)).save(base / "JPEGImages" / "one.jpg")
    Image.new("P", (20, 10)).save(base / "SegmentationClass" / "one.png")
    thing = "<object><name>dog</name><bndbox><xmin>1</xmin><ymin>2</ymin><xmax>7</xmax><ymax>9</ymax></bndbox></object>"
    (base / "Annotations" / "one.xml").write_text(f"<annotation><folder>x</folder>{thing}</annotation>")
    seen = []
    voc = datasets.VOCDetection(tmp_path, image_set="train", transforms=lambda *both: seen.append(both) or both)
    wrapped = datasets.wrap_dataset_for_transforms_v2(voc)
    assert isinstance(wrapped, datasets.VOCDetection) and len(wrapped) == 1
    _, target = wrapped[0]
    assert sorted(target) == ["boxes", "labels"] and target["labels"].tolist() == [12]
    assert isinstance(target["boxes"], tv_tensors.BoundingBoxes) and target["boxes"].canvas_size == (10, 20)
    assert target["boxes"].tolist() == [[1, 2, 7, 9]] and seen[0][1] is target and len(seen) == 1
    assert "annotation" in datasets.wrap_dataset_for_transforms_v2(voc, target_keys="all")[0][1]
    masks = datasets.wrap_dataset_for_transforms_v2(datasets.VOCSegmentation(tmp_path, image_set="train"))[0][1]
    assert isinstance(masks, tv_tensors.Mask) and masks.shape[-2:] == (10, 20)
    with pytest.raises(ValueError, match="not available"):
        datasets.wrap_dataset_for_transforms_v2(voc, target_keys=["nothing"])
    with pytest.raises(ValueError, match="collection of strings"):
        datasets.wrap_dataset_for_transforms_v2(voc, target_keys="boxes")
    with pytest.raises(TypeError, match="meant for subclasses"):
        datasets.wrap_dataset_for_transforms_v2([1, 2])


def test_a_grid_shows_each_picture():
    images = torch.rand(5, 3, 4, 6)
    grid = utils.make_grid(images, nrow=2, padding=1)
    assert tuple(grid.shape) == (3, 16, 15)
    assert torch.equal(grid[:, 6:10, 8:14], images[3])


def test_saved_pictures(tmp_path):
    utils.save_image(torch.ones(3, 4, 4) * 0.5, tmp_path / "a.png")
    assert set(np.asarray(Image.open(tmp_path / "a.png")).flatten().tolist()) == {128}


def test_boxes_and_masks_are_drawn_where_they_are():
    black = torch.zeros(3, 10, 12, dtype=torch.uint8)
    drawn = utils.draw_bounding_boxes(black, torch.tensor([[2, 3, 8, 7]]), colors="red")
    edge = torch.zeros(10, 12, dtype=torch.bool)
    edge[3:8, 2:9] = True
    edge[4:7, 3:8] = False
    assert torch.equal(drawn[0] == 255, edge)
    assert int(drawn[1:].sum()) == 0
    masked = utils.draw_segmentation_masks(black, edge, alpha=1.0, colors="blue")
    assert torch.equal(masked[2] == 255, edge)
    with pytest.raises(ValueError, match="xmin"):
        utils.draw_bounding_boxes(black, torch.tensor([[8, 3, 2, 7]]))
    with pytest.raises(TypeError):
        utils.make_grid("no picture")


