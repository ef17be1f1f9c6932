// What is behind a refusal of Placet: itself, or the agent that it asked.
#include "cli/contexts/contexts.hpp"
#include "cli/core/json.hpp"
#include "cli/http/client.hpp"
#include "commands/placet/client/system.hpp"

namespace facio::placet {
namespace {

/// Facts that Placet tells of an agent.
enum class Known : std::uint8_t { untold, missing, unmanaged, managed };

class Explanation {
 public:
  Explanation(const Context& context, const Request& sent, const Response& response, HttpClient& http)
      : context_(context), sent_(sent), response_(response), http_(http), document_(JsonDocument::parse(response.body)) {}

  std::optional<Error> find() {
    const bool own = sent_.target.find("/manage/") == std::string::npos;
    if (response_.status == 401) return own ? refused_session() : refused();
    if (own) return std::nullopt;
    if (response_.status == 404) return not_found();
    if (response_.status == 502) return unreachable();
    return std::nullopt;
  }

 private:
  /// Whether the answer says that the agent gave it.
  [[nodiscard]] bool of_agent() const {
    if (!document_) return false;
    const JsonRef root = document_->root();
    return root.get("upstreamStatus") || root.find("error.code").text().starts_with("upstream_");
  }

  [[nodiscard]] std::string message() const {
    const auto status = check_status(kSystem.errors, sent_, response_);
    return status ? std::string() : status.error().message();
  }

  [[nodiscard]] Error made(Code code, std::string message, std::string hint) const {
    return Error(code, std::move(message))
        .with_hint(std::move(hint))
        .with_http(response_.status, sent_.method, sent_.target.substr(0, sent_.target.find('?')), response_.request_id);
  }

  [[nodiscard]] Result<Response> ask(const char* path) const {
    Request request;
    request.method = "GET";
    request.target = path;
    request.timeout_ms = sent_.timeout_ms;
    return http_.send(request);
  }

  [[nodiscard]] Error refused_session() const {
    return made(Code::unauthenticated, "Placet refused the token: it has ended, or is not one of Placet", "facioctl placet login");
  }

  /// 401: of Placet for the session, or of the agent for the token that Placet keeps.
  [[nodiscard]] Error refused() const {
    if (!of_agent()) {
      const auto me = ask("/api/auth/me");
      if (!me || me->status != 200) return refused_session();
    }
    return made(Code::unauthenticated,
                "the session at Placet is good, but agent " + context_.agent + " refused the token that Placet keeps for it",
                "facioctl placet rotate-management " + context_.agent);
  }

  [[nodiscard]] Known known() const {
    const auto answer = ask("/api/agents");
    const auto agents =
        answer && answer->status == 200 ? JsonDocument::parse(answer->body) : Result<JsonDocument>(fail(Code::server, "no list of agents"));
    if (!agents || agents->root().kind() != JsonKind::array) return Known::untold;
    for (std::size_t i = 0; i < agents->root().size(); ++i) {
      const JsonRef one = agents->root().at(i);
      if (one.get("id").text() != context_.agent) continue;
      return one.get("managementUrl").text().empty() ? Known::unmanaged : Known::managed;
    }
    return Known::missing;
  }

  /// 404: no such agent, an agent without management credentials, or an object or a route that the agent does not know.
  [[nodiscard]] std::optional<Error> not_found() const {
    if (of_agent()) return std::nullopt;
    switch (known()) {
      case Known::missing:
        return made(Code::not_found, "Placet has no agent " + context_.agent + " of this user", "facioctl placet agents");
      case Known::unmanaged:
        return made(Code::not_found, "Placet has no address and token to manage agent " + context_.agent,
                    "facioctl placet set-management " + context_.agent + " --management-url URL");
      default: return std::nullopt;
    }
  }

  [[nodiscard]] std::optional<Error> unreachable() const {
    if (of_agent()) return std::nullopt;
    const std::string why = message();
    std::string hint = "is the agent running where Placet reaches it? facioctl placet agents shows the address";
    if (why.find("redirect") != std::string::npos) hint = "give Placet the final address: facioctl placet set-management " + context_.agent;
    if (why.find("exceeds") != std::string::npos) hint = "ask for less, as with --limit";
    return made(Code::upstream_failed, "Placet could not ask agent " + context_.agent + ": " + why, std::move(hint));
  }

  const Context& context_;
  const Request& sent_;
  const Response& response_;
  HttpClient& http_;
  Result<JsonDocument> document_;
};

}  // namespace

std::optional<Error> explain(const Context& context, const Request& sent, const Response& response, HttpClient& http) {
  return Explanation(context, sent, response, http).find();
}

}  // namespace facio::placet
