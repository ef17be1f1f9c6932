// The text of -o template=… as data.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/core/result.hpp"

namespace facio::output {

struct TemplateCommand;
/// Commands whose values are handed on by "|".
struct TemplatePipeline {
  std::vector<TemplateCommand> commands;
};

/// A value with members behind it: ".a.b", "$x.a", "(index . 0).name", "12", "\"text\"".
struct TemplateOperand {
  enum class Kind : std::uint8_t { dot, variable, literal, pipeline } kind = Kind::dot;
  std::string text;  ///< name of a variable, or a literal as JSON
  TemplatePipeline pipeline;
  std::vector<std::string> members;
};

/// A function with its arguments, or a value alone (`function` is empty).
struct TemplateCommand {
  std::string function;
  std::vector<TemplateOperand> operands;
  std::size_t at = 0;
};

struct TemplateNode {
  enum class Kind : std::uint8_t { text, action, choice, range, with } kind = Kind::text;
  std::string text;
  std::vector<std::string> variables;  ///< set by ":=" or "="; of a range: index and element
  TemplatePipeline pipeline;
  std::vector<TemplateNode> body, otherwise;
  std::size_t at = 0;
};

/// Code::usage with the position and what is wrong there.
Result<std::vector<TemplateNode>> parse_template(std::string_view text);

/// The functions that a template may call.
bool is_template_function(std::string_view name);

/// The failure at a place in the text.
tl::unexpected<Error> template_error(std::size_t at, const std::string& what);

}  // namespace facio::output
