// From an answer's status to a failure with words.
#include <algorithm>

#include "cli/catalogue/system.hpp"
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

std::string words_of(const Endpoint& endpoint) {
  std::string words(endpoint.id);
  std::ranges::replace(words, '.', ' ');
  return words;
}

/// The texts along a dotted path, which goes into every element of an array, joined.
std::string texts_at(JsonRef value, std::string_view path, std::string_view between) {
  if (value.is(JsonKind::array)) {
    std::string all;
    for (std::size_t i = 0; i < value.size(); ++i)
      if (const std::string one = texts_at(value.at(i), path, between); !one.empty())
        all.append(all.empty() ? std::string_view{} : between).append(one);
    return all;
  }
  if (path.empty() || !value) return value.text();
  const auto dot = path.find('.');
  return texts_at(value.get(path.substr(0, dot)), dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1), between);
}

/// The texts at the first of several paths where there is one.
std::string texts_at_any(JsonRef root, std::string_view paths, std::string_view between = "; ") {
  while (!paths.empty()) {
    const std::string_view path = paths.substr(0, paths.find(' '));
    paths.remove_prefix(std::min(paths.size(), path.size() + 1));
    if (std::string text = texts_at(root, path, between); !text.empty()) return text;
  }
  return {};
}

std::string message_of(const ErrorForm& form, const Response& response, JsonRef root) {
  if (root) {
    std::string text = texts_at_any(root, form.message);
    return text.empty() ? reason_of(response.status) : text;
  }
  const bool markup = response.content_type.find("html") != std::string::npos;
  if (!markup && !response.body.empty() && response.body.size() <= kLongestRawBody) {
    std::string text = response.body;
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.pop_back();
    if (!text.empty()) return text;
  }
  return reason_of(response.status);
}

/// What kind of failure it is: by the system's name for it, where that says more than the status.
Code code_of(const ErrorForm& form, const Response& response, JsonRef root) {
  if (response.status < 400) return Code::server;
  const std::string name = form.name.empty() ? std::string() : texts_at_any(root, form.name);
  for (const ErrorName& known : form.names)
    if (known.name == name) return known.code;
  return code_of_http(response.status);
}

/// The command that lists what could have been meant.
std::string list_command(const Request& request) {
  if (request.endpoint == nullptr) return {};
  const Catalogue& catalogue = catalogue_of(*request.endpoint);
  const Endpoint* list = catalogue.find(request.endpoint->area(), "list");
  if (list == nullptr) list = catalogue.find_synonym(request.endpoint->area(), "list");
  return list == nullptr || list == request.endpoint ? std::string() : "facioctl " + words_of(*list);
}

std::string hint_of(const Request& request, const Response& response, Code code) {
  if (response.status >= 300 && response.status < 400) return "give the final address with --url";
  switch (code) {
    case Code::unauthenticated: return "give the agent's token with --token-file FILE or in FACIOCTL_TOKEN";
    case Code::not_found: return list_command(request);
    case Code::throttled: return response.retry_after_s >= 0 ? "wait " + std::to_string(response.retry_after_s) + " s" : "wait a little";
    case Code::rejected: return request.endpoint == nullptr ? "" : "facioctl " + words_of(*request.endpoint) + " --help";
    default: return "";
  }
}

}  // namespace

Status check_status(const ErrorForm& form, const Request& request, const Response& response) {
  if (response.status >= 200 && response.status < 300) return {};
  const auto document = JsonDocument::parse(response.body);
  const JsonRef root = document ? document->root() : JsonRef();
  const Code code = code_of(form, response, root);
  Error error(code, message_of(form, response, root));
  if (code == Code::rejected && !form.field.empty())
    if (std::string field = texts_at_any(root, form.field, "."); !field.empty()) error = std::move(error).with_field(std::move(field));
  error = std::move(error).with_hint(hint_of(request, response, code));
  return fail(
      std::move(error).with_http(response.status, request.method, request.target.substr(0, request.target.find('?')), response.request_id));
}

}  // namespace facio
