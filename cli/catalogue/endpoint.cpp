// What follows from the record of one endpoint.
#include <algorithm>

#include "cli/catalogue/catalogue.hpp"
#include "cli/core/text.hpp"

namespace facio {
namespace {

void add_flags(std::vector<BodyFlag>& flags, const Shape& shape, const std::string& parent) {
  for (const Field& field : shape.fields) {
    if (field.attr.flag == "-") continue;
    std::string path = parent + std::string(field.name);
    if (field.type->kind == Kind::object && !field.type->shape->fields.empty()) {
      add_flags(flags, *field.type->shape, path + ".");
      continue;
    }
    std::string flag = field.attr.flag.empty() ? kebab(path) : std::string(field.attr.flag);
    BodyFlag one{std::move(path), std::move(flag), &field, {}, {}};
    if (const auto equals = field.attr.implies.find('='); equals != std::string_view::npos) {
      one.implies_path = parent + std::string(field.attr.implies.substr(0, equals));
      one.implies_value = field.attr.implies.substr(equals + 1);
    }
    flags.push_back(std::move(one));
  }
}

}  // namespace

std::vector<BodyFlag> body_flags(const Shape& body) {
  std::vector<BodyFlag> flags;
  add_flags(flags, body, {});
  return flags;
}

std::string flag_of(const Field& field) { return field.attr.flag.empty() ? kebab(field.name) : std::string(field.attr.flag); }

std::string kebab(std::string_view name) {
  std::string text;
  char before = '-';
  for (const char c : name) {
    if (is_upper(c) && before != '-') text += '-';
    before = c == '_' || c == '.' ? '-' : lower(c);
    text += before;
  }
  return text;
}

std::string all_prose(const Endpoint& endpoint) {
  std::string text(endpoint.description);
  if (!text.empty() && !endpoint.notes.empty()) text += "\n\n";
  return text.append(endpoint.notes);
}

std::string command_words(std::string_view id) {
  std::string words(id);
  std::ranges::replace(words, '.', ' ');
  return words;
}

std::vector<Code> all_errors(const Endpoint& endpoint) {
  std::vector<Code> codes(endpoint.errors.begin(), endpoint.errors.end());
  const auto also = [&codes](Code code) {
    if (std::ranges::find(codes, code) == codes.end()) codes.push_back(code);
  };
  if (endpoint.method == Method::none) return codes;
  const bool has_query = std::ranges::any_of(endpoint.params, [](const Param& p) { return p.place == Place::query; });
  const bool has_rule = std::ranges::any_of(endpoint.params, [](const Param& p) { return !p.field.attr.pattern.empty(); });
  // A request that changes something is refused for a body that is no JSON object, also where none is needed.
  if (has_query || has_rule || endpoint.method != Method::get) also(Code::rejected);
  if (endpoint.body != nullptr) also(Code::too_large);
  // Other systems declare which of their endpoints need a token.
  // The OpenAI interface may be open; whether it is, is for the operator to say.
  if (!endpoint.is_prefixed() && (endpoint.surface == Surface::management || endpoint.surface == Surface::openai))
    also(Code::unauthenticated);
  if (!endpoint.is_prefixed()) also(Code::forbidden);              // to web pages of other sites
  if (endpoint.surface != Surface::health) also(Code::throttled);  // a health check is always answered
  also(Code::internal);
  if (endpoint.surface != Surface::health) also(Code::unavailable);
  std::ranges::sort(codes, {}, [](Code code) { return info(code).http; });
  return codes;
}

}  // namespace facio
