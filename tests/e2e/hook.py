"""A receiver of webhooks on a free loopback port."""

import http.server
import threading


class Hook:
    """Remembers (path, headers, body bytes) of every request; `statuses` are answered in turn, then the last one again and again.
    `keep`: connections stay open."""

    def __init__(self, *statuses, keep=False):
        self.requests, self.statuses, self.lock = [], list(statuses) or [204], threading.Lock()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1" if keep else "HTTP/1.0"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                with outer.lock:
                    status = outer.statuses[min(len(outer.requests), len(outer.statuses) - 1)]
                    outer.requests.append((self.path, dict(self.headers), body))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.host = "127.0.0.1:%d" % self.server.server_address[1]
        self.url = "http://" + self.host
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
