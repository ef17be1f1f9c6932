#include "commands/facio/audit/client/pattern.hpp"

#include <algorithm>

namespace facio::audit {
namespace {

/// Whether a text stands in JSON as it is, and means itself as an expression.
bool is_literal(const std::string& text) {
  return std::ranges::all_of(text, [](char c) { return c > 0x1f && c < 0x7f && c != '"' && c != '/'; }) &&
         text.find_first_of(".[]()*+?{}|^$\\") == std::string::npos;
}

}  // namespace

Result<Pattern> Pattern::compile(const std::string& text, bool ignore_case, const std::string& shown) {
  Pattern made;
  auto compiled = std::make_unique<regex_t>();
  const int error = ::regcomp(compiled.get(), text.c_str(), REG_EXTENDED | (ignore_case ? REG_ICASE : 0));
  if (error != 0) {
    char words[200];
    (void)::regerror(error, compiled.get(), words, sizeof words);
    return fail_field(Code::usage, shown, shown + ": '" + text + "' is no extended regular expression: " + words);
  }
  made.compiled_.reset(compiled.release());
  if (!ignore_case && is_literal(text)) made.literal_ = text;
  return made;
}

std::optional<std::pair<std::size_t, std::size_t>> Pattern::find(std::string_view text) const {
  regmatch_t match{};
  match.rm_eo = static_cast<regoff_t>(text.size());
  if (::regexec(compiled_.get(), text.data(), 1, &match, REG_STARTEND) != 0) return std::nullopt;
  return std::pair(static_cast<std::size_t>(match.rm_so), static_cast<std::size_t>(match.rm_eo));
}

bool fits_glob(std::string_view text, std::string_view glob) {
  std::size_t t = 0, g = 0, star = std::string_view::npos, resume = 0;
  while (t < text.size()) {
    if (g < glob.size() && glob[g] == '*') {
      star = g++;
      resume = t;
    } else if (g < glob.size() && (glob[g] == '?' || glob[g] == text[t])) {
      ++g;
      ++t;
    } else if (star != std::string_view::npos) {
      g = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (g < glob.size() && glob[g] == '*') ++g;
  return g == glob.size();
}

}  // namespace facio::audit
