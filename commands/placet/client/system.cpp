// How requests are forwarded through Placet.
#include "commands/placet/client/system.hpp"

#include <algorithm>

#include "cli/core/json.hpp"
#include "cli/core/encoding.hpp"
#include "cli/core/text.hpp"
#include "cli/contexts/contexts.hpp"
#include "cli/http/query.hpp"
#include "cli/http/request.hpp"
#include "commands/placet/client/paths.hpp"
#include "commands/placet/shapes.hpp"

extern "C" const unsigned char facio_catalogue_placet[];

namespace facio::placet {
namespace {

const Catalogue& catalogue() noexcept {
  static constinit const Catalogue kAll(facio_catalogue_placet);
  return kAll;
}

constexpr std::size_t kMostCredential = 64 * 1024, kMostWorkspacePath = 1024;

std::string_view path_of(const Request& request) { return std::string_view(request.target).substr(0, request.target.find('?')); }
std::string_view query_of(const Request& request) { return std::string_view(request.target).substr(path_of(request).size()); }

tl::unexpected<Error> refuse(Code code, std::string why, std::string hint) {
  return fail(code, "Placet " + std::move(why) + "; nothing was sent", std::move(hint));
}

Status check_size(const Request& request, const ForwardRule& rule) {
  if (!request.has_body || request.body.size() <= rule.most_body) return {};
  return refuse(
      Code::too_large,
      "accepts at most " + std::to_string(rule.most_body) + " bytes in this body, but this one has " + std::to_string(request.body.size()),
      "the agent itself accepts more: use a context with its own address");
}

/// Placet's limit for the new value of a secret.
Status check_credential(const Request& request, const ForwardRule& rule) {
  if (rule.path != "credentials/{}" || request.method != "PUT") return {};
  const auto body = JsonDocument::parse(request.body);
  const JsonRef value = body ? body->root().get("value") : JsonRef();
  if (!value.is(JsonKind::string) || value.string().size() <= kMostCredential) return {};
  return refuse(Code::too_large, "accepts at most " + std::to_string(kMostCredential) + " bytes in a secret", "use a shorter secret");
}

Status check_workspace_path(const Request& request, const ForwardRule& rule) {
  if (!rule.path.starts_with("workspace/")) return {};
  std::string path = percent_decode(http::in_query(request.target, "path").value_or(std::string_view{}), true).value_or(std::string());
  const bool needed = rule.path == "workspace/file";
  std::string why;
  if (needed && path.empty()) why = "needs a path";
  if (path.size() > kMostWorkspacePath) why = "accepts at most " + std::to_string(kMostWorkspacePath) + " characters in a path";
  if (std::ranges::any_of(path, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }))
    why = "does not accept control characters in a path";
  if (path.starts_with('/') || path.starts_with('\\')) why = "requires a path relative to the workspace";
  std::ranges::replace(path, '\\', '/');
  if (("/" + path + "/").find("/../") != std::string::npos) why = "does not accept .. in a path";
  if (why.empty()) return {};
  return refuse(Code::usage, std::move(why), "facioctl workspace tree");
}

/// Refuses what Placet would silently drop.
Status check_losses(const Request& request, const ForwardRule& rule) {
  if (!query_of(request).empty() && !rule.query)
    return refuse(Code::unsupported, "does not forward the query of " + request.method + " " + std::string(path_of(request)),
                  "use the command without that flag, or a context for the agent itself");
  if (rule.body == Body::kept || !request.has_body) return {};
  const auto body = JsonDocument::parse(request.body);
  if (body && body->root().size() == 0) return {};
  return refuse(Code::unsupported, "does not forward the body of " + request.method + " " + std::string(path_of(request)),
                "use the command without those flags, or a context for the agent itself");
}

}  // namespace

Result<Request> forward(const Context& context, const Request& request) {
  const std::string_view path = path_of(request);
  if ((request.endpoint != nullptr && request.endpoint->system == kSystem.name) || (request.endpoint == nullptr && is_own_path(path)))
    return request;
  const auto rule = forward_rule_of(request.method == "HEAD" ? "GET" : request.method, path);
  if (!rule) return fail(rule.error());
  if (context.agent.empty())
    return fail(Code::usage, "context " + context.name + " does not name a Placet agent",
                "facioctl placet agents, then facioctl context add " + context.name + " --url " + context.url + " --agent ID");
  for (const auto check : {check_losses, check_size, check_credential, check_workspace_path})
    if (auto status = check(request, **rule); !status) return fail(std::move(status.error()));
  Request sent = request;
  sent.target = placet_path(context.agent, path).append(query_of(request));
  if (sent.method == "POST" && (*rule)->body != Body::none && (!sent.has_body || sent.body.empty())) {
    sent.has_body = true;  // actions need an object
    sent.body = "{}";
  }
  return sent;
}

constexpr System kSystem = {
    .name = "placet",
    .title = "Placet: its login, and the agents behind it",
    .catalogue = catalogue,
    .prefix = "/api/v1",
    .roots = "/api/ /v1/ /health /.well-known/",
    .timeout_ms = 20'000,  // Placet gives an agent 15 s; its own answer needs a little longer
    .names_agent = true,
    .errors = {.shape = &kError},
    .checkup = {.health = "health.get",
                .health_value = "status",
                .session = "placet.whoami",
                .session_user = "user.email",
                .version = "agent.version",
                .version_value = "version",
                .login = "facioctl placet login EMAIL"},
    .document = {.title = "Placet API",
                 .summary = "Log in at Placet, and set how it reaches its agents",
                 .description = "The part of Placet's API that facioctl uses: every operation is one of its commands, placet.login is "
                                "`facioctl placet login`.",
                 .url = "https://placet.example",
                 .url_doc = "Placet",
                 .token_name = "session",
                 .token_doc = "The session's token, returned by the login"},
    .forward = forward,
    .explain = explain,
};

}  // namespace facio::placet
