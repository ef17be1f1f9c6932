#include "commands/facio/surfaces.hpp"

#include "commands/facio/system.hpp"
#include "cli/core/json.hpp"
#include "commands/serve/http/authentication.hpp"
#include "commands/serve/overload.hpp"

namespace facio {
namespace {

using serve::Answer;
using serve::Caller;
using serve::RequestHead;

/// The error type of the OpenAI API.
std::string_view openai_type(unsigned status) {
  switch (status) {
    case 424: return "server_error";  // of the turn
    case 401: return "authentication_error";
    case 403: return "permission_error";
    case 404: return "not_found_error";
    case 429: return "rate_limit_error";
    default: return status < 500 ? "invalid_request_error" : "server_error";
  }
}

Answer openai_error(const Error& error) {
  Answer answer;
  answer.status = serve::status_of(error.code());
  std::string& out = answer.body;
  serve::begin_error(out, error);
  out += R"(,"type":")";
  out += openai_type(answer.status);
  out += R"(","param":)";
  if (error.field().empty()) out += "null";
  else append_json_string(out, error.field());
  serve::end_error(out, error);
  // The message is already in the history, unless it was refused for a while. Clients of this interface repeat 408, 409, 429 and from 500
  // on by themselves, some of them whatever this header says; so a failed turn has a status that none repeats (Code::turn_failed).
  if (error.code() == Code::turn_failed || (answer.status >= 500 && serve::advised_wait(error) == 0))
    answer.headers = "X-Should-Retry: false\r\n";
  return answer;
}

std::vector<const Endpoint*> endpoints_of(Surface surface) {
  auto found = facio_catalogue().all();
  std::erase_if(found, [&](const Endpoint* endpoint) { return endpoint->method == Method::none || endpoint->surface != surface; });
  return found;
}

/// The OpenAI interface takes no token, by the contract. Where others can reach the server, that is for the operator to say; without it the
/// management token, which clients of that interface send as their API key, is asked for.
serve::Surface openai_surface(const std::vector<serve::Route>& routes, const serve::ServeOptions& options,
                              const serve::LiveSecret& management) {
  const bool open = options.open_v1 || !options.reached_by_others();
  return {.name = "openai",
          .prefix = "/v1",
          .mounted = open || !management.get().empty(),
          .authenticate = [management, open](const RequestHead& head) -> Result<Caller> {
            const bool trusted = serve::bears(head, management.get());
            if (!trusted && !open)
              return fail(Code::unauthenticated, "others can reach this server, so /v1 requires the management token",
                          "send it as the API key, or start the server with --open-v1");
            return Caller{.known = trusted, .trusted = trusted};
          },
          .answer_error = openai_error,
          .endpoints = endpoints_of(Surface::openai),
          .routes = routes};
}

constexpr std::string_view kManagementHeaders[] = {"Last-Event-ID"};
// What a dashboard of before 2026-05 sends.
constexpr serve::OlderPath kOlderPaths[] = {{"/api/v1/commands/dream", "/api/v1/commands/reflect"}};
constexpr std::string_view kCardHeaders[] = {"A2A-Version", "If-None-Match"};
constexpr std::string_view kA2aHeaders[] = {"A2A-Version"};

}  // namespace

std::vector<serve::Surface> agent_surfaces(const std::vector<serve::Route>& routes, serve::MountedHandler& a2a,
                                           const serve::ServeOptions& options, const serve::Credentials& credentials) {
  const serve::LiveSecret management = credentials.in_force;
  const bool has_management = !management.get().empty();
  const bool for_agents = options.a2a && (has_management || !credentials.a2a.empty());
  std::vector<serve::Surface> all;
  // Liveness is always answered.
  all.push_back({.name = "health", .rate_limited = false, .endpoints = endpoints_of(Surface::health), .routes = routes});
  all.push_back(openai_surface(routes, options, management));
  all.push_back({.name = "management",
                 .prefix = "/api/v1",
                 .mounted = options.management && has_management,
                 .authenticate = [management](const RequestHead& head) -> Result<Caller> {
                   if (!serve::bears(head, management.get())) return serve::refuse_bearer(head);
                   return Caller{.known = true};
                 },
                 .headers = kManagementHeaders,
                 .audited = true,
                 .endpoints = endpoints_of(Surface::management),
                 .routes = routes,
                 .older_paths = kOlderPaths});
  // Without A2A the card's route answers 404 by itself, which is what it declares.
  all.push_back({.name = "card", .headers = kCardHeaders, .endpoints = endpoints_of(Surface::card), .routes = routes});
  all.push_back({.name = "a2a",
                 .prefix = "/a2a",
                 .mounted = for_agents,
                 .authenticate = [management, token = credentials.a2a](const RequestHead& head) -> Result<Caller> {
                   const bool trusted = serve::bears(head, management.get());
                   const bool known = serve::bears(head, token);
                   if (!trusted && !known) return serve::refuse_bearer(head);
                   return Caller{.trusted = trusted};
                 },
                 .headers = kA2aHeaders,
                 .handler = &a2a});
  return all;
}

}  // namespace facio
