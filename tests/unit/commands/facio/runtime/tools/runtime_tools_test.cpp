// Jobs, peers and MCP servers by tools; and what is masked.
#include "cli/core/encoding.hpp"
#include "cli/core/text.hpp"
#include "commands/facio/credentials/server/masking.hpp"
#include "tests/unit/commands/facio/runtime/tools/workshop.hpp"

using namespace facio;
using namespace facio::test;

TEST_CASE("jobs by tools follow the rules of the API and are audited", "[tools]") {
  Workshop shop;
  CHECK(shop.ok("cron_list", "{}") == "there are no jobs");
  const auto added =
      shop.ok("cron_add", R"({"name":"report","schedule":{"kind":"cron","expr":"0 9 * * 1-5","tz":"Europe/Berlin"},"message":"go"})");
  CHECK(contains(added, "report  cron 0 9 * * 1-5 Europe/Berlin  next 20"));
  CHECK(shop.ok("cron_list", "{}") == added.substr(6) + "\n");
  CHECK(contains(shop.refused("cron_add", R"({"name":"x","schedule":{"kind":"cron","expr":"never"}})"), "schedule.expr"));
  CHECK(contains(shop.refused("cron_add", R"({"name":"x","schedule":{"kind":"every","every_ms":5}})"), "schedule.every_ms"));
  CHECK(contains(shop.refused("cron_add", R"({"schedule":{"kind":"every","every_ms":5000}})"), "name: is required"));
  const std::string id = added.substr(6, added.find(' ', 6) - 6);
  CHECK(shop.ok("cron_remove", R"({"id":")" + id + "\"}") == "removed " + id);
  CHECK(contains(shop.refused("cron_remove", R"({"id":")" + id + "\"}"), id));
  CHECK(shop.messages() == std::vector<std::string>{"added job " + id, "removed job " + id});
  const auto page = good(JsonDocument::parse(good(shop.store->audit().list("main", {.limit = 1})).items));
  CHECK(page.root().at(0).get("origin").string() == "agent");
  CHECK(page.root().at(0).get("run_id").string() == "run1");
  CHECK(page.root().at(0).get("event").string() == "cron_change");
}

TEST_CASE("MCP servers by a tool", "[tools]") {
  Workshop shop;
  CHECK(shop.ok("manage_mcp", R"({"action":"list"})") == "there are no MCP servers");
  CHECK(contains(shop.ok("manage_mcp", R"({"action":"add","name":"notes","command":"server","env":{"A":"plain-secret"}})"),
                 "notes  stdio  "));
  const auto listed = shop.ok("manage_mcp", R"({"action":"list"})");
  CHECK(contains(listed, "notes  stdio  "));
  CHECK_FALSE(contains(listed, "plain-secret"));
  CHECK(contains(shop.ok("manage_mcp", R"({"action":"disable","name":"notes"})"), "disabled"));
  CHECK(contains(shop.refused("manage_mcp", R"({"action":"restart","name":"notes"})"), "notes"));
  CHECK(contains(shop.refused("manage_mcp", R"({"action":"add","name":"notes","command":"server"})"), "notes"));
  CHECK(shop.ok("manage_mcp", R"({"action":"remove","name":"notes"})") == "removed notes");
  CHECK(contains(shop.refused("manage_mcp", R"({"action":"enable"})"), "name: is required for the action enable"));
  CHECK(contains(shop.refused("manage_mcp", R"({"action":"burn"})"), "action: must be"));
  CHECK(shop.messages() == std::vector<std::string>{"added notes", "disabled notes", "removed notes"});
}

TEST_CASE("peers by tools", "[tools]") {
  Workshop shop;
  CHECK(shop.ok("list_peers", "{}") == "there are no peers");
  const auto body =
      good(JsonDocument::parse(R"({"alias":"other","url":"http://127.0.0.1:1","token":"peer-token-4711","description":"helps"})"));
  (void)good(shop.change<PeersService::Added>([&](auto& tx) { return shop.peers.add(tx, "main", body.root()); }));
  CHECK(shop.ok("list_peers", "{}") == "other  helps\n");
  CHECK(contains(shop.refused("call_peer", R"({"alias":"other","message":"hi"})"), "127.0.0.1"));  // the guard
  CHECK(contains(shop.refused("call_peer", R"({"alias":"none","message":"hi"})"), "there is no peer 'none'"));
  CHECK(shop.credentials.masked("main", "Bearer peer-token-4711!") == "Bearer ***!");  // since it was used
}

TEST_CASE("known secrets are masked in any text", "[mask]") {
  Workshop shop;
  CHECK(shop.credentials.masked("main", "plain") == "plain");
  shop.secret("A", "alpha-secret");
  shop.secret("LONGER", "alpha-secret-and-more");
  shop.secret("SHORT", "abc");
  shop.secret("LINES", "-----BEGIN-----\n\"x\"\\y\n");
  const auto masked = [&](std::string_view text) { return shop.credentials.masked("main", text); };
  CHECK(masked("alpha-secretalpha-secret") == "${credentials.A}${credentials.A}");
  CHECK(masked("alpha-secret-and-more") == "${credentials.LONGER}");
  CHECK(masked("abc alpha-secre") == "abc alpha-secre");
  CHECK(masked("a\n-----BEGIN-----\n\"x\"\\y\nb") == "a\n${credentials.LINES}\nb");
  CHECK(masked(R"({"k":"-----BEGIN-----\n\"x\"\\y\n"})") == R"({"k":"${credentials.LINES}\n"})");
  CHECK(masked("") == "");
  CHECK(shop.credentials.masked("other", "alpha-secret") == "alpha-secret");
  // Another value counts at once, and so does one that is gone.
  const auto again = good(shop.change<Credential>([&](auto& tx) { return shop.credentials.put(tx, "main", "A", Secret("beta-secret")); }));
  shop.credentials.changed("main", again);
  CHECK(masked("beta-secret alpha-secret") == "${credentials.A} alpha-secret");
  (void)good(shop.change<CredentialDeleted>([&](auto& tx) { return shop.credentials.remove(tx, "main", "A"); }));
  shop.credentials.changed("main", Credential{.key = "A"});
  CHECK(masked("beta-secret") == "beta-secret");
  shop.credentials.also_mask("main", "provider x", Secret("gamma-key-1"));
  shop.credentials.also_mask("main", "provider x", Secret("gamma-key-2"));
  CHECK(masked("gamma-key-2") == "***");
}

TEST_CASE("a text that comes in pieces is masked as if it came whole", "[mask]") {
  Workshop shop;
  shop.secret("A", "abcdef");
  shop.secret("B", "efghij");
  shop.secret("C", "abcdefghijkl");
  for (const std::string_view text :
       {"abcdef", "xabcdefghijy", "abcdefghijkl", "abcdefghijk", "ababcdefg", "abcde", "no secret", "abcdefabcdefefghij"})
    for (std::size_t size = 1; size <= text.size(); ++size) {
      std::string held;
      std::string shown;
      for (std::size_t at = 0; at < text.size(); at += size) {
        held += text.substr(at, size);
        shown += shop.credentials.masked_start("main", held);
      }
      CHECK(shown + shop.credentials.masked("main", held) == shop.credentials.masked("main", text));
    }
  std::string held = "and so on abc";
  CHECK(shop.credentials.masked_start("main", held) == "and so on ");
  CHECK(held == "abc");
}

TEST_CASE("masking does not slow down with the number of secrets", "[mask]") {
  credentials::Mask mask;
  for (int i = 0; i < 2000; ++i) mask.add(Secret("secret-number-" + std::to_string(i * 7919) + "-x"), "***");
  mask.ready();
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += "word " + std::to_string(i) + "\n";
  text += "secret-number-7919-x";
  const std::string masked = mask.applied(text);
  CHECK(masked.size() == text.size() - 20 + 3);
  CHECK(masked.ends_with("***"));
}

TEST_CASE("a secret is masked in the forms that a shell makes easily", "[mask]") {
  const std::string secret = "p4ss/w\"rd+K1-x~y z";
  credentials::Mask mask;
  mask.add(Secret(secret), "***");
  mask.ready();
  const auto spread = [](std::string_view text, std::size_t each, std::string_view between) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); i += each) out.append(i == 0 ? "" : between).append(text.substr(i, each));
    return out;
  };
  std::string hex;
  for (const char c : secret)
    for (const unsigned digit : {static_cast<unsigned char>(c) / 16U, static_cast<unsigned char>(c) % 16U})
      hex += "0123456789abcdef"[digit];
  CHECK(mask.applied("a " + secret + " b") == "a *** b");
  CHECK(mask.applied("a p4ss/w\\\"rd+K1-x~y z b") == "a *** b");
  CHECK(mask.applied("a " + std::string(secret.rbegin(), secret.rend()) + " b") == "a *** b");
  CHECK(mask.applied("a p4ss%2Fw%22rd%2BK1-x~y%20z b") == "a *** b");
  CHECK(mask.applied("a p4ss%2fw%22rd%2bK1-x~y%20z b") == "a *** b");
  CHECK(mask.applied("(" + hex + ")") == "(***)");
  CHECK(mask.applied("(" + upper(hex) + ")") == "(***)");
  CHECK(mask.applied("(" + spread(hex, 2, " ") + ")") == "(***)");
  CHECK(mask.applied("(" + spread(hex, 2, ":") + ")") == "(***)");
  CHECK(mask.applied("(" + spread(hex, 8, "\n") + ")") == "(***)");
  CHECK(mask.applied("(" + spread(hex, 2, "\\x") + ")") == "(***)");
  CHECK(mask.applied("(" + spread(hex, 2, "%") + ")") == "(***)");
  for (const std::string before : {"", "u", "us", "user:", "me:x:"}) {  // every alignment, as of a login in a header
    const std::string form = base64_encode(before + secret + "\n");
    for (const std::string text : {form, spread(form, 5, "\n")}) {
      const std::string shown = mask.applied(text);
      CAPTURE(text, shown);
      CHECK(shown.find("***") != std::string::npos);
      CHECK(shown.size() <= 3 + 1 + (before.size() + 2) / 3 * 4 + 8);  // what is left belongs to the neighbours
    }
  }
  for (const std::string words : {"a password, 12 34 56 78 9a bc, and words that a person wrote", "deadbeef cafe 0123456789", "drow ssap"})
    CHECK(mask.applied(words) == words);
}

TEST_CASE("masking takes linear time, whatever repeats", "[mask]") {
  credentials::Mask mask;
  mask.add(Secret(std::string(60'000, 'a') + "b"), "***");
  mask.add(Secret(std::string(30'000, '0')), "***");
  mask.ready();
  for (const std::string piece : {"a", "0", "61", "YWFh", "30 "}) {
    std::string text;
    while (text.size() < 400'000) text += piece;
    CHECK(mask.applied(text).size() < text.size());  // the limit of the test run is the check
  }
}
