// facioctl help
#include "cli/command_line/client.hpp"
#include "cli/command_line/context_system.hpp"
#include "cli/command_line/help.hpp"
#include "cli/output/pager.hpp"

namespace facio::help {
namespace {

Result<int> print_codes(Client& client) {
  if (auto status = render_json(exit_codes_json(), client.invocation().global.output, client.streams()); !status)
    return fail(std::move(status.error()));
  return 0;
}

}  // namespace

Result<int> explain(Client& client) {
  std::vector<std::string_view> words;
  if (const auto found = client.invocation().values.find("topic"); found != client.invocation().values.end())
    words.assign(found->second.begin(), found->second.end());
  const GlobalOptions& global = client.invocation().global;
  if (words.size() == 1 && words[0] == "exit-codes" && is_machine_format(global.output.format)) return print_codes(client);
  auto text = help_about(words, system_in_use(global.target, global.config, client.environment()));
  if (!text) return fail(std::move(text.error()));
  const auto status = global.pager ? page_tall(*text, client.streams(), client.environment()) : client.streams().out.write(*text);
  if (!status) return fail(status.error());
  return 0;
}

}  // namespace facio::help
