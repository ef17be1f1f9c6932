// facioctl workspace edit: a file of the agent in the user's own editor.
#include "cli/command_line/editing.hpp"
#include "commands/facio/workspace/client/service.hpp"

namespace facio::workspace {

Result<int> edit(Client& client) {
  const std::string path(client.invocation().value("path"));
  const Invocation asking = for_reading(client.invocation());
  Client reader(asking, client.streams(), client.environment());
  const auto before = read_file(reader, path);
  if (!before) return fail(before.error());
  const std::string command = "facioctl workspace put " + printable(path);
  return edit_and_use(client, {.name = path.substr(path.rfind('/') + 1),
                               .text = before->value_or(""),
                               .resume = command,
                               .emptied = "to empty it: " + command + " /dev/null",
                               .use = [&](const std::string& text) -> Result<int> {
                                 const auto now = read_file(reader, path);
                                 if (!now) return fail(now.error());
                                 if (*now != *before)
                                   return fail(Code::conflict,
                                               printable(path) + " was changed on the agent in the meantime; nothing was sent");
                                 return send_and_print(client, write_request(client, path, text));
                               }});
}

}  // namespace facio::workspace
