"""Runs what Hugging Face's transformers does for the gated delta rule without kernels, for PythonProcess to ask.

Operands and results lie in a file that both processes map. A line of standard input is a request, a line of standard output
its answer: "ok" and numbers, or "error" and why. Only the operation itself is timed.
"""

import math
import mmap
import os
import sys
import time


answers, sys.stdout = sys.stdout, sys.stderr  # what libraries print is no answer


def answer(*words):
    print(*(" ".join(str(word).split()) for word in words), file=answers, flush=True)


def start():
    import torch
    from transformers.models.qwen3_next.modeling_qwen3_next import torch_chunk_gated_delta_rule

    return torch, torch_chunk_gated_delta_rule


def tensors(torch, path):
    """The file's numbers as a function from a place to the tensor that lies there."""
    with open(path, "r+b") as file:
        numbers = torch.frombuffer(mmap.mmap(file.fileno(), 0), dtype=torch.float32)

    def at(first, *shape):
        return numbers[first : first + math.prod(shape)].view(shape)

    return at


def run(fallback, at, words):
    """run: C, whether there is a state, B, T, H, K, V, then where q, k, v, g, beta, the state and the outputs begin."""
    C, initial, B, T, H, K, V, q, k, v, g, beta, first, o, last = map(int, words)
    operands = at(q, B, T, H, K), at(k, B, T, H, K), at(v, B, T, H, V)
    gates = at(g, B, T, H), at(beta, B, T, H)
    state = at(first, B, H, K, V) if initial else None
    begun = time.perf_counter_ns()
    out, state = fallback(*operands, *gates, chunk_size=C, initial_state=state, output_final_state=True)
    nanos = time.perf_counter_ns() - begun
    at(o, B, T, H, V).copy_(out)
    at(last, B, H, K, V).copy_(state)
    return nanos


def products(torch, words):
    """products: how many at a time, how many times, their rows and columns."""
    count, rounds, n = map(int, words)
    a, b = torch.rand(count, n, n), torch.rand(count, n, n)
    begun = time.perf_counter_ns()
    for _ in range(rounds):
        torch.bmm(a, b)
    return time.perf_counter_ns() - begun


def main(threads, path):
    torch, fallback = start()
    torch.set_num_threads(int(threads))
    at = tensors(torch, path) if path else None
    answer("ok")
    with torch.no_grad():
        for line in sys.stdin:
            request, *words = line.split()
            answer("ok", run(fallback, at, words) if request == "run" else products(torch, words))


try:
    main(*sys.argv[1:])
except Exception as e:
    answer("error", type(e).__name__ + ":", e)
    os._exit(1)
