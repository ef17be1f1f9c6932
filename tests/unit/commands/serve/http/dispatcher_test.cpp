// From a request to its answer, in the whole runtime: surfaces, tokens, parameters, errors.
#include <catch2/catch.hpp>
#include <set>

#include "commands/facio/system.hpp"
#include "commands/facio/runtime/loop/agent_loop.hpp"
#include "commands/facio/audit/server/signer.hpp"
#include "commands/services.hpp"
#include "commands/serve/outbound/outbound.hpp"
#include "commands/services.hpp"
#include "tests/unit/commands/facio/credentials/server/world.hpp"
#include "tests/unit/commands/facio/runtime/runtime_fixture.hpp"

namespace facio::serve {
namespace {

using tests::member;
using tests::RawClient;
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
  AuditSigner signer(*world.store, "main", SigningKey::open({}), {});
  Services services{
      .base = world.base, .outbound = outbound, .turns = turns, .identity = identity, .options = options, .audit_signer = signer};
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

TEST_CASE("a path has one reading: what it is decoded to says whose token it needs") {
  RunningServer server;
  const auto without = [&](const std::string& target) { return server.ask("GET", target, {}, {}).status; };
  const auto with = [&](const std::string& target) { return server.ask("GET", target).status; };
  for (const char* management : {"/%61pi/v1/cron", "/api/%761/cron", "/%61%70%69/v1/nothing", "/api/v1/", "/api/v1/%zz", "/%61pi/v1/..",
                                 "/api/v1/a/%2e%2e/b", "/api/v1/%00", "http://localhost/%61pi/v1/cron", "HTTP://localhost/api/v1/cron",
                                 "/api/v1/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p", "/api/v1/cron?/../../health"}) {
    CAPTURE(management);
    CHECK(without(management) == 401);
    CHECK(with(management) != 401);
  }
  CHECK(with("/%61pi/v1/%63ron") == 200);
  CHECK(with("/api/v1/cron/") == 404);
  // None of these is below /api/v1 in any reading of this server, so no token opens anything there.
  for (const char* nothing : {"//api/v1/cron", "/api//v1/cron", "/api%2Fv1/cron", "/api%2fv1%2fcron", "/API/v1/cron", "/api;x=1/v1/cron",
                              "/api/v1;x/cron", "/api%5Cv1/cron", "/x/api/v1/cron", "/api/v1x", "/health/", "/health/x"}) {
    CAPTURE(nothing);
    CHECK(without(nothing) == 404);
    CHECK(with(nothing) == 404);
  }
  for (const char* none : {"/./api/v1/cron", "/%2e/api/v1/cron", "/api/../v1/models", "/v1/..;/api/v1/cron/..", "/health#/../api/v1/cron",
                           "/api/%2e%2e/health", "/%00/api", "/%zz", "api/v1/cron", "*", "ftp://localhost/health", "http:///health"}) {
    CAPTURE(none);
    CHECK(without(none) == 400);
    CHECK(with(none) == 400);
  }
  CHECK(without("/%68ealth") == 200);
}

TEST_CASE("the routes of each surface are where its prefix says") {
  test::World world;
  const Outbound outbound;
  AgentLoop turns;
  const AgentIdentity identity;
  ServeOptions options;
  options.a2a = true;
  AuditSigner signer(*world.store, "main", SigningKey::open({}), {});
  Services services{
      .base = world.base, .outbound = outbound, .turns = turns, .identity = identity, .options = options, .audit_signer = signer};
  Credentials credentials;
  credentials.management = Secret("m");
  const std::vector<Surface> surfaces = all_surfaces(services, credentials);
  for (const Surface& surface : surfaces)
    for (const Endpoint* endpoint : surface.endpoints)
      for (const Surface& other : surfaces) {
        CAPTURE(endpoint->id, surface.name, other.name);
        const bool below = !other.prefix.empty() && endpoint->path.starts_with(std::string(other.prefix) + "/");
        CHECK(below == (&surface == &other && !surface.prefix.empty()));
      }
}

TEST_CASE("no host of somebody else is answered for, whatever the token") {
  ServeOptions options;
  options.server_names = {"agent.lan"};
  RunningServer server(options);
  const auto ask = [&](const std::string& target, const std::string& host, const std::string& version = "1.1") {
    return RawClient(server.url)
        .ask("GET " + target + " HTTP/" + version + "\r\n" + host + RunningServer::bearer(RunningServer::kToken) +
             "Connection: close\r\n\r\n");
  };
  for (const char* target : {"/health", "/v1/models", "/v1/nothing", "/api/v1/cron", "/api/v1/nothing", "/nothing"}) {
    CAPTURE(target);
    const RawReply refused = ask(target, "Host: evil.example:8900\r\n");
    CHECK(refused.status == 421);
    CHECK(member(refused.body, "error.code") == "forbidden");
    CHECK(member(refused.body, "error.message") == R"(this server does not answer for the host "evil.example:8900")");
    CHECK(member(refused.body, "error.details.hint").find("--server-name") != std::string::npos);
    CHECK(ask("http://evil.example" + std::string(target), "Host: localhost\r\n").status == 421);
    CHECK(ask("http://localhost" + std::string(target), "Host: evil.example\r\n").status == 421);
    CHECK(ask(target, "Host: \r\n").status == 421);
  }
  CHECK(ask("/health", "Host: agent.lan\r\n").status == 200);
  CHECK(ask("http://agent.lan/health", "Host: agent.lan\r\n").status == 200);
  CHECK(ask("/health", {}, "1.0").status == 200);
  CHECK(ask("/health", "Host: evil.example\r\n", "1.0").status == 421);
}

TEST_CASE("pages of other sites are not answered, whatever the token") {
  ServeOptions options;
  options.allowed_origins = {"https://good.example"};
  RunningServer server(options);
  const std::string bearer = RunningServer::bearer(RunningServer::kToken);
  for (const char* target : {"/health", "/v1/models", "/v1/nothing", "/api/v1/cron", "/api/v1/nothing", "/nothing"}) {
    CAPTURE(target);
    for (const char* foreign : {"Origin: https://evil.example\r\n", "Origin: null\r\n", "Sec-Fetch-Site: cross-site\r\n",
                                "Sec-Fetch-Site: same-site\r\n", "Origin: http://localhost\r\nSec-Fetch-Site: cross-site\r\n"}) {
      CAPTURE(foreign);
      const RawReply refused = server.ask("GET", target, {}, bearer + foreign);
      CHECK(refused.status == 403);
      CHECK(member(refused.body, "error.code") == "forbidden");
      CHECK(refused.header("access-control-allow-origin").empty());
    }
    const int usual = server.ask("GET", target).status;
    for (const char* fine : {"Origin: https://good.example\r\nSec-Fetch-Site: cross-site\r\n", "Origin: http://localhost\r\n",
                             "Origin: http://localhost:80\r\nSec-Fetch-Site: same-origin\r\n", "Sec-Fetch-Site: none\r\n"})
      CHECK(server.ask("GET", target, {}, bearer + fine).status == usual);
  }
}

TEST_CASE("a page uses up nobody's rate limit") {
  ServeOptions options;
  options.rate_limit_rpm = 1;
  RunningServer server(options);
  for (int i = 0; i < 5; ++i) CHECK(server.ask("GET", "/v1/models", {}, "Origin: https://evil.example\r\n").status == 403);
  CHECK(server.ask("GET", "/v1/models", {}, {}).status == 200);
  CHECK(server.ask("GET", "/v1/models", {}, {}).status == 429);
}

TEST_CASE("bodies are sent as JSON; one of no type is taken with a token only") {
  RunningServer server;
  const std::string bearer = RunningServer::bearer(RunningServer::kToken);
  const auto create = [&](const std::string& type) { return server.ask("POST", "/api/v1/cron", kJob, bearer + type); };
  CHECK(create({}).status == 201);
  for (const char* json : {"application/json", "application/json; charset=utf-8", "Application/JSON ;x=y"})
    CHECK(create(std::string("Content-Type: ") + json + "\r\n").status == 201);
  const std::string chat = R"({"messages":[]})";  // refused with 400 when it is looked at
  for (const char* other : {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonx",
                            "text/plain; application/json", "application/json, text/plain", "application/a2a+json", ";"}) {
    CAPTURE(other);
    const std::string type = std::string("Content-Type: ") + other + "\r\n";
    const RawReply refused = create(type);
    CHECK(refused.status == 415);
    CHECK(member(refused.body, "error.code") == "bad_request");
    CHECK(server.ask("POST", "/v1/chat/completions", chat, type).status == 415);
    CHECK(server.ask("POST", "/v1/chat/completions", chat, type + bearer).status == 415);
  }
  CHECK(server.ask("POST", "/v1/chat/completions", chat, {}).status == 415);
  CHECK(server.ask("POST", "/v1/chat/completions", chat, bearer).status == 400);
  CHECK(server.ask("POST", "/v1/chat/completions", {}, {}).status == 400);
  CHECK(server.ask("GET", "/v1/models", "x", "Content-Type: text/plain\r\n").status == 200);
}

TEST_CASE("where others reach the server, /v1 takes the management token") {
  ServeOptions options;
  options.behind_proxy = true;
  const std::string bearer = RunningServer::bearer(RunningServer::kToken);
  {
    RunningServer server(options);
    for (const char* target : {"/v1/models", "/v1/nothing"}) {
      const RawReply refused = server.ask("GET", target, {}, RunningServer::bearer(RunningServer::kOtherToken));
      CHECK(refused.status == 401);
      CHECK(refused.header("www-authenticate") == "Bearer");
      CHECK(member(refused.body, "error.type") == "authentication_error");
      CHECK(member(refused.body, "error.message").find("management token") != std::string::npos);
    }
    CHECK(server.ask("GET", "/v1/models", {}, bearer).status == 200);
    CHECK(server.ask("GET", "/health", {}, {}).status == 200);
  }
  options.open_v1 = true;
  RunningServer server(options);
  CHECK(server.ask("GET", "/v1/models", {}, {}).status == 200);
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
  CHECK(server.ask("OPTIONS", "/api/v1/cron", {}, bad + preflight).status == 403);
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
