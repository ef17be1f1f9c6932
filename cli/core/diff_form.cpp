#include "cli/core/diff_form.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "cli/core/text.hpp"
#include "cli/core/utf8.hpp"

namespace facio {
namespace {

constexpr std::string_view kGitLine = "diff --git ";
constexpr std::string_view kEscapes = "a\ab\bt\tn\nv\vf\fr\r\"\"\\\\";  // pairs: the letter, what it means

/// The count in "-3,7" after `sign`; 1 where there is none.
std::size_t count_after(std::string_view head, char sign) {
  head = head.substr(std::min(head.find(sign), head.size()));
  const auto comma = head.find_first_of(", ");
  if (comma == std::string_view::npos || head[comma] == ' ') return 1;
  std::size_t count = 0;
  std::from_chars(head.data() + comma + 1, head.data() + head.size(), count);
  return count;
}

bool is_control(char c) { return (c >= 0 && c < 0x20) || c == 0x7f; }
bool is_plain(std::string_view name) { return is_utf8(name) && std::ranges::none_of(name, is_control); }

/// In C's form, without the quotation marks around it.
std::string escaped(std::string_view name) {
  const bool text = is_utf8(name);
  std::string out;
  for (const char c : name) {
    std::size_t pair = 1;
    while (pair < kEscapes.size() && kEscapes[pair] != c) pair += 2;
    if (pair < kEscapes.size()) {
      out += {'\\', kEscapes[pair - 1]};
    } else if (is_control(c) || (!text && c < 0)) {
      const auto byte = static_cast<unsigned char>(c);
      out += {'\\', static_cast<char>('0' + byte / 64), static_cast<char>('0' + byte / 8 % 8), static_cast<char>('0' + byte % 8)};
    } else {
      out += c;
    }
  }
  return out;
}

/// For lines that git reads.
std::string written(std::string_view name) { return is_plain(name) ? std::string(name) : '"' + escaped(name) + '"'; }
/// For the line by which others find the files.
std::string written_bare(std::string_view name) { return is_plain(name) ? std::string(name) : escaped(name); }

/// "X<between>Y" where at least one of them is quoted.
std::optional<std::pair<std::string, std::string>> two_names(std::string_view text, std::string_view between) {
  std::string_view rest;
  if (auto first = unquoted_name(text, &rest)) {
    if (!rest.starts_with(between)) return std::nullopt;
    rest.remove_prefix(between.size());
    auto second = unquoted_name(rest, &text);
    if (second && !text.empty()) return std::nullopt;
    return std::pair{std::move(*first), second ? std::move(*second) : std::string(rest)};
  }
  const auto at = text.find(std::string(between) + '"');
  if (at == std::string_view::npos) return std::nullopt;
  auto second = unquoted_name(text.substr(at + between.size()), &rest);
  if (!second || !rest.empty()) return std::nullopt;
  return std::pair{std::string(text.substr(0, at)), std::move(*second)};
}

/// A line outside of hunks.
std::string header_with_plain_names(std::string_view line) {
  if (line.find('"') == std::string_view::npos) return std::string(line);
  if (line.starts_with(kGitLine)) {
    const auto both = two_names(line.substr(kGitLine.size()), " ");
    return both ? std::string(kGitLine) + written_bare(both->first) + " " + written_bare(both->second) : std::string(line);
  }
  constexpr std::string_view binary = "Binary files ", differ = " differ";
  if (line.starts_with(binary) && line.ends_with(differ)) {
    const auto both = two_names(line.substr(binary.size(), line.size() - binary.size() - differ.size()), " and ");
    return both ? std::string(binary) + written(both->first) + " and " + written(both->second) + std::string(differ) : std::string(line);
  }
  for (const std::string_view head : {"--- ", "+++ ", "rename from ", "rename to ", "copy from ", "copy to "}) {
    if (!line.starts_with(head)) continue;
    std::string_view rest;
    const auto name = unquoted_name(line.substr(head.size()), &rest);
    if (name) return std::string(head) + written(*name) + std::string(rest);
  }
  return std::string(line);
}

}  // namespace

bool DiffReader::in_hunk(std::string_view line) {
  const char first = line.empty() ? ' ' : line.front();
  if (old_lines_ != 0 || new_lines_ != 0) {
    if (first == '\\') return true;
    if (first != '+' && old_lines_ > 0) --old_lines_;
    if (first != '-' && new_lines_ > 0) --new_lines_;
    return true;
  }
  if (line.starts_with("@@ -")) {
    old_lines_ = count_after(line, '-');
    new_lines_ = count_after(line, '+');
  }
  return false;
}

std::optional<std::string> unquoted_name(std::string_view text, std::string_view* rest) {
  if (!text.starts_with('"')) return std::nullopt;
  std::string name;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') {
      if (rest != nullptr) *rest = text.substr(i + 1);
      return name;
    }
    if (text[i] != '\\') {
      name += text[i];
      continue;
    }
    if (++i == text.size()) break;
    std::size_t pair = 0;
    while (pair < kEscapes.size() && kEscapes[pair] != text[i]) pair += 2;
    if (pair < kEscapes.size()) {
      name += kEscapes[pair + 1];
      continue;
    }
    unsigned byte = 0;
    const auto read = std::from_chars(text.data() + i, text.data() + std::min(i + 3, text.size()), byte, 8);
    if (read.ec != std::errc() || read.ptr != text.data() + i + 3 || byte > 0xff) return std::nullopt;
    name += static_cast<char>(byte);
    i += 2;
  }
  return std::nullopt;
}

std::string with_plain_names(std::string_view diff) {
  std::string out;
  out.reserve(diff.size());
  DiffReader reader;
  while (!diff.empty()) {
    const auto end = diff.find('\n');
    const std::string_view line = diff.substr(0, end);
    if (reader.in_hunk(line)) out += line;
    else out += header_with_plain_names(line);
    if (end == std::string_view::npos) break;
    out += '\n';
    diff.remove_prefix(end + 1);
  }
  return out;
}

}  // namespace facio
