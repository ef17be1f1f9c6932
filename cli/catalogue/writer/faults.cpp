#include "cli/catalogue/writer/faults.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "cli/catalogue/global_flags.hpp"
#include "cli/catalogue/json_schema.hpp"
#include "cli/core/text.hpp"
#include "cli/core/validate.hpp"

namespace facio {
namespace {

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

bool is_word(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return is_lower(c) || is_digit(c) || c == '-'; });
}

/// Splits off the next segment of a path that begins with a slash.
std::string_view next_segment(std::string_view& path) {
  path.remove_prefix(1);
  const std::string_view segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

bool is_placeholder(std::string_view segment) { return segment.size() > 2 && segment.front() == '{' && segment.back() == '}'; }

/// Whether a shape contains itself without an array or a map between, so that its flags would never end.
class Endless {
 public:
  bool operator()(const Shape& shape) {
    const auto [state, fresh] = done_.try_emplace(&shape, false);
    if (!fresh) return !state->second;  // met again while it is examined
    const bool endless = std::ranges::any_of(
        shape.fields, [this](const Field& field) { return field.type->kind == Kind::object && (*this)(*field.type->shape); });
    if (!endless) done_[&shape] = true;
    return endless;
  }

 private:
  std::map<const Shape*, bool> done_;
};

/// Whether a dotted path names a value of this shape; below an open value anything may exist.
bool resolves(const Shape* shape, std::string_view path) {
  for (;;) {
    const std::string_view head = path.substr(0, path.find('.'));
    const Field* field = shape->find(head);
    if (field == nullptr) return shape->open && shape->fields.empty();
    if (head.size() == path.size()) return true;
    if (field->type->kind != Kind::object) return field->type->kind == Kind::any || field->type->kind == Kind::map;
    shape = field->type->shape;
    path.remove_prefix(head.size() + 1);
  }
}

/// The names and letters of a command's flags, each of which must be unique.
class Flags {
 public:
  void add(const std::string& name, char letter) {
    if (!taken_.insert(name).second) twice_ = "--" + name;
    if (letter != 0 && !taken_.insert({letter}).second) twice_ = std::string("-") + letter;
  }
  void add(const std::string& name, const Field& field) {
    add(name, field.attr.letter);
    if (field.attr.secret)
      for (const char* source : {"-file", "-env", "-fd", "-stdin"}) add(name + source, 0);
    else if (field.type->kind == Kind::boolean) add("no-" + name, 0);
  }
  /// One that was added twice; empty when there is none.
  [[nodiscard]] const std::string& twice() const { return twice_; }

 private:
  std::set<std::string> taken_;  ///< a flag's name has two letters at least
  std::string twice_;
};

/// The rules for one endpoint.
class OneEndpoint {
 public:
  OneEndpoint(const Endpoint& endpoint, std::vector<std::string>& faults) : e_(endpoint), faults_(faults) {}

  void check() {
    texts();
    path();
    positionals();
    method();
    shapes();
    reply();
    examples();
    if (e_.body != nullptr && faults_.size() == before_) body_example();  // with a fault, its example would be another one
  }

 private:
  void fault(const std::string& what) { faults_.push_back(std::string(e_.id) + ": " + what); }

  void texts() {
    const bool dotted = e_.id.find('.') != std::string_view::npos;
    if (!is_word(e_.area()) || (dotted && !is_word(e_.verb())) || e_.own_id() == e_.system)
      fault("an id is one or two words of a-z, 0-9 and dash: area.verb");
    if (e_.summary.empty() || e_.summary.size() >= 72 || e_.summary.ends_with('.'))
      fault("the summary " + quoted(e_.summary) + " needs 1 to 71 characters and no final period");
    for (const Param& param : e_.params)
      if (param.field.doc.empty() || param.field.doc.ends_with('.'))
        fault("parameter " + quoted(param.field.name) + " needs a line of documentation without a final period");
  }

  /// The placeholders of the path are exactly the declared path parameters, in the same order.
  void path() {
    const bool local = e_.surface == Surface::local;
    if (e_.method == Method::none) {
      if (!e_.path.empty() || !local) fault("a command without a method has no path and Surface::local");
      return;
    }
    if (!e_.path.starts_with('/') || local) return fault("an endpoint has a path that begins with a slash, and a surface");
    std::vector<std::string_view> placeholders, declared;
    for (std::string_view rest = e_.path; !rest.empty();)
      if (const std::string_view segment = next_segment(rest); is_placeholder(segment))
        placeholders.push_back(segment.substr(1, segment.size() - 2));
    for (const Param& param : e_.params)
      if (param.place == Place::path) declared.push_back(param.field.name);
    if (placeholders != declared)
      fault("the placeholders of " + quoted(e_.path) + " are not the declared path parameters; declare each once, in the same order");
  }

  /// Positionals are told apart by their order, so an optional or repeatable one comes last.
  void positionals() {
    bool last = false;
    for (const Param& param : e_.params) {
      if (param.is_argument && (param.place != Place::query || param.field.type->kind != Kind::string))
        fault("argument " + quoted(param.field.name) + " must be a text of the query");
      if (!param.is_positional()) continue;
      if (last) fault("argument " + quoted(param.field.name) + " stands behind an optional or repeatable one; put that last");
      last = (param.place != Place::path && !param.field.required) || param.field.attr.repeatable;
    }
    if (last && e_.assignments) fault("KEY=VALUE arguments cannot stand behind an optional or repeatable argument");
  }

  void method() {
    for (const Code code : e_.errors)
      if (const CodeInfo& known = info(code); known.http == 0 || code == Code::ok)
        fault("error " + quoted(known.name) + " has no HTTP status of its own; declare one that the server sends");
    if (e_.method == Method::del && e_.effect != Effect::destructive) fault("a DELETE must be Effect::destructive, so that it asks");
    if (e_.method != Method::none && (e_.method == Method::get) != (e_.effect == Effect::read))
      fault("GET is Effect::read, every other method is not");
    if (e_.body != nullptr && (e_.method == Method::get || e_.method == Method::none))
      fault("only POST, PUT, PATCH and DELETE have a body");
  }

  void shapes() {
    for (const Param& param : e_.params) pattern(param.field);
    if (e_.body == nullptr) return flags();
    if (Endless()(*e_.body)) return fault("its body lies in itself; put a list or a map between");
    flags();
    std::set<const Shape*> seen;
    patterns(*e_.body, seen);
  }

  void pattern(const Field& field) {
    for (const std::string_view pattern : {field.attr.pattern, field.attr.names})
      if (!pattern.empty() && find_pattern(pattern) == nullptr)
        fault("pattern " + quoted(pattern) + " of " + quoted(field.name) + " is not in patterns.cpp");
  }
  void patterns(const Shape& shape, std::set<const Shape*>& seen) {
    if (!seen.insert(&shape).second) return;
    forms(shape);
    for (const Field& field : shape.fields) {
      pattern(field);
      for (const Type* type = field.type; type != nullptr; type = type->element)
        if (type->shape != nullptr) patterns(*type->shape, seen);
    }
  }

  void forms(const Shape& shape) {
    const auto known = [&](std::string_view name) {
      if (shape.find(name) == nullptr)
        fault("a form of " + std::string(shape.name) + " names " + quoted(name) + ", which is none of its fields");
    };
    for (const Form& form : shape.forms) {
      for (std::string_view rest = form.has; !rest.empty();) known(next_term(rest).member);
      for (std::string_view rest = form.lacks; !rest.empty();) known(split_off(rest, ' '));
    }
  }

  /// What documents give as an example is accepted.
  void body_example() {
    if (e_.is_prefixed()) return;  // other systems have none
    const bool patch = e_.method == Method::patch;
    const std::string example = example_object(*e_.body, patch);
    const auto document = JsonDocument::parse(example);
    const auto status = document ? validate(document->root(), *e_.body, patch ? Direction::patch : Direction::request)
                                 : Status(fail(Code::rejected, document.error().message()));
    if (!status) fault("the example of its body, " + example + ", is none: " + status.error().message());
  }

  void flags() {
    Flags flags;
    for (const GlobalFlag& flag : kGlobalFlags)
      if (has_global(e_, flag)) flags.add(std::string(flag.name), flag.letter);
    for (const Param& param : e_.params)
      if (!param.is_positional() && param.field.attr.flag != "-") flags.add(flag_of(param.field), param.field);
    if (e_.body != nullptr && !e_.assignments)
      for (const BodyFlag& flag : body_flags(*e_.body)) flags.add(flag.flag, *flag.field);
    if (!flags.twice().empty()) fault("flag " + flags.twice() + " is taken, by itself or by a global flag; give .flag another name");
  }

  void reply() {
    if (e_.is_collection() &&
        (e_.columns.empty() || e_.reply == nullptr || e_.envelope == nullptr || e_.envelope->find(e_.items) == nullptr))
      fault("a list or map needs columns, the shape of an item and the envelope with the member " + quoted(e_.items));
    const auto known = [this](std::string_view path) {
      return (e_.form == ReplyForm::map && path == e_.key) || (e_.reply != nullptr && resolves(e_.reply, path));
    };
    if (!e_.key.empty() && !known(e_.key)) fault("the key " + quoted(e_.key) + " is not a field of the reply");
    for (const Column& column : e_.columns)
      if (!known(column.path)) fault("column " + quoted(column.path) + " is not a field of the reply");
  }

  /// Every example begins with its command or one of its synonyms.
  void examples() {
    for (const Example& example : e_.examples) {
      const auto begins = [&](std::string_view words) {
        return (std::string(example.command) + " ").starts_with(std::string(words) + " ");
      };
      if (!begins(command_words(e_.id)) && std::ranges::none_of(e_.synonyms, begins))
        fault("example " + quoted(example.command) + " does not begin with the command");
    }
  }

  const Endpoint& e_;
  std::vector<std::string>& faults_;
  const std::size_t before_ = faults_.size();
};

/// The method and the path with all placeholders alike. Fixed words beside a placeholder are no conflict: they win.
std::string route_of(const Endpoint& e) {
  std::string route(method_name(e.method));
  for (std::string_view rest = e.path; rest.starts_with('/');) {
    const std::string_view segment = next_segment(rest);
    route.append("/").append(is_placeholder(segment) ? "{}" : segment);
  }
  return route;
}

/// The rules between endpoints: what must be unique.
void check_together(std::span<const Endpoint> endpoints, std::span<const Area> areas, std::vector<std::string>& faults) {
  std::set<std::string_view> ids, titled;
  std::map<std::string, std::string_view> routes, words;
  for (const Area& area : areas) titled.insert(area.name);
  for (const Endpoint& e : endpoints)
    if (!ids.insert(e.id).second) faults.push_back(std::string(e.id) + ": this id is declared twice");
    else words.emplace(command_words(e.own_id()), e.id);
  for (const Endpoint& e : endpoints) {
    const std::string id(e.id);
    if (e.is_prefixed() != endpoints.front().is_prefixed())
      faults.push_back(id + ": either every id of a system begins with its name, or none does");
    if (e.method != Method::none)
      if (const auto [other, fresh] = routes.emplace(route_of(e), e.id); !fresh)
        faults.push_back(id + ": " + std::string(other->second) + " has the same method and path");
    for (const std::string_view synonym : e.synonyms)
      if (const auto [other, fresh] = words.emplace(synonym, e.id); !fresh)
        faults.push_back(id + ": the synonym " + quoted(synonym) + " is a command or synonym of " + std::string(other->second));
    if (!e.verb().empty() && e.area() != e.system && !titled.contains(e.area()))
      faults.push_back(id + ": the area " + quoted(e.area()) + " has no title; give it one in the catalogue of its system");
  }
}

}  // namespace

std::vector<std::string> find_faults(std::span<const Endpoint> endpoints, std::span<const Area> areas) {
  std::vector<std::string> faults;
  for (const Endpoint& endpoint : endpoints) OneEndpoint(endpoint, faults).check();
  check_together(endpoints, areas, faults);
  return faults;
}

}  // namespace facio
