#include "cli/command_line/complete.hpp"

#include <algorithm>

#include "cli/catalogue/catalogue.hpp"
#include "cli/command_line/command_flags.hpp"
#include "cli/command_line/help.hpp"
#include "cli/command_line/scan.hpp"

namespace facio {
namespace {

class Candidates {
 public:
  explicit Candidates(std::string_view begun) : begun_(begun) {}
  void add(std::string_view word, std::string_view meaning) { add({}, word, meaning); }
  void add(std::string_view prefix, std::string_view word, std::string_view meaning) {
    std::string whole = std::string(prefix) + std::string(word);
    if (!whole.starts_with(begun_)) return;
    text_ += whole;
    if (!meaning.empty()) text_.append("\t").append(meaning);
    text_ += '\n';
  }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string_view begun_;
  std::string text_;
};

std::string_view verb_of(const Endpoint& endpoint) { return endpoint.verb(); }

void add_first_words(Candidates& out) {
  for (const Area& area : areas()) out.add(area.name, area.title);
  for (const Endpoint& endpoint : catalogue())
    if (endpoint.verb().empty()) out.add(endpoint.id, endpoint.summary);
}

void add_flags(Candidates& out, const Endpoint* endpoint) {
  if (endpoint != nullptr)
    for (const CommandFlag& flag : command_flags(*endpoint)) {
      if (flag.role == FlagRole::secret_literal) continue;
      out.add("--", flag.name, flag.field->doc);
      if (flag.negatable()) out.add("--no-", flag.name, flag.field->doc);
    }
  for (const GlobalFlag& flag : kGlobalFlags)
    if (endpoint == nullptr ? flag.who == FlagFor::all : has_global(*endpoint, flag)) out.add("--", flag.name, flag.doc);
}

/// What a flag's value may be; says whether the flag takes one at all.
bool add_values(Candidates& out, const Endpoint* endpoint, std::string_view flag, std::string_view prefix, bool& files) {
  const bool is_long = flag.starts_with("--");
  const std::string_view name = is_long ? flag.substr(2) : std::string_view{};
  const char letter = is_long || flag.size() != 2 ? char{0} : flag[1];
  if (endpoint != nullptr)
    for (const CommandFlag& known : command_flags(*endpoint)) {
      if (is_long ? known.name != name : letter == 0 || known.letter != letter) continue;
      if (!known.takes_value()) return false;
      files = known.role == FlagRole::secret_file || known.field->attr.format == Format::path;
      for (const std::string_view choice : known.field->attr.choices) out.add(prefix, choice, {});
      return true;
    }
  const GlobalFlag* global = find_global_flag(name, letter);
  if (global == nullptr || !global->takes_value) return false;
  files = global->value_name == "FILE";
  for (const std::string_view choice : global->choices) out.add(prefix, choice, {});
  return true;
}

void add_positional(Candidates& out, const Scan& scan) {
  const Endpoint* endpoint = scan.words.endpoint;
  if (endpoint == nullptr) return;
  if (endpoint->id == "help") {
    add_first_words(out);
    for (const std::string_view topic : help_topics()) out.add(topic, "topic");
    return;
  }
  for (const Param& param : endpoint->params)
    if (param.is_positional())
      for (const std::string_view choice : param.field.attr.choices) out.add(choice, {});
  if (endpoint->assignments)
    for (const Field& field : endpoint->body->fields)
      if (field.type->kind != Kind::object) out.add({}, std::string(field.name) + "=", field.doc);
}

}  // namespace

std::string complete(std::span<const std::string_view> words) {
  const std::string_view begun = words.empty() ? std::string_view{} : words.back();
  const auto before = words.empty() ? words : words.first(words.size() - 1);
  const Scan seen = before.empty() ? Scan{} : scan(before);
  Candidates out(begun);
  bool files = false;
  const Endpoint* endpoint = seen.words.endpoint;
  if (const auto equal = begun.find('='); begun.starts_with("--") && equal != std::string_view::npos) {
    (void)add_values(out, endpoint, begun.substr(0, equal), begun.substr(0, equal + 1), files);
    return files ? ":files\n" : out.take();
  }
  if (!before.empty() && before.back().size() > 1 && before.back().front() == '-' && add_values(out, endpoint, before.back(), {}, files))
    return files ? ":files\n" : out.take();
  if (begun.starts_with('-')) {
    add_flags(out, endpoint);
  } else if (seen.first.empty()) {
    add_first_words(out);
  } else if (!seen.words.area.empty() && (endpoint == nullptr || seen.words.used < 2) && seen.second.empty()) {
    for (const Endpoint* one : endpoints_of(seen.words.area)) out.add(verb_of(*one), one->summary);
  } else {
    add_positional(out, seen);
  }
  return out.take();
}

}  // namespace facio
