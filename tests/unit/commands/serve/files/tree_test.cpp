// The tree that GET /workspace/tree answers with.
#include "commands/serve/files/tree.hpp"

#include "cli/core/json.hpp"
#include "tests/unit/cli/files/scratch.hpp"

namespace facio::serve {
namespace {

/// "name[children]" of a node, with ! where it has an error.
std::string drawn(JsonRef node) {
  std::string out = node.get("name").string() + (node.get("error") ? "!" : "");
  const JsonRef children = node.get("children");
  if (!children) return out;
  out += "[";
  for (std::size_t i = 0; i < children.size(); ++i) out += (i == 0 ? "" : " ") + drawn(children.at(i));
  return out + "]";
}

/// The whole text of a tree.
Result<std::string> tree_json(const WorkspaceFiles& files, std::string_view path, std::int64_t depth, std::size_t most) {
  return TreeText::open(files, path, depth, most).map([](TreeText text) {
    std::string all;
    while (text.next(all)) continue;
    return all;
  });
}

std::string tree(const Scratch& scratch, std::string_view path, std::int64_t depth, std::size_t most = 1'000'000) {
  const auto text = tree_json(scratch.files, path, depth, most);
  REQUIRE(text);
  auto document = JsonDocument::parse(*text);
  REQUIRE(document);
  return drawn(document->root());
}

}  // namespace

TEST_CASE("a tree goes as deep as it is asked to, directories first") {
  const Scratch scratch;
  for (const char* name : {"b/c/d/e", "b/f", "a", "z/g"}) Scratch::put(scratch.inside(name), "123");
  Scratch::link("b", scratch.inside("link"));
  Scratch::link("../outside", scratch.inside("out"));
  Scratch::put(scratch.inside("bad\xff"), "");
  CHECK(tree(scratch, "", 1) == ".[b link z a bad\xEF\xBF\xBD! out!]");
  CHECK(tree(scratch, ".", 2) == ".[b[c f] link z[g] a bad\xEF\xBF\xBD! out!]");
  CHECK(tree(scratch, "b", 10) == "b[c[d[e]] f]");
  CHECK(tree(scratch, "./b//c/", 1) == "c[d]");
  CHECK(tree_json(scratch.files, "a", 1, 100).error().code() == Code::rejected);
  CHECK(tree_json(scratch.files, "out", 1, 100).error().code() == Code::rejected);
  CHECK(tree_json(scratch.files, "absent", 1, 100).error().code() == Code::not_found);
  const auto text = tree_json(scratch.files, "b", 1, 10'000);
  const auto document = JsonDocument::parse(*text);
  const JsonRef file = document->root().get("children").at(1);
  CHECK(document->root().get("path").string() == "b");
  CHECK(file.get("path").string() == "b/f");
  CHECK(file.get("size").integer() == 3);
  CHECK(file.get("mtime").number() > 1.6e9);
}

TEST_CASE("a tree that is too large leaves out the deepest, and says so") {
  const Scratch scratch;
  for (int i = 0; i < 50; ++i) Scratch::put(scratch.inside("large/file" + std::to_string(i)), "");
  Scratch::put(scratch.inside("small/file"), "");
  CHECK(tree(scratch, "", 3, 2'000) == ".[large! small[file]]");
  const auto text = tree_json(scratch.files, "large", 1, 2'000);
  REQUIRE(text);
  CHECK(text->size() < 2'500);
  const auto document = JsonDocument::parse(*text);
  const std::size_t shown = document->root().get("children").size();
  CHECK(shown > 10);
  CHECK(document->root().get("error").string().starts_with("only the first " + std::to_string(shown) + " of 50 entries are shown"));
}

TEST_CASE("a tree begins before all of it is read, and holds little of it") {
  const Scratch scratch;
  for (int i = 0; i < 40; ++i)
    for (int k = 0; k < 30; ++k) Scratch::put(scratch.inside("d" + std::to_string(i) + "/with-a-long-name-" + std::to_string(k)), "");
  auto text = TreeText::open(scratch.files, "", 3, 1'000'000);
  REQUIRE(text);
  std::string all, part;
  REQUIRE(text->next(part));
  CHECK(text->read() < 30);
  CHECK(part.size() < 80'000);
  for (all = std::exchange(part, {}); text->next(part); part.clear()) {
    CHECK(part.size() < 80'000);
    all += part;
  }
  all += part;
  CHECK(text->read() == 41);
  CHECK(all == *tree_json(scratch.files, "", 3, 1'000'000));
  REQUIRE(JsonDocument::parse(all));
  // A directory that goes away before its turn says so in its place.
  auto late = TreeText::open(scratch.files, "", 3, 1'000'000);
  REQUIRE(late);
  part.clear();
  REQUIRE(late->next(part));
  std::filesystem::remove_all(scratch.inside("d9"));
  all = std::exchange(part, {});
  while (late->next(all)) continue;
  const auto document = JsonDocument::parse(all);
  REQUIRE(document);
  const JsonRef last = document->root().get("children").at(39);
  CHECK(last.get("name").string() == "d9");
  CHECK(last.get("error").string() == "there is no d9 in the workspace");
}

}  // namespace facio::serve
