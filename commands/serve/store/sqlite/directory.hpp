// The data directory: made for its owner only, and held by one process at a time.
#pragma once

#include <string>

#include "cli/core/result.hpp"

namespace facio::store {

/// Holds the data directory until destroyed.
class DirectoryLock {
 public:
  /// Makes the directory (0700) when it is missing and locks it. Code::conflict names the process that holds it;
  /// Code::usage when the directory cannot be used.
  static Result<DirectoryLock> acquire(const std::string& directory);
  DirectoryLock(DirectoryLock&& other) noexcept;
  DirectoryLock& operator=(DirectoryLock&& other) noexcept;
  ~DirectoryLock();

 private:
  explicit DirectoryLock(int fd) : fd_(fd) {}
  int fd_;
};

/// Makes the file (0600) when it is missing.
Status make_private_file(const std::string& path);

}  // namespace facio::store
