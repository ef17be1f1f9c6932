#include "cli/output/pager.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace facio {
namespace {

constexpr int kNotFound = 127;

/// What the shell is to run; empty: no pager.
std::string pager_of(const Environment& environment) {
  // Set to nothing means none, which the environment's interface does not tell from unset.
  if (const char* own = std::getenv("FACIOCTL_PAGER"); own != nullptr) return std::string(own) == "cat" ? "" : own;
  const std::string_view usual = environment.get("PAGER");
  if (usual == "cat") return {};
  return usual.empty() ? "less" : std::string(usual);
}

/// A signal that is ignored as long as this lives.
class Ignored {
 public:
  explicit Ignored(int number) : number_(number) {
    struct sigaction ignore {};
    ignore.sa_handler = SIG_IGN;
    ::sigaction(number_, &ignore, &before_);
  }
  Ignored(const Ignored&) = delete;
  Ignored& operator=(const Ignored&) = delete;
  ~Ignored() { ::sigaction(number_, &before_, nullptr); }

 private:
  int number_;
  struct sigaction before_ {};
};

void feed(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t wrote = ::write(fd, text.data(), text.size());
    if (wrote > 0) text.remove_prefix(static_cast<std::size_t>(wrote));
    else if (errno != EINTR) return;  // it was left
  }
}

/// True when the pager ran.
bool run_pager(const std::string& command, std::string_view text) {
  int ends[2];
  if (::pipe(ends) != 0) return false;
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::dup2(ends[0], STDIN_FILENO);
    ::close(ends[0]);
    ::close(ends[1]);
    ::setenv("LESS", "FRX", 0);  // short text is simply printed; colours are kept; nothing is cleared at the end
    ::execl("/bin/sh", "sh", "-c", command.c_str(), static_cast<char*>(nullptr));
    ::_exit(kNotFound);
  }
  ::close(ends[0]);
  int status = 0;
  {
    const Ignored pipe(SIGPIPE), interrupt(SIGINT), quit(SIGQUIT);
    if (pid > 0) feed(ends[1], text);
    ::close(ends[1]);
    while (pid > 0 && ::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
  }
  return pid > 0 && !(WIFEXITED(status) && WEXITSTATUS(status) == kNotFound);
}

/// Lines of the terminal; 0 when nobody knows.
int terminal_lines() {
  winsize size{};
  return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_row : 0;
}

}  // namespace

Status page_tall(std::string_view text, Streams& streams, const Environment& environment) {
  if (streams.out.is_terminal() && std::count(text.begin(), text.end(), '\n') >= terminal_lines()) return page(text, streams, environment);
  return streams.out.write(text);
}

Status page(std::string_view text, Streams& streams, const Environment& environment) {
  const std::string command = streams.out.is_terminal() && !text.empty() ? pager_of(environment) : std::string();
  if (!command.empty()) {
    if (auto flushed = streams.out.flush(); !flushed) return flushed;
    // A shell that does not find the pager says so; for the pager that nobody asked for, that is no news.
    if (run_pager(command == "less" ? "command -v less >/dev/null || exit 127; exec less" : command, text)) return {};
  }
  if (auto written = streams.out.write(text); !written) return written;
  return streams.out.flush();
}

}  // namespace facio
