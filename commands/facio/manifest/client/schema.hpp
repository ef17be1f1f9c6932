// JSON Schemas of what a manifest holds, for editors: from the same declarations that manifests are checked by.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/core/shape.hpp"

namespace facio::manifest {

/// Members by name, with their schemas as JSON text.
using SchemaMembers = std::vector<std::pair<std::string, std::string>>;

/// How the objects of a section differ from the body that is sent.
struct ObjectSchema {
  bool takes_secrets = false;    ///< valueFrom may stand for any text
  std::string_view named = {};   ///< a member that the object's name stands for, so that it need not be there
  SchemaMembers further = {};    ///< members that only manifests have
  SchemaMembers replaced = {};   ///< members that have another form there, and need not be
  std::string_view one_of = {};  ///< names apart by blanks, of which one must be there
  bool clears = true;            ///< null clears a member
};
std::string object_schema(const Shape& shape, const ObjectSchema& object);

struct KeysSchema {
  std::vector<std::string_view> left_out = {};
  SchemaMembers further = {};
};
/// Keys of nested objects, which may be written as such or by dotted names.
std::string keys_schema(const Shape& shape, const KeysSchema& keys);

/// A map from names to values of this schema.
std::string map_schema(const std::string& value);

}  // namespace facio::manifest
