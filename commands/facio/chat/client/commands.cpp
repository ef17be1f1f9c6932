// facioctl chat: one message and its answer; without a message a conversation.
#include "cli/command_line/client.hpp"

#include <optional>

#include "cli/output/render.hpp"
#include "commands/facio/chat/client/conversation.hpp"
#include "commands/facio/chat/client/meanwhile.hpp"
#include "commands/facio/chat/client/text.hpp"

namespace facio::chat {
namespace {

constexpr std::size_t kLongestMessage = std::size_t{1} << 20;

/// Whether the answer's text alone is wanted, as people and scripts do, and not the whole reply.
bool wants_text(Client& client) {
  const OutputOptions output = output_of(client);
  return output.format == OutputFormat::table && !client.invocation().global.output_given && output.fields.empty() &&
         output.columns.empty();
}

/// A message from a pipe or a file.
Result<std::string> piped_message(Client& client) {
  auto text = client.streams().in.read_all(kLongestMessage);
  if (!text) return text;
  while (text->ends_with('\n') || text->ends_with('\r')) text->pop_back();
  if (text->find_first_not_of(" \t\r\n") == std::string::npos)
    return fail(Code::usage, "there is no message: give one as an argument or on standard input", "facioctl chat 'What is on for today?'");
  return text;
}

Result<int> send_once(Client& client, const Request& request) {
  auto response = [&] {
    std::optional<Meanwhile> meanwhile;
    if (client.streams().err.is_terminal()) meanwhile.emplace(client, session_of(client.invocation()), false);
    return show_or_send(client, request);
  }();
  if (!response) return fail(std::move(response.error()));
  if (!*response) return 0;
  if (!wants_text(client)) return print_reply(client, **response);
  auto answer = answer_of(**response);
  if (!answer) return fail(std::move(answer.error()));
  if (auto status = client.streams().out.write(shown_answer(*answer, client.invocation().global.output.terminal)); !status)
    return fail(std::move(status.error()));
  return 0;
}

}  // namespace

Result<int> send(Client& client) {
  const Invocation& invocation = client.invocation();
  const GlobalOptions& global = invocation.global;
  if (invocation.has_body && invocation.body.root().get("messages")) {
    JsonDocument body = JsonDocument::object();
    body.merge(invocation.body.root());
    auto request = own_request(client, std::move(body));
    if (!request) return fail(std::move(request.error()));
    return send_once(client, *request);
  }
  const Streams& streams = client.streams();
  if (streams.in.is_terminal()) {
    if (!streams.err.is_terminal() || global.only_shows() || global.output_given)
      return fail(Code::usage, "there is no message: give one as an argument or on standard input",
                  "facioctl chat 'What is on for today?'");
    return converse(client);
  }
  auto message = piped_message(client);
  if (!message) return fail(std::move(message.error()));
  auto request = message_request(client, *message);
  if (!request) return fail(std::move(request.error()));
  return send_once(client, *request);
}

}  // namespace facio::chat
