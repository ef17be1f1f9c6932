#include "commands/facio/manifest/client/places.hpp"

#include <algorithm>

#include "cli/core/text.hpp"
#include "cli/core/utf8.hpp"

namespace facio::manifest {
namespace {

constexpr std::string_view kUnknown = ": unknown key '";

/// The start of `path` that names a member: ".NAME", `["NAME"]`, or NAME alone at the beginning. 0 when it is another one.
std::size_t named(std::string_view path, std::string_view name, bool first) {
  std::string quoted = "[";
  append_json_string(quoted, name);
  quoted += ']';
  if (path.starts_with(quoted)) return quoted.size();
  const std::size_t dot = first ? 0 : 1;
  if (!first && !path.starts_with('.')) return 0;
  if (!path.substr(dot).starts_with(name)) return 0;
  const std::string_view rest = path.substr(dot + name.size());
  return rest.empty() || rest.front() == '.' || rest.front() == '[' || rest.starts_with(": ") ? dot + name.size() : 0;
}

/// Goes down from the root as far as a path leads.
struct Walk {
  const YamlNode* node;
  std::size_t at = 0;    ///< in the text
  std::size_t used = 0;  ///< of the path

  bool step(std::string_view path) {
    std::size_t best = 0;
    const YamlNode* inner = nullptr;
    for (std::size_t i = 0; i < node->members.size(); ++i) {
      const std::size_t length = named(path.substr(used), node->members[i].first, used == 0);
      if (length <= best) continue;
      best = length;
      inner = node->members[i].second.get();
      at = node->key_at[i] == std::string::npos ? inner->at : node->key_at[i];
    }
    for (std::size_t i = 0; i < node->items.size() && inner == nullptr; ++i) {
      const std::string number = "[" + std::to_string(i) + "]";
      if (!path.substr(used).starts_with(number)) continue;
      best = number.size();
      inner = node->items[i].get();
      at = inner->at;
    }
    if (inner == nullptr) return false;
    node = inner;
    used += best;
    return true;
  }
  /// A key that is said to be unknown is what the message is about.
  void go_to_key(std::string_view rest) {
    if (!rest.starts_with(kUnknown)) return;
    rest.remove_prefix(kUnknown.size());
    const std::string_view key = rest.substr(0, rest.find('\''));
    for (std::size_t i = 0; i < node->members.size(); ++i)
      if ((node->members[i].first == key || key.starts_with(node->members[i].first + ".")) && node->key_at[i] != std::string::npos)
        at = node->key_at[i];
  }
};

/// The numbers of ": line 3: …" and ": line 3, column 4: …".
std::optional<TextPlace> told_place(std::string_view rest) {
  constexpr std::string_view kLine = ": line ", kColumn = ", column ";
  if (!rest.starts_with(kLine)) return std::nullopt;
  rest.remove_prefix(kLine.size());
  const auto digits = [&rest] {
    const std::string_view number = rest.substr(0, rest.find_first_not_of("0123456789"));
    rest.remove_prefix(number.size());
    return number;
  };
  TextPlace place;
  if (!read_number(digits(), place.line)) return std::nullopt;
  if (!rest.starts_with(kColumn)) return place;
  rest.remove_prefix(kColumn.size());
  if (std::int64_t column = 0; read_number(digits(), column)) place.column = column;
  return place;
}

TextPlace place_at(std::string_view text, std::size_t at) {
  at = std::min(at, text.size());
  const std::string_view before = text.substr(0, at);
  const auto line_start = before.rfind('\n');
  const std::string_view in_line = before.substr(line_start == std::string_view::npos ? 0 : line_start + 1);
  return {.line = 1 + std::ranges::count(before, '\n'), .column = 1 + static_cast<std::int64_t>(count_characters(in_line))};
}

Walk longest_walk(const std::vector<YamlTree>& documents, std::string_view path) {
  Walk best{nullptr};
  for (const YamlTree& document : documents) {
    Walk walk{document.get(), document->at == std::string::npos ? 0 : document->at};
    while (walk.step(path)) continue;
    if (best.node == nullptr || walk.used > best.used) best = walk;
  }
  return best;
}

}  // namespace

void Places::add(const std::string& file, std::string text) {
  File known{std::move(text)};
  if (auto documents = parse_yaml_documents(known.text, file)) known.documents = std::move(*documents);
  files_.insert_or_assign(file, std::move(known));
}

const std::pair<const std::string, Places::File>* Places::known(std::string_view message) const {
  const std::pair<const std::string, File>* longest = nullptr;
  for (const auto& file : files_)
    if (message.starts_with(file.first) && message.substr(file.first.size()).starts_with(": "))
      if (longest == nullptr || file.first.size() > longest->first.size()) longest = &file;
  return longest;
}

std::string Places::file_of(std::string_view message) const {
  const auto* const file = known(message);
  return file == nullptr ? std::string() : file->first;
}

std::optional<TextPlace> Places::find(std::string_view message) const {
  const auto* const file = known(message);
  if (file == nullptr) return std::nullopt;
  const std::string_view rest = message.substr(file->first.size());
  if (const auto told = told_place(rest)) return told;
  const std::string_view path = rest.substr(2);
  Walk walk = longest_walk(file->second.documents, path);
  if (walk.node == nullptr) return std::nullopt;
  walk.go_to_key(path.substr(walk.used));
  return place_at(file->second.text, walk.at);
}

std::size_t Places::length_of_where(std::string_view message) const {
  const auto* const file = known(message);
  if (file == nullptr) return 0;
  const std::size_t head = file->first.size() + 2;
  const std::string_view path = message.substr(head);
  const std::size_t used = longest_walk(file->second.documents, path).used;
  // What is not in the file, such as a member that is missing, is named, too.
  const auto end = path.find(": ", used);
  if (used == 0 && (end == std::string_view::npos || path.substr(0, end).find(' ') != std::string_view::npos)) return file->first.size();
  return head + (end == std::string_view::npos || path.substr(used, end - used).find(' ') != std::string_view::npos ? used : end);
}

}  // namespace facio::manifest
