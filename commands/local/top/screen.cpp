#include "commands/local/top/screen.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

namespace facio::top {
namespace {

constexpr std::string_view kEnter = "\x1b[?1049h\x1b[?25l\x1b[H\x1b[2J";
constexpr std::string_view kLeave = "\x1b[0m\x1b[?25h\x1b[?1049l";
constexpr std::array kTold = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH};
constexpr std::array kFatal = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

// A handler reaches nothing but what is here.
termios before;
volatile std::sig_atomic_t taken = 0;
int tell_ends[2] = {-1, -1};

void put(std::string_view text) {
  while (!text.empty()) {
    const ssize_t wrote = ::write(STDOUT_FILENO, text.data(), text.size());
    if (wrote > 0) text.remove_prefix(static_cast<std::size_t>(wrote));
    else if (errno != EINTR) return;
  }
}

void give_back() {
  if (taken == 0) return;
  taken = 0;
  put(kLeave);
  ::tcsetattr(STDIN_FILENO, TCSANOW, &before);
}

void tell(int signal) {
  const int kept = errno;
  const char byte = static_cast<char>(signal);
  (void)!::write(tell_ends[1], &byte, 1);
  errno = kept;
}

/// The default action follows when this returns: SA_RESETHAND.
void crashed(int signal) {
  give_back();
  ::raise(signal);
}

void set_handlers(bool ours) {
  struct sigaction action {};
  for (const int signal : kTold) {
    action.sa_handler = ours ? tell : SIG_DFL;
    ::sigaction(signal, &action, nullptr);
  }
  action.sa_flags = SA_RESETHAND | SA_NODEFER;
  for (const int signal : kFatal) {
    action.sa_handler = ours ? crashed : SIG_DFL;
    ::sigaction(signal, &action, nullptr);
  }
}

}  // namespace

Result<std::unique_ptr<Screen>> Screen::take() {
  const char* kind = std::getenv("TERM");
  if (::isatty(STDIN_FILENO) == 0 || ::isatty(STDOUT_FILENO) == 0 || kind == nullptr || *kind == '\0' || std::strcmp(kind, "dumb") == 0)
    return fail(Code::usage, "the whole screen needs a terminal, and there is none", "facioctl top --once -o json");
  if (::pipe2(tell_ends, O_CLOEXEC | O_NONBLOCK) != 0) return fail(Code::failed, "no pipe: " + system_reason(errno));
  std::unique_ptr<Screen> screen(new Screen);
  set_handlers(true);
  screen->enter();
  return screen;
}

Screen::~Screen() {
  leave();
  set_handlers(false);
  for (const int end : tell_ends) ::close(end);
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
  taken = 1;
  inside_ = true;
  put(kEnter);
  measure();
}

void Screen::leave() {
  if (!inside_) return;
  inside_ = false;
  give_back();
}

void Screen::measure() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return;
  columns_ = size.ws_col;
  lines_ = size.ws_row;
}

Happened Screen::wait(int wake, int timeout_ms) {
  Happened happened;
  pollfd watched[] = {{STDIN_FILENO, POLLIN, 0}, {tell_ends[0], POLLIN, 0}, {wake, POLLIN, 0}};
  if (::poll(watched, 3, timeout_ms) <= 0) return happened;
  unsigned char signal = 0;
  while (::read(tell_ends[0], &signal, 1) == 1) {
    if (signal == SIGTSTP) {
      leave();
      ::raise(SIGSTOP);  // goes on here when the shell says so
      enter();
      happened.resized = true;
    } else if (signal == SIGWINCH || signal == SIGCONT) {
      measure();
      put("\x1b[2J");
      happened.resized = true;
    } else {
      happened.ended_by = signal;
    }
  }
  if ((watched[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0) {
    char typed[256];
    const ssize_t got = ::read(STDIN_FILENO, typed, sizeof typed);
    if (got > 0) happened.keys.assign(typed, static_cast<std::size_t>(got));
    else if ((watched[0].revents & (POLLHUP | POLLERR)) != 0) happened.ended_by = SIGHUP;  // the terminal is gone
  }
  happened.woken = (watched[2].revents & POLLIN) != 0;
  return happened;
}

Status Screen::paint(const std::vector<std::string>& rows) {
  std::string text = "\x1b[H";
  for (std::size_t i = 0; i < rows.size(); ++i) text += rows[i] + "\x1b[0m\x1b[K" + (i + 1 < rows.size() ? "\r\n" : "");
  text += "\x1b[J";
  std::string_view rest = text;
  while (!rest.empty()) {
    const ssize_t wrote = ::write(STDOUT_FILENO, rest.data(), rest.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return fail(Code::output, "cannot write to the terminal: " + system_reason(errno));
    rest.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return {};
}

}  // namespace facio::top
