// Text in the language of manual pages (mdoc).
#pragma once

#include <string>
#include <string_view>

namespace facio::man {

/// One page that is being written.
class Mdoc {
 public:
  /// A macro line; `words` are its arguments, of which none is taken for a macro.
  Mdoc& macro(std::string_view name, std::string_view words = {});
  /// A line as it is.
  Mdoc& raw(std::string_view line);
  /// A paragraph of plain text, broken into short lines.
  Mdoc& text(std::string_view words);
  /// Lines as they are to be shown.
  Mdoc& literal(std::string_view lines);

  std::string take() { return std::move(page_); }

 private:
  std::string page_;
};

}  // namespace facio::man
