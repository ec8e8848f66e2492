"""Data sets in the formats they were published in, on files made here: what was written is read, and what is broken is named."""

import pickle

import numpy as np
import pytest
import rushlight as torch
import vision_files as files
from PIL import Image
from rushlight.utils.data import ConcatDataset
from rushlight.vision import datasets, tv_tensors
from rushlight.vision.datasets import _stereo_matching, imagenet, utils, video_utils


def of(name, root, builder, *args, **words):
    """The data set ``name`` on files that ``builder`` makes, with the MD5s of those."""
    tables = builder(root) or {}
    kind = getattr(datasets, name)
    kind = type(name, (kind,), tables) if tables else kind
    return kind(root, *args, **words)


def test_coco_lists_what_is_in_each_picture(tmp_path):
    files.coco(tmp_path)
    data = datasets.CocoDetection(tmp_path / "pictures", tmp_path / "things.json")
    assert data.ids == [0, 1, 2]
    assert [row["id"] for row in data[0][1]] == [10, 12]
    assert data[2][1] == []
    assert data.coco.getCatIds(catNms=["kind2"]) == [2]
    assert data.coco.getAnnIds(imgIds=[0], catIds=[3]) == [12]
    assert sorted(data.coco.getImgIds(catIds=1)) == [0]
    with pytest.raises(ValueError, match="integer"):
        data["0"]
    captions = datasets.CocoCaptions(tmp_path / "pictures", tmp_path / "said.json")
    assert captions[0][1] == ["sentence 0", "sentence 3"]
    wrapped = datasets.wrap_dataset_for_transforms_v2(data)
    target = wrapped[0][1]
    assert set(target) == {"image_id", "boxes", "labels"}
    assert target["boxes"].tolist() == [[1, 2, 4, 6], [1, 2, 6, 6]]
    assert wrapped[2][1] == {"image_id": 2}


def test_a_file_that_is_no_annotation_file_is_refused(tmp_path):
    files.text(tmp_path / "x.json", "[1, 2]")
    with pytest.raises(ValueError, match="lists no images"):
        datasets.CocoDetection(tmp_path, tmp_path / "x.json")
    with pytest.raises(FileNotFoundError):
        datasets.CocoDetection(tmp_path, tmp_path / "gone.json")


def test_celeba(tmp_path):
    data = of("CelebA", tmp_path, files.celeba, split="all", target_type=["attr", "identity", "bbox", "landmarks"])
    attributes, identity, box, points = data[1][1]
    assert attributes.tolist() == [0, 1, 1]
    assert int(identity) == 101
    assert box.tolist() == [1, 2, 30, 40]
    assert points.tolist() == [1, 2, 3, 4]
    assert data.attr_names == ["Bald", "Young", "Smiling"]
    assert len(of("CelebA", tmp_path, files.celeba, split="valid")) == 1
    assert of("CelebA", tmp_path, files.celeba, target_type=[])[0][1] is None
    with pytest.raises(RuntimeError, match="target_type is empty"):
        of("CelebA", tmp_path, files.celeba, target_type=[], target_transform=str)
    (tmp_path / "celeba" / "identity_CelebA.txt").write_text("other")
    with pytest.raises(RuntimeError, match="not found or corrupted"):
        datasets.CelebA(tmp_path)


def test_cityscapes(tmp_path):
    files.cityscapes(tmp_path)
    data = datasets.Cityscapes(tmp_path, target_type=["instance", "semantic", "polygon", "color"])
    assert len(data) == 2
    picture, (instance, semantic, polygon, colour) = data[0]
    assert (picture.mode, instance.mode, semantic.mode, colour.mode) == ("RGB", "L", "L", "RGB")
    assert polygon["objects"] == [{"label": "car"}]
    assert len(datasets.Cityscapes.classes) == 35
    assert datasets.Cityscapes.classes[7] == ("road", 7, 0, "flat", 1, False, False, (128, 64, 128))
    with pytest.raises(ValueError, match="if mode is 'coarse'"):
        datasets.Cityscapes(tmp_path, mode="coarse", split="test")
    with pytest.raises(RuntimeError, match="incomplete"):
        datasets.Cityscapes(tmp_path, split="test")
    wrapped = datasets.wrap_dataset_for_transforms_v2(datasets.Cityscapes(tmp_path))
    target = wrapped[0][1]
    assert isinstance(target["masks"], tv_tensors.Mask)
    assert target["masks"].shape[0] == target["labels"].shape[0]


def test_places365(tmp_path):
    data = of("Places365", tmp_path, files.places365, small=True)
    assert [target for _, target in data.imgs] == [0, 2]
    assert data[1][1] == 2
    assert of("Places365", tmp_path, files.places365, split="test", small=True)[0][1] is None
    with pytest.raises(RuntimeError, match=r"categories_places365\.txt does not exist"):
        datasets.Places365(tmp_path / "elsewhere")


def test_flickr(tmp_path):
    files.flickr(tmp_path)
    page = datasets.Flickr8k(tmp_path / "pictures", tmp_path / "page.html")
    assert [page[i][1] for i in range(2)] == [["one 10", "two 10"], ["one 11", "two 11"]]
    lines = datasets.Flickr30k(str(tmp_path / "pictures"), tmp_path / "lines.token")
    assert lines[1][1] == ["A sentence .", "Another ."]
    (tmp_path / "pictures" / "10_a.jpg").unlink()
    with pytest.raises(FileNotFoundError, match="10_"):
        datasets.Flickr8k(tmp_path / "pictures", tmp_path / "page.html")


def test_lfw(tmp_path):
    people = of("LFWPeople", tmp_path, files.lfw)
    assert people.targets == [0, 0, 1, 1, 1]
    assert "Classes (identities): 2" in repr(people)
    assert of("LFWPeople", tmp_path, files.lfw, split="train").targets == [1, 1, 1]
    pairs = of("LFWPairs", tmp_path, files.lfw)
    assert [pairs[i][2] for i in range(4)] == [1, 0, 1, 0]
    assert pairs.pair_names[1] == ("Ann_Lee", "Bo_Ek")
    with pytest.raises(ValueError, match="download"):
        datasets.LFWPeople(tmp_path, download=True)


def test_imagenet_unpacks_its_archives(tmp_path, monkeypatch):
    monkeypatch.setattr(imagenet, "ARCHIVE_META", files.imagenet(tmp_path))
    data = datasets.ImageNet(tmp_path, "val")
    assert data.wnids == ["n01", "n02"]
    assert data.targets == [0, 1, 1]
    assert data.class_to_idx == {"tench": 0, "Tinca tinca": 0, "goldfish": 1}
    train = datasets.ImageNet(tmp_path, "train")
    assert train.targets == [0, 1]
    assert train[0][0].mode == "RGB"
    monkeypatch.setattr(imagenet, "META_FILE", "gone.bin")
    (tmp_path / "ILSVRC2012_devkit_t12.tar.gz").write_bytes(b"other")
    with pytest.raises(RuntimeError, match=r"devkit_t12.tar.gz is not present"):
        datasets.ImageNet(tmp_path, "val")


def test_omniglot(tmp_path):
    data = of("Omniglot", tmp_path, files.omniglot, background=False)
    assert sorted(data[i][1] for i in range(2)) == [0, 1]
    assert data[0][0].mode == "L"


def test_sbu_has_the_photographs_that_are_there(tmp_path):
    data = of("SBU", tmp_path, files.sbu, download=False)
    assert [data[i][1] for i in range(2)] == ["one", "three"]


def test_phototour(tmp_path):
    data = of("PhotoTour", tmp_path, files.phototour, "liberty")
    sheet = np.asarray(Image.open(tmp_path / "liberty" / "patches0.bmp"))
    assert tuple(data.data.shape) == (7, 64, 64)
    assert torch.equal(data[1], torch.from_numpy(sheet[:64, 64:].copy()))
    pairs = datasets.PhotoTour(tmp_path, "liberty", train=False)  # from the file that was made
    assert [int(pairs[i][2]) for i in range(2)] == [1, 0]
    with pytest.raises(FileNotFoundError, match="yosemite"):
        datasets.PhotoTour(tmp_path, "yosemite")
    with pytest.raises(KeyError, match="atlantis"):
        datasets.PhotoTour(tmp_path, "atlantis")


def test_kitti(tmp_path):
    files.kitti(tmp_path)
    car, van = datasets.Kitti(tmp_path)[0][1]
    assert (car["type"], van["type"]) == ("Car", "Van")
    assert car["bbox"] == [599.41, 156.40, 629.75, 189.25]
    assert datasets.Kitti(tmp_path, train=False)[0][1] is None
    boxes = datasets.wrap_dataset_for_transforms_v2(datasets.Kitti(tmp_path))[0][1]
    assert boxes["labels"].tolist() == [0, 1]


def test_widerface(tmp_path):
    files.widerface(tmp_path)
    data = datasets.WIDERFace(tmp_path)
    assert data[0][1]["bbox"].tolist() == [[1, 2, 3, 4], [5, 6, 7, 8]]
    assert data[1][1]["bbox"].tolist() == [[0, 0, 0, 0]]
    assert datasets.WIDERFace(tmp_path, "test")[1][1] is None
    boxes = datasets.wrap_dataset_for_transforms_v2(data)[0][1]["bbox"]
    assert boxes.tolist() == [[1, 2, 4, 6], [5, 6, 12, 14]]
    files.text(tmp_path / "widerface" / "wider_face_split" / "wider_face_val_bbx_gt.txt", "a.jpg\n3\n1 2 3 4 0 0 0 0 0 0\n")
    with pytest.raises(RuntimeError, match="Error parsing annotation file"):
        datasets.WIDERFace(tmp_path, "val")


def test_pcam(tmp_path):
    pytest.importorskip("h5py")
    files.pcam(tmp_path)
    data = datasets.PCAM(tmp_path, "val")
    assert [data[i][1] for i in range(3)] == [0, 1, 1]
    assert data[0][0].size == (96, 96)


@pytest.mark.parametrize(
    ("name", "words", "labels"),
    [
        ("RenderedSST2", {"split": "val"}, [0, 1]),
        ("StanfordCars", {}, [1, 0]),
        ("StanfordCars", {"split": "test"}, [1, 0]),
        ("SUN397", {}, [0, 1]),
        ("CLEVRClassification", {"split": "val"}, [3, 4]),
        ("CLEVRClassification", {"split": "test"}, [None, None]),
        ("FGVCAircraft", {}, [1, 0]),
        ("FGVCAircraft", {"split": "test", "annotation_level": "family"}, [1, 0]),
        ("INaturalist", {"version": "2021_valid"}, [0, 1, 2]),
        ("INaturalist", {"version": "2021_valid", "target_type": ["kingdom", "genus"]}, [(0, 0), (0, 1), (1, 2)]),
        ("INaturalist", {"version": "2018", "target_type": ["super", "full"]}, [(0, 1), (1, 0), (1, 2)]),
        ("INaturalist", {"version": "2017", "target_type": "super"}, [0, 1, 1]),
    ],
)
def test_labels(tmp_path, name, words, labels):
    builders = {"RenderedSST2": "rendered_sst2", "StanfordCars": "stanford_cars", "CLEVRClassification": "clevr", "FGVCAircraft": "fgvc_aircraft"}
    data = of(name, tmp_path, getattr(files, builders.get(name, name.lower())), **words)
    found = [data[i][1] for i in range(len(data))]
    assert found == labels if name != "SUN397" and name != "INaturalist" else sorted(found) == sorted(labels)
    assert isinstance(data[0][0], Image.Image)
    with pytest.raises(RuntimeError, match="not found"):
        getattr(datasets, name)(tmp_path / "elsewhere", **words)


def test_names_that_do_not_fit_the_version_are_refused(tmp_path):
    files.inaturalist(tmp_path)
    data = datasets.INaturalist(tmp_path, "2021_valid")
    assert data.category_name("genus", 1) == "E"
    with pytest.raises(ValueError, match="Invalid category id 9"):
        data.category_name("genus", 9)
    files.picture(tmp_path / "2018" / "Plants" / "oak" / "a.jpg")
    with pytest.raises(RuntimeError, match="non-numeric dir name: oak"):
        datasets.INaturalist(tmp_path, "2018")


def test_semantic_boundaries(tmp_path):
    files.sbd(tmp_path)
    outlines = datasets.SBDataset(tmp_path)[0][1]
    assert outlines.shape == (20, 6, 8)
    assert np.array_equal(outlines[3], files.numbers(6, 8, seed=3) > 5)
    data = datasets.SBDataset(tmp_path, mode="segmentation")
    assert data[0][1].size == (8, 6)
    assert isinstance(datasets.wrap_dataset_for_transforms_v2(data)[0][1], tv_tensors.Mask)
    with pytest.raises(RuntimeError, match="not supported"):
        datasets.wrap_dataset_for_transforms_v2(datasets.SBDataset(tmp_path))


def test_lsun_checks_names(tmp_path):
    for wrong in ("zz", ["garage_train"], ["kitchen_day"], [5], 5):
        with pytest.raises(ValueError, match=r"Unknown value|Expected type"):
            datasets.LSUN(tmp_path, wrong)


# ---- flow and stereo ----------------------------------------------------------------------------------------------------
def test_flow(tmp_path):
    files.flow(tmp_path)
    sintel = datasets.Sintel(tmp_path)
    assert len(sintel) == 2
    assert np.array_equal(sintel[1][2], files.numbers(6, 8, 2, seed=1).astype(np.float32).transpose(2, 0, 1))
    assert datasets.Sintel(tmp_path, "test", "both")[0][2] is None
    assert isinstance(3 * sintel, ConcatDataset)
    assert len(3 * sintel) == 6
    _, _, flow, mask = datasets.KittiFlow(tmp_path)[0]
    channels = np.random.default_rng(0).integers(0, 65536, (6, 8, 3))
    assert np.array_equal(flow[0], ((channels[..., 0] - 2**15) / 64).astype(np.float32))
    assert np.array_equal(mask, channels[..., 2] % 2 == 1)
    assert len(datasets.KittiFlow(tmp_path, "test")[0]) == 4
    assert [len(datasets.FlyingChairs(tmp_path, part)) for part in ("train", "val")] == [2, 1]
    things = datasets.FlyingThings3D(tmp_path, pass_name="both", camera="both")
    assert len(things) == 16
    assert np.array_equal(things[0][2], files.numbers(6, 8, 3, seed=0).astype(np.float32).transpose(2, 0, 1)[:2])
    assert len(datasets.HD1K(tmp_path)) == 2
    for name in ("KittiFlow", "FlyingChairs", "FlyingThings3D", "HD1K", "Sintel"):
        with pytest.raises(FileNotFoundError):
            getattr(datasets, name)(tmp_path / "elsewhere")
    changed = datasets.Sintel(tmp_path, transforms=lambda a, b, flow, mask: (b, a, flow, np.ones(1)))
    assert len(changed[0]) == 4


def test_broken_files_of_flow_are_named(tmp_path):
    path = tmp_path / "x.flo"
    files.flo(path, files.numbers(6, 8, 2))
    whole = path.read_bytes()
    read = datasets._optical_flow._read_flo
    for content, said in ((b"RIFF" + whole[4:], "Magic number"), (whole[:-3], "broken"), (whole[:7], "broken")):
        path.write_bytes(content)
        with pytest.raises(ValueError, match=said):
            read(path)
    path = tmp_path / "x.pfm"
    files.pfm(path, files.numbers(6, 8))
    whole = path.read_bytes()
    for content, said in ((b"P5" + whole[2:], "Invalid PFM"), (whole[:-4], "broken"), (b"Pf\nwide\n" + whole[8:], "Malformed")):
        path.write_bytes(content)
        with pytest.raises(ValueError, match=said):
            utils._read_pfm(path)


def test_stereo(tmp_path):
    files.stereo(tmp_path)
    left, right, disparity = datasets.CarlaStereo(tmp_path)[0]
    assert left.mode == right.mode == "RGB"
    assert np.array_equal(disparity[0], np.abs(files.numbers(6, 8, low=-10)).astype(np.float32))
    stored = np.floor(files.numbers(6, 8, high=60000))
    for name, scale in (("Kitti2012Stereo", 256), ("Kitti2015Stereo", 256), ("CREStereo", 32), ("InStereo2k", 1024)):
        assert np.allclose(getattr(datasets, name)(tmp_path)[0][2][0], stored / scale)
    assert datasets.Kitti2012Stereo(tmp_path, "test")[0][2:] == (None, None)
    known = datasets.Middlebury2014Stereo(tmp_path)[0][3]
    assert not known[0, 0]
    assert known[1:].all()
    assert len(datasets.Middlebury2014Stereo(tmp_path, calibration="both")) == 2
    assert len(datasets.FallingThingsStereo(tmp_path, "both")) == 2
    assert len(datasets.SceneFlowStereo(tmp_path, "Driving", "both")) == 2
    code = np.asarray(Image.open(tmp_path / "Sintel/training/disparities/alley_1/frame_0001.png"), dtype=np.float32)
    assert np.allclose(datasets.SintelStereo(tmp_path)[0][2][0], code[..., 0] * 4 + code[..., 1] / 64 + code[..., 2] / 2**14)
    assert datasets.ETH3DStereo(tmp_path)[0][3].dtype == bool
    for wrong in ({"split": "test"}, {"calibration": None}):
        with pytest.raises(ValueError, match="calibration"):
            datasets.Middlebury2014Stereo(tmp_path, **wrong)
    for name in dir(datasets):
        if name.endswith("Stereo") or name == "InStereo2k":
            assert issubclass(getattr(datasets, name), _stereo_matching.StereoMatchingDataset)
            with pytest.raises(FileNotFoundError):
                getattr(datasets, name)(tmp_path / "elsewhere")
    (tmp_path / "InStereo2k" / "test" / "1" / "right.png").unlink()
    files.picture(tmp_path / "InStereo2k" / "test" / "2" / "left.png")
    files.picture(tmp_path / "InStereo2k" / "test" / "2" / "right.png")
    with pytest.raises(ValueError, match="Found 2 left files but 1 right files"):
        datasets.InStereo2k(tmp_path, "test")


# ---- videos -------------------------------------------------------------------------------------------------------------
def clips(**words):
    """Two videos of 10 and 4 frames, 10 a second, that nobody opens."""
    known = {"video_paths": ["a", "b"], "video_pts": [torch.arange(10), torch.arange(4)], "video_fps": [10.0, 10.0]}
    return video_utils.VideoClips([], _precomputed_metadata=known, **words)


def test_clips_are_windows_of_frames():
    found = clips(clip_length_in_frames=3, frames_between_clips=2)
    assert [len(each) for each in found.clips] == [4, 1]
    assert found.clips[0][1].tolist() == [2, 3, 4]
    assert found.get_clip_location(4) == (1, 0)
    assert (found.num_videos(), len(found)) == (2, 5)
    assert len(found.subset([1])) == 1
    with pytest.raises(IndexError, match="out of range"):
        found.get_clip(5)
    again = pickle.loads(pickle.dumps(found))
    assert again.cumulative_sizes == found.cumulative_sizes
    slower = clips(clip_length_in_frames=2, frames_between_clips=1, frame_rate=4)
    assert slower.clips[0].tolist() == [[0, 2], [2, 5], [5, 7]]  # each second and a half frame, rounded down
    with pytest.warns(UserWarning, match="aren't enough frames"):
        assert len(clips(clip_length_in_frames=5)) == 6
    with pytest.raises(ValueError, match="output_format"):
        clips(output_format="CTHW")


def test_samplers_of_clips():
    found = clips(clip_length_in_frames=3)  # 8 clips and 2
    assert list(datasets.samplers.UniformClipSampler(found, 3)) == [0, 3, 7, 8, 8, 9]
    torch.manual_seed(0)
    drawn = list(datasets.samplers.RandomClipSampler(found, 3))
    assert len(drawn) == len(set(drawn)) == 5
    assert sum(i >= 8 for i in drawn) == 2
    parts = [list(datasets.samplers.DistributedSampler(range(10), 2, rank, group_size=2)) for rank in (0, 1)]
    assert parts == [[0, 1, 4, 5, 8, 9], [2, 3, 6, 7, 0, 1]]
    shuffled = datasets.samplers.DistributedSampler(range(10), 2, 0, shuffle=True)
    before = list(shuffled)
    assert before == list(shuffled)
    shuffled.set_epoch(1)
    assert before != list(shuffled)
    with pytest.raises(ValueError, match="group size: 3"):
        datasets.samplers.DistributedSampler(range(10), 2, 0, group_size=3)
    with pytest.raises(TypeError, match="VideoClips"):
        datasets.samplers.UniformClipSampler([1], 3)


@pytest.mark.filterwarnings("ignore:There aren't enough frames")
def test_videos_are_read(tmp_path):
    av = pytest.importorskip("av")
    for folder, name in (("run", "a"), ("swim", "b")):
        path = tmp_path / "films" / folder / f"{name}.avi"
        path.parent.mkdir(parents=True)
        with av.open(str(path), "w") as container:
            stream = container.add_stream("mjpeg", rate=10)
            stream.width, stream.height, stream.pix_fmt = 32, 16, "yuvj420p"
            for i in range(6):
                frame = av.VideoFrame.from_ndarray(np.full((16, 32, 3), 40 * i, dtype=np.uint8), format="rgb24")
                container.mux(stream.encode(frame))
            container.mux(stream.encode())
    lists = tmp_path / "lists"
    files.text(lists / "run_test_split1.txt", "a.avi 1\nb.avi 2\n")
    files.text(lists / "trainlist01.txt", "run/a.avi 1\n")
    for name, train in (("HMDB51", True), ("HMDB51", False), ("UCF101", True)):
        data = getattr(datasets, name)(tmp_path / "films", lists, 4, train=train, num_workers=0)
        assert len(data) == 3
        video, sound, label = data[1]
        assert tuple(video.shape) == (4, 16, 32, 3)
        assert sound.numel() == 0
        assert label == (0 if train else 1)
        assert torch.allclose(video.float().mean((1, 2, 3)), torch.tensor([40.0, 80, 120, 160]), atol=4)
    (tmp_path / "films").rename(tmp_path / "val")
    data = datasets.Kinetics(tmp_path, 2, split="val", step_between_clips=2, num_workers=0)
    assert [data[i][2] for i in range(len(data))] == [0, 0, 0, 1, 1, 1]
    assert tuple(data[0][0].shape) == (2, 3, 16, 32)
    assert isinstance(datasets.wrap_dataset_for_transforms_v2(data)[0][0], tv_tensors.Video)
    with pytest.raises(ValueError, match="fold"):
        datasets.HMDB51(tmp_path / "val", lists, 4, fold=4)
