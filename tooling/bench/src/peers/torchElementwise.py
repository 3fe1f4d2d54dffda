# Forward and backward of elementwise activations on one thread: python3 torchElementwise.py <size> <runs>
import json
import sys
import time

import torch
import torch.nn.functional as F

size, runs = (int(argument) for argument in sys.argv[1:3])
torch.set_num_threads(1)
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
result = {}
for name, function in functions.items():
    times = []
    for run in range(runs + 5):
        x.grad = None
        start = time.process_time()
        function(x).backward(dy)
        times.append((time.process_time() - start) * 1e3)
    result[name] = times[5:]
print(json.dumps(result))
