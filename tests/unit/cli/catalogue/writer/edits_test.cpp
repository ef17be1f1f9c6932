// What an `edit` command has from the endpoint that takes its changes.
#include "cli/catalogue/writer/edits.hpp"

#include <catch2/catch.hpp>

#include "cli/catalogue/declare.hpp"

using namespace facio;

namespace {

struct Peer {
  std::string alias, url;
  bool hasToken = false;
  static constexpr ShapeHead shape{"Peer", "A peer"};
  static constexpr auto fields() {
    return Fields{field("alias", &Peer::alias, "name of the peer: letters"), field("url", &Peer::url, "address"),
                  field("hasToken", &Peer::hasToken, "a token is stored")};
  }
};
struct Peers {
  std::vector<Peer> items;
  static constexpr ShapeHead shape{"Peers", "Peers"};
  static constexpr auto fields() { return Fields{field("items", &Peers::items, "the peers")}; }
};
struct PeerAdd {
  std::string alias, url;
  std::optional<Secret> token;
  static constexpr ShapeHead shape{"PeerAdd", "A peer to add"};
  static constexpr auto fields() {
    return Fields{field("alias", &PeerAdd::alias, "name of the peer: letters", {.value_name = "ALIAS"}),
                  field("url", &PeerAdd::url, "address"), field("token", &PeerAdd::token, "token", {.secret = true})};
  }
};

constexpr Column kColumns[] = {{"alias", "ALIAS"}};
constexpr Param kAlias = path_param("alias", "name of the peer");

std::vector<Endpoint> endpoints(const Endpoint& write, const Endpoint& edit) {
  return {get("peers.list", "/peers", "List peers").list<Peers>(kColumns, "alias"),
          get("peers.get", "/peers/{alias}", "Show a peer").params(kAlias).reply<Peer>(kColumns, "alias"), write, edit};
}
const Endpoint kEdit = edit("peers.edit", "Edit a peer", "peers.set");

std::string faults(const Endpoint& write, const Endpoint& edit) {
  auto all = endpoints(write, edit);
  std::deque<Param> params;
  std::string text;
  for (const std::string& fault : complete_edits(all, params)) text += fault + "\n";
  return text;
}

}  // namespace

TEST_CASE("an edit command names the thing as its endpoint does, and prints what that answers") {
  auto all = endpoints(put("peers.set", "/peers/{alias}", "Replace a peer")
                           .params(kAlias)
                           .body<PeerAdd>()
                           .whole<"peers.get">()
                           .reply<Peer>(kColumns, "alias"),
                       kEdit);
  std::deque<Param> params;
  REQUIRE(complete_edits(all, params).empty());
  const Endpoint& edit = all.back();
  REQUIRE(edit.params.size() == 1);
  CHECK(edit.params.front().place == Place::positional);
  CHECK(edit.params.front().field.name == "alias");
  CHECK(edit.params.front().field.required);
  CHECK(edit.reply == &shape_of<Peer>);
  CHECK(edit.key == "alias");
}

TEST_CASE("the name of a thing from a list is the list's key") {
  auto all = endpoints(post("peers.set", "/peers", "Add a peer").body<PeerAdd>().whole<"peers.list">().keeps("token", "hasToken"), kEdit);
  std::deque<Param> params;
  REQUIRE(complete_edits(all, params).empty());
  REQUIRE(all.back().params.size() == 1);
  CHECK(all.back().params.front().field.name == "alias");
  CHECK(all.back().params.front().field.doc == "name of the peer");
  CHECK(all.back().params.front().field.attr.value_name == "ALIAS");
}

TEST_CASE("an edit command of which something is missing is refused") {
  const Declaration write = post("peers.set", "/peers", "Add a peer");
  CHECK(faults(Declaration(write).body<PeerAdd>(), kEdit) == "peers.edit: 'peers.set' is no endpoint that declares a whole answer\n");
  CHECK(faults(Declaration(write).body<PeerAdd>().whole<"peers.none">(), kEdit).starts_with("peers.set: its whole answer 'peers.none'"));
  CHECK(faults(Declaration(write).body<PeerAdd>().whole<"peers.get", "config">(), kEdit) ==
        "peers.set: 'config' is no member of the whole answer\n");
  CHECK(faults(Declaration(write).body<PeerAdd>().whole<"peers.get">().keeps("secret", "hasToken"), kEdit) ==
        "peers.set: keeps() needs a member of the body and one of the answer\n");
  CHECK(faults(Declaration(write).whole<"peers.get">(), kEdit).starts_with("peers.set: a whole answer needs a body"));
  CHECK(faults(Declaration(write).body<PeerAdd>().whole<"peers.list">(), edit("peers.edit", "Edit", "peers.set").each("rules", "no", "yes"))
            .starts_with("peers.edit: there is no endpoint 'no'"));
}
