#include <catch2/catch.hpp>

#include "commands/facio/system.hpp"
#include "commands/serve/http/answers.hpp"
#include "commands/serve/http/reply_check.hpp"

namespace facio::serve {
namespace {

bool fits(std::string_view id, std::string body) {
  return fits_declaration(*facio_catalogue().find(id), Reply{.body = std::move(body)}).has_value();
}
bool fits(std::string_view id, Code code) { return fits_declaration(*facio_catalogue().find(id), fail(code, "x")).has_value(); }

}  // namespace

TEST_CASE("replies are held against shape and envelope") {
  CHECK(fits("health.live", R"({"status":"ok"})"));
  CHECK(!fits("health.live", R"({"status":3})"));
  CHECK(!fits("health.live", "[]"));
  CHECK(!fits("health.live", ""));
  CHECK(fits("cron.list", R"({"items":[],"count":0})"));
  CHECK(!fits("cron.list", R"({"count":0})"));
  CHECK(!fits("cron.list", R"({"items":[{"id":"a"}],"count":1})"));
}

TEST_CASE("failures must be declared, or be those that every endpoint has") {
  CHECK(fits("cron.get", Code::not_found));
  CHECK(!fits("cron.get", Code::conflict));
  CHECK(!fits("cron.list", Code::not_found));
  CHECK(!fits("cron.list", Code::rejected));
  CHECK(fits("cron.create", Code::rejected));
  CHECK(fits("cron.list", Code::unavailable));
}

TEST_CASE("a failure is an answer of the contract's form") {
  const Answer answer = error_answer(Error(Code::not_found, "no \"x\"").with_field("id").with_hint("list them"));
  CHECK(answer.status == 404);
  CHECK(answer.body == R"({"error":{"code":"not_found","message":"no \"x\"","details":{"field":"id","hint":"list them"}}})");
  CHECK(error_answer(Error(Code::usage, "u")).status == 400);
  CHECK(error_answer(Error(Code::output, "o")).status == 503);
  CHECK(error_answer(Error(Code::internal, "i")).status == 500);
}

}  // namespace facio::serve
