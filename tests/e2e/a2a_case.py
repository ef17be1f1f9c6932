"""What the tests of the A2A surface have in common: requests in both bindings and both versions of the protocol."""

import http.client
import json

import harness
from model_server import ModelServer

ROOT = "/a2a/v1"
V1 = {"A2A-Version": "1.0"}
CARD = "/.well-known/agent-card.json"


def message(text="hello", **more):
    return {"messageId": "m1", "role": "ROLE_USER", "parts": [{"text": text}], **more}


def older(text="hello", **more):
    return {"kind": "message", "messageId": "m1", "role": "user", "parts": [{"kind": "text", "text": text}], **more}


class Stream:
    """An answer that goes on, event by event."""

    def __init__(self, server, method, path, body=None, headers=None):
        self.connection = http.client.HTTPConnection(*server.address, timeout=harness.DEADLINE)
        send = {"Authorization": "Bearer " + server.token, "Content-Type": "application/json", **(headers or V1)}
        self.connection.request(method, path, None if body is None else json.dumps(body), send)
        self.answer = self.connection.getresponse()
        self.status, self.headers = self.answer.status, self.answer.headers

    def next(self):
        """The data of the next event; None at the end."""
        while True:
            line = self.answer.readline()
            if not line:
                return None
            if line.startswith(b"data: "):
                return json.loads(line[6:])

    def all(self):
        events = []
        while (event := self.next()) is not None:
            events.append(event)
        self.close()
        return events

    def close(self):
        self.connection.close()


class A2aCase(harness.Case):
    def serve(self, *arguments, **options):
        return super().serve("--a2a", *arguments, **options)

    def rpc(self, server, method, params=None, headers=V1, expected=200, **options):
        body = {"jsonrpc": "2.0", "id": 7, "method": method, "params": params if params is not None else {}}
        status, _, answer = server.request("POST", ROOT, body, headers=headers, **options)
        self.assertEqual(status, expected, answer)
        if expected == 200:
            self.assertEqual((answer["jsonrpc"], answer["id"]), ("2.0", 7))
        return answer

    def good(self, server, method, params=None, **options):
        answer = self.rpc(server, method, params, **options)
        self.assertIn("result", answer)
        return answer["result"]

    def bad(self, server, code, method, params=None, **options):
        answer = self.rpc(server, method, params, **options)
        self.assertIn("error", answer)
        self.assertEqual(answer["error"]["code"], code, answer)
        return answer["error"]

    def rest(self, server, method, path, body=None, headers=V1, expected=200):
        status, got, answer = server.request(method, ROOT + path, body, headers=headers)
        self.assertEqual(status, expected, answer)
        return answer if isinstance(answer, dict) else json.loads(answer)

    def send(self, server, text="hello", configuration=None, **more):
        params = {"message": message(text, **more)}
        if configuration:
            params["configuration"] = configuration
        return self.good(server, "SendMessage", params)["task"]

    def answer_of(self, task):
        return "".join(part["text"] for artifact in task.get("artifacts", []) for part in artifact["parts"])

    def state(self, server, task):
        return self.good(server, "GetTask", {"id": task})["status"]["state"]

    def wait_for_state(self, server, task, state):
        harness.wait_until(lambda: self.state(server, task) == state, f"the task to be {state}")

    def with_model(self, answer, *arguments):
        model = ModelServer(answer)
        self.addCleanup(model.stop)
        server = self.serve("--allow-host", "127.0.0.1", *arguments)
        self.succeed(server.run("providers", "set", "custom", "--api-base", model.base))
        self.succeed(server.run("settings", "set", "provider=custom", "model=stand-in"))
        return server, model
