// Reading, writing and removing below the workspace, with openat2 and without.
#include "tests/unit/cli/files/scratch.hpp"

namespace facio::serve {
namespace {

using Kind = WorkspaceFiles::Kind;

Code code_of(const Result<std::string>& result) { return result ? Code::ok : result.error().code(); }
Code code_of(const Status& result) { return result ? Code::ok : result.error().code(); }
Code code_of(const Result<bool>& result) { return result ? Code::ok : result.error().code(); }

}  // namespace

TEST_CASE("this system has openat2, so that both ways are really tested") {
  const Scratch scratch;
  const Descriptor root(::open(scratch.base.c_str(), O_RDONLY | O_DIRECTORY));
  CHECK(best_lookup(root.get()) == Lookup::kernel);
}

TEST_CASE("a path that may not be asked for is refused by its form") {
  for (const std::string path : {"", "/etc/passwd", "\\x", "..", "a/../b", "a\\..\\b", "../x", "a/..", "a\nb", "a\x7f", "\xff"}) {
    CAPTURE(path);
    const auto checked = WorkspaceFiles::check_path(path);
    REQUIRE(!checked);
    CHECK(checked.error().code() == Code::rejected);
    CHECK(checked.error().field() == "path");
  }
  CHECK(!WorkspaceFiles::check_path(std::string("a\0b", 3)));
  CHECK(!WorkspaceFiles::check_path(std::string(1025, 'a')));
  for (const std::string path : {"a", "a/b", "...", "a..b/..c", ".hidden", "grüße", "./a", "a//b"}) CHECK(WorkspaceFiles::check_path(path));
  CHECK(WorkspaceFiles::check_path(std::string(1024, 'a')));
}

TEST_CASE("the directory is made for its owner only, and a file in its place is refused") {
  const Scratch scratch;
  const auto opened = WorkspaceFiles::open(scratch.base + "/new/place/");
  REQUIRE(opened);
  CHECK(Scratch::mode_of(scratch.base + "/new/place") == 0700);
  CHECK(WorkspaceFiles::open(scratch.outside("secret")).error().code() == Code::usage);
}

TEST_CASE("what is written is read again, whole and binary") {
  const Lookup lookup = GENERATE(Lookup::kernel, Lookup::component);
  const Scratch scratch(lookup);
  const std::string bytes("a\0\xff\n", 4);
  CHECK(scratch.files.write("new/deep/file.bin", bytes, WorkspaceFiles::Durable::at_sync) == true);
  CHECK(scratch.files.sync());
  CHECK(scratch.files.read("new/deep/file.bin", 4) == bytes);
  CHECK(scratch.files.write("./new//deep/file.bin", "second") == false);
  CHECK(Scratch::text_of(scratch.inside("new/deep/file.bin")) == "second");
  CHECK(scratch.files.write("empty", "") == true);
  CHECK(scratch.files.read("empty", 0) == std::string());
  const std::string large(300'000, 'x');
  CHECK(scratch.files.write("large", large) == true);
  CHECK(scratch.files.read("large", large.size()) == large);
  CHECK(code_of(scratch.files.read("large", large.size() - 1)) == Code::too_large);
  CHECK(code_of(scratch.files.read("absent", 9)) == Code::not_found);
  CHECK(code_of(scratch.files.read("absent/file", 9)) == Code::not_found);
  CHECK(code_of(scratch.files.read("large/file", 9)) == Code::rejected);
  CHECK(code_of(scratch.files.write("large/file", "x")) == Code::rejected);
  CHECK(code_of(scratch.files.read("new", 9)) == Code::rejected);
  CHECK(code_of(scratch.files.write("new", "x")) == Code::rejected);
  CHECK(code_of(scratch.files.write("other/", "x")) == Code::rejected);
  CHECK(code_of(scratch.files.write(".", "x")) == Code::rejected);
  CHECK(scratch.leftovers() == 0);
}

TEST_CASE("a replaced file keeps its mode, a new one gets the usual") {
  const Scratch scratch;
  const mode_t before = ::umask(022);
  REQUIRE(scratch.files.write("new", "x"));
  CHECK(Scratch::mode_of(scratch.inside("new")) == 0644);
  ::umask(before);
  Scratch::put(scratch.inside("script"), "old");
  for (const mode_t mode : {0755U, 0600U, 0444U}) {
    ::chmod(scratch.inside("script").c_str(), mode);
    REQUIRE(scratch.files.write("script", "new"));
    CHECK(Scratch::mode_of(scratch.inside("script")) == mode);
  }
}

TEST_CASE("links that stay inside are read, links that lead out are not") {
  const Lookup lookup = GENERATE(Lookup::kernel, Lookup::component);
  const Scratch scratch(lookup);
  Scratch::put(scratch.inside("a/file"), "inside");
  Scratch::link("a/file", scratch.inside("good"));
  Scratch::link("../a/../a/file", scratch.inside("a/up"));
  Scratch::link("a", scratch.inside("directory"));
  Scratch::link("../outside/secret", scratch.inside("relative"));
  Scratch::link(scratch.outside("secret"), scratch.inside("absolute"));
  Scratch::link(scratch.inside("a/file"), scratch.inside("absolute-inside"));
  Scratch::link("..", scratch.inside("a/parent"));
  Scratch::link("../..", scratch.inside("a/above"));
  Scratch::link("round", scratch.inside("round"));
  Scratch::link("nowhere", scratch.inside("dangling"));
  Scratch::link("/proc/self/root", scratch.inside("magic"));
  for (const std::string path : {"good", "a/up", "directory/file", "a/parent/good"}) {
    CAPTURE(path);
    CHECK(scratch.files.read(path, 99) == "inside");
  }
  for (const std::string path : {"relative", "absolute", "absolute-inside", "a/above/outside/secret", "round", "magic/etc/hostname"}) {
    CAPTURE(path);
    CHECK(code_of(scratch.files.read(path, 99)) == Code::rejected);
    CHECK(code_of(scratch.files.write(path, "x")) == Code::rejected);
  }
  CHECK(code_of(scratch.files.read("dangling", 99)) == Code::not_found);
  CHECK(code_of(scratch.files.write("dangling/below", "x")) == Code::rejected);
  CHECK(Scratch::text_of(scratch.outside("secret")) == "not for the agent");
}

TEST_CASE("writing goes through a directory link that stays inside, but never to a link") {
  const Lookup lookup = GENERATE(Lookup::kernel, Lookup::component);
  const Scratch scratch(lookup);
  Scratch::put(scratch.inside("a/file"), "old");
  Scratch::link("a", scratch.inside("directory"));
  Scratch::link("a/file", scratch.inside("link"));
  Scratch::link("../outside", scratch.inside("out"));
  CHECK(scratch.files.write("directory/new/file", "x") == true);
  CHECK(Scratch::text_of(scratch.inside("a/new/file")) == "x");
  const auto refused = scratch.files.write("link", "x");
  REQUIRE(!refused);
  CHECK(refused.error().message() == "link is a link to a/file: write to that file, or delete the link first");
  CHECK(code_of(scratch.files.write("out/secret", "x")) == Code::rejected);
  CHECK(code_of(scratch.files.write("out/new/file", "x")) == Code::rejected);
  CHECK(code_of(scratch.files.remove("out/secret")) == Code::rejected);
  CHECK(code_of(scratch.files.remove_tree("out")) == Code::rejected);
  CHECK(!std::filesystem::exists(scratch.outside("new")));
  CHECK(scratch.files.remove("link"));
  CHECK(scratch.files.remove("out"));
  CHECK(Scratch::text_of(scratch.inside("a/file")) == "old");
  CHECK(Scratch::text_of(scratch.outside("secret")) == "not for the agent");
}

TEST_CASE("a pipe or a device is refused at once, not waited for") {
  const Lookup lookup = GENERATE(Lookup::kernel, Lookup::component);
  const Scratch scratch(lookup);
  REQUIRE(::mkfifo(scratch.inside("pipe").c_str(), 0600) == 0);
  CHECK(code_of(scratch.files.read("pipe", 9)) == Code::rejected);
  CHECK(code_of(scratch.files.write("pipe", "x")) == Code::rejected);
  CHECK(scratch.files.look("pipe")->kind == Kind::other);
  CHECK(scratch.files.remove("pipe"));
}

TEST_CASE("a list has directories first, and says what cannot be read") {
  const Lookup lookup = GENERATE(Lookup::kernel, Lookup::component);
  const Scratch scratch(lookup);
  for (const char* name : {"b/x", "a", "z/x", "c"}) Scratch::put(scratch.inside(name), "12345");
  Scratch::link("z", scratch.inside("m"));
  Scratch::link("../outside", scratch.inside("out"));
  Scratch::link("gone", scratch.inside("dangling"));
  Scratch::put(scratch.inside(WorkspaceFiles::unfinished_name()), "");
  const auto listed = scratch.files.list("");
  REQUIRE(listed);
  std::string names;
  for (const auto& entry : *listed) names += entry.name + (entry.error.empty() ? " " : "! ");
  CHECK(names == "b m z a c dangling! out! ");
  CHECK((*listed)[1].link);
  CHECK((*listed)[3].size == 5);
  CHECK((*listed)[3].mtime_ns > 1'600'000'000'000'000'000);
  CHECK(scratch.files.list("m")->front().name == "x");
  CHECK(scratch.files.list(".")->size() == 7);
  CHECK(scratch.files.list("", 3).error().code() == Code::too_large);
  CHECK(scratch.files.list("a").error().code() == Code::rejected);
  CHECK(scratch.files.list("out").error().code() == Code::rejected);
  CHECK(scratch.files.list("absent").error().code() == Code::not_found);
  CHECK(scratch.files.look("")->kind == Kind::directory);
  CHECK(scratch.files.look("m")->link);
  CHECK(!scratch.files.look("z")->link);
  CHECK(scratch.files.look("a")->name == "a");
}

TEST_CASE("a file is removed, a directory only on purpose") {
  const Lookup lookup = GENERATE(Lookup::kernel, Lookup::component);
  const Scratch scratch(lookup);
  Scratch::put(scratch.inside("d/e/f"), "x");
  Scratch::link("../../outside", scratch.inside("d/out"));
  CHECK(code_of(scratch.files.remove("d")) == Code::rejected);
  CHECK(code_of(scratch.files.remove("d/e/absent")) == Code::not_found);
  CHECK(code_of(scratch.files.remove("d/e/f/")) == Code::rejected);
  CHECK(code_of(scratch.files.remove_tree(".")) == Code::rejected);
  CHECK(code_of(scratch.files.remove_tree("d/e/f")) == Code::rejected);
  CHECK(code_of(scratch.files.remove_tree("absent")) == Code::not_found);
  CHECK(scratch.files.remove("d/e/f"));
  CHECK(scratch.files.remove_tree("d"));
  CHECK(scratch.files.list("")->empty());
  CHECK(Scratch::text_of(scratch.outside("secret")) == "not for the agent");
}

TEST_CASE("a tree is removed whole or not at all") {
  Scratch scratch;
  std::string deep = "deep";
  Scratch::put(scratch.inside("deep/a"), "x");
  for (int level = 0; level < 130; ++level) deep += "/d";
  Scratch::put(scratch.inside(deep + "/z"), "x");
  CHECK(code_of(scratch.files.remove_tree("deep")) == Code::rejected);
  CHECK(Scratch::text_of(scratch.inside("deep/a")) == "x");
  CHECK(Scratch::text_of(scratch.inside(deep + "/z")) == "x");

  Scratch::put(scratch.inside("wide/a"), "x");
  Scratch::put(scratch.inside("wide/own/key"), "key");
  scratch.files.hide(HiddenPlaces({scratch.inside("wide/own/key")}));
  CHECK_FALSE(scratch.files.remove_tree("wide"));
  CHECK(Scratch::text_of(scratch.inside("wide/a")) == "x");
  CHECK(Scratch::text_of(scratch.inside("wide/own/key")) == "key");
  CHECK(scratch.leftovers() == 0);
}

TEST_CASE("what killed processes have left goes, what living ones work on stays") {
  const Scratch scratch;
  const std::string file = "a/b/" + WorkspaceFiles::unfinished_name(), tree = "a/" + WorkspaceFiles::unfinished_name();
  Scratch::put(scratch.inside(file), "x");
  Scratch::put(scratch.inside(tree + "/c/d"), "x");
  Scratch::put(scratch.inside("a/.facioctl-other.tmp"), "x");
  Scratch::put(scratch.inside("a/b/" + std::string(WorkspaceFiles::kReplaced) + "gone/file"), "old");
  Scratch::put(scratch.inside("a/" + std::string(WorkspaceFiles::kReplaced) + "there/file"), "old");
  Scratch::put(scratch.inside("a/there/file"), "new");
  Scratch::link("../outside", scratch.inside("a/" + WorkspaceFiles::unfinished_name()));
  const auto working = scratch.files.make_unfinished("skills");
  REQUIRE(working);
  Scratch::put(scratch.inside(working->path + "/SKILL.md"), "x");
  scratch.files.remove_unfinished();
  CHECK(scratch.leftovers() == 2);  // the one in use, and a link, which leads to nothing of ours
  CHECK(Scratch::text_of(scratch.inside(working->path + "/SKILL.md")) == "x");
  CHECK(Scratch::text_of(scratch.inside("a/.facioctl-other.tmp")) == "x");
  CHECK(Scratch::text_of(scratch.inside("a/b/gone/file")) == "old");
  CHECK(Scratch::text_of(scratch.inside("a/there/file")) == "new");
  CHECK(Scratch::text_of(scratch.outside("secret")) == "not for the agent");
}

TEST_CASE("a directory takes the place of another at once") {
  const Scratch scratch;
  Scratch::put(scratch.inside("next/file"), "new");
  Scratch::put(scratch.inside("skills/one/file"), "old");
  Scratch::put(scratch.inside("skills/one/more"), "old");
  CHECK(scratch.files.replace_directory("next", "skills/one"));
  CHECK(Scratch::text_of(scratch.inside("skills/one/file")) == "new");
  CHECK(scratch.files.list("")->size() == 1);
  CHECK(scratch.files.list("skills/one")->size() == 1);
  Scratch::put(scratch.inside("next/file"), "third");
  CHECK(scratch.files.replace_directory("next", "other/two"));
  CHECK(Scratch::text_of(scratch.inside("other/two/file")) == "third");
  CHECK(code_of(scratch.files.replace_directory("absent", "x")) == Code::not_found);
  CHECK(code_of(scratch.files.replace_directory("other/two", "skills/one/file")) == Code::rejected);
  CHECK(code_of(scratch.files.replace_directory("skills/one/file", "x")) == Code::rejected);
  CHECK(code_of(scratch.files.replace_directory("skills", ".")) == Code::rejected);
}

}  // namespace facio::serve
