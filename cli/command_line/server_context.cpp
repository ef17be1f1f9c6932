#include "cli/command_line/server_context.hpp"

#include "cli/contexts/change_config.hpp"
#include "cli/contexts/yaml.hpp"
#include "cli/core/utf8.hpp"
#include "cli/http/client.hpp"

namespace facio {
namespace {

constexpr int kPatienceMs = 300;
constexpr int kMostContexts = 1000;

/// Whether a server of this machine certainly does not run any more.
bool is_gone(const Context& context) {
  const auto address = http::parse_address(context.url);
  if (!address || !address->is_loopback()) return false;
  HttpClient client({.url = context.url, .tls = {.ca = context.ca}, .connect_timeout_ms = kPatienceMs}, Trace{});
  Request request;
  request.method = "GET";
  request.target = "/health";
  request.idempotent = false;
  request.timeout_ms = kPatienceMs;
  const auto answer = client.send(request);
  return !answer && answer.error().code() == Code::unreachable;
}

/// What is written, and under which name.
struct Choice {
  std::string name, note;
};

/// Whether a context can be that of the server; with a note where it led to something else.
std::optional<Choice> take(const std::string& name, const Config& config, const StartedServer& server) {
  const Context* const known = config.find(name);
  const bool same = known == nullptr || known->url.empty() || known->url == server.url ||
                    (!server.token_file.empty() && known->token.file == server.token_file);  // its data, at another address
  if (same) return Choice{name, {}};
  if (!is_gone(*known)) return std::nullopt;
  return Choice{name, "the context " + printable(name) + " led to " + printable(known->url) +
                          ", where no server runs any more; now it leads to " + server.url};
}

Result<Choice> choose(const Config& config, const StartedServer& server, std::string_view wanted) {
  if (!wanted.empty()) {
    const std::string name(wanted);
    if (auto choice = take(name, config, server)) return std::move(*choice);
    return fail(Code::conflict,
                "--context: the context " + printable(name) + " leads to another server, " + printable(config.find(name)->url),
                "facioctl context list");
  }
  std::string name = "local";
  for (int number = 2; number <= kMostContexts; ++number) {
    if (auto choice = take(name, config, server)) {
      if (choice->note.empty() && name != "local" && config.find(name) == nullptr)
        choice->note = "the context local leads to another server that runs; this one is the context " + name;
      return std::move(*choice);
    }
    name = "local-" + std::to_string(number);
  }
  return fail(Code::conflict, "no context is left for this server", "facioctl context list");
}

}  // namespace

Result<ServerContext> keep_server_context(const std::string& path, const Environment& environment, const StartedServer& server,
                                          std::string_view wanted) {
  ServerContext kept;
  const auto change = [&](const std::string& text, const Config& config) -> Result<std::string> {
    auto choice = choose(config, server, wanted);
    if (!choice) return fail(std::move(choice.error()));
    kept = {.name = std::move(choice->name), .note = std::move(choice->note)};
    auto edits = edits_for({.name = kept.name, .url = server.url, .token = {.file = server.token_file}, .ca = server.ca_file});
    if (server.ca_file.empty()) edits.push_back({{"contexts", kept.name, "ca"}, nullptr});  // an authority of before is not this server's
    if (config.current.empty()) edits.insert(edits.begin(), {{"current"}, yaml_text(kept.name)});
    return edited(text, edits, path);
  };
  return change_config(path, environment, change).map([&](const Config&) { return std::move(kept); });
}

}  // namespace facio
