// Regular expressions and patterns with stars.
#pragma once

#include <regex.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "cli/core/result.hpp"

namespace facio::audit {

/// A POSIX extended regular expression.
class Pattern {
 public:
  static Result<Pattern> compile(const std::string& text, bool ignore_case, const std::string& shown);
  /// Where it matches first in the text: begin and end; nothing when it does not.
  [[nodiscard]] std::optional<std::pair<std::size_t, std::size_t>> find(std::string_view text) const;
  /// The text that it is, when it is no more than a text; else empty.
  [[nodiscard]] const std::string& literal() const { return literal_; }

 private:
  struct Free {
    void operator()(regex_t* compiled) const {
      ::regfree(compiled);
      delete compiled;
    }
  };
  std::unique_ptr<regex_t, Free> compiled_;
  std::string literal_;
};

/// Whether a text fits a pattern in which * stands for any run of characters and ? for one.
bool fits_glob(std::string_view text, std::string_view glob);

}  // namespace facio::audit
