// facioctl config edit: a copy in the user's editor, which replaces the file when it is valid.
#include "cli/command_line/client.hpp"
#include "cli/command_line/editing.hpp"
#include "cli/command_line/terminal_input.hpp"
#include "cli/command_line/waiting.hpp"
#include "cli/contexts/change_config.hpp"
#include "cli/core/text.hpp"

namespace facio::config {
namespace {

constexpr const char* kName = "config.yaml";
constexpr std::string_view kFirst =
    "version: 1\n"
    "# current: local\n"
    "contexts:\n"
    "#  local: { url: \"http://127.0.0.1:8900\", token: { file: \"~/.local/share/facioctl/serve/management.token\" } }\n"
    "#  prod:  { url: \"https://agent.example\", token: { keyring: facioctl/prod }, tags: [prod], protected: true, timeout: 10s }\n"
    "# groups: { prod: \"tag==prod\" }\n";

/// The failure, with where the edited copy is kept.
tl::unexpected<Error> keep(PrivateDirectory& directory, const Error& why) {
  directory.keep();
  Error error(why.code(), why.message() + "; your version is saved in " + directory.file(kName));
  return fail(std::move(error).with_hint(why.hint()));
}

/// Replaces the file by the edited text unless it was changed in the meantime.
Status put(Client& client, const std::string& path, const std::string& before, const std::string& after) {
  const auto replace = [&](const std::string& now, const Config&) -> Result<std::string> {
    if (now == before) return after;
    return fail(Code::conflict, path + " was changed by another program in the meantime; nothing was written", "facioctl config edit");
  };
  return change_config(path, client.environment(), replace, true, told_of_lock(client)).map([](const Config&) {});
}

/// Whether the user wants to correct the error; no when nobody can be asked.
Result<bool> again(Client& client, const Error& why) {
  Streams& streams = client.streams();
  if (!streams.in.is_terminal() || !streams.err.is_terminal()) return false;
  if (auto status = streams.err.write(render_error(why, OutputFormat::table, {}) + "\n"); !status) return fail(std::move(status.error()));
  return ask_line("Edit it again? [Y/n] ", streams).map([](const std::optional<std::string>& answer) {
    return answer && (answer->empty() || lower(answer->front()) == 'y');
  });
}

}  // namespace

Result<int> edit(Client& client) {
  const Environment& environment = client.environment();
  const std::string path = client.config_path();
  const auto before = config_file_text(path);
  if (!before) return fail(before.error());
  auto directory = PrivateDirectory::make(environment);
  if (!directory) return fail(std::move(directory.error()));
  const std::string first = before->empty() ? std::string(kFirst) : *before;
  if (auto status = directory->write(kName, first); !status) return fail(std::move(status.error()));
  while (true) {
    const auto edited = edit_text(client, *directory, kName, first);
    if (!edited) return fail(edited.error());
    const std::string& after = edited->text;
    switch (edited->outcome) {
      case Edited::Outcome::failed: {
        const Error error(Code::failed,
                          "the editor (" + edited->editor + ") ended with " + std::to_string(edited->code) + "; nothing was changed");
        return after == first ? fail(error) : keep(*directory, error);
      }
      case Edited::Outcome::unchanged: return exit_code(note(client, "nothing changed"));
      case Edited::Outcome::emptied: return exit_code(note(client, "the edited file is empty; nothing was changed"));
      case Edited::Outcome::changed: break;
    }
    const auto good = read_config(after, path, environment);
    if (good) {
      if (auto status = put(client, path, *before, after); !status) return keep(*directory, status.error());
      warn(client, good->warnings);
      return 0;
    }
    const auto wanted = again(client, good.error());
    if (!wanted || !*wanted) return keep(*directory, good.error());
  }
}

}  // namespace facio::config
