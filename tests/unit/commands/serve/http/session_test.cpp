// HTTP as bytes on real sockets: what one connection may do, and what it may not.
#include <atomic>
#include <catch2/catch.hpp>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <optional>
#include <poll.h>
#include <stdexcept>
#include <thread>

#include "commands/serve/http/answers.hpp"
#include "commands/serve/http/listener.hpp"
#include "commands/serve/http/server.hpp"
#include "tests/unit/commands/serve/http/raw_client.hpp"

namespace facio::serve {
namespace {

using tests::RawClient;
using tests::RawReply;

/// Answers with method, target and body; holds back the answers to /held until they are let go.
class Mirror final : public Application {
 public:
  std::unique_ptr<Exchange> begin(const RequestHead& head, std::string_view peer) override;
  Answer refuse(Error error, unsigned status) override {
    Answer answer = error_answer(error);
    answer.status = status;
    return answer;
  }
  void hold(UniqueFunction<void(Answer)> done) {
    const std::lock_guard lock(mutex_);
    held_.push_back(std::move(done));
    changed_.notify_all();
  }
  void wait_for_held(std::size_t count) {
    std::unique_lock lock(mutex_);
    REQUIRE(changed_.wait_for(lock, std::chrono::seconds(60), [&] { return held_.size() >= count; }));
  }
  std::atomic<int> abandoned = 0;
  void let_go() {
    const std::lock_guard lock(mutex_);
    for (auto& done : held_) done(Answer{.body = "late"});
    held_.clear();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<UniqueFunction<void(Answer)>> held_;
};

class MirrorExchange final : public Exchange {
 public:
  MirrorExchange(Mirror& mirror, const RequestHead& head) : mirror_(mirror), head_(head) {}
  [[nodiscard]] bool decided() const override { return head_.target == "/decided"; }
  [[nodiscard]] std::uint64_t body_limit() const override { return 1024; }
  void run(std::string body, UniqueFunction<void(Answer)> done) override {
    if (head_.target == "/held" || head_.target == "/needed") return mirror_.hold(std::move(done));
    if (head_.target == "/dropped") return;  // and `done` with it
    if (head_.target == "/throws") throw std::runtime_error("thrown");
    if (head_.target == "/large") return done(Answer{.body = std::string(8 * 1024 * 1024, 'x')});
    done(Answer{.body = head_.method + " " + head_.target + " " + body, .media = "text/plain"});
  }
  Answer refuse(Error error) override { return error_answer(error); }
  bool abandoned() override {
    ++mirror_.abandoned;
    return head_.target != "/needed";
  }

 private:
  Mirror& mirror_;
  const RequestHead& head_;
};

std::unique_ptr<Exchange> Mirror::begin(const RequestHead& head, std::string_view) { return std::make_unique<MirrorExchange>(*this, head); }

struct Fixture {
  explicit Fixture(Limits limits = {}, unsigned threads = 1) {
    auto listening = listen_on({.port = "0"}, threads);
    REQUIRE(listening);
    url = listening->url;
    server.emplace(limits, std::vector<Listener>{{&mirror, listening->sockets}});
    REQUIRE(server->start());
  }
  ~Fixture() {
    mirror.let_go();
    server->abort();
    server->join();
  }
  bool ended() const {
    pollfd watched{server->ended_fd(), POLLIN, 0};
    return ::poll(&watched, 1, 10'000) == 1;
  }
  Mirror mirror;
  std::string url;
  std::optional<HttpServer> server;
};

const std::string kGet = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";

}  // namespace

TEST_CASE("a connection serves many requests") {
  Fixture fixture;
  RawClient client(fixture.url);
  for (int i = 0; i < 100; ++i) {
    const RawReply reply = client.ask("GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\n\r\n");
    REQUIRE(reply.status == 200);
    REQUIRE(reply.body == "GET /" + std::to_string(i) + " ");
    REQUIRE(reply.header("connection").empty());
  }
  CHECK(fixture.server->connections() == 1);
}

TEST_CASE("requests sent together are answered in their order") {
  Fixture fixture;
  RawClient client(fixture.url);
  std::string all;
  for (int i = 0; i < 200; ++i) all += "POST /" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc";
  client.send(all);
  for (int i = 0; i < 200; ++i) REQUIRE(client.read().body == "POST /" + std::to_string(i) + " abc");
}

TEST_CASE("a request that is answered late holds back those behind it") {
  Fixture fixture;
  RawClient client(fixture.url);
  client.send("GET /held HTTP/1.1\r\nHost: x\r\n\r\n" + kGet);
  fixture.mirror.wait_for_held(1);
  fixture.mirror.let_go();
  CHECK(client.read().body == "late");
  CHECK(client.read().body == "GET /a ");
}

TEST_CASE("a request may come byte by byte") {
  Fixture fixture;
  RawClient client(fixture.url);
  for (const char byte : std::string("POST /b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"))
    client.send({&byte, 1});
  CHECK(client.read().body == "POST /b abc");
  CHECK(client.ask(kGet).body == "GET /a ");
}

TEST_CASE("HTTP/1.0 closes unless it asks for more") {
  Fixture fixture;
  RawClient once(fixture.url);
  const RawReply reply = once.ask("GET /a HTTP/1.0\r\n\r\n");
  CHECK(reply.body == "GET /a ");
  CHECK(reply.header("connection") == "close");
  CHECK(once.is_closed());
  RawClient again(fixture.url);
  const std::string keep = "GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
  CHECK(again.ask(keep).header("connection") == "keep-alive");
  CHECK(again.ask(keep).status == 200);
}

TEST_CASE("HEAD has the headers of GET and no body") {
  Fixture fixture;
  RawClient client(fixture.url);
  client.send("HEAD /abc HTTP/1.1\r\nHost: x\r\n\r\n");
  const RawReply reply = client.read(true);
  CHECK(reply.header("content-length") == "10");
  CHECK(client.ask(kGet).body == "GET /a ");
}

TEST_CASE("a client that waits for 100 Continue gets it, or the final answer") {
  Fixture fixture;
  RawClient client(fixture.url);
  const std::string rest = " HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: ";
  client.send("POST /a" + rest + "2\r\n\r\n");
  CHECK(client.read().status == 100);
  CHECK(client.ask("hi").body == "POST /a hi");
  client.send("POST /a" + rest + "2000\r\n\r\n");
  CHECK(client.read().status == 413);
  RawClient other(fixture.url);
  other.send("POST /decided" + rest + "2\r\n\r\n");
  CHECK(other.read().header("connection") == "close");
}

TEST_CASE("what is too large is refused and the answer arrives") {
  Fixture fixture;
  const auto ask = [&](const std::string& bytes) { return RawClient(fixture.url).ask(bytes).status; };
  const std::string host = " HTTP/1.1\r\nHost: x\r\n";
  CHECK(ask("GET /a" + host + "X: " + std::string(17 * 1024, 'x') + "\r\n\r\n") == 431);
  CHECK(ask("GET /a" + host + "X: " + std::string(15 * 1024, 'x') + "\r\n\r\n") == 200);
  CHECK(ask("GET /" + std::string(9 * 1024, 'x') + host + "\r\n") == 414);
  CHECK(ask("GET /" + std::string(8 * 1024 - 1, 'x') + host + "\r\n") == 200);
  CHECK(ask("POST /a" + host + "Content-Length: 1024\r\n\r\n" + std::string(1024, 'x')) == 200);
  CHECK(ask("POST /a" + host + "Content-Length: 1048576\r\n\r\n" + std::string(1048576, 'x')) == 413);
  std::string chunks;
  for (int i = 0; i < 64; ++i) chunks += "40\r\n" + std::string(64, 'x') + "\r\n";
  CHECK(ask("POST /a" + host + "Transfer-Encoding: chunked\r\n\r\n" + chunks + "0\r\n\r\n") == 413);
}

TEST_CASE("bytes that two servers could read differently are refused") {
  Fixture fixture;
  const auto ask = [&](const std::string& bytes) {
    RawClient client(fixture.url);
    const RawReply reply = client.ask(bytes);
    return reply.status == 400 && client.is_closed();
  };
  CHECK(ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"));
  CHECK(ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"));
  CHECK(ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -3\r\n\r\n"));
  CHECK(ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0x3\r\n\r\nabc"));
  CHECK(ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc"));
  CHECK(ask("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n"));
  CHECK(ask("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"));
  CHECK(ask("POST / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"));
  CHECK(ask("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n"));
  CHECK(ask("GET / HTTP/1.1\r\n\r\n"));
  CHECK(ask("GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n"));
  CHECK(ask("GET / HTTP/1.1\r\nHost : x\r\n\r\n"));
  for (const char* once : {"Host: x", "Authorization: a", "Origin: http://x", "Content-Type: a/b", "sec-fetch-site: none"}) {
    CAPTURE(once);
    const std::string host = std::string_view(once) == "Host: x" ? "" : "Host: x\r\n";
    CHECK(ask("GET / HTTP/1.1\r\n" + host + once + "\r\n" + once + "\r\n\r\n"));
    CHECK(ask("GET / HTTP/1.1\r\n" + host + std::string(once, std::strchr(once, ':') + 1) + "\r\n" + once + "\r\n\r\n"));
  }
  for (const char* folded : {"X: a\r\n b", "X: a\r\n\tb", "Authorization: Bearer\r\n x", "X:\r\n  \r\n", "X: a\r\n \r\nY: b"}) {
    CAPTURE(folded);
    CHECK(ask("GET / HTTP/1.1\r\nHost: x\r\n" + std::string(folded) + "\r\n\r\n"));
    CHECK(ask("GET / HTTP/1.1\r\n" + std::string(folded) + "\r\nHost: x\r\n\r\n"));
  }
  CHECK(ask("GET / HTTP/1.1\r\n Host: x\r\n\r\n"));
  CHECK(ask("hello\r\n\r\n"));
  CHECK(ask("GET / HTTP/2.0\r\nHost: x\r\n\r\n"));
}

TEST_CASE("a folded header is refused however its bytes arrive, and a body may look like one") {
  Fixture fixture;
  RawClient slow(fixture.url);
  for (const char byte : std::string("GET / HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n")) slow.send(std::string_view(&byte, 1));
  CHECK(slow.read().status == 400);
  const std::string body = "a\r\n b\r\n\r\n\tc";
  const std::string request = "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  RawClient client(fixture.url);
  client.send(request + request);
  CHECK(client.read().status == 200);
  CHECK(client.read().status == 200);
}

TEST_CASE("a large answer reaches a client that reads slowly") {
  Fixture fixture;
  RawClient client(fixture.url);
  CHECK(client.ask("GET /large HTTP/1.1\r\nHost: x\r\n\r\n").body.size() == 8 * 1024 * 1024);
}

TEST_CASE("slow clients meet a deadline") {
  Limits limits{.header_ms = 60, .body_ms = 60, .idle_ms = 60, .linger_ms = 60};
  Fixture fixture(limits);
  SECTION("in the header") {
    RawClient client(fixture.url);
    CHECK(client.ask("GET / HT").status == 408);
    CHECK(client.is_closed());
  }
  SECTION("in the body") {
    RawClient client(fixture.url);
    CHECK(client.ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab").status == 408);
    CHECK(client.is_closed());
  }
  SECTION("between requests, without words") {
    RawClient client(fixture.url);
    CHECK(client.ask(kGet).status == 200);
    CHECK(client.is_closed());
  }
  SECTION("before the first byte") { CHECK(RawClient(fixture.url).is_closed()); }
  SECTION("not while the server works") {
    RawClient slow(fixture.url), other(fixture.url);
    slow.send("GET /held HTTP/1.1\r\nHost: x\r\n\r\n");
    fixture.mirror.wait_for_held(1);
    CHECK(other.is_closed());  // a deadline has passed meanwhile
    fixture.mirror.let_go();
    CHECK(slow.read().body == "late");
  }
}

TEST_CASE("a request has an end however steadily it comes") {
  Fixture fixture(Limits{.body_ms = 10'000, .request_ms = 300});
  RawClient client(fixture.url);
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n");
  // Each byte is progress, and the whole takes for ever. The drip goes on until the server has had enough.
  while (!client.has_input(5)) client.send("x");
  CHECK(client.read().status == 408);
}

TEST_CASE("an answer has an end however steadily it is read") {
  Fixture fixture(Limits{.body_ms = 300, .least_rate = 64 * 1024 * 1024});
  RawClient client(fixture.url);
  client.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(client.drip_to_end() < 8 * 1024 * 1024);
}

TEST_CASE("large answers for slow readers have a limit together") {
  Fixture fixture(Limits{.waiting_bytes = 10 * 1024 * 1024});
  RawClient slow(fixture.url), other(fixture.url);
  const std::string large = "GET /large HTTP/1.1\r\nHost: x\r\n\r\n";
  slow.send(large);
  slow.wait_for_input();
  const RawReply refused = other.ask(large);
  CHECK((refused.status == 503 && refused.body.find("too many large replies") != std::string::npos));
  CHECK(other.ask(kGet).status == 200);
  CHECK(slow.read().body.size() == 8 * 1024 * 1024);
  CHECK(other.ask(large).status == 200);
}

TEST_CASE("one address has a share of the connections") {
  Fixture fixture(Limits{.connections_of_address = 2});
  RawClient first(fixture.url);
  {
    RawClient second(fixture.url);
    CHECK((first.ask(kGet).status == 200 && second.ask(kGet).status == 200));
    CHECK(RawClient(fixture.url).read().status == 503);
  }
  while (fixture.server->connections() > 1) std::this_thread::yield();
  CHECK(RawClient(fixture.url).ask(kGet).status == 200);
}

TEST_CASE("a client that leaves while its request is worked on is noticed") {
  Fixture fixture(Limits{.look_ms = 20});
  {
    RawClient client(fixture.url), needed(fixture.url);
    client.send("GET /held HTTP/1.1\r\nHost: x\r\n\r\n" + kGet + kGet);  // further requests are no hang-up, and hide none
    needed.send("GET /needed HTTP/1.1\r\nHost: x\r\n\r\n");
    fixture.mirror.wait_for_held(2);
    CHECK(fixture.server->connections() == 2);
  }
  while (fixture.mirror.abandoned < 2) std::this_thread::yield();
  while (fixture.server->connections() > 1) std::this_thread::yield();
  fixture.mirror.let_go();  // the other one is kept until it is answered
  while (fixture.server->connections() > 0) std::this_thread::yield();
  CHECK(fixture.mirror.abandoned == 2);
}

TEST_CASE("a request that fails inside ends its connection and no other") {
  Fixture fixture(Limits{.look_ms = 20});
  RawClient other(fixture.url);
  for (const char* target : {"/throws", "/dropped"}) {
    RawClient client(fixture.url);
    client.send(std::string("GET ") + target + " HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(client.is_closed());
    CHECK(other.ask(kGet).status == 200);
  }
}

TEST_CASE("a connection over the limit is told so") {
  Fixture fixture(Limits{.connections = 1});
  {
    RawClient first(fixture.url);
    CHECK(first.ask(kGet).status == 200);
    RawClient second(fixture.url);
    CHECK(second.read().status == 503);
    CHECK(first.ask(kGet).status == 200);
  }
}

TEST_CASE("stopping ends idle connections and lets running requests finish") {
  Fixture fixture({}, 2);
  RawClient idle(fixture.url), busy(fixture.url);
  CHECK(idle.ask(kGet).status == 200);
  busy.send("GET /held HTTP/1.1\r\nHost: x\r\n\r\n" + kGet);
  fixture.mirror.wait_for_held(1);
  fixture.server->begin_stop();
  CHECK(idle.is_closed());
  fixture.mirror.let_go();
  const RawReply reply = busy.read();
  CHECK(reply.body == "late");
  CHECK(reply.header("connection") == "close");
  CHECK(fixture.ended());
}

TEST_CASE("abort does not wait for anybody") {
  Fixture fixture({}, 2);
  RawClient busy(fixture.url);
  busy.send("GET /held HTTP/1.1\r\nHost: x\r\n\r\n");
  fixture.mirror.wait_for_held(1);
  fixture.server->abort();
  CHECK(fixture.ended());
  CHECK(busy.is_closed());
}

}  // namespace facio::serve
