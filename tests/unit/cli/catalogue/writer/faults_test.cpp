// Every rule of the catalogue finds what it is there for.
#include "cli/catalogue/writer/faults.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <deque>

using namespace facio;

namespace {

struct Item {
  std::string id;
  static constexpr ShapeHead shape{"Item", "An item"};
  static constexpr auto fields() { return Fields{field("id", &Item::id, "id", {.example = "first"})}; }
};
struct Items {
  std::vector<Item> items;
  static constexpr ShapeHead shape{"Items", "Items"};
  static constexpr auto fields() { return Fields{field("items", &Items::items, "the items")}; }
};
struct Clashing {
  std::string url;
  static constexpr ShapeHead shape{"Clashing", "Has a flag like a global one"};
  static constexpr auto fields() { return Fields{field("url", &Clashing::url, "address")}; }
};
struct Hidden {
  Secret token;
  static constexpr ShapeHead shape{"Hidden", "Its flags would be --token-file and so on"};
  static constexpr auto fields() { return Fields{field("token", &Hidden::token, "token", {.secret = true})}; }
};
struct Patterned {
  Item item;
  std::string name;
  static constexpr ShapeHead shape{"Patterned", "Has an unknown pattern"};
  static constexpr auto fields() {
    return Fields{field("item", &Patterned::item, "item"), field("name", &Patterned::name, "name", {.pattern = "no-such"})};
  }
};

struct Formed {
  std::optional<std::string> a;
  static constexpr Form forms[] = {{"a", "b"}};
  static constexpr ShapeHead shape{"Formed", "Has a form with a member that there is not", Members::closed, forms};
  static constexpr auto fields() { return Fields{field("a", &Formed::a, "a", {.example = "x"})}; }
};
struct Exemplary {
  std::int64_t size = 0;
  static constexpr ShapeHead shape{"Exemplary", "Its example is too large"};
  static constexpr auto fields() { return Fields{field("size", &Exemplary::size, "size", {.max = 5, .example = "6"})}; }
};

constexpr Param kId[] = {path_param("id", "id of the item")};
constexpr Param kSwapped[] = {path_param("b", "second"), path_param("a", "first")};
constexpr Param kTwice[] = {query_param("limit", types::integer, "most", {.letter = 'n'}),
                            query_param("number", types::integer, "number", {.letter = 'n'})};
constexpr Param kOptionalFirst[] = {query_positional("dir", "where"), positional("name", "name", {.required = true})};
constexpr Param kOptionalLast[] = {path_param("id", "id of the item"), query_positional("dir", "where")};
constexpr Param kNegated[] = {local_flag("headers", types::boolean, "collides as --no-headers")};
constexpr Param kUndocumented[] = {query_param("limit", types::integer, "ends with a period.")};
constexpr Code kUnsendable[] = {Code::usage};
constexpr Column kColumns[] = {{"id", "ID"}};
constexpr Column kUnknownColumns[] = {{"name", "NAME"}};
constexpr Example kForeign[] = {{"other list", "of another command"}};
constexpr std::string_view kTaken[] = {"item get"};
constexpr Area kAreas[] = {{"item", "Items"}};

constexpr Endpoint kGood[] = {
    {.id = "item.get",
     .method = Method::get,
     .path = "/items/{id}",
     .summary = "Show an item",
     .params = kId,
     .reply = &shape_of<Item>,
     .columns = kColumns,
     .key = "id"},
    {.id = "item.list",
     .method = Method::get,
     .path = "/items",
     .summary = "List items",
     .form = ReplyForm::list,
     .reply = &shape_of<Item>,
     .envelope = &shape_of<Items>,
     .columns = kColumns,
     .key = "id"},
};

using Faults = std::vector<std::string>;

/// What is wrong with a GET that is right but for what `change` does to it.
template <class Change>
Faults faults_with(Change change) {
  Endpoint endpoint{.id = "item.see", .method = Method::get, .path = "/items", .summary = "List items"};
  change(endpoint);
  return find_faults({&endpoint, 1}, kAreas);
}

/// The one thing that is wrong with it, without the id.
template <class Change>
std::string fault_with(Change change) {
  const Faults faults = faults_with(change);
  CAPTURE(faults);
  REQUIRE(faults.size() == 1);
  REQUIRE(faults.front().starts_with("item.see: "));
  return faults.front().substr(10);
}

}  // namespace

using Catch::StartsWith;

TEST_CASE("a good table has no faults") { CHECK(find_faults(kGood, kAreas) == Faults{}); }

TEST_CASE("ids, summaries and parameters that are not as they should be are found") {
  CHECK(faults_with([](Endpoint& e) { e.id = "Item.get"; }).front() ==
        "Item.get: an id is one or two words of a-z, 0-9 and dash: area.verb");
  CHECK_FALSE(faults_with([](Endpoint& e) { e.id = "item."; }).empty());
  const std::string period = fault_with([](Endpoint& e) { e.summary = "Ends with a period."; });
  CHECK(period == "the summary 'Ends with a period.' needs 1 to 71 characters and no final period");
  CHECK_THAT(fault_with([](Endpoint& e) { e.summary = "0123456789012345678901234567890123456789012345678901234567890123456789ab"; }),
             StartsWith("the summary"));
  CHECK_THAT(fault_with([](Endpoint& e) { e.params = kUndocumented; }), StartsWith("parameter 'limit' needs a line"));
}

TEST_CASE("paths and positionals that do not fit are found") {
  for (const auto& fault : {fault_with([](Endpoint& e) { e.path = "/items/{id}"; }), fault_with([](Endpoint& e) { e.params = kId; }),
                            fault_with([](Endpoint& e) { e.path = "/items/{a}/{b}", e.params = kSwapped; })})
    CHECK_THAT(fault, StartsWith("the placeholders of '/items"));
  CHECK_THAT(fault_with([](Endpoint& e) { e.surface = Surface::local; }), StartsWith("an endpoint has a path"));
  CHECK_THAT(fault_with([](Endpoint& e) { e.method = Method::none; }), StartsWith("a command without a method"));
  CHECK_THAT(fault_with([](Endpoint& e) { e.params = kOptionalFirst; }), StartsWith("argument 'name' stands behind"));
  CHECK_THAT(fault_with([](Endpoint& e) { e.params = kOptionalLast; }), StartsWith("the placeholders"));
  CHECK(faults_with([](Endpoint& e) { e.path = "/items/{id}", e.params = kOptionalLast; }) == Faults{});
}

TEST_CASE("methods, effects, errors and bodies that contradict each other are found") {
  CHECK_THAT(fault_with([](Endpoint& e) { e.errors = kUnsendable; }), StartsWith("error 'usage' has no HTTP status"));
  CHECK_THAT(fault_with([](Endpoint& e) { e.method = Method::del, e.effect = Effect::write; }), StartsWith("a DELETE must be"));
  CHECK_THAT(fault_with([](Endpoint& e) { e.method = Method::post; }), StartsWith("GET is Effect::read"));
  CHECK_THAT(fault_with([](Endpoint& e) { e.effect = Effect::write; }), StartsWith("GET is Effect::read"));
  CHECK_THAT(fault_with([](Endpoint& e) { e.body = &shape_of<Item>; }), StartsWith("only POST"));
  const auto posts = [](const Shape& body) {
    return [&body](Endpoint& e) { e.method = Method::post, e.effect = Effect::write, e.body = &body; };
  };
  CHECK_THAT(fault_with(posts(shape_of<Patterned>)), StartsWith("pattern 'no-such' of 'name' is not in patterns.cpp"));
  CHECK(faults_with(posts(shape_of<Item>)) == Faults{});
  CHECK(fault_with(posts(shape_of<Formed>)) == "a form of Formed names 'b', which is none of its fields");
  CHECK(fault_with(posts(shape_of<Exemplary>)) == "the example of its body, {\"size\":6}, is none: size: must be at most 5");
  Shape endless{.name = "Endless", .doc = "Lies in itself", .fields = {}};
  const Type itself{Kind::object, nullptr, &endless};
  const Field inner{"inner", "itself", &itself};
  endless.fields = {&inner, 1};
  CHECK_THAT(fault_with(posts(endless)), StartsWith("its body lies in itself"));
}

TEST_CASE("replies that do not have what is shown of them are found") {
  CHECK_THAT(fault_with([](Endpoint& e) { e.form = ReplyForm::list, e.reply = &shape_of<Item>; }),
             StartsWith("a list or map needs columns"));
  CHECK(fault_with([](Endpoint& e) { e.reply = &shape_of<Item>, e.columns = kUnknownColumns; }) ==
        "column 'name' is not a field of the reply");
  CHECK(fault_with([](Endpoint& e) { e.reply = &shape_of<Item>, e.key = "name"; }) == "the key 'name' is not a field of the reply");
  CHECK(fault_with([](Endpoint& e) { e.columns = kColumns; }) == "column 'id' is not a field of the reply");
  CHECK(fault_with([](Endpoint& e) { e.examples = kForeign; }) == "example 'other list' does not begin with the command");
}

TEST_CASE("flags that clash are found") {
  CHECK_THAT(fault_with([](Endpoint& e) { e.params = kTwice; }), StartsWith("flag -n is taken"));
  CHECK_THAT(fault_with([](Endpoint& e) { e.params = kNegated; }), StartsWith("flag --no-headers is taken"));
  const auto posts = [](const Shape& body) {
    return [&body](Endpoint& e) { e.method = Method::post, e.effect = Effect::write, e.body = &body; };
  };
  CHECK_THAT(fault_with(posts(shape_of<Clashing>)), StartsWith("flag --url is taken"));
  CHECK_THAT(fault_with(posts(shape_of<Hidden>)), StartsWith("flag --token-stdin is taken"));
}

TEST_CASE("rules between endpoints are found broken") {
  const Endpoint see{.id = "item.see", .method = Method::get, .path = "/items", .summary = "List items"};
  const Endpoint same_id[] = {see, {.id = "item.see", .summary = "B", .form = ReplyForm::none, .surface = Surface::local}};
  CHECK(find_faults(same_id, kAreas) == Faults{"item.see: this id is declared twice"});
  const Endpoint mixed[] = {{.id = "third.see", .method = Method::get, .path = "/a", .summary = "A", .system = "third"},
                            {.id = "see", .method = Method::get, .path = "/b", .summary = "B", .system = "third"}};
  CHECK(find_faults(mixed, kAreas) == Faults{"see: either every id of a system begins with its name, or none does"});
  static constexpr Param name[] = {path_param("name", "name")};
  const Endpoint same_route[] = {
      {.id = "item.a", .method = Method::get, .path = "/items/{id}/x", .summary = "A", .params = kId},
      {.id = "item.b", .method = Method::get, .path = "/items/{name}/x", .summary = "B", .params = name},
  };
  CHECK(find_faults(same_route, kAreas) == Faults{"item.b: item.a has the same method and path"});
  const Endpoint fixed_word_wins[] = {
      {.id = "item.a", .method = Method::get, .path = "/items/all", .summary = "A"},
      {.id = "item.b", .method = Method::get, .path = "/items/{name}", .summary = "B", .params = name},
      {.id = "item.c", .method = Method::del, .path = "/items/{id}", .summary = "C", .params = kId, .effect = Effect::destructive},
  };
  CHECK(find_faults(fixed_word_wins, kAreas) == Faults{});
  Endpoint synonym[] = {kGood[0], see};
  synonym[1].synonyms = kTaken;
  CHECK(find_faults(synonym, kAreas) == Faults{"item.see: the synonym 'item get' is a command or synonym of item.get"});
  const Endpoint other_area[] = {{.id = "other.list", .summary = "Other", .surface = Surface::local}};
  CHECK_THAT(find_faults(other_area, kAreas).at(0), StartsWith("other.list: the area 'other' has no title"));
}
