// The surface of another system beside the agent's, in the whole runtime: on the main listener and on one of its own.
#include <catch2/catch.hpp>

#include "tests/unit/commands/facio/runtime/runtime_fixture.hpp"

namespace facio::third {
namespace {

using tests::RawClient;
using tests::RawReply;
using tests::RunningServer;

RawReply ask(const std::string& url, const std::string& target, const std::string& key = RunningServer::kToken) {
  return RawClient(url).ask("GET " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Third-Key: " + key + "\r\n\r\n");
}

}  // namespace

TEST_CASE("a listener of its own shows one surface alone") {
  RunningServer server({}, "third");
  CHECK(ask(server.surface_url, "/third/v2/ping").body == R"({"data":{"state":"ok","release":"2.7"}})");
  const RawReply agent = ask(server.surface_url, "/api/v1/cron");
  CHECK(agent.status == 404);
  CHECK(agent.body == R"({"fault":{"reason":"no such route","kind":"missing"}})");
  CHECK(ask(server.surface_url, "/health").status == 404);
  CHECK(ask(server.surface_url, "/health", "wrong").body == R"({"fault":{"reason":"this key is not known","kind":"no-key"}})");
  CHECK(server.ask("GET", "/health").status == 200);
}

TEST_CASE("on the main listener its paths are its own, and the others as they were") {
  RunningServer server;
  CHECK(ask(server.url, "/third/v2/things?after=mark-4").body ==
        R"({"data":{"rows":[{"id":"t-5","label":"thing 5","size":5120,"phase":"new"}]}})");
  CHECK(ask(server.url, "/third/v2/things").body.ends_with(R"(,"meta":{"next":"mark-2"}})"));
  CHECK(ask(server.url, "/third/nothing").body == R"({"fault":{"reason":"no such route","kind":"missing"}})");
  CHECK(tests::member(ask(server.url, "/nothing").body, "error.code") == "not_found");
  CHECK(server.ask("GET", "/api/v1/cron").status == 200);
}

TEST_CASE("a surface whose listener nobody opened is not there") {
  RunningServer server({}, "fourth");
  CHECK(ask(server.surface_url, "/third/v2/ping").status == 404);
  CHECK(tests::member(ask(server.surface_url, "/").body, "error.code") == "not_found");
}

}  // namespace facio::third
