#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "cli/command_line/plugin.hpp"
#include "tests/unit/cli/command_line/rig.hpp"

using namespace facio;

TEST_CASE("versions are compared number by number") {
  for (const char* old : {"", "0", "0.0.9", "0.1", "0.1.0"}) CHECK(is_new_enough(old));
  for (const char* newer : {"0.1.1", "0.2", "1", "10.0", "0.10"}) CHECK(!is_new_enough(newer));
}

TEST_CASE("a plugin is a program with a plain name in an absolute directory of the PATH") {
  char path[] = "/tmp/facioctl-test-XXXXXX";
  REQUIRE(::mkdtemp(path) != nullptr);
  const std::string folder = path;
  const auto make = [&](const std::string& name, mode_t mode) {
    std::ofstream(folder + "/" + name) << "#!/bin/sh\n";
    REQUIRE(::chmod((folder + "/" + name).c_str(), mode) == 0);
  };
  make("facioctl-good", 0755);
  make("facioctl-also-good", 0700);
  make("facioctl-Bad", 0755);
  make("facioctl-not", 0644);
  make("facioctl", 0755);
  make("other-good", 0755);
  std::filesystem::create_directory(folder + "/facioctl-folder");
  const test::MapEnvironment environment{{"PATH", ":.:relative:" + folder + ":/no/such/folder:" + folder}};
  REQUIRE(find_plugin("good", environment));
  CHECK(find_plugin("good", environment)->path == folder + "/facioctl-good");
  for (const char* name : {"Bad", "not", "folder", "", "none", "../x", "good/", "-x"}) CHECK(!find_plugin(name, environment));
  const auto all = all_plugins(environment);
  REQUIRE(all.size() == 2);
  CHECK(all[0].name == "also-good");
  CHECK(all[1].name == "good");
  std::filesystem::remove_all(folder);
}
