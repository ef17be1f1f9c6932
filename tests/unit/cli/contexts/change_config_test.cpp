#include <thread>

#include "cli/contexts/change_config.hpp"
#include "cli/contexts/yaml.hpp"
#include "tests/unit/cli/contexts/rig.hpp"

using namespace facio;
using namespace facio::test;
using Catch::Matchers::Contains;

namespace {

const MapEnvironment kNothing;

mode_t mode_of(const std::string& path) {
  struct ::stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 0777U;
}

}  // namespace

TEST_CASE("saving a context keeps what is not its business") {
  const Directory here;
  const std::string text =
      "# mine\nversion: 1\ncurrent: prod\ncontexts:\n  prod: # the real one\n    url: https://a.example\n    tags: [prod]\n    protected: "
      "true\n"
      "    flavour: x\ngroups: { all: \"!tag==x\" }\n";
  const std::string path = here.write("c.yaml", text, 0644);
  Context prod;
  prod.name = "prod";
  prod.url = "https://b.example";
  prod.token.keyring = "facioctl/prod";
  REQUIRE(save_context(path, prod, false, kNothing));
  std::string wanted = text;
  wanted.replace(wanted.find("https://a.example"), 17, "\"https://b.example\"");
  wanted.insert(wanted.find("groups:"), "    token: { keyring: facioctl/prod }\n");
  CHECK(here.read("c.yaml") == wanted);
  CHECK(mode_of(path) == 0644U);
  const auto config = load_config(path, kNothing);
  REQUIRE(config);
  CHECK(config->find("prod")->is_protected);
  CHECK(config->groups.size() == 1);
}

TEST_CASE("the same once more is not written") {
  const Directory here;
  const std::string path = here.file("c.yaml");
  Context one;
  one.name = "one";
  one.url = "http://127.0.0.1:1";
  one.token.exec = {"a", "b c"};
  one.token.ttl_ms = 60'000;
  REQUIRE(save_context(path, one, false, kNothing));
  CHECK(mode_of(path) == 0600U);
  struct ::stat before {};
  REQUIRE(::stat(path.c_str(), &before) == 0);
  REQUIRE(save_context(path, one, false, kNothing));
  struct ::stat after {};
  REQUIRE(::stat(path.c_str(), &after) == 0);
  CHECK(before.st_ino == after.st_ino);
  CHECK(load_config(path, kNothing)->find("one")->token == one.token);
}

TEST_CASE("a change that would break the file is not written") {
  const Directory here;
  const std::string text = "contexts:\n  a: { url: http://x }\n";
  const std::string path = here.write("c.yaml", text);
  const auto changed = change_config(path, kNothing, [&](const std::string& before, const Config&) {
    return edited(before, {{{"contexts", "a", "timeout"}, yaml_text("soon")}}, path);
  });
  REQUIRE(!changed);
  CHECK(changed.error().code() == Code::usage);
  CHECK_THAT(changed.error().message(), Contains("line 2: timeout: must be a duration"));
  CHECK(here.read("c.yaml") == text);
}

TEST_CASE("a link to the configuration stays one") {
  const Directory here;
  here.write("real.yaml", "version: 1\n");
  const std::string link = here.file("c.yaml");
  REQUIRE(::symlink("real.yaml", link.c_str()) == 0);
  Context one;
  one.name = "one";
  one.url = "http://127.0.0.1:1";
  REQUIRE(save_context(link, one, false, kNothing));
  CHECK(std::filesystem::is_symlink(link));
  CHECK_THAT(here.read("real.yaml"), Contains("one:"));
}

TEST_CASE("several writers lose nothing") {
  const Directory here;
  const std::string path = here.file("c.yaml");
  constexpr int kWriters = 8;
  constexpr int kEach = 5;
  std::vector<std::thread> writers;
  std::atomic<int> failed = 0;
  for (int w = 0; w < kWriters; ++w)
    writers.emplace_back([&, w] {
      for (int i = 0; i < kEach; ++i) {
        Context one;
        one.name = "w" + std::to_string(w) + "-" + std::to_string(i);
        one.url = "http://127.0.0.1:1";
        if (!save_context(path, one, false, kNothing)) ++failed;
      }
    });
  for (std::thread& writer : writers) writer.join();
  CHECK(failed == 0);
  const auto config = load_config(path, kNothing);
  REQUIRE(config);
  CHECK(config->contexts.size() == kWriters * kEach);
}
