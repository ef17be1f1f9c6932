// Where the requests to a peer go, by its address and its card.
#include <catch2/catch.hpp>

#include "commands/facio/runtime/a2a/peer_client.hpp"
#include "tests/unit/commands/serve/outbound/listener.hpp"

using namespace facio;
using serve::card_address;
using serve::peer_address;

TEST_CASE("the card is found from every form of address", "[outbound]") {
  const std::string card = "https://h.example/.well-known/agent-card.json";
  for (const char* url : {"https://h.example", "https://h.example/", "https://h.example/a2a/v1", "https://h.example/a2a/v1/",
                          "https://h.example/.well-known/agent-card.json"}) {
    INFO(url);
    CHECK(card_address(url) == card);
  }
  CHECK(card_address("https://h.example/team/a") == "https://h.example/team/a/.well-known/agent-card.json");
  CHECK(card_address("https://h.example/cards/one.json?v=2") == "https://h.example/cards/one.json?v=2");
}

TEST_CASE("requests stay on the registered host", "[outbound]") {
  const auto at = [](const std::string& url, const std::string& card) {
    const auto found = peer_address(url, card);
    return found ? (found->modern ? "1.0 " : "") + found->url : "refused: " + found.error().message();
  };
  CHECK(at("https://h.example", R"({"url":"https://h.example/rpc"})") == "https://h.example/rpc");
  CHECK(at("https://H.example:443/x", R"({"url":"https://h.example/rpc"})") == "https://h.example/rpc");
  CHECK(at("https://h.example", R"({"preferredTransport":"JSONRPC","url":"https://h.example/rpc"})") == "https://h.example/rpc");
  CHECK(at("https://h.example", R"({"supportedInterfaces":[{"protocolBinding":"JSONRPC","url":"https://h.example/v1"}]})") ==
        "https://h.example/v1");
  // The newer version where both are offered, whatever their order.
  const std::string both =
      R"("url":"https://h.example/old","supportedInterfaces":[{"protocolBinding":"HTTP+JSON","protocolVersion":"1.0","url":"x"},)"
      R"({"protocolBinding":"JSONRPC","protocolVersion":"0.3","url":"https://h.example/old"},)"
      R"({"protocolBinding":"JSONRPC","protocolVersion":"1.0","url":"https://h.example/new"}])";
  CHECK(at("https://h.example", "{" + both + "}") == "1.0 https://h.example/new");
  for (const char* other :
       {"https://evil.example/rpc", "http://h.example/rpc", "https://h.example:8443/rpc", "https://h.example.evil.example/",
        "https://sub.h.example/", "https://h.example@evil.example/", "//evil.example/", "/rpc", "file:///x"}) {
    INFO(other);
    const auto found = peer_address("https://h.example", std::string(R"({"url":")") + other + "\"}");
    REQUIRE_FALSE(found);
    CHECK(found.error().code() == Code::upstream_failed);
  }
  for (const char* card : {"{}", "[]", "7", "{", R"({"url":7})", R"({"preferredTransport":"GRPC","url":"https://h.example/rpc"})"}) {
    INFO(card);
    CHECK_FALSE(peer_address("https://h.example", card));
  }
}
