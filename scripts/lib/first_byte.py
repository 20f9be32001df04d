"""Starts `dayloom up` in a home folder, asks until it answers, and prints the milliseconds and the resident memory.

Used by scripts/bench: first_byte.py BINARY HOME
"""

import os
import signal
import socket
import subprocess
import sys
import time

binary, home = sys.argv[1:3]
probe = socket.socket()
probe.bind(("127.0.0.1", 0))
port = probe.getsockname()[1]
probe.close()
begun = time.monotonic()
command = [binary, "--home", home, "up", "--no-open", "--no-agent", "--listen", f"127.0.0.1:{port}"]
program = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
while True:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            if connection.recv(1):
                break
    except OSError:
        pass
    if program.poll() is not None or time.monotonic() - begun > 30:
        sys.exit(f"{binary} did not answer")
    time.sleep(0.001)
taken = (time.monotonic() - begun) * 1000
status = f"/proc/{program.pid}/status"
memory = "memory not known here"
if os.path.exists(status):
    with open(status) as lines:
        kib = next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))
        memory = f"{kib / 1024:.1f} MiB"
program.send_signal(signal.SIGTERM)
program.wait(15)
print(f"{taken:.0f} ms ({memory})")
