#include "cli/core/json.hpp"

#include <map>
#include <nlohmann/json.hpp>

#include "cli/core/foreign_text.hpp"
#include "cli/core/json_tree.hpp"
#include "cli/core/text.hpp"
#include "cli/core/utf8.hpp"

namespace facio {
namespace {

using Tree = nlohmann::ordered_json;

const Tree& tree(const void* node) { return *static_cast<const Tree*>(node); }

std::string dump_tree(const Tree& value, int indent) { return value.dump(indent, ' ', false, Tree::error_handler_t::replace); }

/// The value at a dotted path; what is missing on the way is made an object.
Tree& reach(Tree& root, std::string_view dotted) {
  Tree* at = &root;
  while (!dotted.empty()) {
    if (!at->is_object()) *at = Tree::object();
    at = &(*at)[std::string(split_off(dotted, '.'))];
  }
  return *at;
}

void merge_into(Tree& to, const Tree& from) {
  if (!from.is_object() || !to.is_object()) {
    to = from;
    return;
  }
  auto& members = to.get_ref<Tree::object_t&>();
  members.reserve(members.size() + from.size());  // what `known` points to stays where it is
  std::map<std::string_view, Tree*> known;
  for (auto& [name, value] : members) known.emplace(name, &value);
  for (const auto& [name, value] : from.get_ref<const Tree::object_t&>()) {
    const auto [place, is_new] = known.try_emplace(name, nullptr);
    if (is_new) place->second = &members.emplace_back(name, value).second;
    else merge_into(*place->second, value);
  }
}

}  // namespace

JsonKind JsonRef::kind() const {
  switch (tree(node_).type()) {
    case Tree::value_t::boolean: return JsonKind::boolean;
    case Tree::value_t::number_integer:
    case Tree::value_t::number_unsigned: return JsonKind::integer;
    case Tree::value_t::number_float: return JsonKind::number;
    case Tree::value_t::string: return JsonKind::string;
    case Tree::value_t::array: return JsonKind::array;
    case Tree::value_t::object: return JsonKind::object;
    default: return JsonKind::null;
  }
}

std::size_t JsonRef::size() const {
  if (node_ == nullptr) return 0;
  const Tree& value = tree(node_);
  return value.is_structured() ? value.size() : 0;
}

JsonRef JsonRef::get(std::string_view name) const {
  if (node_ == nullptr || !tree(node_).is_object()) return {};
  for (const auto& member : tree(node_).get_ref<const Tree::object_t&>())
    if (member.first == name) return JsonRef(&member.second);
  return {};
}

JsonRef JsonRef::find(std::string_view dotted) const {
  JsonRef at = *this;
  while (at && !dotted.empty()) at = at.get(split_off(dotted, '.'));
  return at;
}

JsonRef JsonRef::at(std::size_t index) const {
  if (index >= size()) return {};
  const Tree& value = tree(node_);
  if (value.is_array()) return JsonRef(&value[index]);
  return JsonRef(&(value.get_ref<const Tree::object_t&>().begin() + static_cast<std::ptrdiff_t>(index))->second);
}

std::string_view JsonRef::name_at(std::size_t index) const {
  if (index >= size() || !tree(node_).is_object()) return {};
  return (tree(node_).get_ref<const Tree::object_t&>().begin() + static_cast<std::ptrdiff_t>(index))->first;
}

const std::string& JsonRef::string() const { return tree(node_).get_ref<const std::string&>(); }
std::int64_t JsonRef::integer() const {
  const Tree& value = tree(node_);
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  return value.is_number_unsigned() && std::cmp_greater(value.get<std::uint64_t>(), kMost) ? kMost : value.get<std::int64_t>();
}
double JsonRef::number() const { return tree(node_).get<double>(); }
bool JsonRef::boolean() const { return tree(node_).get<bool>(); }
const std::string& JsonRef::text() const {
  static const std::string none;
  return is(JsonKind::string) ? string() : none;
}
std::string JsonRef::dump(int indent) const { return node_ == nullptr ? "null" : dump_tree(tree(node_), indent); }

struct JsonDocument::Impl {
  Tree tree;
};

JsonDocument::JsonDocument() : impl_(std::make_unique<Impl>()) {}
JsonDocument::JsonDocument(JsonDocument&&) noexcept = default;
JsonDocument& JsonDocument::operator=(JsonDocument&&) noexcept = default;
JsonDocument::~JsonDocument() = default;

Result<JsonDocument> JsonDocument::parse(std::string_view text) {
  JsonDocument document;
  if (auto read = parse_json_tree(text, document.impl_->tree); !read) return fail(std::move(read.error()));
  return document;
}

Result<JsonDocument> JsonDocument::parse_foreign(std::string_view text) {
  auto document = parse(text);
  if (document) return document;
  auto mended = parse(mended_json(text));
  return mended ? std::move(mended) : std::move(document);
}

JsonDocument JsonDocument::object() {
  JsonDocument document;
  document.impl_->tree = Tree::object();
  return document;
}

JsonRef JsonDocument::root() const { return JsonRef(&impl_->tree); }

Status JsonDocument::set_json(std::string_view dotted, std::string_view json) {
  auto parsed = parse(json);
  if (!parsed) return fail(std::move(parsed.error()));
  reach(impl_->tree, dotted) = std::move(parsed->impl_->tree);
  return {};
}
void JsonDocument::set_string(std::string_view dotted, std::string_view value) { reach(impl_->tree, dotted) = std::string(value); }
void JsonDocument::set_integer(std::string_view dotted, std::int64_t value) { reach(impl_->tree, dotted) = value; }
void JsonDocument::set_number(std::string_view dotted, double value) { reach(impl_->tree, dotted) = value; }
void JsonDocument::set_boolean(std::string_view dotted, bool value) { reach(impl_->tree, dotted) = value; }
void JsonDocument::set_null(std::string_view dotted) { reach(impl_->tree, dotted) = nullptr; }
void JsonDocument::append_string(std::string_view dotted, std::string_view value) {
  Tree& at = reach(impl_->tree, dotted);
  if (!at.is_array()) at = Tree::array();
  at.push_back(std::string(value));
}
void JsonDocument::set(std::string_view dotted, JsonRef value) { reach(impl_->tree, dotted) = value ? tree(value.node_) : Tree(nullptr); }
void JsonDocument::merge(JsonRef other) {
  if (other) merge_into(impl_->tree, tree(other.node_));
}
void JsonDocument::erase(std::string_view dotted) {
  const auto dot = dotted.rfind('.');
  Tree& parent = dot == std::string_view::npos ? impl_->tree : reach(impl_->tree, dotted.substr(0, dot));
  if (parent.is_object()) parent.erase(std::string(dot == std::string_view::npos ? dotted : dotted.substr(dot + 1)));
}

void append_json_string(std::string& out, std::string_view text) {
  static constexpr char digits[] = "0123456789abcdef";
  out += '"';
  std::uint32_t code = 0;
  const auto plain = [](char c) { return static_cast<unsigned char>(c) - 0x20U < 0x60 && c != '"' && c != '\\'; };
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t start = i;
    while (i < text.size() && plain(text[i])) ++i;
    out += text.substr(start, i - start);
    if (i == text.size()) break;
    const char c = text[i];
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      ++i;
      switch (c) {
        case '"': out += "\\\""; break;
        case '\\': out += "\\\\"; break;
        case '\n': out += "\\n"; break;
        case '\r': out += "\\r"; break;
        case '\t': out += "\\t"; break;
        default: out.append({'\\', 'u', '0', '0', digits[byte >> 4], digits[byte & 15]});
      }
      continue;
    }
    const std::size_t length = decode_utf8(text.substr(i), code);
    if (length == 0) {
      out += "\xEF\xBF\xBD";
      ++i;
    } else {
      out += text.substr(i, length);
      i += length;
    }
  }
  out += '"';
}

}  // namespace facio
