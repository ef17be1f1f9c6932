// What is packed comes out as it went in.
#include "cli/catalogue/writer/pack.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <thread>

#include "cli/catalogue/packed_catalogue.hpp"

using namespace facio;

namespace {

/// Walks two records side by side and says where they differ; a pair of shapes is walked once.
class Comparison {
 public:
  template <class R>
  requires packed::Record<const R>
  bool equal(const R& a, const R& b) {
    return [&]<std::size_t... I>(const auto& left, const auto& right, std::index_sequence<I...>) {
      return (equal(std::get<I>(left), std::get<I>(right)) && ...);
    }
    (packed::members(a), packed::members(b), std::make_index_sequence<std::tuple_size_v<decltype(packed::members(a))>>());
  }
  template <class T>
  bool equal(std::span<const T> a, std::span<const T> b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
      if (!equal(a[i], b[i])) return false;
    return true;
  }
  bool equal(const Type* a, const Type* b) {
    for (; a != nullptr && b != nullptr; a = a->element, b = b->element)
      if (a->kind != b->kind || !equal(a->shape, b->shape)) return false;
    return a == b;
  }
  bool equal(const Shape* a, const Shape* b) {
    if (a == nullptr || b == nullptr) return a == b;
    const auto [known, fresh] = partners_.try_emplace(a, b);
    return fresh ? equal(*a, *b) : known->second == b;  // one shape comes out as one
  }
  template <class T>
  requires(!packed::Record<const T>) bool equal(const T& a, const T& b) { return a == b; }

 private:
  std::map<const Shape*, const Shape*> partners_;
};

/// A catalogue over packed bytes; as those of the program, it is there to its end.
const PackedCatalogue& unpacked(std::string bytes) {
  static std::vector<std::unique_ptr<std::string>> kept;
  static std::vector<std::unique_ptr<PackedCatalogue>> catalogues;
  kept.push_back(std::make_unique<std::string>(std::move(bytes)));
  catalogues.push_back(std::make_unique<PackedCatalogue>(reinterpret_cast<const unsigned char*>(kept.back()->data())));
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
  const PackedCatalogue& packed = unpacked(pack(kTrees, kAreas));
  REQUIRE(packed.size() == 2);
  const Endpoint& see = packed.at(1);
  const Endpoint& b = packed.at(0);
  Comparison comparison;
  CHECK(comparison.equal(see, kTrees[0]));
  CHECK(comparison.equal(b, kTrees[1]));
  CHECK(see.reply == b.body);
  CHECK(see.reply->fields[1].type->element->shape == see.reply);
  CHECK(see.reply->fields[2].type->element->element->shape == see.reply);
  CHECK(&packed.at(1) == &see);
}

TEST_CASE("ids, summaries, areas, synonyms and the order of declaration are there without records") {
  const PackedCatalogue& packed = unpacked(pack(kTrees, kAreas));
  CHECK(packed.id_at(0) == "b");
  CHECK(packed.id_at(1) == "tree.see");
  CHECK(packed.summary_at(1) == "See");
  CHECK(packed.path_at(1).empty());
  CHECK(std::ranges::equal(packed.declaration_order(), std::vector<std::uint16_t>{1, 0}));
  REQUIRE(packed.area_count() == 2);
  CHECK(packed.area_at(0).name == "tree");
  CHECK(packed.area_at(0).title == "Trees");
  CHECK(packed.area_at(1).title.empty());
  CHECK(packed.find_synonym("tree show") == 1);
  CHECK(packed.find_synonym("t") == 1);
  CHECK(packed.find_synonym("a") == 0);
  CHECK_FALSE(packed.find_synonym("tree"));
  CHECK_FALSE(packed.find_synonym("zzz"));
  CHECK(unpacked(pack({}, {})).size() == 0);
}

TEST_CASE("the whole catalogue comes out as it was declared") {
  std::vector<Endpoint> declared;
  for (const std::uint16_t position : declaration_order()) declared.push_back(catalogue()[position]);
  const std::string bytes = pack(declared, areas());
  const PackedCatalogue& packed = unpacked(bytes);
  WARN(bytes.size());
  REQUIRE(packed.size() == catalogue().size());
  Comparison comparison;
  for (std::size_t i = 0; i < packed.size(); ++i) {
    CAPTURE(catalogue()[i].id);
    CHECK(comparison.equal(packed.at(i), catalogue()[i]));
  }
  CHECK(pack(declared, areas()) == bytes);
}

TEST_CASE("several threads get the same records") {
  std::vector<Endpoint> declared(catalogue().begin(), catalogue().end());
  const PackedCatalogue& packed = unpacked(pack(declared, areas()));
  std::vector<std::vector<const Endpoint*>> seen(4);
  std::vector<std::thread> threads;
  for (auto& mine : seen)
    threads.emplace_back([&] {
      for (std::size_t i = 0; i < packed.size(); ++i) mine.push_back(&packed.at(i));
    });
  for (auto& thread : threads) thread.join();
  CHECK(std::ranges::count(seen, seen.front()) == 4);
  CHECK(std::set(seen.front().begin(), seen.front().end()).size() == packed.size());
}
