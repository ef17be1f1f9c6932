// One request and its answer, with a daemon of any version.
#include "cli/contexts/contexts.hpp"
#include "cli/core/encoding.hpp"
#include "cli/core/json.hpp"
#include "cli/core/text.hpp"
#include "cli/core/utf8.hpp"
#include "commands/librefang/client/answers.hpp"
#include "commands/librefang/client/around.hpp"
#include "commands/librefang/client/system.hpp"
#include "librefang_dialects.hpp"

namespace facio::librefang {
namespace {

/// The setting that switches on what a request is about, where the daemon says that it is off; empty otherwise.
std::string_view switch_of(std::string_view path, std::string_view body) {
  if (body.find("not enabled") == std::string_view::npos && body.find("not-enabled") == std::string_view::npos) return {};
  return path.starts_with("/api/pairing/") ? "pairing.enabled" : path.starts_with("/hooks/") ? "webhook_triggers.enabled" : "";
}

Dialect dialect_of(const Request& request) { return {embedded::kDialects, request.endpoint->own_id()}; }

/// Whether the daemon is one of those that were ever released.
bool is_released(const Request& request, HttpClient& http) {
  const auto answer = http.send({.method = "GET", .target = "/api/version", .timeout_ms = request.timeout_ms});
  if (!answer || answer->status != 200) return true;
  const auto body = JsonDocument::parse_foreign(answer->body);
  return !body || body->root().get("api");
}

bool is_success(const Response& response) { return response.status >= 200 && response.status < 300; }

/// A deletion of what is not there: newer daemons call it a success.
bool was_nothing(Response& response) {
  if (response.body.find("already-deleted") == std::string::npos) return false;
  const auto body = JsonDocument::parse_foreign(response.body);
  if (!body || body->root().get("status").text() != "already-deleted") return false;
  response.status = 404;
  response.body = R"({"error":"not found"})";
  return true;
}

/// Whether a refusal is about the form of an id, and not about what was sent to the thing.
bool is_about_id(std::string_view body) {
  const std::string text = lower(body);
  return text.find("uuid") != std::string::npos || text.find("cannot parse `") != std::string::npos ||
         (text.find("invalid ") != std::string::npos && text.find(" id") != std::string::npos);
}

}  // namespace

bool lacks_route(const Response& response) { return response.status == 405 || (response.status == 404 && response.body.empty()); }

std::string understood_item(const Endpoint& endpoint, std::string_view item) {
  return Dialect(embedded::kDialects, endpoint.own_id()).item(item);
}

Result<Request> adapt(const Request& request) {
  const Dialect dialect = dialect_of(request);
  if (dialect.first("needs") == "any" && request.has_body && request.body == "{}")
    return fail(Code::usage, "there is nothing to change: no flag says what", "facioctl " + command_words(request.endpoint->id) + " -h");
  return dialect.sent(request, false);
}

Result<Response> converse(const Request& request, HttpClient& http, const StreamUse& use) {
  const Dialect dialect = dialect_of(request);
  Result<Request> sent = request;
  const std::string_view ignored = ignored_query(dialect, request);
  const bool is_real = (dialect.asks_for_version() || !ignored.empty()) && is_released(request, http);
  if (is_real && !ignored.empty())
    if (auto status = refuse_ignored(dialect, ignored); !status) return fail(std::move(status.error()));
  if (is_real) sent = dialect.sent(request, true);
  if (!sent) return fail(std::move(sent.error()));
  if (auto status = resolve_agents(dialect, *sent, http); !status) return fail(std::move(status.error()));
  if (auto status = fill_from_daemon(dialect, *sent, http); !status) return fail(std::move(status.error()));
  auto standing = standing_of(dialect, *sent, http);
  if (!standing) return fail(std::move(standing.error()));
  Result<Response> response = Response();
  if (standing->absent) {
    response = std::move(*standing->absent);
  } else {
    const auto always = is_real ? dialect.instead(*sent, true) : std::nullopt;
    response = http.send(always ? *always : *sent, use);
    if (response && lacks_route(*response))
      if (const auto other = dialect.instead(*sent, false)) response = http.send(*other, use);
  }
  if (!response) return response;
  if (const std::string_view text = dialect.first("shadowed");
      !text.empty() && response->status >= 400 && response->body.find(text) != std::string::npos)
    *response = Response{.status = 404};
  if (is_success(*response)) find_failure(dialect, *response);
  if (is_success(*response) && !was_nothing(*response)) {
    if (auto status = check_done(dialect, *sent, *response, http); !status) return fail(std::move(status.error()));
    if (auto status = check_answer(dialect, *sent, *response, is_real); !status) return fail(std::move(status.error()));
    response->body = belonging(dialect, dialect.understood(*sent, gathered(dialect, response->body)), standing->thing);
    response->body = completed(dialect, request, selected(dialect, *sent, response->body));
  }
  // A name in the place of an id: nothing has it as its id.
  if (response->status == 400 && request.by_name && !request.named.empty() && !is_uuid(request.named) && is_about_id(response->body))
    response->status = 404;
  return response;
}

namespace {

/// Failures that the daemon tells in its own way.
template <class Told>
std::optional<Error> known_failure(const Response& response, std::string_view path, const Told& told) {
  if (const std::string_view setting = switch_of(path, response.body); response.status == 404 && !setting.empty())
    return told(Code::unavailable, "this is switched off in the daemon: " + std::string(setting) + " is not true",
                "set " + std::string(setting) + " = true in the daemon's config.toml");
  if (response.status == 403 && response.body.find("not user-tunable") != std::string::npos)
    return told(Code::forbidden, "this setting cannot be changed from outside", "change it in the daemon's config.toml");
  // A task that failed tells why as the last thing that was said.
  if (const auto body = JsonDocument::parse_foreign(response.body); response.status >= 500 && body)
    if (const JsonRef said = body->root().get("messages"); said.size() > 0)
      if (const JsonRef parts = said.at(said.size() - 1).get("parts"); parts.size() > 0 && !parts.at(0).get("text").text().empty())
        return told(Code::server, "the task failed: " + printable(parts.at(0).get("text").text()), "facioctl librefang agents list");
  return std::nullopt;
}

}  // namespace

std::optional<Error> explain(const Context& context, const Request& sent, const Response& response, HttpClient& http) {
  (void)http;
  const std::string path = sent.target.substr(0, sent.target.find('?'));
  const auto told = [&](Code code, std::string message, std::string hint) {
    return Error(code, std::move(message)).with_hint(std::move(hint)).with_http(response.status, sent.method, path, response.request_id);
  };
  if (lacks_route(response)) {
    const std::string_view replacement = sent.endpoint == nullptr ? std::string_view{} : dialect_of(sent).replacement();
    return told(Code::unsupported, "this LibreFang has no route " + sent.method + " " + path,
                "facioctl librefang " + std::string(replacement.empty() ? "version get" : replacement));
  }
  if (response.status == 404 && sent.by_name && !sent.named.empty() && !is_uuid(sent.named)) {
    const auto status = check_status(kSystem.errors, sent, response);
    if (!status && status.error().message().starts_with("Invalid "))
      return told(Code::not_found, "there is nothing with the name or id '" + printable(sent.named) + "'", status.error().hint());
  }
  if (auto known = known_failure(response, path, told)) return known;
  // The daemon leaves some of its texts untranslated: "api-error-kv-key-not-found".
  const auto body = JsonDocument::parse_foreign(response.body);
  constexpr std::string_view kUntranslated = "api-error-", kUnfilled = "{$name}";
  for (std::string_view places = "error.message error message"; !places.empty();) {
    const std::string_view place = split_off(places, ' ');
    std::string text = body ? body->root().find(place).text() : std::string();
    if (const auto gap = text.find(kUnfilled); gap != std::string::npos) {
      const auto status = check_status(kSystem.errors, sent, response);
      text.replace(gap, kUnfilled.size(), sent.named);
      return told(status ? Code::server : status.error().code(), printable(text), status ? "" : status.error().hint());
    }
    if (!text.starts_with(kUntranslated)) continue;
    std::string words = text.substr(kUntranslated.size());
    std::ranges::replace(words, '-', ' ');
    const auto status = check_status(kSystem.errors, sent, response);
    return told(status ? Code::server : status.error().code(),
                words == "generic" ? "the daemon refused this without a reason" : "the daemon says: " + words,
                status ? "" : status.error().hint());
  }
  // Of a path without parameters, that something is not found is about the body.
  if (response.status == 404 && sent.endpoint != nullptr && sent.endpoint->path.find('{') == std::string_view::npos)
    if (auto status = check_status(kSystem.errors, sent, response); !status) return std::move(status.error());
  (void)context;
  return std::nullopt;
}

}  // namespace facio::librefang
