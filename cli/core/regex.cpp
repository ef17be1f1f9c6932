#include "cli/core/regex.hpp"

#include <re2/re2.h>

#include "cli/core/utf8.hpp"

namespace facio {
namespace {

constexpr std::size_t kLongestPattern = 1000;
constexpr int kLargest = 10'000;  // instructions of the compiled form: the most that a byte of text can cost
constexpr std::int64_t kMostMemory = std::int64_t{4} << 20U;

tl::unexpected<Error> refuse(std::string_view pattern, std::string_view why) {
  return fail(Code::rejected, "'" + printable(pattern.substr(0, 60)) + (pattern.size() > 60 ? "…" : "") +
                                  "' is not a regular expression: " + printable(why));
}

/// Advice on POSIX and GNU syntax that RE2 would take literally; empty when there is none in the pattern.
std::string_view read_otherwise(std::string_view pattern) {
  for (std::size_t i = 0; i + 1 < pattern.size(); ++i) {
    if (pattern[i] == '{' && pattern[i + 1] == ',') return "write {0,N} for {,N}, and \\{ for a brace";
    if (pattern[i] != '\\') continue;
    if (std::string_view("<>`'").find(pattern[++i]) != std::string_view::npos) return "write \\b for \\< and \\>, ^ for \\`, $ for \\'";
  }
  return {};
}

}  // namespace

Result<Regex> Regex::compile(std::string_view pattern, RegexOptions options) {
  if (pattern.size() > kLongestPattern) return refuse(pattern, "it is longer than 1000 bytes");
  if (const std::string_view why = options.literal ? std::string_view{} : read_otherwise(pattern); !why.empty())
    return refuse(pattern, why);
  re2::RE2::Options chosen;
  chosen.set_log_errors(false);
  chosen.set_max_mem(kMostMemory);
  chosen.set_never_capture(true);
  chosen.set_dot_nl(true);
  chosen.set_literal(options.literal);
  chosen.set_case_sensitive(!options.ignore_case);
  const auto compiled = std::make_shared<const re2::RE2>(re2::StringPiece(pattern.data(), pattern.size()), chosen);
  if (!compiled->ok()) return refuse(pattern, compiled->error());
  if (compiled->ProgramSize() > kLargest) return refuse(pattern, "its repetitions are too large");
  return Regex(compiled);
}

bool Regex::found_in(std::string_view text) const {
  return compiled_->Match(re2::StringPiece(text.data(), text.size()), 0, text.size(), re2::RE2::UNANCHORED, nullptr, 0);
}

}  // namespace facio
