// Zstandard, by the system's library: loaded when it is first needed.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "cli/core/result.hpp"

namespace facio::audit {

/// Whether data begin as Zstandard data do.
bool is_packed(std::string_view head);

class Unpacker {
 public:
  Unpacker() = default;
  Unpacker(const Unpacker&) = delete;
  Unpacker& operator=(const Unpacker&) = delete;
  ~Unpacker();

  /// Gives what these bytes hold, piece by piece; false: enough. Code::rejected for bad data, Code::usage without the library.
  Result<bool> unpack(std::string_view packed, const std::function<Result<bool>(std::string_view)>& visit);
  /// Whether the last frame is complete.
  [[nodiscard]] bool whole() const { return whole_; }

 private:
  void* stream_ = nullptr;
  std::string out_;
  bool whole_ = true;
};

class Packer {
 public:
  Packer() = default;
  Packer(const Packer&) = delete;
  Packer& operator=(const Packer&) = delete;
  ~Packer();

  /// Appends the packed form of more data; `last`: there will be no more.
  Status pack(std::string_view plain, bool last, std::string& out);

 private:
  void* stream_ = nullptr;
};

}  // namespace facio::audit
