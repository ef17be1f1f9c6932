#include "cli/process/ask.hpp"

#include <csignal>
#include <sys/signalfd.h>

#include "cli/process/find_program.hpp"

namespace facio {
namespace {

constexpr std::chrono::hours kForAPerson{24 * 365};
constexpr std::size_t kNoEnd = std::size_t{1} << 40;

/// The signals that end us, held back in this thread until there is time for them.
class EndHeld {
 public:
  EndHeld() {
    sigset_t ends;
    ::sigemptyset(&ends);
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) ::sigaddset(&ends, number);
    ::pthread_sigmask(SIG_BLOCK, &ends, &before_);
    told_ = Descriptor(::signalfd(-1, &ends, SFD_CLOEXEC | SFD_NONBLOCK));
  }
  EndHeld(const EndHeld&) = delete;
  EndHeld& operator=(const EndHeld&) = delete;
  ~EndHeld() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  [[nodiscard]] int fd() const { return told_.get(); }

 private:
  sigset_t before_;
  Descriptor told_;
};

/// The file of a command. Where there is none it is empty, which exec takes for a file that is not there.
std::string file_of(const std::string& command) { return command.find('/') != std::string::npos ? command : find_program(command); }

}  // namespace

Result<RunEnd> ask_program(const ProgramQuestion& question) {
  const EndHeld held;
  auto process = Process::start({.path = file_of(question.command.front()),
                                 .words = question.command,
                                 .environment = own_environment(question.environment),
                                 .streams = {question.input.empty() ? StreamEnd::nothing : StreamEnd::pipe, StreamEnd::pipe,
                                             question.keep_errors ? StreamEnd::pipe : StreamEnd::same}});
  if (!process) return fail(std::move(process.error()));
  return run_to_end(std::move(*process), {.time = question.limit, .cancel = held.fd()}, input_of(question.input));
}

Result<int> run_program(const std::vector<std::string>& command, std::string* captured) {
  auto process = Process::start({.path = file_of(command.front()),
                                 .words = command,
                                 .environment = own_environment(),
                                 .streams = {StreamEnd::same, captured != nullptr ? StreamEnd::pipe : StreamEnd::same, StreamEnd::same},
                                 .own_group = false});
  if (!process) return fail(Code::failed, process.error().message());
  auto end = run_to_end(std::move(*process), {.most_output = kNoEnd, .time = kForAPerson});
  if (!end) return fail(std::move(end.error()));
  if (captured != nullptr) *captured = std::move(end->out);
  return end->code;
}

std::string editor_of(const Environment& environment) {
  for (const auto* name : {"VISUAL", "EDITOR"})
    if (const auto value = environment.get(name); !value.empty()) return std::string(value);
  return "vi";
}

Result<int> run_editor(const std::string& editor, const std::string& path) {
  return run_program({"/bin/sh", "-c", editor + " \"$@\"", editor, path});
}

}  // namespace facio
