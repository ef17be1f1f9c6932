#include "commands/facio/mcp/server/program.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/process/process.hpp"

namespace facio::serve {
namespace {

void complain(std::string_view text) { (void)!::write(2, text.data(), text.size()); }

/// Becomes the program, in the child of the keeper.
[[noreturn]] void become(const Launch& launch, pid_t keeper) {
  const StartFailure failure = launch.become(keeper);
  if (failure.step == StartFailure::Step::directory) complain("the workspace cannot be opened\n");
  if (failure.step == StartFailure::Step::execution)
    complain(failure.error == ENOEXEC ? "the file is not a program and has no interpreter line\n" : "the file cannot be executed\n");
  ::_exit(127);
}

extern "C" void child_ended(int) {}

/// Fills in the keeper's children, orphans that it has adopted among them; gives their number.
std::size_t own_children(std::array<pid_t, 256>& found) {
  const int file = ::open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  std::array<char, 4096> text{};
  const ssize_t size = ::read(file, text.data(), text.size());
  ::close(file);
  std::size_t count = 0;
  pid_t pid = 0;
  for (ssize_t i = 0; i < size && count < found.size(); ++i) {
    const char c = text[static_cast<std::size_t>(i)];
    if (c >= '0' && c <= '9') {
      pid = pid * 10 + (c - '0');
    } else if (pid > 0) {
      found[count++] = pid;
      pid = 0;
    }
  }
  return count;
}

/// Kills the program's group, and then the processes that have left it.
void end_all(pid_t program) {
  ::kill(-program, SIGKILL);
  std::array<pid_t, 256> left{};
  while (::waitpid(-1, nullptr, WNOHANG) >= 0) {
    const std::size_t count = own_children(left);
    for (std::size_t i = 0; i < count; ++i) ::kill(left[i], SIGKILL);
    // Without a list of children only the program can be waited for.
    if (::waitpid(count == 0 ? program : -1, nullptr, 0) < 0) return;
  }
}

/// The keeper: forwards signals, reports how the program ended, and kills its group when the other end of `control` is closed.
[[noreturn]] void keep(const Launch& launch, int control_end, int status_end) {
  ::setpgid(0, 0);
  // A raw call: sanitizers record thread names under a lock that another thread may have held at the fork.
  ::syscall(SYS_prctl, PR_SET_NAME, "mcp-keeper", 0L, 0L, 0L);
  sigset_t all, waiting;
  ::sigfillset(&all);
  ::sigprocmask(SIG_SETMASK, &all, nullptr);
  waiting = all;
  ::sigdelset(&waiting, SIGCHLD);
  struct sigaction action {};
  action.sa_handler = child_ended;
  ::sigaction(SIGCHLD, &action, nullptr);

  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  const pid_t self = ::getpid();
  const pid_t program = ::fork();
  if (program == 0) become(launch, self);
  if (program > 0) ::setpgid(program, program);
  ::dup2(control_end, 0);
  ::dup2(status_end, 1);
  close_descriptors(2);

  int status = 127 << 8;
  while (program > 0) {
    const pid_t got = ::waitpid(program, &status, WNOHANG);
    if (got == program || (got < 0 && errno != EINTR)) break;
    pollfd control{0, POLLIN, 0};
    if (::ppoll(&control, 1, nullptr, &waiting) <= 0) continue;
    char what = 0;
    if (::read(0, &what, 1) == 1) {
      ::kill(-program, what == 'T' ? SIGTERM : SIGKILL);
    } else {
      end_all(program);
      ::_exit(0);
    }
  }
  if (program > 0) end_all(program);  // the processes that it left behind
  (void)!::write(1, &status, sizeof status);
  ::_exit(0);
}

std::string describe_exit(int status) {
  if (WIFEXITED(status)) return "ended with exit code " + std::to_string(WEXITSTATUS(status));
  if (!WIFSIGNALED(status)) return "ended";
  const char* name = ::sigdescr_np(WTERMSIG(status));
  return "was ended by signal " + std::to_string(WTERMSIG(status)) + (name != nullptr ? std::string(" (") + name + ")" : std::string());
}

}  // namespace

std::string find_command(const std::string& command, const std::string& directory) {
  if (command.find('/') == std::string::npos) return find_program(command);
  const std::string path = command.starts_with('/') ? command : directory + "/" + command;
  return is_program(path) ? path : std::string();
}

McpProgram::~McpProgram() {
  if (keeper_ < 0) return;
  kill();
  (void)outcome();
}

Status McpProgram::start(const McpProgramLine& line) {
  const std::string path = find_command(line.command, line.directory);
  if (path.empty())
    return fail(Code::unavailable, line.command.find('/') == std::string::npos
                                       ? "the program " + line.command + " is not installed on the agent's machine"
                                       : "there is no program " + line.command + " on the agent's machine");
  ProgramStart start{
      .path = path, .words = {line.command}, .directory = line.directory, .streams = {StreamEnd::pipe, StreamEnd::pipe, StreamEnd::pipe}};
  start.words.insert(start.words.end(), line.arguments.begin(), line.arguments.end());
  for (const Secret& variable : line.environment) start.environment.push_back(variable.reveal().data());
  auto launch = Launch::prepare(std::move(start));
  if (!launch) return fail(std::move(launch.error()));
  PipeEnds control = make_pipe(), status = make_pipe();
  // Above the numbers that keep() will give them.
  const Descriptor their_control(::fcntl(control.reading.get(), F_DUPFD_CLOEXEC, 3));
  const Descriptor their_status(::fcntl(status.writing.get(), F_DUPFD_CLOEXEC, 3));
  if (!their_control || !their_status) return fail(Code::unavailable, "cannot create a pipe for the program: " + system_reason(errno));
  const pid_t made = ::fork();
  if (made < 0) return fail(Code::unavailable, "cannot create a process: " + system_reason(errno));
  if (made == 0) keep(*launch, their_control.get(), their_status.get());
  keeper_ = made;
  in = std::move(launch->in);
  out = std::move(launch->out);
  err = std::move(launch->err);
  control_ = std::move(control.writing);
  status_ = std::move(status.reading);
  return {};
}

void McpProgram::command_keeper(char command) {
  if (control_) (void)!::write(control_.get(), &command, 1);
}

std::string McpProgram::outcome() {
  if (keeper_ < 0) return outcome_;
  int status = 0;
  ssize_t got = 0;
  while ((got = ::read(status_.get(), &status, sizeof status)) < 0 && errno == EINTR) {
  }
  outcome_ = got == sizeof status ? describe_exit(status) : "is gone";
  control_.close();
  while (::waitpid(keeper_, nullptr, 0) < 0 && errno == EINTR) {
  }
  keeper_ = -1;
  return outcome_;
}

}  // namespace facio::serve
