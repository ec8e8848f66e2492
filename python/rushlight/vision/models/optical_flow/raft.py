"""RAFT (Teed and Deng, 2020: Recurrent all-pairs field transforms for optical flow)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .... import cat, linspace, meshgrid, nn, relu, sigmoid, stack, tanh
from ...._C import Tensor
from ....nn import functional as F
from ...ops import Conv2dNormActivation
from .._api import builder, load_weights, published
from ._utils import grid_sample, make_coords_grid, upsample_flow

__all__ = ["RAFT", "Raft_Large_Weights", "Raft_Small_Weights", "raft_large", "raft_small"]

Norm = Callable[..., nn.Module] | None


def _shortcut(in_channels: int, out_channels: int, norm_layer: Norm, stride: int, project: bool) -> nn.Module:
    if not project:
        return nn.Identity()
    return Conv2dNormActivation(
        in_channels, out_channels, norm_layer=norm_layer, kernel_size=1, stride=stride, bias=True, activation_layer=None
    )


class ResidualBlock(nn.Module):
    """Two 3 x 3 convolutions and a shortcut.

    Args:
        in_channels, out_channels (int): channels.
        norm_layer (callable, optional): behind each convolution.
        stride (int): of the first.
        always_project (bool): whether the shortcut is a convolution at stride 1 too.
    """

    def __init__(self, in_channels: int, out_channels: int, *, norm_layer: Norm, stride: int = 1, always_project: bool = False):
        super().__init__()
        how: dict[str, Any] = {"norm_layer": norm_layer, "kernel_size": 3, "bias": True}
        self.convnormrelu1 = Conv2dNormActivation(in_channels, out_channels, stride=stride, **how)
        self.convnormrelu2 = Conv2dNormActivation(out_channels, out_channels, **how)
        self.downsample = _shortcut(in_channels, out_channels, norm_layer, stride, stride != 1 or always_project)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        return self.relu(self.downsample(x) + self.convnormrelu2(self.convnormrelu1(x)))


class BottleneckBlock(nn.Module):
    """A 3 x 3 convolution between two of 1 x 1, and a shortcut: as ``ResidualBlock``."""

    def __init__(self, in_channels: int, out_channels: int, *, norm_layer: Norm, stride: int = 1):
        super().__init__()
        how: dict[str, Any] = {"norm_layer": norm_layer, "bias": True}
        inner = out_channels // 4
        self.convnormrelu1 = Conv2dNormActivation(in_channels, inner, kernel_size=1, **how)
        self.convnormrelu2 = Conv2dNormActivation(inner, inner, kernel_size=3, stride=stride, **how)
        self.convnormrelu3 = Conv2dNormActivation(inner, out_channels, kernel_size=1, **how)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = _shortcut(in_channels, out_channels, norm_layer, stride, stride != 1)

    def forward(self, x: Tensor) -> Tensor:
        y = self.convnormrelu3(self.convnormrelu2(self.convnormrelu1(x)))
        return self.relu(self.downsample(x) + y)


class FeatureEncoder(nn.Module):
    """A map of a picture, each side an eighth.

    Args:
        block (type): ``ResidualBlock`` or ``BottleneckBlock``.
        layers (sequence of int): channels of the first convolution, of three stages, and of the map.
        strides (sequence of int): of the first convolution and the stages.
        norm_layer (callable, optional): behind convolutions.
    """

    def __init__(
        self, *, block: Callable[..., nn.Module] = ResidualBlock, layers=(64, 64, 96, 128, 256), strides=(2, 1, 2, 2),
        norm_layer: Norm = nn.BatchNorm2d,
    ):  # fmt: skip
        super().__init__()
        if len(layers) != 5:
            raise ValueError(f"The expected number of layers is 5, instead got {len(layers)}")
        self.convnormrelu = Conv2dNormActivation(
            3, layers[0], norm_layer=norm_layer, kernel_size=7, stride=strides[0], bias=True
        )
        self.layer1, self.layer2, self.layer3 = (
            nn.Sequential(block(a, b, norm_layer=norm_layer, stride=stride), block(b, b, norm_layer=norm_layer, stride=1))
            for a, b, stride in zip(layers, layers[1:4], strides[1:])
        )
        self.conv = nn.Conv2d(layers[3], layers[4], kernel_size=1)
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")
            elif isinstance(layer, (nn.BatchNorm2d, nn.InstanceNorm2d)):
                if layer.weight is not None:
                    nn.init.constant_(layer.weight, 1)
                if layer.bias is not None:
                    nn.init.constant_(layer.bias, 0)
        self.output_dim = layers[-1]
        self.downsample_factor = 2 ** sum(stride == 2 for stride in strides)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(self.layer3(self.layer2(self.layer1(self.convnormrelu(x)))))


class MotionEncoder(nn.Module):
    """What the flow and the correlations around it say together.

    Args:
        in_channels_corr (int): of the correlations.
        corr_layers (sequence of int): channels of one or two convolutions over them.
        flow_layers (sequence of int): channels of two convolutions over the flow.
        out_channels (int): of the result, the flow itself among them.
    """

    def __init__(self, *, in_channels_corr: int, corr_layers=(256, 192), flow_layers=(128, 64), out_channels: int = 128):
        super().__init__()
        if len(flow_layers) != 2:
            raise ValueError(f"The expected number of flow_layers is 2, instead got {len(flow_layers)}")
        if len(corr_layers) not in (1, 2):
            raise ValueError(f"The number of corr_layers should be 1 or 2, instead got {len(corr_layers)}")
        self.convcorr1 = Conv2dNormActivation(in_channels_corr, corr_layers[0], norm_layer=None, kernel_size=1)
        self.convcorr2 = (
            Conv2dNormActivation(corr_layers[0], corr_layers[1], norm_layer=None, kernel_size=3)
            if len(corr_layers) == 2
            else nn.Identity()
        )
        self.convflow1 = Conv2dNormActivation(2, flow_layers[0], norm_layer=None, kernel_size=7)
        self.convflow2 = Conv2dNormActivation(flow_layers[0], flow_layers[1], norm_layer=None, kernel_size=3)
        self.conv = Conv2dNormActivation(corr_layers[-1] + flow_layers[-1], out_channels - 2, norm_layer=None, kernel_size=3)
        self.out_channels = out_channels

    def forward(self, flow: Tensor, corr_features: Tensor) -> Tensor:
        both = cat((self.convcorr2(self.convcorr1(corr_features)), self.convflow2(self.convflow1(flow))), dim=1)
        return cat((self.conv(both), flow), dim=1)


class ConvGRU(nn.Module):
    """A gated unit whose products are convolutions.

    Args:
        input_size, hidden_size (int): channels.
        kernel_size, padding: of the convolutions.
    """

    def __init__(self, *, input_size: int, hidden_size: int, kernel_size, padding):
        super().__init__()
        self.convz, self.convr, self.convq = (
            nn.Conv2d(hidden_size + input_size, hidden_size, kernel_size=kernel_size, padding=padding) for _ in range(3)
        )

    def forward(self, h: Tensor, x: Tensor) -> Tensor:
        hx = cat((h, x), dim=1)
        z, r = sigmoid(self.convz(hx)), sigmoid(self.convr(hx))
        return (1 - z) * h + z * tanh(self.convq(cat((r * h, x), dim=1)))


def _pass_through_h(h: Tensor, _: Tensor) -> Tensor:
    return h


class RecurrentBlock(nn.Module):
    """One ``ConvGRU``, or one along rows and one along columns.

    Args:
        input_size, hidden_size (int): channels.
        kernel_size, padding (sequence): of each unit.
    """

    def __init__(self, *, input_size: int, hidden_size: int, kernel_size=((1, 5), (5, 1)), padding=((0, 2), (2, 0))):
        super().__init__()
        if len(kernel_size) != len(padding):
            raise ValueError(f"kernel_size should have the same length as padding, instead got {len(kernel_size)} != {len(padding)}")
        if len(kernel_size) not in (1, 2):
            raise ValueError(f"kernel_size should either 1 or 2, instead got {len(kernel_size)}")
        units = [
            ConvGRU(input_size=input_size, hidden_size=hidden_size, kernel_size=size, padding=pad)
            for size, pad in zip(kernel_size, padding)
        ]
        self.convgru1 = units[0]
        self.convgru2 = units[1] if len(units) == 2 else _pass_through_h
        self.hidden_size = hidden_size

    def forward(self, h: Tensor, x: Tensor) -> Tensor:
        return self.convgru2(self.convgru1(h, x), x)


class FlowHead(nn.Module):
    """How the flow changes.

    Args:
        in_channels, hidden_size (int): channels.
    """

    def __init__(self, *, in_channels: int, hidden_size: int):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, hidden_size, 3, padding=1)
        self.conv2 = nn.Conv2d(hidden_size, 2, 3, padding=1)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv2(self.relu(self.conv1(x)))


class UpdateBlock(nn.Module):
    """One step: what is seen, what is remembered, and how the flow changes.

    Args:
        motion_encoder, recurrent_block, flow_head (Module): the parts.
    """

    def __init__(self, *, motion_encoder: nn.Module, recurrent_block: nn.Module, flow_head: nn.Module):
        super().__init__()
        self.motion_encoder = motion_encoder
        self.recurrent_block = recurrent_block
        self.flow_head = flow_head
        self.hidden_state_size = recurrent_block.hidden_size

    def forward(self, hidden_state: Tensor, context: Tensor, corr_features: Tensor, flow: Tensor) -> tuple[Tensor, Tensor]:
        seen = cat((context, self.motion_encoder(flow, corr_features)), dim=1)
        hidden_state = self.recurrent_block(hidden_state, seen)
        return hidden_state, self.flow_head(hidden_state)


class MaskPredictor(nn.Module):
    """Weights by which ``upsample_flow`` mixes neighbours.

    Args:
        in_channels, hidden_size (int): channels.
        multiplier (float): of the result, so that it is learned more slowly.
    """

    def __init__(self, *, in_channels: int, hidden_size: int, multiplier: float = 0.25):
        super().__init__()
        self.convrelu = Conv2dNormActivation(in_channels, hidden_size, norm_layer=None, kernel_size=3)
        self.conv = nn.Conv2d(hidden_size, 8 * 8 * 9, 1, padding=0)
        self.multiplier = multiplier

    def forward(self, x: Tensor) -> Tensor:
        return self.multiplier * self.conv(self.convrelu(x))


class CorrBlock(nn.Module):
    """How alike each place of one map is to the places of another, at several sizes.

    Args:
        num_levels (int): sizes, each half the one before.
        radius (int): how far around a place is read.
    """

    def __init__(self, *, num_levels: int = 4, radius: int = 4):
        super().__init__()
        self.num_levels = num_levels
        self.radius = radius
        self.corr_pyramid: list[Tensor] = []
        self.out_channels = num_levels * (2 * radius + 1) ** 2

    def build_pyramid(self, fmap1: Tensor, fmap2: Tensor) -> None:
        """Compares all places of two maps (N, C, H, W), once for all steps.

        Raises:
            ValueError: for maps of different shapes, or too small for so many sizes.
        """
        if fmap1.shape != fmap2.shape:
            raise ValueError(
                f"Input feature maps should have the same shape, instead got {fmap1.shape} (fmap1.shape) != {fmap2.shape} (fmap2.shape)"
            )
        n, c, h, w = fmap1.shape
        least = 2 * 2 ** (self.num_levels - 1)
        if h < least or w < least:
            raise ValueError(
                "Feature maps are too small to be down-sampled by the correlation pyramid. H and W of feature maps should be at "
                f"least {least}; got: {fmap1.shape[-2:]}. Remember that input images to the model are downsampled by 8, so that "
                f"means their dimensions should be at least 8 * {least} = {8 * least}."
            )
        alike = fmap1.flatten(2).transpose(1, 2) @ fmap2.flatten(2) / c**0.5
        self.corr_pyramid = [alike.reshape(n * h * w, 1, h, w)]
        for _ in range(self.num_levels - 1):
            self.corr_pyramid.append(F.avg_pool2d(self.corr_pyramid[-1], kernel_size=2, stride=2))

    def index_pyramid(self, centroids_coords: Tensor) -> Tensor:
        """Of each place the likeness to those around where it is thought to be, (N, 2, H, W): (N, out_channels, H, W)."""
        n, _, h, w = centroids_coords.shape
        side = 2 * self.radius + 1
        step = linspace(-self.radius, self.radius, side, device=centroids_coords.device)
        around = stack(meshgrid(step, step, indexing="ij"), dim=-1)[None]
        at = centroids_coords.permute(0, 2, 3, 1).reshape(n * h * w, 1, 1, 2)
        read = []
        for level, alike in enumerate(self.corr_pyramid):
            places = at / 2**level + around
            read.append(grid_sample(alike, places, align_corners=True, mode="bilinear").view(n, h, w, side * side))
        return cat(read, dim=-1).permute(0, 3, 1, 2).contiguous()


class RAFT(nn.Module):
    """Guesses the flow and mends it step by step.

    Args:
        feature_encoder (Module): maps that are compared.
        context_encoder (Module): a map of the first picture: what is remembered at first, and what every step sees.
        corr_block (Module): compares, and is read around where places are thought to be.
        update_block (Module): a step.
        mask_predictor (Module, optional): weights for the flow in full size.

    Example:

        >>> from rushlight.vision.models.optical_flow import raft_small
        >>> with torch.no_grad():
        ...     flows = raft_small().eval()(torch.rand(1, 3, 128, 128), torch.rand(1, 3, 128, 128), num_flow_updates=2)
        >>> len(flows), tuple(flows[-1].shape)
        (2, (1, 2, 128, 128))
    """

    def __init__(self, *, feature_encoder, context_encoder, corr_block, update_block, mask_predictor=None):
        super().__init__()
        self.feature_encoder = feature_encoder
        self.context_encoder = context_encoder
        self.corr_block = corr_block
        self.update_block = update_block
        self.mask_predictor = mask_predictor
        if not hasattr(update_block, "hidden_state_size"):
            raise ValueError("The update_block parameter should expose a 'hidden_state_size' attribute.")

    def forward(self, image1: Tensor, image2: Tensor, num_flow_updates: int = 12) -> list[Tensor]:
        """The flow (N, 2, H, W) after each step.

        Args:
            image1, image2 (Tensor): pictures (N, 3, H, W), sides multiples of 8 and at least 128.
            num_flow_updates (int): steps.

        Raises:
            ValueError: for other sizes.
        """
        n, _, h, w = image1.shape
        if (h, w) != tuple(image2.shape[-2:]):
            raise ValueError(f"input images should have the same shape, instead got ({h}, {w}) != {image2.shape[-2:]}")
        if h % 8 or w % 8:
            raise ValueError(f"input image H and W should be divisible by 8, instead got {h} (h) and {w} (w)")
        map1, map2 = self.feature_encoder(cat((image1, image2), dim=0)).chunk(2, dim=0)
        if tuple(map1.shape[-2:]) != (h // 8, w // 8):
            raise ValueError("The feature encoder should downsample H and W by 8")
        self.corr_block.build_pyramid(map1, map2)
        context = self.context_encoder(image1)
        if tuple(context.shape[-2:]) != (h // 8, w // 8):
            raise ValueError("The context encoder should downsample H and W by 8")
        hidden = self.update_block.hidden_state_size
        if context.shape[1] <= hidden:
            raise ValueError(
                f"The context encoder outputs {context.shape[1]} channels, but it should have at strictly more than hidden_state={hidden} "
                "channels"
            )
        state, seen = context.split([hidden, context.shape[1] - hidden], dim=1)
        state, seen = tanh(state), relu(seen)
        start = make_coords_grid(n, h // 8, w // 8, device=map1.device)
        at, flows = start, []
        for _ in range(num_flow_updates):
            at = at.detach()  # a step's gradient does not go through the guess before it
            state, change = self.update_block(state, seen, self.corr_block.index_pyramid(centroids_coords=at), at - start)
            at = at + change
            mask = None if self.mask_predictor is None else self.mask_predictor(state)
            flows.append(upsample_flow(flow=at - start, up_mask=mask))
        return flows


def _raft(encoder: dict[str, Any], context: dict[str, Any], radius: int, motion: dict[str, Any], recurrent: dict[str, Any], wide: int, mask: bool):
    """A constructor of RAFT with these parts, of which keyword arguments may replace each."""

    def build(weights=None, progress=True, **kwargs):
        def part(name: str, make: Callable[[], nn.Module]) -> nn.Module:
            return kwargs.pop(name, None) or make()

        features = part("feature_encoder", lambda: FeatureEncoder(**encoder, norm_layer=nn.InstanceNorm2d))
        around = part("context_encoder", lambda: FeatureEncoder(**context))
        corr = part("corr_block", lambda: CorrBlock(num_levels=4, radius=radius))

        def step() -> nn.Module:
            seen = MotionEncoder(in_channels_corr=corr.out_channels, **motion)
            hidden = recurrent["hidden_size"]
            size = seen.out_channels + around.output_dim - hidden
            return UpdateBlock(
                motion_encoder=seen,
                recurrent_block=RecurrentBlock(input_size=size, **recurrent),
                flow_head=FlowHead(in_channels=hidden, hidden_size=wide),
            )

        update = part("update_block", step)
        hidden = recurrent["hidden_size"]
        weigh = kwargs.pop("mask_predictor", None)
        if weigh is None and mask:
            weigh = MaskPredictor(in_channels=hidden, hidden_size=256, multiplier=0.25)
        model = RAFT(
            feature_encoder=features, context_encoder=around, corr_block=corr, update_block=update, mask_predictor=weigh, **kwargs
        )
        return load_weights(model, weights, progress)

    return build


_WIDE, _THIN = (64, 64, 96, 128, 256), (32, 32, 64, 96, 128)
_large = _raft(
    {"block": ResidualBlock, "layers": _WIDE},
    {"block": ResidualBlock, "layers": _WIDE, "norm_layer": nn.BatchNorm2d},
    4,
    {"corr_layers": (256, 192), "flow_layers": (128, 64), "out_channels": 128},
    {"hidden_size": 128, "kernel_size": ((1, 5), (5, 1)), "padding": ((0, 2), (2, 0))},
    256,
    True,
)
_small = _raft(
    {"block": BottleneckBlock, "layers": _THIN},
    {"block": BottleneckBlock, "layers": (*_THIN[:4], 160), "norm_layer": None},
    3,
    {"corr_layers": (96,), "flow_layers": (64, 32), "out_channels": 82},
    {"hidden_size": 96, "kernel_size": (3,), "padding": (1,)},
    128,
    False,
)

Raft_Large_Weights = published("Raft_Large_Weights")
Raft_Small_Weights = published("Raft_Small_Weights")
raft_large = builder("raft_large", Raft_Large_Weights, _large, "RAFT.", "C_T_SKHT_V2")
raft_small = builder("raft_small", Raft_Small_Weights, _small, "RAFT, smaller.", "C_T_V2")
