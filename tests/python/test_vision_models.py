"""Models: that they build, answer, load what they save, and know their published weights."""

import pytest
import rushlight as torch
from rushlight.vision import models

SMALL = {  # the smallest of each family, with a picture it takes
    "alexnet": 64,
    "convnext_tiny": 32,
    "densenet121": 32,
    "efficientnet_b0": 32,
    "mnasnet0_5": 32,
    "mobilenet_v2": 32,
    "mobilenet_v3_small": 32,
    "regnet_x_400mf": 32,
    "resnet18": 32,
    "shufflenet_v2_x0_5": 32,
    "squeezenet1_1": 48,
    "swin_t": 64,
    "vgg11": 32,
}


@pytest.mark.parametrize("name", sorted(SMALL))
def test_a_model_answers_and_gets_gradients(name):
    torch.manual_seed(0)
    model = models.get_model(name, num_classes=5)
    x = torch.rand(2, 3, SMALL[name], SMALL[name])
    out = model(x)
    assert tuple(out.shape) == (2, 5)
    out.sum().backward()
    assert all(p.grad is not None for p in model.parameters())
    model.eval()
    with torch.no_grad():
        alone = model(x[:1])
        assert torch.allclose(model(x)[:1], alone, atol=1e-4)


@pytest.mark.parametrize(("name", "count"), [("resnet18", 11689512), ("mobilenet_v2", 3504872), ("squeezenet1_0", 1248424)])
def test_parameters_are_as_many_as_were_published(name, count):
    assert sum(p.numel() for p in models.get_model(name).parameters()) == count
    assert models.get_model_weights(name)["DEFAULT"].meta["num_params"] == count


def test_weights_go_from_a_file_into_a_model(tmp_path):
    first, second = models.resnet18(num_classes=3), models.resnet18(num_classes=3)
    torch.save(first.state_dict(), tmp_path / "w.pth")
    second.load_state_dict(torch.load(tmp_path / "w.pth"))
    x = torch.rand(1, 3, 32, 32)
    assert torch.equal(first.eval()(x), second.eval()(x))


def test_published_weights_are_fetched_checked_and_kept(tmp_path, monkeypatch):
    """By an address of this machine: a file whose hash is not the name's is refused, and nothing of it stays."""
    from rushlight.vision import _download

    state = models.squeezenet1_1().state_dict()
    source = tmp_path / "model-00000000.pth"
    torch.save(state, source)
    digest = _download.digest(str(source), "sha256")
    right = source.rename(tmp_path / f"model-{digest[:8]}.pth")
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "home"))
    loaded = _download.load_state_dict_from_url(right.as_uri(), progress=False, check_hash=True)
    assert list(loaded) == list(state)
    wrong = tmp_path / "other-00000000.pth"
    wrong.write_bytes(right.read_bytes())
    with pytest.raises(RuntimeError, match="not the file that was published"):
        _download.load_state_dict_from_url(wrong.as_uri(), progress=False, check_hash=True)
    kept = {path.name for path in (tmp_path / "home" / "hub" / "checkpoints").iterdir()}
    assert kept == {right.name}


def test_builders_of_old_programs():
    with pytest.warns(UserWarning, match="pretrained"):
        models.squeezenet1_1(pretrained=False)
    with pytest.warns(UserWarning, match="positional"):
        models.squeezenet1_1(None)


def test_classes_must_fit_the_weights():
    with pytest.raises(ValueError, match="num_classes"):
        models.resnet18(weights="DEFAULT", num_classes=10)
    with pytest.raises(TypeError):
        models.resnet18(weights=models.ResNet50_Weights.DEFAULT)
    with pytest.raises(KeyError):
        models.resnet18(weights="NOPE")


def test_the_register():
    assert models.list_models(include="resnet*", exclude="*50") == ["resnet101", "resnet152", "resnet18", "resnet34"]
    assert models.get_model_builder("ResNet18") is models.resnet18
    assert repr(models.get_weight("ResNet50_Weights.DEFAULT")) == "ResNet50_Weights.IMAGENET1K_V2"
    with pytest.raises(ValueError, match="Unknown model"):
        models.get_model("nope")


def test_presets_prepare_pictures():
    out = models.ResNet18_Weights.DEFAULT.transforms()(torch.zeros(3, 40, 50, dtype=torch.uint8))
    assert tuple(out.shape) == (3, 224, 224)
    assert torch.allclose(out[:, 0, 0], -torch.tensor([0.485 / 0.229, 0.456 / 0.224, 0.406 / 0.225]))


def test_segmentation_answers_for_each_pixel():
    model = models.segmentation.lraspp_mobilenet_v3_large(weights_backbone=None, num_classes=4).eval()
    with torch.no_grad():
        out = model(torch.rand(1, 3, 64, 48))
    assert {key: tuple(value.shape) for key, value in out.items()} == {"out": (1, 4, 64, 48)}


def test_videos():
    model = models.video.mc3_18(num_classes=3).eval()
    with torch.no_grad():
        assert tuple(model(torch.rand(1, 3, 4, 32, 32)).shape) == (1, 3)


def test_old_names_in_published_files():
    """DenseNet's published weights call `norm1.weight` `norm.1.weight`."""
    from rushlight.vision.models.densenet import _OLD_NAME

    old = "features.denseblock1.denselayer2.norm.1.weight"
    assert _OLD_NAME.sub(r"\1\2", old) == "features.denseblock1.denselayer2.norm1.weight"
    assert _OLD_NAME.sub(r"\1\2", "features.norm0.weight") == "features.norm0.weight"


def test_parts_of_models_are_made_as_torchvision_makes_them():
    from rushlight.vision.models import maxvit, regnet, vgg

    small = vgg.VGG(vgg.make_layers([8, "M", 16, "M"], batch_norm=True), num_classes=3)
    assert [type(layer).__name__ for layer in small.features][:4] == ["Conv2d", "BatchNorm2d", "ReLU", "MaxPool2d"]
    assert vgg.cfgs["A"] == [64, "M", 128, "M", 256, 256, "M", 512, 512, "M", 512, 512, "M"]
    torch.manual_seed(0)
    params = regnet.BlockParams.from_init_params(depth=4, w_0=24, w_a=24.0, w_m=2.5, group_width=8, se_ratio=0.25)
    squeezed = [m for m in models.RegNet(params).modules() if isinstance(m, torch.nn.Conv2d) and m.bias is not None]
    assert squeezed and all(m.bias.abs().sum() > 0 for m in squeezed)  # as a convolution begins
    net = maxvit.MaxVit((64, 64), 16, 4, [16, 32], [1, 1], 8, 0.1, num_classes=3)
    assert "StochasticDepth(p=0.1, mode=row)" in repr(net)
    code = torch.fx.symbolic_trace(models.resnet18()).code
    assert "def forward(self, x : torch.Tensor)" in code
