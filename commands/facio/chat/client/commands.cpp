// facioctl chat: one message and its answer; without a message a conversation.
#include <csignal>
#include <optional>

#include "cli/command_line/typed_messages.hpp"
#include "cli/command_line/waiting.hpp"
#include "cli/core/text.hpp"
#include "cli/core/validate.hpp"
#include "cli/output/render.hpp"
#include "cli/output/text_lines.hpp"
#include "commands/facio/chat/client/meanwhile.hpp"
#include "commands/facio/chat/shapes.hpp"

namespace facio::chat {
namespace {

/// Longer than a server waits for its agent, so that the server's own time-out is reported.
constexpr int kTimeoutMs = 11 * 60 * 1000;
constexpr std::string_view kPrefix = "api:";

tl::unexpected<Error> no_message() {
  return fail(Code::usage, "there is no message: give one as an argument or on standard input", "facioctl chat 'What is on for today?'");
}

/// The request with this body; Code::usage.
Result<Request> request_with(Client& client, JsonDocument body) {
  // The key of a session, as lists show it, is accepted for its id.
  if (const std::string& session = body.root().get("session_id").text(); session.starts_with(kPrefix))
    body.set_string("session_id", std::string(session.substr(kPrefix.size())));
  if (auto status = validate(body.root(), shape_of<ChatRequest>, Direction::sent); !status)
    return fail(Code::usage, status.error().message(), "facioctl chat -h");
  const JsonRef content = body.root().get("messages").at(0).get("content");
  if (content.is(JsonKind::string) && is_blank(content.string())) return fail(Code::usage, "the message is blank", "facioctl chat -h");
  auto request = client.request_to("chat.send", {}, body.dump());
  if (request && client.invocation().global.timeout_ms == 0) request->timeout_ms = kTimeoutMs;
  return request;
}

/// The request with this message and whatever else the command line gave: model, session, the content of a file.
Result<Request> message_request(Client& client, std::string_view message) {
  const Invocation& invocation = client.invocation();
  JsonDocument body = JsonDocument::object();
  if (invocation.has_body && !invocation.body.root().is_null()) body.merge(invocation.body.root());
  std::string messages = R"([{"role":"user","content":)";
  append_json_string(messages, message);
  if (auto status = body.set_json("messages", messages + "}]"); !status) return fail(std::move(status.error()));
  return request_with(client, std::move(body));
}

std::string session_of(const Invocation& invocation) {
  const JsonRef id = invocation.has_body ? invocation.body.root().get("session_id") : JsonRef();
  if (!id.is(JsonKind::string)) return "api:default";
  return id.string().starts_with(kPrefix) ? id.string() : std::string(kPrefix) + id.string();
}

/// The text of the answer. Code::server when there is none.
Result<std::string> answer_of(const Response& response) {
  auto reply = json_of(response);
  if (!reply) return fail(std::move(reply.error()));
  const JsonRef content = reply->root().get("choices").at(0).find("message.content");
  if (!content.is(JsonKind::string)) return fail(Code::server, "the agent's answer contains no text", "facioctl chat -o json");
  return content.string();
}

/// Whether to print the answer's text alone, and not the whole reply.
bool wants_text(Client& client) {
  const OutputOptions output = output_of(client);
  return output.format == OutputFormat::table && !client.invocation().global.output_given && output.fields.empty() &&
         output.columns.empty();
}

Result<int> send_once(Client& client, const Result<Request>& request) {
  if (!request) return fail(request.error());
  const Invocation& invocation = client.invocation();
  bool interrupted = false;
  auto response = [&] {
    if (invocation.global.only_shows()) return show_or_send(client, *request);
    const Meanwhile meanwhile(client, session_of(invocation),
                              invocation.is_set("stop_on_interrupt") ? OnInterrupt::stops : OnInterrupt::says);
    auto sent = show_or_send(client, *request);
    interrupted = meanwhile.was_interrupted();
    return sent;
  }();
  if (interrupted) {
    (void)client.streams().err.flush();
    std::signal(SIGINT, SIG_DFL);
    (void)std::raise(SIGINT);
  }
  if (!response) return fail(std::move(response.error()));
  if (!*response) return 0;
  // Here the answer is what was asked for.
  if (is_blank((*response)->body)) return fail(Code::server, "the agent's answer is empty and contains no text");
  if (!wants_text(client)) return print_reply(client, **response);
  auto answer = answer_of(**response);
  if (!answer) return fail(std::move(answer.error()));
  return client.streams().out.write(text_lines(*answer, client.invocation().global.output.terminal)).map([] { return 0; });
}

Status say(Output& to, const std::string& text) {
  if (auto written = to.write(text); !written) return written;
  return to.flush();
}

/// Shows the agent's answer to a message. A failure is shown, too, and the conversation continues.
Status answer(Client& client, const std::string& session, const std::string& message) {
  Streams& streams = client.streams();
  auto request = message_request(client, message);
  if (!request) return fail(std::move(request.error()));
  auto text =
      [&] {
        const Meanwhile meanwhile(client, session, OnInterrupt::stops);
        return client.send(*request);
      }()
          .and_then(answer_of);
  if (!text) return say(streams.err, render_error(text.error(), OutputFormat::table, {}) + "\n");
  return say(streams.out, text_lines(*text, client.invocation().global.output.terminal));
}

/// Reads messages and shows the answers, until /quit or the end of input. Ctrl-C stops the run that is being answered; a second one ends
/// the program.
Result<int> converse(Client& client) {
  Streams& streams = client.streams();
  if (auto status = TypedMessages::check(client); !status) return fail(std::move(status.error()));
  const std::string session = session_of(client.invocation());
  if (!client.invocation().global.quiet)
    if (auto said = say(streams.err, "session " + printable(session) + "; /quit or Ctrl-D exits, Ctrl-C stops an answer\n"); !said)
      return fail(std::move(said.error()));
  for (TypedMessages messages(client);;) {
    auto message = messages.next();
    if (!message) return fail(std::move(message.error()));
    if (!*message) {
      if (!messages.ends_lines()) (void)say(streams.err, "\n");
      return 0;
    }
    if (is_goodbye(**message)) return 0;
    if (is_blank(**message)) continue;
    if (auto status = answer(client, session, **message); !status) return fail(std::move(status.error()));
  }
}

}  // namespace

Result<int> send(Client& client) {
  const Invocation& invocation = client.invocation();
  if (invocation.has_body && invocation.body.root().get("messages")) {
    JsonDocument body = JsonDocument::object();
    body.merge(invocation.body.root());
    return send_once(client, request_with(client, std::move(body)));
  }
  const Streams& streams = client.streams();
  if (streams.in.is_terminal()) {
    if (!streams.err.is_terminal() || invocation.global.only_shows() || invocation.global.output_given) return no_message();
    return converse(client);
  }
  auto message = streams.in.read_all(TypedMessages::kLongest);
  if (!message) return fail(std::move(message.error()));
  while (message->ends_with('\n') || message->ends_with('\r')) message->pop_back();
  if (is_blank(*message)) return no_message();
  return send_once(client, message_request(client, *message));
}

}  // namespace facio::chat
