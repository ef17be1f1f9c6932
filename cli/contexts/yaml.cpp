#include "cli/contexts/yaml.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <unordered_set>

#include "cli/core/text.hpp"
#include "cli/core/utf8.hpp"

namespace facio {
namespace {

constexpr std::size_t kMostFollowed = 100'000;  // weight of everything that aliases repeat
constexpr std::size_t kMostYamlLevels = 64;
constexpr std::string_view kTagPrefix = "tag:yaml.org,2002:";

/// The digits of an integer in this base as decimal text; empty when they are not, or it is too large.
std::string based_integer(std::string_view digits, unsigned base) {
  std::uint64_t value = 0;
  const bool fits = read_number(digits, value, static_cast<int>(base)) && value / base < (std::uint64_t{1} << 58U);
  return fits ? std::to_string(value) : std::string();
}

/// A decimal integer or float of the core schema as JSON text; empty when it is neither.
std::string decimal(std::string_view text) {
  const auto take_digits = [&text] {
    const std::string_view digits = text.substr(0, text.find_first_not_of("0123456789"));
    text.remove_prefix(digits.size());
    return digits;
  };
  const auto take = [&text](std::string_view any_of) -> std::string_view {
    if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return {};
    const std::string_view taken = text.substr(0, 1);
    text.remove_prefix(1);
    return taken;
  };
  std::string out;
  if (take("-+") == "-") out += '-';
  std::string_view whole = take_digits();
  const bool has_whole = !whole.empty();
  while (whole.size() > 1 && whole.front() == '0') whole.remove_prefix(1);  // 012 is twelve
  out += has_whole ? whole : "0";
  const bool has_point = !take(".").empty();
  const std::string_view fraction = has_point ? take_digits() : std::string_view{};
  if (!has_whole && fraction.empty()) return {};
  if (has_point) out.append(".").append(fraction.empty() ? "0" : fraction);
  if (!take("eE").empty()) {
    out.append("e").append(take("-+"));
    const std::string_view exponent = take_digits();
    if (exponent.empty()) return {};
    out += exponent;
  }
  return text.empty() ? out : std::string{};
}

/// What a plain scalar means: its kind and, unless it is a string, its JSON text.
JsonKind classify(std::string_view text, std::string& json) {
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") {
    json = "null";
    return JsonKind::null;
  }
  if (text == "true" || text == "True" || text == "TRUE" || text == "false" || text == "False" || text == "FALSE") {
    json = lower(text);
    return JsonKind::boolean;
  }
  if (text.starts_with("0o")) json = based_integer(text.substr(2), 8);
  else if (text.starts_with("0x")) json = based_integer(text.substr(2), 16);
  else json = decimal(text);
  if (json.empty()) return JsonKind::string;
  return json.find_first_of(".e") == std::string::npos ? JsonKind::integer : JsonKind::number;
}

/// A problem found while parsing; thrown through the library and caught below.
struct Refused {
  int line;
  std::string why;
};

/// Builds the tree from the library's events.
class Builder final : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { add(std::make_shared<YamlNode>(), mark, anchor); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) throw Refused{mark.line + 1, "an alias cannot be inside the value it refers to"};
    const auto& [node, weight] = found->second;
    weight_ += weight;
    followed_ += weight;
    if (followed_ > kMostFollowed) throw Refused{mark.line + 1, "its aliases expand the document too much; write the values out"};
    place(node, mark);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& value) override {
    auto node = std::make_shared<YamlNode>();
    fill(*node, tag, value, mark.line + 1);
    add(std::move(node), mark, anchor);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value style) override {
    open(JsonKind::array, "seq", mark, tag, anchor, style);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value style) override {
    open(JsonKind::object, "map", mark, tag, anchor, style);
  }
  void OnMapEnd() override { close(); }

  [[nodiscard]] YamlTree root() const { return root_ ? root_ : std::make_shared<YamlNode>(); }

 private:
  struct Open {
    std::shared_ptr<YamlNode> node;
    YAML::anchor_t anchor;
    std::size_t before;  ///< weight_ when it began
    bool has_key = false;
    std::string key;
    std::size_t key_at = 0;
    YAML::Mark mark;               ///< where it began
    std::vector<YamlTree> merged;  ///< values of <<
    std::unordered_set<std::string> keys;
  };

  static void fill(YamlNode& node, const std::string& tag, const std::string& value, int line) {
    std::string json;
    const bool plain = tag.empty() || tag == "?";
    const std::string_view kind = tag.starts_with(kTagPrefix) ? std::string_view(tag).substr(kTagPrefix.size()) : std::string_view{};
    if (!plain && tag != "!" && kind.empty()) throw Refused{line, "tag " + tag + " is not known"};
    node.kind = plain || (kind != "str" && tag != "!") ? classify(value, json) : JsonKind::string;
    const bool is_number = node.kind == JsonKind::integer || node.kind == JsonKind::number;
    if ((kind == "int" || kind == "float") && !is_number) throw Refused{line, "'" + value + "' is not a number"};
    if (kind == "bool" && node.kind != JsonKind::boolean) throw Refused{line, "'" + value + "' is not true or false"};
    if (!kind.empty() && kind != "str" && kind != "int" && kind != "float" && kind != "bool" && kind != "null")
      throw Refused{line, "tag !!" + std::string(kind) + " is not known"};
    node.text = node.kind == JsonKind::string ? value : json;
  }

  void add(std::shared_ptr<YamlNode> node, const YAML::Mark& mark, YAML::anchor_t anchor) {
    node->line = mark.line + 1;
    node->at = static_cast<std::size_t>(mark.pos);
    const std::size_t weight = 1 + node->text.size() / 64;
    weight_ += weight;
    if (anchor != YAML::NullAnchor) anchors_[anchor] = {node, weight};
    place(std::move(node), mark);
  }

  void open(JsonKind kind, std::string_view word, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
            YAML::EmitterStyle::value style) {
    if (!tag.empty() && tag != "?" && tag != "!" && tag != std::string(kTagPrefix) + std::string(word))
      throw Refused{mark.line + 1, "tag " + tag + " is not known"};
    if (stack_.size() >= kMostYamlLevels)
      throw Refused{mark.line + 1, "nested more than " + std::to_string(kMostYamlLevels) + " levels deep"};
    auto node = std::make_shared<YamlNode>();
    node->kind = kind;
    node->line = mark.line + 1;
    node->at = static_cast<std::size_t>(mark.pos);
    node->flow = style == YAML::EmitterStyle::Flow;
    stack_.push_back({std::move(node), anchor, weight_, false, {}, 0, mark, {}, {}});
    ++weight_;
  }

  void close() {
    Open done = std::move(stack_.back());
    stack_.pop_back();
    for (const YamlTree& source : done.merged)
      for (const auto& member : source->members)
        if (done.keys.insert(member.first).second) {
          done.node->members.push_back(member);
          done.node->key_at.push_back(std::string::npos);
        }
    if (done.anchor != YAML::NullAnchor) anchors_[done.anchor] = {done.node, weight_ - done.before};
    place(std::move(done.node), done.mark);
  }

  void place(YamlTree node, const YAML::Mark& mark) {
    const int line = mark.line + 1;
    if (stack_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& in = stack_.back();
    if (in.node->kind == JsonKind::array) {
      in.node->items.push_back(std::move(node));
    } else if (!in.has_key) {
      if (node->kind == JsonKind::object || node->kind == JsonKind::array) throw Refused{line, "a key must be a single value"};
      in.key = node->text;
      in.key_at = static_cast<std::size_t>(mark.pos);
      in.has_key = true;
      if (in.key != "<<" && !in.keys.insert(in.key).second) throw Refused{line, "the key '" + in.key + "' occurs twice"};
    } else {
      in.has_key = false;
      if (in.key == "<<") return merge(in, node, line);
      in.node->members.emplace_back(in.key, std::move(node));
      in.node->key_at.push_back(in.key_at);
    }
  }

  static void merge(Open& in, const YamlTree& node, int line) {
    if (node->kind == JsonKind::object) {
      in.merged.push_back(node);
      return;
    }
    const bool all_maps = node->kind == JsonKind::array &&
                          std::ranges::all_of(node->items, [](const YamlTree& item) { return item->kind == JsonKind::object; });
    if (!all_maps) throw Refused{line, "<< needs a map or a list of maps"};
    in.merged.insert(in.merged.end(), node->items.begin(), node->items.end());
  }

  YamlTree root_;
  std::vector<Open> stack_;
  std::map<YAML::anchor_t, std::pair<YamlTree, std::size_t>> anchors_;  ///< what they name, and its weight
  std::size_t weight_ = 0;                                              ///< of all values so far; long strings weigh more
  std::size_t followed_ = 0;                                            ///< the part of it that came from aliases
};

void append(std::string& out, const YamlNode& node) {
  switch (node.kind) {
    case JsonKind::string: append_json_string(out, node.text); break;
    case JsonKind::array: out += "[" + join(node.items, ",", [](const YamlTree& item) { return yaml_to_json(*item); }) + "]"; break;
    case JsonKind::object:
      out += "{" +
             join(node.members, ",",
                  [](const auto& member) {
                    std::string text;
                    append_json_string(text, member.first);
                    return text + ":" + yaml_to_json(*member.second);
                  }) +
             "}";
      break;
    case JsonKind::null: out += "null"; break;
    default: out += node.text;
  }
}

/// A text as a scalar that cannot be mistaken for anything else.
void append_text(std::string& out, std::string_view text) {
  std::string json;
  const auto is_plain = [](char c) { return is_alphanumeric(c) || c == '_' || c == '-' || c == '.' || c == '/'; };
  const bool begins_well = !text.empty() && text.front() != '-' && text.front() != '.';
  if (begins_well && std::ranges::all_of(text, is_plain) && classify(text, json) == JsonKind::string) out += text;
  else append_json_string(out, text);
}

void append_line(std::string& out, const YamlNode& node) {
  const bool map = node.kind == JsonKind::object;
  if (!map && node.kind != JsonKind::array) {
    if (node.kind == JsonKind::string) append_text(out, node.text);
    else append(out, node);
    return;
  }
  out += map ? "{" : "[";
  for (std::size_t i = 0; i < (map ? node.members.size() : node.items.size()); ++i) {
    out += i == 0 ? (map ? " " : "") : ", ";
    if (map) append_text(out, node.members[i].first);
    if (map) out += ": ";
    append_line(out, map ? *node.members[i].second : *node.items[i]);
  }
  out += map ? (node.members.empty() ? "}" : " }") : "]";
}

tl::unexpected<Error> refuse(std::string_view file, int line, const std::string& why) {
  return fail(Code::usage, std::string(file) + ": line " + std::to_string(line) + ": " + why);
}

/// The library would put U+FFFD in place of bytes that are no UTF-8. It reads UTF-16 and UTF-32, too, which begin with a mark or a NUL.
Status check_utf8(std::string_view text, std::string_view file) {
  if (text.starts_with("\xFE\xFF") || text.starts_with("\xFF\xFE") || text.substr(0, 2).find('\0') != std::string_view::npos) return {};
  int line = 1;
  for (std::size_t at = 0, length = 0; at < text.size(); at += length) {
    std::uint32_t code = 0;
    length = decode_utf8(text.substr(at), code);
    if (length == 0) return refuse(file, line, "it has bytes that are no UTF-8; save the file as UTF-8");
    if (code == '\n') ++line;
  }
  return {};
}

/// The first documents of a text, at most so many.
Result<std::vector<YamlTree>> read_documents(std::string_view text, std::string_view file, std::size_t most) {
  if (auto good = check_utf8(text, file); !good) return fail(std::move(good.error()));
  std::istringstream stream{std::string(text)};
  std::vector<YamlTree> documents;
  try {
    YAML::Parser parser(stream);
    while (documents.size() < most) {
      Builder builder;
      if (!parser.HandleNextDocument(builder)) break;
      documents.push_back(builder.root());
    }
  } catch (const Refused& refused) {
    return refuse(file, refused.line, refused.why);
  } catch (const YAML::Exception& error) {
    return refuse(file, error.mark.line + 1, error.msg);
  }
  return documents;
}

}  // namespace

Result<YamlTree> parse_yaml(std::string_view text, std::string_view file) {
  auto documents = read_documents(text, file, 2);
  if (!documents) return fail(std::move(documents.error()));
  if (documents->empty()) return Builder().root();
  if (documents->size() > 1) return refuse(file, documents->back()->line, "only one document is read; remove the second one");
  return std::move(documents->front());
}

Result<std::vector<YamlTree>> parse_yaml_documents(std::string_view text, std::string_view file) {
  auto documents = read_documents(text, file, SIZE_MAX);
  if (!documents) return documents;
  std::erase_if(*documents, [](const YamlTree& tree) { return tree->kind == JsonKind::null; });
  if (documents->empty()) documents->push_back(Builder().root());
  return documents;
}

YamlTree yaml_text(std::string text, JsonKind kind) {
  auto node = std::make_shared<YamlNode>();
  node->kind = kind;
  node->text = std::move(text);
  return node;
}

std::string yaml_to_json(const YamlNode& node) {
  std::string out;
  append(out, node);
  return out;
}

std::string yaml_line(const YamlNode& node) {
  std::string out;
  append_line(out, node);
  return out;
}

std::string plain_scalar_json(std::string_view text) {
  std::string json;
  if (classify(text, json) != JsonKind::string) return json;
  json.clear();
  append_json_string(json, text);
  return json;
}

}  // namespace facio
