"""The programs that facioctl is compared with, started on free loopback ports in a directory of this run."""

import http.client
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import time

PATH = os.environ["PATH"] + ":/usr/sbin"
TOKEN = "bench-token-0123456789-0123456789-0123456789"


def available(program):
    return shutil.which(program, path=PATH)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def get(port, path, token=None):
    """Status and body of one request; None when nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers={"Authorization": "Bearer " + token} if token else {})
        answer = connection.getresponse()
        return answer.status, answer.read()
    except OSError:
        return None
    finally:
        connection.close()


def ping(port):
    """True when redis answers."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False


class Server:
    """A server process; knows how long it took to its first right answer."""

    def __init__(self, name, command, answers, environment=None):
        self.name = name
        started = time.perf_counter()
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                        env={**os.environ, "PATH": PATH, **(environment or {})})
        while not answers():
            if self.process.poll() is not None or time.perf_counter() - started > 30:
                raise SystemExit(f"{name} does not start: {' '.join(command)}")
        self.ready_ms = (time.perf_counter() - started) * 1000

    def idle_kib(self):
        """Resident memory once it has stopped changing: a server at rest gives back what its start took."""
        before, now = None, self.resident_kib()
        while now != before:
            select.select([], [], [], 1)
            before, now = now, self.resident_kib()
        return now

    def resident_kib(self):
        """Resident memory of the process and its children, as the kernel counts it now."""
        return self._memory_kib("VmRSS")

    def own_kib(self):
        """The part of it that belongs to no file: what the processes wrote themselves. The rest are pages of programs and libraries, which
        the kernel shares and counts as it finds them in its cache."""
        return self._memory_kib("RssAnon")

    def _memory_kib(self, kind):
        total = 0
        for pid in [self.process.pid, *self._children()]:
            with open(f"/proc/{pid}/status", encoding="ascii") as status:
                total += next(int(line.split()[1]) for line in status if line.startswith(kind + ":"))
        return total

    def _children(self):
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children", encoding="ascii") as children:
            return [int(pid) for pid in children.read().split()]

    def stop(self):
        """Milliseconds from SIGTERM to the end."""
        started = time.perf_counter()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        return (time.perf_counter() - started) * 1000


def facioctl(binary, folder, memory=False):
    """A fresh server of ours."""
    port = free_port()
    os.makedirs(folder, exist_ok=True)
    token_file = os.path.join(folder, "token")
    with open(os.open(token_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
        file.write(TOKEN)
    environment = {f"XDG_{name}": folder for name in ("CONFIG_HOME", "STATE_HOME", "DATA_HOME", "CACHE_HOME", "RUNTIME_DIR")}
    where = ["--memory"] if memory else ["--data", os.path.join(folder, "data")]
    server = Server("facioctl serve", [binary, "serve", "--listen", f"127.0.0.1:{port}", "--token-file", token_file, *where],
                    lambda: (get(port, "/api/v1/cron", TOKEN) or (0,))[0] == 200, environment)
    server.port, server.token_file, server.environment = port, token_file, environment
    return server


def nginx(folder, body):
    """nginx that serves `body` at /api/v1/cron from a file."""
    port = free_port()
    os.makedirs(os.path.join(folder, "www/api/v1"), exist_ok=True)
    with open(os.path.join(folder, "www/api/v1/cron"), "wb") as file:
        file.write(body)
    config = os.path.join(folder, "nginx.conf")
    with open(config, "w", encoding="utf-8") as file:
        file.write(f"""daemon off; worker_processes auto; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000; default_type application/json; open_file_cache max=10;
  client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u;
  scgi_temp_path {folder}/s;
  server {{ listen 127.0.0.1:{port} reuseport; root {folder}/www; }}
}}
""")
    os.chmod(folder, 0o755)
    user = ["-g", "user root;"] if os.geteuid() == 0 else []
    server = Server("nginx", ["nginx", "-c", config, "-p", folder, *user], lambda: (get(port, "/api/v1/cron") or (0,))[0] == 200)
    server.port = port
    return server


def redis(folder, values=()):
    port = free_port()
    os.makedirs(folder, exist_ok=True)
    server = Server("redis-server", ["redis-server", "--port", str(port), "--save", "", "--dir", folder, "--bind", "127.0.0.1"],
                    lambda: ping(port))
    server.port = port
    if values:
        subprocess.run(["redis-cli", "-p", str(port), "-x", "eval", "for v in string.gmatch(ARGV[1], '[^\\n]+') do redis.call('rpush', "
                                                                    "'jobs', v) end", "0"],
                       input="\n".join(values).encode(), check=True, stdout=subprocess.DEVNULL)
    return server


def make_jobs(server, count):
    """Creates jobs and returns the bytes of their list."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    for number in range(count):
        body = {"name": f"report-{number:03d}", "schedule": {"kind": "cron", "expr": f"{number % 60} 7 * * 1-5", "tz": "Europe/Berlin"},
                "message": "Write the daily report"}
        connection.request("POST", "/api/v1/cron", json.dumps(body),
                           {"Authorization": "Bearer " + TOKEN, "Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 201, answer.status
    connection.close()
    return get(server.port, "/api/v1/cron", TOKEN)[1]
