// Output in blocks.
#pragma once

#include <string>

#include "cli/core/streams.hpp"

namespace facio::output {

/// Collects text in `text`; next() writes full blocks. The first failure is kept and returned by finish().
class Writer {
 public:
  explicit Writer(Output& out) : out_(out) {}

  std::string text;

  /// Call after every line; false when writing failed.
  bool next() {
    if (text.size() >= kBlock) write_block();
    return status_.has_value();
  }
  /// Hands everything to the operating system.
  Status finish() {
    write_block();
    if (status_) status_ = out_.flush();
    return status_;
  }

 private:
  static constexpr std::size_t kBlock = 32 * 1024;
  void write_block() {
    if (status_ && !text.empty()) status_ = out_.write(text);
    text.clear();
  }
  Output& out_;
  Status status_;
};

}  // namespace facio::output
