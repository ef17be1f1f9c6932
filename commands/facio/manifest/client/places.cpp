#include "commands/facio/manifest/client/places.hpp"

#include <algorithm>
#include <span>

#include "cli/core/text.hpp"
#include "cli/core/utf8.hpp"

namespace facio::manifest {
namespace {

constexpr std::string_view kUnknown = ": unknown key '";

using Index = std::unordered_map<const YamlNode*, Places::Members>;

const Places::Members& members_of(const YamlNode& node, Index& index) {
  auto& members = index[&node];
  for (std::size_t i = members.size(); i < node.members.size(); ++i) members.emplace(node.members[i].first, i);
  return members;
}

/// Goes down from the root as far as a path leads: "cron.report.args[1]", `cron["a.b"]`.
struct Walk {
  const YamlNode* node;
  Index* index;
  std::size_t at = 0;    ///< in the text
  std::size_t used = 0;  ///< of the path

  bool step(std::string_view path) {
    const std::string_view rest = path.substr(used);
    return rest.starts_with('[') ? step_in_brackets(rest) : step_by_name(rest);
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

 private:
  bool enter(std::string_view name, std::size_t length) {
    const auto& members = members_of(*node, *index);
    const auto found = members.find(name);
    if (found == members.end()) return false;
    const std::size_t key_at = node->key_at[found->second];
    node = node->members[found->second].second.get();
    at = key_at == std::string::npos ? node->at : key_at;
    used += length;
    return true;
  }
  /// Names may have dots: the longest one counts.
  bool step_by_name(std::string_view rest) {
    const std::size_t dot = used == 0 ? 0 : 1;
    if (dot == 1 && !rest.starts_with('.')) return false;
    constexpr std::size_t kLongestName = 1000;
    const std::string_view name = rest.substr(dot, kLongestName);
    for (std::size_t end = name.size(); end > 0; --end) {
      const bool ends = end == name.size() || name[end] == '.' || name[end] == '[' || name.substr(end).starts_with(": ");
      if (ends && enter(name.substr(0, end), dot + end)) return true;
    }
    return false;
  }
  bool step_in_brackets(std::string_view rest) {
    const auto end = rest.find(rest.starts_with("[\"") ? "\"]" : "]");
    if (end == std::string_view::npos) return false;
    if (rest.starts_with("[\"")) {
      const auto name = JsonDocument::parse(rest.substr(1, end));
      return name && enter(name->root().text(), end + 2);
    }
    std::size_t number = 0;
    if (!read_number(rest.substr(1, end - 1), number)) return false;
    if (number >= node->items.size()) return enter(rest.substr(1, end - 1), end + 1);
    node = node->items[number].get();
    at = node->at;
    used += end + 1;
    return true;
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

TextPlace place_at(std::string_view text, std::span<const std::size_t> lines, std::size_t at) {
  at = std::min(at, text.size());
  const auto line = std::ranges::upper_bound(lines, at) - lines.begin();
  const std::size_t begin = lines[static_cast<std::size_t>(line) - 1];
  return {.line = line, .column = 1 + static_cast<std::int64_t>(count_characters(text.substr(begin, at - begin)))};
}

Walk longest_walk(const std::vector<YamlTree>& documents, Index& index, std::string_view path) {
  Walk best{nullptr, &index};
  for (const YamlTree& document : documents) {
    Walk walk{document.get(), &index, document->at == std::string::npos ? 0 : document->at};
    while (walk.step(path)) continue;
    if (best.node == nullptr || walk.used > best.used) best = walk;
  }
  return best;
}

}  // namespace

void Places::add(const std::string& file, std::string text) {
  File known{std::move(text)};
  if (auto documents = parse_yaml_documents(known.text, file)) known.documents = std::move(*documents);
  known.lines.push_back(0);
  for (std::size_t i = 0; i < known.text.size(); ++i)
    if (known.text[i] == '\n') known.lines.push_back(i + 1);
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
  Walk walk = longest_walk(file->second.documents, file->second.members, path);
  if (walk.node == nullptr) return std::nullopt;
  walk.go_to_key(path.substr(walk.used));
  return place_at(file->second.text, file->second.lines, walk.at);
}

std::size_t Places::length_of_where(std::string_view message) const {
  const auto* const file = known(message);
  if (file == nullptr) return 0;
  const std::size_t head = file->first.size() + 2;
  const std::string_view path = message.substr(head);
  const std::size_t used = longest_walk(file->second.documents, file->second.members, path).used;
  // What is not in the file, such as a member that is missing, is named, too.
  const auto end = path.find(": ", used);
  if (used == 0 && (end == std::string_view::npos || path.substr(0, end).find(' ') != std::string_view::npos)) return file->first.size();
  return head + (end == std::string_view::npos || path.substr(used, end - used).find(' ') != std::string_view::npos ? used : end);
}

}  // namespace facio::manifest
