#!/usr/bin/env python3
"""Peers end to end: other agents that speak A2A, good ones and bad ones."""

import json
import os
import ssl
import subprocess

import harness
from a2a_peer import A2aPeer

PEERS = "/api/v1/a2a/peers"
TOKEN = "peer-token-5d4c3b2a"


class Peers(harness.Case):
    def peer(self, **options):
        peer = A2aPeer(**options)
        self.addCleanup(peer.close)
        return peer

    def add(self, server, url, alias="echo", expected=201, **more):
        status, _, body = server.request("POST", PEERS, {"alias": alias, "url": url, **more})
        self.assertEqual(status, expected, body)
        return body

    def call(self, server, message="hello", expected=200, **more):
        status, _, body = server.request("POST", PEERS + "/echo/call", {"message": message, **more})
        self.assertEqual(status, expected, body)
        return body

    def error(self, server, path, status, code):
        got, _, body = server.request("GET", PEERS + path)
        self.assertEqual((got, body["error"]["code"]), (status, code), body)
        return body["error"]["message"]

    def test_registry(self):
        server = self.serve()
        self.assertEqual(server.request("GET", PEERS)[2], {"items": [], "count": 0})
        made = self.add(server, "https://research.example.net/", "research", token=TOKEN, description="reads papers")
        self.assertEqual((made["url"], made["hasToken"], made["description"]), ("https://research.example.net", True, "reads papers"))
        self.assertRegex(made["created_at"], r"^\d{4}-\d\d-\d\dT")
        again = self.add(server, "https://research.example.net/agent", "research", 200, token="***")
        self.assertEqual((again["hasToken"], again["created_at"], again["description"]), (True, made["created_at"], None))
        moved = self.add(server, "https://elsewhere.example.net", "research", 400, token="***")
        self.assertIn("a different host", moved["error"]["message"])
        self.assertFalse(self.add(server, "https://elsewhere.example.net", "research", 200)["hasToken"])
        self.add(server, "http://a.example", "another")
        listed = server.request("GET", PEERS)[2]
        self.assertEqual(([one["alias"] for one in listed["items"]], listed["count"]), (["another", "research"], 2))
        self.assertEqual(server.request("DELETE", PEERS + "/research")[2], {"deleted": True, "alias": "research"})
        self.assertEqual(server.request("DELETE", PEERS + "/research")[0], 404)
        for method, path in (("DELETE", "/a%20b"), ("GET", "/a%2Fb/card"), ("POST", "/a%20b/call")):
            self.assertEqual(server.request(method, PEERS + path, {"message": "a"} if method == "POST" else None)[0], 400)
        statuses = [event["details"]["status"]
                    for event in server.request("GET", "/api/v1/audit?event=api_request&sortDir=asc&limit=1000")[2]["items"]
                    if event["details"]["method"] == "POST"]
        self.assertEqual(statuses[:5], [201, 200, 400, 200, 201])
        actions = [event["details"] for event in server.request("GET", "/api/v1/audit?event=credential_change&sortDir=asc")[2]["items"]]
        self.assertEqual([one["action"] for one in actions], ["added", "replaced", "replaced", "added", "removed"])

    def test_restart_keeps_all_and_shows_nothing(self):
        peer = self.peer(token=TOKEN)
        server = self.serve("--allow-host", "127.0.0.1")
        self.add(server, peer.url, token=TOKEN)
        self.assertEqual(server.stop(), 0)
        for folder, _, names in os.walk(server.data):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    self.assertFalse(TOKEN.encode() in file.read(), f"the token stands in plain in {name}")
        again = self.serve("--allow-host", "127.0.0.1")
        self.assertEqual(self.call(again)["reply"], "HELLO")
        everything = server.output() + again.output() + str(again.request("GET", "/api/v1/audit?limit=1000")[2])
        everything += self.succeed(again.run("peers", "list", "-o", "json", "-vvv")).err + str(again.request("GET", PEERS)[2])
        self.assertNotIn(TOKEN, everything)
        self.assertNotIn("hello", everything.lower(), "what was said is nobody's business")

    def test_card_comes_unchanged(self):
        peer = self.peer(card_body=b'{"name":"Odd",  "x":1.50, "skills":[]}')
        server = self.serve("--allow-host", "127.0.0.1")
        for url in (peer.url, peer.url + "/", peer.url + "/a2a/v1", peer.url + "/.well-known/agent-card.json"):
            self.add(server, url, expected=201 if url == peer.url else 200)
            shown = self.succeed(server.run("api", "GET", PEERS + "/echo/card")).out
            self.assertEqual("".join(shown.split()), "".join(peer.card_body.decode().split()))
        self.assertEqual([path for path, _, _ in peer.requests], ["/.well-known/agent-card.json"] * 4)

    def test_card_that_is_none(self):
        server = self.serve("--allow-host", "127.0.0.1")
        for options, words in (({"card_body": b"<html>"}, "not a JSON"), ({"card_body": b"[]"}, "not a JSON object"),
                               ({"card_body": b'{"name":7}'}, "name"),
                               ({"card_status": 500}, "500"), ({"card_status": 302, "headers": [("Location", "http://127.0.0.1/")]},
                                                               "redirect"),
                               ({"card_body": b'"' + b"x" * 1100000 + b'"'}, "too much"), ({"token": "other"}, "401")):
            peer = self.peer(**options)
            server.request("DELETE", PEERS + "/echo")
            self.add(server, peer.url)
            self.assertIn(words, self.error(server, "/echo/card", 502, "upstream_failed"))
        self.add(server, "http://127.0.0.1:1", expected=200)
        self.assertIn("refused", self.error(server, "/echo/card", 502, "upstream_failed"))
        self.error(server, "/nobody/card", 404, "not_found")

    def test_call(self):
        peer = self.peer(token=TOKEN)
        server = self.serve("--allow-host", "127.0.0.1")
        self.add(server, peer.url, token=TOKEN)
        first = self.call(server, "hello \u00fc \"quoted\"")
        self.assertEqual((first["alias"], first["reply"], first["state"]), ("echo", "HELLO \u00dc \"QUOTED\"", "completed"))
        second = self.call(server, "more", contextId=first["contextId"])
        self.assertEqual(second["contextId"], first["contextId"])
        headers, body = peer.seen("/rpc")[0]
        self.assertEqual((headers["Authorization"], headers["Content-Type"]), ("Bearer " + TOKEN, "application/json"))
        request = json.loads(body)
        self.assertEqual((request["jsonrpc"], request["method"], request["params"]["configuration"]["blocking"]),
                         ("2.0", "message/send", True))
        events = server.request("GET", "/api/v1/audit?event=message_out")[2]["items"]
        self.assertEqual([(event["channel"], event["channel_id"]) for event in events], [("a2a", "echo")] * 2)
        self.assertEqual(server.request("POST", PEERS + "/nobody/call", {"message": "a"})[0], 404)
        self.assertEqual(server.request("POST", PEERS + "/echo/call", {"message": " "})[0], 400)

    def test_a_token_made_of_a_secret(self):
        peer = self.peer(token=TOKEN)
        server = self.serve("--allow-host", "127.0.0.1")
        made = self.add(server, peer.url, token="${credentials.PEER_TOKEN}")
        self.assertEqual((made["hasToken"], made["uses"]), (True, ["PEER_TOKEN"]))
        self.assertIn("PEER_TOKEN", self.call(server, expected=502)["error"]["message"])
        self.assertEqual(peer.requests, [])
        self.succeed(server.run("credentials", "set", "PEER_TOKEN", stdin=TOKEN))
        self.assertEqual(self.call(server)["reply"], "HELLO")

    def test_https_must_prove_its_name(self):
        certificate, key = self.home.file("cert.pem"), self.home.file("key.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "2",
                        "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"], check=True, capture_output=True)
        peer = self.peer(token=TOKEN)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        peer.server.socket = context.wrap_socket(peer.server.socket, server_side=True, do_handshake_on_connect=False)
        peer.server.handle_error = lambda *_: None  # a client that hangs up is what is tested
        url = peer.url.replace("http://127.0.0.1", "https://localhost")
        peer.card["url"] = url + "/rpc"
        server = self.serve("--allow-host", "localhost", "--allow-host", "127.0.0.1", env={"SSL_CERT_FILE": certificate})
        self.add(server, url, token=TOKEN)
        self.assertEqual(self.call(server)["reply"], "HELLO")
        peer.requests.clear()
        self.add(server, url.replace("localhost", "127.0.0.1"), token=TOKEN, expected=200)
        self.assertIn("certificate", self.error(server, "/echo/card", 502, "upstream_failed"))
        other = self.serve("--memory", "--allow-host", "localhost", pass_data=False)
        self.add(other, url, token=TOKEN)
        self.assertIn("certificate", self.error(other, "/echo/card", 502, "upstream_failed"))
        self.assertEqual(peer.requests, [])

    def test_call_by_the_route_itself(self):
        peer = self.peer()
        server = self.serve("--allow-host", "127.0.0.1")
        self.add(server, peer.url + "/a2a/v1")
        self.assertEqual(self.call(server)["reply"], "HELLO")
        self.assertEqual([path for path, _, _ in peer.requests], ["/a2a/v1"])

    def test_a_task_is_waited_for(self):
        peer = self.peer(as_task=3)
        server = self.serve("--allow-host", "127.0.0.1")
        self.add(server, peer.url)
        reply = self.call(server)
        self.assertEqual((reply["reply"], reply["state"]), ("HELLO", "completed"))
        self.assertIn(reply["taskId"], peer.tasks)

    def test_a_peer_of_the_newer_version(self):
        server = self.serve("--allow-host", "127.0.0.1")
        for as_task in (None, 2):
            peer = self.peer(as_task=as_task, modern=True, token=TOKEN)
            self.add(server, peer.url, token=TOKEN, expected=201 if as_task is None else 200)
            reply = self.call(server)
            self.assertEqual((reply["reply"], reply["state"], reply.get("taskId") in peer.tasks),
                             ("HELLO", "completed", as_task is not None))
            self.assertEqual({headers["A2A-Version"] for headers, _ in peer.seen("/rpc")}, {"1.0"})
            self.assertNotIn("blocking", peer.seen("/rpc")[0][1])

    def test_a_task_that_goes_on_is_told(self):
        peer = self.peer(as_task=1000)
        server = self.serve("--allow-host", "127.0.0.1")
        self.add(server, peer.url)
        reply = self.call(server, timeout_s=1)
        self.assertEqual((reply["reply"], reply["state"]), ("", "working"))
        self.assertIn(reply["taskId"], peer.tasks)

    def test_a_peer_that_fails(self):
        server = self.serve("--allow-host", "127.0.0.1")
        self.add(server, self.peer(fail={"code": -32000, "message": "out of tokens"}).url)
        self.assertIn("out of tokens", self.call(server, expected=502)["error"]["message"])
        self.add(server, self.peer(token="other").url + "/a2a/v1", expected=200)
        self.assertIn("refused the token", self.call(server, expected=502)["error"]["message"])
        self.add(server, self.peer(card={"url": None}).url, expected=200)
        self.assertIn("JSON-RPC", self.call(server, expected=502)["error"]["message"])
        self.add(server, self.peer(card={"preferredTransport": "GRPC"}).url, expected=200)
        self.assertIn("JSON-RPC", self.call(server, expected=502)["error"]["message"])

    def test_another_transport_is_found(self):
        peer = self.peer(card={"preferredTransport": "GRPC", "url": "grpc://x"})
        peer.card["additionalInterfaces"] = [{"transport": "GRPC", "url": "grpc://x"}, {"transport": "JSONRPC", "url": peer.url + "/there"}]
        server = self.serve("--allow-host", "127.0.0.1")
        self.add(server, peer.url)
        self.assertEqual(self.call(server)["reply"], "HELLO")
        self.assertEqual(len(peer.seen("/there")), 1)

    def test_time_runs_out(self):
        peer = self.peer()
        server = self.serve("--allow-host", "127.0.0.1")
        self.add(server, peer.url + "/a2a/v1")
        peer.hold = True
        answer = self.call(server, timeout_s=1, expected=504)
        self.assertEqual(answer["error"]["code"], "timeout")
        self.fail_with(12, server.run("peers", "call", "echo", "-m", "hello", "--wait", "1s"))

    def test_the_end_of_the_server_does_not_wait_for_a_peer(self):
        peer = self.peer()
        server = self.serve("--allow-host", "127.0.0.1", "--grace", "100ms")
        self.add(server, peer.url)
        peer.hold = True
        connection = server.connect()
        self.addCleanup(connection.close)
        body = b'{"message":"hello","timeout_s":60}'
        connection.sendall(b"POST /api/v1/a2a/peers/echo/call HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                           b"Authorization: Bearer %s\r\nContent-Length: %d\r\n\r\n%s" % (server.token.encode(), len(body), body))
        harness.wait_until(lambda: peer.requests, "the call to reach the peer")
        self.assertEqual(server.stop(), 0)

    def test_the_guard(self):
        peer = self.peer()
        port = peer.url.rsplit(":", 1)[1]
        server = self.serve("--allow-host", "127.0.0.1:1")
        for host in ("127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433", "0.0.0.0", "10.0.0.1", "169.254.169.254"):
            url = f"http://{host}:{port}"
            server.request("DELETE", PEERS + "/echo")
            self.add(server, url)
            self.assertIn("--allow-host", self.error(server, "/echo/card", 502, "upstream_failed"))
            self.assertIn("--allow-host", self.call(server, expected=502)["error"]["message"])
        self.assertEqual(peer.requests, [])

    def test_the_token_stays_at_its_host(self):
        thief = self.peer()
        peer = self.peer(card={"url": thief.url + "/rpc"})
        server = self.serve("--allow-host", "127.0.0.1")
        self.add(server, peer.url, token=TOKEN)
        message = self.call(server, expected=502)["error"]["message"]
        self.assertIn("not the registered host", message)
        self.assertEqual(thief.requests, [])

    def test_another_facioctl(self):
        other_home = harness.Home()
        self.addCleanup(other_home.remove)
        other = self.serve("--a2a", home=other_home)
        server = self.serve("--allow-host", "127.0.0.1")
        self.add(server, other.url)
        card = self.succeed(server.run("peers", "card", "echo", "-o", "json")).json()
        self.assertEqual(card, other.request("GET", "/.well-known/agent-card.json", token=None)[2])
        self.assertTrue(card["url"].endswith("/a2a/v1"))

    def test_bad_hosts_at_start(self):
        for arguments, env in ((("--allow-host", "http://x"), {}), ((), {"FACIO_ALLOW_HOSTS": "good.example, b@d"})):
            done = self.fail_with(2, self.home.run("serve", "--memory", "--listen", "127.0.0.1:0", *arguments, env=env))
            self.assertIn("HOST:PORT", done.err)
        done = self.fail_with(2, self.home.run("serve", "--memory", "--listen", "127.0.0.1:0", env={"FACIO_GITHUB_TOKEN_URL": "ftp://x"}))
        self.assertIn("FACIO_GITHUB_TOKEN_URL", done.err)


if __name__ == "__main__":
    harness.main()
