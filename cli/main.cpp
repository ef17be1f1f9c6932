// Puts client and server together; everything else is below run() and serve().
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command_line/client.hpp"
#include "cli/core/streams.hpp"
#include "commands/serve/serve.hpp"

namespace {

using namespace facio;

/// The context `local`, so that the first `facioctl health` needs no set-up.
Status remember(Client& client, const std::string& url, const std::string& token_file) {
  Context local;
  local.name = "local";
  local.url = url;
  local.token.file = token_file;
  return save_context(config_path(client.environment(), client.invocation().global.config), local, false, client.environment());
}

Result<int> run_server(Client& client) {
  const Invocation& invocation = client.invocation();
  serve::FlagValues values = invocation.values;
  if (!invocation.global.target.token_file.empty()) values["token_file"] = {invocation.global.target.token_file};
  auto options = serve::options_from(values, client.environment());
  if (!options) return fail(std::move(options.error()));
  return serve::serve(*options, client.streams(), client.environment(),
                      [&client](const std::string& url, const std::string& token_file) { return remember(client, url, token_file); });
}

}  // namespace

namespace __gnu_cxx {

/// In the place of the library's: that one would bring a decoder of symbol names into every start.
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
