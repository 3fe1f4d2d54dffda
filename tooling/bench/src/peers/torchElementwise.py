# Forward and backward of elementwise activations on one thread; answers lines as elementwise.mjs does.
import json
import sys
import time

import torch
import torch.nn.functional as F

torch.set_num_threads(1)
size = 1_000_000
x = torch.randn(size, requires_grad=True)
dy = torch.randn(size)
slope = torch.tensor([0.25])
functions = {
    "relu": F.relu,
    "leakyRelu": lambda z: F.leaky_relu(z, 0.01),
    "prelu": lambda z: F.prelu(z, slope),
    "elu": F.elu,
    "silu": F.silu,
    "gelu": F.gelu,
    "tanh": torch.tanh,
}
for line in sys.stdin:
    question = json.loads(line)
    function = functions[question["name"]]
    times = []
    for run in range(question["warmUp"] + question["runs"]):
        x.grad = None
        start = time.process_time()
        function(x).backward(dy)
        times.append((time.process_time() - start) * 1e3)
    print(json.dumps([times[question["warmUp"] :]]), flush=True)
