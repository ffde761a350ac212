"""The U-Nets of UNetStep in PyTorch, to be timed beside them: reads a line such as "train large bf16" and answers with seconds.

Works: "train" (forward, mean squared error, backward, fused Adam), "infer", and "draw" (64 samples by DDIM in 20 steps, guided by a second
call). Networks: "large" and "small". Ways: "contiguous", as people write it, and "channels_last" with PyTorch's fused attention; "bf16" under
autocast with explicit attention and projections as 1×1 convolutions, which is faster there; "compiled" and "compiled_bf16", by inductor with
frozen weights, for calls only. What a machine cannot do is answered with "none".
"""

import math
import sys
import time
import warnings

import torch
from torch import nn
from torch.nn import functional as F

warnings.filterwarnings("ignore")

GROUPS = 8
NETWORKS = {"large": ((64, 128), 32, 0), "small": ((16, 32, 64), 64, 11)}  # widths, batch, classes


class Residual(nn.Module):
    def __init__(self, inner, outer, time):
        super().__init__()
        self.norm1, self.conv1 = nn.GroupNorm(GROUPS, inner), nn.Conv2d(inner, outer, 3, padding=1)
        self.time = nn.Linear(time, outer)
        self.norm2, self.conv2 = nn.GroupNorm(GROUPS, outer), nn.Conv2d(outer, outer, 3, padding=1)
        self.short = nn.Identity() if inner == outer else nn.Conv2d(inner, outer, 1)

    def forward(self, x, t):
        h = self.conv1(F.silu(self.norm1(x))) + self.time(F.silu(t))[:, :, None, None]
        return self.short(x) + self.conv2(F.silu(self.norm2(h)))


class Attention(nn.Module):
    def __init__(self, channels, explicit):
        super().__init__()
        self.norm, self.heads, self.explicit = nn.GroupNorm(GROUPS, channels), channels // 32, explicit
        layer = (lambda: nn.Conv2d(channels, channels, 1)) if explicit else (lambda: nn.Linear(channels, channels))
        self.q, self.k, self.v, self.out = (layer() for _ in range(4))

    def split(self, h):
        if self.explicit:
            return h.flatten(2).view(h.shape[0], self.heads, 32, -1).transpose(2, 3).contiguous()
        return h.view(h.shape[0], h.shape[1], self.heads, 32).transpose(1, 2).contiguous()

    def forward(self, x):
        h = self.norm(x) if self.explicit else self.norm(x).flatten(2).transpose(1, 2)
        q, k, v = self.split(self.q(h)), self.split(self.k(h)), self.split(self.v(h))
        if self.explicit:
            h = (q * 32**-0.5 @ k.transpose(2, 3)).softmax(-1) @ v
            return x + self.out(h.transpose(2, 3).reshape(x.shape))
        h = F.scaled_dot_product_attention(q, k, v)
        return x + self.out(h.transpose(1, 2).flatten(2)).transpose(1, 2).reshape(x.shape)


class UNet(nn.Module):
    def __init__(self, widths, classes, explicit):
        super().__init__()
        first, last, levels = widths[0], widths[-1], len(widths)
        time = 4 * first
        self.features = first // 2
        self.time = nn.Sequential(nn.Linear(first, time), nn.SiLU(), nn.Linear(time, time))
        self.classes = nn.Embedding(classes, time) if classes else None
        self.first = nn.Conv2d(1, first, 3, padding=1)
        self.down, self.smaller, self.up, self.larger = nn.ModuleList(), nn.ModuleList(), nn.ModuleList(), nn.ModuleList()
        kept = [first]
        for i, width in enumerate(widths):
            attention = Attention(width, explicit) if i == levels - 1 else nn.Identity()
            self.down.append(nn.ModuleList([Residual(kept[-1], width, time), attention]))
            kept.append(width)
            if i < levels - 1:
                self.smaller.append(nn.Conv2d(width, width, 3, stride=2, padding=1))
                kept.append(width)
        self.middle = nn.ModuleList([Residual(last, last, time), Attention(last, explicit), Residual(last, last, time)])
        inner = last
        for i, width in reversed(list(enumerate(widths))):
            level = nn.ModuleList()
            for _ in range(2):
                attention = Attention(width, explicit) if i == levels - 1 else nn.Identity()
                level.append(nn.ModuleList([Residual(inner + kept.pop(), width, time), attention]))
                inner = width
            self.up.append(level)
            if i:
                self.larger.append(nn.Conv2d(width, width, 3, padding=1))
        self.norm, self.last = nn.GroupNorm(GROUPS, first), nn.Conv2d(first, 1, 3, padding=1)

    def forward(self, x, t, labels):
        angles = t[:, None] * torch.exp(-math.log(10000) * torch.arange(self.features) / self.features)[None]
        t = self.time(torch.cat([angles.cos(), angles.sin()], 1))
        if self.classes is not None:
            t = t + self.classes(labels)
        h = self.first(x)
        kept = [h]
        for i, (residual, attention) in enumerate(self.down):
            h = attention(residual(h, t))
            kept.append(h)
            if i < len(self.smaller):
                h = self.smaller[i](h)
                kept.append(h)
        h = self.middle[2](self.middle[1](self.middle[0](h, t)), t)
        for i, level in enumerate(self.up):
            for residual, attention in level:
                h = attention(residual(torch.cat([h, kept.pop()], 1), t))
            if i < len(self.larger):
                h = self.larger[i](F.interpolate(h, scale_factor=2.0))
        return self.last(F.silu(self.norm(h)))


class Work:
    def __init__(self, network, way):
        widths, batch, classes = NETWORKS[network]
        self.lower = way.endswith("bf16")
        self.layout = torch.channels_last if way == "channels_last" else torch.contiguous_format
        self.net = UNet(widths, classes, self.lower).to(memory_format=self.layout)
        self.call = self.net
        if way.startswith("compiled"):
            import torch._inductor.config as inductor

            inductor.freezing = True
            self.net.eval()
            self.call = torch.compile(self.net)
        self.x = torch.randn(batch, 1, 28, 28).contiguous(memory_format=self.layout)
        self.eps, self.t = torch.randn(batch, 1, 28, 28), torch.rand(batch) * 1000
        self.labels = torch.zeros(batch, dtype=torch.long)
        self.adam = torch.optim.Adam(self.net.parameters(), 2e-4, fused=True)

    def forward(self, x, t):
        with torch.autocast("cpu", torch.bfloat16, enabled=self.lower):
            return self.call(x, t, self.labels)

    def train(self):
        self.adam.zero_grad(set_to_none=False)
        F.mse_loss(self.forward(self.x, self.t).float(), self.eps).backward()
        self.adam.step()

    def infer(self):
        with torch.no_grad():
            self.forward(self.x, self.t)

    def draw(self):
        with torch.no_grad():
            x, bars = self.x, torch.linspace(0.0001, 0.9999, 21).tolist()
            for bar, then in zip(bars, bars[1:]):
                t = torch.full((x.shape[0],), 1000 * (1 - bar))
                told, untold = self.forward(x, t).float(), self.forward(x, t).float()
                eps = torch.lerp(untold, told, 1.35)
                x0 = ((x - (1 - bar) ** 0.5 * eps) / bar**0.5).clamp(-1, 1)
                x = then**0.5 * x0 + (1 - then) ** 0.5 * eps
            return x


works = {}
counts = [sum(p.numel() for p in UNet(widths, classes, False).parameters()) for widths, _, classes in NETWORKS.values()]
print(f"PyTorch {torch.__version__}, {counts[0]} and {counts[1]} parameters, {torch.get_num_threads()} threads", flush=True)
for line in sys.stdin:
    what, network, way = line.split()
    try:
        work = works.setdefault((network, way), None) or Work(network, way)
        works[network, way] = work
        begun = time.perf_counter()
        getattr(work, what)()
        print(time.perf_counter() - begun, flush=True)
    except Exception as e:  # no compiler, no bf16
        print("none", str(e).split("\n")[0][:200], flush=True)
