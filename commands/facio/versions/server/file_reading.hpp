// One file of the workspace: its state, its content, and the id of that.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <sys/stat.h>

#include "cli/core/result.hpp"
#include "cli/process/run.hpp"
#include "commands/facio/versions/server/tracked_directory.hpp"

namespace facio::serve {

/// A larger file is never held in memory as a whole.
inline constexpr std::size_t kMostInMemory = 32U << 20U;

struct FileRead {
  TrackedFile file;
  std::uint64_t size = 0;
  std::optional<std::string> bytes;  ///< the content, when it is not larger than was asked for
};

/// Reads a file or a link of a directory; nothing when it is gone or has become something else. Code::output when it cannot be read.
Result<std::optional<FileRead>> read_tracked(int directory, const std::string& name, std::size_t most_bytes);

/// The mode that is recorded.
std::uint32_t tracked_mode(const struct stat& facts);

/// The first `size` bytes of the content once more, in pieces. Code::internal when there are fewer.
Result<InputSource> data_of(int directory, const std::string& name, std::uint64_t size);

}  // namespace facio::serve
