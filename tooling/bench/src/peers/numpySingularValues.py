# All singular values of a circular 3 × 3 × 64 → 64 convolution on 32 × 32 inputs, as Sedghi et al. compute them.
import json
import time

import numpy as np

kernel = np.random.default_rng(1).standard_normal((3, 3, 64, 64))
times = []
for run in range(4):
    start = time.process_time()
    np.linalg.svd(np.fft.fft2(kernel, (32, 32), axes=[0, 1]), compute_uv=False)
    times.append((time.process_time() - start) * 1e3)
print(json.dumps({"numpy": np.__version__, "times": times[1:]}))
