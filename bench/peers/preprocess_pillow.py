"""Pictures prepared by Pillow on one thread, as the original does; or decoded alone."""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path

from serve import Ready, serve


def load(arguments: argparse.Namespace) -> Ready:
    import PIL
    from PIL import features
    from pictures import list_pictures, prepare_val, read_rgb

    files = list_pictures(arguments.images)
    digest = hashlib.sha256()
    for file in files:
        if arguments.mode == "full":
            digest.update(prepare_val(read_rgb(file), arguments.size).tobytes())
        else:
            read_rgb(file)

    def run() -> int:
        for _ in range(arguments.passes):
            for file in files:
                image = read_rgb(file)
                if arguments.mode == "full":
                    prepare_val(image, arguments.size)
        return arguments.passes * len(files)

    return Ready(
        version=f"Pillow {PIL.__version__}, libjpeg-turbo {features.version('libjpeg_turbo')}",
        warm_up=f"{len(files)} pictures",
        run=run,
        answer=digest.hexdigest() if arguments.mode == "full" else None,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mode", choices=("full", "decode"), required=True)
    parser.add_argument("--images", type=Path, required=True)
    parser.add_argument("--size", type=int, required=True)
    parser.add_argument("--passes", type=int, required=True)
    arguments = parser.parse_args()
    serve(lambda: load(arguments))


if __name__ == "__main__":
    main()
