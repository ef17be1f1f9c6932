// JSON types of the embedded server itself.
#pragma once

#include "cli/core/shape.hpp"

namespace facio {

/// An OpenAPI document; only the members that every one has are named.
struct OpenApiDocument {
  std::string openapi;
  RawJson info, paths;

  static constexpr std::string_view shape_name = "OpenApiDocument";
  static constexpr std::string_view shape_doc = "Description of the agent's routes as OpenAPI 3.1";
  static constexpr bool shape_open = true;
  static constexpr auto fields() {
    using D = OpenApiDocument;
    return Fields{field("openapi", &D::openapi, "version of the OpenAPI format"), field("info", &D::info, "title and version"),
                  field("paths", &D::paths, "the routes")};
  }
};

}  // namespace facio
