// Private files for other programs, as an editor.
#pragma once

#include <string>

#include "cli/core/result.hpp"
#include "cli/core/streams.hpp"

namespace facio {

/// A directory that only the user can read, removed with its files unless it is kept.
class PrivateDirectory {
 public:
  /// Below $TMPDIR or /tmp. Code::output when it cannot be made.
  static Result<PrivateDirectory> make(const Environment& environment);
  PrivateDirectory(PrivateDirectory&& other) noexcept;
  PrivateDirectory& operator=(PrivateDirectory&&) = delete;
  ~PrivateDirectory();

  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }
  /// Writes a file (0600) in it.
  Status write(const std::string& name, std::string_view bytes) const;
  [[nodiscard]] Result<std::string> read(const std::string& name) const;
  void keep() { kept_ = true; }
  /// Removes it with its files before its time, as the destructor would.
  void remove() const;

 private:
  explicit PrivateDirectory(std::string path) : path_(std::move(path)) {}
  std::string path_;
  bool kept_ = false;
};

}  // namespace facio
