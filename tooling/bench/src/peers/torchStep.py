# The reference step in PyTorch as a peer that stays; answers lines as standingStep.mjs does.
import json
import sys
import time

import torch
from torch import nn

clocks = {"processor": time.process_time, "wall": time.perf_counter}


def begin(threads, batch):
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    layers = [nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()]
    model = nn.Sequential(*layers, nn.Linear(9216, 128), nn.ReLU(), nn.Linear(128, 10))
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)
    loss = nn.CrossEntropyLoss()
    x = torch.randn(batch, 1, 28, 28)
    y = torch.arange(batch) % 10

    def step():
        optimizer.zero_grad()
        loss(model(x), y).backward()
        optimizer.step()

    blas = [line.strip() for line in torch.__config__.show().splitlines() if "BLAS" in line]
    return step, {"torch": torch.__version__, "blas": blas, "threads": torch.get_num_threads()}


def timed(step, now):
    start = now()
    step()
    return (now() - start) * 1e3


step = None
for line in sys.stdin:
    question = json.loads(line)
    if step is None:
        step, answer = begin(question["threads"], question["batch"])
    else:
        now = clocks[question["clock"]]
        times = [timed(step, now) for _ in range(question["warmUp"] + question["runs"])]
        answer = times[question["warmUp"] :]
    print(json.dumps(answer), flush=True)
