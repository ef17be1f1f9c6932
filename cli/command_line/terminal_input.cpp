#include "cli/command_line/terminal_input.hpp"

#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "cli/core/files.hpp"

namespace facio {
namespace {

constexpr std::size_t kLongestAnswer = 4096, kLongestSecret = 1024 * 1024;
constexpr std::array kSignals = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};

volatile std::sig_atomic_t caught = 0;
void note(int signal) { caught = signal; }

/// As long as this lives, signals do not end the program but interrupt wait(), so that the terminal can be restored first.
class Signals {
 public:
  Signals() {
    caught = 0;
    ::sigset_t held;
    ::sigemptyset(&held);
    for (const int signal : kSignals) ::sigaddset(&held, signal);
    ::sigprocmask(SIG_BLOCK, &held, &mask_);
    struct sigaction action {};
    action.sa_handler = note;
    for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &action, &before_[i]);
  }
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  ~Signals() {
    for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &before_[i], nullptr);
    ::sigprocmask(SIG_SETMASK, &mask_, nullptr);
  }
  /// Waits until there is something to read; false when a signal came.
  [[nodiscard]] bool wait(int fd) const {
    pollfd watched{fd, POLLIN, 0};
    while (caught == 0)
      if (::ppoll(&watched, 1, nullptr, &mask_) >= 0 || errno != EINTR) return true;
    return false;
  }

 private:
  ::sigset_t mask_{};
  std::array<struct sigaction, kSignals.size()> before_{};
};

/// Turns echo off and reads byte by byte: the terminal's own line buffer silently drops what exceeds 4095 bytes.
class NoEcho {
 public:
  explicit NoEcho(int fd) : fd_(fd) {
    if (::tcgetattr(fd, &before_) != 0) return;
    struct termios changed = before_;
    changed.c_lflag &= static_cast<tcflag_t>(~(ECHO | ECHONL | ICANON));
    changed.c_cc[VMIN] = 1;
    changed.c_cc[VTIME] = 0;
    set_ = ::tcsetattr(fd, TCSAFLUSH, &changed) == 0;
  }
  NoEcho(const NoEcho&) = delete;
  NoEcho& operator=(const NoEcho&) = delete;
  ~NoEcho() {
    if (set_) ::tcsetattr(fd_, TCSAFLUSH, &before_);
  }
  [[nodiscard]] bool set() const { return set_; }

 private:
  int fd_;
  bool set_ = false;
  struct termios before_ {};
};

void erase_character(std::string& line) {
  while (!line.empty() && (static_cast<unsigned char>(line.back()) & 0xc0) == 0x80) line.pop_back();
  if (!line.empty()) line.pop_back();
}

/// False when a signal came.
bool read_line(int fd, const Signals& signals, std::string& line) {
  constexpr char kEnd = 0x04, kBackspace = 0x08, kKill = 0x15, kDelete = 0x7f;
  line.clear();
  while (line.size() < kLongestSecret) {
    if (!signals.wait(fd)) return false;
    char byte = 0;
    const ssize_t got = ::read(fd, &byte, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0 || byte == '\n' || byte == '\r' || byte == kEnd) return true;
    if (byte == kBackspace || byte == kDelete) erase_character(line);
    else if (byte == kKill) line.clear();
    else line += byte;
  }
  return true;
}

Descriptor terminal() { return Descriptor(::open("/dev/tty", O_RDONLY | O_CLOEXEC)); }

}  // namespace

Result<std::optional<std::string>> ask_line(const std::string& question, Streams& streams) {
  if (auto status = streams.err.write(question); !status) return fail(std::move(status.error()));
  if (auto status = streams.err.flush(); !status) return fail(std::move(status.error()));
  const Descriptor fd = terminal();
  std::optional<std::string> line;
  char byte = 0;
  while (fd) {
    if (read_some(fd.get(), &byte, 1) <= 0) break;
    if (!line) line.emplace();
    if (byte == '\n') break;
    if (line->size() < kLongestAnswer) *line += byte;
  }
  return line;
}

Result<std::string> read_hidden_line(const std::string& prompt, Streams& streams) {
  const Descriptor fd = terminal();
  if (!fd) return fail(Code::usage, "there is no terminal for a prompt");
  std::string line;
  line.reserve(4096);  // no copies of what is typed
  for (bool whole = false; !whole;) {
    {
      const Signals signals;
      const NoEcho no_echo(fd.get());
      if (!no_echo.set()) return fail(Code::usage, "cannot turn off echo on this terminal");
      (void)streams.err.write(prompt);
      (void)streams.err.flush();
      whole = read_line(fd.get(), signals, line);
    }
    (void)streams.err.write("\n");
    (void)streams.err.flush();
    if (!whole) ::raise(caught);  // comes back only after a stop
  }
  return line;
}

Result<std::size_t> ask_choice(const std::string& question, std::span<const std::string_view> words, bool accessible, Streams& streams) {
  std::string shown = accessible ? "" : question;
  for (std::size_t i = 0; accessible && i < words.size(); ++i) shown += std::to_string(i + 1) + ". " + std::string(words[i]) + "\n";
  if (accessible) shown += "Type a number from 1 to " + std::to_string(words.size()) + " and press Enter: ";
  for (;;) {
    auto answer = ask_line(shown, streams);
    if (!answer) return fail(std::move(answer.error()));
    if (!*answer) return words.size() - 1;
    for (std::size_t i = 0; i < words.size() && !(*answer)->empty(); ++i)
      if (**answer == std::to_string(i + 1) || words[i].starts_with(**answer)) return i;
  }
}

}  // namespace facio
