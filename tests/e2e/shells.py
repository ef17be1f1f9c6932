"""Real shells at a terminal of their own, and agents that answer what a test wants."""

import codecs
import http.server
import json
import os
import pty
import select
import signal
import socket
import threading

import harness

BASH_COMPLETION = "/usr/share/bash-completion/bash_completion"


class Shell:
    """A shell in which facioctl completes by the program under test, but prints its arguments as <A><B> when it is run."""

    def __init__(self, home, name, env, framework=False):
        self.home, self.raw, self.seen = home, "", 0
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        folder = home.file("bin")
        os.makedirs(folder, exist_ok=True)
        wrapper = os.path.join(folder, "facioctl")
        with open(wrapper, "w", encoding="utf-8") as file:
            file.write(f"#!/bin/sh\n[ \"$1\" = __complete ] && exec '{harness.CLIENT}' \"$@\"\nprintf '<%s>' \"$@\"\necho\n")
        os.chmod(wrapper, 0o755)
        script = home.run("completion", name)
        assert script.code == 0, str(script)
        functions = home.file("functions")
        os.makedirs(functions, exist_ok=True)
        path = os.path.join(functions, "_facioctl")
        with open(path, "w", encoding="utf-8") as file:
            file.write(script.out)
        start = {
            "bash": (["bash", "--norc", "--noprofile", "-i"],
                     f"PS1='$ '; set -u; bind 'set enable-bracketed-paste off'; "
                     f"{'set +u; . ' + BASH_COMPLETION + '; set -u; ' if framework else ''}. {path}"),
            "zsh": (["zsh", "-f", "-i"], f"PS1='$ '; setopt no_beep; unset zle_bracketed_paste; fpath=({functions} $fpath); autoload -U "
                                         f"compinit; compinit -u -D"),
            "fish": (["fish", "--no-config", "-i"], f"function fish_prompt; echo '$ '; end; source {path}"),
        }[name]
        environment = {**home.environment, "TERM": "xterm", "PATH": folder + ":" + home.environment["PATH"], "fish_greeting": "", **env}
        self.pid, self.device = pty.fork()
        if self.pid == 0:
            try:
                os.chdir(home.path)
                os.execvpe(start[0][0], start[0], environment)
            finally:
                os._exit(127)
        harness.fcntl.ioctl(self.device, harness.termios.TIOCSWINSZ, harness.struct.pack("HHHH", 50, 160, 0, 0))
        self.type(start[1] + "\n")
        self.type("echo set''-up\n")
        self.wait_for("set-up")

    @property
    def text(self):
        return self.raw.replace("\r\n", "\n")

    def type(self, text):
        os.write(self.device, text.encode())

    def wait_for(self, word):
        """Until this came after what was waited for before; returns what came up to there."""
        while word not in self.text[self.seen:]:
            if not select.select([self.device], [], [], harness.DEADLINE)[0]:
                raise AssertionError(f"{word!r} did not come:\n{self.text[self.seen:]}")
            self.raw += self._decoder.decode(os.read(self.device, 65536))
        end = self.text.index(word, self.seen) + len(word)
        found, self.seen = self.text[self.seen:end], end
        return found

    def completed(self, typed, *expected):
        """Types the line with its tabulators; the arguments that the program gets must be these."""
        self.type(typed + "\n")
        return self.wait_for("".join(f"<{word}>" for word in expected) + "\n")

    def close(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.device)


class Answers:
    """An agent that answers every GET with what the test wants, by path."""

    def __init__(self, replies):
        self.asked = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):  # noqa: N802: the library's name
                path = self.path.split("?")[0]
                outer.asked.append(self.path)
                status, body = replies.get(path, (404, {"error": {"code": "not_found", "message": "no"}}))
                data = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Silent:
    """Takes connections and never answers."""

    def __init__(self):
        self.socket = socket.socket()
        self.socket.bind(("127.0.0.1", 0))
        self.socket.listen(16)
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"

    def close(self):
        self.socket.close()
