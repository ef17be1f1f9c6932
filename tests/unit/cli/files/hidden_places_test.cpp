// The server's own files in a workspace, under whatever name, and the operator's files.
#include "scratch.hpp"

namespace facio::serve {
namespace {

using By = WorkspaceFiles::By;
constexpr auto kAtSync = WorkspaceFiles::Durable::at_sync;

template <class T>
Code code(const Result<T>& result) {
  REQUIRE_FALSE(result);
  return result.error().code();
}

}  // namespace

TEST_CASE("what is hidden is in no view of the workspace", "[hidden]") {
  Scratch scratch;
  Scratch::put(scratch.inside("data/facio.db"), "rows");
  Scratch::put(scratch.inside("own/server.key"), "key");
  Scratch::put(scratch.inside("own/mine"), "mine");
  Scratch::link("data", scratch.inside("link"));
  Scratch::link("own/server.key", scratch.inside("key"));
  std::filesystem::create_hard_link(scratch.inside("own/server.key"), scratch.inside("hard"));
  CHECK(scratch.files.read("own/server.key", 10) == "key");
  scratch.files.hide(HiddenPlaces({scratch.inside("data"), scratch.inside("own/server.key"), scratch.outside("secret"), "/no/such/file"}));
  for (const char* path : {"data/facio.db", "./data//facio.db", "link/facio.db", "own/server.key", "key", "hard"}) {
    INFO(path);
    CHECK(code(scratch.files.read(path, 10)) == Code::not_found);
    CHECK_FALSE(scratch.files.look(path));
  }
  CHECK(code(scratch.files.list("data")) == Code::not_found);
  CHECK(code(scratch.files.list("link")) == Code::not_found);
  CHECK(scratch.files.list("own")->size() == 1);
  const auto top = scratch.files.list("");
  for (const auto& entry : *top) CHECK((entry.name != "data" && entry.name != "hard"));
  for (const char* path : {"data/new", "link/new", "own/server.key", "hard"}) {
    INFO(path);
    CHECK_FALSE(scratch.files.write(path, "x", kAtSync));
    CHECK_FALSE(scratch.files.remove(path));
  }
  CHECK_FALSE(scratch.files.remove_tree("data"));
  CHECK_FALSE(scratch.files.replace_directory("data", "elsewhere"));
  CHECK_FALSE(scratch.files.replace_directory("own", "data"));
  CHECK(Scratch::text_of(scratch.inside("own/server.key")) == "key");
  CHECK(Scratch::text_of(scratch.inside("data/facio.db")) == "rows");
  CHECK(scratch.files.read("own/mine", 10) == "mine");
}

TEST_CASE("places are found below a directory wherever links lead", "[hidden]") {
  Scratch scratch;
  Scratch::put(scratch.inside("data/facio.db"), "rows");
  Scratch::link(scratch.inside("data"), scratch.base + "/alias");
  const HiddenPlaces hidden({scratch.base + "/alias", scratch.outside("secret"), scratch.inside("none")});
  const auto below = hidden.below(scratch.base + "/workspace");
  REQUIRE(below.size() == 1);
  CHECK(below.front().path == "data");
  CHECK(below.front().directory);
  CHECK(hidden.any_below("/"));
  CHECK_FALSE(hidden.any_below(scratch.inside("data")));
}

TEST_CASE("the agent does not write the operator's files under any name", "[hidden]") {
  for (const Lookup lookup : {Lookup::kernel, Lookup::component}) {
    Scratch scratch(lookup);
    Scratch::put(scratch.inside("mcp.json"), "{}");
    Scratch::link(".", scratch.inside("up"));
    Scratch::put(scratch.inside("d/x"), "x");
    Scratch::link("..", scratch.inside("d/top"));
    for (const char* path : {"mcp.json", "./mcp.json", ".//mcp.json", "MCP.JSON", "up/mcp.json", "d/top/mcp.json", "up/up/Mcp.json"}) {
      INFO(path);
      CHECK(code(scratch.files.write(path, "x", kAtSync, By::agent)) == Code::rejected);
      CHECK_FALSE(scratch.files.remove(path, By::agent));
    }
    CHECK(Scratch::text_of(scratch.inside("mcp.json")) == "{}");
    CHECK(scratch.files.write("d/mcp.json", "x", kAtSync, By::agent));
    CHECK(scratch.files.write("mcp.json", "new", kAtSync));
  }
}

TEST_CASE("a path's real place", "[hidden]") {
  Scratch scratch;
  Scratch::put(scratch.inside("secret/key"), "x");
  Scratch::link("secret", scratch.inside("open"));
  CHECK(scratch.files.real_path("open/key") == "secret/key");
  CHECK(scratch.files.real_path("open/new") == "secret/new");
  CHECK(scratch.files.real_path("secret//key") == "secret/key");
  CHECK(scratch.files.real_path("no/such") == "");
  CHECK(scratch.files.real_path("../x") == "");
}

}  // namespace facio::serve
