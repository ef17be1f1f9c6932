#include "commands/facio/runtime/tools/text_pattern.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <cstdlib>
#include <regex.h>

namespace facio::serve {
namespace {

constexpr std::size_t kLongest = 1000;
/// Product of the repetitions inside each other: the compiled expression grows with it.
constexpr std::uint64_t kMostRepetitions = 1000;

tl::unexpected<Error> refuse(const std::string& why) { return fail_field(Code::rejected, "pattern", "pattern: " + why); }

/// What the library's own syntax lacks, and what would make it slow or large.
Result<std::string> translated(const std::string& text) {
  std::string out;
  std::uint64_t repetitions = 1;
  bool in_brackets = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\' && i + 1 < text.size()) {
      const char next = text[++i];
      if (!in_brackets && next >= '1' && next <= '9') return refuse("references back, as \\1, are not supported");
      if (next == 'd') out += in_brackets ? "0-9" : "[0-9]";
      else if (next == 'D' && !in_brackets) out += "[^0-9]";
      else if (in_brackets && next == 's') out += "[:space:]";
      else if (in_brackets && next == 'w') out += "[:alnum:]_";
      else if (next == 't') out += '\t';
      else if (in_brackets) return refuse("in brackets a backslash goes only before d, s, t and w; put ] first and - last");
      else out.append({c, next});
      continue;
    }
    if (in_brackets && c == '[' && i + 1 < text.size() && text[i + 1] == ':') {  // a class, as [:alpha:]
      const auto end = std::min(text.find(":]", i + 2), text.size() - 2);
      out += text.substr(i, end + 2 - i);
      i = end + 1;
      continue;
    }
    if (in_brackets && c == ']') in_brackets = false;
    else if (!in_brackets && c == '[') {
      in_brackets = true;
      out += c;
      if (i + 1 < text.size() && text[i + 1] == '^') out += text[++i];
      if (i + 1 < text.size() && text[i + 1] == ']') out += text[++i];
      continue;
    } else if (!in_brackets && c == '{') {
      const auto most = std::strtoull(
          text.c_str() + std::min(text.find(',', i) < text.find('}', i) ? text.find(',', i) + 1 : i + 1, text.size()), nullptr, 10);
      const auto least = std::strtoull(text.c_str() + i + 1, nullptr, 10);
      repetitions *= std::max<std::uint64_t>({most, least, 1});
      if (repetitions > kMostRepetitions) return refuse("repeats too much; ask for fewer repetitions");
    }
    out += c;
  }
  return out;
}

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

}  // namespace

struct TextPattern::Impl {
  std::string words;  ///< when it is no expression
  bool ignore_case = false;
  bool regular = false;
  regex_t expression{};
  Impl() = default;
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    if (regular) ::regfree(&expression);
  }
};

TextPattern::TextPattern(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TextPattern::TextPattern(TextPattern&&) noexcept = default;
TextPattern::~TextPattern() = default;

Result<TextPattern> TextPattern::make(const std::string& text, bool regular, bool ignore_case) {
  if (text.empty()) return refuse("must not be empty");
  if (text.size() > kLongest) return refuse("is longer than 1000 bytes");
  if (text.find('\0') != std::string::npos || text.find('\n') != std::string::npos) return refuse("must be one line of text");
  auto impl = std::make_unique<Impl>();
  impl->ignore_case = ignore_case;
  if (!regular) {
    impl->words = ignore_case ? lowered(text) : text;
    return TextPattern(std::move(impl));
  }
  auto posix = translated(text);
  if (!posix) return fail(std::move(posix.error()));
  const int code = ::regcomp(&impl->expression, posix->c_str(), REG_EXTENDED | REG_NOSUB | (ignore_case ? REG_ICASE : 0));
  if (code != 0) {
    std::array<char, 200> why{};
    ::regerror(code, &impl->expression, why.data(), why.size());
    std::string words = why.data();
    words[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(words[0])));
    return refuse(words + "; set regex to false to look for the text as it is");
  }
  impl->regular = true;
  return TextPattern(std::move(impl));
}

bool TextPattern::occurs_in(std::string_view line) const {
  if (!impl_->regular) return (impl_->ignore_case ? std::string_view(lowered(line)) : line).find(impl_->words) != std::string_view::npos;
  regmatch_t range{0, static_cast<regoff_t>(line.size())};
  return ::regexec(&impl_->expression, line.data(), 1, &range, REG_STARTEND) == 0;
}

}  // namespace facio::serve
