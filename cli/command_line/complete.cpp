#include "cli/command_line/completion.hpp"

#include <algorithm>

#include "cli/catalogue/words.hpp"
#include "cli/command_line/help.hpp"
#include "cli/command_line/parse.hpp"
#include "cli/command_line/scan.hpp"

namespace facio {
namespace {

class Cursor {
 public:
  Cursor(std::span<const std::string_view> words, const Environment& environment) : environment_(environment) {
    if (!words.empty()) {
      out_.begun = begun_ = words.back();
      before_ = words.first(words.size() - 1);
    }
    if (!before_.empty()) scan_ = scan(before_, environment_);
    endpoint_ = scan_.words.endpoint;
    if (endpoint_ != nullptr) flags_ = command_flags(*endpoint_);
  }

  Completion take() {
    const Words& words = scan_.words;
    const bool ended = std::ranges::find(before_, "--") != before_.end();
    const auto equal = begun_.find('=');
    if (!ended && begun_.starts_with("--") && equal != std::string_view::npos) {
      (void)add_values(begun_.substr(0, equal), begun_.substr(0, equal + 1), true);
    } else if (!ended && add_values_of_previous()) {
    } else if (!ended && begun_.starts_with('-')) {
      add_flags();
    } else if (scan_.first.empty()) {
      out_.commands = true;
      add_first_words();
    } else if (words.prefixed && scan_.second.empty()) {
      add_words_of(words.system->catalogue());
      add_positional();
    } else if (!words.area.empty() && words.used <= (words.prefixed ? 2 : 1) && scan_.verb().empty()) {
      add_verbs(words);
      add_positional();
    } else {
      add_positional();
    }
    return std::move(out_);
  }

 private:
  void add(std::string_view word, std::string_view meaning) { add({}, word, meaning); }
  void add(std::string_view prefix, std::string_view word, std::string_view meaning) {
    std::string whole = std::string(prefix) + std::string(word);
    if (whole.starts_with(begun_)) out_.found.push_back({std::move(whole), std::string(meaning)});
  }

  /// Areas and commands of one word, as they are typed with or without the system's name before them.
  void add_words_of(const Catalogue& known) {
    for (const Area& area : known.areas()) add(area.name, area.title);
    for (std::size_t at = 0; at < known.size(); ++at)
      if (const std::string_view own = known.own_id_at(at); own.find('.') == std::string_view::npos && !known.has_area(own))
        add(own, known.summary_at(at));
  }

  void add_first_words() {
    const System* here = scan_.here;
    if (scan_.first.empty()) here = system_in_use(scan_.target, scan_.config, environment_);
    const auto catalogues = unprefixed_catalogues(here);
    for (const Catalogue* known : catalogues) add_words_of(*known);
    for (const System* system : systems().subspan(1)) add(system->name, system->title);
    // A word that is both an area and a command is one candidate.
    for (auto one = out_.found.begin(); one != out_.found.end(); ++one)
      out_.found.erase(std::remove_if(one + 1, out_.found.end(), [&](const Candidate& other) { return other.word == one->word; }),
                       out_.found.end());
  }

  void add_verbs(const Words& words) {
    const System* system = words.system;
    for (const Endpoint* one : (system == nullptr ? local_commands() : system->catalogue()).of_area(words.area))
      if (!one->verb().empty()) add(one->verb(), one->summary);
  }

  void add_flags() {
    for (const CommandFlag& flag : flags_) {
      if (flag.role == FlagRole::secret_literal) continue;
      add("--", flag.name, flag.field->doc);
      if (flag.negatable()) add("--no-", flag.name, flag.field->doc);
    }
    for (const GlobalFlag& flag : kGlobalFlags)
      if (endpoint_ == nullptr ? flag.who == FlagFor::all : has_global(*endpoint_, flag)) add("--", flag.name, flag.doc);
  }

  /// Whether the previous word is a flag whose value is typed now; adds its values.
  bool add_values_of_previous() {
    return !before_.empty() && before_.back().size() > 1 && before_.back().front() == '-' && add_values(before_.back(), {}, false);
  }

  /// The part of a list with commas that is typed now comes after `prefix`; returns what precedes it.
  std::string list_prefix(std::string_view prefix) const {
    const auto comma = begun_.rfind(',');
    return std::string(comma == std::string_view::npos || comma < prefix.size() ? prefix : begun_.substr(0, comma + 1));
  }

  /// Paths of the reply's fields, as --fields takes them.
  void add_paths(const std::string& prefix, const Shape& shape, const std::string& above, int depth) {
    constexpr int kDeepest = 4;
    for (const Field& field : shape.fields) {
      const std::string path = above + std::string(field.name);
      add(prefix, path, field.doc);
      const Type* type = field.type;
      while (type->kind == Kind::array && type->element != nullptr) type = type->element;
      if (type->shape != nullptr && depth < kDeepest) add_paths(prefix, *type->shape, path + ".", depth + 1);
    }
  }

  /// The values of the global flags that choose fields of the reply.
  void add_fields(std::string_view flag, std::string_view prefix) {
    if (endpoint_ == nullptr) return;
    std::string before = flag == "sort-by" ? std::string(prefix) : list_prefix(prefix);
    if (flag == "columns") {
      if (const std::string_view typed = begun_.substr(before.size()); typed.starts_with('+') || typed.starts_with('-')) before += typed[0];
      for (const Column& column : endpoint_->columns) add(before, column.path, column.title);
    }
    if (endpoint_->reply != nullptr && flag != "columns") add_paths(before, *endpoint_->reply, {}, 1);
    if (flag != "sort-by" && before == prefix) add(before, "help", "lists them");
  }

  void names(NameSource source, std::string_view prefix) {
    if (source.kind == NameSource::Kind::words) {
      const std::string before = list_prefix(prefix);
      for (std::string_view rest = source.key; !rest.empty();) add(before, split_off(rest, ','), {});
      return;
    }
    if (source.kind == NameSource::Kind::fields) {
      if (source.list->body != nullptr) add_paths(std::string(prefix), *source.list->body, {}, 1);
      return;
    }
    out_.source = source;
    out_.name_prefix = prefix;
    out_.begun = begun_.substr(std::min(prefix.size(), begun_.size()));
  }

  /// The flag that a word names: one of the command's own, or a global one.
  std::pair<const CommandFlag*, const GlobalFlag*> flag_named(std::string_view word) const {
    const std::string_view name = word.starts_with("--") ? word.substr(2) : std::string_view{};
    const char letter = word.starts_with("--") ? char{0} : word.back();
    for (const CommandFlag& flag : flags_)
      if (letter != 0 ? flag.letter == letter : flag.name == name) return {&flag, nullptr};
    return {nullptr, find_global_flag(name, letter)};
  }

  /// Adds what a flag's value may be; false when the flag takes none. `inside`: the value is typed after "=".
  bool add_values(std::string_view flag, std::string_view prefix, bool inside) {
    const auto [own, global] = flag_named(flag);
    if (own != nullptr) return add_own_values(*own, prefix, inside);
    if (global == nullptr || !(global->takes_value || (inside && global->may_have_value))) return false;
    out_.files = global->value_name == "FILE";
    for (const std::string_view choice : global->choices) add(prefix, choice, {});
    if (global->name == "fields" || global->name == "columns" || global->name == "sort-by") add_fields(global->name, prefix);
    if (global->name == "context" || (global->name == "yes" && inside)) names({NameSource::Kind::contexts}, prefix);
    return true;
  }

  bool add_own_values(const CommandFlag& flag, std::string_view prefix, bool inside) {
    if (!flag.takes_value() && !(inside && flag.may_have_value())) return false;
    const std::string value = flag.value_name();
    for (const std::string_view choice : choices_of(*flag.field)) add(prefix, choice, {});
    const bool file_of_bytes =
        flag.field->attr.format == Format::base64 && begun_.substr(std::min(prefix.size(), begun_.size())).starts_with('@');
    if (flag.role == FlagRole::secret_file || flag.role == FlagRole::text_file || value == "FILE" || value == "DIR" || file_of_bytes)
      out_.files = true;
    else if (flag.field->attr.format == Format::zone) names({NameSource::Kind::zones}, prefix);
    else if (!choices_of(*flag.field).empty()) return true;
    else if (const NameSource source = flag.is_secret() ? NameSource{} : source_of(flag); source.kind == NameSource::Kind::states)
      add_states(prefix);
    else names(source, prefix);
    return true;
  }

  /// THING=STATE and THING/NAME=STATE.
  void add_states(std::string_view prefix) {
    const std::string_view typed = begun_.substr(std::min(prefix.size(), begun_.size()));
    const auto equal = typed.find('=');
    for (const System* system : systems_at(scan_.here))
      for (std::string_view lines = system->things; const auto thing = next_thing(lines);) {
        if (!typed.starts_with(thing->word)) {
          add(prefix, thing->word, {});
        } else if (equal == std::string_view::npos) {
          names(thing->names, std::string(prefix) + std::string(thing->word));
          out_.name_suffix = "=";
        } else {
          const std::string before = std::string(prefix) + std::string(typed.substr(0, equal + 1));
          for (const std::string_view state : thing->states) add(before, state, {});
        }
      }
  }

  NameSource source_of(const CommandFlag& flag) {
    for (const Param& param : endpoint_->params)
      if (&param.field == flag.field) return name_source(*endpoint_, param, scan_.here);
    return name_source(*endpoint_, flag.field->name, scan_.here);
  }

  /// How many positionals precede the cursor.
  std::size_t positionals_before() {
    const auto takes_value = [this](std::string_view word) {
      if (word.find('=') != std::string_view::npos) return false;
      const auto [own, global] = flag_named(word);
      return own != nullptr ? own->takes_value() : global != nullptr && global->takes_value;
    };
    std::size_t count = 0;
    bool ended = false;
    for (std::size_t i = 0; i < scan_.rest.size(); ++i) {
      const std::string_view word = scan_.rest[i];
      if (!ended && word == "--") ended = true;
      else if (!ended && word.size() > 1 && word.front() == '-') i += takes_value(word) ? 1 : 0;
      else ++count;
    }
    return count;
  }

  const Param* positional_here() {
    std::size_t left = positionals_before();
    for (const Param& param : endpoint_->params) {
      if (!param.is_positional()) continue;
      if (left == 0 || param.field.attr.repeatable || &param == repeated_argument(*endpoint_)) return &param;
      --left;
    }
    return nullptr;
  }

  void add_positional() {
    if (endpoint_ == nullptr) return;
    if (endpoint_->id == "help") return add_help();
    if (endpoint_->assignments) add_keys(*endpoint_->body, {});
    const Param* param = positional_here();
    if (param == nullptr) return;
    for (const std::string_view choice : param->field.attr.choices) add(choice, {});
    if (const NameSource source = name_source(*endpoint_, *param, scan_.here)) return names(source, {});
    const std::string_view value = param->field.attr.value_name;
    out_.files = value == "FILE" || value == "DIR" || value == "LOCAL" || value == "SOURCE" || value == "ZIP";
  }

  void add_help() {
    std::vector<std::string_view> typed;
    for (const std::string_view word : scan_.rest)
      if (!word.starts_with('-')) typed.push_back(word);
    typed.resize(std::min(typed.size(), positionals_before()));
    const auto word = [&](std::size_t at) { return at < typed.size() ? typed[at] : std::string_view{}; };
    const Words words = find_command(word(0), word(1), {}, scan_.here);
    if (typed.empty()) {
      add_first_words();
      for (const Topic& topic : help_topics()) add(topic.name, "topic");
    } else if (words.prefixed && typed.size() == 1) {
      add_words_of(words.system->catalogue());
    } else if (!words.area.empty() && typed.size() == (words.prefixed ? 2 : 1)) {
      add_verbs(words);
    }
  }

  /// KEY=, and after it what the key may be.
  void add_keys(const Shape& shape, const std::string& prefix) {
    for (const Field& field : shape.fields) {
      const std::string key = prefix + std::string(field.name);
      if (field.type->kind == Kind::object && field.type->shape != nullptr) {
        add_keys(*field.type->shape, key + ".");
        continue;
      }
      const std::string assignment = key + "=";
      if (!begun_.starts_with(assignment)) {
        add(assignment, field.doc);
        continue;
      }
      for (const std::string_view choice : field.attr.choices)
        if (!choice.empty()) add(assignment, choice, {});
      if (field.type->kind == Kind::boolean)
        for (const std::string_view word : {"true", "false"}) add(assignment, word, {});
      if (field.attr.format == Format::zone) names({NameSource::Kind::zones}, assignment);
      else if (const NameSource source = name_source(*endpoint_, field.name)) names(source, assignment);
    }
  }

  const Environment& environment_;
  Completion out_;
  std::string_view begun_;
  std::span<const std::string_view> before_;
  Scan scan_;
  const Endpoint* endpoint_ = nullptr;
  std::vector<CommandFlag> flags_;  ///< of the command's own
};

}  // namespace

Completion complete(std::span<const std::string_view> words, const Environment& environment) { return Cursor(words, environment).take(); }

}  // namespace facio
