"""Agents that misbehave: small servers that answer every connection with fixed bytes, or not at all."""

import socket
import threading


class Peer:
    """Listens on a free loopback port; `answer(request_bytes)` gives the bytes to send, or None to stay silent.
    It answers as soon as it has read `until`."""

    def __init__(self, answer, until=b"\r\n\r\n"):
        self.answer, self.until, self.requests, self.open = answer, until, [], []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = "http://127.0.0.1:%d" % self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.open.append(connection)
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection):
        try:
            data = b""
            while not data or self.until not in data:
                part = connection.recv(65536)
                if not part:
                    return
                data += part
            self.requests.append(data)
            answer = self.answer(data)
            if answer is not None:
                connection.sendall(answer)
                connection.close()
        except OSError:
            pass

    def close(self):
        self.listener.close()
        for connection in self.open:
            connection.close()


def reply(status, body="{}", *headers, content_type="application/json"):
    """A complete HTTP answer."""
    data = body.encode()
    head = [f"HTTP/1.1 {status} Reason", f"Content-Type: {content_type}", f"Content-Length: {len(data)}", "Connection: close", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + data
