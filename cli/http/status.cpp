// From an answer's status to an error.
#include "cli/core/json.hpp"
#include "cli/core/text.hpp"
#include "cli/http/client.hpp"
#include "cli/http/media.hpp"
#include "cli/http/rejected_parts.hpp"

namespace facio {
namespace {

constexpr std::size_t kLongestRawBody = 200;

std::string reason_of(unsigned status) {
  if (status >= 300 && status < 400) return "the agent answered " + std::to_string(status) + ", a redirect, which is not followed";
  if (status == 407) return "the proxy requires a user name and a password";
  switch (code_of_http(status)) {
    case Code::unauthenticated: return "the agent refused the token";
    case Code::forbidden: return "the agent does not allow this";
    case Code::not_found: return "not found";
    case Code::conflict: return "the object is in the wrong state for this";
    case Code::throttled: return "too many requests";
    case Code::unavailable: return "the service behind this is not available on this agent";
    default: return "the agent answered with status " + std::to_string(status);
  }
}

/// The texts at a dotted path, joined; it goes into every element of an array.
std::string texts_at(JsonRef value, std::string_view path, std::string_view between) {
  if (value.is(JsonKind::array)) {
    std::string all;
    for (std::size_t i = 0; i < value.size(); ++i)
      if (const std::string one = texts_at(value.at(i), path, between); !one.empty())
        all.append(all.empty() ? std::string_view{} : between).append(one);
    return all;
  }
  if (path.empty() || !value) return value.text();
  const JsonRef member = value.get(split_off(path, '.'));
  return texts_at(member, path, between);
}

/// The texts at the first path that leads to any.
std::string texts_at_any(JsonRef root, std::string_view paths, std::string_view between = "; ") {
  while (!paths.empty())
    if (std::string text = texts_at(root, split_off(paths, ' '), between); !text.empty()) return text;
  return {};
}

std::string message_of(const ErrorForm& form, const Response& response, JsonRef root, const RejectedParts& parts) {
  if (root) {
    std::string text = texts_at_any(root, form.message);
    if (!parts.words.empty() && text.find(parts.words) == std::string::npos) text += (text.empty() ? "" : ": ") + parts.words;
    return text.empty() ? reason_of(response.status) : text;
  }
  if (const std::string what = http::foreign_body(response.headers, response.body); !what.empty())
    return reason_of(response.status) + " (the answer is " + what + ")";
  if (response.body.size() <= kLongestRawBody)
    if (const auto end = response.body.find_last_not_of(" \r\n"); end != std::string::npos) return response.body.substr(0, end + 1);
  return reason_of(response.status);
}

/// The code of a failure, by the system's own name for it where the body has one.
Code code_of(const ErrorForm& form, const Response& response, JsonRef root) {
  if (response.status < 400) return Code::server;
  const std::string name = form.name.empty() ? std::string() : texts_at_any(root, form.name);
  for (const ErrorName& known : form.names)
    if (known.name == name) return known.code;
  return code_of_http(response.status);
}

/// The command that lists what may have been meant.
std::string list_command(const Request& request) {
  if (request.endpoint == nullptr) return {};
  const Catalogue& catalogue = catalogue_of(*request.endpoint);
  const Endpoint* list = catalogue.find(request.endpoint->area(), "list");
  if (list == nullptr) list = catalogue.find_synonym(request.endpoint->area(), "list");
  return list == nullptr || list == request.endpoint ? std::string() : "facioctl " + command_words(list->id);
}

std::string hint_of(const Request& request, const Response& response, Code code) {
  if (response.status >= 300 && response.status < 400) return "give the final address with --url";
  if (response.status == 407) return "HTTP_PROXY=http://USER:PASSWORD@HOST:PORT, or --no-proxy";
  switch (code) {
    case Code::unauthenticated: return "give the agent's token with --token-file FILE or in FACIOCTL_TOKEN";
    case Code::not_found: return list_command(request);
    case Code::throttled: return response.retry_after_s >= 0 ? "wait " + std::to_string(response.retry_after_s) + " s" : "wait a moment";
    case Code::rejected: return request.endpoint == nullptr ? "" : "facioctl " + command_words(request.endpoint->id) + " --help";
    default: return "";
  }
}

}  // namespace

Status check_status(const ErrorForm& form, const Request& request, const Response& response) {
  const auto failed = [&](Error error) {
    return fail(std::move(error).with_http(response.status, request.method, request.target.substr(0, request.target.find('?')),
                                           response.request_id));
  };
  if (response.status >= 200 && response.status < 300) {
    const Endpoint* endpoint = request.endpoint;
    if (endpoint == nullptr || endpoint->form == ReplyForm::text || endpoint->form == ReplyForm::none) return {};
    const bool changes = endpoint->effect != Effect::read;
    // A page comes from something else than the agent; what the agent says of a change that it made need not be readable.
    const std::string what = (changes ? http::foreign_page : http::foreign_body)(response.headers, response.body);
    if (what.empty()) return {};
    if (!changes) return failed(Error(Code::server, "the agent's answer is " + what));
    return failed(Error(Code::server, "the agent's answer is " + what + "; it is unknown whether the agent did it")
                      .with_hint("check the current state before trying again"));
  }
  const auto document = JsonDocument::parse_foreign(response.body);
  const JsonRef root = document ? document->root() : JsonRef();
  const Code code = code_of(form, response, root);
  const RejectedParts parts = rejected_parts(root);
  Error error(code, message_of(form, response, root, parts));
  if (code == Code::rejected) {
    std::string field = form.field.empty() ? std::string() : texts_at_any(root, form.field, ".");
    if (field.empty()) field = parts.first;
    if (!field.empty()) error = std::move(error).with_field(std::move(field));
  }
  error = std::move(error).with_hint(hint_of(request, response, code));
  return failed(std::move(error));
}

}  // namespace facio
