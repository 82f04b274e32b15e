"""Fisher scores in plain torch, the other side of this repository's benchmark.

    /usr/bin/python3 bench/torch/score_torch.py --model FOLDER --data FILE.jsonl --mode gram --repeat 3
    /usr/bin/python3 bench/torch/score_torch.py --model FOLDER --data FILE.jsonl --serve
    /usr/bin/python3 bench/torch/score_torch.py --check FOLDER
    python3 bench/torch/score_torch.py --device cuda --model FOLDER --data FILE.jsonl --mode gram --repeat 3

Prints one JSON line about the machine's BLAS or the card, then one a run: {"mode", "seconds", "cpuSeconds",
"peakRssBytes"}, where processor time far below threads x seconds tells of a machine that others use. Loading is not
timed.
The peak counts what the process holds when the run starts, so memory is compared with one mode a process.
On a card a run is over when the card is, products are float32 (TF32 off), and a line has the card's memory too.
With --serve it reads `run MODE` lines and answers each with such a line, answers `scores MODE` with each module's score
instead, and ends at the end of its input.
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
    parser.add_argument("--model", help="folder with config.json and model.safetensors")
    parser.add_argument("--data", help="JSONL with input_ids, attention_mask, labels")
    parser.add_argument("--mode", default="gram", choices=("naive", "naive-norms", "gram"))
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda"))
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


def main():
    options = arguments()
    # Must come before torch, which reads them once.
    os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = str(options.threads)
    on_card = options.device == "cuda"
    if on_card:
        device.forbid_tf32()
    chosen = None if on_card else blas.choose()
    import torch

    import check
    import fisher
    from models import build
    from weights import read_folder, read_jsonl

    torch.set_num_threads(options.threads)
    about = {"torch": torch.__version__, "threads": torch.get_num_threads()}
    place = device.Card(torch) if on_card else device.Processor()
    about.update(place.about if on_card else {"kernel": blas.kernel_name(), "blas": chosen})
    if options.check is not None:
        say(about)
        say(check.check(options.check))
        return
    try:
        model = build(*read_folder(options.model, device=place.name))
        batch = read_jsonl(options.data, place.name)
    except (OSError, ValueError, KeyError) as error:
        sys.exit(f"score_torch: {options.model} with {options.data} cannot be read: {error!r}")
    say(about)

    def run(mode):
        place.reset_peak()
        place.wait()
        started, used = time.perf_counter(), time.process_time()
        result = fisher.MODES[mode](model, batch)
        scores = fisher.traces(result)
        place.wait()
        seconds = time.perf_counter() - started
        cpu = time.process_time() - used
        say({"mode": mode, "seconds": round(seconds, 6), "cpuSeconds": round(cpu, 4), **place.peak()})
        return scores, result

    if options.agree:
        say(check.agreement(model, batch))
    elif options.serve:
        for line in sys.stdin:
            words = line.split()
            if len(words) != 2 or words[0] not in ("run", "scores") or words[1] not in fisher.MODES:
                say({"error": f"not a request: {line.strip()}"})
            elif words[0] == "run":
                run(words[1])
            else:
                say({"mode": words[1], "scores": fisher.traces(fisher.MODES[words[1]](model, batch))})
    else:
        for _ in range(options.repeat):
            scores, result = run(options.mode)
        if options.values is not None:
            lists = {n: v.tolist() for n, v in result.items() if not isinstance(v, float)}
            with open(options.values, "w", encoding="utf-8") as file:
                json.dump({"mode": options.mode, "scores": scores, "perSample": lists}, file)


if __name__ == "__main__":
    main()
