// Requests to other hosts: one look-up, judged; deadlines, limits, an end when the server stops.
#include "commands/serve/outbound/outbound.hpp"

#include <catch2/catch.hpp>
#include <thread>

#include "tests/unit/commands/serve/outbound/listener.hpp"

using namespace facio;
using namespace facio::tests;

namespace {

http::SocketAddress socket_address(const std::string& text, std::uint16_t port) {
  http::SocketAddress address;
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  REQUIRE(::inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1);
  std::memcpy(&address.storage, &v4, sizeof v4);
  address.length = sizeof v4;
  return address;
}

/// A public address that the system refuses to connect to before a packet leaves.
http::SocketAddress unreachable_public_address() {
  http::SocketAddress address = socket_address("8.8.8.8", 9);
  address.length = sizeof(sa_family_t);
  return address;
}

serve::AllowedHosts allow(const std::string& host) {
  serve::AllowedHosts hosts;
  REQUIRE(hosts.add(host));
  return hosts;
}

/// Gives each answer once, the last one for ever, and counts.
struct Names {
  std::vector<std::vector<http::SocketAddress>> answers;
  int asked = 0;

  serve::Outbound::Resolve resolve() {
    return [this](const http::Address&, http::Instant, int) -> http::Outcome<std::vector<http::SocketAddress>> {
      const auto turn = std::min<std::size_t>(static_cast<std::size_t>(asked++), answers.size() - 1);
      return answers[turn];
    };
  }
};

}  // namespace

TEST_CASE("what is allowed is asked, with body, token and headers", "[outbound]") {
  Listener peer(answer("200 OK", R"({"a":1})"));
  const serve::Outbound outbound(allow("127.0.0.1"));
  const auto reply =
      outbound.send({.method = "POST", .url = peer.url() + "/x?y=1", .body = "a=b", .content_type = "text/x", .bearer = Secret("tok")});
  REQUIRE(reply);
  CHECK(reply->status == 200);
  CHECK(reply->body == R"({"a":1})");
  CHECK(reply->content_type == "application/json");
  const std::string request = peer.request();
  CHECK(request.starts_with("POST /x?y=1 HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(peer.port()) + "\r\n"));
  CHECK(request.find("Authorization: Bearer tok\r\n") != std::string::npos);
  CHECK(request.find("Content-Type: text/x\r\nContent-Length: 3\r\n") != std::string::npos);
}

TEST_CASE("the own network is not asked", "[outbound]") {
  Listener peer(answer("200 OK", "{}"));
  const serve::Outbound outbound;
  const std::string port = ":" + std::to_string(peer.port());
  for (const std::string host :
       {"127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"}) {
    INFO(host);
    const auto reply = outbound.send({.url = "http://" + host + port, .timeout_ms = 5000});
    REQUIRE_FALSE(reply);
    CHECK(reply.error().code() == Code::upstream_failed);
    CHECK(reply.error().message().find("--allow-host " + host + port) != std::string::npos);
  }
  CHECK(peer.accepted() == 0);
}

TEST_CASE("a host that is allowed by name opens nothing else", "[outbound]") {
  Listener peer(answer("200 OK", "{}"));
  const serve::Outbound outbound(allow("localhost:" + std::to_string(peer.port())));
  CHECK(outbound.send({.url = peer.url("localhost")}));
  CHECK_FALSE(outbound.send({.url = peer.url("127.0.0.1")}));
  CHECK(peer.accepted() == 1);
}

TEST_CASE("a name is looked up once, and what was judged is what is connected to", "[outbound]") {
  Listener victim(answer("200 OK", "{}"));
  SECTION("the second answer of a rebinding name is never asked for") {
    Names names{.answers = {{unreachable_public_address()}, {socket_address("127.0.0.1", victim.port())}}};
    const serve::Outbound outbound({}, names.resolve());
    const auto reply = outbound.send({.url = victim.url("rebind.example"), .timeout_ms = 200});
    REQUIRE_FALSE(reply);
    CHECK(names.asked == 1);
  }
  SECTION("one bad address among good ones refuses them all") {
    Names names{.answers = {{unreachable_public_address(), socket_address("127.0.0.1", victim.port())}}};
    const serve::Outbound outbound({}, names.resolve());
    const auto reply = outbound.send({.url = victim.url("mixed.example"), .timeout_ms = 200});
    REQUIRE_FALSE(reply);
    CHECK(reply.error().message().find("loopback") != std::string::npos);
  }
  CHECK(victim.accepted() == 0);
}

TEST_CASE("the address that was judged is the one that is reached", "[outbound]") {
  Listener peer(answer("200 OK", "{}"));
  Listener other(answer("200 OK", "{}"));
  Names names{.answers = {{socket_address("127.0.0.1", peer.port())}, {socket_address("127.0.0.1", other.port())}}};
  const serve::Outbound outbound(allow("once.example"), names.resolve());
  REQUIRE(outbound.send({.url = "http://once.example/"}));
  CHECK(names.asked == 1);
  CHECK(peer.accepted() == 1);
  CHECK(other.accepted() == 0);
}

TEST_CASE("a redirect is an answer like others", "[outbound]") {
  Listener target(answer("200 OK", "{}"));
  Listener peer(answer("302 Found", "", "Location: " + target.url() + "\r\n"));
  const serve::Outbound outbound(allow("127.0.0.1"));
  const auto reply = outbound.send({.url = peer.url()});
  REQUIRE(reply);
  CHECK(reply->status == 302);
  CHECK(target.accepted() == 0);
}

TEST_CASE("an answer has a limit, a time and a form", "[outbound]") {
  const serve::Outbound outbound(allow("127.0.0.1"));
  SECTION("size") {
    Listener peer(answer("200 OK", std::string(2000, 'x')));
    const auto reply = outbound.send({.url = peer.url(), .most_bytes = 1000});
    REQUIRE_FALSE(reply);
    CHECK(reply.error().code() == Code::upstream_failed);
    CHECK(reply.error().message().find("too much") != std::string::npos);
  }
  SECTION("time") {
    Listener peer("");
    const auto reply = outbound.send({.url = peer.url(), .timeout_ms = 50});
    REQUIRE_FALSE(reply);
    CHECK(reply.error().code() == Code::upstream_timeout);
    CHECK(reply.error().message().find("50 ms") != std::string::npos);
  }
  SECTION("form") {
    Listener peer("220 mail.example ESMTP\r\n\r\n");
    const auto reply = outbound.send({.url = peer.url()});
    REQUIRE_FALSE(reply);
    CHECK(reply.error().code() == Code::upstream_failed);
  }
  SECTION("nobody there") {
    std::string url;
    {
      Listener gone("");
      url = gone.url();
    }
    const auto reply = outbound.send({.url = url});
    REQUIRE_FALSE(reply);
    CHECK(reply.error().code() == Code::upstream_failed);
  }
}

TEST_CASE("a token that would split the head is not sent", "[outbound]") {
  Listener peer(answer("200 OK", "{}"));
  const serve::Outbound outbound(allow("127.0.0.1"));
  const auto reply = outbound.send({.url = peer.url(), .bearer = Secret("a\r\nX-Evil: 1")});
  REQUIRE_FALSE(reply);
  CHECK(reply.error().message().find("X-Evil") == std::string::npos);
  CHECK(peer.accepted() == 0);
}

TEST_CASE("the end of the server ends what waits, at once", "[outbound]") {
  Listener peer("");
  serve::Outbound outbound(allow("127.0.0.1"));
  const auto start = std::chrono::steady_clock::now();
  std::thread stopper([&] {
    while (peer.request().empty()) std::this_thread::yield();
    outbound.stop();
  });
  const auto reply = outbound.send({.url = peer.url(), .timeout_ms = 60'000});
  stopper.join();
  REQUIRE_FALSE(reply);
  CHECK(reply.error().code() == Code::unavailable);
  CHECK_FALSE(outbound.pause(60'000));
  CHECK_FALSE(outbound.send({.url = peer.url()}));
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(30));
}

TEST_CASE("a piece of an answer is given when it is there, not with the next one", "[outbound]") {
  Listener peer("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n",
                Listener::After::waits);
  const serve::Outbound outbound(allow("127.0.0.1"));
  auto stream = outbound.open({.url = peer.url(), .timeout_ms = 60'000});
  REQUIRE(stream);
  const auto piece = stream->read(60'000);
  REQUIRE(piece);
  CHECK(*piece == "data: 1\n\n");
  const auto none = stream->read(1);
  REQUIRE_FALSE(none);
  CHECK(none.error().code() == Code::upstream_timeout);
}

namespace {

constexpr std::string_view kStream = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

/// Opens a request that may reuse a connection, reads one piece of the answer and finishes.
std::string first_piece(const serve::Outbound& outbound, const std::string& url) {
  auto stream = outbound.open({.method = "POST", .url = url, .body = "{}", .content_type = "text/x", .repeatable = true});
  REQUIRE(stream);
  const auto piece = stream->read(60'000);
  REQUIRE(piece);
  std::move(*stream).finish();
  return *piece;
}

}  // namespace

TEST_CASE("a connection whose answer has ended carries the next request", "[outbound]") {
  Listener peer(std::string(kStream) + "1\r\na\r\n0\r\n\r\n", Listener::After::serves);
  const serve::Outbound outbound(allow("127.0.0.1"));
  for (int i = 0; i < 3; ++i) CHECK(first_piece(outbound, peer.url()) == "a");
  CHECK(peer.accepted() == 1);
  CHECK(peer.requests() == 3);
  CHECK(peer.request().find("Connection:") == std::string::npos);
}

TEST_CASE("a connection is not used again before its answer's end, or after something unasked", "[outbound]") {
  const serve::Outbound outbound(allow("127.0.0.1"));
  for (const std::string_view rest : {"", "0\r\n\r\nHTTP/1.1 200 OK\r\n"}) {
    INFO(rest);
    Listener peer(std::string(kStream) + "1\r\na\r\n" + std::string(rest), Listener::After::serves);
    for (int i = 0; i < 2; ++i) CHECK(first_piece(outbound, peer.url()).starts_with("a"));
    CHECK(peer.accepted() == 2);
  }
}

TEST_CASE("a request on a connection that the peer closes is sent again on a new one", "[outbound]") {
  Listener peer(std::string(kStream) + "1\r\na\r\n0\r\n\r\n", Listener::After::reads_one_more);
  const serve::Outbound outbound(allow("127.0.0.1"));
  for (int i = 0; i < 2; ++i) CHECK(first_piece(outbound, peer.url()) == "a");
  CHECK(peer.accepted() == 2);
  CHECK(peer.requests() == 3);
}

TEST_CASE("whole answers leave their connection, too", "[outbound]") {
  Listener peer(answer("200 OK", "{}"), Listener::After::serves);
  const serve::Outbound outbound(allow("127.0.0.1"));
  const serve::OutboundRequest post{.method = "POST", .url = peer.url(), .body = "{}", .content_type = "text/x"};
  CHECK(outbound.send({.url = peer.url()}));
  CHECK(outbound.send(post));
  {
    auto stream = outbound.open(post);
    REQUIRE(stream);
    CHECK(stream->read_all(60'000) == "{}");
  }
  CHECK(outbound.send(post));
  CHECK(peer.accepted() == 1);
  CHECK(peer.requests() == 4);
}

TEST_CASE("an answer that nobody reads to its end takes its connection with it", "[outbound]") {
  Listener peer(std::string(kStream) + "1\r\na\r\n", Listener::After::serves);
  const serve::Outbound outbound(allow("127.0.0.1"));
  for (int i = 0; i < 2; ++i) {
    auto stream = outbound.open({.url = peer.url()});
    REQUIRE(stream);
    CHECK(stream->read(60'000) == "a");
  }
  CHECK(peer.accepted() == 2);
}

TEST_CASE("a request that must not be made twice is not, when the peer closes the connection under it", "[outbound]") {
  Listener peer(answer("200 OK", "{}"), Listener::After::reads_one_more);
  const serve::Outbound outbound(allow("127.0.0.1"));
  const serve::OutboundRequest post{.method = "POST", .url = peer.url(), .body = "{}", .content_type = "text/x"};
  CHECK(outbound.send(post));
  const auto lost = outbound.send(post);
  REQUIRE_FALSE(lost);
  CHECK(lost.error().code() == Code::upstream_failed);
  CHECK(peer.accepted() == 1);
  CHECK(peer.requests() == 2);
  CHECK(outbound.send({.url = peer.url()}));
  CHECK(outbound.send({.url = peer.url()}));  // reads are repeated
  CHECK(peer.accepted() == 3);
}

TEST_CASE("a form's values are encoded", "[outbound]") {
  CHECK(serve::form_body({{"client_id", "a b"}, {"grant", "urn:x&y=z"}}) == "client_id=a%20b&grant=urn%3Ax%26y%3Dz");
}
