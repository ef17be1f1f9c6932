#include "cli/http/client.hpp"

#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>

#include "tests/unit/cli/http/loopback_server.hpp"

using namespace facio;
using namespace facio::test;

namespace {

Request get(std::string target = "/api/v1/cron") {
  Request request;
  request.method = "GET";
  request.target = std::move(target);
  request.timeout_ms = 5000;
  return request;
}

Request post(std::string body) {
  Request request = get();
  request.method = "POST";
  request.body = std::move(body);
  request.has_body = true;
  request.idempotent = false;
  return request;
}

HttpClient client_of(const std::string& url, Trace trace = {}, const std::string& token = {}) {
  Target target;
  target.url = url;
  target.token = Secret(token);
  return {std::move(target), trace};
}

LoopbackServer::Script answering(std::string text) {
  return [text](Peer& peer) {
    peer.request();
    peer.send(text);
  };
}

}  // namespace

TEST_CASE("a request has the headers it needs and no more") {
  std::string seen, seen_post;
  LoopbackServer server({[&](Peer& peer) {
    seen = peer.request();
    peer.send(reply("200 OK", "{}"));
    seen_post = peer.request();
    peer.send(reply("201 Created", "{\"id\":1}", "X-Request-Id: r7\r\n"));
  }});
  {
    HttpClient client = client_of(server.url() + "/base/", {}, "tok-en");
    const auto first = client.send(get("/api/v1/cron?limit=5"));
    REQUIRE(first);
    CHECK(first->status == 200);
    CHECK(first->content_type == "application/json");
    const auto second = client.send(post("{\"a\":1}"));
    REQUIRE(second);
    CHECK(second->status == 201);
    CHECK(second->body == "{\"id\":1}");
    CHECK(second->request_id == "r7");
  }
  CHECK(server.accepted() == 1);  // kept alive
  CHECK(seen.substr(0, seen.find("\r\n")) == "GET /base/api/v1/cron?limit=5 HTTP/1.1");
  CHECK(seen.find("Host: 127.0.0.1:" + std::to_string(server.port()) + "\r\n") != std::string::npos);
  CHECK(seen.find("Authorization: Bearer tok-en\r\n") != std::string::npos);
  CHECK(seen.find("Accept: application/json\r\n") != std::string::npos);
  CHECK(seen.find("User-Agent: facioctl/") != std::string::npos);
  CHECK(seen.find("X-Request-Id: ") != std::string::npos);
  CHECK(seen.find("Content-") == std::string::npos);
  CHECK(seen_post.find("Content-Type: application/json\r\n") != std::string::npos);
  CHECK(seen_post.find("Content-Length: 7\r\n") != std::string::npos);
  CHECK(seen_post.substr(seen_post.size() - 7) == "{\"a\":1}");
}

TEST_CASE("chunked bodies, bodies until the end, and informational answers are read") {
  LoopbackServer server({answering("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: "
                                   "chunked\r\n\r\n3\r\n[1,\r\n2\r\n2]\r\n0\r\n\r\n"),
                         answering("HTTP/1.0 200 OK\r\n\r\n{\"to\":\"the end\"}")});
  HttpClient client = client_of(server.url());
  const auto chunked = client.send(get());
  REQUIRE(chunked);
  CHECK(chunked->body == "[1,2]");
  const auto until_end = client.send(get());
  REQUIRE(until_end);
  CHECK(until_end->body == "{\"to\":\"the end\"}");
}

TEST_CASE("a kept connection that went stale is replaced without a word") {
  const auto once = answering(reply("200 OK", "{}"));
  LoopbackServer server({once, once, once});
  HttpClient client = client_of(server.url());
  for (int i = 0; i < 2; ++i) {
    const auto response = client.send(get());
    REQUIRE(response);
  }
  // A write may go over a new connection as well, since the old one is seen to be closed before anything is sent.
  server.wait_for_closed(2);
  CHECK(client.send(post("{}")));
  CHECK(server.accepted() == 3);
}

TEST_CASE("a lost connection is tried again for reads, never for writes") {
  const auto reset = [](Peer& peer) {
    peer.request();
    peer.reset_on_close();
  };
  {
    LoopbackServer server({reset, reset, answering(reply("200 OK", "{}"))});
    CHECK(client_of(server.url()).send(get()));
    CHECK(server.accepted() == 3);
  }
  LoopbackServer server({reset, answering(reply("200 OK", "{}"))});
  const auto response = client_of(server.url()).send(post("{}"));
  REQUIRE_FALSE(response);
  CHECK(response.error().code() == Code::unreachable);
  CHECK(response.error().message().find("it is unknown whether the agent did it") != std::string::npos);
  CHECK(server.accepted() == 1);
}

TEST_CASE("429 is tried again, honouring Retry-After; 503 only with it") {
  {
    LoopbackServer server({[](Peer& peer) {
      peer.request();
      peer.send(reply("429 Too Many Requests", "{}", "Retry-After: 0\r\n"));
      peer.request();
      peer.send(reply("503 Service Unavailable", "{}", "Retry-After: 0\r\n"));
      peer.request();
      peer.send(reply("200 OK", "{}"));
    }});
    const auto response = client_of(server.url()).send(get());
    REQUIRE(response);
    CHECK(response->status == 200);
  }
  for (const char* headers : {"", "Retry-After: 60\r\n"}) {
    LoopbackServer server({answering(reply("503 Service Unavailable", "{}", headers))});
    const auto response = client_of(server.url()).send(get());
    REQUIRE(response);
    CHECK(response->status == 503);
  }
}

TEST_CASE("a silent agent ends in a timeout; a write says that its outcome is unknown") {
  const auto silent = [](Peer& peer) { peer.wait_for_close(); };
  LoopbackServer server({silent, silent});
  Request read = get();
  read.timeout_ms = 50;
  const auto nothing = client_of(server.url()).send(read);
  REQUIRE_FALSE(nothing);
  CHECK(nothing.error().code() == Code::timeout);
  CHECK(nothing.error().message() == "no answer from " + server.url() + " within 50 ms");
  Request write = post("{}");
  write.timeout_ms = 50;
  const auto unknown = client_of(server.url()).send(write);
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().message().find("it is unknown whether the agent did it") != std::string::npos);
}

TEST_CASE("a refused connection is told at once") {
  std::string url;
  {
    LoopbackServer server({});
    url = server.url();
  }
  const auto start = std::chrono::steady_clock::now();
  const auto response = client_of(url).send(get());
  REQUIRE_FALSE(response);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(5));  // the time allowed for connecting
  CHECK(response.error().code() == Code::unreachable);
  CHECK(response.error().message() == "cannot connect to " + url + ": connection refused");
  CHECK(response.error().hint() == "is the agent running? start one with: facioctl serve");
  CHECK(client_of("unix:/nonexistent/socket").send(get()).error().code() == Code::unreachable);
}

TEST_CASE("a unix socket is an address like any other") {
  const std::string path = (std::filesystem::temp_directory_path() / ("facio-http-" + std::to_string(::getpid()) + ".sock")).string();
  std::string seen;
  {
    LoopbackServer server({[&](Peer& peer) {
                            seen = peer.request();
                            peer.send(reply("200 OK", "{}"));
                          }},
                          path);
    CHECK(client_of("unix:" + path).send(get()));
  }
  std::filesystem::remove(path);
  CHECK(seen.find("Host: localhost\r\n") != std::string::npos);
}

TEST_CASE("what is no proper answer is Code::server") {
  struct Case {
    std::string sent;
    std::string words;
  };
  const Case cases[] = {{"SSH-2.0-OpenSSH_9.2\r\n", "does not answer like an agent"},
                        {"HTTP/1.1 200 OK\r\nContent-Length: 70000000\r\n\r\n{", "larger than 64 MiB"},
                        {"HTTP/1.1 200 OK\r\nX: " + std::string(70000, 'a') + "\r\n\r\n", "does not answer like an agent"}};
  for (const Case& one : cases) {
    LoopbackServer server({answering(one.sent)});
    const auto response = client_of(server.url()).send(get());
    INFO(one.words);
    REQUIRE_FALSE(response);
    CHECK(response.error().code() == Code::server);
    CHECK(response.error().message().find(one.words) != std::string::npos);
  }
}

TEST_CASE("an answer that came before the whole body was read counts") {
  LoopbackServer server({[](Peer& peer) {
    char block[1024];
    (void)::read(peer.fd(), block, sizeof block);
    peer.send(reply("413 Payload Too Large", "{\"error\":{\"message\":\"too large\"}}", "Connection: close\r\n"));
    peer.wait_for_close();
  }});
  Request request = post(std::string(16 * 1024 * 1024, ' '));
  request.timeout_ms = 300;
  const auto response = client_of(server.url()).send(request);
  REQUIRE(response);
  CHECK(response->status == 413);
}

TEST_CASE("tracing shows what travels but no secret") {
  StringOutput trace;
  LoopbackServer server({answering(reply("200 OK", R"({"echo":"pass\"word","token":"canary-token"})", "X-Echo: canary-token\r\n"))});
  Request request = post(R"({"value":"pass\"word"})");
  request.secrets = {"pass\"word"};
  REQUIRE(client_of(server.url(), {&trace, 3}, "canary-token").send(request));
  CHECK(trace.text().find("> POST /api/v1/cron HTTP/1.1\n") != std::string::npos);
  CHECK(trace.text().find("> Authorization: Bearer ***\n") != std::string::npos);
  CHECK(trace.text().find("{\"value\":\"***\"}") != std::string::npos);
  CHECK(trace.text().find("< HTTP/1.1 200 OK\n") != std::string::npos);
  CHECK(trace.text().find("canary-token") == std::string::npos);
  CHECK(trace.text().find("word") == std::string::npos);
}

TEST_CASE("what cannot be put on the wire is refused before anything is sent") {
  CHECK(client_of("http://127.0.0.1:1").send(get("/a b")).error().code() == Code::usage);
  CHECK(client_of("http://127.0.0.1:1").send(get("/a\r\nX: y")).error().code() == Code::usage);
  CHECK(client_of("http://127.0.0.1:1", {}, "a\r\nb").send(get()).error().code() == Code::unauthenticated);
}
