#include "commands/facio/versions/server/work_tree.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

#include "cli/core/files.hpp"
#include "cli/core/text.hpp"
#include "cli/files/hidden_places.hpp"

namespace facio::serve {
namespace {

constexpr std::string_view kFolder = "workspace/";
constexpr std::size_t kContentPiece = 1U << 20U;
constexpr std::size_t kFew = 50;
// From so much on the index file is written anew: a file counts as much as this many bytes.
constexpr std::uint64_t kMuch = 1000, kBytesOfOne = 4096;

std::string line_of(const std::string& path, const TrackedFile* file) {
  const std::string name = quoted_path(std::string(kFolder) + path);
  return file == nullptr ? "D " + name + "\n" : "M " + mode_text(file->mode) + " " + file->id.hex() + " " + name + "\n";
}

}  // namespace

Result<std::optional<ObjectId>> WorkTree::look(Look how) {
  if (!files_) {
    files_ = std::make_unique<TrackedFiles>(
        repository_.work_tree(), hidden_, [&git = repository_.git()] { return git.stopping(); }, hide_);
    const auto entries = read_index(index_path());
    files_->remember(entries);
    saved_ = entries.size();
    stored_.clear();
  }
  if (auto status = files_->look(how); !status) return fail(std::move(status.error()));
  return files_->tree();
}

void WorkTree::add_to(NewCommit& commit, const std::string& parent_tree) const {
  commit.anew = stored_.empty() || stored_ != parent_tree;
  commit.small = !commit.anew && files_->changed().size() <= kFew;
  commit.blobs = contents();
  commit.files += lines(commit.anew);
}

/// The contents that are not yet stored, as blobs.
InputSource WorkTree::contents() const {
  auto at = files_->changed().begin();
  return [this, at, large = InputSource()]() mutable -> Result<std::string> {
    std::string piece;
    while (piece.size() < kContentPiece) {
      if (large) {
        auto more = large();
        if (!more || !more->empty()) return more;
        large = {};
        piece += '\n';
      }
      if (at == files_->changed().end()) break;
      const auto& [path, unstored] = *at++;
      if (files_->file(path) == nullptr) continue;
      piece += "blob\ndata " + std::to_string(unstored.size) + "\n";
      if (unstored.bytes) {
        piece += *unstored.bytes + "\n";
        continue;
      }
      auto again = files_->read_again(path, unstored.size);
      if (!again) return fail(std::move(again.error()));
      large = std::move(*again);
      break;
    }
    return piece;
  };
}

std::string WorkTree::lines(bool all) const {
  std::string text;
  if (all) {
    files_->top().each({}, [&](const std::string& path, const TrackedFile& file) { text += line_of(path, &file); });
    return text;
  }
  for (const bool there : {false, true})  // a directory may have come in the place of a file
    for (const auto& [path, unstored] : files_->changed())
      if (const TrackedFile* file = files_->file(path); (file != nullptr) == there) text += line_of(path, file);
  return text;
}

void WorkTree::stored(const std::string& tree) {
  stored_ = tree;
  for (const auto& [path, unstored] : files_->changed()) unsaved_ += 1 + unstored.size / kBytesOfOne;
  files_->stored();
  if (unsaved_ >= std::max(kMuch, saved_ / 8)) static_cast<void>(save());
}

/// The index file is a memory only: it need not be durable.
Status WorkTree::save() {
  IndexWriter writer;
  saved_ = 0;
  files_->top().each({}, [&](const std::string& path, const TrackedFile& file) {
    if (is_operators_file(path) && file.mode != kLinkMode) return;
    writer.add({.path = path, .facts = file.facts, .mode = file.mode, .id = file.id, .certain = file.certain});
    ++saved_;
  });
  unsaved_ = 0;
  return replace_file(index_path(), writer.finish(), 0600, Durable::no);
}

void WorkTree::forget(bool all) {
  files_.reset();
  stored_.clear();
  if (all) ::unlink(index_path().c_str());
}

/// A tree of the same files, except those that git must not write. It is for git's eyes alone, and no version names it.
Result<std::string> WorkTree::without_operators_files(const std::string& tree) const {
  auto listed = repository_.plumb({"ls-tree", "-z", tree});
  if (!listed) return listed;
  std::string kept;
  bool all = true;
  for (const std::string_view line : split_terminated(*listed, '\0')) {
    const std::string_view name = line.substr(std::min(line.find('\t'), line.size() - 1) + 1);
    const bool left_out = is_operators_file(name) && line.starts_with("100");
    all = all && !left_out;
    if (!left_out) kept.append(line).append(1, '\0');
  }
  return all ? Result<std::string>(tree) : repository_.plumb({"mktree", "-z"}, std::move(kept));
}

Status WorkTree::restore(const std::string& whole) {
  auto tree = without_operators_files(whole);
  if (!tree) return fail(std::move(tree.error()));
  if (files_)
    if (auto status = save(); !status) return status;
  forget(false);
  auto done = repository_.plumb({"read-tree", "--reset", "-u", *tree}, {}, index_);
  if (!done) return fail(std::move(done.error()));
  const int root = ::open(repository_.work_tree().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = root >= 0 && ::syncfs(root) == 0;
  const int error = errno;
  if (root >= 0) ::close(root);
  if (!synced) return fail(Code::output, "the workspace could not be written: " + system_reason(error));
  return {};
}

}  // namespace facio::serve
