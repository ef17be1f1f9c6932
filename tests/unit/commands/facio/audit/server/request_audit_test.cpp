// Every management request leaves its event, without secrets.
#include <catch2/catch.hpp>

#include "tests/unit/commands/facio/runtime/runtime_fixture.hpp"

namespace facio::serve {
namespace {

using tests::member;
using tests::RunningServer;

struct Seen {
  std::string method, path, code, outcome;
  bool operator==(const Seen&) const = default;
};

std::vector<Seen> events(const RunningServer& server) {
  const std::string body = server.ask("GET", "/api/v1/audit/tail").body;
  auto document = JsonDocument::parse(body);
  REQUIRE(document);
  std::vector<Seen> found;
  const JsonRef items = document->root().get("items");
  for (std::size_t i = 0; i < items.size(); ++i) {
    const JsonRef item = items.at(i);
    if (item.get("event").string() != "api_request") continue;
    CHECK(item.get("origin").string() == "api");
    CHECK(item.find("details.remote").string() == "127.0.0.1");
    CHECK(!item.find("details.request_id").string().empty());
    found.push_back({item.find("details.method").string(), item.find("details.path").string(), item.find("details.status").dump(),
                     item.get("status").string()});
  }
  return found;
}

}  // namespace

TEST_CASE("good, failed and refused requests are all told once") {
  RunningServer server;
  server.ask("GET", "/health");
  server.ask("GET", "/api/v1/cron?token=hidden");
  server.ask("GET", "/api/v1/cron/secret-name");
  server.ask("GET", "/api/v1/cron", {}, RunningServer::bearer("wrong-token"));
  server.ask("GET", "/api/v1/unknown?x=hidden");
  server.ask("POST", "/api/v1/cron", R"({"name":"n","schedule":{"kind":"every","every_ms":3600000},"message":"hidden"})");
  server.ask("POST", "/api/v1/cron", "{}");
  server.ask("DELETE", "/api/v1/cron/nope");
  server.ask("HEAD", "/api/v1/cron");
  const std::vector<Seen> expected = {
      {"GET", "/api/v1/cron", "200", "ok"},
      {"GET", "/api/v1/cron/{id}", "404", "error"},
      {"GET", "/api/v1/cron", "401", "denied"},
      {"GET", "/api/v1/unknown", "404", "error"},
      {"POST", "/api/v1/cron", "201", "ok"},
      {"POST", "/api/v1/cron", "400", "error"},
      {"DELETE", "/api/v1/cron/{id}", "404", "error"},
      {"HEAD", "/api/v1/cron", "200", "ok"},
  };
  const auto seen = events(server);
  REQUIRE(seen.size() == expected.size());
  for (std::size_t i = 0; i < seen.size(); ++i) {
    CAPTURE(i, seen[i].method, seen[i].path, seen[i].code, seen[i].outcome);
    CHECK(seen[i] == expected[i]);
  }
  const std::string log = server.ask("GET", "/api/v1/audit/tail").body;
  for (const char* hidden : {"hidden", "wrong-token", RunningServer::kToken}) CHECK(log.find(hidden) == std::string::npos);
}

TEST_CASE("many requests at once lose no event") {
  RunningServer server;
  tests::RawClient client(server.url);
  std::string all;
  const std::string one = "GET /api/v1/cron HTTP/1.1\r\nHost: localhost\r\n" + RunningServer::bearer(RunningServer::kToken) + "\r\n";
  constexpr int kRequests = 3000;
  for (int i = 0; i < kRequests; ++i) all += one;
  client.send(all);
  for (int i = 0; i < kRequests; ++i) REQUIRE(client.read().status == 200);
  // Read until the log has caught up; what was noted in a burst may be written a moment later.
  std::string total;
  for (int attempt = 0; attempt < 1000 && total.empty(); ++attempt) {
    const std::string body = server.ask("GET", "/api/v1/audit/stats").body;
    if (std::stoi(member(body, "by_event.api_request").empty() ? "0" : member(body, "by_event.api_request")) >= kRequests) total = body;
  }
  CHECK(!total.empty());
}

}  // namespace facio::serve
