"""`tck-reach`, TChecker's command line, on the library that the package tcheckerpy brings.

`python tck_reach.py LIBRARY -a ALGORITHM [-s ORDER] [-l LABEL] [-C CERTIFICATE] [-o FILE] MODEL`
does what `tck-reach` does. It imports nothing of this project; `tchecker.sh` beside this file makes
a command of it.
"""

import argparse
import ctypes
import os
import sys

ALGORITHMS = ("reach", "concur19", "covreach", "aLU-covreach")  # numbered like this in the library
CERTIFICATES = ("graph", "symbolic", "concrete", "none")


def main() -> None:
    """Ask the library; its own words go to standard output."""
    parser = argparse.ArgumentParser(prog="tck-reach", description=__doc__)
    parser.add_argument("library")
    parser.add_argument("-a", dest="algorithm", choices=ALGORITHMS, default="covreach")
    parser.add_argument("-s", dest="order", choices=("bfs", "dfs"), default="bfs")
    parser.add_argument("-l", dest="labels", default="")
    parser.add_argument("-C", dest="certificate", choices=CERTIFICATES, default="none")
    parser.add_argument("-o", dest="out", default=os.devnull)
    parser.add_argument("model")
    asked = parser.parse_args()
    library = ctypes.CDLL(asked.library)
    library.tck_reach.restype = None
    library.tck_reach(
        asked.out.encode(), asked.model.encode(), asked.labels.encode(),
        ctypes.c_int(ALGORITHMS.index(asked.algorithm)), asked.order.encode(),
        ctypes.c_int(CERTIFICATES.index(asked.certificate)), None, None,
    )  # fmt: skip
    sys.stdout.flush()


if __name__ == "__main__":
    main()
