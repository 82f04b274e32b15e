"""Fisher scores in plain torch, the other side of this repository's benchmark.

    /usr/bin/python3 bench/torch/score_torch.py --model FOLDER --data FILE.jsonl --mode gram --repeat 3
    /usr/bin/python3 bench/torch/score_torch.py --model FOLDER --data FILE.jsonl --serve
    /usr/bin/python3 bench/torch/score_torch.py --check FOLDER

Prints one JSON line about the machine's BLAS, then one a run: {"mode", "seconds", "cpuSeconds", "peakRssBytes"}, where
processor time far below threads x seconds tells of a machine that others use. Loading is not timed.
The peak counts what the process holds when the run starts, so memory is compared with one mode a process.
With --serve it reads `run MODE` lines and answers each with such a line, and ends at the end of its input.
"""
import argparse
import json
import os
import resource
import sys
import time

sys.dont_write_bytecode = True

import blas  # noqa: E402


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", help="folder with config.json and model.safetensors")
    parser.add_argument("--data", help="JSONL with input_ids, attention_mask, labels")
    parser.add_argument("--mode", default="gram", choices=("naive", "naive-norms", "gram"))
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--values", help="write scores and per-sample squared norms of the last run there")
    parser.add_argument("--serve", action="store_true")
    parser.add_argument("--check", help="folder with a model, inputs.json and expected.json")
    parser.add_argument("--agree", action="store_true", help="compare the modes on the data")
    options = parser.parse_args()
    if options.check is None and (options.model is None or options.data is None):
        parser.error("--model and --data are needed")
    return options


def say(record):
    print(json.dumps(record), flush=True)


def reset_peak():
    """Makes the kernel count this process's peak from now on. Where it will not, the peak is that of the whole life."""
    try:
        with open("/proc/self/clear_refs", "w", encoding="ascii") as file:
            file.write("5")
    except OSError:
        pass


def peak_bytes():
    try:
        with open("/proc/self/status", encoding="ascii") as file:
            return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main():
    options = arguments()
    # Must come before torch, which reads them once.
    os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = str(options.threads)
    chosen = blas.choose()
    import torch

    import check
    import fisher
    from models import build
    from weights import read_folder, read_jsonl

    torch.set_num_threads(options.threads)
    about = {"torch": torch.__version__, "threads": torch.get_num_threads(), "kernel": blas.kernel_name(), "blas": chosen}
    if options.check is not None:
        say(about)
        say(check.check(options.check))
        return
    try:
        model, batch = build(*read_folder(options.model)), read_jsonl(options.data)
    except (OSError, ValueError, KeyError) as error:
        sys.exit(f"score_torch: {options.model} with {options.data} cannot be read: {error!r}")
    say(about)

    def run(mode):
        reset_peak()
        started, used = time.perf_counter(), time.process_time()
        result = fisher.MODES[mode](model, batch)
        scores = fisher.traces(result)
        seconds = time.perf_counter() - started
        cpu = time.process_time() - used
        peak = peak_bytes()
        say({"mode": mode, "seconds": round(seconds, 4), "cpuSeconds": round(cpu, 4), "peakRssBytes": peak})
        return scores, result

    if options.agree:
        say(check.agreement(model, batch))
    elif options.serve:
        for line in sys.stdin:
            words = line.split()
            if len(words) == 2 and words[0] == "run" and words[1] in fisher.MODES:
                run(words[1])
            else:
                say({"error": f"not a request: {line.strip()}"})
    else:
        for _ in range(options.repeat):
            scores, result = run(options.mode)
        if options.values is not None:
            lists = {n: v.tolist() for n, v in result.items() if not isinstance(v, float)}
            with open(options.values, "w", encoding="utf-8") as file:
                json.dump({"mode": options.mode, "scores": scores, "perSample": lists}, file)


if __name__ == "__main__":
    main()
