#include "cli/command_line/several.hpp"

#include <algorithm>

#include "cli/core/json_scan.hpp"
#include "cli/core/text.hpp"
#include "cli/core/utf8.hpp"

namespace facio {
namespace {

/// The answers that a command printed as JSON, one after the other.
class Answers final : public Output {
 public:
  Status write(std::string_view text) override {
    text_ += text;
    return {};
  }
  /// What prints an answer ends with this. The elements of a list are answers of their own.
  Status flush() override {
    all_ += text_;
    const std::string_view answer = trimmed(text_);
    if (!answer.empty() && !json::check_json(answer)) are_json_ = false;
    if (are_json_ && json::kind_of(answer) == json::Json::array) {
      std::string_view one;
      for (json::Elements elements(answer); elements.next(one);) add(one);
    } else if (are_json_ && !answer.empty()) {
      add(answer);
    }
    text_.clear();
    return {};
  }
  [[nodiscard]] bool are_json() const { return are_json_; }
  [[nodiscard]] bool empty() const { return items_.empty(); }
  [[nodiscard]] std::string list() const { return "[" + items_ + "]"; }
  [[nodiscard]] const std::string& text() const { return all_; }

 private:
  void add(std::string_view json) { items_.append(items_.empty() ? "" : ",").append(json); }

  std::string text_, all_, items_;
  bool are_json_ = true;
};

bool is_one_document(const OutputOptions& output) {
  switch (output.format) {
    case OutputFormat::json:
    case OutputFormat::yaml:
    case OutputFormat::csv:
    case OutputFormat::tsv: return true;
    default: return !output.query.empty();
  }
}

}  // namespace

std::vector<std::string> names_with_more(const Invocation& invocation, std::string_view first, std::string_view more,
                                         std::string_view prefix) {
  std::vector<std::string> names;
  if (!first.empty()) names.emplace_back(invocation.value(first));
  if (const auto given = invocation.values.find(more); given != invocation.values.end())
    for (const std::string& name : given->second) names.push_back(name.starts_with(prefix) ? name.substr(prefix.size()) : name);
  return names;
}

Result<int> as_one_document(Invocation& invocation, Client& client, const std::function<Result<int>(Client& by)>& work) {
  GlobalOptions& global = invocation.global;
  const OutputOptions wanted = global.only_shows() ? global.output : output_of(client);
  if (global.only_shows() || invocation.is_set("follow") || !is_one_document(wanted)) return work(client);
  const GlobalOptions before = global;
  global.output.format = OutputFormat::json;
  global.output.format_given = global.output_given = true;
  global.output.query.clear();
  global.output.columns.clear();
  Answers answers;
  Streams collected{client.streams().in, answers, client.streams().err};
  Client inner(invocation, collected, client.environment());
  auto done = work(inner);
  global = before;
  (void)answers.flush();
  if (inner.has_changed()) client.note_change();
  Status printed;
  if (!answers.are_json()) {
    printed = client.streams().out.write(answers.text());
  } else if (!answers.empty() || done) {
    Endpoint list = *invocation.endpoint;
    list.form = ReplyForm::list;
    list.envelope = nullptr;
    list.unwrap = {};
    printed = print_as(client, list, answers.list(), wanted);
  }
  if (!printed) return fail(std::move(printed.error()));
  return done;
}

Result<int> do_each(Client& client, const std::vector<std::string>& names, std::string_view not_done,
                    const std::function<Result<int>(const std::string& name)>& one) {
  std::vector<Error> failures;
  for (const std::string& name : names) {
    auto done = one(name);
    if (done) continue;
    if (done.error().code() == Code::output) return done;
    const std::string whose = name.empty() ? "" : printable(name) + ": ";
    (void)client.streams().err.write("facioctl: " + whose + printable(done.error().message()) + "\n");
    failures.push_back(std::move(done.error()));
  }
  if (failures.empty()) return 0;
  const bool alike = failures.size() == names.size() &&
                     std::ranges::count(failures, failures.front().code(), &Error::code) == static_cast<std::ptrdiff_t>(failures.size());
  return fail(alike ? failures.front().code() : Code::partial,
              std::to_string(failures.size()) + " of " + std::to_string(names.size()) + " " + std::string(not_done));
}

}  // namespace facio
