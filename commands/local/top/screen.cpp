#include "commands/local/top/screen.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "cli/core/files.hpp"
#include "cli/core/streams.hpp"

namespace facio::top {
namespace {

constexpr std::string_view kEnter = "\x1b[?1049h\x1b[?25l\x1b[H\x1b[2J";
constexpr std::string_view kLeave = "\x1b[0m\x1b[?25h\x1b[?1049l";
constexpr std::array kHandled = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH};
constexpr std::array kFatal = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

// All that a signal handler touches.
termios before;
volatile std::sig_atomic_t in_use = 0;
int signal_pipe[2] = {-1, -1};

void put(std::string_view text) { (void)write_all(STDOUT_FILENO, text); }

void restore_terminal() {
  if (in_use == 0) return;
  in_use = 0;
  put(kLeave);
  ::tcsetattr(STDIN_FILENO, TCSANOW, &before);
}

void on_signal(int signal) {
  const int saved = errno;
  const char byte = static_cast<char>(signal);
  (void)!::write(signal_pipe[1], &byte, 1);
  errno = saved;
}

/// The default action follows: SA_RESETHAND.
void on_crash(int signal) {
  restore_terminal();
  ::raise(signal);
}

void set_handlers(bool ours) {
  struct sigaction action {};
  for (const int signal : kHandled) {
    action.sa_handler = ours ? on_signal : SIG_DFL;
    ::sigaction(signal, &action, nullptr);
  }
  action.sa_flags = SA_RESETHAND | SA_NODEFER;
  for (const int signal : kFatal) {
    action.sa_handler = ours ? on_crash : SIG_DFL;
    ::sigaction(signal, &action, nullptr);
  }
}

}  // namespace

Result<std::unique_ptr<Screen>> Screen::take() {
  const std::string_view kind = own_variable(Variable::term);
  if (::isatty(STDIN_FILENO) == 0 || ::isatty(STDOUT_FILENO) == 0 || kind.empty() || kind == "dumb")
    return fail(Code::usage, "full-screen mode needs a terminal", "facioctl top --once -o json");
  if (::pipe2(signal_pipe, O_CLOEXEC | O_NONBLOCK) != 0) return fail(Code::failed, "no pipe: " + system_reason(errno));
  std::unique_ptr<Screen> screen(new Screen);
  set_handlers(true);
  screen->enter();
  return screen;
}

Screen::~Screen() {
  restore();
  set_handlers(false);
  for (const int end : signal_pipe) ::close(end);
}

void Screen::enter() {
  if (::tcgetattr(STDIN_FILENO, &before) == 0) {
    struct termios raw = before;
    raw.c_lflag &= static_cast<tcflag_t>(~(ECHO | ICANON | IEXTEN));
    raw.c_iflag &= static_cast<tcflag_t>(~(IXON | ICRNL));
    raw.c_cc[VMIN] = 0;
    raw.c_cc[VTIME] = 0;
    ::tcsetattr(STDIN_FILENO, TCSANOW, &raw);
  }
  in_use = 1;
  inside_ = true;
  put(kEnter);
  measure();
}

void Screen::restore() {
  if (!inside_) return;
  inside_ = false;
  restore_terminal();
}

void Screen::measure() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return;
  columns_ = size.ws_col;
  lines_ = size.ws_row;
}

Wakeup Screen::wait(int wake, int timeout_ms) {
  Wakeup wakeup;
  pollfd watched[] = {{STDIN_FILENO, POLLIN, 0}, {signal_pipe[0], POLLIN, 0}, {wake, POLLIN, 0}};
  if (::poll(watched, 3, timeout_ms) <= 0) return wakeup;
  unsigned char signal = 0;
  while (::read(signal_pipe[0], &signal, 1) == 1) {
    if (signal == SIGTSTP) {
      restore();
      ::raise(SIGSTOP);  // continues here when the shell says so
      enter();
      wakeup.resized = true;
    } else if (signal == SIGWINCH || signal == SIGCONT) {
      measure();
      put("\x1b[2J");
      wakeup.resized = true;
    } else {
      wakeup.ended_by = signal;
    }
  }
  if ((watched[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0) {
    char typed[256];
    const ssize_t got = ::read(STDIN_FILENO, typed, sizeof typed);
    if (got > 0) wakeup.keys.assign(typed, static_cast<std::size_t>(got));
    else if ((watched[0].revents & (POLLHUP | POLLERR)) != 0) wakeup.ended_by = SIGHUP;  // the terminal is gone
  }
  wakeup.woken = (watched[2].revents & POLLIN) != 0;
  return wakeup;
}

Status Screen::paint(const std::vector<std::string>& rows) {
  std::string text = "\x1b[H";
  for (std::size_t i = 0; i < rows.size(); ++i) text += rows[i] + "\x1b[0m\x1b[K" + (i + 1 < rows.size() ? "\r\n" : "");
  text += "\x1b[J";
  if (write_all(STDOUT_FILENO, text)) return {};
  return fail(Code::output, "cannot write to the terminal: " + system_reason(errno));
}

}  // namespace facio::top
