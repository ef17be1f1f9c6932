#!/usr/bin/env python3
"""Searching and counting in a file of 200,000 audit events, against grep, jq and Python in the same run: wall time (median) and memory."""

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time

FACIOCTL = os.environ.get("FACIOCTL", "build/release/facioctl")
LINES, RUNS = 200_000, 5
GROUP = "import json,sys,collections\nc=collections.Counter()\nfor l in open(sys.argv[1]): c[json.loads(l)['event']]+=1\nprint(c)"


def write(path):
    """About 300 bytes a line, as an agent without a chain writes them."""
    rng = random.Random(7)
    with open(path, "w", encoding="utf-8") as file:
        for number in range(LINES):
            kind = rng.choices(["tool_call", "llm_call", "api_request", "message_in", "message_out", "error"], [30, 25, 25, 9, 9, 2])[0]
            seconds = number * 350 // 1000
            hours = f"{seconds // 3600 % 24:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{number % 1000:03}"
            event = {"ts": f"2026-11-{1 + seconds // 86400:02}T{hours}Z",
                     "event": kind, "status": rng.choices(["ok", "error", "denied"], [93, 5, 2])[0], "origin": "api", "channel": "telegram",
                     "session_key": f"telegram:{number % 300}", "run_id": f"{number // 6:016x}", "trace_id": f"{number // 6:016x}"}
            if kind == "tool_call":
                event["tool_name"] = rng.choice(["shell", "read_file", "mcp:github:search", "list_dir"])
                event["details"] = {"arguments": json.dumps({"path": f"src/{number}.txt"}), "result": "x" * rng.randint(10, 120)}
                event["duration_ms"] = rng.randint(1, 4000)
            else:
                event["message"] = f"message number {number} " + "with some text in it " * rng.randint(1, 6)
            file.write(json.dumps(event, separators=(",", ":")) + "\n")


def measure(name, command, out):
    times, memory = [], 0
    for _ in range(RUNS):
        begin = time.perf_counter()
        process = subprocess.Popen(command, stdout=out)  # a file: grep looks for one match only when it writes to /dev/null
        _, status, used = os.wait4(process.pid, 0)
        times.append((time.perf_counter() - begin) * 1000)
        memory = max(memory, used.ru_maxrss)
        if status != 0:
            sys.exit(f"{name}: {command} ended with {status}")
    print(f"{name:34} {statistics.median(times):8.0f} ms  {memory / 1024:8.1f} MiB")


def main():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "audit.ndjson")
        write(path)
        out = open(os.path.join(folder, "out"), "wb")
        size = os.path.getsize(path) / (1 << 20)
        print(f"{LINES} lines, {size:.0f} MiB; memory with the {size:.0f} MiB of the mapped file in it")
        measure("facioctl filter", [FACIOCTL, "audit", "--file", path, "--type", "tool_call", "--status", "error", "-o", "ndjson"], out)
        measure("facioctl filter by time", [FACIOCTL, "audit", "--file", path, "--since", "2026-11-01T10:00:00Z", "--until",
                                            "2026-11-01T10:05:00Z", "-o", "ndjson"], out)
        measure("facioctl group", [FACIOCTL, "audit", "stats", "--by", "type", "--file", path], out)
        measure("facioctl group by tool, hour", [FACIOCTL, "audit", "stats", "--by", "tool,hour", "--file", path], out)
        packed = path + ".zst"
        measure("facioctl export to .zst", [FACIOCTL, "audit", "export", "--file", path, "--out", packed, "--quiet"], out)
        measure("facioctl filter in .zst",
                [FACIOCTL, "audit", "--file", packed, "--type", "tool_call", "--status", "error", "-o", "ndjson"], out)
        measure("grep (blind)", ["grep", "-c", "tool_call", path], out)
        measure("jq filter", ["jq", "-c", 'select(.event=="tool_call" and .status=="error")', path], out)
        measure("jq group", ["jq", "-n", "reduce inputs as $e ({}; .[$e.event]+=1)", path], out)
        measure("python3 group", ["python3", "-c", GROUP, path], out)


if __name__ == "__main__":
    main()
