#include "cli/core/glob.hpp"

#include <algorithm>
#include <cctype>
#include <vector>

#include "cli/core/text.hpp"

namespace facio {
namespace {

constexpr auto kNowhere = std::string_view::npos;

bool is_of_class(unsigned char c, std::string_view name) {
  struct Class {
    std::string_view name;
    int (*holds)(int);
  };
  constexpr Class kClasses[] = {{"alnum", std::isalnum}, {"alpha", std::isalpha}, {"blank", std::isblank}, {"cntrl", std::iscntrl},
                                {"digit", std::isdigit}, {"graph", std::isgraph}, {"lower", std::islower}, {"print", std::isprint},
                                {"punct", std::ispunct}, {"space", std::isspace}, {"upper", std::isupper}, {"xdigit", std::isxdigit}};
  const auto* const found = std::ranges::find(kClasses, name, &Class::name);
  return found != std::end(kClasses) && found->holds(c) != 0;
}

/// The length of the brackets at the start of `pattern`, and whether they name the byte; 0 when they are not closed.
std::size_t brackets(std::string_view pattern, unsigned char c, bool& fits) {
  std::size_t at = 1;
  const bool negated = at < pattern.size() && (pattern[at] == '!' || pattern[at] == '^');
  if (negated) ++at;
  bool found = false;
  const auto single = [&](unsigned char& one) {
    if (pattern[at] == '\\') ++at;
    if (at >= pattern.size()) return false;
    one = static_cast<unsigned char>(pattern[at++]);
    return true;
  };
  for (const std::size_t first = at; at < pattern.size();) {
    if (pattern[at] == ']' && at != first) {
      fits = found != negated;
      return at + 1;
    }
    if (const auto end = pattern.substr(at, 2) == "[:" ? pattern.find(":]", at + 2) : kNowhere; end != kNowhere) {
      found = found || is_of_class(c, pattern.substr(at + 2, end - at - 2));
      at = end + 2;
      continue;
    }
    unsigned char least = 0, most = 0;
    if (!single(least)) return 0;
    most = least;
    if (at + 1 < pattern.size() && pattern[at] == '-' && pattern[at + 1] != ']') {
      ++at;
      if (!single(most)) return 0;
    }
    found = found || (c >= least && c <= most);
  }
  return 0;
}

/// How much of the pattern, which does not begin with a star, matches this byte; 0 when it does not match.
std::size_t step(std::string_view pattern, char c, GlobSyntax syntax) {
  if (pattern.empty()) return 0;
  if (syntax.question && pattern.front() == '?') return 1;
  if (syntax.brackets && pattern.front() == '[') {
    bool fits = false;
    if (const std::size_t length = brackets(pattern, static_cast<unsigned char>(c), fits); length > 0) return fits ? length : 0;
  }
  const std::size_t escape = syntax.brackets && pattern.front() == '\\' ? 1 : 0;
  if (escape == pattern.size()) return 0;
  const char wanted = pattern[escape];
  const bool same = syntax.any_case ? lower(wanted) == lower(c) : wanted == c;
  return same ? escape + 1 : 0;
}

std::vector<std::string_view> parts_of(std::string_view path) {
  std::vector<std::string_view> parts;
  while (!path.empty())
    if (const auto part = split_off(path, '/'); !part.empty() && part != ".") parts.push_back(part);
  return parts;
}

}  // namespace

bool fits_glob(std::string_view text, std::string_view pattern, GlobSyntax syntax) {
  // On a mismatch the last star takes one more byte. Earlier ones never need to.
  std::size_t at = 0, p = 0, behind_star = kNowhere, star_end = 0;
  while (at < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      behind_star = ++p;
      star_end = at;
    } else if (const std::size_t taken = step(pattern.substr(p), text[at], syntax); taken > 0) {
      p += taken;
      ++at;
    } else if (behind_star != kNowhere) {
      p = behind_star;
      at = ++star_end;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == kNowhere;
}

bool path_fits_glob(std::string_view path, std::string_view pattern) {
  constexpr GlobSyntax kNames{.brackets = true};
  const std::vector<std::string_view> names = parts_of(path);
  if (names.empty()) return false;
  if (pattern.find('/') == kNowhere && pattern != "**") return fits_glob(names.back(), pattern, kNames);
  // reached[j]: the parts of the pattern so far match the first j names.
  std::vector<bool> reached(names.size() + 1, false);
  reached[0] = true;
  for (const std::string_view part : parts_of(pattern)) {
    std::vector<bool> next(names.size() + 1, false);
    if (part == "**") {
      bool any = false;
      for (std::size_t j = 0; j <= names.size(); ++j) next[j] = any = any || reached[j];
    } else {
      for (std::size_t j = 0; j < names.size(); ++j) next[j + 1] = reached[j] && fits_glob(names[j], part, kNames);
    }
    reached = std::move(next);
  }
  return reached[names.size()];
}

}  // namespace facio
