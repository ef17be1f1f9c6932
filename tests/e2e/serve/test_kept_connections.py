#!/usr/bin/env python3
"""What the server asks of others: connections are kept, and sessions of TLS resumed."""

import front
import harness
import mcp_server
from hook import Hook
from jobs import Jobs
from model_server import ModelServer


class KeptConnections(Jobs):
    def setUp(self):
        super().setUp()
        self.files = front.certificate(self.home)

    def front(self, port, tls=True):
        made = front.Front(port, self.files if tls else None)
        self.addCleanup(made.close)
        return made

    def server_that_trusts(self):
        return self.serve("--allow-host", "127.0.0.1", env={"SSL_CERT_FILE": self.files[0]})

    def turns(self, keep):
        """The connections of three turns with a provider behind TLS."""
        provider = ModelServer(lambda _: "yes", keep=keep)
        self.addCleanup(provider.stop)
        before = self.front(provider.server.server_address[1])
        server = self.server_that_trusts()
        self.succeed(server.run("providers", "set", "custom", "--api-base", before.url + "/v1"))
        self.succeed(server.run("settings", "set", "provider=custom", "model=m"))
        for _ in range(3):
            body = {"messages": [{"role": "user", "content": "hello"}], "session_id": "s"}
            status, _, answer = server.request("POST", "/v1/chat/completions", body)
            self.assertEqual((status, answer["choices"][0]["message"]["content"]), (200, "yes"), answer)
        self.assertEqual(len(provider.requests), 3)
        return before.connections

    def test_turns_share_a_connection(self):
        self.assertEqual(self.turns(keep=True), [False])

    def test_sessions_are_resumed(self):
        self.assertEqual(self.turns(keep=False), [False, True, True])

    def test_calls_of_mcp(self):
        behind = mcp_server.HttpServer()
        self.addCleanup(behind.close)
        before = self.front(behind.server.server_address[1])
        server = self.server_that_trusts()
        self.allow(server, "mcp:far:*")
        status, _, added = server.request("POST", "/api/v1/mcp", {"name": "far", "url": before.url + "/mcp"})
        self.assertEqual((status, added["server"]["connected"]), (201, True), added)
        for number in range(5):
            self.assertEqual(self.tool(server, "mcp:far:echo", text=f"number {number}"), f"number {number}")
        self.assertGreater(len(behind.requests), 7)
        # The stream of what belongs to no request may be asked for before there is a session to resume.
        self.assertLessEqual(before.connections.count(False), 2)

    def test_webhooks(self):
        hook = Hook(keep=True)
        self.addCleanup(hook.close)
        before = self.front(int(hook.host.rsplit(":", 1)[1]))
        server = self.server_that_trusts()
        status, _, answer = server.request("PUT", "/api/v1/channels/ops", {"type": "webhook", "url": before.url + "/in"})
        self.assertEqual(status, 200, answer)
        for _ in range(2):
            self.assertEqual(self.turn(server, "hello", deliver=True, channel="ops")[1]["status"], "ok")
        self.assertEqual(len(hook.requests), 2)
        self.assertEqual(before.connections, [False])


if __name__ == "__main__":
    harness.main()
