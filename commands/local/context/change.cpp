// facioctl context add and remove.
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "cli/command_line/recognise.hpp"
#include "cli/command_line/waiting.hpp"
#include "cli/contexts/change_config.hpp"
#include "cli/contexts/contexts.hpp"
#include "cli/core/text.hpp"
#include "cli/core/time.hpp"
#include "cli/http/address.hpp"
#include "commands/local/context/say.hpp"

namespace facio::context {
namespace {

Status check_name(const std::string& name) {
  const bool good = !name.empty() && name.size() <= 64 && name.front() != '-' && name.front() != '.' &&
                    std::ranges::all_of(name, [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '.'; });
  if (good) return {};
  return fail_field(Code::usage, "NAME", "NAME: '" + printable(name) + "' must be 1 to 64 letters, digits, dots, dashes and underscores");
}

/// The path as it is found from any directory.
std::string absolute(std::string_view path) {
  if (path.empty() || path.front() == '/') return std::string(path);
  std::error_code failed;
  const auto here = std::filesystem::canonical(".", failed);
  return (failed ? "." : here.string()) + "/" + std::string(path);
}

/// The words of a command line, as a shell would split it: blanks outside quotes.
Result<std::vector<std::string>> words_of(std::string_view line) {
  std::vector<std::string> words;
  bool inside = false;
  char quote = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quote == 0 && (c == ' ' || c == '\t')) {
      inside = false;
      continue;
    }
    if (!inside) words.emplace_back();
    inside = true;
    if (quote == 0 && (c == '"' || c == '\'')) quote = c;
    else if (quote != 0 && c == quote) quote = 0;
    else if (c == '\\' && quote != '\'' && i + 1 < line.size()) words.back() += line[++i];
    else words.back() += c;
  }
  if (quote != 0) return fail_field(Code::usage, "--token-exec", "--token-exec: a quote is not closed");
  if (words.empty() || words.front().empty()) return fail_field(Code::usage, "--token-exec", "--token-exec: gives no program");
  return words;
}

Status read_address(const Invocation& invocation, const Context* known, Context& added) {
  added.url = invocation.global.target.url;
  if (added.url.empty() && known != nullptr) return {};
  if (added.url.empty())
    return fail(Error(Code::usage, "--url is required: address of the agent")
                    .with_field("--url")
                    .with_hint("facioctl context add " + added.name + " --url URL"));
  if (const auto address = http::parse_address(added.url); !address)
    return fail(Error(Code::usage, "--" + address.error().message()).with_field("--url").with_hint(std::string(address.error().hint())));
  return {};
}

Status read_token_source(const Invocation& invocation, TokenSource& token, const std::string& name) {
  const TargetChoice& choice = invocation.global.target;
  if (choice.token_stdin || choice.token_fd >= 0)
    return fail(Code::usage, "a context stores where its token is, never the token itself",
                "use --keyring, and then facioctl auth login " + name + " --token-stdin");
  token.file = absolute(choice.token_file);
  token.environment = invocation.value("token-env");
  if (invocation.value("keyring") == "true") token.keyring = "facioctl/" + name;
  if (const auto line = invocation.value("token-exec"); !line.empty()) {
    auto words = words_of(line);
    if (!words) return fail(std::move(words.error()));
    token.exec = std::move(*words);
  }
  const int sources = int{!token.file.empty()} + int{!token.environment.empty()} + int{!token.exec.empty()} + int{!token.keyring.empty()};
  if (sources > 1) return fail(Code::usage, "--token-file, --token-env, --token-exec and --keyring cannot be combined; give one of them");
  const auto ttl = invocation.value("token-ttl");
  if (ttl.empty()) return {};
  if (token.exec.empty()) return fail_field(Code::usage, "--token-ttl", "--token-ttl: needs --token-exec");
  auto duration = parse_duration(ttl);
  if (!duration || *duration < 1000)
    return fail_field(Code::usage, "--token-ttl", "--token-ttl: must be a duration of at least 1s, such as 10m");
  token.ttl_ms = *duration;
  return {};
}

Status read_kind(const Invocation& invocation, const Context* known, Context& added) {
  added.agent = invocation.value("agent");
  const std::string kind(invocation.value("kind"));
  const std::string with_agents(kind_with_agents());
  if (!kind.empty()) added.kind = kind;
  else if (!added.agent.empty()) added.kind = with_agents;
  else if (known != nullptr) added.kind = known->kind;
  const System* system = find_system(added.kind);
  const bool names_agent = system != nullptr && system->names_agent;
  if (!names_agent && !added.agent.empty()) return fail_field(Code::usage, "--agent", "--agent: needs --kind " + with_agents);
  if (names_agent && added.agent.empty() && known != nullptr) added.agent = known->agent;
  if (names_agent && added.agent.empty())
    return fail_field(Code::usage, "--agent", "--agent is required for --kind " + added.kind + ": id of the agent there");
  return {};
}

/// Refuses to send the old token to a new address.
Status check_token_stays(const Context* known, const Context& added) {
  if (known == nullptr || known->token.empty() || !added.token.empty() || added.url.empty() || added.url == known->url) return {};
  return fail(Error(Code::usage, "context " + added.name + " has a token for " + known->url + ", which is not for " + added.url)
                  .with_field("--url")
                  .with_hint("give the token source of the new address: --token-file, --token-env, --token-exec or --keyring"));
}

/// The authority of the server on this machine that keeps its data at the usual place.
Result<std::string> local_authority(const Environment& environment) {
  const auto data = environment.get(Variable::xdg_data_home);
  const std::string file =
      (data.starts_with('/') ? std::string(data) : home_directory(environment) + "/.local/share") + "/facioctl/serve/tls/ca.pem";
  if (::access(file.c_str(), R_OK) == 0) return file;
  return fail(Error(Code::usage, "--trust-local: there is no authority in " + file)
                  .with_field("--trust-local")
                  .with_hint("start one with: facioctl serve --tls auto; one with --data DIR has it in DIR/tls/ca.pem, for --ca"));
}

Status read_certificates(const Invocation& invocation, const Context* known, const Environment& environment, Context& added) {
  added.ca = absolute(invocation.value("ca"));
  added.cert = absolute(invocation.value("client-cert"));
  added.key = absolute(invocation.value("client-key"));
  if (added.cert.empty() != added.key.empty() && (known == nullptr || known->cert.empty()))
    return fail_field(Code::usage, added.cert.empty() ? "--client-cert" : "--client-key",
                      "--client-cert and --client-key must be given together");
  if (invocation.value("trust-local") != "true") return {};
  if (!added.ca.empty()) return fail_field(Code::usage, "--trust-local", "--trust-local and --ca cannot be combined; give one of them");
  auto file = local_authority(environment);
  if (!file) return fail(std::move(file.error()));
  added.ca = std::move(*file);
  return {};
}

Result<Context> read_context(const Invocation& invocation, const Config& config, const Environment& environment) {
  Context added;
  added.name = invocation.value("name");
  const Context* known = config.find(added.name);
  Status status = check_name(added.name);
  if (status) status = read_address(invocation, known, added);
  if (status) status = read_token_source(invocation, added.token, added.name);
  if (status) status = read_kind(invocation, known, added);
  if (status) status = check_token_stays(known, added);
  if (status) status = read_certificates(invocation, known, environment, added);
  if (!status) return fail(std::move(status.error()));
  added.tags = invocation.all("tag");
  added.is_protected = invocation.value("protected") == "true";
  added.readonly = invocation.value("readonly") == "true";
  added.insecure_http = invocation.value("insecure-http") == "true";
  added.timeout_ms = invocation.global.timeout_ms;
  return added;
}

/// The kind of system behind a new address, where the user says nothing of it and it tells itself.
Recognised recognised(Client& client) {
  const Invocation& invocation = client.invocation();
  if (invocation.given("kind") || invocation.given("agent")) return {};
  // What is no file is refused when it is to be written; reading it might wait for ever.
  std::error_code failed;
  const auto status = std::filesystem::status(client.config_path(), failed);
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) return {};
  const auto config = client.config();
  if (!config) return {};
  const auto added = read_context(invocation, *config, client.environment());
  if (!added || added->url.empty()) return {};
  if (const Context* known = config->find(added->name); known != nullptr && known->url == added->url) return {};
  return recognise(*added, client.environment(), !invocation.global.no_proxy);
}

}  // namespace

Result<int> add(Client& client) {
  const Invocation& invocation = client.invocation();
  const std::string path = client.config_path();
  const Recognised found = recognised(client);
  bool is_new = true;
  const auto changed = change_config(
      path, client.environment(),
      [&](const std::string& text, const Config& config) -> Result<std::string> {
        auto added = read_context(invocation, config, client.environment());
        if (!added) return fail(added.error());
        if (found.system != nullptr) added->kind = found.system->name;
        is_new = config.find(added->name) == nullptr;
        std::vector<ConfigEdit> edits = edits_for(*added);
        for (const auto& [flag, key] : {std::pair{"protected", "protected"}, {"readonly", "readonly"}, {"insecure-http", "insecure_http"}})
          if (invocation.value(flag) == "false") edits.push_back({{"contexts", added->name, key}, nullptr});
        if (invocation.value("current") == "true" || config.current.empty())
          edits.insert(edits.begin(), {{"current"}, yaml_text(added->name)});
        return edited(text, edits, path);
      },
      false, told_of_lock(client));
  if (!changed) return fail(changed.error());
  const std::string name(invocation.value("name"));
  const std::string kind = found.system == nullptr
                               ? std::string()
                               : ", of kind " + std::string(found.system->name) + " (" + printable(found.version) + " answers there)";
  const std::string sentence = "context " + name + (is_new ? " is in " : " is changed in ") + path + kind;
  if (!changed->find(name)->token.keyring.empty() && invocation.given("keyring"))
    return exit_code(note(client, sentence + "; store its token in the keyring with: facioctl auth login " + name));
  Status status = note(client, sentence);
  if (status) status = say_next(client, "facioctl context test " + name);
  return exit_code(std::move(status));
}

Result<int> remove(Client& client) {
  const std::string path = client.config_path();
  const std::string name(client.invocation().value("name"));
  const auto config = client.config();
  if (!config) return fail(config.error());
  if (config->find(name) == nullptr) return unknown_context(name, *config);
  if (auto status = client.confirm("Remove context " + name); !status) return fail(std::move(status.error()));
  const auto changed = change_config(
      path, client.environment(),
      [&](const std::string& text, const Config& now) {
        std::vector<ConfigEdit> edits = {{{"contexts", name}, nullptr}};
        if (now.current == name) edits.push_back({{"current"}, nullptr});
        return edited(text, edits, path);
      },
      false, told_of_lock(client));
  if (!changed) return fail(changed.error());
  return exit_code(note(client, "context " + name + " was removed"));
}

}  // namespace facio::context
