#include "cli/command_line/other_program.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

extern char** environ;

namespace facio {
namespace {

tl::unexpected<Error> cannot(const std::string& what, int error) {
  return fail(Code::output, "cannot " + what + ": " + std::generic_category().message(error));
}

std::string read_to_end(int fd) {
  std::string out;
  std::array<char, 65536> part{};
  while (true) {
    const ssize_t got = ::read(fd, part.data(), part.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return out;
    out.append(part.data(), static_cast<std::size_t>(got));
  }
}

}  // namespace

Result<PrivateDirectory> PrivateDirectory::make(const Environment& environment) {
  const std::string_view base = environment.get("TMPDIR");
  std::string path = std::string(base.empty() ? "/tmp" : base) + "/facioctl-XXXXXX";
  if (::mkdtemp(path.data()) == nullptr) return cannot("make a directory " + path, errno);
  return PrivateDirectory(path);
}

PrivateDirectory::PrivateDirectory(PrivateDirectory&& other) noexcept : path_(std::move(other.path_)), kept_(other.kept_) {
  other.kept_ = true;
}

PrivateDirectory::~PrivateDirectory() {
  std::error_code ignored;
  if (!kept_) std::filesystem::remove_all(path_, ignored);
}

Status PrivateDirectory::write(const std::string& name, std::string_view bytes) const {
  const std::string path = file(name);
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return cannot("write " + path, errno);
  ::close(fd);
  std::ofstream out(path, std::ios::binary);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (!out) return cannot("write " + path, EIO);
  return {};
}

Result<std::string> PrivateDirectory::read(const std::string& name) const {
  std::ifstream in(file(name), std::ios::binary);
  if (!in) return cannot("read " + file(name), errno);
  std::ostringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}

Result<int> run_program(const std::vector<std::string>& arguments, std::string* captured) {
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  int pipes[2] = {-1, -1};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (captured != nullptr) {
    if (::pipe2(pipes, O_CLOEXEC) != 0) return cannot("make a pipe", errno);
    posix_spawn_file_actions_adddup2(&actions, pipes[1], 1);
  }
  pid_t pid = 0;
  const int error = ::posix_spawnp(&pid, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (captured != nullptr) {
    ::close(pipes[1]);
    if (error == 0) *captured = read_to_end(pipes[0]);
    ::close(pipes[0]);
  }
  if (error != 0) return fail(Code::failed, "cannot start " + arguments.front() + ": " + std::generic_category().message(error));
  int ended = 0;
  while (::waitpid(pid, &ended, 0) < 0)
    if (errno != EINTR) return cannot("wait for " + arguments.front(), errno);
  return WIFEXITED(ended) ? WEXITSTATUS(ended) : 128 + WTERMSIG(ended);
}

}  // namespace facio
