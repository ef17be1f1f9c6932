// Git's index file (format 2): what is known about every file of a work tree.
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

/// A file's stat data as git stores it: the lower 32 bits of each value. If it is unchanged, so is the content, unless the file was
/// changed so soon after it was read that its timestamps could not show it.
struct FileFacts {
  std::array<std::uint32_t, 9> values{};  ///< ctime (s, ns), mtime (s, ns), device, inode, owner, group, size

  static FileFacts of(const struct stat& facts);
  [[nodiscard]] std::int64_t changed_ns() const { return std::int64_t{values[0]} * 1'000'000'000 + values[1]; }
  bool operator==(const FileFacts&) const = default;
};

struct IndexEntry {
  std::string path;
  FileFacts facts;
  std::uint32_t mode = 0;  ///< kFileMode, kProgramMode or kLinkMode
  ObjectId id;
  /// False: the stat data cannot be relied on, and the file must be read again.
  bool certain = true;
};

/// Appends an entry; entries must come in the byte order of their paths.
class IndexWriter {
 public:
  void add(const IndexEntry& entry);
  /// The whole file.
  std::string finish();

 private:
  std::string bytes_{std::string("DIRC\0\0\0\2\0\0\0\0", 12)};
  std::uint32_t count_ = 0;
};

/// The entries of an index file; none if it is missing, damaged or in an unknown format, since an index is only a cache.
std::vector<IndexEntry> read_index(const std::string& path);

/// How long after its last change a file must have been looked at for its timestamps to show any later change. Some file systems have a
/// granularity of two seconds.
inline constexpr std::int64_t kTimesTell_ns = 2'000'000'000;

}  // namespace facio::serve
