#include "cli/command_line/editing.hpp"

#include <algorithm>

#include "cli/core/text.hpp"
#include "cli/core/utf8.hpp"
#include "cli/process/run.hpp"

namespace facio {
namespace {

constexpr std::string_view kReason = "#! ";
constexpr int kMostRounds = 5;  // where no person sits who could end it

/// The lines that say why a text was refused.
std::string reason(const Error& why) {
  return std::string(kReason) + printable(why.message()) + "\n" + std::string(kReason) +
         "Correct it and save. If you leave it as it is, nothing more is sent, and your version is kept.\n";
}

std::string without_reason(std::string_view text) {
  while (text.starts_with(kReason)) (void)split_off(text, '\n');
  return std::string(text);
}

/// Whether nothing is left but blanks and, where there are any, comments.
bool is_nothing(std::string_view text, bool comments) {
  const auto lines = split_terminated(text);
  return std::ranges::all_of(lines, [&](std::string_view line) { return is_blank(line) || (comments && trimmed(line).starts_with('#')); });
}

/// The last words before a signal takes effect. What was not changed is removed.
void tell_of_stop(Client& client, const PrivateDirectory& directory, const std::string& name, std::string_view before) {
  const auto text = directory.read(name);
  if (!text || *text == before) return directory.remove();
  Output& err = client.streams().err;
  (void)err.write("facioctl: stopped by a signal; nothing was sent; your version is kept in " + directory.file(name) + "\n");
  (void)err.flush();
}

/// One text on its way through the editor, as often as it needs.
class EditorRounds {
 public:
  EditorRounds(Client& client, const EditTask& task, PrivateDirectory directory)
      : client_(client), task_(task), directory_(std::move(directory)), shown_(task.text) {}

  Result<int> run() {
    for (int round = 1;; ++round) {
      if (auto status = directory_.write(task_.name, shown_); !status) return fail(std::move(status.error()));
      auto edited = edit_text(client_, directory_, task_.name, shown_);
      if (!edited) return keep_last(edited.error());
      const std::string text = task_.reopens ? without_reason(edited->text) : edited->text;
      const std::string before = task_.reopens ? without_reason(shown_) : shown_;
      if (edited->outcome == Edited::Outcome::failed) {
        const Error error(Code::failed,
                          "the editor (" + edited->editor + ") ended with " + std::to_string(edited->code) + "; nothing was sent");
        if (text == task_.text) return fail(Error(error));
        return is_nothing(text, task_.comments) ? keep_last(error) : keep(error);
      }
      if (text == before) return refused_ ? keep(*refused_) : exit_code(note(client_, "nothing changed"));
      if (is_nothing(text, task_.comments)) return emptied();
      auto used = task_.use(text);
      if (used) return client_.invocation().global.only_shows() ? tell_kept(*used) : used;
      const Code code = used.error().code();
      const bool again = task_.reopens && (code == Code::usage || code == Code::rejected);
      if (!again || (round == kMostRounds && !client_.streams().in.is_terminal())) return keep(used.error());
      refused_ = std::move(used.error());
      last_ = text;
      shown_ = reason(*refused_) + text;
      if (person_) continue;
      if (auto status = directory_.write(task_.name, shown_); !status) return fail(std::move(status.error()));
      return keep(*refused_);
    }
  }

 private:
  [[nodiscard]] std::string file() const { return directory_.file(task_.name); }

  /// Keeps the edited copy, and says in the error where it is.
  tl::unexpected<Error> keep(const Error& why) {
    directory_.keep();
    Error error(why.code(), why.message() + "; your version is kept in " + file());
    // Sent as it is, it would undo what somebody else has changed.
    const bool stale = why.code() == Code::conflict;
    return fail(
        std::move(error)
            .with_field(why.field())
            .with_hint(stale ? "edit it again, with what you need from that file" : at_the_same_agent(task_.resume) + " " + file()));
  }
  /// The command with the context that was chosen for this one.
  [[nodiscard]] std::string at_the_same_agent(std::string command) {
    constexpr std::string_view kProgram = "facioctl ";
    const auto target = client_.target();
    if (target && !(*target)->context.name.empty() && (*target)->context_from != "current" && command.starts_with(kProgram))
      command.insert(kProgram.size(), "--context " + printable((*target)->context.name) + " ");
    return command;
  }
  /// The same with the version before: of this one nothing is left.
  tl::unexpected<Error> keep_last(const Error& why) {
    if (last_.empty()) return fail(Error(why));
    if (auto status = directory_.write(task_.name, last_); !status) return fail(std::move(status.error()));
    return keep(why);
  }

  Result<int> emptied() {
    std::string said = "the edited file is empty; nothing was sent";
    if (last_.empty()) return exit_code(note(client_, said + (task_.emptied.empty() ? "" : "; " + task_.emptied)));
    if (auto status = directory_.write(task_.name, last_); !status) return fail(std::move(status.error()));
    directory_.keep();
    return exit_code(note(client_, said + "; your version before is kept in " + file()));
  }

  Result<int> tell_kept(int code) {
    directory_.keep();
    return exit_code(note(client_, "nothing was changed; your version is kept in " + file()), code);
  }

  Client& client_;
  const EditTask& task_;
  PrivateDirectory directory_;
  std::string shown_;             ///< what the editor gets
  std::string last_;              ///< the version that was refused
  std::optional<Error> refused_;  ///< why
  /// Whether somebody is there to correct what was refused: a script as the editor would only do its change once more.
  const bool person_ = client_.streams().in.is_terminal() || client_.streams().err.is_terminal();
};

}  // namespace

Result<Edited> edit_text(Client& client, const PrivateDirectory& directory, const std::string& name, std::string_view before) {
  using Outcome = Edited::Outcome;
  constexpr int kNotRunnable = 126, kNotFound = 127;  // of the shell that starts it
  Edited edited{.outcome = Outcome::changed, .text = {}, .editor = editor_of(client.environment())};
  const auto ended = run_editor(edited.editor, directory.file(name), [&] { tell_of_stop(client, directory, name, before); });
  if (!ended) return fail(ended.error());
  if (*ended == kNotRunnable || *ended == kNotFound)
    return fail(Error(Code::usage, "the editor (" + printable(edited.editor) + ") cannot be started; nothing was sent")
                    .with_field(client.environment().get(Variable::visual).empty() ? "EDITOR" : "VISUAL")
                    .with_hint("EDITOR=vi, or another program that is installed"));
  auto after = directory.read(name);
  if (!after) return fail(std::move(after.error()));
  edited.text = std::move(*after);
  edited.code = *ended;
  if (edited.code != 0) edited.outcome = Outcome::failed;
  else if (edited.text == before) edited.outcome = Outcome::unchanged;
  else if (is_blank(std::string_view(edited.text))) edited.outcome = Outcome::emptied;
  return edited;
}

Result<int> edit_and_use(Client& client, const EditTask& task) {
  auto directory = PrivateDirectory::make(client.environment());
  if (!directory) return fail(std::move(directory.error()));
  return EditorRounds(client, task, std::move(*directory)).run();
}

}  // namespace facio
