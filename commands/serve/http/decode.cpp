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
  while (!values.empty()) {
    const auto comma = values.find(',');
    const std::string_view value = values.substr(0, comma);
    values.remove_prefix(comma == std::string_view::npos ? values.size() : comma + 1);
    if (value.empty()) continue;
    if (auto status = take(field, value, arguments); !status) return status;
  }
  return {};
}

Status take_query(const Field& field, const Query& query, Arguments& arguments) {
  const bool is_list = field.type->kind == Kind::array;
  int times = 0;
  for (const auto& [name, value] : query) {
    if (name != field.name && (field.attr.alias.empty() || name != field.attr.alias)) continue;
    if (++times > 1 && !field.attr.repeatable && !is_list)
      return fail_field(Code::rejected, std::string(field.name), std::string(field.name) + ": must not be repeated");
    if (auto status = is_list ? take_list(field, value, arguments) : take(field, value, arguments); !status) return status;
  }
  if (times != 0) return {};
  if (field.required) return fail_field(Code::rejected, std::string(field.name), std::string(field.name) + ": is required");
  // A default that is no value of the type is a remark for people ("the last 7 days"); the handler knows it.
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
  std::size_t next = 0;
  for (std::string_view rest = endpoint.path; next < path_values.size();) {
    const auto open = rest.find('{');
    const auto close = rest.find('}', open);
    const std::string_view name = rest.substr(open + 1, close - open - 1);
    rest.remove_prefix(close + 1);
    for (const Param& param : endpoint.params) {
      if (param.place != Place::path || param.field.name != name) continue;
      if (auto status = take(param.field, path_values[next], arguments); !status) return status;
    }
    ++next;
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
    if (!may_miss) return fail_field(Code::rejected, "body", "body: a JSON object is required");
    call.document = JsonDocument::object();
  } else {
    auto document = JsonDocument::parse(text);
    if (!document) return fail_field(Code::rejected, "body", "body: " + document.error().message());
    call.document = std::move(*document);
    if (may_miss && call.document.root().is_null()) call.document = JsonDocument::object();
  }
  call.body = call.document.root();
  if (call.body.kind() != JsonKind::object) return fail_field(Code::rejected, "body", "body: must be a JSON object");
  if (endpoint.body == nullptr) return {};
  return validate(call.body, *endpoint.body, endpoint.method == Method::patch ? Direction::patch : Direction::request);
}

}  // namespace facio::serve
