"""Names without a promise that programs import all the same: what they are called with, and what they answer."""

from __future__ import annotations

import math

import pytest
import rushlight as rl
from rushlight import nn
from rushlight.nn import functional as F


def test_annotations_of_layers_and_optimizers():
    from rushlight.nn.common_types import _ratio_2_t, _size_1_t, _size_2_t, _size_3_t, _size_any_t
    from rushlight.optim.optimizer import ParamsT, params_t
    from rushlight.types import _dtype, _int, _size, _TensorOrTensors

    assert (_size_2_t, _size_any_t) == (int | tuple[int, int], int | tuple[int, ...])
    assert _size_1_t != _size_3_t and _ratio_2_t == float | tuple[float, float]
    assert ParamsT == params_t and (_int, _dtype) == (int, rl.dtype)
    assert rl.Size in _size.__args__ and rl.Tensor in _TensorOrTensors.__args__


def test_initialisers_without_gradients():
    w = nn.Parameter(rl.empty(50, 2))
    for draw in (
        lambda: nn.init._no_grad_uniform_(w, -1, 1),
        lambda: nn.init._no_grad_normal_(w, 0, 1, rl.Generator()),
        lambda: nn.init._no_grad_trunc_normal_(w, 0.0, 1.0, -2.0, 2.0),
        lambda: nn.init._no_grad_fill_(w, 3.0),
        lambda: nn.init._no_grad_zero_(w),
    ):
        assert draw() is w and w.grad_fn is None and w.requires_grad
    rl.manual_seed(3)
    a = nn.init.uniform_(rl.empty(4))
    rl.manual_seed(3)
    assert rl.equal(a, nn.init._no_grad_uniform_(rl.empty(4), 0.0, 1.0))


def test_parts_of_attention():
    q = rl.randn(3, 2, 4)
    packed, bias = rl.randn(12, 4), rl.randn(12)
    parts = F._in_projection_packed(q, q, q, packed, bias)
    alone = F._in_projection(q, q, q, *packed.chunk(3), *bias.chunk(3))
    assert len(parts) == 3 and all(rl.allclose(a, b, atol=1e-5) for a, b in zip(parts, alone, strict=True))
    with pytest.raises(AssertionError, match=r"expecting w_k shape of \(4, 4\)"):
        F._in_projection(q, q, q, packed[:4], packed[:3], packed[:4])
    mask = F._canonical_mask(rl.tensor([True, False]), "attn_mask", None, "", rl.float32)
    assert mask.tolist() == [-math.inf, 0.0] and F._canonical_mask(None, "m", None, "", rl.float32) is None
    with pytest.warns(UserWarning, match="mismatched a and b is deprecated"):
        F._canonical_mask(mask, "a", rl.bool, "b", rl.float32)
    assert F._none_or_dtype(mask) is rl.float32 and F._none_or_dtype(None) is None
    with pytest.raises(ValueError, match="more than 1 value per channel"):
        F._verify_batch_size(rl.Size([1, 5, 1]))
    with pytest.warns(UserWarning, match="Implicit dimension choice for softmax"):
        assert (F._get_softmax_dim("softmax", 3, 1), F._get_softmax_dim("softmax", 2, 1)) == (0, 1)


def test_functions_that_ask_classes_of_a_programs_own():
    assert F.has_torch_function is rl.overrides.has_torch_function
    assert F.handle_torch_function is rl.overrides.handle_torch_function
    assert F.grad is rl.nn.grad and F._Reduction.legacy_get_string(None, False, False) == "none"
    with pytest.raises(RuntimeError, match="only one function can have a docstring"):
        F.boolean_dispatch("a", 0, False, math.sin, math.cos, "m", "f")
    with pytest.raises(AttributeError, match="nothing"):
        _ = F.nothing


def test_parts_of_layers():
    from rushlight.nn.modules.rnn import _apply_permutation
    from rushlight.nn.modules.transformer import _get_activation_fn, _get_clones

    assert _get_activation_fn("gelu") is F.gelu and _get_activation_fn(rl.relu) is rl.relu
    with pytest.raises(RuntimeError, match="activation should be relu/gelu, not swish"):
        _get_activation_fn("swish")
    clones = _get_clones(nn.Linear(1, 1), 3)
    assert isinstance(clones, nn.ModuleList) and len({id(m.weight) for m in clones}) == 3
    assert nn.modules.module._addindent("a\nb", 2) == "a\n  b"
    assert _apply_permutation(rl.tensor([[1, 2, 3]]), rl.tensor([2, 0, 1])).tolist() == [[3, 1, 2]]


def test_parts_of_optimizers():
    from rushlight.optim.optimizer import (
        Optimizer,
        _default_to_fused_or_foreach,
        _dispatch_sqrt,
        _get_value,
        _use_grad_for_differentiable,
        _view_as_real,
    )

    class Own(Optimizer):
        def __init__(self, params, differentiable=False):
            super().__init__(params, {"lr": 0.1, "differentiable": differentiable})

        @_use_grad_for_differentiable
        def step(self, closure=None):
            return rl.is_grad_enabled()

    p = [nn.Parameter(rl.ones(1))]
    assert (Own(p).step(), Own(p, True).step()) == (False, True)
    assert _default_to_fused_or_foreach(p, False) == (False, False)
    assert _get_value(rl.tensor(2.0)) == 2.0 and (
        _dispatch_sqrt(4.0),
        _dispatch_sqrt(rl.tensor(4.0)).item(),
    ) == (2.0, 2.0)
    params, grads = [rl.tensor([1 + 2j]), rl.ones(1)], [rl.tensor([3j]), rl.zeros(1)]
    _view_as_real(params, grads)
    assert params[0].tolist() == [[1.0, 2.0]] and grads[0].shape == (1, 2) and params[1].shape == (1,)


def test_names_that_other_files_lend():
    from rushlight.hub import HASH_REGEX
    from rushlight.utils import _pytree
    from rushlight.utils.checkpoint import tree_map

    assert tree_map is _pytree.tree_map
    assert HASH_REGEX.search("resnet18-f37072fd.pth").group(1) == "f37072fd"
    assert F.BroadcastingList2[int] is None and F.BroadcastingList1 is F.BroadcastingList3


@pytest.mark.parametrize(
    "address, names",
    [
        ("nn.utils.weight_norm", "WeightNorm weight_norm remove_weight_norm"),
        ("nn.utils.spectral_norm", "SpectralNorm spectral_norm"),
        ("nn.modules.padding", "_ConstantPadNd _ReflectionPadNd _ReplicationPadNd _CircularPadNd"),
        ("nn.modules.rnn", "apply_permutation RNNCellBase"),
        ("autograd.gradcheck", "gradcheck gradgradcheck GradcheckError"),
        ("autograd.profiler_util", "EventList FunctionEvent"),
        ("autograd.function", "InplaceFunction"),
        ("optim.adamw", "AdamW adamw"),
        ("optim._functional", "adam adamw sgd"),
        ("optim.lr_scheduler", "_enable_get_lr_call _LRScheduler"),
        ("utils._foreach_utils", "_group_tensors_by_device_and_dtype _has_foreach_support"),
        ("utils.data._utils.collate", "default_collate_err_msg_format"),
        ("fx.experimental.optimization", "fuse remove_dropout extract_subgraph"),
        ("fx.node", "Argument Target"),
        ("_jit_internal", "boolean_dispatch List Optional _overload"),
        ("jit.annotations", "List Optional Tuple"),
        ("utils._python_dispatch", "is_traceable_wrapper_subclass"),
        ("_dynamo.exc", "TorchRuntimeError Unsupported"),
        ("_inductor.exc", "InductorError"),
        ("distributed.nn", "all_gather all_reduce"),
        ("distributed.nn.functional", "_all_gather_base"),
        ("hub", "urlparse HASH_REGEX download_url_to_file"),
        ("optim.optimizer", "_get_capturable_supported_devices"),
        ("_C", "_get_tracing_state _jit_set_profiling_mode"),
        ("_C", "TensorBase _TensorBase _log_api_usage_once"),
    ],
)
def test_files_where_programs_look_for_them(address, names):
    import importlib
    import subprocess
    import sys

    module = importlib.import_module(f"rushlight.{address}")
    for name in names.split():
        plain = ("Argument", "Target", "default_collate_err_msg_format", "HASH_REGEX")
        assert callable(getattr(module, name)) or name in plain
    code = f"from torch.{address} import {', '.join(names.split())}\nimport torch.nn as nn, torch.optim, torch.autograd\n"
    code += "print(nn.utils.weight_norm(nn.Linear(1, 1)), torch.autograd.gradcheck.__name__)"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "rushlight.torch", "-c", code], capture_output=True, text=True
    )
    assert done.stdout == "Linear(in_features=1, out_features=1, bias=True) gradcheck\n", done.stderr


def test_an_address_hides_no_function():
    from rushlight.nn.utils.weight_norm import WeightNorm

    assert callable(nn.utils.weight_norm) and WeightNorm.__module__ == "rushlight.nn.utils.weight_norm"
    layer = nn.utils.parametrizations.weight_norm(nn.Linear(1, 1))
    assert type(layer).__module__ == "rushlight.nn.utils.parametrize"


def test_steps_over_lists():
    from rushlight.optim._functional import adamw, sgd

    p, g, buffers = [rl.ones(2)], [rl.full((2,), 4.0)], [None]
    options = {
        "weight_decay": 0.0,
        "momentum": 0.9,
        "lr": 0.5,
        "dampening": 0.0,
        "nesterov": False,
        "maximize": False,
    }
    sgd(p, g, buffers, foreach=False, grad_scale=rl.tensor(2.0), **options)
    assert p[0].tolist() == [0.0, 0.0] and buffers[0].tolist() == [2.0, 2.0]
    sgd(p, g, buffers, found_inf=rl.tensor(1.0), **options)
    assert p[0].tolist() == [0.0, 0.0]
    a, b = (rl.ones(2, requires_grad=True) for _ in range(2))
    a.grad = rl.tensor([1.0, -2.0])
    optimizer = rl.optim.AdamW([a], lr=0.1)
    optimizer.step()
    moments = [rl.zeros(2)], [rl.zeros(2)], [], [rl.tensor(0.0)]
    adamw(
        [b],
        [a.grad],
        *moments,
        foreach=None,
        amsgrad=False,
        beta1=0.9,
        beta2=0.999,
        lr=0.1,
        weight_decay=1e-2,
        eps=1e-8,
        maximize=False,
    )
    assert rl.equal(a, b) and moments[3][0].item() == 1


def test_lists_in_groups():
    from rushlight._utils import _take_tensors
    from rushlight.utils._foreach_utils import _group_tensors_by_device_and_dtype as group

    a, b, c = rl.ones(2), rl.ones(1).double(), rl.ones(3)
    found = group([[a, b, c], [None, 1, 2]], with_indices=True)
    assert list(found) == [(a.device, rl.float32), (b.device, rl.float64)]
    assert found[a.device, rl.float32][1] == [0, 2] and found[a.device, rl.float32][0][1] == [None, 2]
    assert [len(each) for each in _take_tensors([a, b, c], 8)] == [1, 1, 1]


def test_norms_are_fused_and_dropout_taken_out():
    from rushlight.fx.experimental.optimization import extract_subgraph, fuse, remove_dropout

    net = nn.Sequential(
        nn.Conv2d(1, 2, 3),
        nn.BatchNorm2d(2),
        nn.Dropout(),
        nn.Sequential(nn.Flatten(), nn.Linear(18, 3), nn.BatchNorm1d(3)),
    )
    net[1].running_mean.uniform_()
    net.eval()
    x = rl.randn(2, 1, 5, 5)
    for made, gone in ((fuse(net), nn.BatchNorm2d), (remove_dropout(net), nn.Dropout)):
        assert not any(isinstance(layer, gone) for layer in made.modules())
        rl.testing.assert_close(made(x), net(x))
    with pytest.raises(AssertionError, match="Fusion only for eval!"):
        fuse(net.train())
    gm = rl.fx.symbolic_trace(lambda a, b: (a * b).relu() + a)
    a, b, product, relu, _, _ = gm.graph.nodes
    part = extract_subgraph(gm, [product, relu], [a, b], [relu])
    assert part(rl.tensor([2.0]), rl.tensor([3.0])).tolist() == [6.0]


def test_types_for_annotations():
    from rushlight.serialization import MAP_LOCATION

    assert rl.device in MAP_LOCATION.__args__ and rl.futures.Future[int] is rl.futures.Future
    rl._assert_async(rl.tensor(1))
    with pytest.raises(RuntimeError, match="Expected Tensor with single nonzero value, but got zero"):
        rl._assert_async(rl.tensor(0))
    with pytest.raises(RuntimeError, match="told"):
        rl._assert_async(rl.tensor(0), "told")


def test_only_wrappers_are_taken_apart():
    from rushlight.utils._python_dispatch import is_traceable_wrapper_subclass

    class Wrapper(rl.Tensor):
        def __tensor_flatten__(self):
            return ["inner"], None

        @staticmethod
        def __tensor_unflatten__(inner, meta, size, stride):
            return inner["inner"]

    assert is_traceable_wrapper_subclass(Wrapper) and not is_traceable_wrapper_subclass(rl.ones(1))


@pytest.mark.parametrize(
    "address, names",
    [
        ("_tensor_str", "_tensor_str printoptions"),
        ("_subclasses.fake_tensor", "FakeTensor is_fake"),
        ("_higher_order_ops.associative_scan", "associative_scan"),
        ("_dynamo._trace_wrapped_higher_order_op", "TransformGetItemToIndex"),
        (
            "utils._pytree",
            "_register_pytree_node _dict_flatten _dict_unflatten _dict_flatten_with_keys _get_node_type",
        ),
        ("fx.experimental.symbolic_shapes", "guard_or_false statically_known_true free_symbols"),
        ("fx.experimental.proxy_tensor", "get_proxy_mode"),
        ("distributed.tensor", "DTensor Shard Replicate Partial distribute_tensor"),
        ("distributed.tensor.placement_types", "_StridedShard"),
        ("distributed.fsdp", "FullyShardedDataParallel fully_shard MixedPrecisionPolicy"),
        ("distributed.fsdp.fully_sharded_data_parallel", "FullyShardedDataParallel"),
        ("distributed._composable.fsdp", "fully_shard"),
        ("distributed._functional_collectives", "wait_tensor all_reduce"),
        ("distributed.algorithms.join", "Join Joinable JoinHook"),
        ("distributed.rpc", "is_available init_rpc RRef"),
        ("nn.attention.flex_attention", "AuxRequest AuxOutput"),
    ],
)
def test_files_that_libraries_import(address, names):
    import importlib

    module = importlib.import_module(f"rushlight.{address}")
    assert all(callable(getattr(module, name)) for name in names.split())


def test_running_results_of_any_operation():
    from rushlight._higher_order_ops import associative_scan

    rl.manual_seed(0)
    for n in (1, 2, 3, 4, 5, 8, 13):
        x = rl.randn(2, n, 3, dtype=rl.float64, requires_grad=True)
        for dim in (1, -2):
            rl.testing.assert_close(associative_scan(lambda a, b: a + b, x, dim), x.cumsum(1))
        turned = associative_scan(lambda a, b: a + b, x, 1, reverse=True)
        rl.testing.assert_close(turned, x.flip(1).cumsum(1).flip(1))
        decay = rl.rand(2, n, 3, dtype=rl.float64)

        def step(a, b):  # h = decay * h + x, as pairs: not commutative
            return {"decay": a["decay"] * b["decay"], "x": a["x"] * b["decay"] + b["x"]}

        found = associative_scan(step, {"decay": decay, "x": x}, 1)["x"]
        h, each = rl.zeros(2, 3, dtype=rl.float64), []
        for i in range(n):
            h = decay[:, i] * h + x[:, i]
            each.append(h)
        rl.testing.assert_close(found, rl.stack(each, 1))
        found.sum().backward()
        assert x.grad is not None
    with pytest.raises(ValueError, match="Combine_mode must be 'pointwise' or 'generic', but got both"):
        associative_scan(lambda a, b: a, x, 0, combine_mode="both")
    with pytest.raises(ValueError, match="same size along the scanned axis"):
        associative_scan(lambda a, b: a, (rl.ones(2), rl.ones(3)), 0)


def test_operations_beneath_the_functions():
    x = rl.tensor([[1.0, 2.0, 0.5], [0.0, -1.0, 3.0]], requires_grad=True)
    aten = rl.ops.aten
    assert rl.equal(aten.slice.Tensor(x, 1, 0, 3, 2), x[:, ::2]) and rl.equal(aten.alias.default(x), x)
    assert rl.equal(aten.index.Tensor(x, [None, rl.tensor([2])]), x[:, [2]])
    assert aten._to_copy.default(x, dtype=rl.float64).dtype == rl.float64 and aten._to_copy(x) is not x
    assert (
        aten.sym_size.int(x, 1) == 3
        and aten._is_all_true(x > -2).item()
        and aten._local_scalar_dense(x[0, 0]) == 1.0
    )
    with pytest.raises(NotImplementedError, match="call the functions of torch"):
        aten._sparse_addmm(x)
    g = rl.tensor([[1.0, 0.0, 2.0], [0.5, 1.0, -1.0]])
    for function, beneath in (
        (F.softmax, rl._softmax_backward_data),
        (F.log_softmax, rl._log_softmax_backward_data),
    ):
        y = function(x, -1)
        (wanted,) = rl.autograd.grad(y, x, g)
        rl.testing.assert_close(beneath(g, y.detach(), -1, x.dtype), wanted)
    starts = rl._convert_indices_from_coo_to_csr(rl.tensor([0, 0, 2]), 4, out_int32=True)
    assert starts.tolist() == [0, 2, 2, 3, 3] and starts.dtype == rl.int32
    assert rl._convert_indices_from_csr_to_coo(starts, rl.tensor([1, 0, 1])).tolist() == [
        [0, 0, 2],
        [1, 0, 1],
    ]
    assert rl._shape_as_tensor(x).tolist() == [2, 3]
    with pytest.raises(ValueError, match="q"):
        rl._check_with(ValueError, False, lambda: "q")
    with pytest.raises(RuntimeError, match="Expected cond to be True, but got False"):
        rl._check_tensor_all(rl.tensor([True, False]))


def test_options_of_printing_can_be_asked():
    from rushlight._tensor_str import PRINT_OPTS, _tensor_str, printoptions

    with printoptions(precision=1):
        assert PRINT_OPTS.precision == 1 and repr(rl.tensor(3.14159)) == "tensor(3.1)"
    assert PRINT_OPTS.precision == 4 and repr(rl.tensor(3.14159)) == "tensor(3.1416)"
    rl.set_printoptions(profile="full")
    assert PRINT_OPTS.threshold == float("inf")
    rl.set_printoptions(profile="default")
    assert _tensor_str(rl.ones(2, 2), 3) == "[[1., 1.],\n    [1., 1.]]"
    assert _tensor_str(rl.tensor(3.0, dtype=rl.float64), 0) == "3."


def test_records_of_a_file(tmp_path):
    rl.save({"x": rl.ones(2)}, tmp_path / "a.pt")
    reader = rl.PyTorchFileReader(str(tmp_path / "a.pt"))
    assert (
        reader.has_record("data.pkl")
        and not reader.has_record("nothing")
        and "data/0" in reader.get_all_records()
    )
    assert reader.get_record("data/0") == rl.ones(2).numpy().tobytes()


def test_scores_beside_the_result():
    from rushlight.nn.attention.flex_attention import AuxRequest, flex_attention

    q = rl.randn(1, 1, 3, 4)
    _out, beside = flex_attention(q, q, q, return_aux=AuxRequest(lse=True, max_scores=True))
    scores = q @ q.mT / 2
    rl.testing.assert_close(beside.lse, scores.logsumexp(-1))
    rl.testing.assert_close(beside.max_scores, scores.amax(-1))
    assert flex_attention(q, q, q, return_aux=AuxRequest())[1] == (None, None)
    with pytest.raises(ValueError, match="Cannot specify both return_lse and return_aux"):
        flex_attention(q, q, q, return_lse=True, return_aux=AuxRequest())


def test_draws_that_distributions_are_made_of():
    rate = rl.tensor([0.7, 5.0], requires_grad=True)
    rl.manual_seed(5)
    drawn = rl._standard_gamma(rate)
    rl.manual_seed(5)
    assert rl.equal(drawn, rl.distributions.Gamma(rate, 1.0).rsample())
    assert rl.autograd.grad(drawn.sum(), rate)[0].gt(0).all()
    own = [rl._standard_gamma(rate, rl.Generator().manual_seed(1)) for _ in range(2)]
    assert rl.equal(*own)
    rl.testing.assert_close(rl._sample_dirichlet(rl.ones(2, 3)).sum(-1), rl.ones(2))
