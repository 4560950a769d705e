"""How a peer talks to the benchmark: one JSON document a line on standard output."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

# Packages whose import name is not the name that pip takes.
PIP_NAMES = {"PIL": "pillow", "pytorch_grad_cam": "grad-cam", "sklearn": "scikit-learn"}


@dataclass
class Ready:
    version: str
    warm_up: str
    run: Callable[[], float]
    """Does one run's work; returns the units of work done."""
    answer: list[float] | str | None = None


def say(**message: Any) -> None:
    sys.__stdout__.write(json.dumps(message) + "\n")
    sys.__stdout__.flush()


def guarded(action: Callable[[], None]) -> None:
    """Runs `action`; a package that is not there becomes a message that names it."""
    try:
        action()
    except ModuleNotFoundError as error:
        package = (error.name or "").split(".")[0]
        pip = PIP_NAMES.get(package, package)
        say(
            missing={
                "reason": f"the Python package {pip} is not installed",
                "install": f"pip install {pip}",
            }
        )
    except MemoryError:
        say(failed="out of memory")


def serve(load: Callable[[], Ready]) -> None:
    """Loads, warms up, then does one timed run for every line on standard input."""

    def action() -> None:
        ready = load()
        say(ready={"version": ready.version, "warmUp": ready.warm_up, "answer": ready.answer})
        for _ in sys.stdin:
            begun = time.perf_counter()
            items = ready.run()
            say(run={"items": items, "seconds": time.perf_counter() - begun})

    guarded(action)
