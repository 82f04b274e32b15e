"""Which BLAS kernel torch runs, how fast and how right it is, and the choice of the fastest right one.

Debian's python3-torch alone links reference BLAS, 20 to 50 times slower than OpenBLAS; and OpenBLAS takes an old kernel
on a processor newer than itself (0.3.21 takes SSE3 on Emerald Rapids, four to six times slower than AVX-512).
A comparison against either would be dishonest, so every candidate is tried in a process of its own before the real one.
"""
import ctypes
import json
import os
import subprocess
import sys
import time

CANDIDATES = (None, "SKYLAKEX", "HASWELL")
SLOWEST_GFLOPS = 20.0
LARGEST_ERROR = 1e-5
CHOSEN = "SCORE_TORCH_BLAS"
NEEDED = "sudo apt install python3-torch libopenblas0-pthread"


def openblas_library():
    """The path of the OpenBLAS that this process has loaded, or None."""
    with open("/proc/self/maps", encoding="utf-8") as maps:
        paths = {line.split()[-1] for line in maps if "openblas" in line}
    return next((path for path in sorted(paths, reverse=True) if "libopenblas" in path), None)


def kernel_name():
    """What OpenBLAS calls the kernel that it picked for this processor; 'not OpenBLAS' where torch uses another."""
    path = openblas_library()
    if path is None:
        return "not OpenBLAS"
    corename = ctypes.CDLL(path).openblas_get_corename
    corename.restype = ctypes.c_char_p
    return corename().decode()


def probe():
    """Single-thread GFLOP/s of the slowest of the three orientations that scoring needs, and the largest error against
    float64, relative to the largest entry. The best of several short runs, since other processes may share the cores.
    """
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(1)
    rows, inner, columns = 256, 768, 1024
    left, right = torch.randn(rows, inner), torch.randn(inner, columns)
    pairs = ((left, right), (left, right.t().contiguous().t()), (left.t().contiguous().t(), right))
    seconds, error = 0.0, 0.0
    exact = left.double() @ right.double()
    for a, b in pairs:
        best = float("inf")
        for _ in range(8):
            started = time.perf_counter()
            product = a @ b
            best = min(best, time.perf_counter() - started)
        seconds = max(seconds, best)
        error = max(error, ((product.double() - exact).abs().max() / exact.abs().max()).item())
    gflops = 2 * rows * inner * columns / seconds / 1e9
    return {"kernel": kernel_name(), "gflops1T": round(gflops, 1), "error": error}


def choose():
    """Starts this program again with the environment under which torch is fastest; comes back in the second process
    with the probe's figures. Refuses with a sentence where torch is missing or slow."""
    if CHOSEN in os.environ:
        return json.loads(os.environ[CHOSEN])
    tried = []
    for coretype in dict.fromkeys((os.environ.get("OPENBLAS_CORETYPE"), *CANDIDATES)):
        environment = {key: value for key, value in os.environ.items() if key != "OPENBLAS_CORETYPE"}
        if coretype is not None:
            environment["OPENBLAS_CORETYPE"] = coretype
        # torch.set_num_threads does not reach OpenBLAS's own threads.
        environment["OPENBLAS_NUM_THREADS"] = environment["OMP_NUM_THREADS"] = "1"
        done = subprocess.run(
            [sys.executable, __file__], env=environment, capture_output=True, text=True, check=False
        )
        if "No module named" in done.stderr:
            sys.exit(f"score_torch: {sys.executable} has no torch; install it: {NEEDED}")
        # A kernel with instructions that the processor lacks ends by a signal; it is then no candidate.
        if done.returncode == 0:
            tried.append({"coretype": coretype, **json.loads(done.stdout)})
    right = [one for one in tried if one["error"] < LARGEST_ERROR]
    best = max(right, key=lambda one: one["gflops1T"], default={"kernel": "none right", "gflops1T": 0.0})
    if best["gflops1T"] < SLOWEST_GFLOPS:
        sys.exit(
            f"score_torch: torch multiplies matrices at {best['gflops1T']} GFLOP/s on one thread ({best['kernel']}), "
            f"which would be no fair comparison; install OpenBLAS: {NEEDED}"
        )
    environment = {key: value for key, value in os.environ.items() if key != "OPENBLAS_CORETYPE"}
    if best["coretype"] is not None:
        environment["OPENBLAS_CORETYPE"] = best["coretype"]
    # libgomp's and OpenBLAS's threads would spin against each other.
    environment.setdefault("GOMP_SPINCOUNT", "0")
    # Freed memory stays with the process: asking the kernel for each gradient again made the sample-by-sample mode 1.2 to
    # 1.4 times slower, and its peak was the same.
    environment.setdefault("MALLOC_MMAP_MAX_", "0")
    environment.setdefault("MALLOC_TRIM_THRESHOLD_", str(2**40))
    environment.setdefault("MALLOC_TOP_PAD_", str(2**28))
    environment[CHOSEN] = json.dumps({**best, "tried": tried})
    os.execve(sys.executable, [sys.executable, *sys.argv], environment)


if __name__ == "__main__":
    print(json.dumps(probe()))
