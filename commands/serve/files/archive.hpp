// Reading untrusted zip files.
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
  std::uint64_t most_bytes = 100ULL * 1024 * 1024;  ///< of all files, counted while unpacking
};

/// A zip file with a valid list of entries: relative paths without "..", no backslashes, links or devices, nothing encrypted, no duplicate
/// names, no file that is also a directory. What macOS adds (__MACOSX) is ignored.
class Archive {
 public:
  /// Checks the list; `bytes` must outlive the archive. Code::rejected names the entry and what is wrong with it.
  static Result<Archive> open(std::string_view bytes, ArchiveLimits limits = {});

  /// The files, without the directories, in the order of the archive.
  [[nodiscard]] const std::vector<std::string>& files() const { return files_; }

  /// One file; `executable`: as the archive says, where its system has such a bit.
  using Take = std::function<Status(const std::string& path, std::string_view bytes, bool executable)>;

  /// Unpacks the files one by one, in any order, and passes each to `take`, whose error ends it. Code::rejected if an entry is damaged or
  /// the total is too large, by what comes out, not by what the archive says.
  Status unpack(const Take& take) const;

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
