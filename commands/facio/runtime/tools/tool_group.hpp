// Tools that this program brings itself: each is a name, the shape of its arguments, and a function.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/core/shape_json.hpp"
#include "cli/core/unique_function.hpp"
#include "commands/facio/runtime/tools/tool.hpp"

namespace facio::serve {

/// A shape as the JSON Schema of a tool's arguments.
std::string parameters_of(const Shape& shape);
/// Whether the arguments fit the shape, and hold nothing else. Code::rejected names the argument.
Status check_arguments(JsonRef arguments, const Shape& shape);
/// A failure as the model is told of it, with what to do about it.
ToolOutput failed_output(const Error& error);

/// Built once, then safe from any thread.
class ToolGroup : public ToolSource {
 public:
  std::vector<ToolInfo> tools(std::string_view agent) override;
  ToolOutput call(const ToolRun& run, std::string_view name, JsonRef arguments) override;

 protected:
  /// `work` gets the run and the arguments, checked, and gives the output or its text. Called by many threads at once.
  template <Shaped A>
  void add(std::string_view name, std::string_view description, UniqueFunction<Result<ToolOutput>(const ToolRun&, const A&)> work) {
    add_raw(name, description, shape_of<A>, [work = std::move(work)](const ToolRun& run, JsonRef arguments) mutable -> Result<ToolOutput> {
      auto read = from_json<A>(arguments);
      if (!read) return fail(std::move(read.error()));
      return work(run, *read);
    });
  }
  /// The same for arguments that `work` reads itself.
  void add_raw(std::string_view name, std::string_view description, const Shape& shape,
               UniqueFunction<Result<ToolOutput>(const ToolRun&, JsonRef)> work);

 private:
  struct Own {
    ToolInfo info;
    const Shape* shape;
    UniqueFunction<Result<ToolOutput>(const ToolRun&, JsonRef)> work;
  };
  std::vector<Own> own_;
};

}  // namespace facio::serve
