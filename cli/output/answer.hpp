// What is shown of a reply: its items as --filter, --sort-by and --fields leave them.
#pragma once

#include "cli/output/render.hpp"
#include "cli/output/columns.hpp"

namespace facio::output {

/// What --sort-by names.
struct SortColumn {
  TableColumn column;
  bool descending;
};
/// Code::usage for an unknown field or direction.
Result<SortColumn> sort_column(const Endpoint& endpoint, const std::string& by);

/// A checked reply, filtered, sorted and reduced to the chosen fields. Neither copied nor moved: its parts point into it.
class Answer {
 public:
  Answer() = default;
  Answer(const Answer&) = delete;
  Answer& operator=(const Answer&) = delete;

  /// Reads `body`, which must outlive this. Code::server when it is not JSON or not of the declared form; Code::usage for an unknown
  /// field or sort direction, and for a filter where there is no list. With `project` only the members named by --fields are kept.
  Status read(const Endpoint& endpoint, std::string_view body, const OutputOptions& options, bool project);
  /// The shown value as one JSON text: the bytes that were sent, or what is left of them joined again. `raw`: within the whole reply.
  std::string_view json(bool raw);
  /// Appends an item as one object; an item of a map gets its name as the first member.
  void append_item(const Endpoint& endpoint, const Item& item, std::string& out) const;

  ReplyView view;

 private:
  Status sort(const Endpoint& endpoint, const std::string& by);
  Status project(const Endpoint& endpoint, const std::vector<std::string>& fields);

  std::string_view shown();

  bool changed_ = false;
  std::string projected_, joined_, replaced_;
};

}  // namespace facio::output
