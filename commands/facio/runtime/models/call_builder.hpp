// The tool calls of an answer, put together from what arrives of them.
#pragma once

#include <optional>
#include <vector>

#include "cli/core/json.hpp"
#include "commands/facio/runtime/models/given_back.hpp"
#include "commands/facio/runtime/models/model.hpp"

namespace facio::serve {

/// The arguments of one call, a JSON object in pieces.
class CallArguments {
 public:
  /// Adds a piece. After an object that is whole, another one replaces it: some providers send {} first, and some send all once more.
  void add(std::string_view piece);
  /// Whether an object has come to its end.
  [[nodiscard]] bool whole() const { return whole_; }
  [[nodiscard]] const std::string& text() const { return text_; }
  /// As JSON text: {} when there were none, without a second layer of quotes.
  std::string take();

 private:
  std::string text_;
  std::size_t depth_ = 0;
  bool in_string_ = false, escaped_ = false, whole_ = false;
};

/// Pieces belong together by their index, by their id, or by coming one after the other; a new id always begins a new call. At most 128.
class CallBuilder {
 public:
  /// The tool_calls of an answer, or of a piece of one.
  void add(JsonRef calls);
  /// The older function_call.
  void add_function(JsonRef function);
  /// The calls, in the order of their indices, else of their beginning.
  std::vector<ModelCall> take();

 private:
  struct Open {
    std::optional<std::int64_t> index = {};
    std::string id = {}, tool = {};
    CallArguments arguments = {};
    GivenBack extra = {};
    std::size_t touched = 0;  ///< by which piece of the answer last
  };
  void add_one(JsonRef call);
  Open* continued(JsonRef call, std::string_view tool, bool has_arguments);
  Open* begin();

  std::vector<Open> calls_;
  std::size_t pieces_ = 0;
};

}  // namespace facio::serve
