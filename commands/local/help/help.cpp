// facioctl help
#include "cli/command_line/client.hpp"
#include "cli/command_line/help.hpp"
#include "cli/command_line/scan.hpp"
#include "cli/output/pager.hpp"

namespace facio::help {

Result<int> explain(Client& client) {
  const std::vector<std::string> topics = client.invocation().all("topic");
  const std::vector<std::string_view> words(topics.begin(), topics.end());
  const GlobalOptions& global = client.invocation().global;
  Streams& streams = client.streams();
  if (words.size() == 1 && words[0] == "exit-codes" && is_machine_format(global.output.format))
    return exit_code(render_json(exit_codes_json(), global.output, streams));
  const auto text =
      help_about(words, system_in_use(global.target, global.config, client.environment()), help_width(streams, client.environment()));
  if (!text) return fail(text.error());
  return exit_code(global.pager ? page_tall(*text, streams, client.environment()) : streams.out.write(*text));
}

}  // namespace facio::help
