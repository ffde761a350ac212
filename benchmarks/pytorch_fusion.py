"""What torch.compile with frozen weights gains on this processor, and where: a residual block of the U-Nets in pytorch_unet.py, its
norms with SiLU and sums alone, and its convolutions alone with weights that are reordered once. Milliseconds, medians of calls in turn."""

import statistics
import time
import warnings

warnings.filterwarnings("ignore")
import torch
import torch.nn.functional as F
import torch._inductor.config as inductor

inductor.freezing = True
torch.set_grad_enabled(False)
SHAPES = [(64, 16, 28), (64, 32, 14), (64, 64, 7), (32, 64, 28), (32, 128, 14)]  # batch, channels, pixels
ROUNDS = 25


def medians(works):
    times = [[] for _ in works]
    for _ in range(ROUNDS):
        for work, taken in zip(works, times):
            work()
            begun = time.perf_counter()
            work()
            work()
            taken.append(time.perf_counter() - begun)
    return [statistics.median(taken) / 2 * 1e3 for taken in times]


class Part(torch.nn.Module):
    """`norms`: (x + e) normed, SiLU, + x. `block`: norm, SiLU, convolution, + e, norm, SiLU, convolution, + x."""

    def __init__(self, channels, dtype, with_convolutions):
        super().__init__()
        self.norm = torch.nn.GroupNorm(8, channels)
        self.convolutions = torch.nn.ModuleList(torch.nn.Conv2d(channels, channels, 3, padding=1) for _ in range(2 * with_convolutions))
        self.to(dtype).to(memory_format=torch.channels_last).eval()

    def forward(self, x, e):
        if not self.convolutions:
            return F.silu(self.norm(x + e)) + x
        first, second = self.convolutions
        return second(F.silu(self.norm(first(F.silu(self.norm(x))) + e))) + x


def packed(convolution, x):
    """The convolution with its weights in oneDNN's own order."""
    weight = torch._C._nn.mkldnn_reorder_conv2d_weight(convolution.weight.to_mkldnn(), (1, 1), (1, 1), (1, 1), 1, tuple(x.shape))
    return lambda y: torch.ops.mkldnn._convolution_pointwise(y, weight, convolution.bias, (1, 1), (1, 1), (1, 1), 1, "none", [], "")


print("| dtype | batch, channels, pixels | norm, SiLU, sums: eager, compiled, ratio | block: eager, compiled, ratio | weights reordered once |")
print("|---|---|---|---|---|")
for dtype in (torch.float32, torch.bfloat16):
    for batch, channels, pixels in SHAPES:
        x = torch.randn(batch, channels, pixels, pixels).to(dtype).contiguous(memory_format=torch.channels_last)
        e = torch.randn(batch, channels, 1, 1).to(dtype)
        cells = []
        for with_convolutions in (False, True):
            torch._dynamo.reset()
            eager = Part(channels, dtype, with_convolutions)
            compiled = torch.compile(eager)
            before, after = medians([lambda: eager(x, e), lambda: compiled(x, e)])
            cells.append(f"{before:.2f}, {after:.2f}, {after / before:.2f}")
        convolution = Part(channels, dtype, True).convolutions[0]
        reordered = packed(convolution, x)
        before, after = medians([lambda: convolution(x), lambda: reordered(x)])
        print(f"| {str(dtype)[6:]} | {batch}, {channels}, {pixels} | {cells[0]} | {cells[1]} | {after / before:.2f} |", flush=True)
