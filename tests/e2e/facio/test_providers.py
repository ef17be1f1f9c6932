#!/usr/bin/env python3
"""Providers end to end: keys and addresses, and logins by device at a real authorization server."""

import json
import os
import signal
import subprocess
import urllib.request

import harness
from device_server import DeviceServer

LIST = "/api/v1/credentials/providers"
KEY = "sk-test-8a7b6c5d4e3f"


def stored_bytes(server):
    """Everything in the data directory."""
    found = b""
    for folder, _, names in os.walk(server.data):
        for name in names:
            with open(os.path.join(folder, name), "rb") as file:
                found += file.read()
    return found


class Providers(harness.Case):
    def provider(self, server, name):
        status, _, body = server.request("GET", LIST)
        self.assertEqual(status, 200)
        return next(one for one in body["items"] if one["name"] == name)

    def changes(self, server):
        return server.request("GET", "/api/v1/audit?event=credential_change&sortDir=asc&limit=1000")[2]["items"]

    def test_the_whole_list(self):
        server = self.serve()
        items = server.request("GET", LIST)[2]["items"]
        self.assertEqual([one["name"] for one in items][:3], ["anthropic", "openai", "openrouter"])
        self.assertEqual(len(items), 22)
        self.assertFalse(any(one["hasValue"] or one["apiBase"] or one["masked"] for one in items))
        self.assertEqual({one["name"] for one in items if one["isOauth"]}, {"openai_codex", "github_copilot"})
        self.assertEqual({one["name"] for one in items if one["isLocal"]}, {"vllm", "ollama", "lm_studio", "ovms"})
        self.assertEqual({one["name"] for one in items if one["requiresApiBase"]}, {"azure_openai", "custom", "vllm"})
        self.assertEqual({one["name"] for one in items if one["isDirect"]}, {"custom"})
        openrouter = self.provider(server, "openrouter")
        self.assertEqual((openrouter["envKey"], openrouter["defaultApiBase"]), ("OPENROUTER_API_KEY", "https://openrouter.ai/api/v1"))
        options = [one["value"] for one in server.request("GET", "/api/v1/settings")[2]["options"]["providers"]]
        self.assertEqual(options, ["auto", "builtin"] + [one["name"] for one in items])
        self.succeed(server.run("settings", "set", "provider=openrouter"))

    def test_set_change_and_forget(self):
        server = self.serve()
        status, _, made = server.request("POST", LIST, {"name": "openrouter", "value": KEY, "apiBase": "https://Router.example.net/v1//"})
        self.assertEqual(status, 201, made)
        self.assertEqual((made["hasValue"], made["masked"], made["apiBase"]), (True, "***", "https://Router.example.net/v1"))
        self.assertEqual(server.request("POST", LIST, {"name": "openrouter", "value": "other"})[0], 409)
        status, _, changed = server.request("PUT", LIST + "/openrouter", {"apiBase": None})
        self.assertEqual((status, changed["apiBase"], changed["hasValue"]), (200, "", True))
        self.assertEqual(server.request("PUT", LIST + "/openrouter", {"baseUrl": "http://localhost:9/v1"})[2]["apiBase"],
                         "http://localhost:9/v1")
        kept = server.request("PUT", LIST + "/openrouter", {"value": "***"})[2]
        self.assertEqual((kept["hasValue"], kept["apiBase"]), (True, "http://localhost:9/v1"))
        both = {"apiBase": "http://one/", "baseUrl": "http://two/"}
        self.assertEqual(server.request("PUT", LIST + "/openrouter", both)[2]["apiBase"], "http://one")
        self.assertEqual(server.request("PUT", LIST + "/vllm", {"apiBase": "http://gpu:8000/v1"})[0], 200)
        self.assertEqual(server.request("POST", LIST, {"name": "vllm", "value": "x"})[0], 409, "an address alone is set up too")
        status, _, gone = server.request("DELETE", LIST + "/openrouter")
        self.assertEqual((status, gone["hasValue"], gone["masked"], gone["apiBase"]), (200, False, "", ""))
        self.assertEqual(server.request("DELETE", LIST + "/openrouter")[0], 200)
        self.assertEqual([event["details"]["changes"] for event in self.changes(server)],
                         [["key", "apiBase"], ["apiBase"], ["apiBase"], ["apiBase"], ["apiBase"], ["key", "apiBase"]])

    def test_the_key_is_asked_for(self):
        server = self.serve()
        set_key = ["providers", "set", "openrouter"]
        self.succeed(server.run(*set_key, stdin=KEY + "\n"))
        self.assertTrue(self.provider(server, "openrouter")["hasValue"])
        self.succeed(server.run("providers", "create", "--name", "deepseek", stdin="${credentials.DEEPSEEK}"))
        self.assertEqual(self.provider(server, "deepseek")["uses"], ["DEEPSEEK"])
        self.succeed(server.run("providers", "set", "deepseek", "--from-env", "THE_KEY", env={"THE_KEY": KEY}))
        self.assertNotIn("uses", self.provider(server, "deepseek"))
        self.fail_with(2, server.run(*set_key, stdin=""))
        done = self.fail_with(5, server.run("providers", "set", "openruter", stdin=KEY))
        self.assertIn("did you mean openrouter", done.err)
        self.assertIn("login", self.fail_with(7, server.run("providers", "set", "github_copilot", stdin=KEY)).err)
        shown = self.succeed(server.run(*set_key, "-vvv", stdin=KEY))
        self.assertNotIn(KEY, shown.out + shown.err)
        asked = self.succeed(server.run(*set_key, "--dry-run", stdin=KEY)).out
        self.assertIn('"value"', asked)
        self.assertNotIn(KEY, asked)
        dry = self.succeed(server.run(*set_key, "--from-env", "THE_KEY", "--dry-run", env={"THE_KEY": KEY}))
        self.assertNotIn(KEY, dry.out + dry.err)

    def test_lint_knows_the_secrets_that_keys_are_made_of(self):
        server = self.serve()
        self.succeed(server.run("credentials", "set", "USED", stdin=KEY))
        self.assertEqual(server.request("PUT", LIST + "/deepseek", {"value": "${credentials.USED}"})[0], 200)
        peer = {"alias": "a", "url": "https://a.example", "token": "${credentials.MISSING}"}
        self.assertEqual(server.request("POST", "/api/v1/a2a/peers", peer)[0], 201)
        found = [(one["check"], one["where"]) for one in server.run("credentials", "lint", "-o", "json").json()]
        self.assertEqual([one for one in found if one[0] != "not-checked"], [("placeholder-without-secret", "peer a token")])

    def test_refused(self):
        server = self.serve()
        for name in ("github_copilot", "openai_codex"):
            for method, path, body in (("POST", LIST, {"name": name, "value": KEY}), ("PUT", f"{LIST}/{name}", {"value": KEY})):
                status, _, answer = server.request(method, path, body)
                self.assertEqual(status, 400)
                self.assertIn("login", answer["error"]["message"])
        status, _, answer = server.request("POST", LIST, {"name": "openruter", "value": KEY})
        self.assertEqual(status, 404)
        self.assertIn("did you mean openrouter", answer["error"]["message"])
        for method, path in (("PUT", "/no-such"), ("DELETE", "/no-such"), ("POST", "/no-such/oauth/start"),
                             ("GET", "/no-such/oauth/poll?session_id=a")):
            self.assertEqual(server.request(method, LIST + path, {"value": KEY} if method == "PUT" else None)[0], 404)
        for name in ("openai", "openai_codex"):
            self.assertEqual(server.request("POST", f"{LIST}/{name}/oauth/start")[0], 400)
        self.assertEqual(server.request("GET", f"{LIST}/openai/oauth/poll?session_id=a")[0], 400)
        self.assertEqual(server.request("GET", f"{LIST}/github_copilot/oauth/poll")[0], 400)
        self.assertEqual(server.request("GET", f"{LIST}/github_copilot/oauth/poll?session_id=a")[0], 404)
        self.assertEqual(self.changes(server), [])

    def test_restart_keeps_all_and_shows_nothing(self):
        server = self.serve()
        self.assertEqual(server.request("POST", LIST, {"name": "deepseek", "value": KEY})[0], 201)
        self.assertEqual(server.request("PUT", LIST + "/gemini", {"value": "${credentials.GEMINI}", "apiBase": "https://g.example.net"})[0],
                         200)
        self.assertEqual(server.stop(), 0)
        self.assertFalse(KEY.encode() in stored_bytes(server), "the key stands in plain in the data directory")
        again = self.serve()
        self.assertTrue(self.provider(again, "deepseek")["hasValue"])
        self.assertEqual(self.provider(again, "gemini")["apiBase"], "https://g.example.net")
        everything = again.output() + server.output() + str(again.request("GET", "/api/v1/audit?limit=1000")[2])
        everything += self.succeed(again.run("providers", "list", "-o", "json", "-vvv")).err
        self.assertNotIn(KEY, everything)


class Login(harness.Case):
    """Logins at a real authorization server."""

    def authorization(self, **options):
        server = DeviceServer(**options)
        self.addCleanup(server.close)
        return server

    def start(self, server):
        status, _, login = server.request("POST", LIST + "/github_copilot/oauth/start")
        self.assertEqual(status, 200, login)
        return login

    def state(self, server, login, expected=200):
        status, _, state = server.request("GET", f"{LIST}/github_copilot/oauth/poll?session_id={login['sessionId']}")
        self.assertEqual(status, expected, state)
        return state

    def ended(self, server, login):
        return harness.wait_until(lambda: [s for s in [self.state(server, login)] if s["status"] != "pending"], "the login's end")[0]

    def decide(self, peer, what, login):
        urllib.request.urlopen(f"{peer.url}/{what}?user_code={login['userCode']}", timeout=10).close()

    def copilot(self, server):
        return next(one for one in server.request("GET", LIST)[2]["items"] if one["name"] == "github_copilot")


class Logins(Login):
    def test_approved(self):
        peer = self.authorization()
        server = self.serve(env=peer.environment())
        login = self.start(server)
        self.assertEqual((login["mode"], login["interval"], login["expiresIn"]), ("device", 1, 60))
        self.assertRegex(login["userCode"], "^[A-Z]{4}-[A-Z]{4}$")
        self.assertEqual(login["verificationUri"], peer.url + "/device")
        self.assertEqual(self.state(server, login), {"status": "pending"})
        self.assertFalse(self.copilot(server)["hasValue"])
        harness.wait_until(peer.polls, "the server to ask by itself")
        self.decide(peer, "approve", login)
        self.assertEqual(self.ended(server, login), {"status": "ok", "account": "octocat"})
        self.assertEqual({key: self.copilot(server)[key] for key in ("hasValue", "masked", "account")},
                         {"hasValue": True, "masked": "***", "account": "octocat"})
        forms = [form for path, _, form in peer.seen if path.endswith("/code")]
        self.assertEqual(forms, [{"client_id": "test-client", "scope": "read:user"}])
        token, = peer.tokens
        events = server.request("GET", "/api/v1/audit?event=credential_change")[2]["items"]
        self.assertEqual([event["details"] for event in events], [{"provider": "github_copilot", "changes": ["token"]}])
        everything = str(server.request("GET", "/api/v1/audit?limit=1000")[2]) + str(self.copilot(server)) + server.output()
        self.assertNotIn(token, everything)
        self.assertEqual(server.stop(), 0)
        self.assertFalse(token.encode() in stored_bytes(server), "the token stands in plain in the data directory")
        again = self.serve(env=peer.environment())
        self.assertTrue(self.copilot(again)["hasValue"])
        self.state(again, login, 404)
        self.assertEqual(again.request("DELETE", LIST + "/github_copilot")[0], 200)
        self.assertEqual((self.copilot(again)["hasValue"], self.copilot(again).get("account")), (False, None))

    def test_denied(self):
        peer = self.authorization(status=200)
        server = self.serve(env=peer.environment())
        login = self.start(server)
        self.decide(peer, "deny", login)
        state = self.ended(server, login)
        self.assertEqual(state, {"status": "error", "error": "access_denied: the person said no"})
        self.assertFalse(self.copilot(server)["hasValue"])

    def test_expired(self):
        peer = self.authorization(expires_in=2)
        server = self.serve(env=peer.environment())
        login = self.start(server)
        self.assertEqual(self.ended(server, login), {"status": "error", "error": "expired"})

    def test_slow_down(self):
        peer = self.authorization(slow=1)
        server = self.serve(env=peer.environment())
        login = self.start(server)
        harness.wait_until(peer.polls, "the first request for a token")
        self.decide(peer, "approve", login)
        self.assertEqual(self.ended(server, login)["status"], "ok")
        first, second = peer.polls()
        self.assertGreaterEqual(second - first, 5.9)

    def test_an_outage_is_sat_out(self):
        peer = self.authorization()
        server = self.serve(env=peer.environment())
        login = self.start(server)
        peer.outage = True
        harness.wait_until(peer.polls, "a request during the outage")
        self.assertEqual(self.state(server, login)["status"], "pending")
        peer.outage = False
        self.decide(peer, "approve", login)
        self.assertEqual(self.ended(server, login)["status"], "ok")

    def test_cancelled_by_delete_and_by_a_newer_login(self):
        peer = self.authorization()
        server = self.serve(env=peer.environment())
        old, new = self.start(server), self.start(server)
        self.assertIn("newer", self.state(server, old)["error"])
        self.assertEqual(self.state(server, new)["status"], "pending")
        self.assertEqual(server.request("DELETE", LIST + "/github_copilot")[0], 200)
        self.assertEqual(self.state(server, new)["status"], "error")
        self.decide(peer, "approve", new)
        self.assertFalse(self.copilot(server)["hasValue"])

    def test_the_server_ends_at_once_with_a_login_pending(self):
        peer = self.authorization(interval=60, expires_in=900)
        server = self.serve(env=peer.environment())
        self.start(server)
        self.assertEqual(server.stop(), 0)
        self.assertEqual(peer.polls(), [])

    def test_an_authorization_server_that_refuses_or_is_away(self):
        peer = self.authorization()
        server = self.serve(env={**peer.environment(), "FACIO_GITHUB_CLIENT_ID": "somebody-else"})
        status, _, answer = server.request("POST", LIST + "/github_copilot/oauth/start")
        self.assertEqual((status, answer["error"]["code"]), (502, "upstream_failed"))
        self.assertIn("invalid_client", answer["error"]["message"])
        peer.close()
        self.assertEqual(server.request("POST", LIST + "/github_copilot/oauth/start")[0], 502)

    def test_the_guard_stands_before_it(self):
        peer = self.authorization()
        server = self.serve(env={**peer.environment(), "FACIO_ALLOW_HOSTS": ""})
        status, _, answer = server.request("POST", LIST + "/github_copilot/oauth/start")
        self.assertEqual(status, 502)
        self.assertIn("--allow-host 127.0.0.1", answer["error"]["message"])
        self.assertEqual(peer.seen, [])


class LoginCommand(Login):
    """What a person at a terminal, and a script, does."""

    def begin(self, server, *arguments, **options):
        environment = {**self.home.environment, "FACIOCTL_URL": server.url, "FACIOCTL_TOKEN_FILE": server.token_file,
                       **options.pop("env", {})}
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        process = subprocess.Popen([harness.FACIOCTL, "providers", *arguments], env=environment, cwd=self.home.path, **options)
        self.addCleanup(lambda: process.poll() is None and process.kill())
        return process

    def code(self, process):
        """The code that it shows on standard error."""
        for line in process.stderr:
            if line.strip().startswith(b"Code"):
                return {"userCode": line.split()[1].decode()}
        raise AssertionError("no code was shown")

    def end(self, process, code):
        out, err = process.communicate(timeout=harness.DEADLINE)
        self.assertEqual(process.returncode, code, (out, err))
        return out.decode(), err.decode()

    def test_login_waits_for_the_person(self):
        peer = self.authorization()
        server = self.serve(env=peer.environment())
        process = self.begin(server, "login", "github_copilot", "-o", "json")
        self.decide(peer, "approve", self.code(process))
        out, _ = self.end(process, 0)
        self.assertEqual(json.loads(out), {"status": "ok", "account": "octocat"})
        self.assertTrue(self.copilot(server)["hasValue"])

    def test_a_refused_and_a_late_login_have_codes_of_their_own(self):
        peer = self.authorization()
        server = self.serve(env=peer.environment())
        process = self.begin(server, "login", "github_copilot")
        self.decide(peer, "deny", self.code(process))
        self.assertIn("access_denied", self.end(process, 7)[1])
        peer.expires_in = 1
        self.assertIn("in time", self.end(self.begin(server, "login", "github_copilot"), 12)[1])

    def test_in_two_steps(self):
        peer = self.authorization()
        server = self.serve(env=peer.environment())
        login = self.succeed(server.run("providers", "login", "github_copilot", "--no-wait", "-o", "json")).json()
        poll = ["providers", "poll", "github_copilot", "--session", login["sessionId"]]
        self.assertEqual(self.succeed(server.run(*poll, "-o", "json")).json(), {"status": "pending"})
        self.decide(peer, "approve", login)
        self.assertEqual(self.succeed(server.run(*poll, "--wait", "-o", "json")).json()["status"], "ok")
        self.fail_with(5, server.run("providers", "poll", "github_copilot", "--session", "nothing", "--wait"))
        self.fail_with(7, server.run("providers", "login", "openai_codex"))
        self.fail_with(7, server.run("providers", "login", "openai"))
        done = self.fail_with(5, server.run("providers", "login", "github-copilot"))
        self.assertIn("did you mean github_copilot", done.err)
        self.succeed(server.run("providers", "logout", "github_copilot", "--yes"))
        self.assertFalse(self.copilot(server)["hasValue"])

    def test_leaving_says_how_to_go_on(self):
        peer = self.authorization()
        server = self.serve(env=peer.environment())
        process = self.begin(server, "login", "github_copilot")
        login = self.code(process)
        waiting = b"".join(iter(lambda: process.stderr.read(1), b"."))
        self.assertIn(b"valid for", waiting)
        process.send_signal(signal.SIGINT)
        _, err = self.end(process, -signal.SIGINT)
        command = err.strip().splitlines()[-1].split("facioctl ", 1)[1].split()
        self.decide(peer, "approve", login)
        self.assertIn("octocat", self.succeed(server.run(*command)).out)

    def shown(self, server, columns, **variables):
        """What a terminal of this width gets until the login waits."""
        terminal = self.at_terminal(server, "providers", "login", "github_copilot", env=variables, columns=columns, lines=60)
        terminal.wait_for("Ctrl-C")
        terminal.send_signal(signal.SIGINT)
        terminal.end()
        return terminal.text

    def test_a_code_to_scan_where_it_fits(self):
        peer = self.authorization()
        server = self.serve(env=peer.environment())
        wide = self.shown(server, 100)
        self.assertIn("\x1b[97;40m\u2588\u2588", wide)
        self.assertIn("\u2588\u2588", self.shown(server, 100, NO_COLOR="1"))
        for columns, variables in ((30, {}), (100, {"ACCESSIBLE": "1"}), (100, {"TERM": "dumb"}), (100, {"LC_ALL": "C"})):
            text = self.shown(server, columns, **variables)
            self.assertNotIn("\u2588", text)
            self.assertRegex(text, "Code +[A-Z]{4}-[A-Z]{4}")


if __name__ == "__main__":
    harness.main()
