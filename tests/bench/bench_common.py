# SPDX-License-Identifier: Apache-2.0
"""What the benchmarks share: programs under test, PostgreSQL, CPU time, the report."""
import contextlib
import glob
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
TICK = os.sysconf("SC_CLK_TCK")


def build_dir(wanted):
    """The build to measure: release, made now if it is not there."""
    path = wanted or os.path.join(ROOT, "build", "release")
    if wanted is None:
        run = lambda *a: subprocess.run(a, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        run("cmake", "--preset", "release", "-DCA_TESTS=ON")
        run("cmake", "--build", path, "-j2")
    return path


def conditions():
    model = "?"
    with open("/proc/cpuinfo") as f:
        for line in f:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
    return f"{os.cpu_count()} cores, {model}, SoftHSM2 token, PostgreSQL with fsync on, audit on"


class Report:
    """Rows as people read them, or as JSON lines."""

    def __init__(self, as_json):
        self.as_json = as_json

    def note(self, text):
        if not self.as_json:
            print(f"# {text}", flush=True)

    def row(self, bench, metric, unit, value, peer=None, peer_value=None):
        ratio = round(value / peer_value, 3) if peer_value else None
        if self.as_json:
            row = {"bench": bench, "metric": metric, "unit": unit, "value": value, "peer": peer,
                   "peer_value": peer_value, "ratio": ratio}
            print(json.dumps(row), flush=True)
            return
        beside = f"   {peer}: {peer_value} {unit}, ratio {ratio}" if peer else ""
        print(f"{bench:6} {metric:32} {value:>12} {unit}{beside}", flush=True)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def dev_env(state):
    """DIR/dev.env as a dictionary."""
    out = subprocess.run(["sh", "-c", f"set -a; . '{state}/dev.env' && env"], check=True,
                         capture_output=True, text=True, env={"PATH": os.environ["PATH"]}).stdout
    return dict(line.split("=", 1) for line in out.splitlines() if "=" in line)


@contextlib.contextmanager
def ca_server(build, state, *extra, program=None):
    """A development CA, until the block ends. Yields its dev.env and how long the start took."""
    os.makedirs(state, exist_ok=True)
    log = open(os.path.join(state, "..", "ca-server.log"), "ab")
    started = time.monotonic()
    process = subprocess.Popen([program or f"{build}/ca-server/ca-server", "dev", "--state", state, "--http",
                                "127.0.0.1:0", "--https", "127.0.0.1:0", *extra],
                               stdout=subprocess.PIPE, stderr=log, text=True)
    try:
        for line in process.stdout:
            if line.strip() == "ca-server: ready":
                break
        else:
            sys.exit(f"ca-server did not start: see {log.name}")
        yield dev_env(state), time.monotonic() - started
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        log.close()


@contextlib.contextmanager
def scratch():
    """A folder that every user may enter, gone afterwards."""
    path = tempfile.mkdtemp(prefix="ca-bench-", dir="/tmp")
    os.chmod(path, 0o755)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def pg_bin():
    return sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]


@contextlib.contextmanager
def postgres(path):
    """A private cluster with Debian's defaults, on a unix socket; yields the socket's folder."""
    user = "postgres" if os.getuid() == 0 else None
    os.makedirs(path)
    if user:
        shutil.chown(path, user)

    def run(*command):
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, user=user, cwd="/")

    run(f"{pg_bin()}/initdb", "-D", f"{path}/data", "-A", "trust", "-E", "UTF8", "--locale=C",
        "-U", "bench")
    run(f"{pg_bin()}/pg_ctl", "-D", f"{path}/data", "-w", "-l", f"{path}/log", "-o",
        f"-c listen_addresses= -c unix_socket_directories={path}", "start")
    try:
        yield path
    finally:
        run(f"{pg_bin()}/pg_ctl", "-D", f"{path}/data", "-w", "-m", "fast", "stop")


def children(pid):
    """The process and everything below it."""
    found = [pid]
    for other in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError), open(f"/proc/{other}/stat") as f:
            if int(f.read().rsplit(")", 1)[1].split()[1]) == pid:
                found += children(int(other))
    return found


def cpu_seconds(pids):
    """User and system time so far, of the processes and of their ended children."""
    ticks = 0
    for pid in pids:
        with contextlib.suppress(OSError), open(f"/proc/{pid}/stat") as f:
            ticks += sum(int(n) for n in f.read().rsplit(")", 1)[1].split()[11:15])
    return ticks / TICK


def rss_mb(pid, field="VmRSS"):
    with open(f"/proc/{pid}/status") as f:
        for line in f:
            if line.startswith(field + ":"):
                return int(line.split()[1]) / 1024
    return 0.0


def load(build, *options):
    """Runs the load generator; its figures."""
    out = subprocess.run([f"{build}/tests/load", *map(str, options)], check=True,
                         stdout=subprocess.PIPE, text=True).stdout
    return json.loads(out)


def user_of(pid):
    return pwd.getpwuid(os.stat(f"/proc/{pid}").st_uid).pw_name
