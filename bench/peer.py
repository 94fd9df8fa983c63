"""What a peer of peer.ts does: for each line on standard input, a number of updates, prints their median milliseconds."""

import statistics
import sys
import time


def serve(version, update):
    """Prints "ready VERSION" once the first update (compilation, first touch of memory) is done, then measures."""
    update()
    print("ready", version, flush=True)
    for line in sys.stdin:
        times = []
        for _ in range(int(line)):
            start = time.perf_counter()
            update()
            times.append(time.perf_counter() - start)
        print(statistics.median(times) * 1000, flush=True)
