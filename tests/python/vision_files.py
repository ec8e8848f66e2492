"""Small files in the formats that data sets of pictures were published in."""

import hashlib
import json
import struct
import tarfile
import zipfile

import numpy as np
from PIL import Image


def picture(path, *, mode="RGB", size=(8, 6), seed=0):
    """A picture of noise."""
    path.parent.mkdir(parents=True, exist_ok=True)
    shape = (size[1], size[0]) if mode == "L" else (size[1], size[0], 3)
    Image.fromarray(np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)).save(path)


def text(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)


def md5(path):
    return hashlib.md5(path.read_bytes()).hexdigest()


def pfm(path, values, channels=1):
    """Numbers (H, W) or (H, W, 3), from the bottom row up."""
    path.parent.mkdir(parents=True, exist_ok=True)
    head = f"{'PF' if channels == 3 else 'Pf'}\n{values.shape[1]} {values.shape[0]} \n-1.0\n".encode()
    path.write_bytes(head + np.ascontiguousarray(values[::-1], dtype="<f4").tobytes())


def flo(path, values):
    """Flow (H, W, 2)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"PIEH" + struct.pack("<ii", values.shape[1], values.shape[0]) + values.astype("<f4").tobytes())


def deep(path, values):
    """A grey picture of 16 bits."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(values.astype(np.uint16)).save(path)


def deep_png(path, values):
    """A picture (H, W, 3) of 16 bits, which Pillow does not write."""
    import zlib

    path.parent.mkdir(parents=True, exist_ok=True)
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", values.shape[1], values.shape[0], 16, 2, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def numbers(*shape, seed=0, low=0.0, high=10.0):
    return np.random.default_rng(seed).uniform(low, high, shape)


def coco(root):
    for i in range(3):
        picture(root / "pictures" / f"{i}.jpg", seed=i)
    things = [{"id": 10 + i, "image_id": i % 2, "category_id": 1 + i, "bbox": [1, 2, 3 + i, 4], "area": 12.0, "iscrowd": 0, "segmentation": [[1, 2, 4, 2, 4, 6]]} for i in range(3)]
    kinds = [{"id": i, "name": f"kind{i}", "supercategory": "all"} for i in (1, 2, 3)]
    images = [{"id": i, "file_name": f"{i}.jpg", "height": 6, "width": 8} for i in (2, 0, 1)]
    text(root / "things.json", json.dumps({"images": images, "annotations": things, "categories": kinds}))
    said = [{"id": i, "image_id": i % 3, "caption": f"sentence {i}"} for i in range(5)]
    text(root / "said.json", json.dumps({"images": images, "annotations": said}))


def celeba(root):
    home = root / "celeba"
    names = [f"{i:06d}.jpg" for i in range(1, 5)]
    for i, name in enumerate(names):
        picture(home / "img_align_celeba" / name, seed=i)
    text(home / "list_eval_partition.txt", "".join(f"{name} {i % 3}\n" for i, name in enumerate(names)))
    text(home / "identity_CelebA.txt", "".join(f"{name} {100 + i}\n" for i, name in enumerate(names)))
    text(home / "list_bbox_celeba.txt", "4\nimage_id x_1 y_1 width height\n" + "".join(f"{name}    {i}  2 30   40\n" for i, name in enumerate(names)))
    text(home / "list_landmarks_align_celeba.txt", "4\na_x a_y b_x b_y\n" + "".join(f"{name} {i}  2  3 4\n" for i, name in enumerate(names)))
    text(home / "list_attr_celeba.txt", "4\nBald Young Smiling\n" + "".join(f"{name} -1  1 {1 if i % 2 else -1}\n" for i, name in enumerate(names)))
    files = ["list_attr_celeba.txt", "identity_CelebA.txt", "list_bbox_celeba.txt", "list_landmarks_align_celeba.txt", "list_eval_partition.txt"]
    return {"file_list": [("", "", "img_align_celeba.zip"), *(("", md5(home / name), name) for name in files)]}


def cityscapes(root):
    for city in ("bern", "ulm"):
        for part, mode in (("train", "gtFine"), ("val", "gtFine"), ("train", "gtCoarse")):
            start = f"{city}_000000_000019"
            picture(root / "leftImg8bit" / part / city / f"{start}_leftImg8bit.png", seed=len(city))
            folder = root / mode / part / city
            for end in ("instanceIds", "labelIds"):
                picture(folder / f"{start}_{mode}_{end}.png", mode="L")
            picture(folder / f"{start}_{mode}_color.png")
            text(folder / f"{start}_{mode}_polygons.json", json.dumps({"imgHeight": 6, "objects": [{"label": "car"}]}))


def places365(root):
    text(root / "categories_places365.txt", "/a/airfield 0\n/b/bar 2\n/a/alley 1\n")
    text(root / "places365_train_standard.txt", "/a/airfield/1.png 0\n/b/bar/2.png 2\n")
    text(root / "places365_val.txt", "v1.png 1\n")
    text(root / "places365_test.txt", "t1.png\n")
    for path in ("data_256_standard/a/airfield/1.png", "data_256_standard/b/bar/2.png", "val_large/v1.png", "test_256/t1.png"):
        picture(root / path)
    lists = {"train-standard": "places365_train_standard.txt", "val": "places365_val.txt", "test": "places365_test.txt"}
    return {
        "_CATEGORIES_META": ("categories_places365.txt", md5(root / "categories_places365.txt")),
        "_FILE_LIST_META": {part: (name, md5(root / name)) for part, name in lists.items()},
    }


def flickr(root):
    for name in ("10_a.jpg", "11_b.jpg"):
        picture(root / "pictures" / name)
    rows = "".join(f"<tr><td><a href='x'>http://flickr.com/photos/u/{i}/</a><ul><li> one {i} </li><li>two {i}</li></ul></td></tr>" for i in (11, 10))
    text(root / "page.html", f"<html><body><table>{rows}<tr>Image Not Found<ul><li>lost</li></ul></tr></table></body></html>")
    text(root / "lines.token", "11_b.jpg#0\tA sentence .\n11_b.jpg#1\tAnother .\n10_a.jpg#0\tA third .\n")


def lfw(root):
    home = root / "lfw-py"
    for who, count in (("Ann_Lee", 2), ("Bo_Ek", 3)):
        for i in range(count):
            picture(home / "lfw_funneled" / who / f"{who}_{i + 1:04d}.jpg", seed=i)
    text(home / "lfw-funneled.tgz", "the archive")
    text(home / "lfw-names.txt", "Ann_Lee\t2\nBo_Ek\t3\n")
    text(home / "people.txt", "2\n1\nAnn_Lee\t2\n1\nBo_Ek\t3\n")
    text(home / "peopleDevTrain.txt", "1\nBo_Ek\t3\n")
    text(home / "pairs.txt", "2\t1\nAnn_Lee\t1\t2\nAnn_Lee\t1\tBo_Ek\t3\nBo_Ek\t1\t3\nAnn_Lee\t2\tBo_Ek\t1\n")
    text(home / "pairsDevTest.txt", "1\nBo_Ek\t2\t3\nAnn_Lee\t2\tBo_Ek\t2\n")
    names = ("pairs.txt", "pairsDevTest.txt", "people.txt", "peopleDevTrain.txt", "lfw-names.txt")
    archive = {"funneled": ("lfw_funneled", "lfw-funneled.tgz", md5(home / "lfw-funneled.tgz"))}
    return {"checksums": {name: md5(home / name) for name in names}, "file_dict": archive}


def imagenet(root):
    """Archives as they were published; MD5s of them by part."""
    import scipy.io

    made = root / "made"
    kinds = [(1, "n01", "tench, Tinca tinca", "a fish", 0), (2, "n02", "goldfish", "another", 0), (3, "n03", "fish", "above", 2)]
    rows = np.array(kinds, dtype=[("ILSVRC2012_ID", "O"), ("WNID", "O"), ("words", "O"), ("gloss", "O"), ("num_children", "O")])
    data = made / "ILSVRC2012_devkit_t12" / "data"
    data.mkdir(parents=True)
    scipy.io.savemat(data / "meta.mat", {"synsets": rows})
    text(data / "ILSVRC2012_validation_ground_truth.txt", "2\n1\n2\n")
    with tarfile.open(root / "ILSVRC2012_devkit_t12.tar.gz", "w:gz") as archive:
        archive.add(made / "ILSVRC2012_devkit_t12", "ILSVRC2012_devkit_t12")
    with tarfile.open(root / "ILSVRC2012_img_val.tar", "w") as archive:
        for i in range(1, 4):
            picture(made / f"ILSVRC2012_val_{i:08d}.JPEG", seed=i)
            archive.add(made / f"ILSVRC2012_val_{i:08d}.JPEG", f"ILSVRC2012_val_{i:08d}.JPEG")
    with tarfile.open(root / "ILSVRC2012_img_train.tar", "w") as archive:
        for wnid in ("n01", "n02"):
            picture(made / f"{wnid}_1.JPEG")
            with tarfile.open(made / f"{wnid}.tar", "w") as inner:
                inner.add(made / f"{wnid}_1.JPEG", f"{wnid}_1.JPEG")
            archive.add(made / f"{wnid}.tar", f"{wnid}.tar")
    names = {"train": "ILSVRC2012_img_train.tar", "val": "ILSVRC2012_img_val.tar", "devkit": "ILSVRC2012_devkit_t12.tar.gz"}
    return {part: (name, md5(root / name)) for part, name in names.items()}


def omniglot(root):
    home = root / "omniglot-py"
    sums = {}
    for part in ("images_background", "images_evaluation"):
        for letter in ("character01", "character02"):
            picture(home / part / "Greek" / letter / "0001_01.png", mode="L")
        with zipfile.ZipFile(home / f"{part}.zip", "w") as archive:
            archive.writestr("x", part)
        sums[part] = md5(home / f"{part}.zip")
    return {"zips_md5": sums}


def sbu(root):
    text(root / "SBUCaptionedPhotoDataset.tar.gz", "the archive")
    text(root / "dataset" / "SBU_captioned_photo_dataset_urls.txt", "http://x/1.jpg\nhttp://x/2.jpg\nhttp://x/3.jpg\n")
    text(root / "dataset" / "SBU_captioned_photo_dataset_captions.txt", "one\ntwo \nthree\n")
    for name in ("1.jpg", "3.jpg"):
        picture(root / "dataset" / name)
    return {"md5_checksum": md5(root / "SBUCaptionedPhotoDataset.tar.gz")}


def phototour(root):
    for i in range(2):
        picture(root / "liberty" / f"patches{i}.bmp", mode="L", size=(128, 128), seed=i)
    text(root / "liberty" / "info.txt", "".join(f"{i // 2} 0\n" for i in range(8)))
    text(root / "liberty" / "m50_100000_100000_0.txt", "0 0 0 1 0 0 0\n2 1 0 5 2 0 0\n")
    return {"lens": {"liberty": 7}}


def kitti(root):
    for part in ("training", "testing"):
        picture(root / "Kitti" / "raw" / part / "image_2" / "000001.png")
    row = "Car 0.00 1 -1.57 599.41 156.40 629.75 189.25 2.85 2.63 12.34 0.47 1.49 69.44 -1.56\n"
    text(root / "Kitti" / "raw" / "training" / "label_2" / "000001.txt", row + row.replace("Car", "Van"))


def widerface(root):
    home = root / "widerface"
    for part in ("train", "val", "test"):
        picture(home / f"WIDER_{part}" / "images" / "0--Parade" / "a.jpg")
        picture(home / f"WIDER_{part}" / "images" / "0--Parade" / "b.jpg", seed=1)
    split = home / "wider_face_split"
    text(split / "wider_face_train_bbx_gt.txt", "0--Parade/a.jpg\n2\n1 2 3 4 0 0 0 0 0 0 \n5 6 7 8 2 1 0 2 1 0 \n0--Parade/b.jpg\n0\n0 0 0 0 0 0 0 0 0 0 \n")
    text(split / "wider_face_val_bbx_gt.txt", "0--Parade/b.jpg\n1\n1 2 3 4 1 0 0 0 0 1 \n")
    text(split / "wider_face_test_filelist.txt", "0--Parade/a.jpg\n0--Parade/b.jpg\n")


def pcam(root):
    import h5py

    (root / "pcam").mkdir(parents=True)
    for part in ("train", "valid", "test"):
        start = f"camelyonpatch_level_2_split_{part}"
        with h5py.File(root / "pcam" / f"{start}_x.h5", "w") as file:
            file["x"] = np.random.default_rng(0).integers(0, 256, (3, 96, 96, 3), dtype=np.uint8)
        with h5py.File(root / "pcam" / f"{start}_y.h5", "w") as file:
            file["y"] = np.array([0, 1, 1], dtype=np.uint8).reshape(3, 1, 1, 1)


def rendered_sst2(root):
    for part in ("train", "valid", "test"):
        for name in ("negative", "positive"):
            picture(root / "rendered-sst2" / part / name / "1.png", seed=len(name))


def stanford_cars(root):
    import scipy.io

    home = root / "stanford_cars"
    (home / "devkit").mkdir(parents=True)
    kind = [(name, "O") for name in ("bbox_x1", "bbox_y1", "bbox_x2", "bbox_y2", "class", "fname")]
    for part, path in (("train", home / "devkit" / "cars_train_annos.mat"), ("test", home / "cars_test_annos_withlabels.mat")):
        rows = np.array([(1, 2, 3, 4, 2, "00001.jpg"), (1, 2, 3, 4, 1, "00002.jpg")], dtype=kind)
        scipy.io.savemat(path, {"annotations": rows})
        for name in ("00001.jpg", "00002.jpg"):
            picture(home / f"cars_{part}" / name)
    scipy.io.savemat(home / "devkit" / "cars_meta.mat", {"class_names": np.array(["Audi A", "BMW B"], dtype=object)})


def sun397(root):
    text(root / "SUN397" / "ClassName.txt", "/a/abbey\n/a/apartment_building/outdoor\n")
    picture(root / "SUN397" / "a" / "abbey" / "sun_a.jpg")
    picture(root / "SUN397" / "a" / "apartment_building" / "outdoor" / "sun_b.jpg")


def clevr(root):
    home = root / "clevr" / "CLEVR_v1.0"
    for part in ("train", "val", "test"):
        for i in range(2):
            picture(home / "images" / part / f"CLEVR_{part}_{i:06d}.png", seed=i)
        scenes = [{"image_filename": f"CLEVR_{part}_{i:06d}.png", "objects": [{}] * (3 + i)} for i in (1, 0)]
        if part != "test":
            text(home / "scenes" / f"CLEVR_{part}_scenes.json", json.dumps({"scenes": scenes}))


def fgvc_aircraft(root):
    data = root / "fgvc-aircraft-2013b" / "data"
    for level, name, kinds in (("variant", "variants", "707-320\nA 380\n"), ("family", "families", "A 380\nBoeing 707\n"), ("manufacturer", "manufacturers", "Airbus\nBoeing\n")):
        text(data / f"{name}.txt", kinds)
        first, second = kinds.splitlines()
        for part in ("train", "val", "trainval", "test"):
            text(data / f"images_{level}_{part}.txt", f"0000001 {second}\n0000002 {first}\n")
    for i in (1, 2):
        picture(data / "images" / f"000000{i}.jpg", seed=i)


def inaturalist(root):
    for folder in ("00000_Animalia_Chordata_Aves_A_B_C_d", "00001_Animalia_Chordata_Aves_A_B_E_f", "00002_Plantae_T_L_O_F_G_s"):
        picture(root / "2021_valid" / folder / "a.jpg", seed=len(folder))
    for folder in ("Birds/1", "Plants/0", "Plants/2"):
        picture(root / "2018" / folder / "a.jpg", seed=len(folder))
    for folder in ("Birds/Robin", "Plants/Oak", "Plants/Rose"):
        picture(root / "2017" / folder / "a.jpg")


def sbd(root):
    import scipy.io
    import scipy.sparse

    picture(root / "img" / "a.jpg")
    outlines = np.empty((20, 1), dtype=object)
    for i in range(20):
        outlines[i, 0] = scipy.sparse.csc_matrix((numbers(6, 8, seed=i) > 5).astype(np.uint8))
    truth = {"Segmentation": np.random.default_rng(0).integers(0, 21, (6, 8), dtype=np.uint8), "Boundaries": outlines}
    (root / "cls").mkdir(parents=True)
    scipy.io.savemat(root / "cls" / "a.mat", {"GTcls": truth})
    for name in ("train", "val", "train_noval"):
        text(root / f"{name}.txt", "a\n")


def flow(root):
    """The five data sets of optical flow."""
    for kind in ("clean", "final"):
        for part in ("training", "test"):
            for i in range(3):
                picture(root / "Sintel" / part / kind / "alley_1" / f"frame_{i:04d}.png", seed=i)
    for i in range(2):
        flo(root / "Sintel" / "training" / "flow" / "alley_1" / f"frame_{i:04d}.flo", numbers(6, 8, 2, seed=i))
    for part in ("training", "testing"):
        for i in ("10", "11"):
            picture(root / "KittiFlow" / part / "image_2" / f"000000_{i}.png")
    channels = np.random.default_rng(0).integers(0, 65536, (6, 8, 3))
    channels[..., 2] %= 2
    deep_png(root / "KittiFlow" / "training" / "flow_occ" / "000000_10.png", channels)
    for i in range(3):
        for j in (1, 2):
            picture(root / "FlyingChairs" / "data" / f"{i:05d}_img{j}.ppm", seed=i)
        flo(root / "FlyingChairs" / "data" / f"{i:05d}_flow.flo", numbers(6, 8, 2, seed=i))
    text(root / "FlyingChairs" / "FlyingChairs_train_val.txt", "1\n2\n1\n")
    things = root / "FlyingThings3D"
    for part in ("TRAIN", "TEST"):
        for side in ("left", "right"):
            for i in range(3):
                for kind in ("cleanpass", "finalpass"):
                    picture(things / f"frames_{kind}" / part / "A" / "0000" / side / f"{i:04d}.png", seed=i)
                for way in ("into_future", "into_past"):
                    pfm(things / "optical_flow" / part / "A" / "0000" / way / side / f"{i:04d}.pfm", numbers(6, 8, 3, seed=i), 3)
    for i in range(3):
        picture(root / "hd1k" / "hd1k_input" / "image_2" / f"000000_{i:04d}.png", seed=i)
        deep_png(root / "hd1k" / "hd1k_flow_gt" / "flow_occ" / f"000000_{i:04d}.png", channels)
    for i in ("10", "11"):
        picture(root / "hd1k" / "hd1k_challenge" / "image_2" / f"000000_{i}.png")


def stereo(root):
    """The ten data sets of two eyes."""
    scene = root / "carla-highres" / "trainingF" / "scene1"
    for i in (0, 1):
        picture(scene / f"im{i}.png", seed=i)
        pfm(scene / f"disp{i}GT.pfm", numbers(6, 8, seed=i, low=-10))
    for year, sides, truths in (("2012", ("colored_0", "colored_1"), ("disp_noc",)), ("2015", ("image_2", "image_3"), ("disp_occ_0", "disp_occ_1"))):
        for part in ("training", "testing"):
            for side in sides:
                picture(root / f"Kitti{year}" / part / side / "000000_10.png")
        for truth in truths:
            deep(root / f"Kitti{year}" / "training" / truth / "000000_10.png", numbers(6, 8, high=60000))
    for part, scenes in (("train", ("Piano-perfect", "Piano-imperfect")), ("test", ("Plants",)), ("additional", ("Sword1-perfect",))):
        for name in scenes:
            for i in (0, 1):
                picture(root / "Middlebury2014" / part / name / f"im{i}.png", seed=i)
                values = numbers(6, 8, seed=i)
                values[0, 0] = np.inf
                pfm(root / "Middlebury2014" / part / name / f"disp{i}.pfm", values)
            picture(root / "Middlebury2014" / part / name / "im1E.png", seed=5)
    for sort in ("shapenet", "reflective", "tree", "hole"):
        for side in ("left", "right"):
            picture(root / "CREStereo" / sort / f"1_{side}.jpg")
            deep(root / "CREStereo" / sort / f"1_{side}.disp.png", numbers(6, 8, high=60000))
    for folder in ("single/thing/scene", "mixed/scene"):
        for side in ("left", "right"):
            picture(root / "FallingThings" / folder / f"1.{side}.jpg")
            deep(root / "FallingThings" / folder / f"1.{side}.depth.png", numbers(6, 8, low=100, high=60000))
        text(root / "FallingThings" / folder / "_camera_settings.json", json.dumps({"camera_settings": [{"intrinsic_settings": {"fx": 1000}}]}))
    for variant, below in (("FlyingThings3D", "TRAIN/A/0000"), ("Driving", "15mm/forwards/fast"), ("Monkaa", "scene")):
        for side in ("left", "right"):
            for kind in ("cleanpass", "finalpass"):
                picture(root / "SceneFlow" / variant / f"frames_{kind}" / below / side / "1.png")
            pfm(root / "SceneFlow" / variant / "disparity" / below / side / "1.pfm", numbers(6, 8, low=-5))
    home = root / "Sintel" / "training"
    for kind in ("clean_left", "clean_right", "final_left", "final_right", "disparities"):
        picture(home / kind / "alley_1" / "frame_0001.png", seed=len(kind))
    for kind in ("occlusions", "outofframe"):
        (home / kind / "alley_1").mkdir(parents=True)
        Image.fromarray(((numbers(6, 8, seed=len(kind)) > 5) * 255).astype(np.uint8)).save(home / kind / "alley_1" / "frame_0001.png")
    for part in ("train", "test"):
        for side in ("left", "right"):
            picture(root / "InStereo2k" / part / "1" / f"{side}.png")
            deep(root / "InStereo2k" / part / "1" / f"{side}_disp.png", numbers(6, 8, high=60000))
    for folder in ("two_view_training", "two_view_test"):
        for i in (0, 1):
            picture(root / "ETH3D" / folder / "hall" / f"im{i}.png", mode="L", seed=i)
    pfm(root / "ETH3D" / "two_view_training_gt" / "hall" / "disp0GT.pfm", numbers(6, 8))
    Image.fromarray(((numbers(6, 8) > 5) * 255).astype(np.uint8)).save(root / "ETH3D" / "two_view_training_gt" / "hall" / "mask0nocc.png")
