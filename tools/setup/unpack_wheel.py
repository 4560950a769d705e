"""Unpacks what a C++ program needs of a torch or NVIDIA wheel: unpack_wheel.py WHEEL FOLDER."""

import re
import sys
import zipfile

# Of torch's libraries all but those for Python and for torch's own tests.
UNUSED = re.compile(r"^torch/lib/lib(torch_python|shm|torchbind_test|jitbackend_test"
                    r"|backend_with_compiler|aoti_custom_ops)\b")
NEEDED = re.compile(r"^(torch/(lib|include)/|torch/version\.py$|torch\.libs/"
                    r"|nvidia/|[^/]+\.dist-info/(METADATA$|licenses/|LICENSE|NOTICE))")


def main() -> None:
    wheel, folder = sys.argv[1:]
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if NEEDED.match(name) and not UNUSED.match(name):
                archive.extract(name, folder)


main()
