"""llama.cpp's own HTTP server as a process: `python llama_server.py MODEL WINDOW`.

Its key comes in LLAMA_KEY. It prints its address when it is ready and ends when stdin closes.
"""

import os
import sys

import xllamacpp

if __name__ == "__main__":
    params = xllamacpp.CommonParams()
    params.model.path = sys.argv[1]
    params.n_ctx = int(sys.argv[2])
    params.api_keys = [os.environ["LLAMA_KEY"]]
    params.hostnames = ["127.0.0.1"]
    params.port = 0  # any free one
    params.n_parallel = 1
    params.n_gpu_layers = 0
    params.cpuparams.n_threads = 1  # more of them wait for each other on a busy machine
    params.offline = True
    params.ui = False
    params.endpoint_slots = True
    params.endpoint_metrics = True
    params.fit_params = False  # the window is what we say
    params.verbosity = 1
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)
    sys.stdin.read()
    os._exit(0)  # nothing to save; an orderly end waits for idle connections
