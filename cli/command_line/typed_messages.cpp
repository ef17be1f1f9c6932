#include "cli/command_line/typed_messages.hpp"

#include <utility>

#include "cli/command_line/terminal_input.hpp"
#include "cli/core/text.hpp"
#include "cli/core/truth.hpp"

namespace facio {

bool is_goodbye(std::string_view message) { return message == "/quit" || message == "/exit"; }

Status TypedMessages::check(Client& client) {
  if (auto target = client.target(); !target) return fail(std::move(target.error()));
  if (auto kept = truth_in(client.environment(), Variable::facioctl_chat_history, true); !kept) return fail(std::move(kept.error()));
  return {};
}

TypedMessages::TypedMessages(Client& client) : streams_(client.streams()), history_(file_for(client)) {
  const GlobalOptions& global = client.invocation().global;
  if (LineEditor::is_possible(client.environment(), global.output.accessible))
    editor_.emplace(streams_.err, history_, Prompts{"> ", "… "}, "Ctrl-D or /quit exits", kLongest);
}

Result<std::optional<std::string>> TypedMessages::next() {
  if (!editor_) return next_line();
  auto message = editor_->read();
  if (message && *message && !is_blank(**message) && !is_goodbye(**message))
    if (auto kept = history_.add(**message); !kept && !std::exchange(warned_, true))
      (void)streams_.err.write("facioctl: warning: this message is not kept for the arrow keys: " + kept.error().message() + "\n");
  return message;
}

std::string TypedMessages::file_for(Client& client) {
  const auto kept = truth_in(client.environment(), Variable::facioctl_chat_history, true);
  if (client.invocation().is_set("no_history") || !kept || !*kept) return {};
  const auto target = client.target();
  if (!target) return {};
  const Context& context = (*target)->context;
  return history_file(client.environment(), context.name.empty() ? context.url : context.name);
}

/// A line that ends with a backslash continues.
Result<std::optional<std::string>> TypedMessages::next_line() {
  auto line = ask_line("> ", streams_);
  while (line && *line && (*line)->ends_with('\\')) {
    (*line)->back() = '\n';
    auto more = ask_line("… ", streams_);
    if (!more) return more;
    if (!*more) break;
    **line += **more;
  }
  return line;
}

}  // namespace facio
