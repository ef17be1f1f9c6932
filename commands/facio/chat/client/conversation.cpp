#include "commands/facio/chat/client/conversation.hpp"

#include "cli/command_line/terminal_input.hpp"
#include "cli/output/render.hpp"
#include "commands/facio/chat/client/meanwhile.hpp"
#include "commands/facio/chat/client/text.hpp"

namespace facio::chat {
namespace {

/// One message; a line that ends with a backslash goes on. Nothing at the end of input.
Result<std::optional<std::string>> next_message(Streams& streams) {
  auto line = ask_line("> ", streams);
  while (line && *line && (*line)->ends_with('\\')) {
    (*line)->back() = '\n';
    auto more = ask_line("… ", streams);
    if (!more) return more;
    if (!*more) break;
    **line += **more;
  }
  return line;
}

Status say(Output& to, const std::string& text) {
  if (auto written = to.write(text); !written) return written;
  return to.flush();
}

/// What the agent says to a message; a failure is for the person to see, and the conversation goes on.
Status answer(Client& client, const std::string& session, const std::string& message) {
  Streams& streams = client.streams();
  auto request = message_request(client, message);
  if (!request) return fail(std::move(request.error()));
  auto response = [&] {
    const Meanwhile meanwhile(client, session, true);
    return client.send(*request);
  }();
  auto text = response ? answer_of(*response) : Result<std::string>(fail(std::move(response.error())));
  if (!text) return say(streams.err, render_error(text.error(), OutputFormat::table, {}) + "\n");
  return say(streams.out, shown_answer(*text, client.invocation().global.output.terminal));
}

}  // namespace

Result<int> converse(Client& client) {
  Streams& streams = client.streams();
  // The target is read before anything is typed: what is wrong with it is told at once.
  if (auto target = client.target(); !target) return fail(std::move(target.error()));
  const std::string session = session_of(client.invocation());
  if (!client.invocation().global.quiet)
    if (auto said = say(streams.err, "session " + printable(session) + "; /quit or Ctrl-D ends, Ctrl-C stops an answer\n"); !said)
      return fail(std::move(said.error()));
  for (;;) {
    auto message = next_message(streams);
    if (!message) return fail(std::move(message.error()));
    if (!*message) {
      (void)say(streams.err, "\n");
      return 0;
    }
    if (**message == "/quit" || **message == "/exit") return 0;
    if ((*message)->find_first_not_of(" \t\r\n") == std::string::npos) continue;
    if (auto status = answer(client, session, **message); !status) return fail(std::move(status.error()));
  }
}

}  // namespace facio::chat
