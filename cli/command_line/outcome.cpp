#include "cli/command_line/outcome.hpp"

#include "cli/core/json_scan.hpp"
#include "cli/core/text.hpp"
#include "cli/core/utf8.hpp"

namespace facio {
namespace {

/// "created" or "deleted"; empty for commands that say more than that.
std::string_view done_by(const Endpoint& endpoint) {
  if (endpoint.form != ReplyForm::object || endpoint.key.empty() || !endpoint.unwrap.empty()) return {};
  if (endpoint.method == Method::post && endpoint.verb() == "create") return "created";
  const bool removes = endpoint.verb() == "delete" || endpoint.verb() == "remove";
  return removes && endpoint.method == Method::del && endpoint.columns.empty() ? "deleted" : "";
}

std::string text_at(std::string_view body, std::string_view name) {
  const std::string_view value = name.empty() ? std::string_view{} : json::member(body, name);
  return json::kind_of(value) == json::Json::string ? json::unescaped(value) : std::string();
}

/// As it was typed, unless that is only the beginning of the key.
std::string name_of(const Invocation& invocation, const std::string& key) {
  for (const Param& param : invocation.endpoint->params) {
    if (!param.is_positional()) continue;
    const std::string area = std::string(invocation.endpoint->area()) + "/";
    std::string_view typed = invocation.value(param.field.name);
    if (typed.starts_with(area)) typed.remove_prefix(area.size());
    return typed.empty() || key.starts_with(typed) ? key : std::string(typed);
  }
  return key;
}

}  // namespace

std::string outcome_line(const Invocation& invocation, const OutputOptions& output, std::string_view reply) {
  const std::string_view body = trimmed(reply);
  const Endpoint& endpoint = *invocation.endpoint;
  const std::string_view done = done_by(endpoint);
  const bool plain = output.format == OutputFormat::table && !output.format_given && output.query.empty() && output.fields.empty() &&
                     output.columns.empty() && output.filter.empty() && output.sort_by.empty();
  if (done.empty() || !plain || !json::check_json(body) || json::kind_of(body) != json::Json::object) return {};
  const std::string key = text_at(body, endpoint.key);
  const std::string name = endpoint.method == Method::post ? text_at(body, "name") : name_of(invocation, key);
  if (key.empty()) return {};
  return std::string(endpoint.area()) + "/" + printable(name.empty() ? key : name) + " " + std::string(done) + "\n";
}

}  // namespace facio
