#include "commands/facio/versions/server/tracked_files.hpp"

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <random>
#include <sys/stat.h>
#include <unistd.h>

namespace facio::serve {
namespace {

namespace fs = std::filesystem;

class Workspace {
 public:
  Workspace() {
    REQUIRE(::mkdtemp(base_.data()) != nullptr);
    fs::create_directories(root());
  }
  ~Workspace() { fs::remove_all(base_); }
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;
  [[nodiscard]] fs::path root() const { return fs::path(base_) / "workspace"; }
  [[nodiscard]] fs::path outside(const std::string& name) const { return fs::path(base_) / name; }

  void write(const std::string& path, const std::string& text) const {
    fs::create_directories((root() / path).parent_path());
    std::ofstream(root() / path) << text;
  }
  /// `count` files, a hundred in a directory.
  void fill(int count) const {
    for (int i = 0; i < count; ++i) write("d" + std::to_string(i / 100) + "/f" + std::to_string(i), std::to_string(i));
  }
  [[nodiscard]] TrackedFiles files() const {
    return {root().string(), HiddenPlaces({outside("data").string()}), [] { return false; }};
  }
  /// What somebody sees who knows nothing yet.
  [[nodiscard]] std::optional<ObjectId> fresh() const {
    TrackedFiles files = this->files();
    REQUIRE(files.look(Look::all));
    return files.tree();
  }

 private:
  std::string base_ = "/tmp/facioctl-tracked-XXXXXX";
};

/// Looks at what was reported; the resulting tree must match the files on disk.
std::size_t follow(const Workspace& workspace, TrackedFiles& files) {
  REQUIRE(files.look(Look::reported));
  CHECK(files.tree() == workspace.fresh());
  return files.looked_at();
}

}  // namespace

TEST_CASE("names of objects are git's") {
  CHECK(object_id("blob", "").hex() == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
  CHECK(object_id("tree", "").hex() == "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
  CHECK(ObjectId{Sha1().update("abc").digest()}.hex() == "a9993e364706816aba3e25717850c26c9cd0d89d");
  // Every length around the size of a block, whole and in pieces.
  for (std::size_t size = 0; size < 200; ++size) {
    const std::string text(size, 'a');
    Sha1 pieces;
    for (std::size_t at = 0; at < size; at += 7) pieces.update(std::string_view(text).substr(at, 7));
    CHECK(pieces.digest() == Sha1().update(text).digest());
  }
  Sha1 million;
  for (int i = 0; i < 1000; ++i) million.update(std::string(1000, 'a'));
  CHECK(ObjectId{million.digest()}.hex() == "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
}

TEST_CASE("a look after one change looks at one file, however many there are") {
  for (const int count : {100, 1000, 3000}) {
    const Workspace workspace;
    workspace.fill(count);
    TrackedFiles files = workspace.files();
    REQUIRE(files.look(Look::reported));
    CHECK(files.looked_at() == static_cast<std::size_t>(count));
    files.stored();
    CHECK(follow(workspace, files) == 0);
    workspace.write("d0/f7", "another");
    CHECK(follow(workspace, files) == 1);
    REQUIRE(files.changed().size() == 1);
    CHECK(files.changed().begin()->first == "d0/f7");
    CHECK(files.changed().begin()->second.bytes == "another");
    workspace.write("new/deep/down", "x");
    fs::remove(workspace.root() / "d0/f8");
    CHECK(follow(workspace, files) <= 2);
    CHECK(files.changed().size() == 3);
  }
}

TEST_CASE("every change is found, whoever made it") {
  const Workspace workspace;
  workspace.fill(300);
  workspace.write("a/b/c/d", "deep");
  TrackedFiles files = workspace.files();
  REQUIRE(files.look(Look::reported));
  const auto root = workspace.root();
  const auto now_is = [&] { follow(workspace, files); };

  SECTION("a mode, a link and its target") {
    ::chmod((root / "d0/f1").c_str(), 0755);
    now_is();
    fs::create_symlink("f1", root / "d0/link");
    now_is();
    fs::remove(root / "d0/link");
    fs::create_symlink("f2", root / "d0/link");
    now_is();
  }
  SECTION("what was a file is a directory, and back") {
    fs::remove(root / "d0/f1");
    workspace.write("d0/f1/inside", "x");
    now_is();
    fs::remove_all(root / "d0/f1");
    workspace.write("d0/f1", "a file");
    now_is();
  }
  SECTION("directories move, with changes before and after") {
    fs::rename(root / "a", root / "d0/a");
    now_is();
    workspace.write("d0/a/b/c/d", "deeper");
    now_is();
    fs::rename(root / "d0/a/b", root / "b");
    workspace.write("b/c/d", "elsewhere");
    now_is();
    fs::rename(root / "b", workspace.outside("b"));
    now_is();
    std::ofstream(workspace.outside("b") / "c/d") << "nobody's";
    now_is();
    fs::rename(workspace.outside("b"), root / "b");
    now_is();
    fs::remove_all(root / "b");
    now_is();
    CHECK(files.looked_at() == 0);
  }
  SECTION("one directory takes the place of another") {
    fs::create_directories(workspace.outside("other/b/c"));
    std::ofstream(workspace.outside("other") / "b/c/d") << "other";
    fs::rename(root / "a", workspace.outside("old"));
    fs::rename(workspace.outside("other"), root / "a");
    now_is();
    std::ofstream(root / "a/b/c/d") << "changed there";
    now_is();
  }
  SECTION("the workspace itself is another one") {
    fs::rename(root, workspace.outside("old"));
    workspace.write("only", "x");
    now_is();
    CHECK(files.file("d0/f1") == nullptr);
  }
  SECTION("a file with another name outside") {
    fs::create_hard_link(root / "d1/f100", workspace.outside("name"));
    workspace.write("d1/f100", "through the one");
    now_is();
    std::ofstream(workspace.outside("name")) << "through the other";
    now_is();
  }
  SECTION("more changes than the kernel keeps in mind") {
    for (int i = 0; i < 9000; ++i) {
      workspace.write("many/one", std::to_string(i));
      workspace.write("many/other", std::to_string(i));
    }
    now_is();
    workspace.write("many/one", "quiet again");
    CHECK(follow(workspace, files) == 1);
  }
  SECTION("nothing of .git, and nothing that is no file") {
    workspace.write("nested/.git/HEAD", "x");
    workspace.write("nested/.GIT/HEAD", "x");
    ::mkfifo((root / "pipe").c_str(), 0600);
    now_is();
    CHECK(files.file("nested/.git/HEAD") == nullptr);
    workspace.write("nested/code", "x");
    now_is();
    CHECK(files.file("nested/code") != nullptr);
  }
  SECTION("everything goes") {
    for (const auto& entry : fs::directory_iterator(root)) fs::remove_all(entry);
    now_is();
    CHECK(!files.tree());
  }
}

TEST_CASE("a change that leaves size and times as they were is found") {
  const Workspace workspace;
  workspace.write("file", "one");
  TrackedFiles files = workspace.files();
  REQUIRE(files.look(Look::all));
  for (const char* text : {"two", "six", "ten"}) {
    struct stat facts {};
    const auto path = workspace.root() / "file";
    REQUIRE(::stat(path.c_str(), &facts) == 0);
    workspace.write("file", text);
    const timespec times[] = {facts.st_atim, facts.st_mtim};
    REQUIRE(::utimensat(AT_FDCWD, path.c_str(), times, 0) == 0);
    // Also by somebody to whom the kernel tells nothing, and in the same tick of its clock.
    REQUIRE(files.look(Look::all));
    CHECK(files.file("file")->id == object_id("blob", text));
  }
}

TEST_CASE("what is remembered in an index file is read again only where it must be") {
  const Workspace workspace;
  workspace.fill(50);
  workspace.write("z/\xff name", "x");
  workspace.write("z-a/file", "x");
  TrackedFiles files = workspace.files();
  REQUIRE(files.look(Look::all));
  IndexWriter writer;
  std::vector<std::string> paths;
  files.top().each({}, [&](const std::string& path, const TrackedFile& file) {
    writer.add({.path = path, .facts = file.facts, .mode = file.mode, .id = file.id, .certain = path != "d0/f3"});
    paths.push_back(path);
  });
  CHECK(std::ranges::is_sorted(paths));
  const std::string index = workspace.outside("index").string();
  const std::string bytes = writer.finish();
  std::ofstream(index) << bytes;
  // The files are old enough for their times to tell.
  const timespec later[] = {{.tv_sec = ::time(nullptr) + 10, .tv_nsec = 0}, {.tv_sec = ::time(nullptr) + 10, .tv_nsec = 0}};
  REQUIRE(::utimensat(AT_FDCWD, index.c_str(), later, 0) == 0);
  const auto entries = read_index(index);
  REQUIRE(entries.size() == paths.size());
  TrackedFiles again = workspace.files();
  again.remember(entries);
  workspace.write("d0/f4", "other");
  REQUIRE(again.look(Look::all));
  CHECK(again.tree() == workspace.fresh());
  CHECK(again.changed().size() == 1);
  for (const auto& entry : entries) CHECK(entry.certain == (entry.path != "d0/f3"));

  // One byte that is wrong, or the end that is missing, and it is none.
  for (const std::size_t at : {std::size_t{20}, bytes.size() / 2, bytes.size() - 1}) {
    std::string broken = bytes;
    broken[at] = static_cast<char>(broken[at] ^ 1);
    std::ofstream(index) << broken;
    CHECK(read_index(index).empty());
    std::ofstream(index) << bytes.substr(0, at);
    CHECK(read_index(index).empty());
  }
}

TEST_CASE("whatever is done to the files, the reported changes give the tree that is there") {
  const Workspace workspace;
  workspace.fill(200);
  TrackedFiles files = workspace.files();
  REQUIRE(files.look(Look::reported));
  std::mt19937 random(7);
  const auto any = [&](int most) { return static_cast<int>(random() % static_cast<unsigned>(most)); };
  const auto name = [&] { return std::string(1, static_cast<char>('a' + any(4))); };
  for (int round = 0; round < 150; ++round) {
    for (int i = any(6); i >= 0; --i) {
      std::string path = name();
      while (any(3) != 0) path += "/" + name();
      std::string other = name();
      while (any(3) != 0) other += "/" + name();
      std::error_code ignored;
      switch (any(6)) {
        case 0: fs::remove_all(workspace.root() / path, ignored); break;
        case 1: fs::rename(workspace.root() / path, workspace.root() / other, ignored); break;
        case 2: fs::create_hard_link(workspace.root() / path, workspace.root() / other, ignored); break;
        case 3: fs::create_directories(workspace.root() / path, ignored); break;
        default: fs::create_directories((workspace.root() / path).parent_path(), ignored); std::ofstream(workspace.root() / path) << any(3);
      }
    }
    if (any(4) == 0) files.stored();
    follow(workspace, files);
  }
}

}  // namespace facio::serve
