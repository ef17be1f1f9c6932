// Starting, asking and ending other programs.
#include <catch2/catch.hpp>

#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "cli/process/run.hpp"
#include "cli/process/process.hpp"

namespace facio {
namespace {

using std::chrono::seconds;

ProgramQuestion shell(const std::string& script) { return {.command = {"sh", "-c", script}}; }

/// A named pipe that shows whether anybody still holds its other end.
class Held {
 public:
  Held() {
    REQUIRE(::mkdtemp(directory_.data()) != nullptr);
    REQUIRE(::mkfifo(path().c_str(), 0600) == 0);
    reading_ = Descriptor(::open(path().c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    REQUIRE(reading_);
  }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  ~Held() { std::filesystem::remove_all(directory_); }
  [[nodiscard]] std::string path() const { return directory_ + "/held"; }
  /// Reads until nobody is left; false after a minute.
  [[nodiscard]] bool is_let_go() const {
    pollfd entry{reading_.get(), POLLIN, 0};
    char c = 0;
    while (::poll(&entry, 1, 60'000) > 0)
      if (::read(reading_.get(), &c, 1) == 0) return true;
    return false;
  }

 private:
  std::string directory_ = std::filesystem::temp_directory_path() / "facioctl-XXXXXX";
  Descriptor reading_;
};

TEST_CASE("a program gets its input, and its errors can be kept") {
  const auto answer = ask_program({.command = {"sh", "-c", "cat; echo oops >&2; exit 7"}, .input = "in", .keep_errors = true});
  REQUIRE(answer);
  CHECK(answer->out == "in");
  CHECK(answer->errors == "oops\n");
  CHECK(answer->code == 7);
  CHECK(ask_program(shell("kill -9 $$"))->code == 137);
  CHECK(ask_program(shell("cat"))->out.empty());
}

TEST_CASE("a program that reads nothing of its input is no end of ours") {
  const auto answer = ask_program({.command = {"sh", "-c", "exec 0<&-; echo done"}, .input = std::string(1 << 20, 'x')});
  REQUIRE(answer);
  CHECK(answer->out == "done\n");
}

TEST_CASE("a program that cannot be started is told of with the reason") {
  const auto reason = [](const std::string& name) { return ask_program({.command = {name}}).error().message(); };
  CHECK(reason("no-such-program-here") == "cannot start no-such-program-here: No such file or directory");
  CHECK(reason("/no/such/program") == "cannot start /no/such/program: No such file or directory");
  CHECK(reason("/etc/passwd") == "cannot start /etc/passwd: Permission denied");
  CHECK(reason("/") == "cannot start /: Permission denied");
  CHECK(run_program({"no-such-program-here"}).error().code() == Code::failed);
}

TEST_CASE("the limit counts to the program's end, not to the end of its output") {
  ProgramQuestion question = shell("printf tok; exec 1>/dev/null; exec tail -f /dev/null");
  question.limit = seconds(1);
  const auto answer = ask_program(question);
  REQUIRE(answer);
  CHECK(answer->why == RunEnd::Why::late);
  CHECK(answer->out == "tok");
}

TEST_CASE("what a program has started is ended with it") {
  const Held held;
  ProgramQuestion question = shell("exec 3>" + held.path() + "; tail -f /dev/null & (tail -f /dev/null & tail -f /dev/null)");
  question.limit = seconds(1);
  const auto answer = ask_program(question);
  REQUIRE(answer);
  CHECK(answer->why == RunEnd::Why::late);
  CHECK(held.is_let_go());
}

TEST_CASE("a program that has its answer may leave something behind") {
  const Held held;
  // As an agent that is started by the first question to it; nothing of ours is held open by it.
  const auto answer = ask_program(shell("exec 3>" + held.path() + "; (tail -f /dev/null; :) >/dev/null 2>&1 & echo $!"));
  REQUIRE(answer);
  CHECK(answer->why == RunEnd::Why::ended);
  const pid_t left = std::stoi(answer->out);
  CHECK(::kill(left, 0) == 0);
  CHECK(::kill(-::getpgid(left), SIGKILL) == 0);
  CHECK(held.is_let_go());
}

TEST_CASE("an endless answer is cut, and whoever gives it is ended") {
  const auto answer = ask_program(shell("exec yes"));
  REQUIRE(answer);
  CHECK(answer->why == RunEnd::Why::too_much);
  CHECK(answer->out.size() == 64 * 1024);
}

TEST_CASE("a program gets its descriptors, its directory, its limits and nothing else") {
  const Descriptor stray(::open("/dev/null", O_RDONLY));  // stays open at an exec
  PipeEnds more = make_pipe();
  const std::vector<std::string> variables{"A=1", "PATH=/usr/bin:/bin"};
  const std::string script = R"sh(echo "$0|$A|$HOME|$(pwd)|$(ulimit -n)"; ls /proc/self/fd | wc -l; echo 3 >&3)sh";
  auto process = Process::start({.path = "/bin/sh",
                                 .words = {"name", "-c", script},
                                 .environment = environment_of(variables),
                                 .directory = "/usr",
                                 .streams = {StreamEnd::nothing, StreamEnd::pipe, StreamEnd::same},
                                 .descriptors = {more.writing.get()},
                                 .limits = {{RLIMIT_NOFILE, 99}}});
  REQUIRE(process);
  more.writing.close();
  const auto end = run_to_end(std::move(*process), {.time = seconds(60)});
  REQUIRE(end);
  CHECK(end->out == "name|1||/usr|99\n5\n");  // the standard streams, the one that was given, and the folder that ls reads
  char three[2] = {};
  CHECK(::read(more.reading.get(), three, 2) == 2);
  CHECK(three[0] == '3');
}

TEST_CASE("no signal is blocked or ignored in a program, but what our own caller ignores") {
  sigset_t blocked, before;
  ::sigemptyset(&blocked);
  ::sigaddset(&blocked, SIGUSR1);
  ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
  const auto pipe_before = std::signal(SIGPIPE, SIG_IGN);
  const auto hup_before = std::signal(SIGHUP, SIG_IGN);
  const auto answer = ask_program(shell("exec grep -E '^Sig(Blk|Ign)' /proc/self/status"));
  std::signal(SIGPIPE, pipe_before);
  std::signal(SIGHUP, hup_before);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  REQUIRE(answer);
  CHECK(answer->out == "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000001\n");
}

TEST_CASE("a program is ended as soon as nobody waits for it any more") {
  PipeEnds cancel = make_pipe();
  auto process = Process::start({.path = "/bin/sh",
                                 .words = {"sh", "-c", "echo up; exec tail -f /dev/null"},
                                 .environment = own_environment(),
                                 .streams = {StreamEnd::nothing, StreamEnd::pipe, StreamEnd::same}});
  REQUIRE(process);
  REQUIRE(::write(cancel.writing.get(), "x", 1) == 1);
  const auto end = run_to_end(std::move(*process), {.time = seconds(60), .cancel = cancel.reading.get()});
  REQUIRE(end);
  CHECK(end->why == RunEnd::Why::cancelled);
  CHECK(end->code == 128 + SIGKILL);
}

TEST_CASE("variables are changed and left out by name") {
  REQUIRE(::setenv("FACIO_TEST_A", "a", 1) == 0);
  REQUIRE(::setenv("FACIO_TEST_AB", "ab", 1) == 0);
  const std::vector<std::string> changed{"FACIO_TEST_A=new", "FACIO_TEST_C="};
  const std::string_view without[] = {"HOME"};
  std::vector<std::string> ours;
  for (const std::string_view one : own_environment(changed, without))
    if (one.starts_with("FACIO_TEST") || one.starts_with("HOME=")) ours.emplace_back(one);
  std::ranges::sort(ours);
  CHECK(ours == std::vector<std::string>{"FACIO_TEST_A=new", "FACIO_TEST_AB=ab", "FACIO_TEST_C="});
}

TEST_CASE("programs are looked for in absolute directories only") {
  CHECK(path_directories("/a::.:b:/c:/a:/d/") == std::vector<std::string>{"/a", "/c", "/d/"});
  CHECK(path_directories("").empty());
  CHECK(find_program("sh", "/nonexistent:/bin") == "/bin/sh");
  CHECK(find_program("sh", "bin:.").empty());
  CHECK(find_program("bin", "/").empty());  // a directory
}

TEST_CASE("what a program at the terminal prints can be taken") {
  std::string out;
  CHECK(run_program({"sh", "-c", "printf %100000d 1; exit 3"}, &out) == 3);
  CHECK(out.size() == 100000);
  CHECK(run_program({"sh", "-c", "exit 4"}) == 4);
}

}  // namespace
}  // namespace facio
