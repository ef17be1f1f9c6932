"""An agent, or a proxy before one, that plays back bytes as they are: one answer by method and path, the same again and again."""

import socket
import threading

from harness import DEADLINE


def answer(body=b"", status="200 OK", content_type="application/json", **headers):
    """A well-formed answer as bytes. Header names with _ for -; None leaves one out."""
    body = body.encode() if isinstance(body, str) else body
    head = {"Content-Type": content_type, "Content-Length": str(len(body))}
    head.update({name.replace("_", "-"): value for name, value in headers.items()})
    lines = [f"HTTP/1.1 {status}"] + [f"{name}: {value}" for name, value in head.items() if value is not None]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class RawAgent:
    """`answers`: "METHOD /path" -> bytes, a list of pieces (a callable one is called, and waits), or a function of the connection; "*" for
    all others. `requests`: the heads as texts; `bodies`: their bodies."""

    def __init__(self, answers=None, host="127.0.0.1"):
        self.answers = dict(answers or {})
        self.requests, self.bodies = [], []
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.listener = socket.create_server((host, 0), family=family)
        self.port = self.listener.getsockname()[1]
        self.url = f"http://{'[' + host + ']' if ':' in host else host}:{self.port}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        connection.settimeout(DEADLINE)
        try:
            with connection:
                while self.exchange(connection):
                    pass
        except OSError:
            pass

    def exchange(self, connection):
        """One request and its answer; False when the connection is to be closed."""
        received = b""
        while b"\r\n\r\n" not in received:
            part = connection.recv(65536)
            if not part:
                return False
            received += part
        head, _, body = received.partition(b"\r\n\r\n")
        text = head.decode()
        length = next((int(line.split(":")[1]) for line in text.split("\r\n") if line.lower().startswith("content-length:")), 0)
        while len(body) < length:
            body += connection.recv(65536)
        self.requests.append(text)
        self.bodies.append(body)
        method, target = text.split(" ")[:2]
        play = self.answers.get(f"{method} {target.split('?')[0]}", self.answers.get("*", answer("{}", "404 Not Found")))
        if callable(play):
            play(connection)
            return False
        for piece in play if isinstance(play, list) else [play]:
            if callable(piece):
                piece()
            else:
                connection.sendall(piece)
        return b"content-length" in b"".join(p for p in (play if isinstance(play, list) else [play]) if not callable(p)).lower()

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
