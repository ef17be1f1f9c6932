#include "cli/catalogue/writer/help_text.hpp"

#include <algorithm>
#include <map>

#include "cli/core/text.hpp"

namespace facio {
namespace {

/// Appends `words` to `text` with one blank between.
void append_words(std::string& text, std::string_view words) {
  if (!text.empty()) text += ' ';
  text += words;
}

std::string_view without_indent(std::string_view line) { return line.substr(std::min(line.find_first_not_of(' '), line.size())); }

class Reader {
 public:
  explicit Reader(std::string_view name) : name_(name) {}

  Status line(std::string_view text) {
    ++number_;
    if (text.empty()) return blank();
    if (text.back() == ' ' || text.find_first_of("\t\r") != std::string_view::npos) return refuse("a blank at the end, or a tab");
    if (in_command_) return command(without_indent(text));
    if (text.starts_with("## ")) return heading(text.substr(3));
    if (entries_.empty()) return refuse("text before the first heading; one is '## cron.list'");
    if (text.starts_with("$ ")) return example(text.substr(2));
    if (text == "---") return notes();
    return text.front() == ' ' ? meaning(without_indent(text)) : paragraph(text);
  }

  Result<std::vector<HelpText>> take() {
    if (auto status = finish(); !status) return fail(std::move(status.error()));
    return std::move(entries_);
  }

 private:
  Status heading(std::string_view id) {
    if (auto status = finish(); !status) return status;
    if (std::ranges::find(entries_, id, &HelpText::id) != entries_.end()) return refuse("a second '## " + std::string(id) + "'");
    entries_.push_back({.id = std::string(id), .description = {}, .notes = {}, .examples = {}, .place = place()});
    parted_ = in_notes_ = false;
    return {};
  }

  Status paragraph(std::string_view text) {
    if (text.front() == '#' || text.front() == '$') return refuse("neither a heading '## ID' nor an example '$ COMMAND'");
    HelpText& entry = entries_.back();
    if (!entry.examples.empty()) return refuse("the description comes before the examples; what an example says is indented");
    std::string& to = in_notes_ ? entry.notes : entry.description;
    if (parted_ && !to.empty()) to.append("\n\n").append(text);
    else append_words(to, text);
    parted_ = false;
    return {};
  }

  Status notes() {
    if (in_notes_ || !entries_.back().examples.empty()) return refuse("--- stands once, between description and examples");
    in_notes_ = true;
    return {};
  }

  Status example(std::string_view text) {
    if (auto status = said(); !status) return status;
    entries_.back().examples.emplace_back();
    parted_ = false;
    return command(text);
  }

  Status command(std::string_view text) {
    in_command_ = text.ends_with(" \\");
    if (in_command_) text.remove_suffix(2);
    append_words(entries_.back().examples.back().command, text);
    return {};
  }

  Status meaning(std::string_view text) {
    if (entries_.back().examples.empty() || parted_) return refuse("an indented line that stands below no example");
    append_words(entries_.back().examples.back().says, text);
    return {};
  }

  Status blank() {
    parted_ = true;
    return in_command_ ? refuse("the example ends in a backslash") : said();
  }

  /// Whether the last example is complete.
  Status said() {
    if (entries_.empty() || entries_.back().examples.empty() || !entries_.back().examples.back().says.empty()) return {};
    return refuse("the example before says nothing; write what it does below it, indented");
  }

  Status finish() {
    if (in_command_) return refuse("the example ends in a backslash");
    if (in_notes_ && entries_.back().notes.empty()) return refuse("nothing stands below ---; leave it out");
    if (!entries_.empty() && entries_.back().description.empty() && !in_notes_ && entries_.back().examples.empty())
      return refuse("'## " + entries_.back().id + "' holds nothing; leave it out");
    return said();
  }

  [[nodiscard]] std::string place() const { return name_ + ":" + std::to_string(number_); }
  [[nodiscard]] tl::unexpected<Error> refuse(const std::string& why) const { return fail(Code::rejected, place() + ": " + why); }

  std::string name_;
  int number_ = 0;
  bool parted_ = false;      ///< an empty line came
  bool in_notes_ = false;    ///< behind ---
  bool in_command_ = false;  ///< the line before ended in a backslash
  std::vector<HelpText> entries_;
};

}  // namespace

Result<std::vector<HelpText>> read_help_text(std::string_view text, std::string_view name) {
  Reader reader{name};
  while (!text.empty())
    if (auto status = reader.line(split_off(text, '\n')); !status) return fail(std::move(status.error()));
  return reader.take();
}

std::vector<std::string> add_prose(std::vector<Endpoint>& endpoints, const std::vector<HelpText>& texts,
                                   std::deque<std::vector<Example>>& examples) {
  std::vector<std::string> faults;
  std::map<std::string_view, Endpoint*> by_id;
  for (Endpoint& endpoint : endpoints) by_id.emplace(endpoint.id, &endpoint);
  for (const HelpText& text : texts) {
    const auto found = by_id.find(text.id);
    if (found == by_id.end()) {
      faults.push_back(text.place + ": there is no endpoint '" + text.id + "'; mend the id, or take the text out");
      continue;
    }
    Endpoint& endpoint = *found->second;
    if ((!text.description.empty() && !endpoint.description.empty()) || (!text.examples.empty() && !endpoint.examples.empty())) {
      faults.push_back(text.place + ": '" + text.id + "' has its text already, in endpoints.hpp or in another file; leave one");
      continue;
    }
    if (!text.description.empty()) endpoint.description = text.description;
    if (!text.notes.empty()) endpoint.notes = text.notes;
    if (text.examples.empty()) continue;
    auto& own = examples.emplace_back();
    for (const HelpText::Example& example : text.examples) own.push_back({example.command, example.says});
    endpoint.examples = own;
  }
  return faults;
}

}  // namespace facio
