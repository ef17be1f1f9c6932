// What the compiler checks over the merged catalogue. Each check gives the id of the first endpoint that breaks it, and
// the message of its static_assert says what is wrong; the compiler prints the id as the template's argument.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string_view>

#include "cli/catalogue/catalogue.hpp"
#include "cli/catalogue/flags.hpp"
#include "cli/catalogue/global_flags.hpp"

namespace facio::checks {

/// Names an endpoint inside a compiler message; empty when nothing is wrong.
struct Offender {
  char name[96] = {};

  constexpr Offender() = default;
  constexpr Offender(std::string_view text) {  // NOLINT(google-explicit-constructor): checks return ids
    for (std::size_t i = 0; i < text.size() && i + 1 < sizeof name; ++i) name[i] = text[i];
  }
  [[nodiscard]] constexpr bool none() const { return name[0] == '\0'; }
};

using Table = std::span<const Endpoint>;

/// The id of the first endpoint for which `broken` holds.
template <class Broken>
constexpr Offender first(Table table, Broken broken) {
  for (const Endpoint& endpoint : table)
    if (broken(endpoint)) return endpoint.id;
  return {};
}

constexpr Offender repeated_id(Table table) {
  for (std::size_t i = 1; i < table.size(); ++i)
    if (table[i - 1].id >= table[i].id) return table[i].id;
  return {};
}

constexpr bool is_word(std::string_view text) {
  if (text.empty()) return false;
  return std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

constexpr bool bad_id(const Endpoint& e) {
  const bool dotted = e.id.find('.') != std::string_view::npos;
  return !is_word(e.area()) || (dotted && !is_word(e.verb()));
}

/// Either every id of a system begins with its name, or none does.
constexpr Offender mixed_prefix(Table table) {
  return first(table, [table](const Endpoint& e) { return e.is_prefixed() != table.front().is_prefixed() || e.own_id() == e.system; });
}

constexpr bool bad_summary(const Endpoint& e) { return e.summary.empty() || e.summary.size() >= 72 || e.summary.back() == '.'; }

constexpr bool ends_with_period(std::string_view text) { return !text.empty() && text.back() == '.'; }

constexpr bool bad_parameter_doc(const Endpoint& e) {
  return std::ranges::any_of(e.params, [](const Param& p) { return p.field.doc.empty() || ends_with_period(p.field.doc); });
}

/// Splits off the next segment of a path that begins with a slash.
constexpr std::string_view next_segment(std::string_view& path) {
  path.remove_prefix(1);
  const std::string_view segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

constexpr bool is_placeholder(std::string_view segment) { return segment.size() > 2 && segment.front() == '{' && segment.back() == '}'; }

/// The placeholders of the path are exactly the declared path parameters, in the same order.
constexpr bool bad_path(const Endpoint& e) {
  if (e.method == Method::none) return !e.path.empty() || e.surface != Surface::local;
  if (e.path.empty() || e.path.front() != '/' || e.surface == Surface::local) return true;
  std::string_view rest = e.path;
  std::size_t next = 0;
  const auto path_parameter = [&]() -> const Param* {
    while (next < e.params.size() && e.params[next].place != Place::path) ++next;
    return next < e.params.size() ? &e.params[next++] : nullptr;
  };
  while (!rest.empty()) {
    const std::string_view segment = next_segment(rest);
    if (!is_placeholder(segment)) continue;
    const Param* param = path_parameter();
    if (param == nullptr || param->field.name != segment.substr(1, segment.size() - 2)) return true;
  }
  return path_parameter() != nullptr;
}

/// Positionals can only be told apart by their order: what may be missing or repeated comes last.
constexpr bool bad_positionals(const Endpoint& e) {
  bool last = false;
  for (const Param& param : e.params) {
    if (param.is_argument && (param.place != Place::query || param.field.type->kind != Kind::string)) return true;
    if (!param.is_positional()) continue;
    if (last) return true;
    last = (param.place != Place::path && !param.field.required) || param.field.attr.repeatable;
  }
  return last && e.assignments;
}

/// Same method and same path once placeholders are equal; fixed words beside a placeholder are fine, they win.
constexpr bool same_route(const Endpoint& a, const Endpoint& b) {
  if (a.method != b.method || a.method == Method::none) return false;
  std::string_view left = a.path;
  std::string_view right = b.path;
  while (!left.empty() && !right.empty()) {
    const std::string_view l = next_segment(left);
    const std::string_view r = next_segment(right);
    if (l != r && !(is_placeholder(l) && is_placeholder(r))) return false;
  }
  return left.empty() && right.empty();
}

constexpr Offender ambiguous_route(Table table) {
  for (std::size_t i = 0; i < table.size(); ++i)
    for (std::size_t j = i + 1; j < table.size(); ++j)
      if (same_route(table[i], table[j])) return table[i].id;
  return {};
}

/// All flags and letters of one command; says when one is taken.
class Taken {
 public:
  explicit constexpr Taken(const Endpoint& endpoint) {
    for (const GlobalFlag& flag : kGlobalFlags) {
      if (!has_global(endpoint, flag)) continue;
      FlagText name;
      name.add(flag.name);
      add(name, flag.letter);
    }
  }
  constexpr void add_field(const FlagText& flag, const Field& field) {
    if (field.attr.secret) return add_secret(flag, field.attr.letter);
    add(flag, field.attr.letter);
    if (field.type->kind != Kind::boolean) return;
    FlagText negated;
    negated.add("no-");
    negated.add(flag.view());
    add(negated, 0);
  }
  [[nodiscard]] constexpr bool clash() const { return clash_; }

 private:
  constexpr void add_secret(const FlagText& stem, char letter) {
    for (const std::string_view source : {"", "-file", "-env", "-fd", "-stdin"}) {
      FlagText flag = stem;
      flag.add(source);
      add(flag, letter);
      letter = 0;
    }
  }
  constexpr void add(const FlagText& flag, char letter) {
    for (std::size_t i = 0; i < size_; ++i)
      if (names_[i].view() == flag.view() || (letter != 0 && letters_[i] == letter)) clash_ = true;
    names_.at(size_) = flag;
    letters_.at(size_++) = letter;
  }

  std::array<FlagText, 160> names_{};
  std::array<char, 160> letters_{};
  std::size_t size_ = 0;
  bool clash_ = false;
};

constexpr bool flags_clash(const Endpoint& e) {
  Taken taken(e);
  for (const Param& param : e.params)
    if (!param.is_positional() && param.field.attr.flag != "-") taken.add_field(flag_of(param.field), param.field);
  if (e.body != nullptr && !e.assignments)
    for_each_body_flag(*e.body, {},
                       [&](const FlagText&, const FlagText& flag, const FlagText&, const Field& field) { taken.add_field(flag, field); });
  return taken.clash();
}

constexpr bool unsendable_error(const Endpoint& e) {
  return std::ranges::any_of(e.errors, [](Code code) {
    return code == Code::ok || code == Code::failed || code == Code::usage || code == Code::different || code == Code::partial ||
           code == Code::unreachable || code == Code::server || code == Code::cancelled || code == Code::integrity ||
           code == Code::rolled_back || code == Code::output;
  });
}

constexpr bool does_not_ask(const Endpoint& e) { return e.method == Method::del && e.effect != Effect::destructive; }

constexpr bool bad_effect(const Endpoint& e) {
  if (e.method == Method::get) return e.effect != Effect::read;
  return e.method != Method::none && e.effect == Effect::read;
}

constexpr bool body_on_get(const Endpoint& e) { return e.body != nullptr && (e.method == Method::get || e.method == Method::none); }

/// The names that find_pattern() knows; a unit test holds the two lists together.
inline constexpr std::string_view kPatterns[] = {"key", "mcp-name", "channel-name", "alias", "sha"};

constexpr bool unknown_pattern(const Field& field) {
  return !field.attr.pattern.empty() && std::ranges::find(kPatterns, field.attr.pattern) == std::end(kPatterns);
}
constexpr bool unknown_pattern(const Shape& shape, int depth = 0) {
  return depth < 6 && std::ranges::any_of(shape.fields, [depth](const Field& field) {
           return unknown_pattern(field) || (field.type->shape != nullptr && unknown_pattern(*field.type->shape, depth + 1));
         });
}
constexpr bool uses_unknown_pattern(const Endpoint& e) {
  return std::ranges::any_of(e.params, [](const Param& p) { return unknown_pattern(p.field); }) ||
         (e.body != nullptr && unknown_pattern(*e.body));
}

constexpr bool is_collection(const Endpoint& e) { return e.form == ReplyForm::list || e.form == ReplyForm::map; }

constexpr bool list_without_columns(const Endpoint& e) {
  return is_collection(e) && (e.columns.empty() || e.reply == nullptr || e.envelope == nullptr || e.envelope->find(e.items) == nullptr);
}

/// Whether a dotted path names a value of this shape; below an open value everything may exist.
constexpr bool resolves(const Shape& shape, std::string_view path) {
  const std::string_view head = path.substr(0, path.find('.'));
  const Field* field = shape.find(head);
  if (field == nullptr) return shape.open && shape.fields.empty();
  if (head.size() == path.size()) return true;
  const Type& type = *field->type;
  if (type.kind == Kind::object) return resolves(*type.shape, path.substr(head.size() + 1));
  return type.kind == Kind::any || type.kind == Kind::map;
}

constexpr bool unknown_column(const Endpoint& e) {
  if (e.reply == nullptr) return !e.columns.empty() || !e.key.empty();
  const auto missing = [&e](std::string_view path) { return !(e.form == ReplyForm::map && path == e.key) && !resolves(*e.reply, path); };
  return (!e.key.empty() && missing(e.key)) || std::ranges::any_of(e.columns, [&](const Column& c) { return missing(c.path); });
}

/// Every example begins with the command it belongs to, or with one of its synonyms.
constexpr bool foreign_example(const Endpoint& e) {
  return std::ranges::any_of(e.examples, [&e](const Example& example) {
    const auto begins = [&](std::string_view words) {
      if (example.command.size() < words.size()) return false;
      for (std::size_t i = 0; i < words.size(); ++i)
        if (example.command[i] != (words[i] == '.' ? ' ' : words[i])) return false;
      return example.command.size() == words.size() || example.command[words.size()] == ' ';
    };
    return !begins(e.id) && std::ranges::none_of(e.synonyms, begins);
  });
}

constexpr Offender taken_synonym(Table table) {
  for (const Endpoint& a : table)
    for (const std::string_view synonym : a.synonyms)
      for (const Endpoint& b : table) {
        if (&a != &b && std::ranges::find(b.synonyms, synonym) != b.synonyms.end()) return a.id;
        if (std::ranges::equal(synonym, b.own_id(), [](char s, char i) { return s == (i == '.' ? ' ' : i); })) return a.id;
      }
  return {};
}

constexpr Offender untitled_area(Table table, std::span<const Area> areas) {
  return first(table, [areas](const Endpoint& e) {
    return !e.verb().empty() && e.area() != e.system && std::ranges::find(areas, e.area(), &Area::name) == areas.end();
  });
}

// One template for each check: its static_assert fires with the offender as the argument.
template <Offender id>
struct Ids {
  static_assert(id.none(), "catalogue: this id is declared twice");
};
template <Offender id>
struct Words {
  static_assert(id.none(), "catalogue: an id is one or two words of a-z, 0-9 and dash: area.verb");
};
template <Offender id>
struct Summaries {
  static_assert(id.none(), "catalogue: a summary needs 1 to 71 characters and no final period");
};
template <Offender id>
struct Docs {
  static_assert(id.none(), "catalogue: every parameter needs one line of documentation without a final period");
};
template <Offender id>
struct Paths {
  static_assert(id.none(),
                "catalogue: the placeholders of the path are not the declared path parameters in order; local commands have no path and "
                "Surface::local");
};
template <Offender id>
struct Positionals {
  static_assert(id.none(), "catalogue: behind an optional or repeatable positional nothing else can stand");
};
template <Offender id>
struct Routes {
  static_assert(id.none(), "catalogue: another endpoint has the same method and path");
};
template <Offender id>
struct Flags {
  static_assert(id.none(), "catalogue: a flag or letter of this command is taken, by itself or by a global flag");
};
template <Offender id>
struct Errors {
  static_assert(id.none(), "catalogue: a declared error has no HTTP status");
};
template <Offender id>
struct Asks {
  static_assert(id.none(), "catalogue: a DELETE must be Effect::destructive, so that it asks");
};
template <Offender id>
struct Effects {
  static_assert(id.none(), "catalogue: GET is Effect::read, every other method is not");
};
template <Offender id>
struct Bodies {
  static_assert(id.none(), "catalogue: only POST, PUT, PATCH and DELETE have a body");
};
template <Offender id>
struct Patterns {
  static_assert(id.none(), "catalogue: this pattern is not in validate.hpp");
};
template <Offender id>
struct Lists {
  static_assert(id.none(),
                "catalogue: a list or map needs columns, the shape of an item and the envelope with the member that holds the items");
};
template <Offender id>
struct Columns {
  static_assert(id.none(), "catalogue: a column or the key is not a field of the reply");
};
template <Offender id>
struct Examples {
  static_assert(id.none(), "catalogue: an example does not begin with its command");
};
template <Offender id>
struct Synonyms {
  static_assert(id.none(), "catalogue: a synonym is the command or a synonym of another endpoint");
};
template <Offender id>
struct Areas {
  static_assert(id.none(), "catalogue: this area has no title in its catalogue.cpp");
};

template <Offender id>
struct Prefixes {
  static_assert(id.none(), "catalogue: either every id of a system begins with its name, or none does");
};

/// All of them over one table and its areas.
template <const auto& table, const auto& areas>
struct All : Ids<repeated_id(Table(table))>,
             Prefixes<mixed_prefix(Table(table))>,
             Words<first(Table(table), bad_id)>,
             Summaries<first(Table(table), bad_summary)>,
             Docs<first(Table(table), bad_parameter_doc)>,
             Paths<first(Table(table), bad_path)>,
             Positionals<first(Table(table), bad_positionals)>,
             Routes<ambiguous_route(Table(table))>,
             Flags<first(Table(table), flags_clash)>,
             Errors<first(Table(table), unsendable_error)>,
             Asks<first(Table(table), does_not_ask)>,
             Effects<first(Table(table), bad_effect)>,
             Bodies<first(Table(table), body_on_get)>,
             Patterns<first(Table(table), uses_unknown_pattern)>,
             Lists<first(Table(table), list_without_columns)>,
             Columns<first(Table(table), unknown_column)>,
             Examples<first(Table(table), foreign_example)>,
             Synonyms<taken_synonym(Table(table))>,
             Areas<untitled_area(Table(table), areas)> {};

}  // namespace facio::checks
