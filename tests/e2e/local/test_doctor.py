#!/usr/bin/env python3
"""facioctl doctor: finds what is wrong on this machine, on the way, at the agent and at Placet; mends what is here."""

import http.server
import json
import os
import ssl
import stat
import subprocess
import threading

import harness
from placet_server import Placet


class Odd(http.server.BaseHTTPRequestHandler):
    """An agent with a wrong clock, without some areas."""

    protocol_version = "HTTP/1.1"
    date = "Thu, 01 Jan 2026 00:00:00 GMT"

    def do_GET(self):
        path = self.path.partition("?")[0]
        status = {"/api/v1/health": 200, "/api/v1/cron": 200, "/api/v1/mcp": 503}.get(path, 404)
        answer = {"/api/v1/health": {"status": "degraded", "uptime": 1},
                  "/api/v1/cron": {"items": []}}.get(path, {"error": {"code": "x", "message": "not here"}})
        body = json.dumps(answer).encode()
        self.send_response_only(status)
        self.send_header("Date", self.date)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Doctor(harness.Case):
    def configure(self, **contexts):
        os.makedirs(self.home.file("config/facioctl"), 0o700, exist_ok=True)
        path = self.home.write("config/facioctl/config.yaml", json.dumps({"version": 1, "contexts": contexts}))
        os.chmod(path, 0o600)
        return path

    def token(self, text, name="token", mode=0o600):
        path = self.home.write(name, text + "\n")
        os.chmod(path, mode)
        return path

    def checks(self, code, *words, env=None):
        """(id, severity) by context."""
        done = self.home.run("doctor", "--exit-code", *words, "-o", "json", env={"SHELL": "/bin/bash", **(env or {})})
        self.assertEqual(done.code, code, str(done))
        self.rows = done.json()
        found = {}
        for row in self.rows:
            found.setdefault(row.get("context", ""), {})[row["id"]] = row["severity"]
        return found

    def row(self, check):
        return next(row for row in self.rows if row["id"] == check)

    def test_all_is_well(self):
        server = self.serve()
        self.configure(a={"url": server.url, "token": {"file": self.token(server.token)}},
                       b={"url": server.url, "token": {"file": self.token(server.token)}})
        found = self.checks(0)
        self.assertEqual(set(found), {"", "a", "b"})
        for name in ("token.source", "token.mode", "dns", "tcp", "http", "auth", "clock", "version", "restart", "channels", "secrets",
                     "area.cron", "area.peers"):
            self.assertEqual(found["a"].get(name), "ok", name)
        self.assertEqual(found[""]["config.file"], "ok")
        self.assertEqual(set(self.checks(0, "b")), {"", "b"})
        self.assertEqual(set(self.checks(0, "--context", "a")), {"", "a"})
        self.checks(0, "--problems")
        self.assertNotIn("ok", {row["severity"] for row in self.rows})
        self.fail_with(5, self.home.run("doctor", "nobody"))
        self.fail_with(2, self.home.run("doctor", "a", "--context", "b"))
        table = self.succeed(self.home.run("doctor", "a"))
        self.assertIn("SEVERITY", table.out)
        self.assertNotIn(server.token, table.out)

    def test_files_are_mended(self):
        server = self.serve()
        token = self.token(server.token, mode=0o644)
        config = self.configure(a={"url": server.url, "token": {"file": token}})
        found = self.checks(9)
        self.assertEqual((found["a"]["token.mode"], found["a"]["auth"], found[""]["config.mode"]), ("error", "error", "ok"))
        self.assertIn("chmod 600", self.row("token.mode")["fix"])
        os.chmod(config, 0o666)
        found = self.checks(9)
        self.assertEqual((found[""]["config.mode"], found[""]["config.file"]), ("error", "error"))
        self.assertNotIn("a", found)  # what others may have written is not read
        self.assertEqual([stat.S_IMODE(os.stat(path).st_mode) for path in (token, config)], [0o644, 0o666], "only --fix touches anything")
        found = self.checks(0, "--fix")
        self.assertIn("now 0600", self.row("token.mode")["message"])
        self.assertIn("is now in", self.row("completion.installed")["message"])
        self.assertEqual([stat.S_IMODE(os.stat(path).st_mode) for path in (token, config)], [0o600, 0o600])
        script = self.home.file("data/bash-completion/completions/facioctl")
        with open(script, encoding="utf-8") as file:
            self.assertIn("complete -F _facioctl", file.read())
        found = self.checks(0)
        self.assertEqual((found["a"]["token.mode"], found[""]["completion.installed"]), ("ok", "ok"))

    def test_configuration(self):
        path = self.configure(a={"url": "http://127.0.0.1:1", "colour": "red"})
        self.assertEqual(self.checks(9)[""]["config.file"], "warning")
        with open(path, "a", encoding="utf-8") as file:
            file.write("}")
        self.assertEqual(self.checks(9)[""]["config.file"], "error")

    def test_the_way(self):
        server = self.serve()
        token = self.token("wrong")
        self.configure(name={"url": "http://no-such-host.invalid"}, port={"url": "http://127.0.0.1:1"},
                       token={"url": server.url, "token": {"file": token}},
                       file={"url": server.url, "token": {"file": self.home.file("nothing")}}, none={"url": server.url})
        found = self.checks(9)
        self.assertEqual(found["name"]["dns"], "error")
        self.assertNotIn("tcp", found["name"])
        self.assertEqual((found["port"]["dns"], found["port"]["tcp"]), ("ok", "error"))
        self.assertEqual((found["token"]["http"], found["token"]["auth"]), ("ok", "error"))
        self.assertEqual((found["file"]["token.source"], found["file"]["auth"]), ("error", "error"))
        self.assertEqual((found["none"]["token.source"], found["none"]["auth"]), ("warning", "error"))

    def test_certificates(self):
        certificate, key = self.home.file("cert.pem"), self.home.file("key.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "2",
                        "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"], check=True, capture_output=True)
        peer = self.peer(lambda plain: self.secured(plain, certificate, key))
        port = peer.server_address[1]
        self.configure(known={"url": f"https://localhost:{port}", "ca": certificate}, strange={"url": f"https://localhost:{port}"})
        found = self.checks(9)
        self.assertEqual((found["known"]["tls.trust"], found["known"]["tls.expiry"]), ("ok", "warning"))
        self.assertRegex(self.row("tls.expiry")["message"], r"in [12] days")
        self.assertEqual((found["strange"]["tcp"], found["strange"]["tls.trust"]), ("ok", "error"))

    def secured(self, plain, certificate, key):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        return context.wrap_socket(plain, server_side=True, do_handshake_on_connect=False)

    def peer(self, wrapped=lambda plain: plain):
        class Quiet(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request, client_address):
                """Connections that are only tried end without a word."""

        peer = Quiet(("127.0.0.1", 0), Odd)
        peer.socket = wrapped(peer.socket)
        thread = threading.Thread(target=peer.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        self.addCleanup(peer.server_close)
        self.addCleanup(thread.join)
        self.addCleanup(peer.shutdown)
        return peer

    def test_an_odd_agent(self):
        self.configure(odd={"url": f"http://127.0.0.1:{self.peer().server_address[1]}"})
        found = self.checks(0)["odd"]
        self.assertEqual((found["clock"], found["health"]), ("warning", "warning"))
        self.assertIn("behind", self.row("clock")["message"])
        self.assertEqual((found["area.cron"], found["area.mcp"], found["area.policy"]), ("ok", "warning", "info"))
        self.assertEqual(found["version"], "info")

    def test_what_the_agent_has(self):
        server = self.serve()
        channel = self.home.write("channel.json", json.dumps({"enabled": True, "token": "${credentials.NOT_THERE}", "allowFrom": []}))
        self.succeed(server.run("channels", "set", "telegram", "-f", channel))
        self.succeed(server.run("credentials", "create", "--key", "OPEN", "--from-env", "HOME", "--exposed"))
        self.configure(a={"url": server.url, "token": {"file": self.token(server.token)}})
        found = self.checks(9)["a"]
        self.assertEqual(found["restart"], "warning")
        self.assertIn("restart", self.row("restart")["fix"])
        self.assertEqual(found["channels.nobody-allowed"], "error")
        self.assertEqual(found["secrets.placeholder-without-secret"], "error")
        self.assertEqual(found["secrets.exposed-without-deadline"], "warning")

    def test_placet(self):
        server = self.serve()
        placet = Placet()
        self.addCleanup(placet.stop)
        user = placet.add_user("ada@example.org", "x")
        agent = placet.add_agent(user, "support", server.url, server.token)
        self.configure(via={"kind": "placet", "url": placet.url, "agent": agent, "token": {"file": self.token(placet.token(user))}})
        found = self.checks(0)["via"]
        self.assertEqual((found["placet.session"], found["auth"], found["area.cron"], found["area.versions"], found["area.approvals"]),
                         ("ok", "ok", "ok", "ok", "info"))
        self.assertIn("ada@example.org", self.row("placet.session")["message"])
        placet.agents[0]["managementApiKey"] = "wrong"
        found = self.checks(9)["via"]
        self.assertEqual((found["placet.session"], found["auth"]), ("ok", "error"))
        self.assertIn("rotate-management", self.row("auth")["fix"])
        placet.agents[0].update(managementUrl=None, managementApiKey=None)
        found = self.checks(9)["via"]
        self.assertEqual((found["placet.session"], found["http"]), ("ok", "error"))
        placet.ended.add(self.read_token())
        self.assertEqual(self.checks(9)["via"]["placet.session"], "error")

    def read_token(self):
        with open(self.home.file("token"), encoding="ascii") as file:
            return file.read().strip()

    def test_local_socket(self):
        path = self.home.file("agent.sock")
        server = self.serve(listen="unix:" + path)
        self.configure(sock={"url": "unix:" + path, "token": {"file": self.token(server.token)}})
        found = self.checks(0)["sock"]
        self.assertNotIn("dns", found)
        self.assertEqual(found["auth"], "ok")


if __name__ == "__main__":
    harness.main()
