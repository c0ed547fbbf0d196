"""Says what other processes of the same user can read of a program, and whether a crash of it leaves a core:
privacy.py READY PROGRAM [ARGUMENT...]. It crashes the program once it has printed READY. Root hands it to an account
without rights first, so that root's right to see all does not hide what anybody could."""
import os
import pwd
import resource
import signal
import subprocess
import sys

ready, command = sys.argv[1], sys.argv[2:]
most = resource.getrlimit(resource.RLIMIT_CORE)[1]
resource.setrlimit(resource.RLIMIT_CORE, (most, most))
account = pwd.getpwnam("nobody")
nobody = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if os.getuid() == 0 else {}

program = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **nobody)
while line := program.stdout.readline():
    if ready in line:
        break
for name in ("environ", "mem", "maps", "auxv"):
    path = f"/proc/{program.pid}/{name}"
    read = subprocess.run(["head", "-c", "0" if name == "mem" else "1", path], capture_output=True, **nobody)
    if read.returncode == 0:
        print("readable:", name)
with open(f"/proc/{program.pid}/limits") as limits:
    print(*(" ".join(line.split()) for line in limits if line.startswith("Max core")))
program.send_signal(signal.SIGSEGV)
_, status = os.waitpid(program.pid, 0)
print("ended by signal", os.WTERMSIG(status))
if os.WCOREDUMP(status):
    print("left a core")
