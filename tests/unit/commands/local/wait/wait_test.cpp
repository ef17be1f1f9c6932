// What can be waited for, as it is written.
#include <catch2/catch.hpp>

#include "commands/local/wait/condition.hpp"

using namespace facio;

TEST_CASE("conditions of wait") {
  const auto cron = wait::read_condition("cron/a/b=c=ok", nullptr);
  REQUIRE(cron);
  CHECK((cron->kind == "cron" && cron->name == "a/b=c" && cron->state == "ok"));
  CHECK(cron->shown() == "cron/a/b=c=ok");
  CHECK(wait::read_condition("health=ok", nullptr)->name.empty());
  CHECK(wait::read_condition("run/b7da", nullptr)->state == "done");
  CHECK(wait::read_condition("approvals=none", nullptr)->kind == "approval");
  CHECK(wait::read_condition("channels/x=gone", nullptr)->kind == "channel");
}

TEST_CASE("what cannot be waited for is refused with what can be") {
  for (const char* text :
       {"", "=", "moon=full", "cron=ok", "cron/=ok", "mcp/x", "cron/x=", "cron/x=OK", "health/x=ok", "approval=all", "run/x=connected"}) {
    INFO(text);
    const auto condition = wait::read_condition(text, nullptr);
    REQUIRE_FALSE(condition);
    CHECK(condition.error().code() == Code::usage);
    CHECK(condition.error().message().starts_with("--for: "));
    CHECK_FALSE(condition.error().hint().empty());
  }
}
