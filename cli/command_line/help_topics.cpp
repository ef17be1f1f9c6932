#include <array>

#include "cli/command_line/help.hpp"

namespace facio {
namespace {

constexpr std::array<std::string_view, 3> kTopics = {"exit-codes", "environment", "contexts"};

constexpr std::string_view kEnvironment =
    "Environment variables; an empty one counts as unset\n\n"
    "  FACIOCTL_CONTEXT         context to use\n"
    "  FACIOCTL_URL             address to talk to, without a context\n"
    "  FACIOCTL_TOKEN_FILE      file that holds the token\n"
    "  FACIOCTL_TOKEN           the token\n"
    "  FACIO_MANAGEMENT_TOKEN   the token, for an agent on this machine or an address that was named\n"
    "  FACIOCTL_OUTPUT          output format, as json\n"
    "  FACIOCTL_TIMEOUT         longest wait for an answer, as 30s\n"
    "  FACIOCTL_CONFIG          configuration file\n"
    "  XDG_CONFIG_HOME          where the configuration is: $XDG_CONFIG_HOME/facioctl/config.yaml\n"
    "  NO_COLOR                 no colours\n"
    "  CLICOLOR_FORCE           colours also when the output is no terminal\n"
    "  TZ                       zone of times that are typed without one\n\n"
    "A flag beats the environment, the environment beats the context.\n";

constexpr std::string_view kContexts =
    "A context names a target: its address, where its token is, and how careful to be\n\n"
    "  facioctl context add prod --url https://agent.example --token-file ~/prod.token --protected\n"
    "  facioctl --context prod cron list\n"
    "  facioctl context use prod\n\n"
    "Which target is meant, the strongest first:\n"
    "  --url, --context, FACIOCTL_URL, FACIOCTL_CONTEXT,\n"
    "  a file .facioctl with the name in this directory or above it, `current` in the configuration,\n"
    "  http://127.0.0.1:8900\n\n"
    "Where its token comes from:\n"
    "  --token-file, --token-stdin, --token-fd, FACIOCTL_TOKEN_FILE, FACIOCTL_TOKEN,\n"
    "  FACIO_MANAGEMENT_TOKEN, the context's own source\n\n"
    "The configuration file, YAML (facioctl config path):\n"
    "  version: 1\n"
    "  current: local\n"
    "  contexts:\n"
    "    local: { url: \"http://127.0.0.1:8900\", token: { file: \"${XDG_RUNTIME_DIR}/facioctl/serve.token\" } }\n"
    "    prod:  { url: \"https://agent.example\", token: { exec: [pass, show, agent] }, protected: true, timeout: 10s }\n\n"
    "token is one of file, env, exec. Others: ca, readonly, protected, insecure_http, timeout, output, kind.\n"
    "A token file must be yours alone (chmod 600). A token never travels over plain HTTP to another machine\n"
    "unless the context says insecure_http, and a named context's token never goes to an address given with --url.\n";

std::string exit_codes() {
  std::string text = "Exit codes; they never change their meaning\n\n";
  int last = -1;
  for (const CodeInfo& row : code_table()) {
    if (row.exit == last) continue;
    bool seen = false;
    for (const CodeInfo& before : code_table()) {
      if (&before == &row) break;
      seen = seen || before.exit == row.exit;
    }
    last = row.exit;
    if (seen) continue;
    std::string number = std::to_string(row.exit);
    text += "  " + std::string(number.size() < 2 ? 1 : 0, ' ') + number + "  " + std::string(row.name) +
            std::string(row.name.size() < 17 ? 17 - row.name.size() : 1, ' ') + std::string(row.when) +
            (row.retryable ? " (trying again can help)" : "") + "\n";
  }
  return text + "  130, 143, 141      ended by SIGINT, SIGTERM, SIGPIPE\n";
}

}  // namespace

std::span<const std::string_view> help_topics() { return kTopics; }

std::string topic_help(std::string_view topic) {
  if (topic == "exit-codes") return exit_codes();
  if (topic == "environment") return std::string(kEnvironment);
  if (topic == "contexts") return std::string(kContexts);
  return {};
}

}  // namespace facio
