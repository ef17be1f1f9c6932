// facioctl librefang agents attach, and the conversation at a terminal.
#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>

#include "cli/command_line/typed_messages.hpp"
#include "cli/core/encoding.hpp"
#include "cli/core/json.hpp"
#include "cli/core/text.hpp"
#include "cli/core/time.hpp"
#include "cli/core/utf8.hpp"
#include "cli/output/text_lines.hpp"
#include "commands/librefang/client/system.hpp"
#include "commands/librefang/talk/client/talk.hpp"

namespace facio::librefang::talk {
namespace {

constexpr int kTurnMs = 1000;

/// As long as it lives, Ctrl-C ends no program but can be read.
class Interrupts {
 public:
  Interrupts() {
    ::sigset_t mask;
    ::sigemptyset(&mask);
    ::sigaddset(&mask, SIGINT);
    ::sigprocmask(SIG_BLOCK, &mask, &before_);
    file_ = Descriptor(::signalfd(-1, &mask, SFD_NONBLOCK | SFD_CLOEXEC));
  }
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;
  ~Interrupts() { ::sigprocmask(SIG_SETMASK, &before_, nullptr); }

  [[nodiscard]] int descriptor() const { return file_.get(); }
  /// Whether Ctrl-C came since the last time.
  [[nodiscard]] bool came() const {
    signalfd_siginfo signal{};
    return file_.get() >= 0 && ::read(file_.get(), &signal, sizeof signal) == sizeof signal;
  }

 private:
  ::sigset_t before_{};
  Descriptor file_;
};

/// What a line means: a message, or with a slash a command of the daemon.
std::string frame_of(std::string_view line) {
  JsonDocument frame = JsonDocument::object();
  if (!line.starts_with('/')) {
    frame.set_string("type", "message");
    frame.set_string("content", line);
    return frame.dump();
  }
  std::string_view rest = line.substr(1);
  frame.set_string("type", "command");
  frame.set_string("command", split_off(rest, ' '));
  frame.set_string("args", trimmed(rest));
  return frame.dump();
}

/// One conversation. The daemon closes a connection on which nothing was said for long; then there is a new one.
class Conversation {
 public:
  explicit Conversation(Client& client) : client_(client), output_(output_of(client)) {}

  /// The agent must exist, and take the token.
  Status connect() {
    auto agent = client_.request_to("librefang.agents.get", {{"id", std::string(client_.invocation().value("id"))}});
    if (agent) agent->by_name = true;
    auto found = agent ? client_.send(*agent).and_then(json_of) : fail(std::move(agent.error()));
    if (!found) return fail(std::move(found.error()));
    const std::string id = found->root().get("id").text();
    auto request = client_.request_to("librefang.agents.attach", {{"id", id}});
    if (!request) return fail(std::move(request.error()));
    HttpClient http(client_.http_target(), {});
    auto socket = WebSocket::open(http, *request);
    if (!socket) return fail(std::move(socket.error()));
    socket_.emplace(std::move(*socket));
    return {};
  }

  /// Says a line and shows the answer. A failure of the agent is shown as well, and false.
  Result<bool> say(std::string_view line) {
    if (!socket_)
      if (auto status = connect(); !status) return fail(std::move(status.error()));
    if (auto status = socket_->send(frame_of(line)); !status) {
      if (auto again = connect().and_then([&] { return socket_->send(frame_of(line)); }); !again) return fail(std::move(again.error()));
    }
    const Interrupts interrupts;
    socket_->cancel_by(interrupts.descriptor());
    auto good = answer(interrupts);
    // What comes late belongs to no later message.
    if (!good || was_stopped_) socket_.reset();
    if (socket_) socket_->cancel_by(-1);
    return good;
  }

 private:
  Result<bool> answer(const Interrupts& interrupts) {
    text_.clear();
    was_stopped_ = false;
    const int most_ms = client_.invocation().global.timeout_ms;
    for (std::int64_t heard_ms = now_ms();;) {
      auto frame = socket_->read(kTurnMs);
      if (!frame) return fail(std::move(frame.error()));
      if (*frame) heard_ms = now_ms();
      if (most_ms != 0 && now_ms() - heard_ms >= most_ms)
        return fail(Code::timeout, "nothing came from the agent for " + http::in_units(most_ms), "allow more time with --timeout");
      if (interrupts.came()) {
        if (std::exchange(was_stopped_, true)) return fail(Code::cancelled, "the answer was not waited for");
        if (auto status = socket_->send(frame_of("/stop")); !status) return fail(std::move(status.error()));
        (void)note(client_, "stopping the answer; Ctrl-C again stops waiting for that");
        (void)client_.streams().err.flush();
      }
      if (!*frame) continue;
      auto ended = handle(**frame);
      if (!ended) return fail(std::move(ended.error()));
      if (*ended) return **ended;
    }
  }

  /// Shows a frame; whether it ended the answer, and well.
  Result<std::optional<bool>> handle(const std::string& text) {
    const auto frame = JsonDocument::parse_foreign(text);
    if (!frame) return fail(Code::server, "the daemon's message is no JSON");
    if (output_.format == OutputFormat::ndjson)
      if (auto status = print_json(client_, text, output_); !status) return fail(std::move(status.error()));
    const std::string& type = frame->root().get("type").text();
    const std::string& content = frame->root().get("content").text();
    Status status;
    std::optional<bool> ended;
    if (type == "text_delta") {
      status = show(content);
    } else if (type == "tool_start" && client_.streams().err.is_terminal()) {
      status = note(client_, "[" + printable(frame->root().get("tool").text()) + "]");
    } else if (type == "response" || type == "silent_complete") {
      // An answer that did not come in pieces comes here.
      status = text_.empty() ? show(content) : Status();
      ended = true;
    } else if (type == "command_result") {
      status = show(frame->root().get("message").text());
      ended = true;
    } else if (type == "error") {
      if (output_.format != OutputFormat::ndjson) (void)note(client_, "facioctl: " + printable(content));
      ended = false;
    }
    if (status && ended && !text_.empty() && !text_.ends_with('\n')) status = show("\n");
    if (status) status = client_.streams().out.flush();
    if (!status) return fail(std::move(status.error()));
    return ended;
  }
  Status show(const std::string& text) {
    if (!text.empty()) text_.assign(1, text.back());
    if (output_.format == OutputFormat::ndjson) return {};
    return client_.streams().out.write(output_.terminal ? terminal_text(text) : text);
  }

  Client& client_;
  const OutputOptions output_;
  std::optional<WebSocket> socket_;
  std::string text_;          ///< the end of the answer so far
  bool was_stopped_ = false;  ///< Ctrl-C came during the answer
};

}  // namespace

Result<int> converse(Client& client) {
  Streams& streams = client.streams();
  if (auto status = TypedMessages::check(client); !status) return fail(std::move(status.error()));
  Conversation conversation(client);
  if (auto status = conversation.connect(); !status) return fail(std::move(status.error()));
  (void)note(client, "/quit or Ctrl-D exits, Ctrl-C stops an answer, a line with a slash is a command of the daemon");
  (void)streams.err.flush();
  for (TypedMessages messages(client);;) {
    auto message = messages.next();
    if (!message) return fail(std::move(message.error()));
    if (!*message && !messages.ends_lines()) (void)streams.err.write("\n");
    if (!*message || is_goodbye(**message)) return 0;
    if (is_blank(**message)) continue;
    if (auto said = conversation.say(**message); !said) {
      if (said.error().code() == Code::output || said.error().code() == Code::unauthenticated) return fail(std::move(said.error()));
      (void)streams.err.write("facioctl: " + printable(said.error().message()) + "\n");
      (void)streams.err.flush();
    }
  }
}

Result<int> attach(Client& client) {
  const GlobalOptions& global = client.invocation().global;
  if (global.only_shows()) return send_and_print(client);
  const bool is_given = client.invocation().given("message");
  if (!is_given && client.streams().in.is_terminal()) return converse(client);
  auto text = is_given ? Result<std::string>(client.invocation().value("message")) : client.streams().in.read_all(TypedMessages::kLongest);
  if (!text) return fail(std::move(text.error()));
  Conversation conversation(client);
  if (auto status = conversation.connect(); !status) return fail(std::move(status.error()));
  bool good = true;
  for (std::string_view rest = *text; !rest.empty();) {
    std::string_view line = trimmed(split_off(rest, '\n'));
    if (line.empty()) continue;
    if (is_goodbye(line)) break;
    auto said = conversation.say(line);
    if (!said) return fail(std::move(said.error()));
    good = good && *said;
  }
  if (!good) return fail(Code::different, "the agent could not answer every message");
  return 0;
}

}  // namespace facio::librefang::talk
