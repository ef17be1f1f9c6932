#include "cli/core/body_secrets.hpp"

#include "cli/core/encoding.hpp"
#include "cli/core/secret_rule.hpp"
#include "cli/core/text.hpp"

namespace facio {
namespace {

class BodySecrets {
 public:
  /// `type`: what is declared of the value; null: nothing.
  void collect(JsonRef value, const Type* type, bool secret) {
    switch (value.kind()) {
      case JsonKind::string: return secret ? add(value.string()) : add_parts(value.string());
      case JsonKind::integer:
      case JsonKind::number: return secret ? add(value.dump()) : void();
      case JsonKind::object: return collect_members(value, type, secret);
      case JsonKind::array: return collect_elements(value, type, secret);
      default: return;
    }
  }

  std::vector<std::string> found;

 private:
  void add(const std::string& text) {
    if (!text.empty() && text != kMask) found.push_back(text);
  }
  void add_parts(const std::string& text) {
    for (const TextPart& part : secret_parts(text)) add(text.substr(part.begin, part.end - part.begin));
  }

  void collect_members(JsonRef object, const Type* type, bool secret) {
    const Shape* shape = type == nullptr ? nullptr : type->shape;
    const Type* element = type != nullptr && type->kind == Kind::map ? type->element : nullptr;
    const std::string_view pair = pair_name(object);
    for (std::size_t i = 0; i < object.size(); ++i) {
      const std::string_view name = object.name_at(i);
      const Field* field = shape == nullptr ? nullptr : field_of(*shape, name);
      // A declared member is secret by its declaration; what is free below it goes by its names.
      const bool holds =
          field != nullptr ? field->attr.secret || is_secret_place(name) : secrecy_of(name, pair, Secrecy::by_looks, {}) == Secrecy::secret;
      const Type* below = field == nullptr ? element : field->type->kind == Kind::any ? nullptr : field->type;
      collect(object.at(i), below, secret || holds);
    }
  }

  void collect_elements(JsonRef array, const Type* type, bool secret) {
    const Type* element = type != nullptr && type->kind == Kind::array ? type->element : nullptr;
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < array.size(); ++i) {
      if (!secret && array.at(i).kind() == JsonKind::string) texts.push_back(array.at(i).string());
      else collect(array.at(i), element, secret);
    }
    // Side by side, as the arguments of a program: one of them may announce the next.
    const auto parts = secret_parts_of_arguments(texts);
    for (std::size_t i = 0; i < texts.size(); ++i)
      for (const TextPart& part : parts[i]) add(texts[i].substr(part.begin, part.end - part.begin));
  }

  static const Field* field_of(const Shape& shape, std::string_view name) {
    if (const Field* field = shape.find(name)) return field;
    for (const Field& field : shape.fields)
      if (field.attr.alias == name) return &field;
    return nullptr;
  }
  static std::string_view pair_name(JsonRef object) {
    for (std::size_t i = 0; i < object.size(); ++i)
      if (is_pair_name(object.name_at(i)) && object.at(i).kind() == JsonKind::string) return object.at(i).string();
    return {};
  }
};

}  // namespace

std::vector<std::string> body_secrets(JsonRef body, const Shape* shape) {
  const Type type{Kind::object, nullptr, shape};
  BodySecrets secrets;
  secrets.collect(body, shape == nullptr ? nullptr : &type, false);
  return std::move(secrets.found);
}

std::vector<std::string> query_secrets(std::string_view query, const std::function<bool(std::string_view name)>& is_open) {
  std::vector<std::string> found;
  for (const std::string_view pair : split(query, '&')) {
    const auto equal = pair.find('=');
    if (equal == std::string_view::npos || equal + 1 == pair.size() || !is_secret_name(pair.substr(0, equal)) ||
        is_open(pair.substr(0, equal)))
      continue;
    found.emplace_back(pair.substr(equal + 1));
    if (auto decoded = percent_decode(pair.substr(equal + 1), true); decoded && *decoded != found.back())
      found.push_back(std::move(*decoded));
  }
  return found;
}

}  // namespace facio
