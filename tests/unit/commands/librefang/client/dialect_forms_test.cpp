// How requests and answers of LibreFang's versions are brought into one form.
#include <catch2/catch.hpp>

#include <string>

#include "cli/core/json.hpp"
#include "commands/librefang/client/dialect.hpp"

using namespace facio;
using facio::librefang::Dialect;
using facio::librefang::filled;

namespace {

const Endpoint kList{
    .id = "things.list", .method = Method::get, .path = "/api/things", .summary = {}, .form = ReplyForm::list, .key = "key"};
const Endpoint kChange{.id = "things.change", .method = Method::put, .path = "/api/things/{id}/parts/{part}", .summary = {}};

Request request_of(std::string body, const Endpoint& endpoint = kChange) {
  Request request;
  request.endpoint = &endpoint;
  request.method = "PUT";
  request.target = "/api/things/a%2Fb/parts/2?wait=false";
  request.body = std::move(body);
  request.has_body = true;
  return request;
}

/// The body as these lines send it.
std::string sent(std::string_view lines, std::string body) {
  const auto request = Dialect(lines, "x").sent(request_of(std::move(body)), false);
  return request ? request->body : "failed";
}

std::string read(std::string_view lines, const std::string& body, const Endpoint& endpoint = kChange) {
  return Dialect(lines, "x").understood(request_of("", endpoint), body);
}

}  // namespace

TEST_CASE("a body has what other versions call it") {
  CHECK(sent("x send to.text=prompt", R"({"prompt":"p"})") == R"({"prompt":"p","to":{"text":"p"}})");
  CHECK(sent("x when every kind=every\nx when cron kind=cron", R"({"cron":"* * * * *"})") == R"({"cron":"* * * * *","kind":"cron"})");
  CHECK(sent("x empty list", "{}") == R"({"list":[]})");
  CHECK(sent("x empty list", R"({"list":["a"]})") == R"({"list":["a"]})");
}

TEST_CASE("an object without members is a word") {
  CHECK(sent("x word pattern", R"({"pattern":{"all":{}}})") == R"({"pattern":"all"})");
  CHECK(sent("x word pattern", R"({"pattern":{"named":{"name":"x"}}})") == R"({"pattern":{"named":{"name":"x"}}})");
  CHECK(sent("x word pattern", R"({"pattern":{"a":{},"b":{}}})") == R"({"pattern":{"a":{},"b":{}}})");
}

TEST_CASE("a name is made of the first words of a text, and replaces none that was given") {
  CHECK(sent("x title name=text", R"({"text":"Check: the system!"})") == R"({"text":"Check: the system!","name":"Check the system"})");
  CHECK(sent("x title name=text", R"({"name":"n","text":"t"})") == R"({"name":"n","text":"t"})");
  CHECK(sent("x title name=text", R"({"text":"???"})") == R"({"text":"???","name":"job"})");
  const auto body = JsonDocument::parse(sent("x title name=text", "{\"text\":\"" + std::string(300, 'a') + "\"}"));
  REQUIRE(body);
  CHECK(body->root().get("name").text() == std::string(40, 'a'));
}

TEST_CASE("a query that was given is not sent again") {
  const Dialect dialect("x query wait=true confirm=true", "x");
  CHECK(dialect.sent(request_of("{}"), false)->target == "/api/things/a%2Fb/parts/2?wait=false&confirm=true");
}

TEST_CASE("another route takes the parameters in their order, then members of the answer") {
  CHECK(filled("/api/others/{x}", request_of("{}")) == "/api/others/a%2Fb");
  CHECK(filled("/api/{y}/{x}/{made}", request_of("{}"), R"({"made":"c d"})") == "/api/a%2Fb/2/c%20d");
  const Dialect dialect("x instead PATCH /api/things/{id}\nx real-instead POST /other", "x");
  CHECK(dialect.instead(request_of("{}"), false)->method == "PATCH");
  CHECK(dialect.instead(request_of("{}"), true)->target == "/other?wait=false");
}

TEST_CASE("an answer has one form") {
  CHECK(read("x lift job\nx copy cron=schedule.expr", R"({"job":{"id":"1","schedule":{"expr":"* * * * *"}},"errors":0})") ==
        R"({"id":"1","schedule":{"expr":"* * * * *"},"errors":0,"cron":"* * * * *"})");
  CHECK(read("x case state", R"({"state":{"Paused":{"reason":"r"}}})") == R"({"state":"paused","state_detail":{"reason":"r"}})");
  CHECK(read("x case state", R"({"state":"Running"})") == R"({"state":"running"})");
  CHECK(read("x items settings\nx beside value=values", R"({"settings":[{"key":"depth"}],"values":{"depth":5}})", kList) ==
        R"({"items":[{"key":"depth","value":5}],"values":{"depth":5}})");
}
