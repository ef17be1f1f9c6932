#include <algorithm>

#include "cli/catalogue/global_flags.hpp"
#include "cli/command_line/invocation.hpp"
#include "cli/core/encoding.hpp"

namespace facio {
namespace {

constexpr int kNormalMs = 15'000;
constexpr int kSlowMs = 60'000;
static_assert(find_global_flag("timeout")->doc.find("(default 15s, or 60s if") != std::string_view::npos, "its help tells these");

Result<std::string> fill_path(const Invocation& invocation) {
  std::string path;
  std::string_view rest = invocation.endpoint->path;
  while (!rest.empty()) {
    const auto open = rest.find('{');
    path += rest.substr(0, open);
    if (open == std::string_view::npos) break;
    const auto close = rest.find('}', open);
    const std::string_view name = rest.substr(open + 1, close - open - 1);
    const std::string_view value = invocation.value(name);
    if (value.empty() || value == "." || value == "..")
      return fail_field(Code::usage, std::string(name), std::string(name) + ": '" + std::string(value) + "' cannot be part of an address");
    path += percent_encode(value);
    rest = rest.substr(close + 1);
  }
  return path;
}

std::string query(const Invocation& invocation) {
  std::string text;
  for (const Param& param : invocation.endpoint->params) {
    if (param.place != Place::query) continue;
    for (const std::string& value : invocation.all(param.field.name)) {
      text += text.empty() ? '?' : '&';
      text += percent_encode(param.field.name) + "=" + percent_encode(value);
    }
  }
  return text;
}

}  // namespace

Result<Request> build_request(const Invocation& invocation) {
  const Endpoint& endpoint = *invocation.endpoint;
  Request request;
  request.endpoint = &endpoint;
  request.method = method_name(endpoint.method);
  auto path = fill_path(invocation);
  if (!path) return fail(std::move(path.error()));
  request.target = std::move(*path) + query(invocation);
  if (const auto param = std::ranges::find(endpoint.params, Place::path, &Param::place); param != endpoint.params.end())
    request.named = invocation.value(param->field.name);
  if (endpoint.body != nullptr) {
    request.has_body = invocation.has_body;
    if (request.has_body) request.body = invocation.body.root().is_null() ? "{}" : invocation.body.dump();
  } else if (endpoint.method == Method::post && !endpoint.empty_body) {
    request.has_body = true;  // actions are sent with {}
    request.body = "{}";
  }
  if (endpoint.form == ReplyForm::text) request.accept = "text/plain, text/markdown, text/x-diff, */*";
  request.secrets = invocation.secrets;
  request.idempotent = endpoint.method == Method::get || endpoint.method == Method::put || endpoint.idempotent;
  request.timeout_ms = invocation.global.timeout_ms != 0     ? invocation.global.timeout_ms
                       : endpoint.deadline == Deadline::slow ? kSlowMs
                                                             : kNormalMs;
  return request;
}

}  // namespace facio
