// What is shown of a reply: its items as --filter, --sort-by and --fields leave them.
#pragma once

#include <string>
#include <string_view>

#include "cli/output/render.hpp"
#include "cli/output/reply_view.hpp"

namespace facio::output {

/// A reply that was checked, cut down and put in order. Not to be moved: its parts point into it.
class Answer {
 public:
  Answer() = default;
  Answer(const Answer&) = delete;
  Answer& operator=(const Answer&) = delete;

  /// Reads `body`, which must outlive this. Code::server when it is no JSON or not of the declared form; Code::usage for an unknown
  /// field, or a filter where there is no list. With `project` --fields leaves only those members.
  Status read(const Endpoint& endpoint, std::string_view body, const OutputOptions& options, bool project);

  /// The shown value as one JSON text: the sent bytes, or put together again from what is left.
  std::string_view json();
  /// An item as one object: that of a map with its name as first member.
  void append_item(const Endpoint& endpoint, const Item& item, std::string& out) const;

  ReplyView view;

 private:
  Status project(const Endpoint& endpoint, const std::vector<std::string>& fields);

  bool changed_ = false;
  std::string projected_, joined_;
};

/// Looks at --query, --filter, -o jsonpath= and template= before anything is sent. Code::usage when one of them cannot be read or does
/// not go with this command, Code::unsupported without the library of jq.
Status check_expressions(const Endpoint& endpoint, const OutputOptions& options);

/// Whether the format, or --query, makes its own text of the whole answer.
bool is_expression(const OutputOptions& options);

/// Appends the text of --query, -o jsonpath= or template= for one value of checked JSON; `compact`: each result on one line. `notes` gets
/// what a filter says beside its results.
Status append_expression(std::string_view json, const OutputOptions& options, bool compact, std::string& out, std::string& notes);

}  // namespace facio::output
