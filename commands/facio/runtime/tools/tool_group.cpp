#include "commands/facio/runtime/tools/tool_group.hpp"

#include "cli/catalogue/json_schema.hpp"
#include "cli/core/validate.hpp"

namespace facio::serve {
namespace {

std::string names_of(const Shape& shape) {
  std::string names;
  for (const Field& field : shape.fields) names += (names.empty() ? "" : ", ") + std::string(field.name);
  return names.empty() ? "none" : names;
}

std::string parameters_of(const Shape& shape) {
  constexpr std::string_view kWhere = "#/$defs/";
  JsonWriter own;
  SchemaWriter(own, kWhere).shape(shape, Use::tool);
  std::string text = own.take();
  text.pop_back();
  if (shape.fields.empty()) text += R"(,"properties":{})";
  if (!shape.open) text += R"(,"additionalProperties":false)";
  ShapeSet all;
  all.add(shape);
  if (all.all().size() > 1) {
    JsonWriter others;
    others.begin_object();
    SchemaWriter schemas(others, kWhere);
    for (const Shape* one : all.all()) {
      if (one == &shape) continue;
      others.key(one->name);
      schemas.shape(*one, Use::tool);
    }
    others.end_object();
    text += R"(,"$defs":)" + others.take();
  }
  return text + "}";
}

/// A failure for the model to read, with the hint.
ToolOutput failed_output(const Error& error) {
  return {.text = error.message() + (error.hint().empty() ? "" : "; " + error.hint()), .failed = true};
}

}  // namespace

Status check_arguments(JsonRef arguments, const Shape& shape) {
  if (!arguments.is(JsonKind::object)) return fail(Code::rejected, "the arguments must be a JSON object; it takes " + names_of(shape));
  for (std::size_t i = 0; i < arguments.size() && !shape.open; ++i)
    if (const std::string name(arguments.name_at(i)); shape.find(name) == nullptr)
      return fail_field(Code::rejected, name, name + ": is no argument of this tool; it takes " + names_of(shape));
  return validate(arguments, shape, Direction::request);
}

AuditEvent agent_event(const ToolRun& run, std::string_view event, std::string message, RawJson details) {
  AuditEvent made = run_event(run, event);
  made.origin = "agent";
  made.message = std::move(message);
  made.details = std::move(details);
  return made;
}

void ToolGroup::add_raw(std::string_view name, std::string_view description, const Shape& shape,
                        UniqueFunction<Result<ToolOutput>(const ToolRun&, JsonRef)> work) {
  tools_.push_back({{std::string(name), {}, std::string(description), parameters_of(shape)}, &shape, std::move(work)});
}

std::vector<ToolInfo> ToolGroup::tools(std::string_view) {
  std::vector<ToolInfo> all;
  for (const Tool& tool : tools_) all.push_back(tool.info);
  return all;
}

ToolOutput ToolGroup::call(const ToolRun& run, std::string_view name, JsonRef arguments) {
  for (Tool& tool : tools_) {
    if (tool.info.name != name) continue;
    if (auto status = check_arguments(arguments, *tool.shape); !status) return failed_output(status.error());
    auto output = tool.work(run, arguments);
    return output ? std::move(*output) : failed_output(output.error());
  }
  return {.text = "there is no tool " + std::string(name), .failed = true};
}

}  // namespace facio::serve
