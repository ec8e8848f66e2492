"""What functions make beside their operands is where those are, whatever the device; and the data path stays on the processor."""

import pickle

import pytest
import rushlight as rl
from rushlight import nn


def far(*shape, dtype=None):
    """A tensor that is not on the processor: ``meta`` is a device every build has, and operands of two are refused."""
    return rl.empty(shape, dtype=dtype, device="meta")


def flex():
    from rushlight.nn.attention.flex_attention import create_block_mask, flex_attention

    causal = create_block_mask(lambda b, h, q, k: q >= k, None, None, 4, 4, device="cpu")
    return flex_attention(
        *(far(1, 1, 4, 8) for _ in range(3)), score_mod=lambda s, b, h, q, k: s + q - k, block_mask=causal
    )


COMPOSED = {
    **{
        f"embedding_bag {mode}": lambda mode=mode: rl.embedding_bag(
            far(4, 3), far(5, dtype=rl.int64), far(2, dtype=rl.int64), mode=mode
        )[0]
        for mode in range(3)
    },
    "conv2d_input": lambda: nn.grad.conv2d_input((1, 2, 5, 5), far(3, 2, 3, 3), far(1, 3, 3, 3)),
    "flex_attention": flex,
    "jacobian": lambda: rl.autograd.functional.jacobian(lambda x: x * 2, far(3), vectorize=True),
    "jacrev": lambda: rl.func.jacrev(rl.sin)(far(3)),
    "hessian": lambda: rl.func.hessian(lambda x: x.sin().sum())(far(3)),
    "LSTM": lambda: nn.LSTM(3, 4, device="meta")(far(5, 2, 3))[0],
    "MultiheadAttention": lambda: nn.MultiheadAttention(8, 2, device="meta")(*(far(3, 1, 8),) * 3)[0],
    "pack_padded_sequence": lambda: nn.utils.rnn.pack_padded_sequence(far(4, 2, 3), [4, 2]).data,
    "adaptive softmax": lambda: nn.AdaptiveLogSoftmaxWithLoss(4, 10, [3, 6], device="meta").log_prob(
        far(2, 4)
    ),
    "stft": lambda: rl.stft(far(64), 16, return_complex=True),
    "sparse_": lambda: nn.init.sparse_(far(3, 4), 0.3),
    "drop_block2d": lambda: rl.vision.ops.drop_block2d(far(1, 2, 8, 8), 0.3, 3),
    "deform_conv2d": lambda: rl.vision.ops.deform_conv2d(far(1, 2, 5, 5), far(1, 18, 3, 3), far(4, 2, 3, 3)),
}


@pytest.mark.parametrize("name", COMPOSED)
def test_what_is_made_beside_operands_is_where_they_are(name):
    assert COMPOSED[name]().device.type == "meta"


def test_the_data_path_stays_on_the_processor():
    data = rl.utils.data
    numbers = data.TensorDataset(rl.arange(6))
    with rl.device("meta"):  # a default device that has no values to draw indices with
        assert sorted(data.RandomSampler(numbers)) == list(range(6))
        assert sorted(data.SubsetRandomSampler([4, 7])) == [4, 7]
        assert len(list(data.WeightedRandomSampler([1.0, 2.0], 3))) == 3
        assert [len(part) for part in data.random_split(numbers, [2, 4])] == [2, 4]
        assert sorted(data.DistributedSampler(numbers, num_replicas=1, rank=0)) == list(range(6))
        state = pickle.loads(pickle.dumps(rl.ones(2, device="cpu")))
        assert state.device.type == "cpu" and state.tolist() == [1, 1]
        p = nn.Parameter(rl.ones(1, device="cpu"))
        p.grad = rl.ones(1, device="cpu")
        rl.optim.Adam([p], lr=0.5).step()
        assert p.item() == pytest.approx(0.5)
