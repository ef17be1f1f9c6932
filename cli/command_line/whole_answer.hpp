// An answer of the agent as the body of a request, and keys that a body does not have.
#pragma once

#include <string>
#include <vector>

#include "cli/catalogue/endpoint.hpp"
#include "cli/core/json.hpp"

namespace facio {

/// What a body is made of.
struct Folded {
  JsonDocument body;
  std::vector<std::string> left_out;  ///< dotted names of what only the agent writes
};

/// The object `given`, without what the answer declares (Endpoint::whole) and the body does not, and with the members of the answer's parts
/// in the body itself; of a part that the body declares, too, only when `open_all`. Other keys are kept. `answer` is the shape of what was
/// read; null: there is none.
Folded fold(JsonRef given, const Endpoint& write, const Shape* answer, bool open_all);

/// The shape of the answer that the endpoint's body is like, or of an item where that is a list; null when none is declared.
const Shape* answer_shape(const Endpoint& write);

/// Whether objects of this shape have whatever members they like.
inline bool takes_all(const Shape& shape) { return shape.open && shape.fields.empty(); }

/// Code::usage naming the first key that the shape does not have, with the nearest one that it has. `file` is where it stands, for the
/// message. Open shapes have every key.
Status refuse_unknown(JsonRef body, const Shape& shape, const std::string& file);

/// One object as JSON text, member by member: names may have any form.
class ObjectText {
 public:
  void add(std::string_view name, std::string_view json) {
    text_ += text_.empty() ? '{' : ',';
    append_json_string(text_, name);
    text_.append(":").append(json);
  }
  [[nodiscard]] bool empty() const { return text_.empty(); }
  [[nodiscard]] std::string closed() const { return text_.empty() ? "{}" : text_ + "}"; }

 private:
  std::string text_;
};

}  // namespace facio
