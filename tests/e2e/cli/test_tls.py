#!/usr/bin/env python3
"""https: the program talks to a real TLS peer, and believes only who can prove its name."""

import http.server
import ssl
import subprocess
import threading

import harness


class Health(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    seen = []

    def do_GET(self):  # noqa: N802: the name that the library calls
        Health.seen.append(self.headers["Authorization"])
        body = b'{"status":"ok","uptime":5}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Peer(http.server.ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        """A client that refuses the certificate hangs up: that is what is tested."""


class Tls(harness.Case):
    def setUp(self):
        super().setUp()
        self.certificate, key = self.home.file("cert.pem"), self.home.file("key.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", self.certificate, "-days", "2",
                        "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"], check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, key)
        peer = Peer(("127.0.0.1", 0), Health)
        peer.socket = context.wrap_socket(peer.socket, server_side=True, do_handshake_on_connect=False)
        thread = threading.Thread(target=peer.serve_forever)
        thread.start()
        self.addCleanup(peer.server_close)
        self.addCleanup(thread.join)
        self.addCleanup(peer.shutdown)
        Health.seen.clear()
        self.port = peer.server_address[1]

    def call(self, host, ca):
        self.home.write("config.yaml", f'version: 1\ncurrent: a\ncontexts:\n  a: {{ url: "https://{host}:{self.port}", ca: "{ca}", '
                                       'token: { env: AGENT_TOKEN } }\n')
        return self.home.run("health", "-o", "json", env={"FACIOCTL_CONFIG": self.home.file("config.yaml"), "AGENT_TOKEN": "secret-token"})

    def test_a_trusted_peer_is_talked_to(self):
        done = self.call("localhost", self.certificate)
        self.succeed(done)
        self.assertEqual(done.json()["uptime"], 5)
        self.assertEqual(Health.seen, ["Bearer secret-token"])

    def test_an_unknown_certificate_is_refused_before_the_token_is_sent(self):
        done = self.fail_with(11, self.home.run("health", "--url", f"https://localhost:{self.port}",
                                                env={"FACIOCTL_TOKEN": "secret-token"}))
        self.assertIn("certificate", done.err)
        self.assertNotIn("facioctl serve", done.err, "starting a server does not help")
        self.assertEqual(Health.seen, [])

    def test_a_certificate_for_another_name_is_refused(self):
        done = self.fail_with(11, self.call("127.0.0.1", self.certificate))
        self.assertIn("certificate", done.err)
        self.assertEqual(Health.seen, [])

    def test_a_missing_ca_file_is_named(self):
        done = self.fail_with(11, self.call("localhost", self.home.file("nothing.pem")))
        self.assertIn("nothing.pem", done.err)


if __name__ == "__main__":
    harness.main()
