#!/usr/bin/env python3
"""`api` with any body, header, stream and list: what arrives is what was given, and what is secret stays so."""

import json
import os
import subprocess
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import harness

TOKEN = "canary-token-4711"
BYTES = bytes(range(256)) * 5


class Agent:
    """Notes every request. /numbers is a list of 25 in pages of ten, /more one that tells whether more follow, /stuck one that always
    gives the same page, /drip a text in two pieces, of which the second waits for `go`."""

    def __init__(self):
        self.requests = []
        self.go = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def answer(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                outer.requests.append((self.command, self.path, {name.lower(): value for name, value in self.headers.items()}, body))
                url = urllib.parse.urlsplit(self.path)
                offset = int(dict(urllib.parse.parse_qsl(url.query)).get("offset", 0))
                if url.path.endswith("/drip"):
                    return self.drip()
                reply = {"ok": True}
                if url.path.endswith("/numbers"):
                    reply = {"items": list(range(offset, min(offset + 10, 25))), "total": 25, "offset": offset}
                elif url.path.endswith("/more"):
                    reply = {"rows": list(range(offset, offset + 10)), "hasMore": offset < 20}
                elif url.path.endswith("/stuck"):
                    reply = {"items": [1, 2], "total": 10}
                elif url.path.endswith("/two"):
                    reply = {"a": [1], "b": [2]}
                data = json.dumps(reply).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def drip(self):
                self.send_response(200)
                self.send_header("Content-Type", "text/plain")
                self.send_header("Connection", "close")
                self.end_headers()
                self.wfile.write(b"first\n")
                self.wfile.flush()
                outer.go.wait(harness.DEADLINE)
                self.wfile.write(b"second\n")
                self.close_connection = True

            do_GET = do_POST = do_PUT = answer

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self):
        self.go.set()
        self.server.shutdown()
        self.server.server_close()


class Api(harness.Case):
    def setUp(self):
        super().setUp()
        self.agent = Agent()
        self.addCleanup(self.agent.close)
        self.environment = {"FACIOCTL_URL": self.agent.url, "FACIOCTL_TOKEN": TOKEN}

    def api(self, *words, **options):
        return self.home.run("api", *words, env=self.environment, **options)

    def one(self):
        [request] = self.agent.requests
        self.agent.requests.clear()
        return request

    def test_any_body(self):
        with open(self.home.file("logo.png"), "wb") as file:
            file.write(BYTES)
        self.succeed(self.api("POST", "/x", "--input", self.home.file("logo.png")))
        method, path, headers, body = self.one()
        self.assertEqual((method, path, headers["content-type"], body), ("POST", "/api/v1/x", "application/octet-stream", BYTES))
        self.succeed(self.api("PUT", "/x", "--input", "-", "--header", "content-type:image/png", "-H", "X-Filename: logo.png", stdin=BYTES))
        _, _, headers, body = self.one()
        self.assertEqual((headers["content-type"], headers["x-filename"], body), ("image/png", "logo.png", BYTES))
        self.assertEqual(headers["authorization"], "Bearer " + TOKEN)
        self.succeed(self.api("/x", "-H", "Accept: text/csv"))
        self.assertEqual(self.one()[2]["accept"], "text/csv")

    def test_what_cannot_be_is_not_sent(self):
        for words, said in ((["POST", "/x", "--input", "-", "--field", "a=1"], "--input"), (["/x", "--input", "-"], "GET has no body"),
                            (["/x", "--header", "Authorization: Bearer x"], "--token-file"), (["/x", "--header", "host: a"], "host"),
                            (["/x", "--header", "no colon"], "NAME: VALUE"), (["/x", "--header", "A: b\r\nC: d"], "NAME: VALUE"),
                            (["/x", "--header", ": b"], "NAME: VALUE"), (["POST", "/x", "--all"], "only GET"),
                            (["/numbers?offset=5", "--all"], "offset="), (["POST", "/x", "--input", "/no/such/file"], "--input")):
            done = self.fail_with(2, self.api(*words))
            self.assertIn(said, done.err)
            self.assertEqual(self.agent.requests, [], words)

    def test_secrets_are_not_shown(self):
        secret = "canary-header-0815"
        words = ["POST", "/x", "--header", "X-Api-Key: " + secret, "--header", "X-Plain: hello", "--field", "a=1"]
        shown = self.succeed(self.api(*words, "-vvv"))
        self.assertEqual(self.one()[2]["x-api-key"], secret)
        for more in (["--dry-run"], ["--curl"], ["--curl=python"], ["--curl=fish"], ["--curl=powershell"], ["--curl=httpie"]):
            done = self.succeed(self.api(*words, *more))
            self.assertNotIn(secret, done.out + done.err, more)
            self.assertIn("hello", done.out, more)
        self.assertNotIn(secret, shown.err)
        self.assertIn("hello", shown.err)

    def test_curl_sends_the_same(self):
        with open(self.home.file("logo.png"), "wb") as file:
            file.write(BYTES)
        words = ["PUT", "/x?a=b", "--input", "logo.png", "--header", "Content-Type: image/png", "--header", "X-It's: a \"b\" $c"]
        self.succeed(self.api(*words))
        ours = self.one()
        for form, shell in (("sh", ["sh", "-c"]), ("python", ["python3", "-c"])):
            shown = self.succeed(self.api(*words, "--curl=" + form))
            self.assertIn("standard input", shown.err)
            subprocess.run([*shell, shown.out], input=BYTES, check=True, capture_output=True,
                           env={"PATH": os.environ["PATH"], "FACIOCTL_TOKEN": TOKEN})
            theirs = self.one()
            self.assertEqual(ours[:2] + (ours[3],), theirs[:2] + (theirs[3],))
            for name in ("accept", "content-type", "x-it's", "authorization"):
                self.assertEqual(ours[2][name], theirs[2][name], (form, name))

    def test_all_pages(self):
        self.assertEqual(self.succeed(self.api("/numbers", "--all")).json(), {"items": list(range(25)), "total": 25})
        self.assertEqual([path for _, path, _, _ in self.agent.requests],
                         ["/api/v1/numbers", "/api/v1/numbers?offset=10", "/api/v1/numbers?offset=20"])
        self.assertEqual(self.succeed(self.api("/more?x=1", "--all")).json()["items"], list(range(30)))
        self.assertIn("/api/v1/more?x=1&offset=20", [path for _, path, _, _ in self.agent.requests])
        self.assertIn("same page twice", self.fail_with(14, self.api("/stuck", "--all")).err)
        self.assertIn("no list, or several", self.fail_with(14, self.api("/two", "--all")).err)

    def test_stream(self):
        process = subprocess.Popen([harness.CLIENT, "api", "/drip", "--stream"], env={**self.home.environment, **self.environment},
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        # The second piece is sent only after the first was printed.
        self.assertEqual(process.stdout.readline(), b"first\n")
        self.agent.go.set()
        out, err = process.communicate(timeout=harness.DEADLINE)
        self.assertEqual((process.returncode, out, err), (0, b"second\n", b""))


if __name__ == "__main__":
    harness.main()
