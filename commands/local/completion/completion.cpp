// facioctl completion: scripts that ask the binary at every key, so that they never grow old.
#include "cli/command_line/client.hpp"
#include "completion_scripts.hpp"

namespace facio::completion {

Result<int> script(Client& client) {
  const std::string_view shell = client.invocation().value("shell");
  const std::string_view text = shell == "bash" ? embedded::kBash : shell == "zsh" ? embedded::kZsh : embedded::kFish;
  if (auto status = client.streams().out.write(text); !status) return fail(std::move(status.error()));
  return 0;
}

}  // namespace facio::completion
