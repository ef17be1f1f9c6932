// JSON types of the embedded server itself.
#pragma once

#include "cli/core/shape.hpp"

namespace facio {

/// An OpenAPI document, with the members that are always present.
struct OpenApiDocument {
  std::string openapi;
  RawJson info, paths;

  static constexpr ShapeHead shape{"OpenApiDocument", "The agent's routes as an OpenAPI 3.1 document", Members::open};
  static constexpr auto fields() {
    using D = OpenApiDocument;
    return Fields{field("openapi", &D::openapi, "version of the OpenAPI format"), field("info", &D::info, "title and version"),
                  field("paths", &D::paths, "the routes")};
  }
};

inline constexpr std::string_view kVerifiedSeverities[] = {"error", "info", "ok"};

struct VerifiedRow {
  std::string id, severity, message;
  std::optional<std::string> fix;

  static constexpr ShapeHead shape{"VerifiedRow", "One checked part"};
  static constexpr auto fields() {
    using V = VerifiedRow;
    return Fields{field("id", &V::id, "stable name of the check, such as audit.main"),
                  field("severity", &V::severity, "result of the check; info: it could not be checked", {.choices = kVerifiedSeverities}),
                  field("message", &V::message, "what was found"), field("fix", &V::fix, "what to do about it")};
  }
};

struct VerifiedList {
  std::vector<VerifiedRow> checks;

  static constexpr ShapeHead shape{"VerifiedList", "All checked parts"};
  static constexpr auto fields() { return Fields{field("checks", &VerifiedList::checks, "the checks")}; }
};

}  // namespace facio
