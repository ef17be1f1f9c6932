#include <catch2/catch.hpp>
#include <deque>

#include "commands/facio/system.hpp"
#include "commands/serve/http/router.hpp"

namespace facio::serve {
namespace {

constexpr Endpoint kOne[] = {
    {.id = "t.list", .method = Method::get, .path = "/things", .summary = "s"},
    {.id = "t.get", .method = Method::get, .path = "/things/{key}", .summary = "s"},
    {.id = "t.put", .method = Method::put, .path = "/things/{key}", .summary = "s"},
    {.id = "t.all", .method = Method::get, .path = "/things/all", .summary = "s"},
    {.id = "t.part", .method = Method::del, .path = "/things/{key}/parts/{part}", .summary = "s"},
};

std::string found(const Router& router, Method method, std::string_view path, Match* match = nullptr) {
  static Segments segments;
  const auto split = split_path(path, segments);
  if (!split) return std::string(info(split.error().code()).name);
  const Match hit = router.find(method, segments);
  if (match != nullptr) *match = hit;
  return hit.mounted == nullptr ? "-" : std::string(hit.mounted->endpoint->id);
}

}  // namespace

TEST_CASE("fixed words win over parameters, whatever the method") {
  Router router;
  std::deque<Mounted> mounted;
  for (const Endpoint& endpoint : kOne) router.add(mounted.emplace_back(Mounted{&endpoint}));
  Match match;
  CHECK(found(router, Method::get, "/things") == "t.list");
  CHECK(found(router, Method::get, "/things/all") == "t.all");
  CHECK(found(router, Method::put, "/things/all", &match) == "-");
  CHECK(allow_list(match.allowed, false) == "GET, HEAD");
  CHECK(found(router, Method::put, "/things/some", &match) == "t.put");
  CHECK(match.parameters == std::vector<std::string_view>{"some"});
  CHECK(found(router, Method::get, "/things/%61ll") == "t.all");
  CHECK(found(router, Method::del, "/things/a%2Fb/parts/c", &match) == "t.part");
  CHECK(match.parameters == std::vector<std::string_view>{"a/b", "c"});
  CHECK(found(router, Method::get, "/things/") == "-");
  CHECK(found(router, Method::del, "/things//parts/c") == "-");
  CHECK(found(router, Method::get, "/thing") == "-");
  CHECK(found(router, Method::get, "/things/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p") == "not-found");
  CHECK(found(router, Method::post, "/things/all", &match) == "-");
  CHECK(allow_list(match.allowed, false) == "GET, HEAD");
}

TEST_CASE("addresses come in two forms") {
  const auto parts = [](std::string_view text) {
    const auto target = split_target(text);
    return target ? std::string(target->authority) + "|" + std::string(target->path) + "|" + std::string(target->query) : "-";
  };
  CHECK(parts("/a/b?c=d?e") == "|/a/b|c=d?e");
  CHECK(parts("http://host:80/a?b") == "host:80|/a|b");
  CHECK(parts("HTTPS://me@host/a/http://b") == "me@host|/a/http://b|");
  CHECK(parts("http://host") == "host|/|");
  CHECK(parts("http://host?b=/c") == "host|/|b=/c");
  CHECK(parts("/http://host/a") == "|/http://host/a|");
  CHECK(parts("*") == "|*|");
  CHECK(parts("") == "||");
  for (const char* refused : {"/a#b", "/a?b#c", "http:///a", "http://?a", "https://"}) CHECK(parts(refused) == "-");
}

TEST_CASE("what was decoded before a fault is kept: it says where the request belongs") {
  Segments segments;
  const auto kept = [&](std::string_view path, Code code) {
    const auto status = split_path(path, segments);
    CHECK((status ? Code::ok : status.error().code()) == code);
    std::string text;
    for (std::size_t i = 0; i < segments.count; ++i) text += "/" + segments.values[i];
    return text;
  };
  CHECK(kept("/%61pi/v%31/cron", Code::ok) == "/api/v1/cron");
  CHECK(kept("/api%2Fv1/cron", Code::ok) == "/api/v1/cron");
  CHECK(segments.count == 2);
  CHECK(kept("/%61pi/v1/%zz", Code::rejected) == "/api/v1");
  CHECK(kept("/api/../v1", Code::rejected) == "/api");
  CHECK(kept("/api/%2e%2E/v1", Code::rejected) == "/api");
  CHECK(kept("/%2e/api", Code::rejected).empty());
  CHECK(kept("/api/%00", Code::rejected) == "/api");
  CHECK(kept("/api/\xff", Code::rejected) == "/api");
  CHECK(kept("/api/\xc3\xa4", Code::ok) == "/api/\xc3\xa4");
  CHECK(kept("//api", Code::ok) == "//api");
  CHECK(kept("api", Code::rejected).empty());
}

TEST_CASE("every endpoint of the catalogue is found by its own path") {
  Router router;
  std::deque<Mounted> mounted;
  for (const Endpoint* endpoint : facio_catalogue().all())
    if (endpoint->method != Method::none) router.add(mounted.emplace_back(Mounted{endpoint}));
  for (const auto& [endpoint, surface, route] : mounted) {
    CAPTURE(endpoint->id);
    std::string path(endpoint->path);
    for (auto open = path.find('{'); open != std::string::npos; open = path.find('{')) path.replace(open, path.find('}') - open + 1, "zz9");
    CHECK(found(router, endpoint->method, path) == endpoint->id);
  }
}

}  // namespace facio::serve
