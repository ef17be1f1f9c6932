// Which addresses the server connects to: every class of them, in every spelling that hides one.
#include <arpa/inet.h>
#include <netinet/in.h>

#include <catch2/catch.hpp>
#include <cstring>

#include "commands/serve/outbound/guard.hpp"
#include "commands/serve/outbound/url.hpp"

using namespace facio;

namespace {

std::string judged(const std::string& text) {
  sockaddr_storage storage{};
  auto* v4 = reinterpret_cast<sockaddr_in*>(&storage);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&storage);
  if (::inet_pton(AF_INET, text.c_str(), &v4->sin_addr) == 1) storage.ss_family = AF_INET;
  else if (::inet_pton(AF_INET6, text.c_str(), &v6->sin6_addr) == 1) storage.ss_family = AF_INET6;
  else FAIL(text + " is not a valid address");
  return std::string(serve::refused_because(*reinterpret_cast<const sockaddr*>(&storage)));
}

}  // namespace

TEST_CASE("addresses of the public internet pass", "[outbound]") {
  for (const char* text : {"1.1.1.1",
                           "8.8.8.8",
                           "9.255.255.255",
                           "11.0.0.0",
                           "100.63.255.255",
                           "100.128.0.0",
                           "126.255.255.255",
                           "128.0.0.0",
                           "169.253.255.255",
                           "169.255.0.0",
                           "172.15.255.255",
                           "172.32.0.0",
                           "192.0.1.0",
                           "192.167.255.255",
                           "192.169.0.0",
                           "198.17.255.255",
                           "198.20.0.0",
                           "223.255.255.255",
                           "140.82.121.4",
                           "2606:4700::1111",
                           "2a00:1450:4001::200e",
                           "2001:4860:4860::8888",
                           "::ffff:8.8.8.8",
                           "64:ff9b::8.8.8.8",
                           "2002:808:808::1"}) {
    INFO(text);
    CHECK(judged(text).empty());
  }
}

TEST_CASE("every class of address that is not public is refused", "[outbound]") {
  const struct {
    const char* word;
    std::vector<const char*> addresses;
  } kClasses[] = {
      {"loopback", {"127.0.0.1", "127.255.255.255", "127.0.0.53", "::1"}},
      {"unspecified", {"0.0.0.0", "0.1.2.3", "::"}},
      {"private",
       {"10.0.0.0", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1", "192.168.255.255", "fc00::1", "fdff::1", "fec0::1"}},
      {"NAT", {"100.64.0.1", "100.127.255.255"}},
      {"link-local", {"169.254.0.1", "169.254.255.255", "fe80::1", "febf::1"}},
      {"multicast", {"224.0.0.1", "239.255.255.255", "ff02::1", "ff0e::1"}},
      {"metadata",
       {"169.254.169.254", "169.254.170.2", "100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254"}},
      {"broadcast", {"255.255.255.255"}},
      {"reserved",
       {"192.0.0.8", "192.0.2.1", "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9", "240.0.0.1", "100::1", "2001:db8::1",
        "2001::1", "3fff::1", "64:ff9b:1::1", "5f00::1", "4000::1"}},
  };
  for (const auto& [word, addresses] : kClasses)
    for (const char* text : addresses) {
      INFO(text);
      CHECK(judged(text).find(word) != std::string::npos);
    }
}

TEST_CASE("an IPv4 address hidden in one of IPv6 is found", "[outbound]") {
  const struct {
    const char* word;
    std::vector<const char*> addresses;
  } kHidden[] = {
      {"loopback",
       {"::ffff:127.0.0.1", "::127.0.0.1", "::ffff:0:127.0.0.1", "64:ff9b::127.0.0.1", "2002:7f00:1::1", "2606:4700::5efe:127.0.0.1",
        "2606:4700::200:5efe:127.0.0.1"}},
      {"private", {"::ffff:10.0.0.1", "::ffff:192.168.1.1", "64:ff9b::172.16.0.1", "2002:c0a8:101::", "fd00::ffff:10.0.0.1"}},
      {"metadata", {"::ffff:169.254.169.254", "64:ff9b::169.254.169.254", "2002:a9fe:a9fe::"}},
      {"NAT", {"::ffff:100.64.0.1"}},
      {"unspecified", {"::ffff:0.0.0.0"}},
      {"multicast", {"::ffff:224.0.0.1"}},
  };
  for (const auto& [word, addresses] : kHidden)
    for (const char* text : addresses) {
      INFO(text);
      CHECK(judged(text).find(word) != std::string::npos);
    }
}

TEST_CASE("no other family passes", "[outbound]") {
  sockaddr other{};
  other.sa_family = AF_UNIX;
  CHECK_FALSE(serve::refused_because(other).empty());
}

TEST_CASE("hosts are allowed by exactly what was named", "[outbound]") {
  serve::AllowedHosts hosts;
  for (const char* entry : {"peer.example.net", "Other.Example.Net:8900", "127.0.0.1:80", "[::1]:9000", "[2001:db8:0::5]"})
    REQUIRE(hosts.add(entry));
  CHECK(hosts.holds("peer.example.net", "443"));
  CHECK(hosts.holds("peer.example.net", "1"));
  CHECK(hosts.holds("other.example.net", "8900"));
  CHECK_FALSE(hosts.holds("other.example.net", "8901"));
  CHECK_FALSE(hosts.holds("sub.peer.example.net", "443"));
  CHECK_FALSE(hosts.holds("example.net", "443"));
  CHECK(hosts.holds("127.0.0.1", "80"));
  CHECK_FALSE(hosts.holds("127.0.0.1", "8080"));
  CHECK_FALSE(hosts.holds("127.1", "80"));
  CHECK(hosts.holds("0:0:0:0:0:0:0:1", "9000"));
  CHECK_FALSE(hosts.holds("::1", "9001"));
  CHECK(hosts.holds("2001:db8::5", "1234"));
  for (const char* bad : {"", "http://host", "host/path", "host:0", "host:x", "user@host", "[::1", "a b", "*.example.net", ":80"}) {
    INFO(bad);
    const auto status = hosts.add(bad);
    REQUIRE_FALSE(status);
    CHECK(status.error().code() == Code::usage);
  }
}

TEST_CASE("an address is taken apart, or refused with a reason", "[outbound]") {
  const auto good = serve::parse_outbound_url("HTTPS://Peer.Example.NET.:8443/a/b?c=d");
  REQUIRE(good);
  CHECK(good->address.host == "peer.example.net");
  CHECK(good->address.authority == "peer.example.net:8443");
  CHECK(good->target == "/a/b?c=d");
  CHECK(good->origin() == "https://peer.example.net:8443");
  CHECK(serve::parse_outbound_url("http://h?x=1")->target == "/?x=1");
  CHECK(serve::parse_outbound_url("http://[::1]:80")->origin() == "http://[::1]");
  const struct {
    const char *url, *word;
  } kBad[] = {
      {"ftp://host/", "http"},
      {"file:///etc/passwd", "http"},
      {"unix:/run/x", "http"},
      {"host", "http"},
      {"http://", "host"},
      {"http://user@host/", "user"},
      {"http://user:pw@host/", "user"},
      {"https://good.example\\@evil/", "backslash"},
      {"http://host/#part", "#"},
      {"http://host:0/", "port"},
      {"http://host:65536/", "port"},
      {"http://ho st/", "encoded"},
      {"http://h\xc3\xb6st/", "encoded"},
      {"http://%31%32/", "host"},
      {"http://[fe80::1%25eth0]/", "host"},
      {"http://ho$t/", "host"},
      {"http://host\r\nX: y/", "encoded"},
  };
  for (const auto& [url, word] : kBad) {
    INFO(url);
    const auto parsed = serve::parse_outbound_url(url);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().code() == Code::rejected);
    CHECK(parsed.error().message().find(word) != std::string::npos);
    CHECK(parsed.error().message().find("pw") == std::string::npos);
  }
}
