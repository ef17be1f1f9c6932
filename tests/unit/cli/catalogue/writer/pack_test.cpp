// What is packed comes out as it went in.
#include "cli/catalogue/writer/pack.hpp"

#include <catch2/catch.hpp>
#include <set>
#include <thread>

#include "cli/catalogue/system.hpp"

using namespace facio;

namespace {

/// A catalogue over packed bytes; as those of the program, it is there to its end.
const Catalogue& unpacked(std::string bytes) {
  static std::vector<std::unique_ptr<std::string>> kept;
  static std::vector<std::unique_ptr<Catalogue>> catalogues;
  kept.push_back(std::make_unique<std::string>(std::move(bytes)));
  catalogues.push_back(std::make_unique<Catalogue>(reinterpret_cast<const unsigned char*>(kept.back()->data())));
  return *catalogues.back();
}

struct Tree {
  std::string name;
  std::vector<Tree> children;
  std::map<std::string, std::vector<Tree>> named;
  static constexpr ShapeHead shape{"Tree", "Refers to itself", Members::open};
  static constexpr auto fields() {
    return Fields{field("name", &Tree::name, "name", {.min = -0.5, .max = 1e300, .letter = 'n'}),
                  field("children", &Tree::children, "children"), field("named", &Tree::named, "by name")};
  }
};

constexpr Area kAreas[] = {{"tree", "Trees"}, {"b", ""}};
constexpr std::string_view kSynonyms[] = {"tree show", "t"};
constexpr std::string_view kOther[] = {"a"};
constexpr Endpoint kTrees[] = {
    {.id = "tree.see", .summary = "See", .reply = &shape_of<Tree>, .media = "", .max_body = 0, .synonyms = kSynonyms},
    {.id = "b", .summary = "B", .body = &shape_of<Tree>, .success = 4'000'000'000, .synonyms = kOther},
};

}  // namespace

TEST_CASE("a shape that refers to itself comes out once, also through several endpoints") {
  const Catalogue& packed = unpacked(pack(kTrees, kAreas));
  REQUIRE(packed.size() == 2);
  const Endpoint& see = packed.at(1);
  const Endpoint& b = packed.at(0);
  CHECK(find_difference(kTrees, packed).empty());
  CHECK(see.media.empty());
  CHECK(see.reply == b.body);
  CHECK(see.reply->fields[1].type->element->shape == see.reply);
  CHECK(see.reply->fields[2].type->element->element->shape == see.reply);
  CHECK(&packed.at(1) == &see);
}

TEST_CASE("what does not come out as declared is found") {
  std::vector<Endpoint> changed(std::begin(kTrees), std::end(kTrees));
  changed[1].success = 1;
  CHECK(find_difference(changed, unpacked(pack(kTrees, kAreas))) == "b");
  changed = {kTrees[0]};
  Shape other = shape_of<Tree>;
  changed[0].reply = &other;
  CHECK(find_difference(kTrees, unpacked(pack(changed, kAreas))) == "tree.see");
}

TEST_CASE("ids, summaries, areas, synonyms and the order of declaration are there without records") {
  const Catalogue& packed = unpacked(pack(kTrees, kAreas));
  CHECK(packed.id_at(0) == "b");
  CHECK(packed.id_at(1) == "tree.see");
  CHECK(packed.summary_at(1) == "See");
  CHECK(packed.path_at(1).empty());
  CHECK(std::ranges::equal(packed.declaration_order(), std::vector<std::uint16_t>{1, 0}));
  REQUIRE(packed.areas().size() == 2);
  CHECK(packed.areas()[0].name == "tree");
  CHECK(packed.areas()[0].title == "Trees");
  CHECK(packed.areas()[1].title.empty());
  const Catalogue& none = unpacked(pack({}, {}));
  CHECK(none.size() == 0);
  CHECK(none.find("b") == nullptr);
  CHECK(none.find_synonym("a", {}) == nullptr);
}

TEST_CASE("synonyms are found by their words") {
  const Catalogue& packed = unpacked(pack(kTrees, kAreas));
  const Endpoint* see = &packed.at(1);
  CHECK(packed.find_synonym("tree", "show") == see);
  CHECK(packed.find_synonym("t", {}) == see);
  CHECK(packed.find_synonym("a", {}) == &packed.at(0));
  CHECK(packed.find_synonym("tree", {}) == nullptr);
  CHECK(packed.find_synonym("tree", "sho") == nullptr);
  CHECK(packed.find_synonym("tree", "shows") == nullptr);
  CHECK(packed.find_synonym("t", "show") == nullptr);
  CHECK(packed.find_synonym("zzz", {}) == nullptr);
}

TEST_CASE("ids behind the name of their system are found with it, and their words without") {
  Endpoint one{.id = "third.ping", .summary = "Ping", .system = "third"},
      two{.id = "third.things.list", .summary = "List", .system = "third"};
  const Catalogue& packed = unpacked(pack(std::vector{two, one}, std::vector<Area>{{"things", "Things"}}));
  CHECK(packed.system() == "third");
  CHECK(packed.prefixed());
  CHECK(packed.find("third.ping") == &packed.at(0));
  CHECK(packed.find("third.things.list") == &packed.at(1));
  for (const char* id : {"ping", "things.list", "third", "third.", "thirdxping", "other.ping"}) CHECK(packed.find(id) == nullptr);
  CHECK(packed.find("things", "list") == &packed.at(1));
  CHECK(packed.find("ping", {}) == &packed.at(0));
  CHECK(packed.own_id_at(1) == "things.list");
  CHECK(packed.of_area("things") == std::vector{&packed.at(1)});
  CHECK(packed.of_area("third") == std::vector{&packed.at(0)});
  CHECK((packed.at(0).area() == "third" && packed.at(0).verb() == "ping"));
  CHECK((packed.at(1).area() == "things" && packed.at(1).verb() == "list"));
}

TEST_CASE("several threads get the same records") {
  std::vector<Endpoint> declared;
  for (const Endpoint* endpoint : default_system().catalogue().all()) declared.push_back(*endpoint);
  const Catalogue& packed = unpacked(pack(declared, default_system().catalogue().areas()));
  std::vector<std::vector<const Endpoint*>> seen(4);
  std::vector<std::thread> threads;
  for (auto& mine : seen)
    threads.emplace_back([&] {
      for (std::size_t i = 0; i < packed.size(); ++i) mine.push_back(&packed.at(i));
    });
  for (auto& thread : threads) thread.join();
  CHECK(std::ranges::count(seen, seen.front()) == 4);
  CHECK(std::set(seen.front().begin(), seen.front().end()).size() == packed.size());
  CHECK(find_difference(declared, packed).empty());
}
