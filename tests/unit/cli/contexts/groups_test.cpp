#include <catch2/catch.hpp>

#include "cli/contexts/groups.hpp"

using namespace facio;
using Catch::Matchers::Contains;

namespace {

Config fleet() {
  Config config;
  config.contexts.push_back({.name = "prod-a", .url = "https://a", .tags = {"prod", "eu"}, .is_protected = true});
  config.contexts.push_back({.name = "prod-b", .url = "https://b", .tags = {"prod", "us"}});
  config.contexts.push_back({.name = "test", .kind = "placet", .url = "https://c", .agent = "agt_1", .tags = {"eu"}});
  config.contexts.push_back({.name = "local", .url = "http://127.0.0.1:1"});
  config.groups = {{"eu", "tag==eu"}, {"all-but-prod", "!tag==prod"}, {"none", "name==nobody"}};
  return config;
}

std::string names(std::string_view group) {
  const Config config = fleet();
  const auto found = contexts_of(config, group);
  if (!found) return "refused: " + found.error().message();
  std::string text;
  for (const Context* context : *found) text += (text.empty() ? "" : " ") + context->name;
  return text;
}

}  // namespace

TEST_CASE("a group is the contexts that meet its expression") {
  CHECK(names("eu") == "prod-a test");
  CHECK(names("all-but-prod") == "test local");
  CHECK(names("none").empty());
}

TEST_CASE("an expression may stand in the place of a group's name") {
  CHECK(names("tag==eu && tag==prod") == "prod-a");
  CHECK(names("tag==eu||tag==us") == "prod-a prod-b test");
  CHECK(names("tag==us || tag==eu && !name==test") == "prod-a prod-b");
  CHECK(names("(tag==us || tag==eu) && !(name==test)") == "prod-a prod-b");
  CHECK(names("tag!=prod") == "test local");
  CHECK(names("name~^prod-") == "prod-a prod-b");
  CHECK(names("name~'a$'") == "prod-a");
  CHECK(names("kind==placet") == "test");
  CHECK(names("agent=='agt_1'") == "test");
  CHECK(names("url~^https:") == "prod-a prod-b test");
  CHECK(names("protected==true") == "prod-a");
  CHECK(names("!!tag==eu") == "prod-a test");
  CHECK(names("agent==''") == "prod-a prod-b local");
}

TEST_CASE("what is no group is refused with words") {
  CHECK_THAT(names("us"), Contains("no group 'us'") && Contains("known: eu, all-but-prod, none"));
  CHECK_THAT(names("tag=eu"), Contains("==, != or ~ is expected before '=eu'"));
  CHECK_THAT(names("tag=="), Contains("a value is missing at the end"));
  CHECK_THAT(names("colour==red"), Contains("tag, name, kind"));
  CHECK_THAT(names("(tag==eu"), Contains("')' is missing at the end"));
  CHECK_THAT(names("tag==eu tag==us"), Contains("&& or || is missing before 'tag==us'"));
  CHECK_THAT(names("tag==eu &&"), Contains("is expected at the end"));
  CHECK_THAT(names("name~'('"), Contains("not a regular expression"));
  CHECK_THAT(names("name=='x"), Contains("closing quote"));
  CHECK_THAT(names(std::string(100, '!') + "tag==eu"), Contains("too deep"));
}
