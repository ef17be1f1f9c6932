// What an answer of a LibreFang daemon tells beyond its status.
#include "commands/librefang/client/answers.hpp"

#include <catch2/catch.hpp>

#include "cli/core/json.hpp"

using namespace facio;
using namespace facio::librefang;

namespace {

const Endpoint kThings{.id = "things.list", .method = Method::get, .path = "/api/things", .summary = {}, .form = ReplyForm::list};
const Endpoint kDrop{.id = "things.drop", .method = Method::del, .path = "/api/things/{id}", .summary = {}};

Request request_of(const Endpoint& endpoint, std::string target) {
  Request request;
  request.endpoint = &endpoint;
  request.target = std::move(target);
  return request;
}

unsigned status_of(std::string_view lines, std::string body) {
  Response response{.status = 200, .body = std::move(body)};
  find_failure(Dialect(lines, "x"), response);
  return response.status;
}

}  // namespace

TEST_CASE("a success that tells of a failure is none") {
  CHECK(status_of("x fails status=error status=failed", R"({"status":"failed"})") == 502);
  CHECK(status_of("x fails status=error status=failed", R"({"status":"ok"})") == 200);
  CHECK(status_of("x fails error", R"({"results":[],"error":"unreachable"})") == 502);
  CHECK(status_of("x fails error", R"({"results":[],"error":null})") == 200);
  CHECK(status_of("x fails error", "no JSON") == 200);
}

TEST_CASE("of several things, those that failed are named") {
  const Dialect dialect("x each-fails results status=error", "x");
  const auto checked = [&](std::string body) { return check_answer(dialect, {}, {.status = 207, .body = std::move(body)}, false); };
  CHECK(checked(R"({"results":[{"id":"a","status":"ok"}]})"));
  const auto failed = checked(R"({"results":[{"id":"a","status":"ok"},{"id":"b","status":"error","message":"gone"}]})");
  REQUIRE(!failed);
  CHECK(failed.error().code() == Code::partial);
  CHECK(failed.error().message() == "1 of 2 failed; b: gone");
}

TEST_CASE("a list in pieces becomes one") {
  CHECK(gathered(Dialect("x join a b name", "x"), R"({"a":[{"name":"n","x":1},{"name":"m"}],"b":[{"name":"n","x":2,"y":3}]})") ==
        R"({"a":[{"name":"n","x":1,"y":3},{"name":"m"}]})");
  const Dialect one("x one things found", "x");
  CHECK(gathered(one, R"({"things":[]})") == R"({"things":[]})");
  CHECK(gathered(one, R"({"found":false,"path":null})") == "[]");
  CHECK(gathered(one, R"({"found":true,"path":"/p"})") == R"([{"found":true,"path":"/p"}])");
}

TEST_CASE("what the daemon does not select is selected here") {
  const Dialect dialect("x where status=status", "x");
  const std::string all = R"({"items":[{"status":"a"},{"status":"b"},{"other":1}],"total":3})";
  CHECK(selected(dialect, request_of(kThings, "/api/things"), all) == all);
  CHECK(selected(dialect, request_of(kThings, "/api/things?status=b"), all) == R"({"items":[{"status":"b"},{"other":1}],"total":2})");
}

TEST_CASE("a success without words says what it did") {
  const Dialect dialect("x says status=gone id={id}", "x");
  CHECK(completed(dialect, request_of(kDrop, "/api/things/a%2Fb"), "") == R"({"status":"gone","id":"a/b"})");
  CHECK(completed(dialect, request_of(kDrop, "/api/things/a/b?x=1"), R"({"status":"removed"})") == R"({"status":"removed","id":"a/b"})");
}

TEST_CASE("a parameter that would change nothing is refused") {
  const Dialect dialect("x ignores period usage days", "x");
  CHECK(ignored_query(dialect, request_of(kThings, "/api/things?limit=1")).empty());
  CHECK(ignored_query(dialect, request_of(kThings, "/api/things?period=week")) == "period");
  CHECK(refuse_ignored(dialect, "period").error().hint() == "facioctl librefang usage days");
}

TEST_CASE("objects in the place of words") {
  const auto read = [](std::string_view lines, const std::string& body) {
    return Dialect(lines, "x").understood(request_of(kDrop, "/api/things/a"), body);
  };
  CHECK(read("x flat via=type", R"({"via":{"type":"stdio","command":"c"}})") == R"({"via":"stdio","command":"c"})");
  CHECK(read("x pick status=state", R"({"status":{"state":"done","message":1}})") == R"({"status":"done"})");
  CHECK(read("x pick status=state", R"({"status":"done"})") == R"({"status":"done"})");
  CHECK(read("x cases nodes=state", R"({"nodes":[{"state":"InputRequired"},{"name":"n"}]})") ==
        R"({"nodes":[{"state":"input_required"},{"name":"n"}]})");
}

TEST_CASE("a body that another version wants") {
  const auto body_of = [](std::string_view lines, std::string body) {
    Request request = request_of(kDrop, "/api/things/a%2Fb");
    request.body = std::move(body);
    request.has_body = true;
    const auto sent = Dialect(lines, "x").sent(request, false);
    return sent ? sent->target + " " + sent->body : "failed";
  };
  CHECK(body_of("x move dir=source source=program", R"({"source":"/p","program":"q"})") ==
        R"(/api/things/a%2Fb {"dir":"/p","source":"q"})");
  CHECK(body_of("x self name", R"({"role":"r"})") == R"(/api/things/a%2Fb {"role":"r","name":"a/b"})");
  CHECK(body_of("x slashes path", "{}") == "/api/things/a/b {}");
  Request request = request_of(kDrop, "/api/things/a?x=1");
  request.body = R"({"id":"a","verify":true})";
  request.has_body = true;
  const auto other = Dialect("x instead POST /api/others\nx takes template=id", "x").instead(request, false);
  REQUIRE(other);
  CHECK(other->method + " " + other->target + " " + other->body == R"(POST /api/others?x=1 {"template":"a"})");
}
