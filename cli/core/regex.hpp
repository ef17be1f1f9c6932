// Regular expressions: RE2's everywhere, which take linear time whatever the pattern.
#pragma once

#include "cli/core/result.hpp"

namespace re2 {
class RE2;
}

namespace facio {

struct RegexOptions {
  bool ignore_case = false;
  bool literal = false;  ///< no character is special
};

/// Thread-safe.
class Regex {
 public:
  /// At most 1000 bytes, and of bounded size with repetitions expanded. Code::rejected says what is wrong, beginning with the pattern.
  static Result<Regex> compile(std::string_view pattern, RegexOptions options = {});

  /// Whether it matches anywhere in the text. `.` also matches a line feed; bytes that are not UTF-8 match nothing.
  [[nodiscard]] bool found_in(std::string_view text) const;

 private:
  explicit Regex(std::shared_ptr<const re2::RE2> compiled) : compiled_(std::move(compiled)) {}
  std::shared_ptr<const re2::RE2> compiled_;
};

}  // namespace facio
