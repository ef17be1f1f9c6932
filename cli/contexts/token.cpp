#include "cli/contexts/token.hpp"

#include <fcntl.h>
#include <poll.h>
#include <csignal>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>

#include "cli/core/json.hpp"

extern char** environ;

namespace facio {
namespace {

constexpr std::size_t kMostBytes = 64 * 1024;
constexpr auto kMostTime = std::chrono::seconds(5);

tl::unexpected<Error> refuse(std::string message, std::string hint = {}) {
  return fail(Code::unauthenticated, std::move(message), std::move(hint));
}

Status check_owner(int fd, const std::string& path) {
  struct ::stat status {};
  if (::fstat(fd, &status) != 0) return refuse("cannot read the token file " + path + ": " + std::strerror(errno));
  if (!S_ISREG(status.st_mode)) return refuse("the token file " + path + " is not a regular file");
  if (status.st_uid != ::geteuid())
    return refuse("the token file " + path + " belongs to another user", "a file of your own with --token-file");
  if ((status.st_mode & 077U) != 0) return refuse("the token file " + path + " can be read by others", "chmod 600 " + path);
  return {};
}

/// Reads until the end or the deadline; false when time ran out.
bool read_until(int fd, std::string& text, std::chrono::steady_clock::time_point deadline) {
  char block[4096];
  while (text.size() <= kMostBytes) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
    pollfd waiting{fd, POLLIN, 0};
    const int ready = ::poll(&waiting, 1, static_cast<int>(std::max<std::int64_t>(left, 0)));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return false;
    const ssize_t got = ::read(fd, block, sizeof block);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return true;
    text.append(block, static_cast<std::size_t>(got));
  }
  return true;
}

struct Child {
  pid_t id = -1;
  int out = -1;
};

/// Starts the program without a shell: standard input closed, standard error passed through.
Result<Child> start(const std::vector<std::string>& command) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return refuse(std::string("cannot start the token helper: ") + std::strerror(errno));
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  Child child;
  const int error = ::posix_spawnp(&child.id, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  if (error != 0) {
    ::close(ends[0]);
    return refuse("cannot start the token helper " + command[0] + ": " + std::strerror(error));
  }
  child.out = ends[0];
  return child;
}

}  // namespace

Result<Secret> clean_token(std::string text, const std::string& from) {
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  if (text.empty()) return refuse("the token from " + from + " is empty");
  if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x21 || c == 0x7f; }))
    return refuse("the token from " + from + " holds a blank or a control character; a token is one word");
  return Secret(std::move(text));
}

Result<Secret> token_from_file(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0 && errno == ELOOP) return refuse("the token file " + path + " is a link; name the file itself");
  if (fd < 0) return refuse("cannot read the token file " + path + ": " + std::strerror(errno));
  auto owned = check_owner(fd, path);
  if (!owned) {
    ::close(fd);
    return fail(std::move(owned.error()));
  }
  auto text = FdInput(fd).read_all(kMostBytes);
  ::close(fd);
  if (!text) return refuse("cannot read the token file " + path + ": " + text.error().message());
  return clean_token(std::move(*text), "file " + path);
}

Result<Secret> token_from_input(Input& input, const std::string& from) {
  auto text = input.read_all(kMostBytes);
  if (!text) return refuse("cannot read the token from " + from + ": " + text.error().message());
  return clean_token(std::move(*text), from);
}

Result<Secret> token_from_program(const std::vector<std::string>& command) {
  auto child = start(command);
  if (!child) return fail(std::move(child.error()));
  std::string text;
  const bool in_time = read_until(child->out, text, std::chrono::steady_clock::now() + kMostTime);
  ::close(child->out);
  if (!in_time) ::kill(child->id, SIGKILL);
  int status = 0;
  while (::waitpid(child->id, &status, 0) < 0 && errno == EINTR) {
  }
  const std::string name = "token helper " + command[0];
  if (!in_time) return refuse("the " + name + " did not answer within 5 seconds");
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    return refuse("the " + name + " failed" + (WIFEXITED(status) ? " with code " + std::to_string(WEXITSTATUS(status)) : std::string()));
  if (text.starts_with('{')) {
    const auto document = JsonDocument::parse(text);
    const JsonRef token = document ? document->root().get("token") : JsonRef();
    if (!token || token.kind() != JsonKind::string) return refuse("the " + name + " gave no JSON object with the text `token`");
    return clean_token(token.string(), name);
  }
  return clean_token(std::move(text), name);
}

}  // namespace facio
