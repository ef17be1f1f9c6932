// facioctl help
#include "cli/command_line/client.hpp"
#include "cli/command_line/help.hpp"
#include "cli/output/pager.hpp"

namespace facio::help {

Result<int> explain(Client& client) {
  std::vector<std::string_view> words;
  if (const auto found = client.invocation().values.find("topic"); found != client.invocation().values.end())
    words.assign(found->second.begin(), found->second.end());
  auto text = help_about(words);
  if (!text) return fail(std::move(text.error()));
  auto shown =
      client.invocation().global.pager ? page_tall(*text, client.streams(), client.environment()) : client.streams().out.write(*text);
  if (!shown) return fail(std::move(shown.error()));
  return 0;
}

}  // namespace facio::help
