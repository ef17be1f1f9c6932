// facioctl completion: scripts that ask the program at every key, so that they are never out of date.
#include "cli/command_line/client.hpp"
#include "completion_scripts.hpp"

namespace facio::completion {

Result<int> script(Client& client) {
  const std::string_view shell = client.invocation().value("shell");
  return exit_code(client.streams().out.write(shell == "bash" ? embedded::kBash : shell == "zsh" ? embedded::kZsh : embedded::kFish));
}

}  // namespace facio::completion
