#include "cli/command_line/hidden_input.hpp"

#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

namespace facio {
namespace {

constexpr std::size_t kLongestLine = 1024 * 1024;
constexpr std::array kSignals = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};

volatile std::sig_atomic_t caught = 0;
void note(int signal) { caught = signal; }

/// Signals interrupt the waiting, and nothing else, instead of ending the program, so that the terminal can be set right first.
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
  /// Until there is something to read; false when a signal came.
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

/// Takes every byte as it comes: a terminal's own line holds 4095 bytes and drops the rest without a word.
class Unseen {
 public:
  explicit Unseen(int fd) : fd_(fd) {
    if (::tcgetattr(fd, &before_) != 0) return;
    struct termios unseen = before_;
    unseen.c_lflag &= static_cast<tcflag_t>(~(ECHO | ECHONL | ICANON));
    unseen.c_cc[VMIN] = 1;
    unseen.c_cc[VTIME] = 0;
    set_ = ::tcsetattr(fd, TCSAFLUSH, &unseen) == 0;
  }
  Unseen(const Unseen&) = delete;
  Unseen& operator=(const Unseen&) = delete;
  ~Unseen() {
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
  while (line.size() < kLongestLine) {
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

}  // namespace

Result<std::string> read_hidden_line(const std::string& prompt, Streams& streams) {
  const int fd = ::open("/dev/tty", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return fail(Code::usage, "there is no terminal to ask at");
  std::string line;
  line.reserve(4096);  // no copies of what is typed
  for (bool whole = false; !whole;) {
    {
      const Signals signals;
      const Unseen unseen(fd);
      if (!unseen.set()) {
        ::close(fd);
        return fail(Code::usage, "the terminal cannot be kept from showing what is typed");
      }
      (void)streams.err.write(prompt);
      (void)streams.err.flush();
      whole = read_line(fd, signals, line);
    }
    (void)streams.err.write("\n");
    (void)streams.err.flush();
    if (!whole) ::raise(caught);  // comes back only after a stop
  }
  ::close(fd);
  return line;
}

}  // namespace facio
