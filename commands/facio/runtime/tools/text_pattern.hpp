// What is looked for in lines of text: words as they are, or a regular expression.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "cli/core/result.hpp"

namespace facio::serve {

/// For one thread.
class TextPattern {
 public:
  /// A regular expression is POSIX extended, with \d \D \w \W \s \S \b beside; no references back, and repetitions up to 255.
  /// Code::rejected says what is wrong with it.
  static Result<TextPattern> make(const std::string& text, bool regular, bool ignore_case);
  TextPattern(TextPattern&&) noexcept;
  ~TextPattern();
  [[nodiscard]] bool occurs_in(std::string_view line) const;

 private:
  struct Impl;
  explicit TextPattern(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace facio::serve
