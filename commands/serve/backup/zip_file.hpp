// Zip files on a descriptor, written and read piece by piece: their contents need not fit into memory.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "cli/core/result.hpp"

namespace facio::serve {

/// A file in an archive.
struct ZipItem {
  std::string name;  ///< relative; ends with a slash for a directory
  std::uint64_t size = 0;
  std::string sha256;  ///< hexadecimal, of what was written or read
  mode_t mode = 0;     ///< permissions
  [[nodiscard]] bool is_directory() const { return name.ends_with('/'); }
};

class ZipWriter {
 public:
  /// Writes to `fd`, which stays the caller's, from its beginning. Code::output, also of what follows.
  static Result<ZipWriter> open(int fd);
  /// Adds what `from` gives to its end; size and hash are what was read.
  Result<ZipItem> add(const std::string& name, mode_t mode, int from);
  Result<ZipItem> add_text(const std::string& name, mode_t mode, std::string_view text);
  Status add_directory(const std::string& name, mode_t mode);
  /// Writes the list of contents. Nothing can be added afterwards.
  Status finish();

 private:
  struct State;
  struct Free {
    void operator()(State* state) const;
  };
  ZipWriter() = default;
  Status begin(const ZipItem& item);
  std::unique_ptr<State, Free> state_;
};

/// Receives one piece after the other.
using TakePiece = std::function<Status(std::string_view piece)>;

class ZipReader {
 public:
  /// Code::integrity if it is no zip file or damaged; also of what follows.
  static Result<ZipReader> open(int fd);
  [[nodiscard]] std::uint64_t count() const;
  /// Goes to the next item, first to the first; false at the end. Its size is what the archive says.
  Result<bool> next(ZipItem& item);
  /// Unpacks the item; fails once it gives more than `most` bytes. Size and hash of `item` are of what came out.
  Status read(ZipItem& item, std::uint64_t most, const TakePiece& take);

 private:
  struct State;
  struct Free {
    void operator()(State* state) const;
  };
  ZipReader() = default;
  std::unique_ptr<State, Free> state_;
};

}  // namespace facio::serve
