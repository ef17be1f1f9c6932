#include "commands/serve/sandbox/sandbox.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cli/core/json.hpp"
#include "cli/http/connection.hpp"
#include "cli/process/process.hpp"
#include "commands/serve/sandbox/bubblewrap.hpp"
#include "commands/serve/sandbox/call_filter.hpp"
#include "commands/serve/sandbox/output_window.hpp"

namespace facio::serve {
namespace {

using Time = std::chrono::steady_clock;

constexpr std::size_t kMostErrors = 4096;
constexpr std::size_t kFlood = std::size_t{64} << 20U;
constexpr std::chrono::milliseconds kLastWords{700};  ///< from the kill to the end of the pipes
constexpr std::uint64_t kMostData = std::uint64_t{4} << 30U, kMostFile = std::uint64_t{1} << 30U, kMostOpen = 1024;
/// Merges errors into the output, and limits the processes of the new namespace if the shell can.
constexpr std::string_view kBegin = R"(ulimit -u 512 2>/dev/null || ulimit -p 512 2>/dev/null; exec 2>&1; exec "$@")";

/// A file in memory, positioned at its start.
Result<Descriptor> memory_file(std::string_view bytes) {
  Descriptor file(::memfd_create("facioctl", MFD_CLOEXEC));
  if (!file || !write_all(file.get(), bytes) || ::lseek(file.get(), 0, SEEK_SET) != 0)
    return fail(Code::internal, "no file in memory: " + system_reason(errno));
  return file;
}

/// Each terminated by a NUL. A Secret, since there are secrets among them.
Secret joined(const std::vector<std::string>& words) {
  std::size_t size = 0;
  for (const std::string& word : words) size += word.size() + 1;
  std::string all;
  all.reserve(size);
  for (const std::string& word : words) all.append(word).push_back('\0');
  return Secret(std::move(all));
}

/// `about` becomes the descriptor for bubblewrap's information about the sandbox.
Result<Process> start(const std::string& workspace, const HiddenPlaces& hidden, const SandboxCall& call, Descriptor& about) {
  std::string program = find_program("bwrap");
  if (program.empty())
    return fail(Code::unavailable, "exec needs the sandbox, but bwrap (package bubblewrap) is not installed on the agent's machine",
                "install bubblewrap there");
  const std::string filter = call_filter();
  std::vector<std::string> words =
      bubblewrap_arguments(workspace, hidden, call, {.users = 4, .groups = 5, .about = 7, .filter = filter.empty() ? -1 : 6});
  const Secret arguments = joined(words);
  for (std::string& word : words) std::ranges::fill(word, '\0');
  std::array<Descriptor, 4> files;
  const std::array<std::string, 2> etc{sandbox_users(), sandbox_groups()};
  const std::array<std::string_view, 4> contents{arguments.reveal(), etc[0], etc[1], filter};
  ProgramStart start{.path = std::move(program),
                     .words = {"bwrap", "--args", "3", "/bin/sh", "-c", std::string(kBegin), "sh"},
                     .directory = "/",
                     .streams = {StreamEnd::nothing, StreamEnd::pipe, StreamEnd::pipe},
                     .limits = {{RLIMIT_CORE, 0}, {RLIMIT_DATA, kMostData}, {RLIMIT_FSIZE, kMostFile}, {RLIMIT_NOFILE, kMostOpen}}};
  start.words.insert(start.words.end(), call.program.begin(), call.program.end());
  for (std::size_t i = 0; i < files.size(); ++i) {
    auto file = memory_file(contents[i]);
    if (!file) return fail(std::move(file.error()));
    files[i] = std::move(*file);
    start.descriptors.push_back(files[i].get());
  }
  PipeEnds told = make_pipe();
  if (!told) return fail(Code::internal, "no pipe: " + system_reason(errno));
  ::fcntl(told.reading.get(), F_SETFL, O_NONBLOCK);
  about = std::move(told.reading);
  start.descriptors.push_back(told.writing.get());
  return Process::start(std::move(start));
}

/// Supervises a running sandbox.
class Watch {
 public:
  Watch(Process& process, Descriptor& about, const SandboxCall& call, const Cancel& cancel)
      : process_(process), about_(about), cancel_(cancel), end_(Time::now() + call.limit), window_(call.most_output) {}

  /// Runs until all processes have closed their outputs, bubblewrap being the last.
  void go() {
    while (process_.out.get() >= 0 || process_.err.get() >= 0) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end_ - Time::now()).count();
      if (left <= 0) {
        if (killed_) return;
        kill(SandboxEnd::Why::timed_out);
        continue;
      }
      std::array<pollfd, 4> watched{{{process_.out.get(), POLLIN, 0},
                                     {process_.err.get(), POLLIN, 0},
                                     {killed_ ? -1 : cancel_.fd(), POLLIN, 0},
                                     {about_.get(), POLLIN, 0}}};
      ::poll(watched.data(), watched.size(), static_cast<int>(std::min<std::int64_t>(left, 60'000)));
      if (watched[3].revents != 0) learn_first();
      if (watched[2].revents != 0) kill(SandboxEnd::Why::cancelled);
      if (watched[0].revents != 0) window_.add(take(process_.out));
      if (watched[1].revents != 0) errors_ += take(process_.err).substr(0, kMostErrors - errors_.size());
      if (window_.total() > kFlood && !killed_) kill(SandboxEnd::Why::flooded);
    }
  }
  /// Waits for the end of the sandbox's first process, which outlives all others in it.
  void wait_for_first() const {
    if (first_) (void)http::wait_for(first_.get(), false, Time::now() + kLastWords);
  }
  /// Whether bubblewrap itself failed, before it started anything.
  [[nodiscard]] bool never_began() const { return errors_.starts_with("bwrap: ") && window_.total() == 0; }
  [[nodiscard]] SandboxEnd::Why why() const { return why_; }
  [[nodiscard]] std::string output() const { return window_.text(); }
  [[nodiscard]] const std::string& errors() const { return errors_; }

 private:
  void kill(SandboxEnd::Why why) {
    process_.kill();
    killed_ = true;
    why_ = why;
    end_ = Time::now() + kLastWords;
  }
  /// What has arrived; closes the descriptor at its end.
  std::string_view take(Descriptor& from) {
    const ssize_t got = ::read(from.get(), buffer_.data(), buffer_.size());
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) from.close();
    return {buffer_.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
  }
  /// Learns which process is the first of the sandbox; it exists as long as bubblewrap does.
  void learn_first() {
    told_ += take(about_);
    if (const auto json = JsonDocument::parse(told_); json && !first_)
      if (const JsonRef pid = json->root().get("child-pid"); pid.is(JsonKind::integer))
        first_ = Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, static_cast<pid_t>(pid.integer()), 0U)));
  }

  Process& process_;
  Descriptor& about_;
  Descriptor first_;  ///< a descriptor of the sandbox's first process
  std::string told_;  ///< what bubblewrap has written of it
  const Cancel& cancel_;
  Time::time_point end_;
  OutputWindow window_;
  std::string errors_;
  std::array<char, 65536> buffer_;
  bool killed_ = false;
  SandboxEnd::Why why_ = SandboxEnd::Why::ended;
};

/// `errors`: of a bubblewrap that could not build the sandbox.
tl::unexpected<Error> no_sandbox(const std::string& errors) {
  return fail(
      Code::unavailable,
      "exec needs the sandbox, but bubblewrap cannot create one on the agent's machine (" + errors.substr(0, errors.find('\n')) + ")",
      "it needs bubblewrap 0.8 and user namespaces: sysctl kernel.unprivileged_userns_clone=1; in a container also a suitable security "
      "profile");
}

}  // namespace

/// An operator's file that is missing has an empty one in its place while sandboxes run, so that there is something to protect. An empty
/// one means nothing; the last sandbox removes it.
class Sandbox::Placeholders {
 public:
  explicit Placeholders(const Sandbox& owner) : owner_(owner) {
    const std::lock_guard lock(owner_.mutex_);
    ++owner_.running_;
    for (const std::string_view name : kOperatorsFiles) {
      std::string path = owner_.workspace_ + "/" + std::string(name);
      const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644));
      if (file) owner_.made_.push_back(std::move(path));
    }
  }
  ~Placeholders() {
    const std::lock_guard lock(owner_.mutex_);
    if (--owner_.running_ > 0) return;
    for (const std::string& path : std::exchange(owner_.made_, {})) {
      struct stat about {};
      if (::lstat(path.c_str(), &about) == 0 && S_ISREG(about.st_mode) && about.st_size == 0) ::unlink(path.c_str());
    }
  }
  Placeholders(const Placeholders&) = delete;
  Placeholders& operator=(const Placeholders&) = delete;

 private:
  const Sandbox& owner_;
};

Result<SandboxEnd> Sandbox::run(const SandboxCall& call, const Cancel& cancel) const {
  if (cancel.cancelled()) return SandboxEnd{.why = SandboxEnd::Why::cancelled, .output = {}};
  for (const HiddenPlaces::Place& place : hidden_.below(workspace_))
    if (place.other_names)
      return fail(Code::unavailable, "nothing runs while " + place.path + ", which is the server's own, has a second name (a hard link)",
                  "remove the link, or choose a workspace that does not contain the server's files");
  const Placeholders placeholders(*this);
  Descriptor about;
  auto process = start(workspace_, hidden_, call, about);
  if (!process) return fail(std::move(process.error()));
  Watch watch(*process, about, call, cancel);
  watch.go();
  watch.wait_for_first();
  SandboxEnd end{.why = watch.why(), .exit = process->wait(), .output = watch.output()};
  if (end.why == SandboxEnd::Why::ended && end.exit == 1 && watch.never_began()) return no_sandbox(watch.errors());
  return end;
}

}  // namespace facio::serve
