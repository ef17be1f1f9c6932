#include "cli/command_line/shell_line.hpp"

#include "cli/core/text.hpp"

namespace facio {
namespace {

/// Characters that mean themselves in a word of a shell.
bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80 ||
         std::string_view("_-./,:=@%+").find(c) != std::string_view::npos;
}

}  // namespace

ShellLine split_shell_line(std::string_view line, std::string_view breaks) {
  ShellLine out;
  std::string word;
  bool inside = false;  // of a word, which may be empty: ""
  std::size_t kept = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (out.quote != 0 && c == out.quote) {
      out.quote = 0;
    } else if (c == '\\' && out.quote != '\'' && i + 1 < line.size() &&
               (out.quote == 0 || std::string_view("\\\"$`").find(line[i + 1]) != std::string_view::npos)) {
      word += line[++i];
      inside = true;
    } else if (out.quote != 0) {
      word += c;
    } else if (c == '"' || c == '\'') {
      out.quote = c;
      inside = true;
      kept = word.size();  // bash goes on behind the mark
    } else if (is_blank(c)) {
      if (inside) out.words.push_back(word);
      word.clear();
      inside = false;
      kept = 0;
    } else {
      word += c;
      inside = true;
      if (breaks.find(c) != std::string_view::npos) kept = word.size();
    }
  }
  out.words.push_back(word);
  out.kept = kept;
  out.words.erase(out.words.begin());
  if (out.words.empty()) out.words.emplace_back();
  return out;
}

std::string bash_word(const ShellLine& line, std::string_view word) {
  const std::string_view rest = word.substr(line.kept < word.size() ? line.kept : word.size());
  std::string out;
  for (const char c : rest) {
    if (line.quote == '\'') {
      if (c == '\'') out += "'\\''";
      else out += c;
      continue;
    }
    const bool special = line.quote == '"' ? std::string_view("\\\"$`").find(c) != std::string_view::npos : !is_plain(c);
    if (special) out += '\\';
    out += c;
  }
  if (line.quote == 0 && out.starts_with('~')) out.insert(0, 1, '\\');
  return out;
}

}  // namespace facio
