#include <algorithm>
#include <catch2/catch.hpp>

#include "cli/catalogue/system.hpp"
#include "cli/catalogue/global_flags.hpp"

using namespace facio;

namespace {

const BodyFlag* find(const std::vector<BodyFlag>& flags, std::string_view name) {
  const auto found = std::ranges::find(flags, name, &BodyFlag::flag);
  return found == flags.end() ? nullptr : &*found;
}

}  // namespace

TEST_CASE("the body of cron create gives its flags") {
  const auto flags = body_flags(*find_endpoint("cron.create")->body);
  for (const std::string_view name : {"name", "message", "tz", "cron", "every", "at", "script", "deliver", "channel", "to", "enabled",
                                      "detail-prompt", "require-approval", "delete-after-run"}) {
    CAPTURE(name);
    CHECK(find(flags, name) != nullptr);
  }
  CHECK(flags.size() == 18);
  CHECK(find(flags, "message")->field->attr.letter == 'm');
  CHECK(find(flags, "tz")->path == "schedule.tz");
  CHECK(find(flags, "every")->path == "schedule.every_ms");
  CHECK(find(flags, "every")->implies_path == "schedule.kind");
  CHECK(find(flags, "every")->implies_value == "every");
  CHECK(find(flags, "name")->implies_path.empty());
  CHECK(find(flags, "kind") == nullptr);
  CHECK(find(flags, "payload") == nullptr);
}

TEST_CASE("secrets and free bodies give what the command line needs") {
  const auto secret = body_flags(*find_endpoint("credentials.create")->body);
  REQUIRE(find(secret, "from") != nullptr);
  CHECK(find(secret, "from")->field->attr.secret);
  CHECK(body_flags(*find_endpoint("channels.set")->body).empty());
}

TEST_CASE("names become words with dashes") {
  CHECK(kebab("max_tool_iterations") == "max-tool-iterations");
  CHECK(kebab("hasMore") == "has-more");
  CHECK(kebab("groupBy") == "group-by");
  CHECK(kebab("camoufox.humanize") == "camoufox-humanize");
  CHECK(kebab("id") == "id");
  CHECK(kebab("").empty());
  CHECK(kebab(std::string(300, 'a')) == std::string(300, 'a'));
}

TEST_CASE("global flags are found by name and by letter") {
  CHECK(find_global_flag("output")->letter == 'o');
  CHECK(find_global_flag("", 'y')->name == "yes");
  CHECK(find_global_flag("", 'Z') == nullptr);
  CHECK(find_global_flag("nothing") == nullptr);
}
