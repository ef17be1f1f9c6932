// From a request to its answer, in the whole runtime: surfaces, tokens, parameters, errors.
#include <catch2/catch.hpp>
#include <set>

#include "commands/facio/system.hpp"
#include "commands/facio/runtime/loop/agent_loop.hpp"
#include "commands/services.hpp"
#include "commands/serve/outbound/outbound.hpp"
#include "commands/services.hpp"
#include "tests/unit/commands/facio/credentials/server/world.hpp"
#include "tests/unit/commands/facio/runtime/runtime_fixture.hpp"

namespace facio::serve {
namespace {

using tests::member;
using tests::RawReply;
using tests::RunningServer;

const std::string kJob = R"({"name":"n","schedule":{"kind":"every","every_ms":3600000},"message":"m"})";

}  // namespace

TEST_CASE("the management surface wants its token") {
  RunningServer server;
  for (const std::string& headers :
       {std::string{}, RunningServer::bearer("wrong"), RunningServer::bearer(""), RunningServer::bearer(RunningServer::kOtherToken),
        std::string("Authorization: Basic bWFuYWdlbWVudA==\r\n"), std::string("Authorization: ") + RunningServer::kToken + "\r\n"}) {
    CAPTURE(headers);
    for (const char* path : {"/api/v1/cron", "/api/v1/no/such/route", "/api/v1", "/api/v1/cron/%zz"}) {
      const RawReply reply = server.ask("GET", path, {}, headers);
      CHECK(reply.status == 401);
      CHECK(reply.header("www-authenticate") == "Bearer");
      CHECK(member(reply.body, "error.code") == "unauthorized");
    }
  }
  CHECK(server.ask("GET", "/api/v1/cron", {}, std::string("authorization: bearer  ") + RunningServer::kToken + "\r\n").status == 200);
  CHECK(server.ask("GET", "/health", {}, {}).body == R"({"status":"ok"})");
}

TEST_CASE("surfaces that are not mounted answer 404") {
  ServeOptions options;
  SECTION("management switched off") {
    options.management = false;
    RunningServer server(options);
    CHECK(server.ask("GET", "/api/v1/cron").status == 404);
    CHECK(server.ask("GET", "/api/v1/cron", {}, {}).status == 404);
    CHECK(server.ask("GET", "/health").status == 200);
  }
  SECTION("card without a2a") {
    RunningServer server(options);
    CHECK(server.ask("GET", "/.well-known/agent-card.json", {}, {}).status == 404);
  }
  SECTION("card with a2a is open to everybody") {
    options.a2a = true;
    RunningServer server(options);
    const RawReply card = server.ask("GET", "/.well-known/agent-card.json", {}, {});
    CHECK(card.status == 200);
    CHECK(member(card.body, "url") == server.url + "/a2a/v1");
  }
}

TEST_CASE("every declared endpoint has a server half, and nothing else has one") {
  std::set<std::string_view> declared, served;
  for (const Endpoint* endpoint : facio_catalogue().all())
    if (endpoint->method != Method::none) declared.insert(endpoint->id);
  test::World world;
  const Outbound outbound;
  AgentLoop turns;
  const AgentIdentity identity;
  const ServeOptions options;
  Services services{.base = world.base, .outbound = outbound, .turns = turns, .identity = identity, .options = options};
  for (const Route& route : all_routes(services)) served.insert(route.id);
  CHECK(served == declared);
}

TEST_CASE("unknown paths and methods") {
  RunningServer server;
  CHECK(server.ask("GET", "/").status == 404);
  CHECK(server.ask("GET", "/api/v1/nothing").status == 404);
  CHECK(server.ask("GET", "/api/v1/cron/").status == 404);
  CHECK(server.ask("GET", "//api/v1/cron").status == 404);
  CHECK(server.ask("GET", "/api/v1/cron/..").status == 400);
  CHECK(server.ask("GET", "/api/v1/cron/%2E").status == 400);
  CHECK(server.ask("GET", "/api/v1/cron/%00").status == 400);
  CHECK(server.ask("GET", "/api/v1/cron/%ff").status == 400);
  const RawReply reply = server.ask("PUT", "/api/v1/cron", "{}");
  CHECK(reply.status == 405);
  CHECK(reply.header("allow") == "GET, HEAD, POST");
  CHECK(server.ask("BREW", "/api/v1/cron").status == 405);
  CHECK(server.ask("OPTIONS", "/api/v1/cron").status == 405);
}

TEST_CASE("names are decoded after the path is split") {
  RunningServer server;
  const RawReply reply = server.ask("GET", "/api/v1/cron/a%2Fb%3Ac%20d");
  CHECK(reply.status == 404);
  CHECK(member(reply.body, "error.message").find("a/b:c d") != std::string::npos);
}

TEST_CASE("parameters are checked before a handler runs") {
  RunningServer server;
  for (const char* query : {"limit=x", "limit=0", "limit=1.5", "limit=", "limit=1&limit=2", "sortDir=up", "limit=%zz", "from=yesterday"}) {
    CAPTURE(query);
    const RawReply reply = server.ask("GET", std::string("/api/v1/audit?") + query);
    CHECK(reply.status == 400);
    CHECK(member(reply.body, "error.code") == "bad_request");
  }
  CHECK(member(server.ask("GET", "/api/v1/audit?limit=x").body, "error.details.field") == "limit");
  CHECK(server.ask("GET", "/api/v1/audit?limit=1&unknown=1&&=").status == 200);
  CHECK(server.ask("GET", "/api/v1/audit?status=ok&status=denied").status == 200);
}

TEST_CASE("bodies are JSON objects that fit their shape") {
  RunningServer server;
  const auto field = [&](const std::string& body) {
    const RawReply reply = server.ask("POST", "/api/v1/cron", body);
    CHECK(reply.status == 400);
    return member(reply.body, "error.details.field");
  };
  CHECK(field("") == "body");
  CHECK(field("{") == "body");
  CHECK(field("[]") == "body");
  CHECK(field("null") == "body");
  CHECK(field("\"x\"") == "body");
  CHECK(field("{}") == "name");
  CHECK(field(R"({"name":"n","schedule":{"kind":"every","every_ms":1}})") == "schedule.every_ms");
  CHECK(field(R"({"name":3,"schedule":{"kind":"every","every_ms":1000}})") == "name");
  CHECK(server.ask("POST", "/api/v1/cron", kJob).status == 201);
  CHECK(server.ask("POST", "/api/v1/cron", std::string(1024 * 1024 + 1, ' ')).status == 413);
}

TEST_CASE("actions take no body, an empty one, null or {}") {
  RunningServer server;
  const std::string id = member(server.ask("POST", "/api/v1/cron", kJob).body, "id");
  for (const char* body : {"", "{}", "null", " \n"}) CHECK(server.ask("POST", "/api/v1/cron/" + id + "/pause", body).status == 200);
  CHECK(server.ask("POST", "/api/v1/cron/" + id + "/pause", "[1]").status == 400);
  CHECK(server.ask("PATCH", "/api/v1/cron/" + id, R"({"name":"other"})").status == 200);
  CHECK(member(server.ask("GET", "/api/v1/cron/" + id).body, "name") == "other");
}

TEST_CASE("request ids come back, and odd ones are replaced") {
  RunningServer server;
  CHECK(server.ask("GET", "/health", {}, "X-Request-Id: abc-1.2:3_4\r\n").header("x-request-id") == "abc-1.2:3_4");
  const std::string made = server.ask("GET", "/health", {}, "X-Request-Id: a b\"c\r\n").header("x-request-id");
  CHECK(made.size() >= 13);
  CHECK(made.find('"') == std::string::npos);
  CHECK(server.ask("GET", "/health", {}, "X-Request-Id: " + std::string(129, 'a') + "\r\n").header("x-request-id").size() < 129);
  CHECK(server.ask("GET", "/health").header("x-content-type-options") == "nosniff");
  CHECK(server.ask("GET", "/health").header("cache-control") == "no-store");
}

TEST_CASE("web pages of allowed origins may call") {
  ServeOptions options;
  options.allowed_origins = {"https://good.example"};
  RunningServer server(options);
  const std::string good = "Origin: https://good.example\r\n", bad = "Origin: https://bad.example\r\n";
  const std::string preflight = "Access-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: authorization\r\n";
  const RawReply allowed = server.ask("OPTIONS", "/api/v1/cron", {}, good + preflight);
  CHECK(allowed.status == 200);
  CHECK(allowed.header("access-control-allow-origin") == "https://good.example");
  CHECK(allowed.header("access-control-allow-methods") == "GET, HEAD, POST, OPTIONS");
  CHECK(allowed.header("access-control-allow-headers").find("Authorization") == 0);
  CHECK(server.ask("OPTIONS", "/api/v1/cron", {}, bad + preflight).status == 401);
  CHECK(server.ask("GET", "/api/v1/cron", {}, good).header("access-control-allow-origin") == "https://good.example");
  CHECK(server.ask("GET", "/health", {}, bad).header("access-control-allow-origin").empty());
  CHECK(server.ask("GET", "/health", {}, bad).header("vary") == "Origin");
  RunningServer closed;
  CHECK(closed.ask("GET", "/health", {}, good).header("vary").empty());
}

TEST_CASE("an address may ask so often a minute") {
  ServeOptions options;
  options.rate_limit_rpm = 2;
  RunningServer server(options);
  CHECK(server.ask("GET", "/api/v1/cron").status == 200);
  CHECK(server.ask("GET", "/api/v1/cron", {}, {}).status == 401);
  const RawReply reply = server.ask("GET", "/api/v1/cron");
  CHECK(reply.status == 429);
  CHECK(member(reply.body, "error.code") == "rate_limited");
  CHECK(std::stoi(reply.header("retry-after")) >= 1);
  CHECK(server.ask("GET", "/health").status == 200);
}

TEST_CASE("behind a proxy the limit counts the client, not the proxy") {
  ServeOptions options;
  options.rate_limit_rpm = 1;
  options.behind_proxy = true;
  RunningServer server(options);
  const auto ask = [&](const std::string& forwarded) {
    return server.ask("GET", "/api/v1/cron", {}, RunningServer::bearer(RunningServer::kToken) + "X-Forwarded-For: " + forwarded + "\r\n")
        .status;
  };
  CHECK(ask("192.0.2.1") == 200);
  CHECK(ask("9.9.9.9, 192.0.2.1") == 429);
  CHECK(ask("192.0.2.2") == 200);
}

TEST_CASE("the server describes itself") {
  RunningServer server;
  const RawReply reply = server.ask("GET", "/api/v1/openapi.json");
  CHECK(reply.status == 200);
  CHECK(member(reply.body, "openapi").starts_with("3.1."));
}

}  // namespace facio::serve
