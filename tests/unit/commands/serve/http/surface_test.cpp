// A surface that exists here alone, on a listener of its own: what makes it differ from the others is its record and nothing else.
#include <catch2/catch.hpp>
#include <map>

#include "commands/serve/http/dispatcher.hpp"
#include "commands/serve/http/listener.hpp"
#include "commands/serve/http/server.hpp"
#include "tests/unit/commands/facio/credentials/server/world.hpp"
#include "tests/unit/commands/serve/http/raw_client.hpp"

namespace facio::serve {
namespace {

using tests::RawClient;
using tests::RawReply;

struct Thing {
  std::string id, label;
  static constexpr ShapeHead shape{"Thing", "A thing"};
  static constexpr auto fields() { return Fields{field("id", &Thing::id, "its id"), field("label", &Thing::label, "what it is called")}; }
};

class Things {
 public:
  Result<Thing> get(std::string_view agent, std::string_view id) const {
    const auto found = labels_.find(id);
    if (found == labels_.end()) return fail(Code::not_found, std::string(agent) + " has no thing " + std::string(id));
    return Thing{.id = found->first, .label = found->second};
  }
  Reply list(std::string_view after, std::int64_t count) const {
    Reply reply;
    auto at = labels_.upper_bound(after);
    for (; at != labels_.end() && count > 0; ++at, --count) {
      reply.body += reply.body.empty() ? R"({"rows":[)" : ",";
      write_json(reply.body, Thing{.id = at->first, .label = at->second});
      reply.beside = at->first;
    }
    reply.body += "]}";
    if (at == labels_.end()) reply.beside.clear();
    return reply;
  }
  Result<Thing> add(store::Transaction&, std::string_view, const Thing& thing) {
    if (labels_.contains(thing.id)) return fail(Code::conflict, "there is one");
    return thing;
  }
  void added(std::string_view, const Thing& thing) { labels_.emplace(thing.id, thing.label); }

 private:
  std::map<std::string, std::string, std::less<>> labels_{{"t-1", "one"}, {"t-2", "two"}, {"t-3", "three"}};
};

constexpr Param kPages[] = {query_param("after", types::string, "d"), query_param("count", types::integer, "d", {.default_text = "2"})};
constexpr Param kId[] = {path_param("id", "d")};
constexpr Code kMissing[] = {Code::not_found};
constexpr Code kTaken[] = {Code::conflict};
constexpr Endpoint kEndpoints[] = {
    {.id = "things.get",
     .method = Method::get,
     .path = "/third/v2/things/{id}",
     .summary = "s",
     .params = kId,
     .reply = &shape_of<Thing>,
     .errors = kMissing},
    {.id = "things.list",
     .method = Method::get,
     .path = "/third/v2/things",
     .summary = "s",
     .params = kPages,
     .form = ReplyForm::list,
     .reply = &shape_of<Thing>,
     .items = "rows"},
    {.id = "things.add",
     .method = Method::post,
     .path = "/third/v2/things",
     .summary = "s",
     .body = &shape_of<Thing>,
     .reply = &shape_of<Thing>,
     .success = 201,
     .errors = kTaken},
    {.id = "things.none", .method = Method::del, .path = "/third/v2/things", .summary = "s"},
};

constexpr RouteOf<Things> kRoutes[] = {
    {"things.get", read_of<&Things::get, "id">},
    {"things.list", read_of<&Things::list, "after", "count">},
    {"things.add", write_of<&Things::add>.then<&Things::added>},
};

Answer fault(const Error& error) {
  Answer answer;
  answer.status = status_of(error.code()) == 404 ? 410 : status_of(error.code());
  answer.body = R"({"fault":)";
  append_json_string(answer.body, error.message());
  answer.body += "}";
  answer.media = "application/fault+json";
  return answer;
}

void wrap(std::string& body, std::string_view next) {
  body.insert(0, R"({"data":)");
  body += next.empty() ? R"(,"meta":{}})" : R"(,"meta":{"next":")" + std::string(next) + R"("}})";
}

constexpr std::string_view kHeaders[] = {"X-Third-Key"};

Surface third(Things& things) {
  Surface surface{.name = "third",
                  .prefix = "/",
                  .authenticate = [](const RequestHead& head) -> Result<Caller> {
                    if (head.header("X-Third-Key") == "open sesame") return Caller{};
                    return fail(Code::unauthenticated, "no key");
                  },
                  .challenge = "Key",
                  .headers = kHeaders,
                  .audited = true,
                  .answer_error = fault,
                  .wrap = wrap};
  for (const Endpoint& endpoint : kEndpoints) surface.endpoints.push_back(&endpoint);
  append_routes(surface.routes, things, kRoutes);
  return surface;
}

/// The plain surface beside it has one open route, and shares the threads with it.
class Server {
 public:
  Server() {
    auto main = listen_on({.port = "0"}, 2);
    auto own = listen_on({.port = "0"}, 2);
    REQUIRE(main);
    REQUIRE(own);
    main_url = main->url;
    own_url = own->url;
    server_.emplace(Limits{}, std::vector<Listener>{{&main_, main->sockets}, {&own_, own->sockets}});
    server_->start();
  }
  ~Server() {
    server_->abort();
    server_->join();
  }
  static RawReply ask(const std::string& url, const std::string& method, const std::string& target, const std::string& body = {},
                      const std::string& headers = "x-third-key: open sesame\r\n") {
    return RawClient(url).ask(method + " " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + headers +
                              (body.empty() ? "" : "Content-Length: " + std::to_string(body.size()) + "\r\n") + "\r\n" + body);
  }
  std::string main_url, own_url;
  test::World world;

 private:
  static std::vector<Surface> one(Surface surface) {
    std::vector<Surface> surfaces;
    surfaces.push_back(std::move(surface));
    return surfaces;
  }
  Surface plain() {
    Surface surface{.name = "plain", .endpoints = {&kEndpoints[0]}};
    append_routes(surface.routes, things_, kRoutes);
    return surface;
  }

  Things things_;
  OutsideChanges outside_{*world.store, world.files};
  const Platform platform_{*world.store, world.pool, outside_};
  Dispatcher main_{platform_, one(plain()), {}};
  Dispatcher own_{platform_, one(third(things_)), {}};
  std::optional<HttpServer> server_;
};

}  // namespace

TEST_CASE("a surface answers in its own envelope, on its own listener") {
  Server server;
  const RawReply page = Server::ask(server.own_url, "GET", "/third/v2/things");
  CHECK(page.status == 200);
  CHECK(page.body == R"({"data":{"rows":[{"id":"t-1","label":"one"},{"id":"t-2","label":"two"}]},"meta":{"next":"t-2"}})");
  CHECK(Server::ask(server.own_url, "GET", "/third/v2/things?after=t-2").body ==
        R"({"data":{"rows":[{"id":"t-3","label":"three"}]},"meta":{}})");
  CHECK(Server::ask(server.own_url, "GET", "/third/v2/things/t-1").body == R"({"data":{"id":"t-1","label":"one"},"meta":{}})");
  CHECK(Server::ask(server.main_url, "GET", "/third/v2/things").status == 404);
  CHECK(Server::ask(server.main_url, "GET", "/third/v2/things/t-1", {}, {}).body == R"({"id":"t-1","label":"one"})");
}

TEST_CASE("a surface asks for its own key and refuses in its own form") {
  Server server;
  for (const char* path : {"/third/v2/things", "/no/such/path", "/"}) {
    const RawReply reply = Server::ask(server.own_url, "GET", path, {}, "Authorization: Bearer open sesame\r\n");
    CAPTURE(path);
    CHECK(reply.status == 401);
    CHECK(reply.header("www-authenticate") == "Key");
    CHECK(reply.body == R"({"fault":"no key"})");
  }
  const RawReply missing = Server::ask(server.own_url, "GET", "/third/v2/things/t-9");
  CHECK(missing.status == 410);
  CHECK(missing.header("content-type") == "application/fault+json");
  CHECK(missing.body == R"({"fault":"main has no thing t-9"})");
  CHECK(Server::ask(server.own_url, "GET", "/no/such/path").body == R"({"fault":"no such route"})");
  CHECK(Server::ask(server.own_url, "DELETE", "/third/v2/things").body ==
        R"({"fault":"the service behind things is absent in this deployment"})");
  CHECK(RawClient(server.own_url).ask("GET / HTTP/1.1\r\n\r\n").body == R"({"fault":"the Host header is missing"})");
  CHECK(RawClient(server.main_url).ask("GET / HTTP/1.1\r\n\r\n").body.starts_with(R"({"error":)"));
}

TEST_CASE("what keeps web pages out holds for a surface without a word in its record") {
  Server server;
  const std::string key = "x-third-key: open sesame\r\n", thing = R"({"id":"t-8","label":"eight"})";
  const std::string head = "GET /third/v2/things/t-1 HTTP/1.1\r\nConnection: close\r\n" + key;
  for (const std::string& url : {server.main_url, server.own_url}) {
    const std::string own = url.substr(7);
    CHECK(RawClient(url).ask(head + "Host: evil.example\r\n\r\n").status == 421);
    CHECK(RawClient(url).ask(head + "Host: " + own + "\r\nOrigin: http://evil.example\r\n\r\n").status == 403);
    CHECK(RawClient(url).ask(head + "Host: " + own + "\r\nOrigin: http://" + own + "\r\n\r\n").status == 200);
  }
  CHECK(RawClient(server.own_url).ask(head + "Host: evil.example\r\n\r\n").body.starts_with(R"({"fault":"this server does not answer)"));
  const auto add = [&](const std::string& url, const std::string& headers) {
    return Server::ask(url, "POST", "/third/v2/things", thing, headers).status;
  };
  CHECK(add(server.own_url, key + "Content-Type: text/plain\r\n") == 415);
  CHECK(add(server.own_url, key) == 201);  // whoever has the key is no page
  CHECK(add(server.own_url, key + "X-Third-Key: wrong\r\n") == 400);
  CHECK(add(server.own_url, "X-Third-Key: wrong\r\n" + key) == 400);
}

TEST_CASE("a write of a surface is durable with its event; the service hears of it before the answer") {
  Server server;
  const std::string four = R"({"id":"t-4","label":"four"})";
  const RawReply added = Server::ask(server.own_url, "POST", "/third/v2/things", four);
  CHECK(added.status == 201);
  CHECK(added.body == R"({"data":)" + four + R"(,"meta":{}})");
  CHECK(Server::ask(server.own_url, "GET", "/third/v2/things/t-4").status == 200);
  CHECK(Server::ask(server.own_url, "POST", "/third/v2/things", four).body == R"({"fault":"there is one"})");
  REQUIRE(server.world.store->drain());
  CHECK(server.world.messages() ==
        std::vector<std::string>{"POST /third/v2/things 201", "GET /third/v2/things/{id} 200", "POST /third/v2/things 409"});
}

}  // namespace facio::serve
