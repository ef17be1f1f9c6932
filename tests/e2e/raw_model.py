"""A provider of models that plays back bytes: one Play for each request, the last one again and again."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Play:
    """An answer as bytes. `headers` may be a function, called when they are sent. `pieces`: how many bytes are sent at once."""

    def __init__(self, body=b"", status=200, content_type="text/event-stream", headers=None, pieces=None):
        self.body = body.encode() if isinstance(body, str) else body
        self.status, self.content_type, self.headers, self.pieces = status, content_type, headers or {}, pieces


def data(*values, done=True):
    """Events of these values: texts as they are, all else as JSON."""
    lines = [value if isinstance(value, str) else json.dumps(value) for value in values] + (["[DONE]"] if done else [])
    return "".join(f"data: {line}\n\n" for line in lines)


def delta(finish=None, **members):
    """A piece of an answer."""
    return {"choices": [{"index": 0, "delta": members, **({"finish_reason": finish} if finish else {})}]}


STOP = delta("stop")


def stream(*values, **options):
    return Play(data(*values), **options)


def whole(message, finish="stop", **options):
    """A complete answer."""
    body = {"object": "chat.completion", "choices": [{"index": 0, "message": message, "finish_reason": finish}]}
    return Play(json.dumps(body), content_type=options.pop("content_type", "application/json"), **options)


def refusal(status, error, **options):
    return Play(error if isinstance(error, str) else json.dumps(error), status, options.pop("content_type", "application/json"), **options)


class RawModel:
    def __init__(self, plays):
        self.plays = list(plays)
        self.requests, self.headers = [], []
        lock, outer = threading.Lock(), self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_POST(self):
                request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with lock:
                    outer.requests.append(request)
                    outer.headers.append(dict(self.headers))
                    play = outer.plays.pop(0) if len(outer.plays) > 1 else outer.plays[0]
                self.close_connection = True
                self.send_response(play.status)
                for name, value in {"Content-Type": play.content_type, "Content-Length": str(len(play.body)), "Connection": "close",
                                    **(play.headers() if callable(play.headers) else play.headers)}.items():
                    if value is not None:
                        self.send_header(name, value)
                self.end_headers()
                size = play.pieces or max(len(play.body), 1)
                for at in range(0, len(play.body), size):
                    self.wfile.write(play.body[at:at + size])
                    self.wfile.flush()

        class Listener(ThreadingHTTPServer):
            daemon_threads = True

        self.server = Listener(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self.server.server_address[1]}/v1"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
