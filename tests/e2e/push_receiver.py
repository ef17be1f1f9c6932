"""Takes the push notifications of the A2A protocol, on a free port of the loopback interface."""

import http.server
import json
import threading


class Receiver:
    """Takes push notifications. `statuses`: what it answers first; then 200. `port`: where, as of one that was closed."""

    def __init__(self, statuses=(), port=0):
        self.got, self.statuses = [], list(statuses)
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.got.append((dict(self.headers), json.loads(body)))
                self.send_response(outer.statuses.pop(0) if outer.statuses else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.url = "http://127.0.0.1:%d/hook" % self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def states(self):
        return [body["statusUpdate"]["status"]["state"] for _, body in self.got if "statusUpdate" in body]

    def close(self):
        self.server.shutdown()
        self.server.server_close()
