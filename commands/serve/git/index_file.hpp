// The index file of git (format 2): what is known of every file of a work tree.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <vector>

#include "cli/core/result.hpp"
#include "commands/serve/git/object_id.hpp"

namespace facio::serve {

/// What the index remembers of a file's state, as git stores it: the lower 32 bits of each. A file whose facts are the same has the same
/// content, unless it was changed so soon after it was read that its times could not tell.
struct FileFacts {
  std::array<std::uint32_t, 9> values{};  ///< change time (s, ns), time of modification (s, ns), device, inode, owner, group, size

  static FileFacts of(const struct stat& facts);
  [[nodiscard]] std::int64_t changed_ns() const { return std::int64_t{values[0]} * 1'000'000'000 + values[1]; }
  bool operator==(const FileFacts&) const = default;
};

struct IndexEntry {
  std::string path;
  FileFacts facts;
  std::uint32_t mode = 0;  ///< kFileMode, kProgramMode or kLinkMode
  ObjectId id;
  /// False: the facts cannot be relied on; the file is to be read again.
  bool certain = true;
};

/// Appends an entry; entries stand in the byte order of their paths.
class IndexWriter {
 public:
  void add(const IndexEntry& entry);
  /// The whole file.
  std::string finish();

 private:
  std::string bytes_{std::string("DIRC\0\0\0\2\0\0\0\0", 12)};
  std::uint32_t count_ = 0;
};

/// The entries of an index file; none when it is missing, damaged, or of a form that is not known: an index is only a memory.
std::vector<IndexEntry> read_index(const std::string& path);

/// How much later than a file's last change it must have been looked at for its times to tell any later change. Some file systems count in
/// two seconds.
inline constexpr std::int64_t kTimesTell_ns = 2'000'000'000;

}  // namespace facio::serve
