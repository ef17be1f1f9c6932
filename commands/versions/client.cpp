// facioctl versions diff: readable on a terminal, untouched elsewhere.
#include "cli/command_line/client.hpp"
#include "cli/output/diff_text.hpp"

namespace facio::versions {

Result<int> diff(Client& client) {
  auto request = client.request();
  if (!request) return fail(std::move(request.error()));
  auto response = show_or_send(client, *request);
  if (!response) return fail(std::move(response.error()));
  if (!*response) return 0;
  const bool pager = !client.invocation().given("no_pager");
  auto shown = show_diff((*response)->body, client.invocation().global.output, pager, client.streams(), client.environment());
  if (!shown) return fail(std::move(shown.error()));
  return 0;
}

}  // namespace facio::versions
