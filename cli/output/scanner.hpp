// What the parsers of -o jsonpath= and -o template= share: reading a text from left to right.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cli/core/result.hpp"
#include "cli/core/text.hpp"

namespace facio::output {

/// A position in a text. The first failure is kept and ends the text, so that every loop over it ends as well.
class Scanner {
 public:
  using MakeError = Error (*)(std::size_t at, const std::string& what);

  Scanner(std::string_view text, MakeError make_error) : text_(text), make_error_(make_error) {}

 protected:
  [[nodiscard]] bool done() const { return at_ >= text_.size(); }
  [[nodiscard]] char here() const { return done() ? '\0' : text_[at_]; }
  [[nodiscard]] bool follows(std::string_view token) const { return text_.substr(at_, token.size()) == token; }
  [[nodiscard]] std::string_view since(std::size_t begin) const { return text_.substr(begin, at_ - begin); }

  void skip_blanks() {
    while (is_blank(here())) ++at_;
  }
  bool take(std::string_view token) {
    if (!follows(token)) return false;
    at_ += token.size();
    return true;
  }
  /// Text in quotes, with \n, \t, \r and escaped characters, except in backquotes. Call at the opening quote.
  std::string quoted() {
    const std::size_t begin = at_;
    const char quote = text_[at_++];
    std::string text;
    for (; !done() && here() != quote; ++at_) {
      char c = here();
      if (quote != '`' && c == '\\' && at_ + 1 < text_.size()) {
        c = text_[++at_];
        c = c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c;
      }
      text += c;
    }
    if (done()) refuse(begin, "the quote is not closed");
    else ++at_;
    return text;
  }

  void refuse(std::size_t at, const std::string& what) {
    if (!failure_) failure_ = make_error_(at, what);
    at_ = text_.size();
  }
  /// What was read, unless something was refused.
  template <class T>
  Result<T> unless_refused(T read) {
    if (failure_) return fail(std::move(*failure_));
    return read;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::optional<Error> failure_;

 private:
  MakeError make_error_;
};

}  // namespace facio::output
