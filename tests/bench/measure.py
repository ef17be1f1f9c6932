"""One run of all measurements; called by tests/bench/run with the release binary."""

import contextlib
import datetime
import json
import os
import platform
import re
import shlex
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

import peers

FACIOCTL = os.path.abspath(sys.argv[1])
RUNS = 40
FIELD = os.path.join(os.path.dirname(os.path.dirname(FACIOCTL)), "field")
WRK_SECONDS = 4
CONNECTIONS = 32


def table(title, headings, rows):
    print(f"\n### {title}\n")
    print("| " + " | ".join(headings) + " |")
    print("| --- |" + " ---: |" * (len(headings) - 1))
    for row in rows:
        print("| " + " | ".join(str(cell) for cell in row) + " |")
    sys.stdout.flush()


def hyperfine(commands, environment, runs=RUNS):
    """Median milliseconds of each command."""
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        subprocess.run(["hyperfine", "-N", "--warmup", "3", "--runs", str(runs), "--export-json", out.name, *commands],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, **environment})
        return [result["median"] * 1000 for result in json.load(out)["results"]]


def compare(title, candidates, environment, runs=RUNS):
    """A table of commands with the ratio to ours, which is the first."""
    candidates = [(name, command) for name, command in candidates if peers.available(command.split()[0])]
    times = hyperfine([command for _, command in candidates], environment, runs)
    table(title, ["program", "ms", "times ours", "MiB"],
          [(name, f"{ms:.2f}", f"{ms / times[0]:.1f}", f"{peak_mib(shlex.split(command), environment):.1f}")
           for (name, command), ms in zip(candidates, times)])


def start_up(folder, environment):
    others = [("jq", "jq"), ("curl", "curl"), ("redis-cli", "redis-cli"), ("gh", "gh"), ("kubectl", "kubectl")]
    compare("`--version`", [("facioctl", f"{FACIOCTL} --version")] +
            [(name, f"{name} version --client" if name == "kubectl" else f"{name} --version") for name, _ in others], environment)
    compare("`--help`", [("facioctl", f"{FACIOCTL} --help")] + [(name, f"{name} --help") for name, _ in others], environment)


def field(environment):
    """Command lines of other agent runtimes, as tests/bench/field installs them: those that are there."""
    def program(*path):
        return os.path.join(FIELD, *path)
    node, openclaw = program("npm/node_modules/.bin/node"), program("npm/node_modules/openclaw/openclaw.mjs")
    compare("Other agent runtimes' command lines", [
        ("facioctl --version", f"{FACIOCTL} --version"),
        ("librefang --version", program("librefang/bin/librefang") + " --version"),
        ("hermes --version", program("hermes-agent/bin/hermes") + " --version"),
        ("hermes cron list (reads its own files)", program("hermes-agent/bin/hermes") + " cron list"),
        ("nanobot --version", program("nanobot-ai/bin/nanobot") + " --version"),
        *([("openclaw --version", f"{node} {openclaw} --version")] if os.path.exists(openclaw) else []),
    ], environment, runs=10)


def lists(server, body, folder, environment):
    """A list of 100 over loopback HTTP: ours from our server; the same bytes from nginx for those that speak HTTP."""
    web = peers.nginx(os.path.join(folder, "web"), body)
    cache = peers.redis(os.path.join(folder, "redis"),
                        [json.dumps(job) for job in json.loads(body)["items"]]) if peers.available("redis-server") else None
    url = f"http://127.0.0.1:{web.port}/api/v1/cron"
    body_file = os.path.join(folder, "web/www/api/v1/cron")
    candidates = [
        ("facioctl cron list", f"{FACIOCTL} cron list"),
        ("facioctl cron list -o json", f"{FACIOCTL} cron list -o json"),
        ("curl (nginx)", f"curl -s {url}"),
        ("jq (a file, no network)", f"jq .items {body_file}"),
        ("gh api (nginx)", f"gh api {url}"),
        ("kubectl get --raw (nginx)", f"kubectl --server=http://127.0.0.1:{web.port} get --raw /api/v1/cron"),
    ]
    if cache:
        candidates.insert(4, ("redis-cli lrange (redis)", f"redis-cli -p {cache.port} lrange jobs 0 -1"))
    compare(f"List of 100 ({len(body)} bytes)", candidates,
            {**environment, "FACIOCTL_URL": f"http://127.0.0.1:{server.port}", "FACIOCTL_TOKEN_FILE": server.token_file})
    web.stop()
    if cache:
        cache.stop()


def peak_mib(command, environment):
    """Peak resident memory of a run. By GNU time, since the kernel counts for a new program what the process that forked for it had: that
    is 2 MiB of time's own at most, where this interpreter would show its 30."""
    with tempfile.NamedTemporaryFile("r") as said:
        subprocess.run(["/usr/bin/time", "-f", "%M", "-o", said.name, *command], check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, env={**os.environ, **environment})
        return int(said.read()) / 1024


def large_list(body, folder, environment):
    """10,000 rows, the same bytes for all, from nginx: as a table, and as one member of each."""
    pattern = json.loads(body)["items"]
    rows = [{**pattern[i % len(pattern)], "id": f"{i:08x}", "name": f"job {i}"} for i in range(10000)]
    large = json.dumps({"items": rows, "count": len(rows)}, separators=(",", ":")).encode()
    web = peers.nginx(os.path.join(folder, "large"), large)
    address = f"http://127.0.0.1:{web.port}"
    path = os.path.join(folder, "large/www/api/v1/cron")
    candidates = [
        ("facioctl cron list", [FACIOCTL, "cron", "list"]),
        ("facioctl cron list -q '.[].name'", [FACIOCTL, "cron", "list", "-q", ".[].name"]),
        ("facioctl cron list -q 'map(.name)'", [FACIOCTL, "cron", "list", "-q", "map(.name)"]),
        ("facioctl cron list -o json", [FACIOCTL, "cron", "list", "-o", "json"]),
        ("facioctl cron list --filter 'name~99'", [FACIOCTL, "cron", "list", "--filter", "name~99"]),
        ("jq '.items[].name' (a file)", ["jq", ".items[].name", path]),
        ("gh api -q '.items[].name'", ["gh", "api", f"{address}/api/v1/cron", "-q", ".items[].name"]),
        ("kubectl get --raw (no table)", ["kubectl", "--server=" + address, "get", "--raw", "/api/v1/cron"]),
        ("curl", ["curl", "-s", f"{address}/api/v1/cron"]),
    ]
    candidates = [(name, command) for name, command in candidates if command[0] == FACIOCTL or peers.available(command[0])]
    environment = {**environment, "FACIOCTL_URL": address, "FACIOCTL_TOKEN": "none"}
    times = hyperfine([shlex.join(command) for _, command in candidates], environment)
    table(f"10,000 rows ({len(large)} bytes)", ["program", "ms", "MiB"],
          [(name, f"{ms:.1f}", f"{peak_mib(command, environment):.1f}") for (name, command), ms in zip(candidates, times)])
    web.stop()


def servers(folder, body):
    """Start to the first right answer, idle memory, end: median of seven."""
    rows = []
    makers = [("facioctl serve (new data)", lambda n: peers.facioctl(FACIOCTL, os.path.join(folder, f"start{n}"))),
              ("facioctl serve --memory", lambda n: peers.facioctl(FACIOCTL, os.path.join(folder, f"memory{n}"), memory=True)),
              ("nginx", lambda n: peers.nginx(os.path.join(folder, "nginx"), body))]
    if peers.available("redis-server"):
        makers.append(("redis-server", lambda n: peers.redis(os.path.join(folder, "redis"))))
    for name, make in makers:
        ready, memory, own, stop = [], [], [], []
        for number in range(7):
            server = make(number)
            ready.append(server.ready_ms)
            memory.append(server.idle_kib() / 1024)
            own.append(server.own_kib() / 1024)
            stop.append(server.stop())
        rows.append((name, *(f"{statistics.median(values):.1f}" for values in (ready, memory, own, stop))))
    table("Servers: start, idle memory, end", ["server", "ready ms", "resident MiB", "of it its own", "end ms"], rows)


def wrk(url, *arguments):
    """Requests a second and the 99th percentile in milliseconds; fails when an answer was no success."""
    out = subprocess.run(["wrk", "-t", "2", "-c", str(CONNECTIONS), "-d", f"{WRK_SECONDS}s", "--latency", *arguments, url], check=True,
                         capture_output=True, text=True).stdout
    if "Non-2xx" in out or "Socket errors" in out:
        raise SystemExit(out)
    latency = re.search(r"99%\s+([\d.]+)(us|ms|s)", out)
    return float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1]), float(latency[1]) * {"us": 0.001, "ms": 1, "s": 1000}[latency[2]]


def reads(server, body, folder):
    web = peers.nginx(os.path.join(folder, "nginx"), body)
    ours, theirs = [], []
    for _ in range(2):
        ours.append(wrk(f"http://127.0.0.1:{server.port}/api/v1/cron", "-H", "Authorization: Bearer " + peers.TOKEN))
        theirs.append(wrk(f"http://127.0.0.1:{web.port}/api/v1/cron"))
    web.stop()
    (our_rate, our_slow), (their_rate, their_slow) = max(ours), max(theirs)
    table(f"`GET /api/v1/cron`, 100 jobs, {CONNECTIONS} connections", ["server", "requests/s", "99 % ms", "of nginx"],
          [("facioctl serve (each request audited)", f"{our_rate:.0f}", f"{our_slow:.1f}", f"{our_rate / their_rate:.2f}"),
           ("nginx, the same bytes from a file", f"{their_rate:.0f}", f"{their_slow:.1f}", "1")])


def sqlite_inserts(folder, group, seconds=2.0):
    """Durable inserts a second of one writer, `group` in each transaction."""
    path = os.path.join(folder, f"limit{group}.db")
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE event (seq INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT")
    body, count, started = "x" * 400, 0, time.perf_counter()
    while time.perf_counter() - started < seconds:
        database.execute("BEGIN")
        database.executemany("INSERT INTO event (body) VALUES (?)", [(body,)] * group)
        database.execute("COMMIT")
        count += group
    database.close()
    return count / seconds


def writes(folder):
    """Durable changes: PATCH of one job out of a hundred; each also appends its audit event."""
    server = peers.facioctl(FACIOCTL, os.path.join(folder, "writes"))
    jobs = json.loads(peers.make_jobs(server, 100))["items"]
    script = os.path.join(folder, "patch.lua")
    with open(script, "w", encoding="utf-8") as file:
        file.write("local ids = {" + ",".join(f'"{job["id"]}"' for job in jobs) + "}\nlocal count = 0\n"
                   "wrk.method = 'PATCH'\nwrk.headers['Content-Type'] = 'application/json'\n"
                   "request = function()\n  count = count + 1\n"
                   "  return wrk.format(nil, '/api/v1/cron/' .. ids[count % #ids + 1], nil, '{\"message\":\"change ' .. count .. '\"}')\n"
                   "end\n")
    rate, slow = wrk(f"http://127.0.0.1:{server.port}", "-H", "Authorization: Bearer " + peers.TOKEN, "-s", script)
    server.stop()
    single, grouped = sqlite_inserts(folder, 1), sqlite_inserts(folder, CONNECTIONS)
    table("Durable writes (synchronous=FULL)", ["what", "a second", "of single inserts"],
          [(f"facioctl serve: PATCH of a job with its audit event, {CONNECTIONS} connections", f"{rate:.0f}", f"{rate / single:.2f}"),
           ("SQLite: single durable inserts, one writer", f"{single:.0f}", "1"),
           (f"SQLite: {CONNECTIONS} inserts in each transaction", f"{grouped:.0f}", f"{grouped / single:.2f}")])


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        model = next((line.split(":", 1)[1].strip() for line in file if line.startswith("model name")), platform.machine())
    version = subprocess.run([FACIOCTL, "--version"], check=True, capture_output=True, text=True).stdout.strip()
    print(f"{version}, {datetime.date.today()}, {os.cpu_count()} CPUs {model}, Linux {platform.release()}. Medians of {RUNS} runs; "
          f"loopback only.")


class Page:
    """Standard output that is also kept."""

    def __init__(self):
        self.text, self.out = "", sys.stdout

    def write(self, text):
        self.text += text
        self.out.write(text)

    def flush(self):
        self.out.flush()

    def put_into(self, path):
        """Between the marks of a file."""
        with open(path, encoding="utf-8") as file:
            before, _, rest = file.read().partition("<!-- bench -->\n")
        _, mark, after = rest.partition("<!-- end of bench -->")
        if not mark:
            raise SystemExit(f"{path} has no marks to write between")
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"{before}<!-- bench -->\n{self.text}{mark}{after}")


def main():
    page = Page()
    with contextlib.redirect_stdout(page):
        measure()
    if "--write" in sys.argv:
        page.put_into(os.path.join(os.path.dirname(os.path.abspath(__file__)), "README.md"))


def measure():
    # Not under /tmp, which may be memory: durable writes need a disk.
    folder = tempfile.mkdtemp(prefix="bench-", dir=os.path.dirname(os.path.dirname(FACIOCTL)))
    environment = {"HOME": folder, "XDG_CONFIG_HOME": folder, "XDG_STATE_HOME": folder, "GH_TOKEN": "none", "GH_CONFIG_DIR": folder,
                   "GH_NO_UPDATE_NOTIFIER": "1", "PATH": peers.PATH}
    try:
        machine()
        start_up(folder, environment)
        if os.path.isdir(FIELD):
            field(environment)
        server = peers.facioctl(FACIOCTL, os.path.join(folder, "main"))
        body = peers.make_jobs(server, 100)
        lists(server, body, folder, environment)
        large_list(body, folder, environment)
        reads(server, body, folder)
        server.stop()
        servers(folder, body)
        writes(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
