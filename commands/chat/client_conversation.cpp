#include "commands/chat/client_conversation.hpp"

#include <csignal>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <thread>

#include "cli/command_line/terminal_line.hpp"
#include "cli/output/render.hpp"
#include "commands/chat/client_text.hpp"

namespace facio::chat {
namespace {

/// While it lives, Ctrl-C stops what the agent does in the session instead of ending the program; the second one ends it.
class StopsOnInterrupt {
 public:
  StopsOnInterrupt(Client& client, std::string session) : client_(client), session_(std::move(session)) {
    sigset_t set;
    ::sigemptyset(&set);
    ::sigaddset(&set, SIGINT);
    ::pthread_sigmask(SIG_BLOCK, &set, &before_);
    signals_ = ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    ended_ = ::eventfd(0, EFD_CLOEXEC);
    thread_ = std::thread([this] { watch(); });
  }
  ~StopsOnInterrupt() {
    (void)::eventfd_write(ended_, 1);
    thread_.join();
    ::close(signals_);
    ::close(ended_);
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  StopsOnInterrupt(const StopsOnInterrupt&) = delete;
  StopsOnInterrupt& operator=(const StopsOnInterrupt&) = delete;

 private:
  /// True when Ctrl-C came before the answer.
  [[nodiscard]] bool interrupted() const {
    pollfd watched[] = {{signals_, POLLIN, 0}, {ended_, POLLIN, 0}};
    while (::poll(watched, 2, -1) < 0) {
    }
    signalfd_siginfo info{};
    return (watched[1].revents & POLLIN) == 0 && ::read(signals_, &info, sizeof info) == static_cast<ssize_t>(sizeof info);
  }

  void watch() {
    if (!interrupted()) return;
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);  // from here on the next one ends the program, at once
    StringOutput nothing;
    FdOutput err(STDERR_FILENO);
    Streams streams{client_.streams().in, nothing, err};
    (void)err.write("\nstopping; Ctrl-C again ends this program\n");
    (void)err.flush();
    Client other(client_.invocation(), streams, client_.environment());  // the first one is busy
    std::string body = "{\"sessionKey\":";
    append_json_string(body, session_);
    if (auto stopped = other.ask("agent.stop", {}, body + "}"); !stopped) {
      (void)err.write("facioctl: the run cannot be stopped: " + printable(stopped.error().message()) + "\n");
      (void)err.flush();
    }
    pollfd end{ended_, POLLIN, 0};
    while (::poll(&end, 1, -1) < 0) {
    }
  }

  Client& client_;
  std::string session_;
  sigset_t before_{};
  int signals_ = -1, ended_ = -1;
  std::thread thread_;
};

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

/// The session's key, as the agent's commands want it.
std::string session_of(const Invocation& invocation) {
  const JsonRef id = invocation.has_body ? invocation.body.root().get("session_id") : JsonRef();
  if (!id || id.kind() != JsonKind::string) return "api:default";
  return id.string().starts_with("api:") ? id.string() : "api:" + id.string();
}

/// What the agent says to a message; a failure is for the person to see, and the conversation goes on.
Status answer(Client& client, const std::string& session, const std::string& message) {
  Streams& streams = client.streams();
  auto request = message_request(client, message);
  if (!request) return fail(std::move(request.error()));
  auto response = [&] {
    const StopsOnInterrupt stops(client, session);
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
