#include "cli/output/pager.hpp"

#include <algorithm>
#include <csignal>
#include <string>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/process/run.hpp"

namespace facio {
namespace {

constexpr int kNotFound = 127;

/// The shell command; empty: no pager.
std::string pager_of(const Environment& environment) {
  if (environment.get(Variable::term) == "dumb") return {};
  // The one variable that counts when it is set to nothing: no pager then, whatever PAGER says.
  const bool own = environment.is_set(Variable::facioctl_pager);
  const std::string_view usual = environment.get(own ? Variable::facioctl_pager : Variable::pager);
  if (usual == "cat" || (own && usual.empty())) return {};
  return usual.empty() ? "less" : std::string(usual);
}

/// Ignores a signal as long as this lives.
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

/// True when the pager ran.
bool run_pager(const std::string& command, std::string_view text) {
  // F: short text is simply printed; R: colours are kept; X: the screen is not cleared.
  const std::vector<std::string> less =
      own_variable(Variable::less).empty() ? std::vector<std::string>{"LESS=FRX"} : std::vector<std::string>{};
  auto pager = Process::start({.path = "/bin/sh",
                               .words = {"sh", "-c", command},
                               .environment = own_environment(less),
                               .streams = {StreamEnd::pipe, StreamEnd::same, StreamEnd::same},
                               .own_group = false});
  if (!pager) return false;
  const Ignored interrupt(SIGINT), quit(SIGQUIT);
  const auto end = run_to_end(std::move(*pager), {.time = std::chrono::hours(24 * 365)}, input_of(std::string(text)));
  return end && end->code != kNotFound;
}

}  // namespace

int terminal_lines() {
  winsize size{};
  return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_row : 0;
}

Status page_tall(std::string_view text, Streams& streams, const Environment& environment) {
  if (streams.out.is_terminal() && std::count(text.begin(), text.end(), '\n') >= terminal_lines()) return page(text, streams, environment);
  return streams.out.write(text);
}

Status page(std::string_view text, Streams& streams, const Environment& environment) {
  const std::string command = streams.out.is_terminal() && !text.empty() ? pager_of(environment) : std::string();
  if (!command.empty()) {
    if (auto flushed = streams.out.flush(); !flushed) return flushed;
    // The shell reports a pager that is missing, which is of interest only for one that the user chose.
    if (run_pager(command == "less" ? "command -v less >/dev/null || exit 127; exec less" : command, text)) return {};
  }
  if (auto written = streams.out.write(text); !written) return written;
  return streams.out.flush();
}

}  // namespace facio
