// Logins by device: what the answers of an authorization server mean, and an end at once.
#include <catch2/catch.hpp>
#include <future>
#include <thread>

#include "commands/facio/providers/server/device_logins.hpp"
#include "commands/serve/work_pool.hpp"
#include "tests/unit/commands/serve/outbound/listener.hpp"

using namespace facio;
using namespace facio::tests;
using serve::TokenAnswer;

namespace {

serve::AllowedHosts loopback() {
  serve::AllowedHosts hosts;
  REQUIRE(hosts.add("127.0.0.1"));
  return hosts;
}

serve::DeviceFlow flow_at(const Listener& listener) {
  return {.device_url = listener.url(), .token_url = listener.url(), .user_url = listener.url(), .client_id = "id"};
}

TokenAnswer answered(const std::string& status, const std::string& body) {
  Listener peer(answer(status, body));
  const serve::Outbound outbound(loopback());
  return serve::request_token(outbound, flow_at(peer), Secret("code"));
}

constexpr const char* kCode =
    R"({"device_code":"d","user_code":"A-B","verification_uri":"https://h.example/device","expires_in":900,"interval":)";

}  // namespace

TEST_CASE("what a token endpoint says", "[outbound]") {
  using Kind = TokenAnswer::Kind;
  CHECK(answered("400 Bad", R"({"error":"authorization_pending"})").kind == Kind::pending);
  CHECK(answered("200 OK", R"({"error":"authorization_pending"})").kind == Kind::pending);
  CHECK(answered("400 Bad", R"({"error":"slow_down"})").kind == Kind::slow_down);
  CHECK(answered("200 OK", R"({"error":"slow_down","interval":20})").interval == 20);
  CHECK(answered("400 Bad", R"({"error":"expired_token"})").error == "expired");
  CHECK(answered("400 Bad", R"({"error":"access_denied","error_description":"no"})").error == "access_denied: no");
  CHECK(answered("500 Oops", R"({"error":"access_denied"})").kind == Kind::trouble);
  CHECK(answered("429 Slow", "{}").kind == Kind::trouble);
  CHECK(answered("200 OK", "<html>").kind == Kind::trouble);
  CHECK(answered("200 OK", "{}").kind == Kind::failed);
  CHECK(answered("200 OK", R"({"access_token":"a b"})").kind == Kind::failed);
  const auto token = answered("200 OK", R"({"access_token":"tok","token_type":"bearer"})");
  CHECK(token.kind == Kind::token);
  CHECK(token.token.reveal() == "tok");
}

TEST_CASE("a device code must be whole", "[outbound]") {
  const serve::Outbound outbound(loopback());
  for (const char* body : {"{}", "[]", "x", R"({"device_code":"d","user_code":"u"})", R"({"error":"invalid_client"})",
                           R"({"device_code":"d","user_code":"u\u001b[0m","verification_uri":"https://h/"})",
                           R"({"device_code":"d","user_code":"u","verification_uri":"javascript:alert"})"}) {
    INFO(body);
    Listener peer(answer("200 OK", body));
    const auto code = serve::request_device_code(outbound, flow_at(peer));
    REQUIRE_FALSE(code);
    CHECK(code.error().code() == Code::upstream_failed);
  }
  Listener peer(answer("200 OK", kCode + std::string("0}")));
  const auto code = serve::request_device_code(outbound, flow_at(peer));
  REQUIRE(code);
  CHECK(code->interval == 1);
  CHECK(code->expires_in == 900);
}

TEST_CASE("a login that waits is given up, and ends at once with its holder", "[outbound]") {
  Listener peer(answer("200 OK", kCode + std::string("300}")));
  serve::Outbound outbound(loopback());
  serve::WorkPool pool;
  serve::DeviceLogins logins(outbound, pool, [](const auto&) -> Status { return {}; });
  const auto first = logins.start("main", "p", flow_at(peer));
  REQUIRE(first);
  CHECK(logins.state("main", "p", first->sessionId)->status == "pending");
  CHECK_FALSE(logins.state("main", "other", first->sessionId));
  CHECK_FALSE(logins.state("other", "p", first->sessionId));
  const auto second = logins.start("main", "p", flow_at(peer));
  REQUIRE(second);
  CHECK(logins.state("main", "p", first->sessionId)->status == "error");
  logins.cancel("main", "p", "enough");
  CHECK(logins.state("main", "p", second->sessionId)->error == "enough");
  REQUIRE(logins.start("main", "p", flow_at(peer)));
  logins.stop();
  CHECK_FALSE(logins.start("main", "p", flow_at(peer)));
  outbound.stop();
  pool.stop();
}

TEST_CASE("the token of a login is kept", "[outbound]") {
  // The same answer to all: it is a device code, a token, and an account.
  Listener peer(answer("200 OK", kCode + std::string(R"(1,"access_token":"tok","login":"octocat"})")));
  serve::Outbound outbound(loopback());
  serve::WorkPool pool;
  std::promise<std::string> kept;
  serve::DeviceLogins logins(outbound, pool, [&](const auto& connected) -> Status {
    const bool wanted = connected.still_pending();
    kept.set_value(std::string(connected.token.reveal()) + " " + connected.account.value_or("") + (wanted ? " wanted" : ""));
    return {};
  });
  const auto login = logins.start("main", "p", flow_at(peer));
  REQUIRE(login);
  CHECK(kept.get_future().get() == "tok octocat wanted");
  while (logins.state("main", "p", login->sessionId)->status == "pending") std::this_thread::yield();
  CHECK(logins.state("main", "p", login->sessionId)->status == "ok");
  CHECK(logins.state("main", "p", login->sessionId)->account == "octocat");
  logins.stop();
  outbound.stop();
  pool.stop();
}
