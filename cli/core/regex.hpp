// Regular expressions, everywhere the same: RE2's, which take time in proportion to the text, whatever somebody asks for.
#pragma once

#include <memory>
#include <string_view>

#include "cli/core/result.hpp"

namespace re2 {
class RE2;
}

namespace facio {

struct RegexOptions {
  bool ignore_case = false;
  bool literal = false;  ///< no character has a meaning
};

/// For any number of threads.
class Regex {
 public:
  /// At most 1000 bytes long, and bounded in what repetitions make of it. Code::rejected says what is wrong, beginning with the pattern.
  static Result<Regex> compile(std::string_view pattern, RegexOptions options = {});
  Regex(Regex&&) noexcept;
  Regex& operator=(Regex&&) noexcept;
  ~Regex();

  /// Whether it is found anywhere in the text. `.` is any character, a line feed too; bytes that are no UTF-8 are none.
  [[nodiscard]] bool found_in(std::string_view text) const;

 private:
  explicit Regex(std::unique_ptr<re2::RE2> compiled);
  std::unique_ptr<re2::RE2> compiled_;
};

}  // namespace facio
