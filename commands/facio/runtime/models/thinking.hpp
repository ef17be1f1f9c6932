// A model's thinking and its answer, told apart where both come as one text: <think>…</think> before the answer.
#pragma once

#include <string>
#include <string_view>

namespace facio::serve {

/// Reads a text that comes in pieces. Only tags at its beginning count: an answer may speak of them.
class ThinkingSplitter {
 public:
  /// The part of the answer that this piece makes certain.
  std::string add(std::string_view piece);
  /// The rest of it, at the end of the text.
  std::string finish();
  /// Whether there was any thinking.
  [[nodiscard]] bool thought() const { return thought_; }

 private:
  enum class State : std::uint8_t { before, inside, answer };
  bool step(std::string& out);

  State state_ = State::before;
  std::string waiting_;  ///< not yet told apart
  std::string close_;    ///< the tag that ends the thinking
  bool thought_ = false;
};

/// A whole answer without thinking whose opening tag was left out, as templates do that end in it.
std::string without_open_thinking(std::string answer);

}  // namespace facio::serve
