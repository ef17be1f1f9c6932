// Every compile-time check of the catalogue finds what it is there for.
#include <catch2/catch.hpp>

#include "commands/catalogue_checks.hpp"

using namespace facio;

namespace {

struct Item {
  std::string id;
  static constexpr ShapeHead shape{"Item", "An item"};
  static constexpr auto fields() { return std::tuple{field("id", &Item::id, "id")}; }
};
struct Items {
  std::vector<Item> items;
  static constexpr ShapeHead shape{"Items", "Items"};
  static constexpr auto fields() { return std::tuple{field("items", &Items::items, "the items")}; }
};
struct Clashing {
  std::string url;
  static constexpr ShapeHead shape{"Clashing", "Has a flag like a global one"};
  static constexpr auto fields() { return std::tuple{field("url", &Clashing::url, "address")}; }
};
struct Hidden {
  Secret token;
  static constexpr ShapeHead shape{"Hidden", "Its flags would be --token-file and so on"};
  static constexpr auto fields() { return std::tuple{field("token", &Hidden::token, "token", {.secret = true})}; }
};
struct Patterned {
  Item item;
  std::string name;
  static constexpr ShapeHead shape{"Patterned", "Has an unknown pattern"};
  static constexpr auto fields() {
    return std::tuple{field("item", &Patterned::item, "item"), field("name", &Patterned::name, "name", {.pattern = "no-such"})};
  }
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

/// A GET that is right but for what the caller changes.
constexpr Endpoint get() { return {.id = "item.see", .method = Method::get, .path = "/items", .summary = "List items"}; }

template <class Change>
constexpr Endpoint with(Change change) {
  Endpoint endpoint = get();
  change(endpoint);
  return endpoint;
}

}  // namespace

TEST_CASE("a good table passes every check") {
  STATIC_REQUIRE(checks::repeated_id(kGood).none());
  STATIC_REQUIRE(checks::ambiguous_route(kGood).none());
  STATIC_REQUIRE(checks::taken_synonym(kGood).none());
  STATIC_REQUIRE(checks::untitled_area(kGood, kAreas).none());
  for (const auto check : {checks::bad_id, checks::bad_summary, checks::bad_parameter_doc, checks::bad_path, checks::flags_clash,
                           checks::unsendable_error, checks::does_not_ask, checks::bad_effect, checks::body_on_get,
                           checks::uses_unknown_pattern, checks::list_without_columns, checks::unknown_column, checks::foreign_example})
    CHECK(checks::first(kGood, check).none());
}

TEST_CASE("each rule of one endpoint is found broken") {
  STATIC_REQUIRE(checks::bad_id(with([](Endpoint& e) { e.id = "Item.get"; })));
  STATIC_REQUIRE(checks::bad_id(with([](Endpoint& e) { e.id = "item."; })));
  STATIC_REQUIRE(checks::bad_summary(with([](Endpoint& e) { e.summary = "Ends with a period."; })));
  STATIC_REQUIRE(checks::bad_summary(
      with([](Endpoint& e) { e.summary = "0123456789012345678901234567890123456789012345678901234567890123456789ab"; })));
  STATIC_REQUIRE(checks::bad_parameter_doc(with([](Endpoint& e) { e.params = kUndocumented; })));
  STATIC_REQUIRE(checks::bad_path(with([](Endpoint& e) { e.path = "/items/{id}"; })));
  STATIC_REQUIRE(checks::bad_path(with([](Endpoint& e) { e.params = kId; })));
  STATIC_REQUIRE(checks::bad_path(with([](Endpoint& e) { e.path = "/items/{a}/{b}", e.params = kSwapped; })));
  STATIC_REQUIRE(checks::bad_path(with([](Endpoint& e) { e.surface = Surface::local; })));
  STATIC_REQUIRE(checks::bad_positionals(with([](Endpoint& e) { e.params = kOptionalFirst; })));
  STATIC_REQUIRE_FALSE(checks::bad_positionals(with([](Endpoint& e) { e.params = kOptionalLast; })));
  STATIC_REQUIRE(checks::unsendable_error(with([](Endpoint& e) { e.errors = kUnsendable; })));
  STATIC_REQUIRE(checks::does_not_ask(with([](Endpoint& e) { e.method = Method::del, e.effect = Effect::write; })));
  STATIC_REQUIRE(checks::bad_effect(with([](Endpoint& e) { e.method = Method::post; })));
  STATIC_REQUIRE(checks::bad_effect(with([](Endpoint& e) { e.effect = Effect::write; })));
  STATIC_REQUIRE(checks::body_on_get(with([](Endpoint& e) { e.body = &shape_of<Item>; })));
  STATIC_REQUIRE(checks::uses_unknown_pattern(with([](Endpoint& e) { e.body = &shape_of<Patterned>; })));
  STATIC_REQUIRE(checks::list_without_columns(with([](Endpoint& e) { e.form = ReplyForm::list, e.reply = &shape_of<Item>; })));
  STATIC_REQUIRE(checks::unknown_column(with([](Endpoint& e) { e.reply = &shape_of<Item>, e.columns = kUnknownColumns; })));
  STATIC_REQUIRE(checks::unknown_column(with([](Endpoint& e) { e.reply = &shape_of<Item>, e.key = "name"; })));
  STATIC_REQUIRE(checks::foreign_example(with([](Endpoint& e) { e.examples = kForeign; })));
}

TEST_CASE("flags that clash are found") {
  STATIC_REQUIRE(checks::flags_clash(with([](Endpoint& e) { e.params = kTwice; })));
  STATIC_REQUIRE(checks::flags_clash(with([](Endpoint& e) { e.params = kNegated; })));
  STATIC_REQUIRE(checks::flags_clash(with([](Endpoint& e) { e.method = Method::post, e.body = &shape_of<Clashing>; })));
  STATIC_REQUIRE(checks::flags_clash(with([](Endpoint& e) { e.method = Method::post, e.body = &shape_of<Hidden>; })));
  STATIC_REQUIRE_FALSE(checks::flags_clash(with([](Endpoint& e) { e.method = Method::post, e.body = &shape_of<Item>; })));
}

TEST_CASE("rules between endpoints are found broken, with the endpoint's id") {
  static constexpr Endpoint same_id[] = {get(), get()};
  STATIC_REQUIRE(std::string_view(checks::repeated_id(same_id).name) == "item.see");
  static constexpr Endpoint same_route[] = {
      {.id = "item.a", .method = Method::get, .path = "/items/{id}/x", .summary = "A"},
      {.id = "item.b", .method = Method::get, .path = "/items/{name}/x", .summary = "B"},
  };
  STATIC_REQUIRE(std::string_view(checks::ambiguous_route(same_route).name) == "item.a");
  static constexpr Endpoint fixed_word_wins[] = {
      {.id = "item.a", .method = Method::get, .path = "/items/all", .summary = "A"},
      {.id = "item.b", .method = Method::get, .path = "/items/{name}", .summary = "B"},
      {.id = "item.c", .method = Method::del, .path = "/items/{id}", .summary = "C"},
  };
  STATIC_REQUIRE(checks::ambiguous_route(fixed_word_wins).none());
  static constexpr Endpoint synonym[] = {kGood[0], with([](Endpoint& e) { e.synonyms = kTaken; })};
  STATIC_REQUIRE_FALSE(checks::taken_synonym(synonym).none());
  static constexpr Endpoint other_area[] = {{.id = "other.list", .summary = "Other"}};
  STATIC_REQUIRE_FALSE(checks::untitled_area(other_area, kAreas).none());
}
