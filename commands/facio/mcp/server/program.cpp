#include "commands/facio/mcp/server/program.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace facio::serve {
namespace {

constexpr char kTerminate = 'T', kKill = 'K';

bool runs(const std::string& path) {
  struct stat found {};
  return ::stat(path.c_str(), &found) == 0 && S_ISREG(found.st_mode) && ::access(path.c_str(), X_OK) == 0;
}

/// Everything that is needed between fork and exec, where nothing may be allocated.
struct Prepared {
  const char* path;
  char* const* arguments;
  char* const* environment;
  const char* directory;
  std::array<int, 3> streams;
  int control, status;
};

void close_from(unsigned first) {
#ifdef SYS_close_range
  if (::syscall(SYS_close_range, first, ~0U, 0U) == 0) return;
#endif
  for (unsigned fd = first; fd < 65536; ++fd) ::close(static_cast<int>(fd));
}

void complain(std::string_view text) { (void)!::write(2, text.data(), text.size()); }

/// The program itself.
[[noreturn]] void become(const Prepared& it, pid_t keeper) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != keeper) ::_exit(127);
  for (int to = 0; to < 3; ++to)
    if (::dup2(it.streams[static_cast<std::size_t>(to)], to) < 0) ::_exit(127);
  close_from(3);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  ::signal(SIGCHLD, SIG_DFL);
  if (::chdir(it.directory) != 0) {
    complain("the workspace cannot be entered\n");
    ::_exit(127);
  }
  ::execve(it.path, it.arguments, it.environment);
  complain(errno == ENOEXEC ? "the file is no program, and its first line names none that reads it\n" : "the file cannot be executed\n");
  ::_exit(127);
}

extern "C" void child_ended(int) {}

/// The keeper's children, as many as fit; how many they are. What has lost its own parent is among them.
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

/// Ends the program's group, and then what has left the group.
void end_all(pid_t program) {
  ::kill(-program, SIGKILL);
  std::array<pid_t, 256> left{};
  while (::waitpid(-1, nullptr, WNOHANG) >= 0) {
    const std::size_t count = own_children(left);
    for (std::size_t i = 0; i < count; ++i) ::kill(left[i], SIGKILL);
    // Without a list of children there is nobody to wait for but the program.
    if (::waitpid(count == 0 ? program : -1, nullptr, 0) < 0) return;
  }
}

/// The keeper: passes signals on, tells how the program ended, and ends its group when the other end of `control` is gone.
[[noreturn]] void keep(const Prepared& it) {
  ::setpgid(0, 0);
  // Past the sanitizers, which note names of threads under a lock that another thread may have held at the fork.
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
  if (program == 0) become(it, self);
  if (program > 0) ::setpgid(program, program);
  for (const int stream : it.streams) ::close(stream);
  ::dup2(it.control, 0);
  ::dup2(it.status, 1);
  close_from(2);

  int status = 127 << 8;
  while (program > 0) {
    const pid_t got = ::waitpid(program, &status, WNOHANG);
    if (got == program || (got < 0 && errno != EINTR)) break;
    pollfd control{0, POLLIN, 0};
    if (::ppoll(&control, 1, nullptr, &waiting) <= 0) continue;
    char what = 0;
    if (::read(0, &what, 1) == 1) {
      ::kill(-program, what == kTerminate ? SIGTERM : SIGKILL);
    } else {
      end_all(program);
      ::_exit(0);
    }
  }
  if (program > 0) end_all(program);  // what the program has left behind
  (void)!::write(1, &status, sizeof status);
  ::_exit(0);
}

template <class Text, class View>
std::vector<char*> pointers(const std::vector<Text>& texts, View view) {
  std::vector<char*> all;
  all.reserve(texts.size() + 1);
  for (const Text& text : texts) all.push_back(const_cast<char*>(view(text)));  // NOLINT: execve's old signature
  all.push_back(nullptr);
  return all;
}

/// A pipe with the first end for reading; both are closed at an exec and have numbers above those of the standard streams.
bool make_pipe(Pipe& reading, Pipe& writing) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return false;
  reading = Pipe(ends[0]);
  writing = Pipe(ends[1]);
  for (Pipe* one : {&reading, &writing})
    if (one->fd() < 3) *one = Pipe(::fcntl(one->fd(), F_DUPFD_CLOEXEC, 3));
  return reading.fd() >= 0 && writing.fd() >= 0;
}

std::string told(int status) {
  if (WIFEXITED(status)) return "ended with exit code " + std::to_string(WEXITSTATUS(status));
  if (!WIFSIGNALED(status)) return "ended";
  const char* name = ::sigdescr_np(WTERMSIG(status));
  return "was ended by signal " + std::to_string(WTERMSIG(status)) + (name != nullptr ? std::string(" (") + name + ")" : std::string());
}

}  // namespace

std::string find_command(const std::string& command, const std::string& directory) {
  if (command.find('/') != std::string::npos) {
    const std::string path = command.starts_with('/') ? command : directory + "/" + command;
    return runs(path) ? path : std::string();
  }
  const char* path = std::getenv("PATH");
  std::string_view rest = path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin";
  while (!rest.empty()) {
    const auto colon = rest.find(':');
    const std::string folder(rest.substr(0, colon));
    rest = colon == std::string_view::npos ? std::string_view{} : rest.substr(colon + 1);
    if (!folder.starts_with('/')) continue;  // never from the working directory
    if (runs(folder + "/" + command)) return folder + "/" + command;
  }
  return {};
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
  Pipe their_in, their_out, their_err, their_control, their_status;
  if (!make_pipe(their_in, in) || !make_pipe(out, their_out) || !make_pipe(err, their_err) || !make_pipe(their_control, control_) ||
      !make_pipe(status_, their_status))
    return fail(Code::unavailable, "no pipe for the program: " + std::generic_category().message(errno));
  for (const Pipe* ours : {&in, &out, &err}) ::fcntl(ours->fd(), F_SETFL, O_NONBLOCK);
  std::vector<std::string> words{line.command};
  words.insert(words.end(), line.arguments.begin(), line.arguments.end());
  const auto arguments = pointers(words, [](const std::string& text) { return text.c_str(); });
  const auto environment = pointers(line.environment, [](const Secret& text) { return text.reveal().data(); });
  const Prepared prepared{
      path.c_str(),       arguments.data(), environment.data(), line.directory.c_str(), {their_in.fd(), their_out.fd(), their_err.fd()},
      their_control.fd(), their_status.fd()};
  const pid_t made = ::fork();
  if (made < 0) return fail(Code::unavailable, "no new process: " + std::generic_category().message(errno));
  if (made == 0) keep(prepared);
  keeper_ = made;
  return {};
}

void McpProgram::say(char what) {
  if (control_.fd() >= 0) (void)!::write(control_.fd(), &what, 1);
}
void McpProgram::terminate() { say(kTerminate); }
void McpProgram::kill() { say(kKill); }

std::string McpProgram::outcome() {
  if (keeper_ < 0) return outcome_;
  int status = 0;
  ssize_t got = 0;
  while ((got = ::read(status_.fd(), &status, sizeof status)) < 0 && errno == EINTR) {
  }
  outcome_ = got == sizeof status ? told(status) : "is gone";
  control_.close();
  while (::waitpid(keeper_, nullptr, 0) < 0 && errno == EINTR) {
  }
  keeper_ = -1;
  return outcome_;
}

}  // namespace facio::serve
