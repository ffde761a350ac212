"""The U-Net of UNetStep in PyTorch, to be timed beside it: reads a line such as "train channels_last" and answers with seconds.

Layouts: "contiguous", as people write it, and "channels_last". Works: "train" (forward, mean squared error, backward, fused Adam)
and "infer". Attention is PyTorch's fused kernel on contiguous heads.
"""

import math
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

GROUPS, HEADS, WIDTH, BATCH = 8, 4, 256, 32


class Residual(nn.Module):
    def __init__(self, inner, outer):
        super().__init__()
        self.norm1, self.conv1 = nn.GroupNorm(GROUPS, inner), nn.Conv2d(inner, outer, 3, padding=1)
        self.time = nn.Linear(WIDTH, outer)
        self.norm2, self.conv2 = nn.GroupNorm(GROUPS, outer), nn.Conv2d(outer, outer, 3, padding=1)
        self.short = nn.Identity() if inner == outer else nn.Conv2d(inner, outer, 1)

    def forward(self, x, t):
        h = self.conv1(F.silu(self.norm1(x))) + self.time(F.silu(t))[:, :, None, None]
        return self.short(x) + self.conv2(F.silu(self.norm2(h)))


class Attention(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.norm = nn.GroupNorm(GROUPS, channels)
        self.q, self.k, self.v, self.out = (nn.Linear(channels, channels) for _ in range(4))

    def heads(self, h):
        return h.view(h.shape[0], h.shape[1], HEADS, -1).transpose(1, 2).contiguous()

    def forward(self, x):
        h = self.norm(x).flatten(2).transpose(1, 2)
        h = F.scaled_dot_product_attention(self.heads(self.q(h)), self.heads(self.k(h)), self.heads(self.v(h)))
        return x + self.out(h.transpose(1, 2).flatten(2)).transpose(1, 2).reshape(x.shape)


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.time = nn.Sequential(nn.Linear(64, WIDTH), nn.SiLU(), nn.Linear(WIDTH, WIDTH))
        self.first = nn.Conv2d(1, 64, 3, padding=1)
        self.down1, self.smaller = Residual(64, 64), nn.Conv2d(64, 64, 3, stride=2, padding=1)
        self.down2, self.attention = Residual(64, 128), Attention(128)
        self.middle = nn.ModuleList([Residual(128, 128), Attention(128), Residual(128, 128)])
        self.up1 = nn.ModuleList([Residual(256, 128), Attention(128), Residual(192, 128), Attention(128)])
        self.larger = nn.Conv2d(128, 128, 3, padding=1)
        self.up2 = nn.ModuleList([Residual(192, 64), Residual(128, 64)])
        self.norm, self.last = nn.GroupNorm(GROUPS, 64), nn.Conv2d(64, 1, 3, padding=1)

    def forward(self, x, t):
        angles = t[:, None] * torch.exp(-math.log(10000) * torch.arange(32) / 32)[None]
        t = self.time(torch.cat([angles.cos(), angles.sin()], 1))
        first = self.first(x)
        second = self.down1(first, t)
        third = self.smaller(second)
        fourth = self.attention(self.down2(third, t))
        h = self.middle[2](self.middle[1](self.middle[0](fourth, t)), t)
        h = self.up1[1](self.up1[0](torch.cat([h, fourth], 1), t))
        h = self.up1[3](self.up1[2](torch.cat([h, third], 1), t))
        h = self.larger(F.interpolate(h, scale_factor=2.0))
        h = self.up2[0](torch.cat([h, second], 1), t)
        h = self.up2[1](torch.cat([h, first], 1), t)
        return self.last(F.silu(self.norm(h)))


class Work:
    def __init__(self, layout):
        self.net = UNet().to(memory_format=layout)
        self.x = torch.randn(BATCH, 1, 28, 28).contiguous(memory_format=layout)
        self.eps, self.t = torch.randn(BATCH, 1, 28, 28), torch.rand(BATCH) * 1000
        self.adam = torch.optim.Adam(self.net.parameters(), 2e-4, fused=True)

    def train(self):
        self.adam.zero_grad(set_to_none=False)
        F.mse_loss(self.net(self.x, self.t), self.eps).backward()
        self.adam.step()

    def infer(self):
        with torch.no_grad():
            self.net(self.x, self.t)


works = {name: Work(getattr(torch, name + "_format" if name == "contiguous" else name)) for name in ("contiguous", "channels_last")}
count = sum(p.numel() for p in works["contiguous"].net.parameters())
print(f"PyTorch {torch.__version__}, {count} parameters, {torch.get_num_threads()} threads", flush=True)
for line in sys.stdin:
    what, layout = line.split()
    begun = time.perf_counter()
    getattr(works[layout], what)()
    print(time.perf_counter() - begun, flush=True)
