#!/usr/bin/env python3
"""MCP servers behind OAuth: logins, tokens that are kept, renewed and widened, and servers that are wrong on purpose."""

import json
import os
import subprocess
import urllib.parse
import urllib.request

import harness
import mcp_server
from oauth_server import OAuthServer, browse

MCP = "/api/v1/mcp"


class Protected(harness.Case):
    server = None

    def start(self, **options):
        """Adds a protected server; in a table each row has its own, and one agent serves them all."""
        self.peer = OAuthServer(**options)
        self.addCleanup(self.peer.close)
        if self.server:
            self.ask("DELETE", f"{MCP}/one")
        else:
            self.server = self.serve("--allow-host", "127.0.0.1")
            self.ask("POST", "/api/v1/policy", {"action": "allow", "tool": "mcp:*"}, 201)
        return self.ask("POST", MCP, {"name": "one", "url": self.peer.url}, 201)["server"]

    def ask(self, method, path, body=None, status=200):
        got, _, answer = self.server.request(method, path, body)
        self.assertEqual(got, status, answer)
        return answer

    def get(self):
        return self.ask("GET", f"{MCP}/one")

    def call(self, tool, arguments=None):
        body = {"messages": [{"role": "user", "content": f"/tool {tool} {json.dumps(arguments or {})}"}], "session_id": "tests"}
        return self.ask("POST", "/v1/chat/completions", body)["choices"][0]["message"]["content"]

    def begin(self, status=200, **body):
        return self.ask("POST", f"{MCP}/one/oauth/start", body, status)

    def finish(self, login, address=None, status=200):
        return self.ask("POST", f"{MCP}/one/oauth/finish",
                        {"sessionId": login["sessionId"], "redirected": address or browse(login["verificationUri"])}, status)

    def login(self, **body):
        self.assertEqual(self.finish(self.begin(**body))["status"], "ok")
        return harness.wait_until(lambda: (lambda now: now if now["connected"] else None)(self.get()), "connected")

    def events(self, event):
        return self.ask("GET", f"/api/v1/audit?event={event}&limit=1000")["items"]


class Logins(Protected):
    def test_a_login_by_the_command_and_its_end(self):
        error = self.start(scope="read")["error"]
        self.assertIn("HTTP 401", error)
        self.assertIn("facioctl mcp login one", error)
        self.assertIn("facioctl mcp login one", self.events("mcp_login")[0]["message"])
        command = subprocess.Popen([harness.CLIENT, "mcp", "login", "one", "-o", "json"], cwd=self.home.path, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True,
                                   env={**self.home.environment, "FACIOCTL_URL": self.server.url,
                                        "FACIOCTL_TOKEN_FILE": self.server.token_file})
        self.addCleanup(command.stderr.close)
        self.addCleanup(command.stdout.close)
        address = next(line.strip() for line in command.stderr if "://" in line)
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(address).query))
        self.assertEqual((query["scope"], query["resource"], query["code_challenge_method"]), ("read", self.peer.url, "S256"))
        # A page that only guesses is sent away, and the login goes on.
        with self.assertRaises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(query["redirect_uri"] + "?code=x&state=y", timeout=10)
        refused.exception.close()
        self.assertEqual(refused.exception.code, 404)
        with urllib.request.urlopen(browse(address), timeout=20) as page:
            self.assertIn(b"logged in", page.read())
        self.assertEqual(command.wait(harness.DEADLINE), 0)
        self.assertEqual(json.loads(command.stdout.read()), {"status": "ok", "scope": "read"})
        server = self.get()
        self.assertEqual((server["connected"], server["tools"], server["login"]["issuer"], server["login"]["scope"]),
                         (True, mcp_server.TOOLS, self.peer.issuer, "read"))
        self.assertEqual(self.call("mcp:one:echo", {"text": "hello"}), "hello")
        token, = self.peer.tokens
        self.assertEqual(self.peer.calls[-1], ("tools/call", "Bearer " + token))
        self.assertEqual(self.call("mcp:one:echo", {"text": "it is " + token}), "it is ***")
        # Sealed, and there after a restart.
        self.server.stop()
        for folder, _, names in os.walk(self.server.data):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    self.assertNotIn(token.encode(), file.read(), name)
        self.server = self.serve("--allow-host", "127.0.0.1")
        harness.wait_until(lambda: self.get()["connected"], "connected")
        gone = self.succeed(self.server.run("mcp", "logout", "one", "--yes", "-o", "json")).json()
        self.assertFalse(gone["connected"])
        self.assertIn("facioctl mcp login one", gone["error"])
        self.assertNotIn("login", self.get())

    def test_a_login_by_hand(self):
        self.start()
        login = self.succeed(self.server.run("mcp", "login", "one", "--no-wait", "-o", "json")).json()
        poll = ["mcp", "poll", "one", "--session", login["sessionId"]]
        self.assertEqual(self.succeed(self.server.run(*poll, "-o", "json")).json(), {"status": "pending"})
        finish = ["mcp", "finish", "one", "--session", login["sessionId"], "--redirected"]
        address = browse(login["verificationUri"])
        self.assertTrue(address.startswith(login["redirectUri"]))
        self.assertIn("a different login", self.fail_with(7, self.server.run(*finish, address.replace("state=", "state=0"))).err)
        self.succeed(self.server.run(*finish, address))
        self.succeed(self.server.run(*poll, "--wait"))
        harness.wait_until(lambda: self.get()["connected"], "connected")
        self.assertEqual(self.peer.forms("/register")[0]["redirect_uris"], [login["redirectUri"]])
        # The same again needs no second registration.
        self.login()
        self.assertEqual(len(self.peer.forms("/register")), 1)
        self.fail_with(5, self.server.run("mcp", "poll", "one", "--session", "nobody"))
        self.ask("GET", f"{MCP}/one/oauth/poll", status=400)

    def test_the_address_is_pasted(self):
        # As where the browser runs on another machine, and its last page cannot be shown.
        self.start()
        terminal = self.at_terminal(self.server, "mcp", "login", "one", columns=1000, binary=harness.CLIENT)
        terminal.wait_for("press Enter")
        address = next(line.strip() for line in terminal.text.splitlines() if "/authorize?" in line)
        last = browse(address)
        terminal.type(last.replace("state=", "state=0") + "\r")
        terminal.wait_for("try again")
        terminal.type(last + "\r")
        self.assertEqual(terminal.end(), 0, terminal.text)
        self.assertIn("login", self.get())

    def test_a_login_by_device(self):
        self.start(device=True, scope="read")
        login = self.begin(grant="device")
        self.assertEqual(login["mode"], "device")
        self.peer.approve(login["userCode"])
        self.succeed(self.server.run("mcp", "poll", "one", "--session", login["sessionId"], "--wait"))
        harness.wait_until(lambda: self.get()["connected"], "connected")
        self.assertEqual(self.peer.forms("/token")[-1]["resource"], self.peer.url)
        self.peer.revoke()
        self.assertEqual(self.call("mcp:one:echo", {"text": "renewed"}), "renewed")

    def test_a_client_without_a_person(self):
        self.start(methods=["client_secret_basic"], clients={"me&you": "a secret+"}, scope="read", call_scope="write", refresh=False)
        done = self.server.run("mcp", "login", "one", "--grant", "client", "--client-id", "me&you", "--client-secret-env", "SECRET",
                               "-o", "json", env={"SECRET": "a secret+"})
        self.assertEqual(self.succeed(done).json(), {"status": "ok", "scope": "read"})
        harness.wait_until(lambda: self.get()["connected"], "connected")
        # Further permissions, and a token in the place of one that is gone, need nobody either.
        self.assertEqual(self.call("mcp:one:echo", {"text": "written"}), "written")
        self.assertEqual(self.peer.forms("/token")[-1]["scope"], "read write")
        self.assertIn("clientSecret", self.begin(400, grant="client", clientId="public")["error"]["message"])

    def test_ways_of_identifying_a_client(self):
        for methods, clients, given in ((["none"], {}, {}), (["client_secret_basic"], {}, {}), (["client_secret_post"], {}, {}),
                                        (["client_secret_post"], {"me": "secret-of-me"},
                                         {"clientId": "me", "clientSecret": "secret-of-me"}),
                                        (["none"], {"public": None}, {"clientId": "public"})):
            with self.subTest(methods=methods, given=given):
                self.start(methods=methods, clients=clients)
                self.login(**given)
                self.assertEqual(len(self.peer.forms("/register")), 0 if given else 1)

    def test_where_metadata_may_stand(self):
        for options in ({}, {"hint": False}, {"hint": False, "resource_at": "/.well-known/oauth-protected-resource"},
                        {"resource_at": "/elsewhere.json"}, {"metadata_at": "/.well-known/openid-configuration"},
                        {"issuer_path": "/a", "metadata_at": "/.well-known/oauth-authorization-server/a"},
                        {"issuer_path": "/a", "metadata_at": "/.well-known/openid-configuration/a"},
                        {"issuer_path": "/a", "metadata_at": "/a/.well-known/openid-configuration"},
                        {"metadata_at": "/moved", "replace": {"/.well-known/oauth-authorization-server": (302, [("Location", "/moved")],
                                                                                                         None)}}):
            with self.subTest(options):
                self.start(**options)
                self.login()


class Tokens(Protected):
    def test_a_token_is_renewed_and_the_call_repeated(self):
        self.start()
        self.login()
        first, = self.peer.tokens
        self.peer.revoke()
        self.assertEqual(self.call("mcp:one:echo", {"text": "again"}), "again")
        self.assertEqual([form["grant_type"] for form in self.peer.forms("/token")], ["authorization_code", "refresh_token"])
        self.assertNotIn(first, self.peer.tokens)
        # The renewal token has been changed as well, and the new one is good after a restart.
        self.server.stop()
        self.peer.revoke()
        self.server = self.serve("--allow-host", "127.0.0.1")
        harness.wait_until(lambda: self.get()["connected"], "connected")

    def test_a_token_that_ends_is_renewed_before(self):
        self.start(token=lambda answer: {"expires_in": 5})
        self.login()
        refused = [token for _, token in self.peer.calls if token is None]
        self.peer.over["token"] = {}
        self.assertEqual(self.call("mcp:one:echo", {"text": "in time"}), "in time")
        self.assertGreaterEqual(len([form for form in self.peer.forms("/token") if form["grant_type"] == "refresh_token"]), 1)
        self.assertEqual([token for _, token in self.peer.calls if token is None], refused)
        self.assertIn("expiresAt", self.get()["login"])

    def test_a_token_without_an_end_and_without_renewal(self):
        self.start(token={"expires_in": None}, refresh=False)
        self.login()
        self.assertNotIn("expiresAt", self.get()["login"])
        self.peer.revoke()
        answer = self.call("mcp:one:echo", {"text": "lost"})
        self.assertIn("facioctl mcp login one", answer)
        self.assertIn("cannot be renewed", answer)

    def test_a_renewal_that_is_refused(self):
        self.start()
        self.login()
        self.peer.revoke(refreshes=True)
        answer = self.call("mcp:one:echo", {"text": "lost"})
        self.assertIn("the refresh token is not good", answer)
        self.assertIn("facioctl mcp login one", answer)
        harness.wait_until(lambda: "facioctl mcp login one" in (self.get()["error"] or ""), "the state says so")
        self.assertEqual(len([form for form in self.peer.forms("/token") if form["grant_type"] == "refresh_token"]), 1)
        self.login()
        self.assertEqual(self.call("mcp:one:echo", {"text": "back"}), "back")

    def test_further_permissions(self):
        self.start(scope="read", call_scope="write")
        self.login()
        answer = self.call("mcp:one:echo", {"text": "first"})
        self.assertIn("the permission write", answer)
        self.assertIn("facioctl mcp login one", answer)
        self.login()
        self.assertEqual([form["scope"] for form in self.peer.forms("/authorize")], ["read", "read write"])
        self.assertEqual(self.call("mcp:one:echo", {"text": "second"}), "second")

    def test_a_token_is_for_one_address(self):
        self.start()
        self.login()
        other = OAuthServer()
        self.addCleanup(other.close)
        self.ask("PATCH", f"{MCP}/one", {"url": other.url})
        harness.wait_until(lambda: other.calls, "a request to the other address")
        self.assertEqual({token for _, token in other.calls}, {None})


BIG = json.dumps({"issuer": "x" * 100_000}).encode()
METADATA = "/.well-known/oauth-authorization-server"


class Hostile(Protected):
    def test_logins_that_are_not_begun(self):
        table = {
            "a different issuer": ({"metadata": {"issuer": "https://evil.example.com"}}, 502, "a different issuer"),
            "no PKCE": ({"metadata": {"code_challenge_methods_supported": None}}, 502, "PKCE"),
            "plain PKCE": ({"metadata": {"code_challenge_methods_supported": ["plain"]}}, 502, "PKCE"),
            "a different resource": ({"resource": {"resource": "https://evil.example.com/mcp"}}, 502, "a different resource"),
            "a neighbour's resource": ({"resource": lambda one: {"resource": one["resource"] + "2"}}, 502, "a different resource"),
            "no token endpoint": ({"metadata": {"token_endpoint": None}}, 502, "token_endpoint"),
            "an endpoint in the clear": ({"metadata": {"token_endpoint": "http://93.184.216.34/token"}}, 502, "https"),
            "a page that is a script": ({"metadata": {"authorization_endpoint": "javascript:alert(1)"}}, 502, "authorization_endpoint"),
            "metadata too large": ({"replace": {METADATA: (200, [], BIG)}}, 502, "larger than 64 KiB"),
            "a redirect to a cloud": ({"replace": {METADATA: (302, [("Location", "https://169.254.169.254/latest/")], None)}}, 502,
                                      "metadata address of a cloud"),
            "a redirect to the own network": ({"replace": {METADATA: (302, [("Location", "https://10.0.0.1/")], None)}}, 502, "private"),
            "a redirect without end": ({"replace": {METADATA: (302, [("Location", METADATA)], None)}}, 502, "no metadata"),
            "a redirect to plain text": ({"replace": {METADATA: (302, [("Location", "http://93.184.216.34/")], None)}}, 502, "https"),
            "an internal authorization server": ({"resource": {"authorization_servers": ["https://192.168.0.1"]}}, 502, "private"),
            "no registration": ({"metadata": {"registration_endpoint": None}}, 400, "--client-id"),
            "a registration that is refused": ({"replace": {"/register": (403, [], b'{"error":"access_denied"}')}}, 502, "access_denied"),
        }
        for name, (options, status, words) in table.items():
            with self.subTest(name):
                self.start(**options)
                self.assertIn(words, self.begin(status)["error"]["message"])
                self.assertEqual(self.peer.forms("/authorize") + self.peer.forms("/token"), [])

    def test_logins_that_end_badly(self):
        table = {
            "another server's answer": ({"redirect": {"iss": "https://evil.example.com"}}, "does not come from"),
            "nobody's answer": ({"redirect": {"iss": None}}, "does not come from"),
            "refused": ({"redirect": {"code": None, "error": "access_denied", "error_description": "no"}}, "access_denied: no"),
            "a token of another type": ({"token": {"token_type": "DPoP"}}, "DPoP"),
            "no token": ({"token": {"access_token": None}}, "no token"),
            "a token with a line break": ({"token": {"access_token": "a\r\nX: y"}}, "no token"),
            "an answer too large": ({"replace": {"/token": (200, [], BIG)}}, "larger than 64 KiB"),
            "a redirect of the token": ({"replace": {"/token": (302, [("Location", "https://evil.example.com/")], None)}}, "302"),
        }
        for name, (options, words) in table.items():
            with self.subTest(name):
                self.start(**options)
                state = self.finish(self.begin())
                self.assertEqual(state["status"], "error")
                self.assertIn(words, state["error"])
                self.assertNotIn("login", self.get())

    def test_the_answer_to_another_login(self):
        self.start(redirect={"state": "of-somebody-else"})
        login = self.begin()
        self.assertIn("a different login", self.finish(login, status=400)["error"]["message"])
        self.assertEqual(self.ask("GET", f"{MCP}/one/oauth/poll?session_id={login['sessionId']}"), {"status": "pending"})
        self.assertEqual(self.peer.forms("/token"), [])
        # A newer login gives it up.
        self.begin()
        self.assertIn("newer", self.ask("GET", f"{MCP}/one/oauth/poll?session_id={login['sessionId']}")["error"])

    def test_entries_that_take_no_login(self):
        self.start()
        self.ask("POST", MCP, {"name": "program", "command": "true"}, 201)
        self.ask("POST", MCP, {"name": "token", "url": self.peer.url, "headers": {"Authorization": "Bearer x"}}, 201)
        for name, status, words in (("program", 409, "program"), ("token", 409, "Authorization"), ("nobody", 404, "no MCP server")):
            with self.subTest(name):
                self.assertIn(words, self.ask("POST", f"{MCP}/{name}/oauth/start", {}, status)["error"]["message"])
        self.assertIn("redirectUri", self.begin(400, redirectUri="http://93.184.216.34/")["error"]["message"])
        self.assertIn("clientId", self.begin(400, clientId="https://client.example.com/id.json")["error"]["message"])

    def test_the_guard_holds_for_authorization_servers(self):
        self.peer = OAuthServer()
        self.addCleanup(self.peer.close)
        self.server = self.serve("--allow-host", self.peer.mcp_origin.removeprefix("http://"))
        self.ask("POST", MCP, {"name": "one", "url": self.peer.url}, 201)
        self.assertIn("a loopback address", self.begin(502)["error"]["message"])
        self.assertEqual(self.peer.seen, [])


if __name__ == "__main__":
    harness.main()
