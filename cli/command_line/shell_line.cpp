#include "cli/command_line/completion.hpp"

#include <algorithm>

#include "cli/core/text.hpp"

namespace facio {
namespace {

/// Characters that need no quotes in a shell.
bool is_plain(char c) {
  return is_letter(c) || is_digit(c) || static_cast<unsigned char>(c) >= 0x80 ||
         std::string_view("_-./,:=@%+").find(c) != std::string_view::npos;
}

}  // namespace

ShellLine split_shell_line(std::string_view line, std::string_view breaks) {
  ShellLine out;
  std::string word;
  bool inside = false;  // a word, which may be empty: ""
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
      out.kept = word.size();  // bash continues after the mark
    } else if (is_blank(c)) {
      if (inside) out.words.push_back(word);
      word.clear();
      inside = false;
      out.kept = 0;
    } else {
      word += c;
      inside = true;
      // bash takes "@" for the beginning of a host's name, which it replaces as well.
      if (breaks.find(c) != std::string_view::npos) out.kept = word.size() - (c == '@' ? 1 : 0);
    }
  }
  out.words.push_back(word);
  out.words.erase(out.words.begin());
  if (out.words.empty()) out.words.emplace_back();
  return out;
}

std::string bash_word(const ShellLine& line, std::string_view word) {
  std::string out;
  for (const char c : word.substr(std::min(line.kept, word.size()))) {
    const bool special = line.quote == '\''  ? c == '\''
                         : line.quote == '"' ? std::string_view("\\\"$`").find(c) != std::string_view::npos
                                             : !is_plain(c);
    if (special) out += line.quote == '\'' ? "'\\'" : "\\";
    out += c;
  }
  if (line.quote == 0 && out.starts_with('~')) out.insert(0, 1, '\\');
  return out;
}

}  // namespace facio
