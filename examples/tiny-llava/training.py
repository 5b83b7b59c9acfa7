"""What all stages share: a loop with warm-up and cosine decay that can be resumed, and its loss curve."""
from __future__ import annotations

import math
import os
import signal
import sys
import time
from pathlib import Path

import torch


class Run:
    """One stage of training. `step(i)` gives the losses by name; their sum is minimised.

    The state (weights, optimiser, step, losses so far) goes to `<folder>/<name>.pt` every minute or so: a stage that was
    interrupted goes on from there, and one that is complete is only loaded.
    """

    def __init__(self, name: str, folder: Path, module: torch.nn.Module, steps: int, rate: float, decay: float = 0.05,
                 warmup: float = 0.03, every: int = 50):
        self.name, self.folder, self.module, self.steps, self.rate = name, folder, module, steps, rate
        self.warmup, self.every = max(int(steps * warmup), 5), every
        # Muon learns the matrices of the layers in fewer steps; it is not meant for embeddings, heads and vectors.
        self.trained = [p for p in module.parameters() if p.requires_grad]
        matrices = {id(p) for name, p in module.named_parameters() if ".layers." in name and p.ndim == 2}
        self.optimisers = [torch.optim.AdamW([p for p in self.trained if id(p) not in matrices], lr=rate, betas=(0.9, 0.98),
                                             weight_decay=0.0, fused=True)]
        matrices = [p for p in self.trained if id(p) in matrices]
        if matrices:
            self.optimisers.append(torch.optim.Muon(matrices, lr=rate, weight_decay=decay, adjust_lr_fn="match_rms_adamw"))
        self.done, self.seconds, self.history = 0, 0.0, []

    @property
    def path(self) -> Path:
        return self.folder / f"{self.name}.pt"

    def _rate(self, step: int) -> float:
        if step < self.warmup:
            return self.rate * (step + 1) / self.warmup
        return self.rate * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * (step - self.warmup) / max(self.steps - self.warmup, 1))))

    def run(self, step, check=None) -> None:
        """check(i), if given, is called about every tenth of the way and prints what it measures."""
        self._load()
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
        try:
            self._run(step, check)
        finally:
            self._save()
        self.module.eval()
        self.plot()

    def _run(self, step, check) -> None:
        self.module.train()
        start, saved, sums = time.time() - self.seconds, time.time(), {}
        while self.done < self.steps:
            for optimiser in self.optimisers:
                for group in optimiser.param_groups:
                    group["lr"] = self._rate(self.done)
            losses = step(self.done)
            sum(losses.values()).backward()
            torch.nn.utils.clip_grad_norm_(self.trained, 1.0)
            for optimiser in self.optimisers:
                optimiser.step()
                optimiser.zero_grad(set_to_none=True)
            self.done += 1
            for k, v in losses.items():
                sums.setdefault(k, []).append(float(v.detach()))
            if self.done % self.every == 0 or self.done == self.steps:
                means = {k: sum(v) / len(v) for k, v in sums.items()}
                sums = {}
                self.history.append((self.done, means))
                self.seconds = time.time() - start
                print(f"{self.name} {self.done}/{self.steps} {self.seconds:.0f}s "
                      + " ".join(f"{k} {v:.3f}" for k, v in means.items()), flush=True)
            if check and (self.done % max(self.steps // 10, 50) == 0 or self.done == self.steps):
                self.module.eval()
                check(self.done)
                self.module.train()
            if time.time() - saved > 60:
                self._save()
                saved = time.time()

    def _save(self) -> None:
        state = {"weights": self.module.state_dict(), "optimisers": [o.state_dict() for o in self.optimisers], "done": self.done,
                 "history": self.history, "seconds": self.seconds}
        torch.save(state, self.path.with_suffix(".tmp"))
        os.replace(self.path.with_suffix(".tmp"), self.path)

    def _load(self) -> None:
        if self.path.exists():
            state = torch.load(self.path, weights_only=True)
            self.module.load_state_dict(state["weights"])
            for optimiser, saved in zip(self.optimisers, state["optimisers"]):
                optimiser.load_state_dict(saved)
            self.done, self.history, self.seconds = state["done"], state["history"], state["seconds"]
            print(f"{self.name} resumes at {self.done}/{self.steps}", flush=True)

    def plot(self) -> None:
        import matplotlib
        matplotlib.use("Agg")
        from matplotlib import pyplot
        figure, axes = pyplot.subplots(figsize=(5, 3), dpi=90)
        for k in self.history[-1][1] | self.history[0][1]:
            points = [(step, means[k]) for step, means in self.history if k in means]
            axes.plot(*zip(*points), label=k)
        axes.set(xlabel="step", ylabel="loss", title=self.name, yscale="log")
        axes.legend(fontsize=6, ncols=2)
        figure.tight_layout()
        figure.savefig(self.folder / f"loss-{self.name}.png")
        pyplot.close(figure)
