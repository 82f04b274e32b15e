"""LoRA training steps in plain torch, the other side of this repository's benchmark.

    /usr/bin/python3 bench/torch/train_torch.py --model FOLDER --data FILE.jsonl --adapter FILE.safetensors

Prints one JSON line about the machine's BLAS, then answers each line `run N` with N steps on the whole file as one batch:
{"losses", "seconds", "cpuSeconds", "peakRssBytes"}: loss and seconds of each step, processor time of all, and the peak
of the process since its model was loaded. It ends at the end of its input.
"""
import argparse
import json
import os
import sys
import time

sys.dont_write_bytecode = True

import blas  # noqa: E402
import device  # noqa: E402


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True, help="folder with config.json and model.safetensors")
    parser.add_argument("--data", required=True, help="JSONL with input_ids")
    parser.add_argument("--adapter", required=True, help="safetensors with lora_A and lora_B of each adapted module")
    parser.add_argument("--scaling", type=float, required=True, help="alpha / rank")
    parser.add_argument("--learning-rate", type=float, required=True)
    parser.add_argument("--weight-decay", type=float, required=True)
    parser.add_argument("--max-grad-norm", type=float, required=True)
    parser.add_argument("--threads", type=int, required=True)
    return parser.parse_args()


def say(record):
    print(json.dumps(record), flush=True)


def main():
    options = arguments()
    # Must come before torch, which reads them once.
    os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = str(options.threads)
    chosen = blas.choose()
    import torch

    from lora import Adapters, Trainer
    from models import build
    from weights import read_folder, read_jsonl, read_safetensors

    torch.set_num_threads(options.threads)
    place = device.Processor()
    try:
        model = build(*read_folder(options.model))
        adapters = Adapters(read_safetensors(options.adapter, torch.float32, place.name), options.scaling)
        trainer = Trainer(model, adapters, read_jsonl(options.data), options)
    except (OSError, ValueError, KeyError) as error:
        sys.exit(f"train_torch: {options.model} with {options.data} cannot be read: {error!r}")
    about = {"torch": torch.__version__, "threads": torch.get_num_threads()}
    say({**about, "kernel": blas.kernel_name(), "blas": chosen})
    place.reset_peak()
    for line in sys.stdin:
        words = line.split()
        if len(words) != 2 or words[0] != "run" or not words[1].isdigit():
            say({"error": f"not a request: {line.strip()}"})
            continue
        losses, seconds, used = [], [], time.process_time()
        for _ in range(int(words[1])):
            started = time.perf_counter()
            losses.append(trainer.step())
            seconds.append(round(time.perf_counter() - started, 6))
        cpu = round(time.process_time() - used, 4)
        say({"losses": losses, "seconds": seconds, "cpuSeconds": cpu, **place.peak()})


if __name__ == "__main__":
    main()
