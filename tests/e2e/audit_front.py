"""An agent that has no more than the contract asks for: GET /audit and GET /audit/tail over a log that the test writes, in a day that the
test sets. No stream, no numbers, no hashes. Its answers have the form of those of the real server, whose events it serves."""

import datetime
import http.server
import json
import threading
import urllib.parse


def instant(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


class Front:
    def __init__(self):
        self.events, self.today, self.lock = [], None, threading.Lock()
        self.cut = 0  # so many answers are broken off
        self.missing = set()  # routes that this agent does not have
        self.refuse = []  # (status, headers) of the next answers
        self.refuse_after = None  # (so many answers, so many refusals after them)
        self.asked = []  # paths
        self.port = 0
        self.start()

    def start(self):
        front = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                front.answer(self)

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            allow_reuse_address = True

        self.server = Server(("127.0.0.1", self.port), Handler)
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.cut = 1  # a connection that is still open

    def add(self, *events):
        with self.lock:
            self.events += events

    def answer(self, handler):
        url = urllib.parse.urlsplit(handler.path)
        query = urllib.parse.parse_qs(url.query)
        with self.lock:
            self.asked.append(handler.path)
            if self.cut > 0:
                self.cut -= 1
                handler.close_connection = True
                handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"items\":[")
                return
            if self.refuse_after:
                answers, refusals = self.refuse_after
                self.refuse_after = (answers - 1, refusals) if answers > 0 else None
                if answers == 0:
                    self.refuse = [(429, {})] * refusals
            if self.refuse:
                status, headers = self.refuse.pop(0)
                return self.send(handler, status, {"error": {"code": "x", "message": "not now"}}, headers)
            if url.path in self.missing:
                return self.send(handler, 404, {"error": {"code": "not_found", "message": "no such route"}}, {})
            if url.path == "/api/v1/audit/tail":
                today = [event for event in self.events if event["ts"].startswith(self.today)]
                body = {"items": today[-int(query.get("limit", ["50"])[0]):]}
            elif url.path == "/api/v1/audit":
                body = self.page(query)
            else:
                return self.send(handler, 404, {"error": {"code": "not_found", "message": "no such route"}}, {})
        self.send(handler, 200, body, {})

    def page(self, query):
        events = list(self.events)
        if "from" in query:
            events = [event for event in events if instant(event["ts"]) >= instant(query["from"][0])]
        if "to" in query:
            events = [event for event in events if instant(event["ts"]) <= instant(query["to"][0])]
        if query.get("sortDir", ["desc"])[0] == "desc":
            events.reverse()
        limit, offset = int(query.get("limit", ["100"])[0]), int(query.get("offset", ["0"])[0])
        return {"items": events[offset:offset + limit], "hasMore": len(events) > offset + limit}

    @staticmethod
    def send(handler, status, body, headers):
        data = json.dumps(body).encode()
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(data)
