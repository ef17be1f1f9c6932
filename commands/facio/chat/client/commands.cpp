// facioctl chat: one message and its answer; without a message a conversation.
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include "cli/command_line/client.hpp"
#include "cli/command_line/terminal_input.hpp"
#include "cli/core/text.hpp"
#include "cli/core/validate.hpp"
#include "cli/output/render.hpp"
#include "cli/output/text_lines.hpp"
#include "commands/facio/chat/shapes.hpp"

namespace facio::chat {
namespace {

constexpr std::size_t kLongestMessage = std::size_t{1} << 20;
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

constexpr int kFirstLookMs = 1000, kLongestLookMs = 5000;

/// A connection of its own, because the command's is busy with the answer. Drops the warnings of its set-up, which were shown already.
class Aside {
 public:
  explicit Aside(Client& client)
      : streams_{client.streams().in, out_, err_}, client_(client.invocation(), streams_, client.environment()) {}
  Client& operator*() { return client_; }

 private:
  StringOutput out_, err_;
  Streams streams_;
  Client client_;
};

/// While it lives, what the answer waits for is reported on standard error, with the command that ends the waiting: another turn of the
/// session, tool calls that need a decision. With `stops`, Ctrl-C stops the session's turn instead of ending the program; a second one ends
/// it.
class Meanwhile {
 public:
  Meanwhile(Client& client, std::string session, bool stops) : client_(client), session_(std::move(session)), stops_(stops) {
    sigset_t set;
    ::sigemptyset(&set);
    if (stops_) ::sigaddset(&set, SIGINT);
    ::pthread_sigmask(SIG_BLOCK, &set, &before_);
    signals_ = ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    ended_ = ::eventfd(0, EFD_CLOEXEC);
    thread_ = std::thread([this] { watch(); });
  }

  ~Meanwhile() {
    (void)::eventfd_write(ended_, 1);
    thread_.join();
    ::close(signals_);
    ::close(ended_);
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  Meanwhile(const Meanwhile&) = delete;
  Meanwhile& operator=(const Meanwhile&) = delete;

 private:
  static void say_now(const std::string& text) {
    FdOutput err(STDERR_FILENO);
    (void)err.write(text);
    (void)err.flush();
  }

  void watch() {
    bool looks = !client_.invocation().global.quiet;
    for (int wait = kFirstLookMs;; wait = std::min(wait * 3 / 2, kLongestLookMs)) {
      pollfd watched[] = {{ended_, POLLIN, 0}, {signals_, POLLIN, 0}};
      const int ready = ::poll(watched, stops_ ? 2 : 1, looks ? wait : -1);
      if (ready > 0 && (watched[0].revents & POLLIN) != 0) return;
      signalfd_siginfo info{};
      if (ready > 0 && ::read(signals_, &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
        ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);  // from here on Ctrl-C ends the program at once
        stops_ = looks = false;
        stop_run();
      } else if (ready == 0) {
        report_turn();
        looks = report_waiting();
      }
    }
  }

  void stop_run() {
    say_now("\nstopping; press Ctrl-C again to exit\n");
    Aside other(client_);
    std::string body = "{\"sessionKey\":";
    append_json_string(body, session_);
    if (auto stopped = (*other).ask("agent.stop", {}, body + "}"); !stopped)
      say_now("facioctl: the run cannot be stopped: " + printable(stopped.error().message()) + "\n");
  }

  /// Once, when another turn is what is waited for; older agents do not tell.
  void report_turn() {
    if (std::exchange(looked_at_turn_, true)) return;
    Aside other(client_);
    const auto status = (*other).ask("agent.status", {{"sessionKey", session_}});
    const JsonRef waiting = status ? status->root().get("waiting") : JsonRef();
    if (!waiting.is(JsonKind::integer) || waiting.integer() == 0) return;
    say_now("waits for another turn of " + printable(session_) + " to end; to stop it: facioctl agent stop --session " +
            printable(session_) + "\n");
  }

  bool report_waiting() {
    Aside other(client_);
    const auto waiting = (*other).ask("approvals.list", {{"sessionKey", session_}});
    if (!waiting) return info(waiting.error().code()).retryable;
    const JsonRef items = waiting->root().get("items");
    for (std::size_t i = items.size(); i-- > 0;) {
      const std::string id = items.at(i).get("id").text();
      if (id.empty() || !reported_.insert(id).second) continue;
      say_now("waits for a decision on " + printable(items.at(i).get("tool").text()) +
              "; to decide elsewhere: facioctl approvals show|approve|reject " + printable(id) + "\n");
    }
    return true;
  }

  Client& client_;
  std::string session_;
  bool stops_;
  bool looked_at_turn_ = false;
  std::set<std::string> reported_;  ///< ids
  sigset_t before_{};
  int signals_ = -1, ended_ = -1;
  std::thread thread_;
};

/// Whether to print the answer's text alone, and not the whole reply.
bool wants_text(Client& client) {
  const OutputOptions output = output_of(client);
  return output.format == OutputFormat::table && !client.invocation().global.output_given && output.fields.empty() &&
         output.columns.empty();
}

Result<int> send_once(Client& client, const Result<Request>& request) {
  if (!request) return fail(request.error());
  auto response = [&] {
    std::optional<Meanwhile> meanwhile;
    if (!client.invocation().global.only_shows()) meanwhile.emplace(client, session_of(client.invocation()), false);
    return show_or_send(client, *request);
  }();
  if (!response) return fail(std::move(response.error()));
  if (!*response) return 0;
  // Here the answer is what was asked for.
  if (is_blank((*response)->body)) return fail(Code::server, "the agent's answer is empty and contains no text");
  if (!wants_text(client)) return print_reply(client, **response);
  auto answer = answer_of(**response);
  if (!answer) return fail(std::move(answer.error()));
  return client.streams().out.write(text_lines(*answer, client.invocation().global.output.terminal)).map([] { return 0; });
}

/// One message; a line that ends with a backslash continues. Nothing at the end of input.
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

/// Shows the agent's answer to a message. A failure is shown, too, and the conversation continues.
Status answer(Client& client, const std::string& session, const std::string& message) {
  Streams& streams = client.streams();
  auto request = message_request(client, message);
  if (!request) return fail(std::move(request.error()));
  auto text =
      [&] {
        const Meanwhile meanwhile(client, session, true);
        return client.send(*request);
      }()
          .and_then(answer_of);
  if (!text) return say(streams.err, render_error(text.error(), OutputFormat::table, {}) + "\n");
  return say(streams.out, text_lines(*text, client.invocation().global.output.terminal));
}

/// Reads messages and shows the answers, until /quit or the end of input. Ctrl-C stops the run that is being answered; a second one, or one
/// while nothing runs, ends the program.
Result<int> converse(Client& client) {
  Streams& streams = client.streams();
  // Reads the target before anything is typed, so that a problem with it is reported at once.
  if (auto target = client.target(); !target) return fail(std::move(target.error()));
  const std::string session = session_of(client.invocation());
  if (!client.invocation().global.quiet)
    if (auto said = say(streams.err, "session " + printable(session) + "; /quit or Ctrl-D exits, Ctrl-C stops an answer\n"); !said)
      return fail(std::move(said.error()));
  for (;;) {
    auto message = next_message(streams);
    if (!message) return fail(std::move(message.error()));
    if (!*message) {
      (void)say(streams.err, "\n");
      return 0;
    }
    if (**message == "/quit" || **message == "/exit") return 0;
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
  auto message = streams.in.read_all(kLongestMessage);
  if (!message) return fail(std::move(message.error()));
  while (message->ends_with('\n') || message->ends_with('\r')) message->pop_back();
  if (is_blank(*message)) return no_message();
  return send_once(client, message_request(client, *message));
}

}  // namespace facio::chat
