// The hashes of LibreFang's audit log, on rows of a real one and of one made here.
#include <catch2/catch.hpp>

#include "cli/core/encoding.hpp"
#include "commands/librefang/audit/client/chain.hpp"

using namespace facio;
using namespace facio::librefang::audit;

namespace {

const std::string kZeros(64, '0');

/// The first row of a daemon of version 0.7.0: the values one after the other.
constexpr std::string_view kOld =
    R"({"seq":0,"timestamp":"2026-11-29T14:52:41.410445394+00:00","agent_id":"1eeb0319-a9af-465d-a5ee-5a858dd8de89",)"
    R"("action":"AgentSpawn","detail":"name=assistant, parent=None","outcome":"ok",)"
    R"("hash":"24ecbf71c9fe597bbbbfa7eb80fc778fdb979763d5b07c0dfa75fd57c9f9bc27"})";
/// That of version 2026.10.16: with names.
constexpr std::string_view kNew =
    R"({"seq":0,"timestamp":"2026-11-29T14:50:31.244668488+00:00","agent_id":"b905fed5-ca6d-58f7-a81a-c73595b7efcb",)"
    R"("action":"AgentSpawn","detail":"name=assistant, parent=None","outcome":"ok",)"
    R"("hash":"c16b9112ffa8aea2ba84a3c67eee714460707486dec57dbd87eceb8412051fad"})";

JsonDocument parsed(std::string_view text) { return std::move(*JsonDocument::parse(text)); }

}  // namespace

TEST_CASE("librefang: both rules for the hash of an event") {
  CHECK(matches(parsed(kOld).root(), kZeros));
  CHECK(matches(parsed(kNew).root(), kZeros));
  CHECK_FALSE(matches(parsed(kNew).root(), std::string(64, '1')));
  auto changed = parsed(kNew);
  changed.set_string("detail", "name=other, parent=None");
  CHECK_FALSE(matches(changed.root(), kZeros));
  changed.erase("detail");
  CHECK_FALSE(matches(changed.root(), kZeros));
}

TEST_CASE("librefang: user and channel are part of the hash, the user as its bytes") {
  auto event = parsed(R"({"seq":3,"timestamp":"t","agent_id":"a","action":"x","detail":"d","outcome":"ok",)"
                      R"("user_id":"00010203-0405-0607-0809-0a0b0c0d0e0f","channel":"web"})");
  std::string bytes;
  for (char c = 0; c < 16; ++c) bytes += c;
  const std::string text =
      "\x1fseq=3\x1ftimestamp=t\x1f"
      "agent_id=a\x1f"
      "action=x\x1f"
      "detail=d\x1foutcome=ok\x1fuser_id=" +
      bytes +
      "\x1f"
      "channel=web\x1fprev_hash=" +
      kZeros;
  event.set_string("hash", sha256_hex({text}));
  CHECK(matches(event.root(), kZeros));
}

TEST_CASE("librefang: a window of a log is followed from its second event on") {
  const auto first = parsed(kNew);
  auto second = parsed(R"({"seq":1,"timestamp":"t","agent_id":"a","action":"x","detail":"d","outcome":"ok"})");
  const std::string& before = first.root().get("hash").text();
  second.set_string("hash", sha256_hex({"1taxdok", before}));  // old form after new: both may be in one log
  const ChainResult whole = check_chain({first.root(), second.root()}, true);
  CHECK(whole.checked == 2);
  CHECK_FALSE(whole.first_wrong);
  CHECK(whole.tip == second.root().get("hash").text());
  const ChainResult window = check_chain({second.root()}, true);
  CHECK(window.unchecked == 1);
  auto wrong = parsed(second.dump());
  wrong.set_string("detail", "e");
  CHECK(check_chain({first.root(), wrong.root()}, true).first_wrong == 1);
  CHECK(check_chain({first.root(), wrong.root()}, false).unchecked == 1);
  // An event that is left out is missed by the one behind it.
  auto later = parsed(R"({"seq":2,"timestamp":"t","agent_id":"a","action":"x","detail":"d","outcome":"ok"})");
  later.set_string("prev_hash", second.root().get("hash").text());
  later.set_string("hash", sha256_hex({"2taxdok", second.root().get("hash").text()}));
  CHECK(check_chain({first.root(), later.root()}, true).first_wrong == 2);
}
