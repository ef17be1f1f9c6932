// facioctl librefang hooks wake, hooks agent: with the token that hooks have for themselves.
#include "cli/command_line/client.hpp"

namespace facio::librefang {

Result<int> hook(Client& client) {
  const Invocation& invocation = client.invocation();
  if (invocation.given("hook_token")) client.identify_by(Secret(std::string(invocation.value("hook_token"))), client.system().token_line);
  return send_and_print(client);
}

}  // namespace facio::librefang
