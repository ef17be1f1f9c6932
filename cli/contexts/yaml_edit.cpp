// Changes one value in a YAML text; every other byte stays, including comments and unknown keys.
#include "cli/contexts/yaml.hpp"

#include <algorithm>

#include "cli/core/text.hpp"

namespace facio {
namespace {

using Path = std::span<const std::string>;
constexpr std::size_t kNone = std::string::npos;

std::string shown(Path path) { return join(path, "."); }

/// Whether both mean the same; the order of a map's keys means nothing.
bool same(const YamlNode& a, const YamlNode& b) {
  if (a.kind != b.kind || a.text != b.text || a.members.size() != b.members.size()) return false;
  if (!std::ranges::equal(a.items, b.items, [](const YamlTree& x, const YamlTree& y) { return same(*x, *y); })) return false;
  return std::ranges::all_of(a.members, [&](const auto& member) {
    const YamlNode* other = b.get(member.first);
    return other != nullptr && same(*member.second, *other);
  });
}

/// The tree with (or, for null, without) the value at the path.
YamlTree changed(const YamlTree& tree, Path path, const YamlTree& value) {
  if (path.empty()) return value;
  auto copy = std::make_shared<YamlNode>();
  copy->kind = JsonKind::object;
  if (tree && tree->kind == JsonKind::object) copy->members = tree->members;
  const auto found = std::ranges::find(copy->members, path.front(), [](const auto& member) { return member.first; });
  const YamlTree before = found == copy->members.end() ? nullptr : found->second;
  const YamlTree after = changed(before, path.subspan(1), value);
  if (found == copy->members.end()) copy->members.emplace_back(path.front(), after);
  else if (after) found->second = after;
  else copy->members.erase(found);
  // A block map without members is an empty value.
  if (copy->members.empty() && tree && !tree->flow) return std::make_shared<YamlNode>();
  return copy;
}

struct Extent {
  std::size_t begin, end;
};

/// A map as lines: one for each member, with maps in it one level deeper.
std::string block(const YamlNode& map, std::size_t indent, std::string_view feed) {
  std::string out;
  for (const auto& [key, value] : map.members) {
    out += std::string(indent, ' ') + yaml_line(*yaml_text(key)) + ":";
    const bool deeper = value->kind == JsonKind::object && !value->flow && !value->members.empty();
    if (deeper) out.append(feed) += block(*value, indent + 2, feed);
    else out.append(" ").append(yaml_line(*value)).append(feed);
  }
  return out;
}

/// Edits a text in place. Its results are empty when the text has a form that it cannot handle.
class Editor {
 public:
  Editor(std::string_view text, YamlTree root) : text_(text), root_(std::move(root)), feed_(text.find("\r\n") == kNone ? "\n" : "\r\n") {}

  [[nodiscard]] std::string with(Path path, const YamlTree& value) const {
    if (root_->kind == JsonKind::null) return ended(std::string(text_)) + block(*changed(nullptr, path, value), 0, feed_);
    const YamlNode* map = root_.get();
    std::size_t depth = 0;
    for (;; ++depth) {
      const std::size_t index = own_member(*map, path[depth]);
      if (index == kNone) return inserted(*map, path[depth], changed(nullptr, path.subspan(depth + 1), value));
      const YamlNode& child = *map->members[index].second;
      if (depth + 1 == path.size() || child.kind != JsonKind::object || child.members.empty())
        return replaced(*map, index, changed(child.flow ? map->members[index].second : nullptr, path.subspan(depth + 1), value));
      map = &child;
    }
  }

  [[nodiscard]] std::string without(Path path) const {
    const YamlNode* map = root_.get();
    for (std::size_t depth = 0;; ++depth) {
      const std::size_t index = own_member(*map, path[depth]);
      if (index == kNone) return {};
      if (depth + 1 == path.size()) return removed(*map, index);
      map = map->members[index].second.get();
    }
  }

 private:
  [[nodiscard]] std::size_t line_start(std::size_t at) const {
    const auto feed = at == 0 ? kNone : text_.rfind('\n', at - 1);
    return feed == kNone ? 0 : feed + 1;
  }
  /// The position after the line feed.
  [[nodiscard]] std::size_t line_end(std::size_t at) const {
    const auto feed = text_.find('\n', at);
    return feed == kNone ? text_.size() : feed + 1;
  }
  [[nodiscard]] std::size_t column(std::size_t at) const { return at - line_start(at); }

  /// The position after the colon of the key that begins here.
  [[nodiscard]] std::size_t after_key(std::size_t at) const {
    if (at < text_.size() && (text_[at] == '"' || text_[at] == '\'')) at = after_quotes(at);
    while (at < text_.size() && !(text_[at] == ':' && is_gap(at + 1))) ++at;
    return std::min(at + 1, text_.size());
  }

  /// The extent of the value after a key's colon; empty when there is none.
  [[nodiscard]] Extent value_after(std::size_t colon, std::size_t key_column, const YamlNode& node, bool in_flow) const {
    std::size_t at = colon;
    while (at < text_.size() && (text_[at] == ' ' || text_[at] == '\t')) ++at;
    const char c = at < text_.size() ? text_[at] : '\n';
    if (c == '{' || c == '[') return {at, after_braces(at)};
    if (c == '"' || c == '\'') return {at, after_quotes(at)};
    if (in_flow) return {at, plain_end(at, ",]}\r\n")};
    const bool below = c == '\n' || c == '\r' || c == '#';
    if (below && node.kind == JsonKind::null) return {colon, colon};
    if (below || c == '|' || c == '>') {
      const std::size_t end = block_end(line_end(at), key_column, node.kind == JsonKind::array);
      return {below ? colon : at, without_feed(end)};
    }
    return {at, plain_end(at, "\r\n")};
  }

  /// The position after the last line of a block whose key is in this column.
  [[nodiscard]] std::size_t block_end(std::size_t at, std::size_t key_column, bool is_list) const {
    std::size_t end = at;
    while (at < text_.size()) {
      const std::size_t first = text_.find_first_not_of(' ', at);
      const char c = first == kNone ? '\n' : text_[first];
      const std::size_t next = line_end(at);
      if (c != '\n' && c != '\r' && c != '#') {
        const bool item = is_list && c == '-' && first - at == key_column && is_gap(first + 1);
        if (first - at <= key_column && !item) break;
        end = next;
      }
      at = next;
    }
    return end;
  }
  [[nodiscard]] std::size_t without_feed(std::size_t end) const {
    while (end > 0 && (text_[end - 1] == '\n' || text_[end - 1] == '\r')) --end;
    return end;
  }
  [[nodiscard]] bool is_gap(std::size_t at) const {
    return at >= text_.size() || std::string_view(" \t\r\n,]}{[").find(text_[at]) != kNone;
  }
  [[nodiscard]] std::size_t after_quotes(std::size_t at) const {
    const char quote = text_[at++];
    while (at < text_.size()) {
      const bool doubled = quote == '\'' && text_[at] == quote && at + 1 < text_.size() && text_[at + 1] == quote;
      const bool escaped = quote == '"' && text_[at] == '\\';
      if (text_[at] == quote && !doubled) return at + 1;
      at += doubled || escaped ? 2 : 1;
    }
    return text_.size();
  }
  [[nodiscard]] std::size_t after_braces(std::size_t at) const {
    int open = 0;
    while (at < text_.size()) {
      const char c = text_[at];
      const bool starts = at == 0 || std::string_view(" \t\r\n,[{:").find(text_[at - 1]) != kNone;
      if ((c == '"' || c == '\'') && starts) {
        at = after_quotes(at);
        continue;
      }
      if (c == '#' && starts) at = without_feed(line_end(at));
      if (c == '{' || c == '[') ++open;
      if ((c == '}' || c == ']') && --open == 0) return at + 1;
      ++at;
    }
    return text_.size();
  }
  [[nodiscard]] std::size_t plain_end(std::size_t at, std::string_view stops) const {
    std::size_t end = at;
    for (; at < text_.size() && stops.find(text_[at]) == kNone; ++at) {
      if (text_[at] == '#' && at > 0 && (text_[at - 1] == ' ' || text_[at - 1] == '\t')) break;
      if (text_[at] != ' ' && text_[at] != '\t') end = at + 1;
    }
    return end;
  }

  [[nodiscard]] char char_at(std::size_t at) const { return at < text_.size() ? text_[at] : '\0'; }
  /// The index of a member that is in the text; merged ones are elsewhere.
  static std::size_t own_member(const YamlNode& map, const std::string& key) {
    for (std::size_t i = 0; i < map.members.size(); ++i)
      if (map.members[i].first == key && map.key_at[i] != kNone) return i;
    return kNone;
  }
  [[nodiscard]] std::string ended(const std::string& text) const { return text.empty() || text.ends_with('\n') ? text : text + feed_; }
  [[nodiscard]] std::string spliced(Extent extent, std::string_view with) const {
    std::string out(text_.substr(0, extent.begin));
    return out.append(with).append(text_.substr(extent.end));
  }
  [[nodiscard]] Extent value_of(const YamlNode& map, std::size_t index) const {
    const std::size_t key = map.key_at[index];
    return value_after(after_key(key), column(key), *map.members[index].second, map.flow);
  }

  [[nodiscard]] std::string replaced(const YamlNode& map, std::size_t index, const YamlTree& value) const {
    const Extent extent = value_of(map, index);
    const bool after_colon = extent.begin > 0 && char_at(extent.begin - 1) == ':';
    const bool in_lines = !map.flow && value->kind == JsonKind::object && !value->flow && !value->members.empty();
    if (!in_lines) return spliced(extent, (after_colon ? " " : "") + yaml_line(*value));
    // A block of lines also replaces the rest of the old value's line.
    const std::string lines = block(*value, column(map.key_at[index]) + 2, feed_);
    const std::size_t colon = after_key(map.key_at[index]);
    return spliced({colon, line_end(extent.end)}, feed_ + lines);
  }

  [[nodiscard]] std::string inserted(const YamlNode& map, const std::string& key, const YamlTree& value) const {
    if (map.flow) return inserted_between_braces(map, yaml_line(*yaml_text(key)) + ": " + yaml_line(*value));
    std::size_t last = kNone;
    std::size_t indent = 0;
    for (std::size_t i = 0; i < map.members.size(); ++i)
      if (map.key_at[i] != kNone) {
        if (last == kNone) indent = column(map.key_at[i]);
        last = i;
      }
    if (last == kNone) return {};
    const std::size_t end = line_end(value_of(map, last).end);
    YamlNode one;
    one.kind = JsonKind::object;
    one.members.emplace_back(key, value);
    return ended(std::string(text_.substr(0, end))) + block(one, indent, feed_) + std::string(text_.substr(end));
  }
  [[nodiscard]] std::string inserted_between_braces(const YamlNode& map, const std::string& member) const {
    if (char_at(map.at) != '{') return {};
    const auto own = std::ranges::find_if(map.key_at.rbegin(), map.key_at.rend(), [](std::size_t at) { return at != kNone; });
    if (own == map.key_at.rend()) return spliced({map.at + 1, map.at + 1}, map.members.empty() ? " " + member + " " : " " + member + ", ");
    const std::size_t end = value_of(map, static_cast<std::size_t>(map.key_at.rend() - own) - 1).end;
    return spliced({end, end}, ", " + member);
  }

  [[nodiscard]] std::string removed(const YamlNode& map, std::size_t index) const {
    const std::size_t key = map.key_at[index];
    const Extent value = value_of(map, index);
    if (!map.flow) {
      const std::size_t start = line_start(key);
      if (text_.substr(start, key - start).find_first_not_of(' ') != kNone) return {};
      return spliced({start, line_end(value.end)}, "");
    }
    std::size_t begin = key;
    std::size_t end = text_.find_first_not_of(" \t", value.end);
    if (char_at(end) == ',') {
      end = text_.find_first_not_of(" \t", end + 1);
    } else {
      end = value.end;
      while (begin > 0 && std::string_view(" \t\r\n").find(char_at(begin - 1)) != kNone) --begin;
      if (begin == 0) return {};
      begin -= char_at(begin - 1) == ',' ? 1 : 0;
    }
    return end == kNone ? std::string() : spliced({begin, end}, "");
  }

  std::string_view text_;
  YamlTree root_;
  std::string feed_;
};

Result<std::string> checked(std::string text, const YamlTree& wanted, Path path, std::string_view file) {
  if (auto again = parse_yaml(text, file); !text.empty() && again && same(**again, *wanted)) return text;
  return fail(Code::usage,
              std::string(file) + ": because of the way it is written, " + shown(path) + " cannot be changed in place; nothing was changed",
              "facioctl config edit");
}

}  // namespace

Result<std::string> yaml_with(std::string_view text, std::span<const std::string> path, const YamlTree& value, std::string_view file) {
  auto root = parse_yaml(text, file);
  if (!root) return fail(std::move(root.error()));
  const YamlNode* node = root->get();
  for (std::size_t depth = 0; depth < path.size() && node != nullptr; ++depth) {
    if (node->kind != JsonKind::object && node->kind != JsonKind::null)
      return fail(Code::usage, std::string(file) + ": line " + std::to_string(node->line) + ": " +
                                   (depth == 0 ? std::string("the document") : shown(path.first(depth))) + " is not a map");
    node = node->get(path[depth]);
  }
  if (node != nullptr && same(*node, *value)) return std::string(text);
  return checked(Editor(text, *root).with(path, value), changed(*root, path, value), path, file);
}

Result<std::string> yaml_without(std::string_view text, std::span<const std::string> path, std::string_view file) {
  auto root = parse_yaml(text, file);
  if (!root) return fail(std::move(root.error()));
  const YamlNode* node = root->get();
  for (const std::string& key : path) node = node == nullptr ? nullptr : node->get(key);
  if (node == nullptr) return fail(Code::not_found, "there is no " + shown(path) + " in " + std::string(file), "facioctl config view");
  std::string without = Editor(text, *root).without(path);
  if (without.empty()) without = "\n";
  return checked(std::move(without), changed(*root, path, nullptr), path, file);
}

}  // namespace facio
