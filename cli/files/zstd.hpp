// Zstandard, by the system's library, which is loaded on first use.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "cli/core/result.hpp"

namespace facio {

/// Code::usage when the library cannot be loaded.
Status check_zstd();

/// Whether data begin as Zstandard data do.
bool is_zstd(std::string_view head);

class Decompressor {
 public:
  /// Gives the contents of these bytes piece by piece; `visit` returns false to stop. Code::rejected for bad data, Code::usage without the
  /// library.
  Result<bool> add(std::string_view packed, const std::function<Result<bool>(std::string_view)>& visit);
  /// Whether the last frame is complete.
  [[nodiscard]] bool complete() const { return complete_; }

 private:
  std::unique_ptr<void, std::size_t (*)(void*)> stream_{nullptr, nullptr};
  std::string out_;
  bool complete_ = true;
};

class Compressor {
 public:
  /// Appends the compressed form of more data; `last`: there will be no more.
  Status add(std::string_view plain, bool last, std::string& out);

 private:
  std::unique_ptr<void, std::size_t (*)(void*)> stream_{nullptr, nullptr};
};

}  // namespace facio
