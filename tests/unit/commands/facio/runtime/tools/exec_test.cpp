// The shell in its sandbox, with the real bubblewrap.
#include <chrono>
#include <csignal>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include <thread>

#include "commands/serve/sandbox/output_window.hpp"
#include "tests/unit/commands/facio/runtime/tools/workshop.hpp"

using namespace facio;
using namespace facio::test;

namespace {

std::string quoted(const std::string& command) {
  std::string out = R"({"command":)";
  append_json_string(out, command);
  return out + "}";
}

std::string file_text(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

/// Command lines of all processes, and of those alone that hold a word.
std::vector<std::string> processes_with(std::string_view word) {
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    if (std::string line = file_text("/proc/" + name + "/cmdline"); contains(line, word)) found.push_back(line);
  }
  return found;
}

struct Shell : Workshop {
  std::string run(const std::string& command) { return ok("exec", quoted(command)); }
};

}  // namespace

TEST_CASE("exec runs in the workspace and keeps only what is there", "[exec]") {
  Shell shell;
  shell.put("in.txt", "hello");
  CHECK(shell.run("pwd; cat in.txt; echo there > out.txt; echo gone > /tmp/gone") == "/workspace\nhello");
  CHECK(shell.text_of("out.txt") == "there\n");
  CHECK(shell.run("ls -A /tmp") == "[no output]");
  CHECK(shell.run("echo out; echo err >&2; echo out") == "out\nerr\nout\n");
  CHECK(shell.run("cat; echo end") == "end\n");  // no input
  CHECK(shell.run("printf '%s' \"$0 $#\"") == "/bin/sh 0");
  CHECK(contains(shell.refused("exec", quoted("echo before; exit 3")), "before\n[exit code 3]"));
  CHECK(contains(shell.refused("exec", quoted("no-such-program")), "[exit code 127]"));
  CHECK(contains(shell.refused("exec", quoted("kill -9 $$")), "[exit code 137]"));
  CHECK(contains(shell.refused("exec", R"({"command":"true","timeout":601})"), "timeout: must be at most 600"));
}

TEST_CASE("exec sees nothing of the host", "[exec]") {
  Shell shell;
  const std::string outside = shell.directory.path + "-outside";
  std::ofstream(outside) << "not for the agent";
  CHECK(contains(shell.refused("exec", quoted("cat " + outside)), "No such file"));
  std::filesystem::remove(outside);
  CHECK(shell.run("ls -d /home /root /var /run /srv /opt /sys /boot 2>/dev/null; true") == "[no output]");
  CHECK(shell.run("cut -d: -f1 /etc/passwd") == "agent\nnobody\n");
  CHECK(shell.run("for fd in 3 4 5 6 7 8 9; do [ -e /proc/self/fd/$fd ] && echo open $fd; done; true") == "[no output]");
  CHECK(contains(shell.refused("exec", quoted("cat /etc/shadow")), "No such file"));
  CHECK(shell.run("id -u; hostname") == "1000\nagent\n");
  CHECK(shell.run("ls -d /proc/[0-9]* | wc -l").size() <= 2);  // its own processes alone
  CHECK(shell.run("grep -h Cap /proc/self/status | grep -v 0000000000000000; true") == "[no output]");
  for (const char* path : {"/x", "/usr/x", "/etc/x"})
    CHECK(contains(shell.refused("exec", quoted("echo x > " + std::string(path))), "[exit code"));
  // Opened without writing: nothing happens to the machine should the sandbox fail it. To root, these are writable even without
  // capabilities.
  for (const char* path : {"/proc/sys/kernel/core_pattern", "/proc/sys/vm/drop_caches", "/proc/sysrq-trigger", "/proc/sys/kernel/hostname"})
    CHECK(contains(shell.refused("exec", quoted(": >> " + std::string(path))), "cannot create"));
  CHECK(shell.run("cat /proc/kcore /proc/keys /proc/timer_list 2>/dev/null | head -c 10; ls /proc/acpi /proc/scsi /proc/driver 2>/dev/null "
                  "| grep -v :$ | grep .; true") == "[no output]");
  CHECK(contains(shell.refused("exec", quoted("unshare -Ur true")), "unshare"));
  CHECK(shell.run("ls /dev | grep -E '^(sd|vd|nvme|mem|kmsg)'; true") == "[no output]");
}

TEST_CASE("exec hides the server's data in the workspace", "[exec]") {
  Workshop shop;
  shop.put("data/facio.db", "rows");
  shop.put("data.key", "key");
  shop.put("mine", "mine");
  const serve::Sandbox sandbox(shop.directory.path, HiddenPlaces({shop.directory.path + "/data", shop.directory.path + "/data.key"}));
  const auto end = good(sandbox.run({.program = {"/bin/sh", "-c", "ls data; cat data.key 2>/dev/null; cat mine"}}, shop.cancel));
  CHECK(end.output == "mine");
}

TEST_CASE("exec reaches no network", "[exec]") {
  Shell shell;
  // A listener of the host, which the host itself reaches.
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  REQUIRE(::bind(listener, reinterpret_cast<sockaddr*>(&address), size) == 0);
  REQUIRE(::listen(listener, 8) == 0);
  REQUIRE(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  const int client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  CHECK(::connect(client, reinterpret_cast<sockaddr*>(&address), size) == 0);
  ::close(client);
  const std::string port = std::to_string(ntohs(address.sin_port));
  CHECK(contains(shell.refused("exec", quoted("python3 -c 'import socket; socket.create_connection((\"127.0.0.1\", " + port + "), 2)'")),
                 "Connection refused"));
  ::close(listener);
  CHECK(shell.run("tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' '") == "lo\n");
}

TEST_CASE("exec has exactly the variables that it should", "[exec]") {
  Shell shell;
  shell.secret("SHOWN", "value of 'SHOWN'\n\"line two\"", true);
  shell.secret("HIDDEN", "not exposed");
  shell.secret("PATH", "/nowhere", true);               // cannot replace what is fixed
  shell.secret("LD_LIBRARY_PATH", "/elsewhere", true);  // for the program, not for the sandbox itself
  ::setenv("FACIOCTL_UNIT_LEAK", "leaked", 1);
  const std::string text = shell.run("env -0 | tr '\\0' '\\n' | grep -v ^PWD=");
  ::unsetenv("FACIOCTL_UNIT_LEAK");
  CHECK(contains(text, "SHOWN=value of 'SHOWN'\n\"line two\"\n"));
  CHECK(contains(text, "HOME=/tmp\n"));
  CHECK(contains(text, "LANG=C.UTF-8\n"));
  CHECK(contains(text, "LD_LIBRARY_PATH=/elsewhere\n"));
  CHECK(contains(text, "PATH=/usr/local/bin:/usr/bin:/bin:"));
  for (const char* other : {"HIDDEN", "=/nowhere", "FACIOCTL", "leaked"}) CHECK_FALSE(contains(text, other));
  CHECK(std::ranges::count(text, '=') == 5);
  // Whoever asks for the list masks it.
  CHECK_FALSE(contains(shell.credentials.masked("main", text), "line two"));
}

TEST_CASE("a secret stands on no command line", "[exec]") {
  Shell shell;
  shell.secret("SHOWN", "sesame-4711-visible", true);
  std::thread other(shell.ready("exec", quoted("echo up > up; while [ ! -e seen ]; do :; done")));
  while (!shell.files.look("up")) std::this_thread::yield();
  CHECK_FALSE(processes_with("bwrap").empty());
  CHECK(processes_with("sesame-4711-visible").empty());
  shell.put("seen", "");
  other.join();
}

TEST_CASE("exec ends everything at its time limit", "[exec]") {
  Shell shell;
  const auto begin = std::chrono::steady_clock::now();
  const auto output = shell.refused("exec", R"({"command":"echo started; (setsid sleep 4242 &) ; sleep 4242","timeout":1})");
  const auto took = std::chrono::steady_clock::now() - begin;
  CHECK(output == "started\n[killed after 1 s, its time limit]");
  CHECK(took < std::chrono::seconds(3));
  CHECK(processes_with("4242").empty());
}

TEST_CASE("what a command leaves behind dies with it", "[exec]") {
  Shell shell;
  CHECK(shell.run("setsid sleep 4243 >/dev/null 2>&1 & echo done") == "done\n");
  CHECK(processes_with(std::string("sleep\0004243", 10)).empty());
}

TEST_CASE("exec ends within a second of a cancel", "[exec]") {
  Shell shell;
  std::thread stopper([&] {
    while (!shell.files.look("up")) std::this_thread::yield();
    shell.cancel.cancel("stopped by hand");
  });
  const auto output = shell.refused("exec", quoted("trap '' TERM INT HUP; echo up > up; sleep 4244 & wait"));
  const auto after = std::chrono::steady_clock::now();
  stopper.join();
  CHECK(output == "[killed: it was stopped]");
  CHECK(processes_with("4244").empty());
  CHECK(std::chrono::steady_clock::now() - after < std::chrono::seconds(1));
  // Nothing is begun any more.
  CHECK(shell.refused("exec", quoted("touch late")) == "[killed: it was stopped]");
  CHECK_FALSE(shell.files.look("late"));
}

TEST_CASE("exec keeps the beginning and the end of much output", "[exec]") {
  Shell shell;
  const auto text = shell.run("echo first; head -c 5000000 /dev/zero | tr '\\0' x; echo; echo last");
  CHECK(text.size() < 100'000);
  CHECK(text.starts_with("first\nxxx"));
  CHECK(text.ends_with("xxx\nlast\n"));
  CHECK(contains(text, " bytes left out …]"));
  CHECK(contains(shell.refused("exec", quoted("yes")), "[killed: it wrote more than 64 MiB]"));
}

TEST_CASE("exec limits files and memory", "[exec]") {
  Shell shell;
  CHECK(shell.run("ulimit -c") == "0\n");
  CHECK(shell.run("ulimit -f") == "2097152\n");  // half KiB
  CHECK(shell.run("ulimit -d") == "4194304\n");
  CHECK(shell.run("ulimit -n") == "1024\n");
  CHECK(shell.run("ulimit -p") == "512\n");
  CHECK(contains(shell.refused("exec", quoted("head -c 300M /dev/zero > /tmp/much")), "No space left on device"));
}

TEST_CASE("without bubblewrap nothing is run", "[exec]") {
  Shell shell;
  const std::string path = std::getenv("PATH");
  ::setenv("PATH", "/nonexistent", 1);
  const auto output = shell.refused("exec", quoted("touch ran"));
  ::setenv("PATH", path.c_str(), 1);
  CHECK(contains(output, "bwrap (package bubblewrap) is not installed on the agent's machine; install bubblewrap there"));
  CHECK_FALSE(shell.files.look("ran"));
}

TEST_CASE("a bubblewrap that may make no namespaces says so", "[exec]") {
  Shell shell;
  shell.put("bin/bwrap", "#!/bin/sh\necho 'bwrap: No permissions to create a new namespace' >&2\nexit 1\n");
  std::filesystem::permissions(shell.directory.path + "/bin/bwrap", std::filesystem::perms::owner_all);
  const std::string path = std::getenv("PATH");
  ::setenv("PATH", (shell.directory.path + "/bin").c_str(), 1);
  const auto output = shell.refused("exec", quoted("touch ran"));
  ::setenv("PATH", path.c_str(), 1);
  CHECK(contains(output, "bubblewrap cannot create one on the agent's machine (bwrap: No permissions to create a new namespace)"));
  CHECK(contains(output, "kernel.unprivileged_userns_clone"));
}

TEST_CASE("beginning and end of an output", "[exec]") {
  serve::OutputWindow window(8);
  window.add("abc");
  CHECK(window.text() == "abc");
  window.add("defgh");
  CHECK(window.text() == "abcdefgh");
  window.add("ij");
  CHECK(window.text() == "abcd\n[… 2 bytes left out …]\nghij");
  for (int i = 0; i < 100; ++i) window.add("0123456789");
  CHECK(window.text() == "abcd\n[… 1002 bytes left out …]\n6789");
  serve::OutputWindow letters(8);
  letters.add("äöü");  // six bytes, cut within the third
  letters.add("xxxxxxxxxä");
  CHECK(letters.text() == "äö\n[… 9 bytes left out …]\nxxä");
  serve::OutputWindow split(6);
  split.add("äöüäöü");
  CHECK(split.text() == "ä\n[… 8 bytes left out …]\nü");
}

TEST_CASE("exec cannot write the operator's files, and leaves no trace where there are none", "[exec]") {
  Shell shell;
  CHECK(contains(shell.run("echo x > mcp.json || rm -f mcp.json || mv mcp.json y || ln mcp.json z; ls; true"), "mcp.json"));
  CHECK_FALSE(shell.files.look("mcp.json"));
  CHECK_FALSE(shell.files.look("y"));
  shell.put("mcp.json", "{}");
  shell.run("echo x > mcp.json; cp /etc/passwd mcp.json; rm -f mcp.json; ln -f /etc/passwd mcp.json; chmod 777 mcp.json; true");
  CHECK(shell.text_of("mcp.json") == "{}");
}

TEST_CASE("exec makes nothing setuid and no device", "[exec]") {
  Shell shell;
  for (const char* command : {"cp /bin/sh s; chmod 4755 s", "cp /bin/sh s; chmod g+s s", "mknod s c 0 0", "install -m 6755 /bin/sh s"}) {
    INFO(command);
    CHECK(contains(shell.refused("exec", quoted(command)), "not permitted"));
    struct stat about {};
    if (::lstat((shell.directory.path + "/s").c_str(), &about) == 0) CHECK((about.st_mode & (S_ISUID | S_ISGID)) == 0);
  }
  CHECK(shell.run("rm -f s; touch s; chmod 755 s; mkfifo p; mkdir d; chmod 1777 d; echo fine") == "fine\n");
}
