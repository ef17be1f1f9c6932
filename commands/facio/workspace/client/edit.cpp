// facioctl workspace edit: a file of the agent in the user's own editor.
#include "cli/command_line/client.hpp"
#include "cli/command_line/editing.hpp"
#include "cli/output/render.hpp"
#include "commands/facio/workspace/client/remote.hpp"

namespace facio::workspace {
namespace {

/// Keeps the edited copy, and says in the error where it is.
tl::unexpected<Error> keep(PrivateDirectory& directory, const std::string& name, const Error& why, const std::string& path) {
  directory.keep();
  Error error(why.code(), why.message() + "; your version is saved in " + directory.file(name));
  return fail(std::move(error).with_hint("facioctl workspace put " + printable(path) + " " + directory.file(name)));
}

}  // namespace

Result<int> edit(Client& client) {
  const std::string path(client.invocation().value("path"));
  const std::string name = path.substr(path.rfind('/') + 1);
  const Invocation asking = for_reading(client.invocation());
  Client reader(asking, client.streams(), client.environment());
  const auto before = read_file(reader, path);
  if (!before) return fail(before.error());
  auto directory = PrivateDirectory::make(client.environment());
  if (!directory) return fail(std::move(directory.error()));
  if (auto status = directory->write(name, before->value_or("")); !status) return fail(std::move(status.error()));
  const auto edited = edit_text(*directory, name, before->value_or(""), client.environment());
  if (!edited) return fail(edited.error());
  switch (edited->outcome) {
    case Edited::Outcome::failed: {
      const Error error(Code::failed,
                        "the editor (" + edited->editor + ") ended with " + std::to_string(edited->code) + "; nothing was sent");
      if (edited->text != before->value_or("")) return keep(*directory, name, error, path);
      return fail(Error(error));
    }
    case Edited::Outcome::unchanged: return exit_code(note(client, "nothing changed"));
    case Edited::Outcome::emptied:
      return exit_code(note(
          client, "the edited file is empty; nothing was sent; to empty it: facioctl workspace put " + printable(path) + " /dev/null"));
    case Edited::Outcome::changed: break;
  }
  const auto now = read_file(reader, path);
  if (!now) return keep(*directory, name, now.error(), path);
  if (*now != *before)
    return keep(*directory, name, Error(Code::conflict, printable(path) + " was changed on the agent in the meantime; nothing was sent"),
                path);
  auto code = send_and_print(client, write_request(client, path, edited->text));
  if (!code) return keep(*directory, name, code.error(), path);
  return code;
}

}  // namespace facio::workspace
