"""Another agent that speaks A2A over JSON-RPC, version 0.3 or 1.0, on a free loopback port."""

import http.server
import json
import threading
import uuid


class A2aPeer:
    """Answers message/send with the text in upper case. `token`: what it wants as a bearer token. `as_task`: it works on a task for that
    many looks (tasks/get) before it is done. `card` overrides members of its card; None removes one. `fail` is a JSON-RPC error. `modern`:
    it speaks 1.0 and nothing else. `script`: what it answers to one request after the other, whatever they ask: a result, or a status
    with a whole body; the last one counts for all that follow. `card_path`: where its card is. Requests over HTTP+JSON are answered with
    the bare result."""

    def __init__(self, token=None, as_task=None, card=None, fail=None, card_body=None, card_status=200, headers=(), modern=False,
                 script=None, card_path="/.well-known/agent-card.json"):
        self.script, self.card_path = script and list(script), card_path
        self.token, self.as_task, self.fail = token, as_task, fail
        self.card_body, self.card_status, self.headers = card_body, card_status, headers
        self.modern = modern
        self.requests, self.tasks, self.silent = [], {}, threading.Event()
        self.hold = False
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        self.url = "http://127.0.0.1:%d" % self.server.server_address[1]
        self.card = {"protocolVersion": "0.3.0", "name": "Echo", "description": "Says it loudly", "url": self.url + "/rpc", "version": "9",
                     "capabilities": {"streaming": False}, "defaultInputModes": ["text/plain"], "defaultOutputModes": ["text/plain"],
                     "skills": [{"id": "shout", "name": "Shout", "description": "upper case", "tags": ["text"]}],
                     "x-own": {"kept": [1, 2.50]}}
        if modern:
            del self.card["url"], self.card["protocolVersion"]
            self.card["supportedInterfaces"] = [{"url": self.url + "/rpc", "protocolBinding": "JSONRPC", "protocolVersion": "1.0"}]
        for name, value in (card or {}).items():
            self.card[name] = value
            if value is None:
                del self.card[name]
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self):
        self.silent.set()
        self.server.shutdown()
        self.server.server_close()

    def seen(self, path):
        return [(headers, body) for where, headers, body in self.requests if where == path]

    def answer(self, request):
        params = request.get("params") or {}
        if self.fail:
            return {"error": self.fail}
        if request.get("method") == ("GetTask" if self.modern else "tasks/get"):
            return {"result": self.task(params["id"])}
        if request.get("method") != ("SendMessage" if self.modern else "message/send"):
            return {"error": {"code": -32601, "message": "Method not found"}}
        message = params["message"]
        if self.modern:
            assert "kind" not in message and message["role"] == "ROLE_USER" and message["messageId"], message
        else:
            assert message["kind"] == "message" and message["role"] == "user" and message["messageId"], message
        text = "".join(part["text"] for part in message["parts"] if self.modern or part["kind"] == "text").upper()
        context = message.get("contextId") or str(uuid.uuid4())
        if self.as_task is None and self.modern:
            return {"result": {"message": {"role": "ROLE_AGENT", "messageId": str(uuid.uuid4()), "contextId": context,
                                           "parts": [{"text": text}]}}}
        if self.as_task is None:
            return {"result": {"kind": "message", "role": "agent", "messageId": str(uuid.uuid4()), "contextId": context,
                               "parts": [{"kind": "text", "text": text}, {"kind": "data", "data": {}}]}}
        task = str(uuid.uuid4())
        self.tasks[task] = {"left": self.as_task, "text": text, "context": context}
        return {"result": {"task": self.task(task)} if self.modern else self.task(task)}

    def task(self, name):
        task = self.tasks[name]
        task["left"] -= 1
        done = task["left"] < 0
        if self.modern:
            answer = {"id": name, "contextId": task["context"],
                      "status": {"state": "TASK_STATE_COMPLETED" if done else "TASK_STATE_WORKING"}}
            if done:
                answer["artifacts"] = [{"artifactId": "1", "parts": [{"text": task["text"]}]}]
            return answer
        answer = {"kind": "task", "id": name, "contextId": task["context"], "status": {"state": "completed" if done else "working"}}
        if done:
            answer["artifacts"] = [{"artifactId": "1", "parts": [{"kind": "text", "text": task["text"]}]}]
        return answer

    def _handler(outer):
        class Handler(http.server.BaseHTTPRequestHandler):
            def reply(self, status, body):
                data = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                for name, value in outer.headers:
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

            def handle_one(self, body):
                outer.requests.append((self.path, dict(self.headers), body))
                if outer.hold:
                    outer.silent.wait()
                    return
                if outer.token and self.headers.get("Authorization") != "Bearer " + outer.token:
                    return self.reply(401, {"message": "who are you?"})
                if outer.script and not self.path.startswith("/.well-known/"):
                    step = outer.script.pop(0) if len(outer.script) > 1 else outer.script[0]
                    if isinstance(step, tuple):
                        return self.reply(*step)
                    if not body or "jsonrpc" not in json.loads(body):
                        return self.reply(200, step)
                    return self.reply(200, {"jsonrpc": "2.0", "id": json.loads(body)["id"], **step})
                if body is None:
                    if self.path != outer.card_path:
                        return self.reply(404, {})
                    return self.reply(outer.card_status, outer.card_body if outer.card_body is not None else outer.card)
                request = json.loads(body)
                self.reply(200, {"jsonrpc": "2.0", "id": request["id"], **outer.answer(request)})

            def do_GET(self):
                self.handle_one(None)

            def do_POST(self):
                self.handle_one(self.rfile.read(int(self.headers["Content-Length"])).decode())

            def log_message(self, *_):
                pass

        return Handler
