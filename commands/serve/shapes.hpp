// JSON types of the embedded server itself.
#pragma once

#include "cli/core/shape.hpp"

namespace facio {

/// An OpenAPI document, with the members that are always present.
struct OpenApiDocument {
  std::string openapi;
  RawJson info, paths;

  static constexpr ShapeHead shape{"OpenApiDocument", "Description of the agent's routes as OpenAPI 3.1", Members::open};
  static constexpr auto fields() {
    using D = OpenApiDocument;
    return Fields{field("openapi", &D::openapi, "version of the OpenAPI format"), field("info", &D::info, "title and version"),
                  field("paths", &D::paths, "the routes")};
  }
};

}  // namespace facio
