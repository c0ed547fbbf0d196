"""from_start_to_exit.py TIMES COMMAND...: how long a command takes, its output thrown away: least and median."""

import os
import statistics
import sys
import time

nowhere = os.open(os.devnull, os.O_WRONLY)
spent = []
for _ in range(int(sys.argv[1])):
    start = time.monotonic()
    child = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, nowhere, 1)])
    _, status = os.waitpid(child, 0)
    spent.append((time.monotonic() - start) * 1000)
    if status:
        sys.exit(f"failed: {sys.argv[2:]}")
print(f"{' '.join(sys.argv[5:])}: {min(spent):.1f} ms at best, {statistics.median(spent):.1f} ms in the middle")
