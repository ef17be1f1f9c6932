// Programs behind their keeper: what they get, and how they end.
#include <catch2/catch.hpp>

#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "commands/facio/mcp/server/session.hpp"
#include "commands/facio/mcp/server/stdio_transport.hpp"

namespace facio::serve {
namespace {

using std::chrono::seconds;

/// The server ignores this signal in all of its threads.
const auto kIgnored = std::signal(SIGPIPE, SIG_IGN);

McpProgramLine shell(const std::string& script) {
  return {.command = "/bin/sh", .arguments = {"-c", script}, .environment = {}, .directory = "/"};
}

std::string read_line(int fd) {
  std::string line;
  char c = 0;
  pollfd entry{fd, POLLIN, 0};
  while (::poll(&entry, 1, 60'000) > 0 && ::read(fd, &c, 1) == 1 && c != '\n') line += c;
  return line;
}

/// Waits until every process that holds the pipe's other end is gone.
bool all_gone(int fd) {
  char c = 0;
  pollfd entry{fd, POLLIN, 0};
  return ::poll(&entry, 1, 60'000) > 0 && ::read(fd, &c, 1) == 0;
}

struct Collected final : McpReceiver {
  void received(std::string_view text, const McpWaiting*) override {
    const std::lock_guard lock(mutex);
    texts.emplace_back(text);
  }
  void ended(Error why) override { end.cancel(why.message()); }
  std::mutex mutex;
  std::vector<std::string> texts;
  Cancel end;
};

TEST_CASE("a program gets its environment, its directory and nothing else") {
  McpProgramLine line = shell("echo \"$A|$HOME|$(pwd)\"; ls /proc/self/fd | wc -l");
  line.environment = {Secret("A=1"), Secret("PATH=/usr/bin:/bin")};
  line.directory = "/usr";
  McpProgram program;
  REQUIRE(program.start(line).has_value());
  CHECK(read_line(program.out.get()) == "1||/usr");
  CHECK(read_line(program.out.get()) == "4");  // the standard streams, and the folder that ls reads
  CHECK(program.outcome() == "ended with exit code 0");
}

TEST_CASE("a program that is not there is told of by name") {
  McpProgram program;
  const auto missing = program.start({.command = "no-such-program-here"});
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().message() == "the program no-such-program-here is not installed on the agent's machine");
  CHECK_FALSE(program.start({.command = "./no-such-file", .directory = "/tmp"}).has_value());
  CHECK_FALSE(program.start({.command = "/dev/null"}).has_value());
  CHECK(find_command("sh", "/").ends_with("/sh"));
  CHECK(find_command("bin/sh", "/") == "//bin/sh");
}

TEST_CASE("how a program ended is told") {
  for (const auto& [script, told] :
       {std::pair("exit 7", "ended with exit code 7"), std::pair("kill -9 $$", "was ended by signal 9 (Killed)")}) {
    McpProgram program;
    REQUIRE(program.start(shell(script)).has_value());
    CHECK(program.outcome() == told);
    CHECK(program.outcome() == told);
  }
}

TEST_CASE("the whole group ends with its program, and with this process's wish") {
  for (const bool by_hand : {false, true}) {
    McpProgram program;
    // The child that is left behind holds the output; it ignores everything that can be ignored.
    const std::string script =
        "trap '' TERM HUP INT; (while :; do /bin/sleep 60; done) & echo up; " + std::string(by_hand ? "wait" : "exit 0");
    REQUIRE(program.start(shell(script)).has_value());
    CHECK(read_line(program.out.get()) == "up");
    if (by_hand) program.kill();
    (void)program.outcome();
    CHECK(all_gone(program.out.get()));
  }
}

TEST_CASE("a program does not outlive the process that started it, however that ends") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const pid_t parent = ::fork();
  if (parent == 0) {
    // As the server would: this process is killed without a chance to clean up.
    McpProgram program;
    McpProgramLine line = shell("trap '' TERM HUP; echo up; while :; do /bin/sleep 60; done");
    if (!program.start(line).has_value() || read_line(program.out.get()) != "up") ::_exit(1);
    char up = 'u';
    if (::write(ends[1], &up, 1) != 1) ::_exit(1);
    ::close(ends[1]);
    ::pause();
    ::_exit(0);
  }
  ::close(ends[1]);
  char up = 0;
  REQUIRE(::read(ends[0], &up, 1) == 1);
  // Its processes, by their parents.
  const std::string children = "/proc/" + std::to_string(parent) + "/task/" + std::to_string(parent) + "/children";
  std::string keeper;
  if (std::FILE* file = std::fopen(children.c_str(), "re"); file != nullptr) {
    char text[64] = {};
    if (std::fgets(text, sizeof text, file) != nullptr) keeper = text;
    std::fclose(file);
  }
  REQUIRE_FALSE(keeper.empty());
  const pid_t keeper_pid = std::stoi(keeper);
  ::kill(parent, SIGKILL);
  int status = 0;
  REQUIRE(::waitpid(parent, &status, 0) == parent);
  for (int i = 0; i < 600 && ::kill(keeper_pid, 0) == 0; ++i) {
    const Cancel pause;
    (void)pause.pause(10);
  }
  CHECK(::kill(keeper_pid, 0) != 0);
  ::close(ends[0]);
}

TEST_CASE("messages are lines, in pieces and together, and the last words are kept") {
  Collected collected;
  StdioTransport transport(shell(R"(read line; printf '%s\n{"a"' "$line"; printf ':1}\r\n\n{"b":2}\n'; echo oops >&2; exit 5)"));
  REQUIRE(transport.open(collected, -1).has_value());
  REQUIRE(transport.notify(R"({"hello":1})", -1).has_value());
  CHECK_FALSE(collected.end.pause(60'000));
  CHECK(collected.end.why() == "the program ended with exit code 5");
  CHECK(collected.texts == std::vector<std::string>{R"({"hello":1})", R"({"a":1})", R"({"b":2})"});
  CHECK(transport.last_errors() == "oops");
}

TEST_CASE("a program that neither ends nor listens is ended, within seconds") {
  Collected collected;
  StdioTransport transport(shell("trap '' TERM; echo '{}'; while :; do /bin/sleep 60; done"));
  REQUIRE(transport.open(collected, -1).has_value());
  const auto since = std::chrono::steady_clock::now();
  transport.close();
  CHECK(std::chrono::steady_clock::now() - since < seconds(30));
  CHECK(collected.end.why() == "the program was ended by signal 9 (Killed)");
}

TEST_CASE("a program that reads nothing does not hold up who writes") {
  Collected collected;
  StdioTransport transport(shell("while :; do /bin/sleep 60; done"));
  REQUIRE(transport.open(collected, -1).has_value());
  const std::string large(8 * 1024 * 1024, 'x');
  int taken = 0;
  while (taken < 20 && transport.notify(large, -1).has_value()) ++taken;
  CHECK(taken > 1);
  CHECK(taken < 20);
}

}  // namespace
}  // namespace facio::serve
