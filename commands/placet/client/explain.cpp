// Explains an error reply of Placet: is it Placet's own, or that of the agent behind it?
#include "cli/contexts/contexts.hpp"
#include "cli/core/json.hpp"
#include "cli/http/client.hpp"
#include "commands/placet/client/system.hpp"

namespace facio::placet {
namespace {

/// An error reply, with the means to find its cause.
struct Refusal {
  const Context& context;
  const Request& sent;
  const Response& response;
  HttpClient& http;

  [[nodiscard]] Error explained(Code code, std::string message, std::string hint) const {
    return Error(code, std::move(message))
        .with_hint(std::move(hint))
        .with_http(response.status, sent.method, sent.target.substr(0, sent.target.find('?')), response.request_id);
  }

  /// The reply to another request to Placet; nothing when its status is not 200.
  [[nodiscard]] std::optional<JsonDocument> ask(const char* path) const {
    Request request;
    request.method = "GET";
    request.target = path;
    request.timeout_ms = sent.timeout_ms;
    const auto answer = http.send(request);
    if (!answer || answer->status != 200) return std::nullopt;
    auto document = JsonDocument::parse(answer->body);
    return document ? std::move(*document) : JsonDocument();
  }

  [[nodiscard]] Error refused_session() const {
    return explained(Code::unauthenticated, "Placet refused the token: it has expired, or is not a Placet token", "facioctl placet login");
  }

  /// 401: Placet refused the session, or the agent refused the token that Placet has for it.
  [[nodiscard]] Error unauthenticated(bool by_agent) const {
    if (!by_agent && !ask("/api/auth/me")) return refused_session();
    return explained(Code::unauthenticated,
                     "the session at Placet is valid, but agent " + context.agent + " refused the token that Placet has stored for it",
                     "facioctl placet rotate-management " + context.agent);
  }

  /// 404: the agent does not exist, or has no management credentials; nothing when it answered itself.
  [[nodiscard]] std::optional<Error> not_found() const {
    const auto agents = ask("/api/agents");
    if (!agents || agents->root().kind() != JsonKind::array) return std::nullopt;
    for (std::size_t i = 0; i < agents->root().size(); ++i) {
      const JsonRef one = agents->root().at(i);
      if (one.get("id").text() != context.agent) continue;
      if (!one.get("managementUrl").text().empty()) return std::nullopt;
      return explained(Code::not_found, "Placet has no address and token for managing agent " + context.agent,
                       "facioctl placet set-management " + context.agent + " --management-url URL");
    }
    return explained(Code::not_found, "Placet has no agent " + context.agent + " of this user", "facioctl placet agents");
  }

  [[nodiscard]] Error unreachable() const {
    const auto status = check_status(kSystem.errors, sent, response);
    const std::string why = status ? std::string() : status.error().message();
    std::string hint = "is the agent running at the address that Placet uses? facioctl placet agents shows it";
    if (why.find("redirect") != std::string::npos) hint = "give Placet the final address: facioctl placet set-management " + context.agent;
    if (why.find("exceeds") != std::string::npos) hint = "request less, for example with --limit";
    return explained(Code::upstream_failed, "Placet could not reach agent " + context.agent + ": " + why, std::move(hint));
  }
};

}  // namespace

std::optional<Error> explain(const Context& context, const Request& sent, const Response& response, HttpClient& http) {
  const Refusal refusal{context, sent, response, http};
  const bool own = sent.target.find("/manage/") == std::string::npos;
  if (own) return response.status == 401 ? std::optional(refusal.refused_session()) : std::nullopt;
  const auto document = JsonDocument::parse(response.body);
  const bool by_agent =
      document && (document->root().get("upstreamStatus") || document->root().find("error.code").text().starts_with("upstream_"));
  if (response.status == 401) return refusal.unauthenticated(by_agent);
  if (response.status == 404 && !by_agent) return refusal.not_found();
  if (response.status == 502 && !by_agent) return refusal.unreachable();
  return std::nullopt;
}

}  // namespace facio::placet
