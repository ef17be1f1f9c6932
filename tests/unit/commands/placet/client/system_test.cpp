// Which routes of an agent Placet passes on, under which path, and what it refuses before anything is sent.
#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include "cli/contexts/contexts.hpp"
#include "cli/http/request.hpp"
#include "commands/placet/client/paths.hpp"
#include "commands/placet/client/system.hpp"
#include "tests/unit/every_endpoint.hpp"

using namespace facio;

namespace {

/// "/api/v1/cron/{id}" with a value for each placeholder.
std::string filled(std::string_view path) {
  std::string out;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] != '{') {
      out += path[i];
      continue;
    }
    i = path.find('}', i);
    out += "a%2Fb";
  }
  return out;
}

Context context() {
  Context one;
  one.name = "via";
  one.kind = "placet";
  one.agent = "agt 1";
  return one;
}

Request request(std::string method, std::string target, std::string body = {}) {
  Request one;
  one.method = std::move(method);
  one.target = std::move(target);
  one.has_body = !body.empty();
  one.body = std::move(body);
  return one;
}

}  // namespace

TEST_CASE("every endpoint of an agent is passed on or known not to be") {
  std::vector<std::string> kept;
  for (const Endpoint& endpoint : every_endpoint()) {
    if (endpoint.method == Method::none || endpoint.is_prefixed()) continue;
    INFO(endpoint.id);
    const auto rule = placet::forward_rule_of(method_name(endpoint.method), filled(endpoint.path));
    if (!rule) {
      CHECK(rule.error().code() == Code::unsupported);
      CHECK_FALSE(rule.error().hint().empty());
      kept.emplace_back(endpoint.id);
    }
  }
  const auto known = [](const std::string& id) {
    return id.starts_with("approvals.") || id.starts_with("chat.") || id.starts_with("audit.") || id == "openapi.get" ||
           id == "health.live" || id == "agent.public-card" || id == "mcp.approve" || id == "mcp.login" || id == "mcp.finish" ||
           id == "mcp.poll" || id == "mcp.logout" || id == "mcp.call" || id == "mcp.ping" || id == "mcp.logs";
  };
  for (const std::string& id : kept) CHECK(known(id));
  for (const char* id : {"approvals.list", "chat.send", "chat.models", "openapi.get", "health.live", "agent.public-card"})
    CHECK(std::ranges::find(kept, id) != kept.end());
  for (const char* id : {"audit.list", "audit.tail", "audit.stats", "audit.run"}) CHECK(std::ranges::find(kept, id) == kept.end());
}

TEST_CASE("paths at Placet") {
  const auto at = [](std::string_view path) {
    return placet::placet_path("agt 1", path).substr(std::string("/api/agents/agt%201/manage").size());
  };
  CHECK(placet::placet_path("agt 1", "/api/v1/cron").starts_with("/api/agents/agt%201/manage/"));
  CHECK(at("/api/v1/cron/a%2Fb/pause") == "/cron/a%2Fb/pause");
  CHECK(at("/api/v1/a2a/peers/x/card") == "/a2a/peers/x/card");
  CHECK(at("/api/v1/agent/versions") == "/versions");
  CHECK(at("/api/v1/agent/versions/abc1234/diff") == "/versions/abc1234/diff");
  CHECK(at("/api/v1/improvement/runs") == "/versions/runs");
  CHECK(at("/api/v1/improvement/runs/r1/approve") == "/versions/runs/r1/approve");
}

TEST_CASE("a fixed word is no placeholder, and a method counts") {
  CHECK(placet::forward_rule_of("PUT", "/api/v1/credentials/KEY"));
  CHECK_FALSE(placet::forward_rule_of("PUT", "/api/v1/credentials/providers"));
  CHECK_FALSE(placet::forward_rule_of("GET", "/api/v1/credentials/providers/x"));
  CHECK_FALSE(placet::forward_rule_of("GET", "/api/v1/cron/"));
  CHECK_FALSE(placet::forward_rule_of("GET", "/api/v1/cron/a/b/c"));
  CHECK_FALSE(placet::forward_rule_of("GET", "/api/v1"));
  CHECK_FALSE(placet::forward_rule_of("GET", "/health"));
  CHECK(placet::forward_rule_of("GET", "/api/v1/sessions/k").value()->query);
  CHECK_FALSE(placet::forward_rule_of("DELETE", "/api/v1/sessions/k").value()->query);
  CHECK(placet::forward_rule_of("POST", "/api/v1/skills").value()->most_body == 31'457'280);
}

TEST_CASE("what goes over the wire") {
  const auto query = placet::forward(context(), request("GET", "/api/v1/agent/versions?limit=2"));
  REQUIRE(query);
  CHECK(query->target == "/api/agents/agt%201/manage/versions?limit=2");
  const auto action = placet::forward(context(), request("POST", "/api/v1/cron/x/pause"));
  REQUIRE(action);
  CHECK((action->has_body && action->body == "{}"));
  const auto start = placet::forward(context(), request("POST", "/api/v1/credentials/providers/p/oauth/start"));
  REQUIRE(start);
  CHECK_FALSE(start->has_body);
  const auto own = placet::forward(context(), request("GET", "/api/agents"));
  REQUIRE(own);
  CHECK(own->target == "/api/agents");
}

TEST_CASE("what would be refused or lost is not sent") {
  const auto code = [](Request one) {
    const auto sent = placet::forward(context(), one);
    return sent ? Code::ok : sent.error().code();
  };
  const std::string large = R"({"message":")" + std::string(262'144, 'x') + R"("})";
  CHECK(code(request("POST", "/api/v1/cron", large)) == Code::too_large);
  CHECK(code(request("POST", "/api/v1/skills", large)) == Code::ok);
  CHECK(code(request("PUT", "/api/v1/credentials/K", R"({"value":")" + std::string(65'536, 'x') + R"("})")) == Code::ok);
  CHECK(code(request("PUT", "/api/v1/credentials/K", R"({"value":")" + std::string(65'537, 'x') + R"("})")) == Code::too_large);
  CHECK(code(request("GET", "/api/v1/skills?all=true")) == Code::unsupported);
  CHECK(code(request("GET", "/api/v1/audit/runs/r?limit=1")) == Code::unsupported);
  CHECK(code(request("POST", "/api/v1/commands/restart", R"({"delay":1})")) == Code::unsupported);
  CHECK(code(request("POST", "/api/v1/commands/restart", "{}")) == Code::ok);
  CHECK(code(request("GET", "/api/v1/workspace/file?path=a%2Fb")) == Code::ok);
  for (const char* path : {"", "?path=", "?path=%2Fetc", "?path=a/../b", "?path=..", "?path=a%0Ab", "?path=%5Ca"}) {
    INFO(path);
    CHECK(code(request("GET", std::string("/api/v1/workspace/file") + path)) == Code::usage);
  }
  CHECK(code(request("GET", "/api/v1/workspace/tree")) == Code::ok);
  Context nobody = context();
  nobody.agent.clear();
  CHECK(placet::forward(nobody, request("GET", "/api/v1/cron")).error().code() == Code::usage);
}
