#!/usr/bin/env python3
"""What the server does on the wire: order, limits, deadlines, authentication, CORS, rate limit."""

import concurrent.futures
import http.client
import json
import re
import select
import socket
import time

import harness


def read_answers(connection, count):
    """Status and body of `count` answers from one connection."""
    data, answers = b"", []
    while len(answers) < count:
        head, separator, rest = data.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
        if separator and length and len(rest) >= int(length[1]):
            answers.append((int(head.split()[1]), rest[: int(length[1])], head.decode("latin-1")))
            data = rest[int(length[1]):]
            continue
        part = connection.recv(65536)
        if not part:
            raise AssertionError(f"closed after {len(answers)} of {count} answers; left: {data!r}")
        data += part
    return answers


def closed(connection, deadline=harness.DEADLINE):
    """Everything the server sends before it closes; fails when it does not close."""
    connection.settimeout(deadline)
    data = b""
    try:
        while True:
            part = connection.recv(65536)
            if not part:
                return data
            data += part
    except ConnectionResetError:
        return data


class Http(harness.Case):
    def setUp(self):
        super().setUp()
        self.server = self.serve("--memory", pass_data=False)

    def head(self, line, *headers, token=True):
        lines = [line, "Host: localhost", *headers]
        if token:
            lines.append("Authorization: Bearer " + self.server.token)
        return "\r\n".join(lines).encode() + b"\r\n\r\n"

    def send(self, data, count=1):
        with self.server.connect() as connection:
            connection.sendall(data)
            return read_answers(connection, count)

    def error_of(self, answer):
        status, body, _ = answer
        error = json.loads(body)["error"]
        self.assertTrue(error["message"])
        return status, error["code"]

    # ------------------------------------------------------------------------------------------ authentication
    def test_missing_and_wrong_token(self):
        token = self.server.token
        for header in (None, "Bearer", "Bearer ", "Bearer wrong", "Bearer " + token + "x", "Bearer " + token[:-1], "Basic " + token, token):
            status, headers, body = self.server.request("GET", "/api/v1/cron", token=False,
                                                        headers={"Authorization": header} if header else {})
            self.assertEqual((status, body["error"]["code"]), (401, "unauthorized"), header)
            self.assertTrue(headers["WWW-Authenticate"].startswith("Bearer"))
            self.assertNotIn(token, json.dumps(body))

    def test_scheme_is_not_case_sensitive(self):
        self.assertEqual(self.server.request("GET", "/api/v1/health", token=False,
                                             headers={"Authorization": "bearer " + self.server.token})[0], 200)

    def test_nothing_is_told_without_a_token(self):
        for path in ("/api/v1/nonsense", "/api/v1/cron/unknown", "/api/v1/openapi.json"):
            self.assertEqual(self.server.request("GET", path, token=False)[0], 401, path)

    def test_health_without_token(self):
        self.assertEqual(self.server.request("GET", "/health", token=False)[2], {"status": "ok"})

    # ---------------------------------------------------------------------------------------------------- routes
    def test_unknown_route_and_method(self):
        self.assertEqual(self.server.request("GET", "/api/v1/nonsense")[0], 404)
        self.assertEqual(self.server.request("GET", "/nonsense")[0], 404)
        status, headers, body = self.server.request("PUT", "/api/v1/cron", {})
        self.assertEqual((status, body["error"]["code"]), (405, "method_not_allowed"))
        self.assertEqual({word.strip() for word in headers["Allow"].split(",")} & {"GET", "POST"}, {"GET", "POST"})

    def test_segments_are_decoded_after_splitting(self):
        for name in ("a%2Fb", "a%3Ab", "%20", "%C3%A4"):
            self.assertEqual(self.server.request("GET", "/api/v1/cron/" + name)[0], 404)
        for name in ("%zz", "%", "%00"):
            self.assertEqual(self.server.request("GET", "/api/v1/cron/" + name)[0], 400, name)

    def test_every_answer_is_json_with_a_request_id(self):
        for method, path in (("GET", "/api/v1/cron"), ("GET", "/api/v1/cron/x"), ("GET", "/nonsense"), ("PUT", "/api/v1/cron")):
            _, headers, _ = self.server.request(method, path)
            self.assertTrue(headers["Content-Type"].startswith("application/json"), path)
            self.assertTrue(headers["X-Request-Id"], path)

    # ------------------------------------------------------------------------------------------------ connections
    def test_pipelined_requests_are_answered_in_order(self):
        create = json.dumps({"name": "p", "schedule": {"kind": "every", "every_ms": 3600000}}).encode()
        data = b""
        for number in range(30):
            if number % 3 == 0:
                data += self.head("POST /api/v1/cron HTTP/1.1", f"Content-Length: {len(create)}", "Content-Type: application/json") + create
            elif number % 3 == 1:
                data += self.head("GET /api/v1/cron HTTP/1.1")
            else:
                data += self.head(f"GET /api/v1/cron/missing{number} HTTP/1.1")
        answers = self.send(data, 30)
        for number, (status, body, _) in enumerate(answers):
            self.assertEqual(status, (201, 200, 404)[number % 3], number)
            if number % 3 == 1:
                self.assertEqual(json.loads(body)["count"], number // 3 + 1, "a request sees every one before it")

    def test_byte_by_byte(self):
        with self.server.connect() as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for byte in self.head("GET /api/v1/health HTTP/1.1"):
                connection.sendall(bytes([byte]))
            self.assertEqual(read_answers(connection, 1)[0][0], 200)

    def test_close_is_kept(self):
        with self.server.connect() as connection:
            connection.sendall(self.head("GET /api/v1/health HTTP/1.1", "Connection: close"))
            self.assertEqual(closed(connection).split(b"\r\n")[0], b"HTTP/1.1 200 OK")

    def test_http_1_0(self):
        with self.server.connect() as connection:
            connection.sendall(self.head("GET /api/v1/health HTTP/1.0"))
            self.assertEqual(closed(connection).split(b"\r\n")[0], b"HTTP/1.1 200 OK")

    def test_chunked_body(self):
        body = json.dumps({"name": "c", "schedule": {"kind": "every", "every_ms": 3600000}}).encode()
        chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:7], body[7:])) + b"0\r\n\r\n"
        self.assertEqual(self.send(self.head("POST /api/v1/cron HTTP/1.1", "Transfer-Encoding: chunked", "Content-Type: application/json") +
                                   chunks)[0][0], 201)

    def test_expect_continue(self):
        body = json.dumps({"name": "c", "schedule": {"kind": "every", "every_ms": 3600000}}).encode()
        with self.server.connect() as connection:
            connection.sendall(self.head("POST /api/v1/cron HTTP/1.1", "Expect: 100-continue", f"Content-Length: {len(body)}",
                                         "Content-Type: application/json"))
            self.assertEqual(connection.recv(64), b"HTTP/1.1 100 Continue\r\n\r\n")
            connection.sendall(body)
            self.assertEqual(read_answers(connection, 1)[0][0], 201)

    def test_many_connections_at_once(self):
        def ask(_):
            return self.server.request("GET", "/api/v1/cron")[0]

        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            self.assertEqual(set(pool.map(ask, range(200))), {200})

    # ----------------------------------------------------------------------------------------------------- limits
    def test_malformed_requests(self):
        for data in (b"nonsense\r\n\r\n", b"GET\r\n\r\n", b"GET /health HTTP/9.9\r\nHost: localhost\r\n\r\n",
                     b"\x16\x03\x01\x00\xf0\x01\x00",
                     b"GET /health HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n",
                     b"POST /health HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                     b"GET /health HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                     b"GET /health HTTP/1.1\r\nHost: localhost\r\nX-Folded: a\r\n b\r\n\r\n",
                     b"GET /health HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
                     b"GET /health#x HTTP/1.1\r\nHost: localhost\r\n\r\n", b"GET /../health HTTP/1.1\r\nHost: localhost\r\n\r\n"):
            with self.server.connect() as connection:
                connection.sendall(data)
                connection.shutdown(socket.SHUT_WR)
                self.assertEqual(closed(connection).split(b"\r\n")[0], b"HTTP/1.1 400 Bad Request", data)
            self.assertEqual(self.server.request("GET", "/api/v1/health")[0], 200)

    def test_header_limit(self):
        with self.server.connect() as connection:
            connection.sendall(self.head("GET /api/v1/health HTTP/1.1", "X-Long: " + "x" * 70_000))
            self.assertEqual(closed(connection).split(b" ")[1], b"431")

    def test_target_limit(self):
        self.assertEqual(self.send(self.head("GET /api/v1/cron?x=" + "x" * 9_000 + " HTTP/1.1"))[0][0], 414)

    def test_body_limit(self):
        answer = self.send(self.head("POST /api/v1/cron HTTP/1.1", "Content-Length: 1048577", "Content-Type: application/json"))[0]
        self.assertEqual(self.error_of(answer), (413, "payload_too_large"))

    def test_body_limit_of_chunks(self):
        with self.server.connect() as connection:
            connection.sendall(self.head("POST /api/v1/cron HTTP/1.1", "Transfer-Encoding: chunked", "Content-Type: application/json"))
            try:
                for _ in range(40):
                    connection.sendall(b"10000\r\n" + b" " * 65536 + b"\r\n")
            except OSError:
                pass
            self.assertEqual(read_answers(connection, 1)[0][0], 413)

    def test_bodies_that_are_no_objects(self):
        for body in ("", "null", "[]", "1", '"text"', "{", '{"a":1}x', "\xff", '{"name":"a","name":"b"', "[" * 100_000, '{"a":' * 50_000):
            status, _, answer = self.server.request("POST", "/api/v1/cron", body.encode("latin-1"))
            self.assertEqual((status, answer["error"]["code"]), (400, "bad_request"), body[:40])

    def test_slow_client_is_cut_off(self):
        with self.server.connect() as connection:
            started = time.monotonic()
            connection.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n")
            connection.settimeout(60)
            answer = closed(connection, 60)
            self.assertLess(time.monotonic() - started, 40)
            self.assertEqual(answer.split(b"\r\n")[0], b"HTTP/1.1 408 Request Timeout")
        self.assertEqual(self.server.request("GET", "/health")[0], 200)

    def test_client_that_does_not_read(self):
        connection = self.server.connect()
        self.addCleanup(connection.close)
        connection.setblocking(False)
        request = self.head("GET /api/v1/openapi.json HTTP/1.1") * 50
        sent = 0
        while select.select([], [connection], [], 0.5)[1] and sent < 50_000_000:
            try:
                sent += connection.send(request)
            except OSError:
                break
        self.assertLess(sent, 50_000_000, "the server must not take requests without end")
        self.assertEqual(self.server.request("GET", "/api/v1/health")[0], 200)

    def test_client_that_leaves(self):
        for _ in range(20):
            with self.server.connect() as connection:
                connection.sendall(self.head("GET /api/v1/cron HTTP/1.1") * 5)
        self.assertEqual(self.server.request("GET", "/api/v1/health")[0], 200)

    def test_run_now_of_a_running_job_conflicts(self):
        job = self.create_job(self.server)

        def ask(_):
            return self.server.request("POST", f"/api/v1/cron/{job['id']}/run-now", {})[0]

        seen = set()
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            harness.wait_until(lambda: seen.update(pool.map(ask, range(32))) or 409 in seen, "one to come while another waits")
        self.assertEqual(seen, {202, 409})


class Options(harness.Case):
    def test_cors(self):
        server = self.serve("--memory", "--allowed-origin", "https://placet.example", pass_data=False)
        _, headers, _ = server.request("GET", "/api/v1/health", headers={"Origin": "https://placet.example"})
        self.assertEqual(headers["Access-Control-Allow-Origin"], "https://placet.example")
        status, headers, _ = server.request("GET", "/api/v1/health", headers={"Origin": "https://other.example"})
        self.assertEqual(status, 403)
        self.assertIsNone(headers["Access-Control-Allow-Origin"])
        asked = {"Origin": "https://placet.example", "Access-Control-Request-Method": "PATCH",
                 "Access-Control-Request-Headers": "authorization"}
        status, headers, _ = server.request("OPTIONS", "/api/v1/cron/x", token=False, headers=asked)
        self.assertEqual(status, 200)
        self.assertIn("PATCH", headers["Access-Control-Allow-Methods"])
        self.assertIn("authorization", headers["Access-Control-Allow-Headers"].lower())

    def test_no_cors_by_default(self):
        server = self.serve("--memory", pass_data=False)
        status, headers, _ = server.request("GET", "/health", headers={"Origin": "https://placet.example"})
        self.assertEqual(status, 403)
        self.assertIsNone(headers["Access-Control-Allow-Origin"])

    def test_rate_limit(self):
        server = self.serve("--memory", "--rate-limit-rpm", "5", pass_data=False)
        answers = [server.request("GET", "/api/v1/health") for _ in range(12)]
        self.assertEqual([answer[0] for answer in answers[:6]], [200] * 5 + [429])
        self.assertEqual(answers[5][2]["error"]["code"], "rate_limited")
        self.assertIn(int(answers[5][1]["Retry-After"]), range(1, 13))
        self.fail_with(13, server.run("health"))

    def test_token_guesses_are_rate_limited_too(self):
        server = self.serve("--memory", "--rate-limit-rpm", "5", pass_data=False)
        self.assertEqual([server.request("GET", "/api/v1/health", token="guess")[0] for _ in range(6)], [401] * 5 + [429])

    def test_grace_of_a_request_under_way(self):
        server = self.serve("--memory", pass_data=False)
        connection = http.client.HTTPConnection(*server.address, timeout=harness.DEADLINE)
        self.addCleanup(connection.close)
        body = json.dumps({"messages": [{"role": "user", "content": "/sleep 500ms"}], "session_id": "s"})
        connection.request("POST", "/v1/chat/completions", body, {"Content-Type": "application/json"})
        harness.wait_until(lambda: server.request("GET", "/api/v1/sessions/api%3As")[0] == 200, "the message")
        self.assertEqual(server.stop(), 0)
        self.assertEqual(connection.getresponse().status, 200)


if __name__ == "__main__":
    harness.main()
