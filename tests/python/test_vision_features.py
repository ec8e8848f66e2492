"""What models compute on their way, by the names of their parts."""

import copy
import warnings

import pytest
import rushlight as torch
from rushlight import fx, nn
from rushlight.vision import models
from rushlight.vision.models.feature_extraction import create_feature_extractor, get_graph_node_names


def test_nodes_are_called_by_where_they_are():
    train, evaluated = get_graph_node_names(models.resnet18())
    assert train == evaluated
    assert train[:9] == ["x", "conv1", "bn1", "relu", "maxpool", "layer1.0.conv1", "layer1.0.bn1", "layer1.0.relu", "layer1.0.conv2"]
    assert train[9:12] == ["layer1.0.bn2", "layer1.0.add", "layer1.0.relu_1"]
    assert train[-3:] == ["avgpool", "flatten", "fc"]


@pytest.mark.parametrize(
    ("name", "nodes", "count"),
    [
        ("alexnet", ["features.3", "classifier.4"], 23),
        ("shufflenet_v2_x0_5", ["stage2.0.view_1"], 368),
        ("convnext_tiny", ["features.1.0.features_1_0_layer_scale", "features.1.0.mul"], 226),
        ("swin_t", ["features.1.0.attn.shifted_window_attention", "features.2._patch_merging_pad"], 186),
        ("swin_v2_t", ["features.1.0.attn.cpb_mlp.2", "features.1.0.attn._get_relative_position_bias"], 258),
        ("mobilenet_v3_small", ["features.1.block.1.scale_activation"], 56),
    ],
)
def test_models_can_be_traced(name, nodes, count):
    found = get_graph_node_names(models.get_model(name))[1]
    assert len(found) == count
    if name == "mobilenet_v3_small":  # modules of ops are leaves
        assert nodes[0] not in found
    else:
        assert set(nodes) <= set(found)


@pytest.mark.parametrize(("name", "node"), [("resnet18", "layer2"), ("squeezenet1_1", "features.4"), ("swin_v2_t", "features.1.1"), ("densenet121", "features.transition1")])
def test_a_feature_is_what_the_part_computes(name, node):
    torch.manual_seed(0)
    model = models.get_model(name).eval()
    x = torch.rand(1, 3, 64, 64)
    kept = []
    handle = model.get_submodule(node).register_forward_hook(lambda module, given, out: kept.append(out))
    whole = model(x)
    handle.remove()
    last = get_graph_node_names(model, suppress_diff_warning=True)[1][-1]
    out = create_feature_extractor(model, {node: "part", last: "all"})(x)
    assert list(out) == ["part", "all"]
    assert torch.equal(out["part"], kept[0])
    assert torch.equal(out["all"], whole)


def test_what_is_not_needed_is_left_out():
    body = create_feature_extractor(models.resnet18(), ["layer1"])
    assert not hasattr(body, "layer2")
    assert not hasattr(body, "fc")


class Two(nn.Module):
    """Other nodes in training than else."""

    def __init__(self):
        super().__init__()
        self.a, self.b, self.scale = nn.Linear(2, 2), nn.Linear(2, 2), nn.Parameter(torch.ones(2))

    def forward(self, x):
        x = self.a(x) * self.scale
        return self.b(x) if self.training else x


def test_training_has_a_graph_of_its_own():
    model = Two()
    with pytest.warns(UserWarning, match="eval mode are a subsequence"):
        names = get_graph_node_names(model)
    assert names == (["x", "a", "scale", "mul", "b"], ["x", "a", "scale", "mul"])
    body = create_feature_extractor(model, train_return_nodes={"b": "out"}, eval_return_nodes={"mul": "out"}, suppress_diff_warning=True)
    x = torch.rand(3, 2)
    assert body.training
    assert torch.equal(body(x)["out"], model(x))
    assert torch.equal(body.eval()(x)["out"], model.eval()(x))
    body.train()(x)["out"].sum().backward()
    assert model.scale.grad is not None  # parameters are the model's, also those that no module holds
    other = copy.deepcopy(body)
    assert torch.equal(other(x)["out"], body(x)["out"])
    assert other.a.weight is not body.a.weight


def test_the_model_is_left_as_it_was():
    model = models.alexnet().eval()
    create_feature_extractor(model, ["features.0"])
    assert not model.training
    get_graph_node_names(model)
    assert not model.training


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({}, "should be specified"),
        ({"train_return_nodes": ["a"]}, "both should be specified"),
        ({"return_nodes": ["a"], "train_return_nodes": ["a"], "eval_return_nodes": ["a"]}, "both should be specified"),
        ({"return_nodes": ["layer"]}, "'layer' is not present in model"),
    ],
)
def test_nodes_must_be_said_and_be_there(words, said):
    with warnings.catch_warnings(), pytest.raises(ValueError, match=said):
        warnings.simplefilter("ignore")
        create_feature_extractor(Two(), **words)


# ---- what tracing does for it -------------------------------------------------------------------------------------------
def test_calls_on_what_is_known_are_recorded():
    class Known(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("table", torch.ones(3, 2))
            self.net, self.shift = nn.Linear(2, 2), nn.Parameter(torch.zeros(2))

        def forward(self, x):
            return x + self.net(self.table).sum(0) + self.shift.exp()

    model = Known()
    made = fx.symbolic_trace(model)
    assert [node.op for node in made.graph.nodes].count("call_module") == 1
    with torch.no_grad():
        model.shift.fill_(1.0)
        made.net.bias.fill_(2.0)
    x = torch.rand(2)
    assert torch.equal(made(x), model(x))  # nothing was computed while it was traced


def scaled(x):
    return x * 2


def test_functions_that_are_named_are_leaves():
    class Calls(nn.Module):
        def forward(self, x):
            return scaled(x) + 1

    graph = fx.Tracer(autowrap_functions=(scaled,)).trace(Calls())
    assert [node.name for node in graph.nodes] == ["x", "scaled", "add", "output"]
    assert [node.name for node in fx.Tracer().trace(Calls()).nodes] == ["x", "mul", "add", "output"]


def test_shapes_of_parameters_may_be_numbers():
    class Shaped(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.ones(3, 2))

        def forward(self, x):
            return x.reshape(-1, self.weight.shape[1]) @ self.weight.t() if self.weight.dim() == 2 else x

    graph = fx.Tracer(param_shapes_constant=True).trace(Shaped())
    assert [node.name for node in graph.nodes] == ["x", "weight", "reshape", "t", "matmul", "output"]
    with pytest.raises(fx.TraceError):
        fx.Tracer().trace(Shaped())
