#include <catch2/catch.hpp>

#include "cli/contexts/contexts.hpp"

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
  CHECK(names("name=~'^prod-'") == "prod-a prod-b");
  CHECK(names("name=~'a$'") == "prod-a");
  CHECK(names("name~prod") == "prod-a prod-b");
  CHECK(names("tag~us") == "prod-b");
  CHECK(names("kind==placet") == "test");
  CHECK(names("agent=='agt_1'") == "test");
  CHECK(names("url=~'^https:'") == "prod-a prod-b test");
  CHECK(names("protected==true") == "prod-a");
  CHECK(names("!!tag==eu") == "prod-a test");
  CHECK(names("agent==''") == "prod-a prod-b local");
  CHECK(names("tag=eu") == "prod-a test");
  CHECK(names("!tag") == "local");
  CHECK(names("protected || agent") == "prod-a test");
}

TEST_CASE("what is no group is refused with words") {
  CHECK_THAT(names("us"), Contains("no group 'us'") && Contains("known: eu, all-but-prod, none"));
  CHECK_THAT(names("tag==="), Contains("at character 6: a value was expected"));
  CHECK_THAT(names("tag=="), Contains("--group: at character 6: a value was expected"));
  CHECK_THAT(names("colour==red"), Contains("tag, name, kind"));
  CHECK_THAT(names("(tag==eu"), Contains("at character 1: '(' is not closed"));
  CHECK_THAT(names("tag==eu tag==us"), Contains("at character 9: '&&', '||' or the end was expected, but got 'tag==us'"));
  CHECK_THAT(names("tag==eu &&"), Contains("at character 11: a field was expected"));
  CHECK_THAT(names("name=~'('"), Contains("not a regular expression"));
  CHECK_THAT(names("name=='x"), Contains("the quote is not closed"));
  CHECK_THAT(names("protected==yes"), Contains("true or false"));
  CHECK_THAT(names(std::string(100, '!') + "tag==eu"), Contains("nested too deeply"));
}

TEST_CASE("a regular expression behind ~ is refused with how to write it now") {
  CHECK_THAT(names("name~^prod-"), Contains("as in name=~'^prod-'"));
  CHECK_THAT(names("name~'a$'"), Contains("name=~'a$'"));
  CHECK_THAT(names("url~^https:"), Contains("url=~'^https:'"));
  CHECK_THAT(check_group("tag==eu && name~^prod-").error().message(), Contains("at character 17: ") && Contains("name=~'^prod-'"));
}
