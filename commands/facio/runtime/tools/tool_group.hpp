// Tools that this program implements itself: each is a name, the shape of its arguments, and a function.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/core/shape_json.hpp"
#include "cli/core/unique_function.hpp"
#include "commands/facio/runtime/tools/tool.hpp"

namespace facio::serve {

/// Checks arguments against a shape, allowing nothing else. Code::rejected names the argument.
Status check_arguments(JsonRef arguments, const Shape& shape);

/// The audit event of a change that the agent itself made with a tool.
AuditEvent agent_event(const ToolRun& run, std::string_view event, std::string message, RawJson details);

/// The arguments of a tool that takes none.
struct NoArguments {
  static constexpr ShapeHead shape{"NoArguments", "Nothing"};
  static constexpr auto fields() { return Fields{}; }
};

/// The output of a tool, from itself or from its text.
inline Result<ToolOutput> output_of(Result<ToolOutput> output) { return output; }
inline Result<ToolOutput> output_of(Result<std::string> text) {
  if (!text) return fail(std::move(text.error()));
  return ToolOutput{std::move(*text)};
}

/// Built once, then safe from any thread.
class ToolGroup final : public ToolSource {
 public:
  std::vector<ToolInfo> tools(std::string_view agent) override;
  ToolOutput call(const ToolRun& run, std::string_view name, JsonRef arguments) override;

  /// `work` gets the run and the arguments, already checked, and returns a Result of the output or of its text. Called by many threads at
  /// once.
  template <Shaped A, class Work>
  void add(std::string_view name, std::string_view description, Work work) {
    add_raw(name, description, shape_of<A>, [work = std::move(work)](const ToolRun& run, JsonRef arguments) -> Result<ToolOutput> {
      auto read = from_json<A>(arguments);
      if (!read) return fail(std::move(read.error()));
      return output_of(work(run, *read));
    });
  }
  /// The same for arguments that `work` reads itself.
  void add_raw(std::string_view name, std::string_view description, const Shape& shape,
               UniqueFunction<Result<ToolOutput>(const ToolRun&, JsonRef)> work);

 private:
  struct Tool {
    ToolInfo info;
    const Shape* shape;
    UniqueFunction<Result<ToolOutput>(const ToolRun&, JsonRef)> work;
  };
  std::vector<Tool> tools_;
};

}  // namespace facio::serve
