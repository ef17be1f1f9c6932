"""Starts the real server and runs the real program, each in a directory of its own. No sleeps: waits on pipes and conditions."""

import codecs
import fcntl
import http.client
import json
import os
import pty
import select
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import termios
import time
import unittest

FACIOCTL = os.environ.get("FACIOCTL", "")
# Another build for the commands, where thousands of them ask a server under a sanitizer.
CLIENT = os.environ.get("FACIOCTL_CLIENT") or FACIOCTL
# Under valgrind or a sanitizer everything takes longer; a deadline only ends what hangs.
DEADLINE = float(os.environ.get("FACIOCTL_TEST_DEADLINE", "30"))


def wait_until(condition, what, deadline=DEADLINE):
    """Returns the first true value of condition(); fails when none came before the deadline."""
    end = time.monotonic() + deadline
    silence, _ = os.pipe()
    pause = 0.005
    try:
        while True:
            value = condition()
            if value:
                return value
            if time.monotonic() > end:
                raise AssertionError(f"waited {deadline:g} s in vain: {what}")
            select.select([silence], [], [], pause)
            pause = min(pause * 1.5, 0.2)
    finally:
        os.close(silence)
        os.close(_)


class Done:
    """What one run of the program left behind."""

    def __init__(self, arguments, code, out, err):
        self.arguments, self.code, self.raw_out, self.raw_err = arguments, code, out, err
        self.out, self.err = out.decode("utf-8", "replace"), err.decode("utf-8", "replace")

    def json(self):
        return json.loads(self.out)

    def __str__(self):
        return f"facioctl {' '.join(self.arguments)}\nexit {self.code}\nstdout: {self.out}\nstderr: {self.err}"


class Home:
    """A directory with its own configuration, state and runtime directories."""

    def __init__(self):
        self.path = tempfile.mkdtemp(prefix="facioctl-test-")
        self.environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": self.path, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        for name in ("CONFIG", "STATE", "DATA", "CACHE"):
            self.environment[f"XDG_{name}_HOME"] = self.file(name.lower())
        self.environment["XDG_RUNTIME_DIR"] = self.file("run")
        os.mkdir(self.file("run"), 0o700)
        for name in ("FACIOCTL_COVERAGE", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS", "LLVM_PROFILE_FILE"):
            if name in os.environ:
                self.environment[name] = os.environ[name]

    def file(self, name):
        return os.path.join(self.path, name)

    def write(self, name, text):
        with open(self.file(name), "w", encoding="utf-8") as file:
            file.write(text)
        return self.file(name)

    def run(self, *arguments, stdin="", env=None, binary=None, cwd=None, stdout=None, pass_fds=()):
        """Runs the program to its end. `env` adds to the environment (None removes a variable)."""
        environment = dict(self.environment)
        for name, value in (env or {}).items():
            environment.pop(name, None)
            if value is not None:
                environment[name] = value
        data = stdin if isinstance(stdin, bytes) else stdin.encode()
        done = subprocess.run([binary or CLIENT, *arguments], input=data, stdout=stdout or subprocess.PIPE, stderr=subprocess.PIPE,
                              env=environment, cwd=cwd or self.path, timeout=DEADLINE * 4, pass_fds=pass_fds)
        return Done(arguments, done.returncode, done.stdout or b"", done.stderr)

    def remove(self):
        shutil.rmtree(self.path, ignore_errors=True)


class Terminal:
    """The program at a terminal of its own, as a person has it."""

    def __init__(self, home, arguments, env, columns=80, lines=24, binary=None):
        self.raw = ""
        self.seen = 0  # how much was waited for
        self.code = None  # negative for a signal
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.pid, self.device = pty.fork()
        if self.pid == 0:
            try:
                fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
                os.chdir(home.path)
                os.execve(binary or FACIOCTL, ["facioctl", *arguments], {**home.environment, "TERM": "xterm", **env})
            finally:
                os._exit(127)  # not a second run of the tests

    @property
    def text(self):
        """All that the terminal got, with plain line ends."""
        return self.raw.replace("\r\n", "\n")

    def read(self):
        """Waits for more; False when the program is gone."""
        if not select.select([self.device], [], [], DEADLINE)[0]:
            raise AssertionError("nothing more came:\n" + self.text)
        try:
            part = os.read(self.device, 65536)
        except OSError:  # the other end is closed
            return False
        self.raw += self._decoder.decode(part)
        return bool(part)

    def wait_for(self, word):
        """Until the terminal shows this after what was waited for before; returns what came up to there."""
        while word not in self.text[self.seen:]:
            if not self.read():
                raise AssertionError(f"{word!r} did not come:\n{self.text}")
        end = self.text.index(word, self.seen) + len(word)
        found, self.seen = self.text[self.seen:end], end
        return found

    def type(self, text):
        os.write(self.device, text if isinstance(text, bytes) else text.encode())

    def answer(self, question, text):
        """Types a line when the question stands there."""
        self.wait_for(question)
        self.type(text + "\n")

    def send_signal(self, number):
        os.kill(self.pid, number)

    def end(self):
        """Waits for the end of the program; returns its exit code."""
        if self.code is None:
            while self.read():
                pass
            self.code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.code

    def close(self):
        """At the end of a test, whatever became of it."""
        if self.code is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.device)


class Server:
    """One running `facioctl serve`. Ready when the constructor returns."""

    def __init__(self, home, *arguments, data="data", listen="127.0.0.1:0", env=None, prefix=(), pass_data=True):
        self.home = home
        self.data = home.file(data)
        command = [*prefix, FACIOCTL, "serve", *(["--listen", listen] if listen else [])]
        if pass_data:
            command += ["--data", self.data]
        ready_read, ready_write = os.pipe()
        command += ["--ready-fd", str(ready_write), *arguments]
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, pass_fds=(ready_write,),
                                        env={**home.environment, **(env or {})}, cwd=home.path)
        os.close(ready_write)
        try:
            self.ready = json.loads(self._read_line(ready_read))
        except BaseException:
            self.process.kill()
            self.process.wait()
            self.log.close()
            raise
        finally:
            os.close(ready_read)
        self.url = self.ready["url"]
        # Without a file the token came from the environment.
        self.token_file = self.ready.get("token_file", "")
        self.token = (env or {}).get("FACIO_MANAGEMENT_TOKEN", "")
        if self.token_file:
            with open(self.token_file, encoding="ascii") as file:
                self.token = file.read().strip()

    def _read_line(self, descriptor):
        text = b""
        while not text.endswith(b"\n"):
            if not select.select([descriptor], [], [], DEADLINE)[0]:
                raise AssertionError("the server did not get ready:\n" + self.output())
            part = os.read(descriptor, 4096)
            if not part:
                if text:
                    break
                self.process.wait(DEADLINE)
                raise AssertionError(f"the server ended with {self.process.returncode} before it was ready:\n" + self.output())
            text += part
        return text

    def output(self):
        """Everything the server has written to stdout and stderr."""
        return os.pread(self.log.fileno(), 1 << 24, 0).decode("utf-8", "replace")

    @property
    def address(self):
        assert self.url.startswith("http://"), "this server does not listen on a port"
        host, port = self.url.split("://", 1)[1].split("/")[0].rsplit(":", 1)
        return host.strip("[]"), int(port)

    def connect(self):
        """A fresh TCP connection."""
        return socket.create_connection(self.address, timeout=DEADLINE)

    def request(self, method, path, body=None, headers=None, token=True):
        """One raw HTTP exchange: (status, headers, parsed body or text). A str or bytes body is sent as it is."""
        connection = http.client.HTTPConnection(*self.address, timeout=DEADLINE)
        try:
            send = dict(headers or {})
            if token:
                send.setdefault("Authorization", "Bearer " + (self.token if token is True else token))
            if body is not None and not isinstance(body, (str, bytes)):
                body = json.dumps(body)
            if body is not None:
                send.setdefault("Content-Type", "application/json")
            connection.request(method, path, body, send)
            answer = connection.getresponse()
            text = answer.read().decode("utf-8", "replace")
            if (answer.getheader("Content-Type") or "").startswith("application/json"):
                return answer.status, answer.headers, json.loads(text)
            return answer.status, answer.headers, text
        finally:
            connection.close()

    def run(self, *arguments, **options):
        """The program against this server: by address and token file, whatever the contexts are."""
        env = {"FACIOCTL_URL": self.url, "FACIOCTL_TOKEN_FILE": self.token_file, **(options.pop("env", None) or {})}
        return self.home.run(*arguments, env=env, **options)

    def stop(self, how=signal.SIGTERM):
        """Asks the server to end and returns its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            return self.process.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError("the server did not end:\n" + self.output()) from None

    def kill(self):
        self.process.kill()
        return self.process.wait(DEADLINE)


class Case(unittest.TestCase):
    """Frees everything at the end and refuses a server that did not end cleanly."""

    maxDiff = None

    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.remove)

    def serve(self, *arguments, home=None, **options):
        server = Server(home or self.home, *arguments, **options)
        self.addCleanup(self._end, server)
        return server

    def _end(self, server):
        running = server.process.poll() is None
        code = server.stop()
        output = server.output()
        server.log.close()
        for word in ("Sanitizer", "runtime error:"):
            self.assertNotIn(word, output)
        if running:
            self.assertEqual(code, 0, output)

    def at_terminal(self, server, *arguments, env=None, **size):
        """Starts the program at a terminal, for a server or an address. `size`: columns, lines; also the `binary`."""
        address = ({"FACIOCTL_URL": server, "FACIOCTL_TOKEN": "x"} if isinstance(server, str) else
                   {"FACIOCTL_URL": server.url, "FACIOCTL_TOKEN_FILE": server.token_file})
        terminal = Terminal(self.home, arguments, {**address, **(env or {})}, **size)
        self.addCleanup(terminal.close)
        return terminal

    def on_terminal(self, server, *arguments, **options):
        """What a terminal gets from a command that asks nothing and succeeds."""
        terminal = self.at_terminal(server, *arguments, **options)
        self.assertEqual(terminal.end(), 0, terminal.text)
        return terminal.text

    def succeed(self, done):
        self.assertEqual(done.code, 0, str(done))
        return done

    def fail_with(self, code, done):
        self.assertEqual(done.code, code, str(done))
        if code != 74:
            self.assertNotEqual(done.err.strip(), "", f"an error without a word:\n{done}")
        return done

    def create_job(self, server, name="job", *schedule):
        schedule = schedule or ("--cron", "0 7 * * 1-5", "--tz", "Europe/Berlin")
        return self.succeed(server.run("cron", "create", "--name", name, *schedule, "--message", "hello", "-o", "json")).json()


def main():
    if not FACIOCTL or not os.access(FACIOCTL, os.X_OK):
        raise SystemExit("set FACIOCTL to the program to test")
    unittest.main(verbosity=2)
