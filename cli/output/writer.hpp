// A checked stream that is written in blocks.
#pragma once

#include <string>

#include "cli/core/streams.hpp"

namespace facio::output {

/// Collects text in `text`; next() hands full blocks on. The first failure is kept and returned by finish().
class Writer {
 public:
  explicit Writer(Output& out) : out_(out) {}

  std::string text;

  /// To be called after every line; false when writing failed and going on is of no use.
  bool next() {
    if (text.size() >= kBlock) hand_on();
    return status_.has_value();
  }
  /// Hands everything to the operating system.
  Status finish() {
    hand_on();
    if (status_) status_ = out_.flush();
    return status_;
  }

 private:
  static constexpr std::size_t kBlock = 32 * 1024;
  void hand_on() {
    if (status_ && !text.empty()) status_ = out_.write(text);
    text.clear();
  }
  Output& out_;
  Status status_;
};

}  // namespace facio::output
