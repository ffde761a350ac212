"""The U-Net of Stable Diffusion 1.5 with random weights in PyTorch, to be timed beside StableDiffusionStep: reads a way, answers with seconds.

One call is a guided step of one picture of 512×512: two rows of latents of 64×64 and 77 tokens. Ways: "contiguous" and "channels_last" in
float32, "bf16" and "bf16_channels_last" with weights in bfloat16. Attention is PyTorch's fused one.
"""

import math
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

WIDTHS, TIME, TEXT, HEADS = (320, 640, 1280, 1280), 1280, 768, 8


class Residual(nn.Module):
    def __init__(self, inner, outer):
        super().__init__()
        self.norm1, self.conv1 = nn.GroupNorm(32, inner, 1e-5), nn.Conv2d(inner, outer, 3, padding=1)
        self.time = nn.Linear(TIME, outer)
        self.norm2, self.conv2 = nn.GroupNorm(32, outer, 1e-5), nn.Conv2d(outer, outer, 3, padding=1)
        self.short = nn.Identity() if inner == outer else nn.Conv2d(inner, outer, 1)

    def forward(self, x, t, text):
        h = self.conv1(F.silu(self.norm1(x))) + self.time(F.silu(t))[:, :, None, None]
        return self.short(x) + self.conv2(F.silu(self.norm2(h)))


class Attention(nn.Module):
    def __init__(self, width, of):
        super().__init__()
        self.q = nn.Linear(width, width, bias=False)
        self.k, self.v = nn.Linear(of, width, bias=False), nn.Linear(of, width, bias=False)
        self.out = nn.Linear(width, width)

    def forward(self, x, of):
        q, k, v = (h.unflatten(2, (HEADS, -1)).transpose(1, 2) for h in (self.q(x), self.k(of), self.v(of)))
        return self.out(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2))


class Transformer(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = nn.GroupNorm(32, width, 1e-6)
        self.first, self.last = nn.Conv2d(width, width, 1), nn.Conv2d(width, width, 1)
        self.norm1, self.norm2, self.norm3 = (nn.LayerNorm(width) for _ in range(3))
        self.own, self.cross = Attention(width, width), Attention(width, TEXT)
        self.wide, self.narrow = nn.Linear(width, 8 * width), nn.Linear(4 * width, width)

    def forward(self, x, t, text):
        h = self.first(self.norm(x)).permute(0, 2, 3, 1).flatten(1, 2)
        n = self.norm1(h)
        h = h + self.own(n, n)
        h = h + self.cross(self.norm2(h), text)
        value, gate = self.wide(self.norm3(h)).chunk(2, 2)
        h = h + self.narrow(value * F.gelu(gate))
        return x + self.last(h.unflatten(1, x.shape[2:]).permute(0, 3, 1, 2))


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.time = nn.Sequential(nn.Linear(WIDTHS[0], TIME), nn.SiLU(), nn.Linear(TIME, TIME))
        self.first = nn.Conv2d(4, WIDTHS[0], 3, padding=1)
        self.down, self.smaller, self.up, self.larger = (nn.ModuleList() for _ in range(4))
        kept = [WIDTHS[0]]
        for i, width in enumerate(WIDTHS):
            level = nn.ModuleList()
            for _ in range(2):
                level.append(nn.ModuleList([Residual(kept[-1], width)] + [Transformer(width)] * (i < 3)))
                kept.append(width)
            self.down.append(level)
            if i < 3:
                self.smaller.append(nn.Conv2d(width, width, 3, stride=2, padding=1))
                kept.append(width)
        self.middle = nn.ModuleList([Residual(1280, 1280), Transformer(1280), Residual(1280, 1280)])
        inner = 1280
        for i, width in reversed(list(enumerate(WIDTHS))):
            level = nn.ModuleList()
            for _ in range(3):
                level.append(nn.ModuleList([Residual(inner + kept.pop(), width)] + [Transformer(width)] * (i < 3)))
                inner = width
            self.up.append(level)
            if i:
                self.larger.append(nn.Conv2d(width, width, 3, padding=1))
        self.norm, self.last = nn.GroupNorm(32, WIDTHS[0], 1e-5), nn.Conv2d(WIDTHS[0], 4, 3, padding=1)

    def forward(self, x, t, text):
        half = WIDTHS[0] // 2
        angles = t[:, None] * torch.exp(-math.log(10000) * torch.arange(half) / half)[None]
        t = self.time(torch.cat([angles.cos(), angles.sin()], 1).to(x.dtype))
        h = self.first(x)
        kept = [h]
        for i, level in enumerate(self.down):
            for block in level:
                for layer in block:
                    h = layer(h, t, text)
                kept.append(h)
            if i < 3:
                h = self.smaller[i](h)
                kept.append(h)
        for layer in self.middle:
            h = layer(h, t, text)
        for i, level in enumerate(self.up):
            for block in level:
                h = torch.cat([h, kept.pop()], 1)
                for layer in block:
                    h = layer(h, t, text)
            if i < 3:
                h = self.larger[i](F.interpolate(h, scale_factor=2.0))
        return self.last(F.silu(self.norm(h)))


def made(way):
    layout = torch.channels_last if way.endswith("channels_last") else torch.contiguous_format
    return UNet().eval().to(dtype=torch.bfloat16 if way.startswith("bf16") else torch.float32, memory_format=layout)


with torch.no_grad(), torch.device("meta"):
    count = sum(p.numel() for p in UNet().parameters())
print(f"PyTorch {torch.__version__}, {count} parameters, {torch.get_num_threads()} threads", flush=True)
nets = {}
x, t, text = torch.randn(2, 4, 64, 64), torch.full((2,), 500.0), torch.randn(2, 77, TEXT)
with torch.no_grad():
    for line in sys.stdin:
        way = line.strip()
        net = nets.setdefault(way, None) or made(way)
        nets[way] = net
        first = net.first.weight
        layout = torch.channels_last if way.endswith("channels_last") else torch.contiguous_format
        begun = time.perf_counter()
        net(x.to(first.dtype).contiguous(memory_format=layout), t, text.to(first.dtype))
        print(time.perf_counter() - begun, flush=True)
