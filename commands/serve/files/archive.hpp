// Reading zip files that nobody vouches for.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/core/result.hpp"

namespace facio::serve {

struct ArchiveLimits {
  std::size_t most_entries = 2000;
  std::uint64_t most_bytes = 100ULL * 1024 * 1024;  ///< of all files unpacked, counted while they are
};

/// A zip file whose list of entries is sound: relative paths without "..", no backslashes, no links or devices, nothing encrypted, no
/// name twice, no file that is a directory for another. What macOS adds (__MACOSX) is left out.
class Archive {
 public:
  /// Checks the list; `bytes` must outlive the archive. Code::rejected names the entry and what is wrong with it.
  static Result<Archive> open(std::string_view bytes, ArchiveLimits limits = {});

  /// The files, without the directories, in the order of the archive.
  [[nodiscard]] const std::vector<std::string>& files() const { return files_; }

  /// Unpacks the files one after the other and gives each to `take`, in any order; a failure of `take` ends it. Code::rejected when an
  /// entry is damaged or when it all gets too large; the size is what comes out, not what the archive says.
  Status unpack(const std::function<Status(const std::string& path, std::string_view bytes)>& take) const;

  /// One file of at most `most` bytes.
  Result<std::string> read(std::string_view path, std::size_t most) const;

 private:
  Archive(std::string_view bytes, ArchiveLimits limits) : bytes_(bytes), limits_(limits) {}
  Status check();

  std::string_view bytes_;
  ArchiveLimits limits_;
  std::vector<std::string> files_;
};

}  // namespace facio::serve
