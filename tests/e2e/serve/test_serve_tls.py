#!/usr/bin/env python3
"""serve --tls against clients that are not ours (curl, openssl s_client, Python), and our client against it and against nginx."""

import http.client
import json
import os
import shutil
import signal
import socket
import ssl
import struct
import subprocess

import harness


def content(path):
    with open(path, "rb") as file:
        return file.read()


class Certificates:
    """Authorities and certificates of a test, made by the openssl program."""

    def __init__(self, home):
        self.home = home

    def openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], check=True, capture_output=True, timeout=harness.DEADLINE)

    def authority(self, name):
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", self.file(name, "key"),
                     "-out", self.file(name), "-days", "2", "-subj", f"/CN={name}")
        return self.file(name)

    def issue(self, name, authority, names="DNS:localhost,IP:127.0.0.1", days="2"):
        extensions = self.home.write(f"{name}.ext", f"subjectAltName={names}\n")
        request = self.home.file(f"{name}.csr")
        self.openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", self.file(name, "key"),
                     "-out", request, "-subj", f"/CN={name}")
        self.openssl("x509", "-req", "-in", request, "-CA", self.file(authority), "-CAkey", self.file(authority, "key"), "-CAcreateserial",
                     "-out", self.file(name), "-days", days, "-extfile", extensions)
        return self.file(name), self.file(name, "key")

    def file(self, name, kind="pem"):
        return self.home.file(f"{name}.{kind}")


class TlsCase(harness.Case):
    def setUp(self):
        super().setUp()
        self.certificates = Certificates(self.home)

    def port(self, server):
        return int(server.url.rsplit(":", 1)[1])

    def curl(self, server, ca, *arguments, path="/health", host="127.0.0.1"):
        done = subprocess.run(["curl", "-sS", "--max-time", "20", "--cacert", ca, *arguments, f"https://{host}:{self.port(server)}{path}"],
                              capture_output=True, timeout=harness.DEADLINE)
        return done.returncode, done.stdout, done.stderr.decode()

    def shake(self, server, ca, version):
        """openssl s_client's exit code and words with one version of TLS."""
        done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{self.port(server)}", "-CAfile", ca, "-verify_return_error",
                               "-cipher", "DEFAULT@SECLEVEL=0", version], input=b"", capture_output=True, timeout=harness.DEADLINE)
        return done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace")

    def connect(self, server, ca, certificate=None):
        context = ssl.create_default_context(cafile=ca)
        if certificate:
            context.load_cert_chain(*certificate)
        raw = socket.create_connection(("127.0.0.1", self.port(server)), timeout=harness.DEADLINE)
        self.addCleanup(raw.close)
        secured = context.wrap_socket(raw, server_hostname="localhost")
        self.addCleanup(secured.close)
        return secured

    def serial(self, server, ca):
        return self.connect(server, ca).getpeercert()["serialNumber"]

    def https(self, server, ca):
        connection = http.client.HTTPSConnection("127.0.0.1", self.port(server), timeout=harness.DEADLINE,
                                                 context=ssl.create_default_context(cafile=ca))
        self.addCleanup(connection.close)
        return connection

    def refuse_to_serve(self, *arguments, listen="127.0.0.1:0"):
        return self.fail_with(2, self.home.run("serve", "--listen", listen, "--data", self.home.file("data"), *arguments))


class Auto(TlsCase):
    def test_clients_that_trust_the_authority(self):
        server = self.serve("--tls", "auto")
        ca = server.ready["ca_file"]
        self.assertTrue(server.url.startswith("https://127.0.0.1:"), server.url)
        for host in ("127.0.0.1", "localhost"):
            code, out, err = self.curl(server, ca, host=host)
            self.assertEqual((code, json.loads(out)["status"]), (0, "ok"), err)
        names = {value for _, value in self.connect(server, ca).getpeercert()["subjectAltName"]}
        self.assertLessEqual({"localhost", "127.0.0.1", "0:0:0:0:0:0:0:1", socket.gethostname()}, names)
        self.assertEqual(self.connect(server, ca).version(), "TLSv1.3")
        code, said = self.shake(server, ca, "-tls1_3")
        self.assertEqual(code, 0, said)
        code, said = self.shake(server, ca, "-tls1_2")
        self.assertEqual(code, 0, said)
        self.assertIn("Protocol  : TLSv1.2", said)
        code, said = self.shake(server, ca, "-tls1_1")
        self.assertEqual(code, 1, said)
        self.assertIn("alert protocol version", said)

    def test_our_client_needs_no_setting_up(self):
        running = self.serve("--tls", "auto", pass_data=False, env={"XDG_DATA_HOME": self.home.file("share")})
        self.assertEqual(self.succeed(self.home.run("--context", "local", "health", "-o", "json")).json()["status"], "ok")
        self.succeed(self.home.run("--context", "local", "cron", "list"))
        server = self.home.run("context", "show", "local", "-o", "json").json()
        self.assertEqual(server["ca"], self.home.file("share/facioctl/serve/tls/ca.pem"))
        # Another name for it trusts the same authority.
        env = {"XDG_DATA_HOME": self.home.file("share"), "T": running.token}
        self.succeed(self.home.run("context", "add", "mine", "--url", server["url"], "--trust-local", "--token-env", "T", env=env))
        self.assertEqual(self.home.run("context", "show", "mine", "-o", "json").json()["ca"], server["ca"])
        self.succeed(self.home.run("--context", "mine", "health", env=env))
        done = self.fail_with(2, self.home.run("context", "add", "other", "--url", server["url"], "--trust-local"))
        self.assertIn("serve --tls auto", done.err)
        done = self.fail_with(2, self.home.run("context", "add", "other", "--url", server["url"], "--trust-local", "--ca", "x", env=env))
        self.assertIn("cannot be combined", done.err)

    def test_without_the_authority_nothing_is_sent(self):
        server = self.serve("--tls", "auto")
        done = self.fail_with(11, self.home.run("health", "--url", server.url, env={"FACIOCTL_TOKEN": server.token}))
        self.assertIn("certificate refused", done.err)
        self.assertIn("--ca FILE", done.err)

    def test_the_authority_is_made_once(self):
        server = self.serve("--tls", "auto")
        ca = server.ready["ca_file"]
        directory = os.path.dirname(ca)
        before = {name: content(os.path.join(directory, name)) for name in os.listdir(directory)}
        self.assertEqual(set(before), {"authority.pem", "ca.pem", "server.pem"})
        self.assertNotIn(b"PRIVATE", before["ca.pem"])
        self.assertEqual(os.stat(directory).st_mode & 0o777, 0o700)
        for name in ("authority.pem", "server.pem"):
            self.assertEqual(os.stat(os.path.join(directory, name)).st_mode & 0o777, 0o600, name)
        self.assertEqual(server.stop(), 0)
        server = self.serve("--tls", "auto")
        self.assertEqual({name: content(os.path.join(directory, name)) for name in os.listdir(directory)}, before)
        self.assertEqual(server.stop(), 0)
        # A new name needs a new certificate of the same authority.
        server = self.serve("--tls", "auto", "--tls-name", "agent.example,192.0.2.7", "--tls-name", "*.agents.example")
        self.assertEqual(content(ca), before["ca.pem"])
        names = {value for _, value in self.connect(server, ca).getpeercert()["subjectAltName"]}
        self.assertLessEqual({"agent.example", "192.0.2.7", "*.agents.example", "localhost"}, names)
        self.assertEqual(server.stop(), 0)
        # A key that others can read is not used.
        os.chmod(os.path.join(directory, "authority.pem"), 0o640)
        self.assertIn("chmod 600", self.refuse_to_serve("--tls", "auto").err)

    def test_in_memory_nothing_is_left(self):
        server = self.serve("--memory", "--tls", "auto", pass_data=False)
        ca = server.ready["ca_file"]
        self.assertEqual(self.curl(server, ca)[0], 0)
        self.assertEqual(server.stop(), 0)
        self.assertFalse(os.path.exists(os.path.dirname(ca)))

    def test_a_certificate_is_renewed_before_it_expires(self):
        server = self.serve("--tls", "auto")
        ca = server.ready["ca_file"]
        directory = os.path.dirname(ca)
        # The same authority, by another hand, with 20 days left.
        authority = os.path.join(directory, "authority.pem")
        self.home.write("old.ext", "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1,DNS:" + socket.gethostname() + "\n")
        self.certificates.openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                                  self.home.file("old.key"), "-out", self.home.file("old.csr"), "-subj", "/CN=old")
        self.certificates.openssl("x509", "-req", "-in", self.home.file("old.csr"), "-CA", authority, "-CAkey", authority, "-set_serial",
                                  "77", "-days", "20", "-extfile", self.home.file("old.ext"), "-out", self.home.file("old.pem"))
        with open(os.path.join(directory, "server.pem"), "wb") as file:
            for name in ("old.pem", "old.key"):
                file.write(content(self.home.file(name)))
        before = self.serial(server, ca)
        server.process.send_signal(signal.SIGHUP)
        harness.wait_until(lambda: self.serial(server, ca) != before, "a new certificate")
        self.assertNotEqual(self.serial(server, ca), "4D")
        self.assertEqual(self.curl(server, ca)[0], 0)

    def test_plain_http_is_told(self):
        server = self.serve("--tls", "auto")
        for request in (b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n", b"PATCH /x HTTP/1.1\r\nHost: localhost\r\n\r\n"):
            with socket.create_connection(("127.0.0.1", self.port(server)), timeout=harness.DEADLINE) as plain:
                plain.sendall(request)
                answer = b"".join(iter(lambda: plain.recv(65536), b"")).decode()
            self.assertTrue(answer.startswith("HTTP/1.1 400 "), answer)
            self.assertIn("speaks HTTPS", answer)
        done = self.fail_with(7, self.home.run("health", "--url", server.url.replace("https", "http")))
        self.assertIn("use an https:// address", done.err)
        self.assertEqual(self.curl(server, server.ready["ca_file"])[0], 0)

    def test_bodies_streams_and_kept_connections(self):
        server = self.serve("--tls", "auto")
        ca = server.ready["ca_file"]
        headers = {"Authorization": "Bearer " + server.token, "Content-Type": "application/json"}
        connection = self.https(server, ca)
        big = os.urandom(400_000).hex()
        for _ in range(3):  # on one connection
            connection.request("PUT", "/api/v1/workspace/file?path=big.txt", json.dumps({"content": big}), headers)
            answer = connection.getresponse()
            self.assertEqual((answer.status, answer.read()[:1]), (200, b"{"))
            used = connection.sock
            code, out, err = self.curl(server, ca, "-H", "Authorization: Bearer " + server.token,
                                       path="/api/v1/workspace/file?path=big.txt")
            self.assertEqual((code, err, json.loads(out)["content"]), (0, "", big))
            self.assertIs(connection.sock, used)
        env = {"FACIOCTL_TOKEN_FILE": server.token_file}
        self.succeed(self.home.run("context", "add", "s", "--url", server.url, "--ca", ca, "--token-file", server.token_file))
        got = self.succeed(self.home.run("--context", "s", "workspace", "cat", "big.txt", env=env))
        self.assertEqual(got.out, big)
        # Pipelined requests, each of one byte a record.
        secured = self.connect(server, ca)
        for byte in b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\nGET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n":
            secured.sendall(bytes([byte]))
        answer = b"".join(iter(lambda: secured.recv(65536), b""))
        self.assertEqual(answer.count(b"HTTP/1.1 200 OK"), 2)
        # An answer that goes on, and a client that leaves it.
        follower = subprocess.Popen([harness.CLIENT, "--context", "s", "audit", "-f", "-n", "0", "--type", "message_in", "--count", "2"],
                                    stdout=subprocess.PIPE, env={**self.home.environment, **env})
        self.addCleanup(follower.stdout.close)
        stream = self.connect(server, ca)
        stream.sendall(f"GET /api/v1/audit/stream HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {server.token}\r\n\r\n".encode())
        self.assertTrue(stream.recv(15).startswith(b"HTTP/1.1 200 OK"))
        stream.close()
        harness.wait_until(lambda: self.streams(connection, server) == 2, "both streams")
        for message in ("one", "two"):
            self.succeed(self.home.run("--context", "s", "chat", "send", message))
        self.assertEqual(follower.wait(harness.DEADLINE), 0)
        self.assertEqual(follower.stdout.read().count(b"message_in"), 2)

    def test_large_bodies_and_clients_that_break_off(self):
        server = self.serve("--tls", "auto")
        ca = server.ready["ca_file"]

        def descriptors():
            return len(os.listdir(f"/proc/{server.process.pid}/fd"))
        before = descriptors()
        path = "/api/v1/workspace/file?path=a.txt"
        put = ("-X", "PUT", "-H", "Content-Type: application/json", "-H", "Authorization: Bearer " + server.token, "--data-binary")
        fits = "@" + self.home.write("fits", json.dumps({"content": "x" * 5_000_000}))
        code, out, err = self.curl(server, ca, "-v", "-H", "Expect: 100-continue", *put, fits, path=path)
        self.assertEqual((code, json.loads(out)["path"]), (0, "a.txt"), err)
        self.assertIn("HTTP/1.1 100 Continue", err)
        large = "@" + self.home.write("large", json.dumps({"content": "x" * 20_000_000}))
        for header in ("Expect: 100-continue", "Expect:"):  # the refusal is seen although the body is still coming
            code, out, err = self.curl(server, ca, "-H", header, *put, large, path=path)
            self.assertEqual((code, json.loads(out)["error"]["code"]), (0, "payload_too_large"), err)
        for _ in range(50):
            broken = self.connect(server, ca)
            broken.sendall(b"GET /health HTTP/1.1\r\n")
            broken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            broken.close()  # by a reset
        harness.wait_until(lambda: descriptors() <= before, "the end of all connections")

    def test_a_stop_waits_for_nobody_who_is_silent(self):
        server = self.serve("--tls", "auto", "--grace", "60s")
        idle = self.https(server, server.ready["ca_file"])
        idle.request("GET", "/health")
        self.assertEqual(idle.getresponse().read()[:1], b"{")
        silent = socket.create_connection(("127.0.0.1", self.port(server)), timeout=harness.DEADLINE)
        self.addCleanup(silent.close)
        server.process.send_signal(signal.SIGTERM)
        # Well before its time for a handshake is over, which is 10 seconds.
        self.assertEqual(server.process.wait(5), 0)
        self.assertEqual(idle.sock.recv(1), b"")  # with a proper end, or this would raise

    @staticmethod
    def streams(connection, server):
        connection.request("GET", "/api/v1/audit?event=api_request&limit=1000", headers={"Authorization": "Bearer " + server.token})
        items = json.loads(connection.getresponse().read())["items"]
        return sum(item["details"]["path"] == "/api/v1/audit/stream" for item in items)

    def test_a_restart_in_place_keeps_it(self):
        server = self.serve("--tls", "auto")
        ca = server.ready["ca_file"]
        self.succeed(self.home.run("context", "add", "s", "--url", server.url, "--ca", ca, "--token-file", server.token_file))
        before = self.succeed(self.home.run("--context", "s", "agent", "status", "-o", "json")).json()
        self.succeed(self.home.run("--context", "s", "agent", "restart", "--yes"))
        harness.wait_until(lambda: f"restarted {server.url} in" in server.output(), "the restart")
        after = self.succeed(self.home.run("--context", "s", "agent", "status", "-o", "json")).json()
        self.assertEqual(set(before), set(after))

    def test_who_does_not_shake_hands_holds_nobody_up(self):
        server = self.serve("--tls", "auto", "--threads", "1")
        silent = []
        for number in range(60):
            one = socket.create_connection(("127.0.0.1", self.port(server)), timeout=harness.DEADLINE)
            self.addCleanup(one.close)
            if number % 2:
                one.sendall(b"\x16\x03\x01\x02\x00\x01")  # the start of a hello
            silent.append(one)
        garbage = socket.create_connection(("127.0.0.1", self.port(server)), timeout=harness.DEADLINE)
        self.addCleanup(garbage.close)
        garbage.sendall(b"\x00\x01\x02\x03" * 100)
        self.assertEqual(self.curl(server, server.ready["ca_file"])[0], 0)
        while garbage.recv(4096):
            pass  # an alert, and the end
        for one in silent:
            self.assertEqual(one.recv(1), b"")  # when the time for a handshake is over


class OwnFiles(TlsCase):
    def setUp(self):
        super().setUp()
        self.ca = self.certificates.authority("ca")
        self.cert, self.key = self.certificates.issue("server", "ca")

    def tls(self, cert=None, key=None):
        return "--tls", f"{cert or self.cert},{key or self.key}"

    def test_certificates_are_exchanged_while_it_runs(self):
        server = self.serve(*self.tls())
        self.assertNotIn("ca_file", server.ready)
        kept = self.https(server, self.ca)
        kept.request("GET", "/health")
        self.assertEqual(kept.getresponse().read()[:1], b"{")
        first = self.serial(server, self.ca)
        new_cert, new_key = self.certificates.issue("new", "ca")
        for new, old in ((new_cert, self.cert), (new_key, self.key)):
            shutil.copyfile(new, old)
        server.process.send_signal(signal.SIGHUP)
        harness.wait_until(lambda: self.serial(server, self.ca) != first, "the new certificate")
        second = self.serial(server, self.ca)
        kept.request("GET", "/health")  # what is open goes on
        self.assertEqual(kept.getresponse().status, 200)
        self.home.write("server.pem", "nothing\n")
        server.process.send_signal(signal.SIGHUP)
        harness.wait_until(lambda: "stay in use" in server.output(), "a word about the bad file")
        self.assertIn(self.cert, server.output())
        self.assertEqual(self.serial(server, self.ca), second)
        os.remove(self.cert)
        os.mkfifo(self.cert, 0o600)  # nobody will ever write to it
        server.process.send_signal(signal.SIGHUP)
        harness.wait_until(lambda: "is not a regular file" in server.output(), "a word about the pipe")
        self.assertEqual(self.serial(server, self.ca), second)

    def test_bad_files_are_named(self):
        for mode in (0o640, 0o604, 0o660):
            os.chmod(self.key, mode)
            done = self.refuse_to_serve(*self.tls())
            self.assertIn(f"the key file {self.key} can be read or changed by others", done.err)
            self.assertIn(f"chmod 600 {self.key}", done.err)
        os.chmod(self.key, 0o600)
        self.assertIn("/nowhere.pem", self.refuse_to_serve(*self.tls(cert="/nowhere.pem")).err)
        self.assertIn("/nowhere.key", self.refuse_to_serve(*self.tls(key="/nowhere.key")).err)
        pipe = self.home.file("pipe")
        os.mkfifo(pipe, 0o600)
        for options in (self.tls(cert=pipe), self.tls(key=pipe), (*self.tls(), "--client-ca", pipe)):
            self.assertIn(f"file {pipe} is not a regular file", self.refuse_to_serve(*options).err)
        other = self.certificates.issue("other", "ca")
        self.assertIn("does not belong to the certificate", self.refuse_to_serve(*self.tls(key=other[1])).err)
        locked = self.home.file("locked.key")
        self.certificates.openssl("ec", "-in", self.key, "-aes256", "-passout", "pass:secret", "-out", locked)
        self.assertIn("without a passphrase", self.refuse_to_serve(*self.tls(key=locked)).err)
        for given in ("yes", f"{self.key},", f"{self.key},b,c"):
            self.assertIn("auto, or two files", self.refuse_to_serve("--tls", given).err)
        self.assertIn("--client-ca needs --tls", self.refuse_to_serve("--client-ca", self.ca).err)
        self.assertIn("/nowhere.pem", self.refuse_to_serve(*self.tls(), "--client-ca", "/nowhere.pem").err)
        self.assertIn("--tls-name", self.refuse_to_serve("--tls", "auto", "--tls-name", "a b").err)
        self.assertIn("unix socket", self.refuse_to_serve(*self.tls(), listen="unix:" + self.home.file("s")).err)

    def test_other_machines_may_reach_it(self):
        self.assertIn("--tls", self.refuse_to_serve(listen="0.0.0.0:0").err)
        server = self.serve(*self.tls(), listen="0.0.0.0:0")
        self.assertEqual(self.curl(server, self.ca)[0], 0)
        # The context for this machine has an address that the certificate names.
        self.succeed(self.home.run("context", "add", "local", "--ca", self.ca))
        self.succeed(self.home.run("--context", "local", "health"))

    def test_failures_are_explained(self):
        def asked(server, host="127.0.0.1", ca=self.ca):
            self.succeed(self.home.run("context", "add", "s", "--url", f"https://{host}:{self.port(server)}", "--ca", ca, "--token-env",
                                       "T"))
            done = self.home.run("--context", "s", "context", "test", "-o", "json", env={"T": "t"})
            self.assertEqual(done.code, 11, str(done))
            doctor = self.home.run("doctor", "s", "-o", "json", env={"T": "t"}).json()
            return done.json()[0]["message"], next(one for one in doctor if one["id"] == "tls.trust")

        server = self.serve(*self.tls(*self.certificates.issue("elsewhere", "ca", names="DNS:agent.example")))
        message, doctor = asked(server)
        self.assertIn("IP address mismatch", message)
        self.assertIn("a host name that is in the certificate", doctor["fix"])
        message, doctor = asked(server, "localhost")
        self.assertIn("hostname mismatch", message)
        server = self.serve(*self.tls(), data="second")
        message, doctor = asked(server, ca=self.certificates.authority("stranger"))
        self.assertIn("unable to get local issuer certificate", message)
        self.assertIn("--ca FILE", doctor["fix"])
        server = self.serve(*self.tls(*self.certificates.issue("old", "ca", days="-1")), data="third")
        self.assertIn("has expired on", server.output())
        message, doctor = asked(server)
        self.assertIn("certificate has expired", message)
        self.assertIn("renew the agent's certificate", doctor["fix"])


class Mutual(TlsCase):
    def setUp(self):
        super().setUp()
        self.ca = self.certificates.authority("ca")
        self.server_files = self.certificates.issue("server", "ca")
        self.client = self.certificates.issue("client", "ca")
        self.certificates.authority("stranger")
        self.stranger = self.certificates.issue("impostor", "stranger")

    def context(self, url, *arguments):
        return self.home.run("context", "add", "m", "--url", url, "--ca", self.ca, "--token-env", "T", *arguments)

    def health(self, token="t"):
        return self.home.run("--context", "m", "health", "-o", "json", env={"T": token})

    def test_our_server_lets_in_who_has_a_certificate(self):
        server = self.serve("--tls", ",".join(self.server_files), "--client-ca", self.ca)
        mine = ("--cert", self.client[0], "--key", self.client[1])
        for version in ("--tlsv1.3", "--tlsv1.2"):
            limit = ("--tls-max", version[-3:])
            code, out, err = self.curl(server, self.ca, version, *limit, *mine)
            self.assertEqual((code, json.loads(out)["status"]), (0, "ok"), err)
            self.assertNotEqual(self.curl(server, self.ca, version, *limit)[0], 0)
            self.assertNotEqual(self.curl(server, self.ca, version, *limit, "--cert", self.stranger[0], "--key", self.stranger[1])[0], 0)
        self.succeed(self.context(server.url))
        done = self.fail_with(11, self.health())
        self.assertIn("requires a client certificate", done.err)
        self.assertIn("--client-cert FILE --client-key FILE", done.err)
        test = self.home.run("--context", "m", "context", "test", "-o", "json", env={"T": "t"})
        self.assertEqual((test.code, test.json()[0]["result"]), (11, "unreachable"))
        self.assertIn("requires a client certificate", test.json()[0]["message"])
        doctor = self.home.run("doctor", "m", "-o", "json", env={"T": "t"})
        self.assertIn("requires a client certificate", doctor.out)
        self.succeed(self.context(server.url, "--client-cert", self.client[0], "--client-key", self.client[1]))
        self.assertEqual(self.succeed(self.health(server.token)).json()["status"], "ok")
        shown = self.succeed(self.home.run("--context", "m", "health", "--curl", env={"T": "t"})).out
        env = {**self.home.environment, "FACIOCTL_TOKEN": server.token}
        done = subprocess.run(["sh", "-c", shown], env=env, capture_output=True, timeout=harness.DEADLINE)
        self.assertEqual((done.returncode, json.loads(done.stdout)["status"]), (0, "ok"), done.stderr)
        self.succeed(self.context(server.url, "--client-cert", self.stranger[0], "--client-key", self.stranger[1]))
        self.assertIn("does not accept the client certificate", self.fail_with(11, self.health()).err)

    def test_the_files_of_a_context(self):
        self.fail_with(2, self.context("https://127.0.0.1:1", "--client-cert", self.client[0]))
        self.succeed(self.context("https://127.0.0.1:1", "--client-cert", self.client[0], "--client-key", self.client[1]))
        server = self.serve("--tls", ",".join(self.server_files))
        os.chmod(self.client[1], 0o644)
        self.succeed(self.context(server.url))
        done = self.fail_with(11, self.health())
        self.assertIn(f"the key file {self.client[1]} can be read or changed by others", done.err)
        self.assertIn(f"chmod 600 {self.client[1]}", done.err)

    def test_nginx_that_asks_for_a_certificate(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        config = self.home.write("nginx.conf", f"""
            daemon off; pid {self.home.file('nginx.pid')}; error_log stderr; events {{}}
            http {{ access_log off; client_body_temp_path {self.home.file('b')}; proxy_temp_path {self.home.file('p')};
              fastcgi_temp_path {self.home.file('f')}; uwsgi_temp_path {self.home.file('u')}; scgi_temp_path {self.home.file('s')};
              server {{ listen 127.0.0.1:{port} ssl; ssl_certificate {self.server_files[0]}; ssl_certificate_key {self.server_files[1]};
                ssl_client_certificate {self.ca}; ssl_verify_client on;
                location / {{ default_type application/json;
                  return 200 '{{"status":"ok","uptime":5,"who":"$ssl_client_s_dn"}}'; }} }} }}""")
        nginx = subprocess.Popen([shutil.which("nginx") or "/usr/sbin/nginx", "-e", "stderr", "-c", config], stderr=subprocess.DEVNULL)
        self.addCleanup(nginx.wait)
        self.addCleanup(nginx.terminate)

        def is_up():
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", port)) == 0
        harness.wait_until(is_up, "nginx")
        url = f"https://127.0.0.1:{port}"
        self.succeed(self.context(url, "--client-cert", self.client[0], "--client-key", self.client[1]))
        self.assertEqual(self.succeed(self.health()).json()["who"], "CN=client")
        self.succeed(self.home.run("context", "remove", "m", "--yes"))
        self.succeed(self.context(url))
        self.assertIn('"http":400', self.fail_with(7, self.health()).err)


if __name__ == "__main__":
    harness.main()
