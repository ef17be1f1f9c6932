// Who gets into a daemon without having been given a key.
#include "cli/catalogue/finding.hpp"
#include "cli/command_line/client.hpp"
#include "cli/core/json.hpp"
#include "commands/librefang/client/system.hpp"

namespace facio::librefang {
namespace {

constexpr int kMostMs = 5000;
/// What `librefang init --quick` sets up.
constexpr std::string_view kFirstLogin = R"({"username":"librefang","password":"librefang"})";

/// A daemon, asked by somebody without a key.
class Stranger {
 public:
  explicit Stranger(Client& client) : http_(target_of(client), {}) {}

  /// Whether a GET is answered.
  bool reads(const char* path) {
    const auto answer = http_.send({.method = "GET", .target = path, .timeout_ms = kMostMs});
    return answer && answer->status == 200;
  }
  /// Whether the dashboard takes the password that it has at first; it is left again.
  bool gets_in() {
    const auto check = ask({.method = "GET", .target = "/api/auth/dashboard-check", .timeout_ms = kMostMs});
    const std::string mode = check.root().get("mode").text();
    if (mode != "credentials" && mode != "hybrid") return false;
    const auto login = ask({.method = "POST",
                            .target = "/api/auth/dashboard-login",
                            .body = std::string(kFirstLogin),
                            .has_body = true,
                            .idempotent = false,
                            .timeout_ms = kMostMs});
    const std::string token = login.root().get("token").text();
    if (token.empty()) return false;
    Request logout{
        .method = "POST", .target = "/api/auth/logout", .body = "{}", .has_body = true, .secrets = {token}, .timeout_ms = kMostMs};
    logout.headers.emplace_back("Authorization", "Bearer " + token);
    (void)http_.send(logout);
    return true;
  }

 private:
  static Target target_of(Client& client) {
    Target target = client.http_target();
    target.token = Secret();
    return target;
  }
  JsonDocument ask(const Request& request) {
    const auto answer = http_.send(request);
    auto body = answer && answer->status == 200 ? JsonDocument::parse_foreign(answer->body) : JsonDocument();
    return body ? std::move(*body) : JsonDocument();
  }

  HttpClient http_;
};

}  // namespace

Result<std::vector<Finding>> findings(Client& client) {
  if (auto target = client.target(); !target) return fail(std::move(target.error()));
  std::vector<Finding> found;
  const auto add = [&](std::string check, std::string_view severity, std::string where, std::string message, std::string fix) {
    found.push_back({.check = std::move(check),
                     .severity = std::string(severity),
                     .where = std::move(where),
                     .message = std::move(message),
                     .fix = std::move(fix)});
  };
  Stranger stranger(client);
  if (stranger.reads("/api/tools"))
    add("open", "error", "api_key", "the daemon does whatever anybody asks who reaches it: it has no key",
        "set api_key in its config.toml");
  else if (stranger.reads("/api/agents"))
    add("open-reads", "warning", "version",
        "agents, configuration and sessions are shown to everybody: this version asks for its key only at some routes",
        "upgrade to LibreFang 2026.10 or newer, or let only a proxy that checks the key reach it");
  if (stranger.gets_in())
    add("first-password", "error", "dashboard_pass",
        "the dashboard takes the password that it had at first, and gives a token of its owner for it",
        "set dashboard_pass in its config.toml");
  return found;
}

}  // namespace facio::librefang
