#include "commands/facio/versions/server/file_reading.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <ctime>
#include <fcntl.h>
#include <memory>
#include <unistd.h>

#include "cli/core/files.hpp"

namespace facio::serve {
namespace {

constexpr std::size_t kReadPiece = 1U << 20U;
constexpr int kMostTries = 5;

/// The clock that file systems stamp with.
std::int64_t now_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

tl::unexpected<Error> unreadable(const std::string& name) {
  const int error = errno;
  return fail(Code::output, "the workspace's file \"" + name + "\" cannot be read: " + system_reason(error));
}

bool may_have_gone(int error) { return error == ENOENT || error == ENOTDIR || error == ELOOP || error == ENXIO; }

std::optional<std::string> link_target(int directory, const std::string& name) {
  std::string target(PATH_MAX, '\0');
  const ssize_t length = ::readlinkat(directory, name.c_str(), target.data(), target.size());
  if (length < 0) return std::nullopt;
  target.resize(static_cast<std::size_t>(length));
  return target;
}

enum class Got : std::uint8_t { all, less, failed };

/// Content and id of an open file of `size` bytes; `less`: it has become shorter. Nothing is kept beyond `most`.
Got read_content(int file, std::size_t size, std::size_t most, FileRead& out) {
  Sha1 hash = object_hash("blob", size);
  const bool keep = size <= most;
  std::string piece(std::min(size, kReadPiece), '\0');
  std::string bytes;
  for (std::size_t have = 0; have < size;) {
    const ssize_t got = ::read(file, piece.data(), std::min(piece.size(), size - have));
    if (got <= 0) return got < 0 ? Got::failed : Got::less;
    const std::string_view some(piece.data(), static_cast<std::size_t>(got));
    hash.update(some);
    if (keep) bytes += some;
    have += some.size();
  }
  out.file.id = {hash.digest()};
  out.size = size;
  out.bytes = keep ? std::optional(std::move(bytes)) : std::nullopt;
  return Got::all;
}

void note(FileRead& read, const struct stat& facts, std::int64_t before) {
  read.file.facts = FileFacts::of(facts);
  read.file.mode = tracked_mode(facts);
  read.file.certain = read.file.facts.changed_ns() + kTimesTell_ns < before;
}

}  // namespace

std::uint32_t tracked_mode(const struct stat& facts) {
  if (S_ISLNK(facts.st_mode)) return kLinkMode;
  return (facts.st_mode & S_IXUSR) != 0 ? kProgramMode : kFileMode;
}

Result<std::optional<FileRead>> read_tracked(int directory, const std::string& name, std::size_t most_bytes) {
  FileRead read{.file = {.name = name}};
  bool whole = false;
  struct stat facts {};
  for (int tries = 0; tries < kMostTries; ++tries) {
    const std::int64_t before = now_ns();
    if (::fstatat(directory, name.c_str(), &facts, AT_SYMLINK_NOFOLLOW) != 0 || (!S_ISREG(facts.st_mode) && !S_ISLNK(facts.st_mode)))
      return std::optional<FileRead>{};
    if (S_ISLNK(facts.st_mode)) {
      read.bytes = link_target(directory, name);
      if (!read.bytes) continue;
      read.size = read.bytes->size();
      read.file.id = object_id("blob", *read.bytes);
      note(read, facts, before);
      return std::optional(std::move(read));
    }
    const Descriptor file(::openat(directory, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!file && may_have_gone(errno)) continue;
    if (!file) return unreadable(name);
    struct stat opened {
    }, after{};
    if (::fstat(file.get(), &opened) != 0 || !S_ISREG(opened.st_mode)) continue;
    const Got got = read_content(file.get(), static_cast<std::size_t>(opened.st_size), most_bytes, read);
    if (got == Got::failed || ::fstat(file.get(), &after) != 0) return unreadable(name);
    whole = got == Got::all;
    if (!whole) continue;
    note(read, opened, before);
    if (read.file.facts == FileFacts::of(after)) return std::optional(std::move(read));
    read.file.certain = false;
  }
  // A file that is written to all the time is recorded as far as it was there.
  if (whole) return std::optional(std::move(read));
  return fail(Code::internal, "the workspace's file \"" + name + "\" kept changing while it was recorded");
}

Result<InputSource> data_of(int directory, const std::string& name, std::uint64_t size) {
  if (auto target = link_target(directory, name)) return input_of(std::move(*target));
  auto file = std::make_shared<Descriptor>(::openat(directory, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat facts {};
  if (!*file || ::fstat(file->get(), &facts) != 0 || !S_ISREG(facts.st_mode))
    return fail(Code::internal, "the workspace's file \"" + name + "\" changed while it was recorded");
  return InputSource([file, name, left = size]() mutable -> Result<std::string> {
    if (left == 0) return std::string();
    std::string piece(std::min<std::uint64_t>(left, kReadPiece), '\0');
    const ssize_t got = ::read(file->get(), piece.data(), piece.size());
    if (got <= 0) return fail(Code::internal, "the workspace's file \"" + name + "\" changed while it was recorded");
    piece.resize(static_cast<std::size_t>(got));
    left -= piece.size();
    return piece;
  });
}

}  // namespace facio::serve
