// Joins client and server.
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command_line/client.hpp"
#include "cli/contexts/change_config.hpp"
#include "cli/core/streams.hpp"
#include "commands/serve/serve.hpp"

namespace {

using namespace facio;

Result<int> run_server(Client& client) {
  const Invocation& invocation = client.invocation();
  serve::FlagValues values = invocation.values;
  if (!invocation.global.target.token_file.empty()) values["token_file"] = {invocation.global.target.token_file};
  auto options = serve::options_from(values, client.environment());
  if (!options) return fail(std::move(options.error()));
  // It becomes the context `local`, so that the first `facioctl health` needs no set-up.
  const auto remember = [&client](const std::string& url, const std::string& token_file, const std::string& ca_file) {
    const Context local{.name = "local", .url = url, .token = {.file = token_file}, .ca = ca_file};
    const auto change = [&](const std::string& text, const Config& config) {
      auto edits = edits_for(local);
      if (ca_file.empty()) edits.push_back({{"contexts", local.name, "ca"}, nullptr});  // an authority of before is not this server's
      if (config.current.empty()) edits.insert(edits.begin(), {{"current"}, yaml_text(local.name)});
      return edited(text, edits, client.config_path());
    };
    return change_config(client.config_path(), client.environment(), change).map([](const Config&) {});
  };
  return serve::serve(*options, client.streams(), client.environment(), remember);
}

}  // namespace

namespace __gnu_cxx {

/// Replaces the library's, which would link a demangler of symbol names into the program.
void __verbose_terminate_handler() {  // NOLINT(bugprone-reserved-identifier): the library's name
  constexpr std::string_view kLastWords = "facioctl: an internal error that nobody caught; please report it\n";
  (void)!::write(STDERR_FILENO, kLastWords.data(), kLastWords.size());
  std::abort();
}

}  // namespace __gnu_cxx

int main(int count, char** words) {
  const std::vector<std::string_view> arguments(words + (count > 0 ? 1 : 0), words + count);
  FdInput in(0);
  FdOutput out(1);
  FdOutput err(2);
  Streams streams{in, out, err};
  const ProcessEnvironment environment;
  const auto own = client_table();
  std::vector<ClientEntry> commands(own.begin(), own.end());
  commands.push_back({"serve", &run_server});
  return run(arguments, streams, environment, commands);
}
