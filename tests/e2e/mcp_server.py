#!/usr/bin/env python3
"""An MCP server for tests that need one to misbehave on purpose: on its standard streams when it is started as a program, or over HTTP
from a thread of the test. Every message that it gets is a line of the file that MCP_LOG names."""

import base64
import json
import os
import signal
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LONG = "a" * 70
TOOLS = ["echo", "env", "where", "crash", "hang", "steps", "grow", "ask", "form", "fail", "with.dots", LONG, "raw"]
PAGE = 4
SCHEMAS = json.loads(os.environ.get("MCP_SCHEMAS", "{}"))  # of tools, by name


class Protocol:
    """What both forms have in common. `send` takes a message; answer() gives the answer to a request, or None when there is none yet. The
    tool raw answers with the bytes of its argument, in which ID stands for the number of the request."""

    def __init__(self, send, version=None):
        self.send, self.version, self.tools, self.answers = send, version, list(TOOLS), {}

    def answer(self, message):
        if "method" not in message:
            self.answers[message["id"]] = message
            if len(self.answers) == self.asks:
                told = [answer.get("result", answer.get("error", {}).get("code")) for _, answer in sorted(self.answers.items())]
                self.send(result(self.asked, text(json.dumps(told))))
            return None
        if "id" not in message:
            return None
        method, params = message["method"], message.get("params", {})
        if method == "initialize":
            return result(message["id"], {"protocolVersion": self.version or params["protocolVersion"],
                                          "capabilities": {"tools": {"listChanged": True}}, "serverInfo": {"name": "test", "version": "1"}})
        if method == "ping" and os.environ.get("MUTE_PING"):
            return None
        if method == "tools/list":
            start = int(params.get("cursor", 0))
            page = [{"name": name, "description": "does " + name, "inputSchema": SCHEMAS.get(name, {"type": "object"})}
                    for name in self.tools[start:start + PAGE]]
            more = {"nextCursor": str(start + PAGE)} if start + PAGE < len(self.tools) else {}
            return result(message["id"], {"tools": page, **more})
        if method == "tools/call":
            return self.call(message["id"], params["name"], params["arguments"], params["_meta"]["progressToken"])
        return {"jsonrpc": "2.0", "id": message["id"], "error": {"code": -32601, "message": "no " + method}}

    def call(self, number, name, arguments, token):
        if name == "crash":
            print("these are my\nlast words", file=sys.stderr, flush=True)
            os._exit(3)
        if name == "hang":
            return None
        if name == "raw":
            return base64.b64decode(arguments["bytes"]).replace(b"ID", str(number).encode())
        if name == "steps":
            quiet = threading.Event()
            for step in range(arguments["count"]):
                quiet.wait(0.3)
                self.send({"jsonrpc": "2.0", "method": "notifications/progress", "params": {"progressToken": token, "progress": step}})
            return result(number, text("all steps"))
        if name == "grow":
            self.tools.append("grown")
            self.send({"jsonrpc": "2.0", "method": "notifications/tools/list_changed"})
            return result(number, text("grown"))
        if name in ("ask", "form"):
            form = {"message": "who are you?", "requestedSchema": {"type": "object", "required": ["name"], "properties": {
                "name": {"type": "string"}, "age": {"type": "integer", "default": 30}}}}
            questions = [("elicitation/create", form)] if name == "form" else [("ping", {}), ("roots/list", {}),
                                                                               ("sampling/createMessage", {})]
            self.asked, self.answers, self.asks = number, {}, len(questions)
            for at, (method, params) in enumerate(questions):
                self.send({"jsonrpc": "2.0", "id": f"q{at}", "method": method, "params": params})
            return None
        if name == "fail":
            return result(number, {"content": [{"type": "text", "text": "it is not to be done"}], "isError": True})
        given = {"echo": arguments.get("text", ""), "env": json.dumps(dict(os.environ)), "where": os.getcwd()}
        return result(number, text(given.get(name, name)))


def result(number, value):
    return {"jsonrpc": "2.0", "id": number, "result": value}


def encoded(message):
    return message if isinstance(message, bytes) else json.dumps(message).encode()


def text(value):
    return {"content": [{"type": "text", "text": value}]}


def program(flags):
    """stdio; `--stubborn`: ends only by SIGKILL, as does a child of its own, in a session of its own; `--noise`: writes more than messages;
    `--version V`."""
    if "FAIL_WHILE" in os.environ and os.path.exists(os.environ["FAIL_WHILE"]):
        sys.exit("cannot start: " + os.environ.get("SECRET", "no secret"))
    if "--stubborn" in flags:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()", *sys.argv[1:]], stdin=subprocess.DEVNULL,
                         start_new_session=True)
    lock = threading.Lock()

    def send(message):
        with lock:
            sys.stdout.buffer.write(encoded(message) + b"\n")
            sys.stdout.buffer.flush()

    if "--noise" in flags:
        print("Welcome to this server!\n[1, 2", flush=True)
    protocol = Protocol(send, flags[flags.index("--version") + 1] if "--version" in flags else None)
    log = open(os.environ.get("MCP_LOG", os.devnull), "a", encoding="utf-8")
    for line in sys.stdin:
        log.write(line)
        log.flush()
        answer = protocol.answer(json.loads(line))
        if answer:
            send(answer)
    if "--stubborn" in flags:
        while True:
            signal.pause()


class HttpServer:
    """Streamable HTTP with JSON answers and without a stream of its own. `refuse` gets a request's method and headers, and gives a status
    to refuse it with, or None. `lost` gets the message of a session that is not known, and gives status and body. `events`: answers to
    calls are streams."""

    def __init__(self, refuse=lambda method, headers: None, lost=lambda message: (404, None), events=False):
        self.requests, self.sessions, self.refuse, self.lost, self.events = [], set(), refuse, lost, events
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def reply(self, status, body=None, headers=(), events=False):
                data = b"" if body is None else encoded(body)
                if events:
                    data = b"data: " + data.replace(b"\n", b"\n\ndata: ") + b"\n\n"
                self.send_response(status)
                for name, value in headers:
                    self.send_header(name, value)
                self.send_header("Content-Type", "text/event-stream" if events else "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def serve(self):
                length = int(self.headers.get("Content-Length", 0))
                body = json.loads(self.rfile.read(length)) if length else None
                outer.requests.append((self.command, dict(self.headers), body))
                status = outer.refuse(self.command, self.headers)
                session = self.headers.get("Mcp-Session-Id")
                if status:
                    return self.reply(status, {"error": {"message": "you may not"}})
                if body and body.get("method") == "initialize":
                    made = f"session-{len(outer.requests)}"
                    outer.sessions.add(made)
                    return self.reply(200, outer.protocol.answer(body), [("Mcp-Session-Id", made)])
                if session not in outer.sessions:
                    return self.reply(*outer.lost(body or {}), events=outer.events)
                if self.command == "GET":
                    return self.reply(405)
                if self.command == "DELETE":
                    outer.sessions.discard(session)
                    return self.reply(200)
                answer = outer.protocol.answer(body)
                return self.reply(202 if answer is None else 200, answer, events=outer.events and answer is not None)

            do_GET = do_POST = do_DELETE = serve

        class Listener(ThreadingHTTPServer):
            daemon_threads = True

        self.protocol = Protocol(lambda message: None)
        self.server = Listener(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/mcp"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def methods(self):
        return [body["method"] if body else method for method, _, body in self.requests]

    def close(self):
        self.server.shutdown()
        self.server.server_close()


if __name__ == "__main__":
    program(sys.argv[1:])
