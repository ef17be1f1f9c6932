#include <catch2/catch.hpp>

#include "commands/serve/http/web_guard.hpp"

namespace facio::serve {
namespace {

bool admits(const WebGuard& guard, std::string origin, std::string site = {}, std::string host = "localhost:8900") {
  RequestHead head;
  head.origin = std::move(origin);
  head.fetch_site = std::move(site);
  head.host = std::move(host);
  return guard.admits_page(head);
}

}  // namespace

TEST_CASE("a server answers for names of its machine and for those that it is given") {
  const Origins none({});
  const WebGuard guard({.listens_on = "http://127.0.0.1:8900", .public_url = "https://Agent.example:8443/base", .more_hosts = {"Box.lan"}},
                       none);
  for (const char* own : {"localhost", "LOCALHOST:1", "localhost.", "a.localhost", "a.b.localhost:8900", "127.0.0.1", "127.0.0.1:8900",
                          "127.255.0.9", "[::1]", "[::1]:8900", "[0:0::1]", "[::ffff:127.0.0.1]", "agent.example", "agent.example.:1",
                          "AGENT.example:65535", "box.lan", "localhost:"}) {
    CAPTURE(own);
    CHECK(guard.answers_for(own));
  }
  for (const char* foreign : {"",
                              ":8900",
                              ".",
                              "evil.example",
                              "localhost.evil.example",
                              "evil.localhost.example",
                              "notlocalhost",
                              "127.0.0.1.evil.example",
                              "127.0.0.1@evil.example",
                              "evil.example@127.0.0.1",
                              "localhost:80@evil.example",
                              "2130706433",
                              "0x7f.1",
                              "0177.0.0.1",
                              "127.1",
                              "0.0.0.0",
                              "[::]",
                              "128.0.0.1",
                              "10.0.0.1",
                              "[::1",
                              "::1",
                              "[::1]x",
                              "localhost:x",
                              "localhost:999999",
                              "localhost:80:80",
                              "[::2]",
                              "[fe80::1%25lo]",
                              "box.lan.evil",
                              "x.box.lan",
                              "evil example",
                              "localhost/",
                              "localhost,evil"}) {
    CAPTURE(foreign);
    CHECK(!guard.answers_for(foreign));
  }
}

TEST_CASE("a server answers for the address that it listens on; on all addresses, for every number") {
  const Origins none({});
  const auto answers = [&](const char* url, const char* host) { return WebGuard({.listens_on = url}, none).answers_for(host); };
  CHECK(answers("http://10.1.2.3:80", "10.1.2.3"));
  CHECK(answers("http://10.1.2.3:80", "localhost"));
  CHECK(!answers("http://10.1.2.3:80", "10.1.2.4"));
  CHECK(answers("https://[2001:db8::5]:80", "[2001:db8:0::5]:80"));
  CHECK(!answers("https://[2001:db8::5]:80", "[2001:db8::6]"));
  for (const char* all : {"http://0.0.0.0:80", "http://[::]:80"}) {
    CHECK(answers(all, "192.0.2.7:8900"));
    CHECK(answers(all, "[2001:db8::1]"));
    CHECK(answers(all, "[fe80::1%25eth0]:80"));
    CHECK(!answers(all, "192.0.2.7%25eth0"));
    CHECK(!answers(all, "evil.example"));
    CHECK(!answers(all, "3221225991"));
  }
  for (const char* url : {"unix:/run/agent.sock", ""}) {
    CHECK(answers(url, "localhost"));
    CHECK(answers(url, "127.0.0.1:1"));
    CHECK(!answers(url, "10.0.0.1"));
    CHECK(!answers(url, "agent.sock"));
  }
}

TEST_CASE("a page may ask if it is of the server's own origin or an allowed one") {
  const Origins some({"https://good.example"});
  const WebGuard guard({.listens_on = "http://127.0.0.1:8900", .public_url = "https://agent.example/base"}, some);
  CHECK(admits(guard, ""));
  CHECK(admits(guard, "", "none"));
  CHECK(admits(guard, "", "same-origin"));
  CHECK(admits(guard, "http://localhost:8900", "same-origin"));
  CHECK(admits(guard, "https://localhost:8900"));  // a proxy with TLS before it
  CHECK(admits(guard, "http://agent.lan", "same-origin", "agent.lan:80"));
  CHECK(admits(guard, "https://agent.lan", "", "agent.lan:443"));
  CHECK(admits(guard, "https://agent.example", "same-origin"));  // the proxy names another host to the server
  CHECK(admits(guard, "https://agent.example:443"));
  CHECK(admits(guard, "https://good.example", "cross-site"));
  for (const char* foreign : {"http://localhost:8901", "http://localhost", "https://evil.example", "http://good.example", "null",
                              "http://agent.example", "https://agent.example:444", "https://good.example.evil", "localhost:8900",
                              "http://localhost:8900/", "ftp://localhost:8900", "http://localhost:8900 http://localhost:8900"}) {
    CAPTURE(foreign);
    CHECK(!admits(guard, foreign));
    CHECK(!admits(guard, foreign, "same-origin"));
  }
  for (const char* site : {"cross-site", "same-site", "Same-Origin", "anything"}) {
    CHECK(!admits(guard, "", site));
    CHECK(!admits(guard, "http://localhost:8900", site));
  }
  const Origins all({"*"});
  CHECK(admits(WebGuard({}, all), "https://evil.example", "cross-site"));
  CHECK(!admits(WebGuard({}, all), "", "cross-site"));
}

TEST_CASE("JSON is what is called so") {
  for (const char* json : {"application/json", "application/json;charset=utf-8", " APPLICATION/Json ; a=b; c"}) CHECK(is_json_type(json));
  for (const char* other : {"", ";", "text/json", "application/json2", "application/json text/plain", "application/problem+json"})
    CHECK(!is_json_type(other));
  CHECK(is_json_type("application/A2A+json; v=1", "application/a2a+json"));
  CHECK(!is_json_type("text/plain", "application/a2a+json"));
}

}  // namespace facio::serve
