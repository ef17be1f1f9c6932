#include "commands/serve/http/decode.hpp"

#include <charconv>

#include "cli/core/text.hpp"
#include "cli/core/validate.hpp"
#include "commands/serve/http/exchange.hpp"
#include "commands/serve/http/target.hpp"

namespace facio::serve {
namespace {

Status take(const Field& field, std::string_view value, Arguments& arguments) {
  if (auto status = validate_text(value, field, std::string(field.name)); !status) return status;
  arguments.add(field.name, std::string(value));
  return {};
}

/// One occurrence of an array parameter may hold several values, joined by commas.
Status take_list(const Field& field, std::string_view values, Arguments& arguments) {
  while (!values.empty())
    if (const std::string_view value = take_until(values, ','); !value.empty())
      if (auto status = take(field, value, arguments); !status) return status;
  return {};
}

Status take_query(const Field& field, const Query& query, Arguments& arguments) {
  const bool is_list = field.type->kind == Kind::array;
  int times = 0;
  for (const auto& [name, value] : query) {
    if (name != field.name && (field.attr.alias.empty() || name != field.attr.alias)) continue;
    if (++times > 1 && !field.attr.repeatable && !is_list) return reject_field(std::string(field.name), "must not be repeated");
    if (auto status = is_list ? take_list(field, value, arguments) : take(field, value, arguments); !status) return status;
  }
  if (times != 0) return {};
  if (field.required) return reject_field(std::string(field.name), "is required");
  // A default that is not a value of the type is prose for people ("the last 7 days"); the handler knows what it means.
  if (!field.attr.default_text.empty() && validate_text(field.attr.default_text, field, std::string(field.name)))
    arguments.add(field.name, std::string(field.attr.default_text));
  return {};
}

}  // namespace

std::int64_t Arguments::integer(std::string_view name, std::int64_t otherwise) const {
  const auto text = find(name);
  if (!text) return otherwise;
  std::int64_t number = otherwise;
  std::from_chars(text->data(), text->data() + text->size(), number);
  return number;
}

std::string_view Call::header(std::string_view name) const { return head->header(name); }

Status decode_arguments(const Endpoint& endpoint, std::span<const std::string_view> path_values, std::string_view query,
                        Arguments& arguments) {
  std::string_view rest = endpoint.path;
  for (const std::string_view value : path_values) {
    take_until(rest, '{');
    const std::string_view name = take_until(rest, '}');
    for (const Param& param : endpoint.params) {
      if (param.place != Place::path || param.field.name != name) continue;
      if (auto status = take(param.field, value, arguments); !status) return status;
    }
  }
  Query pairs;
  if (!query.empty()) {
    auto split = split_query(query);
    if (!split) return fail(std::move(split.error()));
    pairs = std::move(*split);
  }
  for (const Param& param : endpoint.params) {
    if (param.place != Place::query) continue;
    if (auto status = take_query(param.field, pairs, arguments); !status) return status;
  }
  return {};
}

Status decode_body(const Endpoint& endpoint, std::string_view text, Call& call) {
  if (endpoint.method == Method::get) return {};
  const bool may_miss = endpoint.body == nullptr || endpoint.body_optional;
  if (is_blank(text)) {
    if (!may_miss) return reject_field("body", "a JSON object is required");
    call.document = JsonDocument::object();
  } else {
    auto document = JsonDocument::parse(text);
    if (!document) return reject_field("body", document.error().message());
    call.document = std::move(*document);
    if (may_miss && call.document.root().is_null()) call.document = JsonDocument::object();
  }
  call.body = call.document.root();
  if (call.body.kind() != JsonKind::object) return reject_field("body", "must be a JSON object");
  if (endpoint.body == nullptr) return {};
  return validate(call.body, *endpoint.body, endpoint.method == Method::patch ? Direction::patch : Direction::request);
}

}  // namespace facio::serve
