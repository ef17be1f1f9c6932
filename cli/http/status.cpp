// From an answer's status to a failure with words.
#include "cli/catalogue/catalogue.hpp"
#include "cli/core/json.hpp"
#include "cli/http/client.hpp"

namespace facio {
namespace {

constexpr std::size_t kLongestRawBody = 200;

std::string reason_of(unsigned status) {
  if (status >= 300 && status < 400) return "the agent answered " + std::to_string(status) + ", a redirect, which is never followed";
  switch (code_of_http(status)) {
    case Code::unauthenticated: return "the agent refused the token";
    case Code::forbidden: return "the agent does not allow this";
    case Code::not_found: return "not found";
    case Code::conflict: return "the state of the object does not allow this";
    case Code::throttled: return "too many requests";
    case Code::unavailable: return "the service behind this is not available at this agent";
    default: return "the agent answered with status " + std::to_string(status);
  }
}

std::string text_of(JsonRef value) { return value && value.kind() == JsonKind::string ? value.string() : std::string(); }

/// A text, or several joined.
std::string words_of(JsonRef value) {
  if (!value || value.kind() != JsonKind::array) return text_of(value);
  std::string all;
  for (std::size_t i = 0; i < value.size(); ++i)
    if (const std::string one = text_of(value.at(i)); !one.empty()) all += (all.empty() ? "" : "; ") + one;
  return all;
}

std::string message_of(const Response& response) {
  if (const auto document = JsonDocument::parse(response.body)) {
    const JsonRef root = document->root();
    for (const auto* path : {"error.message", "message", "detail", "error"})
      if (std::string text = words_of(root.find(path)); !text.empty()) return text;
    return reason_of(response.status);
  }
  const bool markup = response.content_type.find("html") != std::string::npos;
  if (!markup && !response.body.empty() && response.body.size() <= kLongestRawBody) {
    std::string text = response.body;
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.pop_back();
    if (!text.empty()) return text;
  }
  return reason_of(response.status);
}

std::string field_of(const Response& response) {
  const auto document = JsonDocument::parse(response.body);
  return document ? text_of(document->root().find("error.details.field")) : std::string();
}

/// The command that lists what could have been meant.
std::string list_command(const Request& request) {
  if (request.endpoint == nullptr) return {};
  const Endpoint* list = find_command(request.endpoint->area(), "list").endpoint;
  if (list == nullptr || list == request.endpoint || list->verb().empty()) return {};
  return "facioctl " + std::string(list->area()) + " " + std::string(list->verb());
}

std::string hint_of(const Request& request, const Response& response, Code code) {
  if (response.status >= 300 && response.status < 400) return "give the final address with --url";
  const std::string area = request.endpoint == nullptr ? std::string() : std::string(request.endpoint->area());
  switch (code) {
    case Code::unauthenticated: return "give the agent's token with --token-file FILE or in FACIOCTL_TOKEN";
    case Code::not_found: return list_command(request);
    case Code::throttled: return response.retry_after_s >= 0 ? "wait " + std::to_string(response.retry_after_s) + " s" : "wait a little";
    case Code::rejected:
      return request.endpoint == nullptr
                 ? ""
                 : "facioctl " + area + (request.endpoint->verb().empty() ? "" : " " + std::string(request.endpoint->verb())) + " --help";
    default: return "";
  }
}

}  // namespace

Status check_status(const Request& request, const Response& response) {
  if (response.status >= 200 && response.status < 300) return {};
  const Code code = response.status < 400 ? Code::server : code_of_http(response.status);
  Error error(code, message_of(response));
  if (code == Code::rejected)
    if (std::string field = field_of(response); !field.empty()) error = std::move(error).with_field(std::move(field));
  error = std::move(error).with_hint(hint_of(request, response, code));
  return fail(
      std::move(error).with_http(response.status, request.method, request.target.substr(0, request.target.find('?')), response.request_id));
}

}  // namespace facio
