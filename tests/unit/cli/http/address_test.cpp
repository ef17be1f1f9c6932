#include "cli/http/address.hpp"

#include <catch2/catch.hpp>

using facio::Code;
using namespace facio::http;

TEST_CASE("addresses are taken apart") {
  struct Case {
    const char* url;
    Scheme scheme;
    const char* host;
    const char* port;
    const char* prefix;
    const char* authority;
  };
  const Case cases[] = {
      {"http://127.0.0.1:8900", Scheme::plain, "127.0.0.1", "8900", "", "127.0.0.1:8900"},
      {"HTTP://localhost", Scheme::plain, "localhost", "80", "", "localhost"},
      {"https://agent.example/", Scheme::tls, "agent.example", "443", "", "agent.example"},
      {"https://agent.example:8443/a/b//", Scheme::tls, "agent.example", "8443", "/a/b", "agent.example:8443"},
      {"http://[::1]:8900/x", Scheme::plain, "::1", "8900", "/x", "[::1]:8900"},
      {"https://[::1]", Scheme::tls, "::1", "443", "", "[::1]"},
      {"http://h:80", Scheme::plain, "h", "80", "", "h"},
  };
  for (const Case& one : cases) {
    INFO(one.url);
    const auto address = parse_address(one.url);
    REQUIRE(address);
    CHECK(address->scheme == one.scheme);
    CHECK(address->host == one.host);
    CHECK(address->port == one.port);
    CHECK(address->prefix == one.prefix);
    CHECK(address->authority == one.authority);
  }
  const auto local = parse_address("unix:/run/facio.sock");
  REQUIRE(local);
  CHECK(local->socket_path == "/run/facio.sock");
  CHECK(local->url_of("/x") == "http://localhost/x");
  CHECK(parse_address("unix:///run/facio.sock")->socket_path == "/run/facio.sock");
}

TEST_CASE("a bad address is refused, and a password in it never repeated") {
  for (const char* url :
       {"", "127.0.0.1:8900", "ftp://x", "http://", "http://:80", "http://h:0", "http://h:65536", "http://h:1x", "http://h?x",
        "http://h/#f", "http://[::1", "http://[::1]x", "http://a b", "http://h\r\nX:", "unix:relative", "unix:"}) {
    INFO(url);
    const auto address = parse_address(url);
    REQUIRE_FALSE(address);
    CHECK(address.error().code() == Code::usage);
    CHECK(address.error().field() == "url");
  }
  const auto with_password = parse_address("http://user:hunter2@h");
  REQUIRE_FALSE(with_password);
  CHECK(with_password.error().message().find("hunter2") == std::string::npos);
  CHECK_FALSE(parse_address("unix:/" + std::string(120, 'a')));
}

TEST_CASE("a link-local address may name its interface") {
  for (const char* url : {"http://[FE80::1%25Eth0]:8900/x", "http://[fe80::1%Eth0]:8900/x", "http://[fe80::1%25%45th0]:8900/x"}) {
    INFO(url);
    const auto address = parse_address(url);
    REQUIRE(address);
    CHECK(address->host == "fe80::1");
    CHECK(address->zone == "Eth0");
    CHECK(address->host_with_zone() == "fe80::1%Eth0");
    CHECK(address->authority == "[fe80::1]:8900");
    CHECK(address->url_of("/y") == "http://[fe80::1%25Eth0]:8900/x/y");
    CHECK_FALSE(address->is_loopback());
  }
  CHECK(parse_address("http://[::1%251]")->is_loopback());
  for (const char* url : {"http://[fe80::1%25]", "http://[fe80::1%]", "http://[host%25eth0]", "http://[fe80::1%25a%2fb]"}) {
    INFO(url);
    CHECK_FALSE(parse_address(url));
  }
}

TEST_CASE("this machine is known by its plain names alone") {
  for (const char* url : {"unix:/run/facio.sock", "http://localhost", "HTTP://LOCALHOST:8900", "http://127.0.0.1",
                          "http://127.255.255.254:1", "http://[::1]", "http://[0:0:0:0:0:0:0:1]:1", "http://[::ffff:127.0.0.1]"}) {
    INFO(url);
    CHECK(parse_address(url)->is_loopback());
    CHECK_FALSE(parse_address(url)->is_exposed());
  }
  // Spellings that some resolvers take for 127.0.0.1 and others look up, and names that only look like it.
  for (const char* url : {"http://2130706433", "http://0x7f000001", "http://0177.0.0.1", "http://127.1", "http://127.0.0.1.2",
                          "http://127.0.0.1.evil", "http://localhost.evil", "http://localhost.", "http://x.localhost", "http://[::2]",
                          "http://[::127.0.0.1]", "http://[::ffff:8.8.8.8]", "http://0.0.0.0", "http://[::]", "hTTp://agent.example"}) {
    INFO(url);
    CHECK_FALSE(parse_address(url)->is_loopback());
    CHECK(parse_address(url)->is_exposed());
  }
  CHECK_FALSE(parse_address("https://agent.example")->is_exposed());
  for (const char* url : {"http://127.0.0.1@evil", "http://127.0.0.1:8900@evil", "http://127.0.0.1\\@evil", "http://localhost#@evil"}) {
    INFO(url);
    CHECK_FALSE(parse_address(url));
  }
}
