"""Where torch computes, the processor or a card: waiting for it, its peak memory, and what it says of itself."""
import os
import resource
import sys

LARGEST_ERROR = 1e-5


def forbid_tf32():
    """Before torch is loaded: NVIDIA's libraries round no input to TF32, whatever the container's variables say."""
    os.environ["NVIDIA_TF32_OVERRIDE"] = "0"


class Processor:
    name = "cpu"

    def wait(self):
        """Work is done when the call returns."""

    def reset_peak(self):
        """Makes the kernel count this process's peak from now on. Where it will not, the peak is that of its life."""
        try:
            with open("/proc/self/clear_refs", "w", encoding="ascii") as file:
                file.write("5")
        except OSError:
            pass

    def peak(self):
        return {"peakRssBytes": peak_bytes()}


class Card(Processor):
    """The first card that CUDA shows to this process."""

    name = "cuda"

    def __init__(self, torch):
        if not torch.cuda.is_available():
            sys.exit(f"score_torch: torch {torch.__version__} of {sys.executable} sees no card by CUDA")
        self.cuda = torch.cuda
        torch.set_float32_matmul_precision("highest")
        self.about = {
            "card": torch.cuda.get_device_name(0),
            "cuda": torch.version.cuda,
            "productError": product_error(torch),
        }
        if self.about["productError"] > LARGEST_ERROR:
            sys.exit(
                f"score_torch: products on {self.about['card']} are off by {self.about['productError']:.1e}, "
                "so they are not float32; unset what allows TF32"
            )

    def wait(self):
        self.cuda.synchronize()

    def reset_peak(self):
        super().reset_peak()
        self.cuda.reset_peak_memory_stats()

    def peak(self):
        """Allocated: what tensors took. Reserved: with freed memory that torch keeps; without CUDA's own."""
        return {
            **super().peak(),
            "peakAllocatedBytes": self.cuda.max_memory_allocated(),
            "peakReservedBytes": self.cuda.max_memory_reserved(),
        }


def product_error(torch):
    """Largest error of a float32 product against float64, relative to its largest entry: TF32 has about 3e-4."""
    torch.manual_seed(1)
    left, right = torch.randn(256, 768, device="cuda"), torch.randn(768, 1024, device="cuda")
    exact = left.double() @ right.double()
    return (((left @ right).double() - exact).abs().max() / exact.abs().max()).item()


def peak_bytes():
    try:
        with open("/proc/self/status", encoding="ascii") as file:
            return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
