"""A server that answers with the bytes it was given, path by path: replies as no well-meaning agent sends them."""

import http.server
import threading


class JsonServer:
    """`replies`: path, or method and path -> body (str or bytes), or (status, body). They can be added and changed while it runs."""

    def __init__(self, replies=None):
        self.replies = dict(replies or {})
        self.asked = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                outer.asked.append(self.path)
                length = int(self.headers.get("Content-Length", 0))
                self.rfile.read(length)
                reply = outer.replies.get(f"{self.command} {self.path}") or outer.replies.get(
                    self.path, outer.replies.get(self.path.split("?")[0]))
                if callable(reply):
                    reply = reply(self.path)
                if reply is None:
                    reply = 404, '{"error":{"code":"not_found","message":"no such path"}}'
                status, body = reply if isinstance(reply, tuple) else (200, reply)
                body = body.encode() if isinstance(body, str) else body
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_PUT = do_PATCH = do_DELETE = do_GET

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self.thread.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
