// One function for each output format. All take checked JSON.
#pragma once

#include "cli/output/columns.hpp"
#include "cli/output/writer.hpp"

namespace facio::output {

/// Items as rows; Code::usage for columns that do not exist.
Status write_table(const Endpoint& endpoint, const ReplyView& view, const OutputOptions& options, Writer& to);
/// One object as lines of field and value, nested members by their dotted path.
Status write_detail(const Endpoint& endpoint, const ReplyView& view, const OutputOptions& options, Writer& to);
/// Comma- (RFC 4180) or tab-separated values as they were sent, below a line with the paths.
Status write_delimited(const Endpoint& endpoint, const ReplyView& view, const OutputOptions& options, bool tabs, Writer& to);
/// Code::usage when an answer of this form names nothing.
Status check_has_names(const Endpoint& endpoint);
/// Code::usage when the options choose columns, which machine formats have not.
Status check_machine(const OutputOptions& options);
/// "area/key" for each item; Code::usage when the reply has no key.
Status write_names(const Endpoint& endpoint, const ReplyView& view, Writer& to);

/// Appends a value indented by two blanks a level, every number and string as it was sent.
void append_indented(std::string& out, std::string_view value, std::size_t level = 0);
/// Appends a value without blanks between its tokens.
void append_compact(std::string& out, std::string_view value);
/// A value as text: the content of a string, objects and arrays compact, nothing for null, anything else as it was sent.
std::string text_of(std::string_view value);
/// The text of a cell after an apostrophe when a spreadsheet would take it for a formula: when it begins with = + - @, a tab or a carriage
/// return.
std::string harmless_cell(std::string text);
/// Appends text with tabs, line breaks and backslashes escaped.
void append_tsv(std::string& out, std::string_view text);
/// Appends a value as YAML (1.2 core schema, read alike by 1.1 parsers), with a final line feed.
void append_yaml(std::string& out, std::string_view value);

}  // namespace facio::output
