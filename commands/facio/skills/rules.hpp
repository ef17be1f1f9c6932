// What a valid skill is, for client and server.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cli/core/result.hpp"
#include "cli/core/utf8.hpp"
#include "cli/core/validate.hpp"

namespace facio::skills {

inline constexpr std::string_view kFront = "SKILL.md";
inline constexpr std::size_t kMostZip = 25U * 1024 * 1024;
inline constexpr std::uint64_t kMostUnpacked = 100ULL * 1024 * 1024;
inline constexpr std::size_t kMostEntries = 2000;
inline constexpr std::size_t kMostFront = 1024 * 1024;  ///< of SKILL.md
inline constexpr std::size_t kMostMatter = 64 * 1024;   ///< of its front matter
inline constexpr std::size_t kLongestDescription = 1024;

/// What SKILL.md says between its first two lines of ---.
struct FrontMatter {
  std::string name, description;
};

/// The YAML text between the first line --- and the next one. Code::rejected when there is none.
inline Result<std::string_view> front_matter_text(std::string_view file) {
  const auto bad = [](std::string why) { return fail_field(Code::rejected, "zip", "zip: SKILL.md " + std::move(why)); };
  if (!is_utf8(file)) return bad("is not UTF-8");
  if (file.starts_with("\xEF\xBB\xBF")) file.remove_prefix(3);
  const auto line_end = [](std::string_view text) { return std::min(text.find('\n'), text.size()); };
  const auto is_fence = [](std::string_view line) { return line == "---" || line == "---\r"; };
  std::size_t at = line_end(file);
  if (!is_fence(file.substr(0, at)) || at == file.size()) return bad("must begin with a line --- and its name and description in YAML");
  const std::size_t begin = at + 1;
  for (at = begin; at < file.size();) {
    const std::size_t end = at + line_end(file.substr(at));
    if (is_fence(file.substr(at, end - at))) {
      if (at - begin > kMostMatter) return bad("has a front matter of more than 64 KiB");
      return file.substr(begin, at - begin);
    }
    at = end + 1;
  }
  return bad("has no line --- that ends its front matter");
}

/// Checks that name and description are present and valid.
inline Status check_front_matter(const FrontMatter& front) {
  const auto bad = [](std::string why) { return fail_field(Code::rejected, "zip", "zip: SKILL.md " + std::move(why)); };
  if (front.name.empty()) return bad("needs a name in its front matter");
  if (!find_pattern("alias")->matches(front.name)) return bad("has an invalid name: use letters, digits, _, - and ., at most 64");
  if (front.description.find_first_not_of(" \t\r\n") == std::string::npos) return bad("needs a description in its front matter");
  if (count_characters(front.description) > kLongestDescription) return bad("has a description of more than 1024 characters");
  return {};
}

}  // namespace facio::skills
