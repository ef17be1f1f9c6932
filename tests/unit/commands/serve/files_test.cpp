// Tokens on disk and listening sockets.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

#include "commands/serve/credentials.hpp"
#include "commands/serve/http/listener.hpp"
#include "commands/serve/ready.hpp"
#include "commands/serve/private_file.hpp"

namespace facio::serve {
namespace {

struct Directory {
  Directory() { REQUIRE(::mkdtemp(path.data()) != nullptr); }
  ~Directory() { std::filesystem::remove_all(path); }
  std::string path = "/tmp/facioctl-test-XXXXXX";
  [[nodiscard]] std::string file(const std::string& name, const std::string& text, mode_t mode) const {
    std::string full = path + "/" + name;
    std::ofstream(full) << text;
    ::chmod(full.c_str(), mode);
    return full;
  }
};

void close_all(const Listening& listening) {
  for (const int fd : listening.sockets) ::close(fd);
}

}  // namespace

TEST_CASE("a new token is private and long, and is read again") {
  const Directory directory;
  const std::string path = directory.path + "/token";
  REQUIRE(create_token(path));
  struct stat found {};
  REQUIRE(::stat(path.c_str(), &found) == 0);
  CHECK((found.st_mode & 0777) == 0600);
  const auto token = read_token(path);
  REQUIRE(token);
  CHECK(token->reveal().size() == 64);
  CHECK(!create_token(path));
}

TEST_CASE("a token that others could know is refused with the remedy") {
  const Directory directory;
  const auto loose = read_token(directory.file("loose", "abc\n", 0640));
  REQUIRE(!loose);
  CHECK(info(loose.error().code()).exit == 3);
  CHECK(loose.error().hint() == "chmod 600 " + directory.path + "/loose");
  CHECK(!read_token(directory.path));
  CHECK(!read_token(directory.path + "/absent"));
  CHECK(!read_token(directory.file("empty", "\n", 0600)));
  CHECK(!read_token(directory.file("two", "a b\n", 0600)));
  CHECK(read_token(directory.file("good", "abc\n", 0400))->reveal() == "abc");
}

TEST_CASE("equal tokens are refused, other sources are tried in order") {
  const Directory directory;
  ServeOptions options;
  options.data = directory.path + "/new/data";
  options.a2a_token = Secret("same");
  options.token = Secret("same");
  CHECK(find_credentials(options).error().code() == Code::usage);
  options.token = Secret("other");
  CHECK(find_credentials(options)->token_file.empty());
  options.token = Secret();
  const auto first = find_credentials(options);
  REQUIRE(first);
  CHECK(first->token_file == directory.path + "/new/data/management.token");
  CHECK(find_credentials(options)->management.reveal() == first->management.reveal());
  options.token_file = directory.file("mine", "mine", 0600);
  CHECK(find_credentials(options)->management.reveal() == "mine");
}

TEST_CASE("a token for a server in memory goes away with it") {
  const Directory directory;
  ServeOptions options;
  options.memory = true;
  options.runtime_directory = directory.path + "/run";
  const auto credentials = find_credentials(options);
  REQUIRE(credentials);
  CHECK(credentials->token_file.starts_with(directory.path + "/run/"));
  forget_credentials(*credentials);
  CHECK(!std::filesystem::exists(credentials->temporary));
}

TEST_CASE("a port is held by one server") {
  const auto first = listen_on({.port = "0"}, 2);
  REQUIRE(first);
  CHECK(first->sockets.size() == 2);
  const std::string port = first->url.substr(first->url.rfind(':') + 1);
  const auto second = listen_on({.port = port}, 2);
  REQUIRE(!second);
  CHECK(second.error().code() == Code::conflict);
  CHECK(second.error().hint().find("--listen 127.0.0.1:0") != std::string::npos);
  close_all(*first);
  const auto third = listen_on({.port = port}, 1);
  REQUIRE(third);
  close_all(*third);
}

TEST_CASE("a unix socket is private; one of a dead server is replaced, a living one is not") {
  const Directory directory;
  const ListenAddress address{.unix_path = directory.path + "/socket"};
  const auto first = listen_on(address, 2);
  REQUIRE(first);
  struct stat found {};
  REQUIRE(::stat(address.unix_path.c_str(), &found) == 0);
  CHECK((found.st_mode & 0777) == 0600);
  CHECK(listen_on(address, 1).error().code() == Code::conflict);
  close_all(*first);
  const auto second = listen_on(address, 1);
  REQUIRE(second);
  close_all(*second);
  CHECK(!listen_on({.unix_path = directory.file("file", "", 0600)}, 1));
  CHECK(!listen_on({.unix_path = directory.path + std::string(200, 'x')}, 1));
}

TEST_CASE("the ready line is one line, for people and for programs") {
  const ReadyFacts facts{.url = "http://127.0.0.1:1", .pid = 5, .token_file = "/t", .data = "/d", .took_ms = 4};
  CHECK(ready_line(facts) == "ready http://127.0.0.1:1 pid=5 token-file=/t data=/d in 4ms\n");
  CHECK(ready_json(facts) == R"({"url":"http://127.0.0.1:1","pid":5,"token_file":"/t","data":"/d","ready_ms":4})"
                             "\n");
}

}  // namespace facio::serve
