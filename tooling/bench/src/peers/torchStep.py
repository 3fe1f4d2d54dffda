# One peer of the reference step: python3 torchStep.py <threads> <batch> <runs> <clock>
import json
import sys
import time

import torch
from torch import nn

threads, batch, runs = (int(argument) for argument in sys.argv[1:4])
now = time.process_time if sys.argv[4] == "processor" else time.perf_counter
torch.set_num_threads(threads)
torch.manual_seed(1)
layers = [nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()]
model = nn.Sequential(*layers, nn.Linear(9216, 128), nn.ReLU(), nn.Linear(128, 10))
optimizer = torch.optim.Adam(model.parameters(), 1e-3)
loss = nn.CrossEntropyLoss()
x = torch.randn(batch, 1, 28, 28)
y = torch.arange(batch) % 10
times = []
warm_up = 30  # as ours
for run in range(runs + warm_up):
    start = now()
    optimizer.zero_grad()
    loss(model(x), y).backward()
    optimizer.step()
    times.append((now() - start) * 1e3)
blas = [line.strip() for line in torch.__config__.show().splitlines() if "BLAS" in line]
print(json.dumps({"torch": torch.__version__, "blas": blas, "threads": torch.get_num_threads(), "times": times[warm_up:]}))
